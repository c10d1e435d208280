"""A form as a modal, and what came back in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import discord
from discord import ui

from bot.adapters.discord.draw import Pack
from bot.adapters.discord.people import user_in
from bot.adapters.discord.words import cut, label
from bot.chat.cards import Button, Card, Form, FormField, Lines
from bot.text import Text, t

TITLE_MOST = 45
LABEL_MOST = 45
HELP_MOST = 100
CHOICES_MOST = 25
CHOICE_MOST = 100
VALUE_MOST = 4000


def modal(form: Form, pack: Pack) -> ui.Modal:
    """The form. Its custom id is the call that it submits, its fields' are their names, so any process can read it."""
    drawn = ui.Modal(title=label(form.title, TITLE_MOST), custom_id=pack(form.submit, form.args))
    for it in form.fields:
        drawn.add_item(
            ui.Label(text=label(it.label, LABEL_MOST), description=_help(it), component=_component(it))
        )
    # Not kept in memory by discord.py: we read what comes back ourselves.
    drawn.stop()
    return drawn


def form_ready(form: Form, again: Callable[[Text], Button]) -> Card:
    """Where a form cannot be opened of itself: a card with a button that makes the same call again."""
    return Card(t("Your form is ready"), (Lines((form.title,)),), (again(t("Open it")),))


def _help(it: FormField) -> str | None:
    left_out = len(it.choices) - CHOICES_MOST
    text = t("Only the first {n} are shown here.", n=CHOICES_MOST) if left_out > 0 else it.help
    return None if text is None else label(text, HELP_MOST)


def _component(it: FormField) -> ui.Item[Any]:
    if it.file:
        return ui.FileUpload(custom_id=it.name, required=it.required, min_values=int(it.required))
    if it.person:
        user_id = user_in(it.value)
        known = [discord.Object(user_id, type=discord.User)] if user_id else []
        return ui.UserSelect(
            custom_id=it.name, required=it.required, min_values=int(it.required), default_values=known
        )
    if it.choices:
        return _select(it)
    most = min(it.most, VALUE_MOST)
    return ui.TextInput(
        custom_id=it.name,
        style=discord.TextStyle.paragraph if it.long else discord.TextStyle.short,
        default=cut(it.value, most) or None,
        required=it.required,
        max_length=most,
    )


def _select(it: FormField) -> ui.Select[Any]:
    chosen = set(it.value.split(",")) if it.many else {it.value}
    options = [
        discord.SelectOption(
            label=label(one.label, CHOICE_MOST), value=one.value, default=one.value in chosen
        )
        for one in it.choices[:CHOICES_MOST]
    ]
    return ui.Select(
        custom_id=it.name,
        options=options,
        required=it.required,
        min_values=int(it.required),
        max_values=len(options) if it.many else 1,
    )


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that was chosen in a form, still at Discord. `size` is in bytes."""

    name: str
    url: str
    size: int


@dataclass(frozen=True, slots=True)
class Filled:
    """The values by field name: words, choices joined by commas, somebody's id, a file's name. The files by field."""

    values: Mapping[str, str]
    files: Mapping[str, Attached]


def filled(interaction: discord.Interaction[Any]) -> Filled:
    """What somebody sent. Read from what Discord says, for the modal may have been opened before a restart."""
    data: Mapping[str, Any] = interaction.data or {}
    uploads: Mapping[str, Any] = data.get("resolved", {}).get("attachments", {})
    values: dict[str, str] = {}
    files: dict[str, Attached] = {}
    for part in data.get("components", ()):
        it = part.get("component", {})
        name, given = it.get("custom_id", ""), it.get("values") or ()
        if it.get("type") == discord.ComponentType.file_upload.value:
            attached = [uploads[one] for one in given if one in uploads]
            for one in attached:
                files[name] = Attached(PurePath(one["filename"]).name, one["url"], one["size"])
            given = [files[name].name] if attached else []
        values[name] = str(it["value"]) if "value" in it else ",".join(given)
    return Filled(values, files)
