"""How a filled-in form becomes Slack's `state.values`, and what Slack itself objects to before the app hears of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.twins.slack.elements import Placed, placed, plain
from tests.twins.slack.model import Channel, File, Json, Person
from tests.twins.slack.waiting import CannotDo

Filled = Mapping[str, Any]
Keep = Callable[[str, bytes], File]

TYPED = ("plain_text_input", "number_input", "email_text_input", "url_text_input")
PICKED = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}


def state_values(blocks: list[Json], filled: Filled, offered: Mapping[str, list[Json]], keep: Keep) -> Json:
    """Block id → action id → what stands there: what was filled in, else what the app put there.

    `filled` goes by label, placeholder, block id or action id; `offered` has the options that the app suggested, by
    action id; `keep` takes a file in. Raises CannotDo for what the form does not ask or offer.
    """
    values: Json = {}
    used = set()
    for it in placed(blocks):
        if it.kind not in (*TYPED, *PICKED, "file_input"):
            continue
        name = next((name for name in it.names if name in filled), None)
        used.add(name)
        standing = _given(it, filled[name], offered, keep) if name is not None else _initial(it.element)
        values.setdefault(it.block["block_id"], {})[it.element["action_id"]] = {"type": it.kind, **standing}
    if unknown := set(filled) - used:
        raise CannotDo(
            f"the form does not ask for {sorted(unknown)}; it asks for {[it.names for it in placed(blocks)]}"
        )
    return values


def objections(blocks: list[Json], values: Json) -> dict[str, str]:
    """What Slack says beside a field without asking the app: label → words."""
    said = {}
    for it in placed(blocks):
        if it.block["type"] != "input":
            continue
        standing = values[it.block["block_id"]][it.element["action_id"]]
        value = next(value for name, value in standing.items() if name != "type")
        words = _objection(it, value)
        if words:
            said[plain(it.block["label"])] = words
    return said


def _objection(it: Placed, value: Any) -> str:
    if value in (None, "", []):
        return "" if it.block.get("optional") else "Please complete this required field."
    if it.kind == "plain_text_input":
        if len(value) > it.element.get("max_length", 3000):
            return f"Please enter no more than {it.element.get('max_length', 3000)} characters."
        if len(value) < it.element.get("min_length", 0):
            return f"Please enter at least {it.element['min_length']} characters."
    if it.kind == "number_input":
        try:
            number = float(value) if it.element["is_decimal_allowed"] else int(value)
        except ValueError:
            return "Please enter a number."
        if (
            not float(it.element.get("min_value", "-inf"))
            <= number
            <= float(it.element.get("max_value", "inf"))
        ):
            return "Please enter a number within the limits."
    return ""


def chosen(it: Placed, wanted: Any, offered: Mapping[str, list[Json]]) -> Json:
    """The option somebody means, by its words or its value. Raises CannotDo that says what there is."""
    options: list[Json] = [*it.options(), *offered.get(it.element["action_id"], ())]
    for option in options:
        if wanted in (plain(option["text"]), option["value"]):
            return option
    raise CannotDo(f"{wanted!r} is not among {[plain(option['text']) for option in options]}")


def _given(it: Placed, value: Any, offered: Mapping[str, list[Json]], keep: Keep) -> Json:
    if it.kind in TYPED:
        return {"value": str(value)}
    if it.kind == "file_input":
        return {"files": [_file(it, name, data, keep) for name, data in _several(value)]}
    slot = PICKED[it.kind]
    if slot == "selected_option":
        return {slot: chosen(it, value, offered)}
    if slot == "selected_options":
        return {slot: [chosen(it, one, offered) for one in _several(value)]}
    if slot.endswith("s"):
        return {slot: [_id(one) for one in _several(value)]}
    return {slot: _id(value)}


def _file(it: Placed, name: str, data: bytes, keep: Keep) -> Json:
    allowed = it.element.get("filetypes")
    if allowed and name.rpartition(".")[2].lower() not in allowed:
        raise CannotDo(f"Slack takes only {allowed} here, not {name}")
    return keep(name, data).raw()


def _several(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _id(value: Any) -> Any:
    return value.id if isinstance(value, Person | Channel) else value


def _initial(element: Json) -> Json:
    if element["type"] in TYPED:
        return {"value": element.get("initial_value")}
    if element["type"] == "file_input":
        return {"files": []}
    slot = PICKED[element["type"]]
    empty: Any = [] if slot.endswith("s") else None
    return {slot: element.get(slot.replace("selected", "initial"), empty)}
