"""Forms as modals, and what somebody filled in.

A question is an input block whose id is the field's name. What the form runs, and where it was asked for, rides in the
modal's `private_metadata`, so that nothing has to be remembered here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.adapters.slack.draw import LABEL_MOST, OPTION_MOST, plain_text
from bot.adapters.slack.words import JSON, cut, received, rich, spoken
from bot.chat.cards import Choice, Form, FormField
from bot.text import Text, t

TITLE_MOST = 24
WORDS_MOST = 3000
SUGGESTED_MOST = 100
ANSWER = "answer"
_ABOUT_MOST = 2000
_OPTIONS_MOST = 100
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>|(?:[TE][A-Z0-9]+/)?([UW][A-Z0-9]{2,})")


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody filled in: words by field, files by field (as Slack describes them), fields left empty."""

    values: Mapping[str, str]
    files: Mapping[str, JSON]
    missing: Collection[str]


def draw_form(form: Form, metadata: str, suggesting: Collection[str] = ()) -> JSON:
    """The modal. `suggesting` are the fields that complete what is typed; `metadata` comes back with the values."""
    title = spoken(form.title, WORDS_MOST)
    blocks: list[JSON] = []
    if len(title) > TITLE_MOST:
        section = {"type": "rich_text_section", "elements": rich(form.title, _ABOUT_MOST, bold=True)}
        blocks.append({"type": "rich_text", "elements": [section]})
    blocks += [_input(it, it.name in suggesting) for it in form.fields]
    return {
        "type": "modal",
        "title": plain_text(title_of(form.title)),
        "submit": plain_text(cut(spoken(form.button or t("Send"), TITLE_MOST), TITLE_MOST) or "…"),
        "close": plain_text(str(t("Cancel"))),
        "private_metadata": metadata,
        "blocks": blocks,
    }


def title_of(text: Text) -> str:
    """A modal's title, which is short and never empty."""
    words = spoken(text, TITLE_MOST)
    return words if words.strip() else "…"


def option(words: str, value: str) -> JSON:
    """An option of a menu."""
    return {"text": plain_text(cut(words, LABEL_MOST) if words.strip() else "…"), "value": value}


def filled(view: JSON) -> Filled:
    """What a submitted modal says."""
    state: JSON = view["state"]["values"]
    values: dict[str, str] = {}
    files: dict[str, JSON] = {}
    missing = []
    for block in view["blocks"]:
        if block["type"] != "input":
            continue
        name = block["block_id"]
        given = state.get(name, {}).get(ANSWER, {})
        if chosen := given.get("files"):
            files[name] = chosen[0]
            values[name] = received(str(chosen[0].get("name", "")))
        else:
            values[name] = received(_value(given))
        if not values[name].strip() and not block.get("optional"):
            missing.append(name)
    return Filled(values, files, missing)


def _input(it: FormField, suggesting: bool) -> JSON:
    block: JSON = {
        "type": "input",
        "block_id": it.name,
        "label": plain_text(spoken(it.label, _ABOUT_MOST) or it.name),
        "optional": not it.required,
        "element": {"action_id": ANSWER, **_element(it, suggesting)},
    }
    if it.help is not None and (help_ := spoken(it.help, _ABOUT_MOST)).strip():
        block["hint"] = plain_text(help_)
    return block


def _element(it: FormField, suggesting: bool) -> JSON:
    if it.file:
        return {"type": "file_input", "max_files": 1}
    if it.person:
        somebody = _MENTION.fullmatch(it.value.strip())
        initial = {"initial_user": somebody[1] or somebody[2]} if somebody else {}
        return {"type": "users_select", **initial}
    if it.choices:
        return _select(it)
    value = received(it.value)
    if suggesting and len(value) <= OPTION_MOST:
        chosen = {"initial_option": option(value, value)} if value.strip() else {}
        return {"type": "external_select", "min_query_length": 1, **chosen}
    most = max(1, min(it.most, WORDS_MOST))
    written = {"initial_value": value[:most]} if value else {}
    return {"type": "plain_text_input", "multiline": it.long, "max_length": most, **written}


def _select(it: FormField) -> JSON:
    options = [_choice(choice) for choice in it.choices]
    element: JSON = {"type": "multi_static_select" if it.many else "static_select"}
    if len(options) <= _OPTIONS_MOST:
        element["options"] = options
    else:
        starts = range(0, len(options), _OPTIONS_MOST)
        element["option_groups"] = [
            {"label": plain_text(f"{start + 1}–{start + len(some)}"), "options": some}
            for start in starts
            if (some := options[start : start + _OPTIONS_MOST])
        ]
    wanted = it.value.split(",") if it.many else [it.value]
    chosen = [drawn for drawn, choice in zip(options, it.choices, strict=True) if choice.value in wanted]
    if chosen and it.many:
        element["initial_options"] = chosen
    elif chosen:
        element["initial_option"] = chosen[0]
    return element


def _choice(choice: Choice) -> JSON:
    return option(spoken(choice.label, LABEL_MOST), choice.value)


def _value(given: Mapping[str, Any]) -> str:
    """One question's answer as words; several choices are joined by commas."""
    several = given.get("selected_options")
    if several is not None:
        return ",".join(it["value"] for it in several)
    one = given.get("selected_option")
    return str((one["value"] if one else given.get("selected_user") or given.get("value")) or "")
