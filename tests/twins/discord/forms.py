"""A modal as a person sees it, and what sending it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.twins.discord import objects
from tests.twins.discord.components import (
    CHECKBOX,
    CHECKBOXES,
    LABEL,
    RADIO,
    ROW,
    SELECTS,
    STRING_SELECT,
    TEXT,
    TEXT_INPUT,
    UPLOAD,
    USER_SELECT,
    Json,
)
from tests.twins.discord.messages import Attachment
from tests.twins.discord.waiting import CannotDo

if TYPE_CHECKING:
    from tests.twins.discord.humans import Human
    from tests.twins.discord.interactions import Interaction

Keep = Callable[[str, bytes], Attachment]
KINDS = {
    TEXT_INPUT: "text",
    STRING_SELECT: "select",
    USER_SELECT: "people",
    6: "roles",
    7: "mentionables",
    8: "channels",
    UPLOAD: "file",
    RADIO: "radio",
    CHECKBOXES: "checkboxes",
    CHECKBOX: "checkbox",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One question: its words, its kind (`text`, `select`, `file`, …), what is filled in, what can be chosen."""

    label: str
    description: str
    custom_id: str
    kind: str
    required: bool
    value: str
    choices: tuple[str, ...]
    raw: Json = field(repr=False)

    def answered(self, given: Any, keep: Keep) -> tuple[Json, list[Human], list[Attachment]]:
        """What sending says of this field, and who and which files it names. Raises CannotDo."""
        said: Json = {"type": self.raw["type"], "id": self.raw["id"], "custom_id": self.custom_id}
        match self.kind:
            case "text":
                return {**said, "value": self._text(self.value if given is None else given)}, [], []
            case "checkbox":
                return {**said, "value": bool(self.raw.get("default") if given is None else given)}, [], []
            case "radio":
                chosen = self._options(given, least=int(self.required), most=1)
                return {**said, "value": chosen[0] if chosen else None}, [], []
            case "select" | "checkboxes":
                return {**said, "values": self._options(given, *self._bounds())}, [], []
            case "file":
                uploads = [given] if isinstance(given, tuple) else list(given or ())
                self._count(len(uploads), *self._bounds())
                kept = [keep(name, data) for name, data in uploads]
                return {**said, "values": [str(it.id) for it in kept]}, [], kept
            case _:
                named = list(given or ()) if isinstance(given, (list, tuple)) else [given] if given else []
                self._count(len(named), *self._bounds())
                return {**said, "values": [str(it.id) for it in named]}, named, []

    def _text(self, text: str) -> str:
        least, most = self.raw.get("min_length") or 0, self.raw.get("max_length") or 4000
        if self.required and not text:
            raise CannotDo(f"“{self.label}” has to be filled in")
        if text and not least <= len(text) <= most:
            raise CannotDo(f"“{self.label}” takes {least} to {most} characters, not {len(text)}")
        return text

    def _options(self, given: Any, least: int, most: int) -> list[str]:
        options = self.raw["options"]
        if given is None:
            chosen = [it["value"] for it in options if it.get("default")]
        else:
            chosen = [self._option(words) for words in ([given] if isinstance(given, str) else given)]
        self._count(len(chosen), least, most)
        return chosen

    def _option(self, words: str) -> str:
        for option in self.raw["options"]:
            if words in (option["label"], option["value"]):
                return str(option["value"])
        raise CannotDo(f"“{self.label}” offers {', '.join(self.choices)}, not “{words}”")

    def _bounds(self) -> tuple[int, int]:
        least = self.raw.get("min_values")
        most = self.raw.get("max_values") or (len(self.raw["options"]) if self.kind == "checkboxes" else 1)
        if not self.required:
            return 0, most
        return 1 if least is None else least, most

    def _count(self, number: int, least: int, most: int) -> None:
        if (number and not least <= number <= most) or (not number and least and self.required):
            raise CannotDo(f"“{self.label}” takes {least} to {most}, not {number}")


@dataclass(slots=True, eq=False)
class Form:
    """A modal that has opened for one person, `after_s` seconds after they asked."""

    title: str
    custom_id: str
    fields: tuple[Field, ...]
    texts: tuple[str, ...]
    human: Human = field(repr=False)
    interaction: Interaction = field(repr=False)
    raw: Json = field(repr=False)
    after_s: float = 0.0

    is_thinking = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The words above the fields."""
        return tuple(it.label for it in self.fields)

    def field(self, name: str) -> Field:
        """The field with this label or custom id. Raises CannotDo."""
        for it in self.fields:
            if name in (it.label, it.custom_id):
                return it
        raise CannotDo(f"“{self.title}” asks for {', '.join(self.labels)}, not for “{name}”")

    def filled(self, values: Mapping[str, Any], keep: Keep) -> Json:
        """The `data` of the submission, values by label or custom id. Raises CannotDo."""
        given = {self.field(name).custom_id: value for name, value in values.items()}
        components: list[Json] = []
        people: list[Human] = []
        files: list[Attachment] = []
        for part in self.raw["components"]:
            if part["type"] == TEXT:
                components.append({"type": TEXT, "id": part["id"]})
                continue
            inner = part["component"] if part["type"] == LABEL else part["components"][0]
            said, named, kept = self.field(inner["custom_id"]).answered(given.get(inner["custom_id"]), keep)
            people += named
            files += kept
            held = {"component": said} if part["type"] == LABEL else {"components": [said]}
            components.append({"type": part["type"], "id": part["id"], **held})
        resolved = {
            "users": {str(who.id): objects.user(who) for who in people},
            "attachments": {str(it.id): objects.attachment(it) for it in files},
        }
        data: Json = {"custom_id": self.custom_id, "components": components}
        if people or files:
            data["resolved"] = {key: found for key, found in resolved.items() if found}
        return data


def read_form(data: Json, human: Human, interaction: Interaction) -> Form:
    """A form from what the bot sent to open it."""
    numbers = iter(range(1, 1000))
    fields, texts, parts = [], [], []
    for part in data["components"]:
        drawn = {**part, "id": part.get("id") or next(numbers)}
        if part["type"] == TEXT:
            texts.append(part["content"])
        else:
            key = "component" if part["type"] == LABEL else "components"
            inner = part[key] if part["type"] == LABEL else part[key][0]
            inner = {**inner, "id": inner.get("id") or next(numbers)}
            drawn[key] = [inner] if part["type"] == ROW else inner
            fields.append(_field(part, inner))
        parts.append(drawn)
    raw = {**data, "components": parts}
    return Form(data["title"], data["custom_id"], tuple(fields), tuple(texts), human, interaction, raw)


def _field(part: Json, inner: Json) -> Field:
    chosen = [it["label"] for it in inner.get("options", ()) if it.get("default")]
    return Field(
        label=part.get("label") or inner.get("label") or "",
        description=part.get("description") or "",
        custom_id=inner["custom_id"],
        kind=KINDS[inner["type"]],
        required=inner.get("required") is not False and inner["type"] != CHECKBOX,
        value=inner.get("value") or ", ".join(chosen),
        choices=tuple(it["label"] for it in inner.get("options", ())),
        raw=inner,
    )


def picked(select: Json, chosen: tuple[Any, ...]) -> tuple[list[str], Json]:
    """The values of a select of a message, and what they resolve to. Raises CannotDo."""
    if select["type"] not in SELECTS:
        raise CannotDo("that is no selection")
    part = {"label": select.get("placeholder") or select["custom_id"]}
    it = _field(part, {**select, "required": bool(select.get("min_values", 1))})
    given: Any = list(chosen)
    said, people, _ = it.answered(given, _no_files)
    resolved = {"users": {str(who.id): objects.user(who) for who in people}} if people else {}
    return said["values"], resolved


def _no_files(name: str, data: bytes) -> Attachment:
    raise CannotDo("a selection takes no files")
