"""What a person sees of the bot: messages as they were at a moment, and what came of something they asked."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.twins.discord import objects
from tests.twins.discord.components import (
    BUTTON,
    CONTAINER,
    FILE,
    IS_V2,
    LINK,
    LOADING,
    SECTION,
    SELECTS,
    TEXT,
    Json,
    media_of,
    walk,
)
from tests.twins.discord.forms import Form
from tests.twins.discord.messages import Attachment, Message
from tests.twins.discord.waiting import PATIENCE_S, Changes

if TYPE_CHECKING:
    from tests.twins.discord.humans import Human


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its words; one from elsewhere on the web has only a `url`."""

    data: bytes = field(repr=False)
    alt: str
    url: str


@dataclass(frozen=True, slots=True)
class Button:
    """A button that can be pressed, or a link."""

    label: str
    custom_id: str
    url: str
    style: int
    disabled: bool
    beside: str


@dataclass(frozen=True, slots=True)
class Select:
    """A selection with the labels of its options (none if it offers people or channels)."""

    placeholder: str
    custom_id: str
    options: tuple[str, ...]
    raw: Json = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of the bot as it was at one moment, `after_s` seconds (real ones) after it was asked for.

    `raw` is the message as Discord writes it, `pings` names whom it rings up (`@everyone`, `@Ana`).
    """

    raw: Json = field(repr=False)
    text: str
    pings: tuple[str, ...]
    after_s: float
    only_for: Human | None = field(repr=False)
    _attachments: Mapping[str, Attachment] = field(repr=False)

    @classmethod
    def of(cls, message: Message, after_s: float = 0.0) -> Answer:
        files = {str(it.id): it for it in message.attachments}
        raw = objects.message(message)
        return cls(raw, "\n".join(_words(raw)), message.pings, after_s, message.only_for, files)

    @property
    def id(self) -> int:
        return int(self.raw["id"])

    @property
    def author(self) -> str:
        """The name of who wrote it."""
        return str(self.raw["author"]["global_name"] or self.raw["author"]["username"])

    @property
    def ephemeral(self) -> bool:
        """Whether only one person sees it."""
        return self.only_for is not None

    @property
    def is_thinking(self) -> bool:
        """Whether it only says that the bot is thinking."""
        return bool(self.raw["flags"] & LOADING)

    @property
    def is_v2(self) -> bool:
        return bool(self.raw["flags"] & IS_V2)

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Buttons and links in reading order; `beside` is the text of the section that a button belongs to."""
        found = []
        for component, beside in _placed(self.raw["components"]):
            if component["type"] == BUTTON:
                label = component.get("label") or (component.get("emoji") or {}).get("name") or ""
                found.append(
                    Button(
                        label,
                        component.get("custom_id", ""),
                        component.get("url", ""),
                        component["style"],
                        component.get("disabled", False),
                        beside,
                    )
                )
        return tuple(found)

    @property
    def labels(self) -> tuple[str, ...]:
        """The words on the buttons that can be pressed."""
        return tuple(it.label for it in self.buttons if it.style != LINK and not it.disabled)

    @property
    def links(self) -> dict[str, str]:
        """Where the link buttons lead, by their words."""
        return {it.label: it.url for it in self.buttons if it.style == LINK}

    @property
    def selects(self) -> tuple[Select, ...]:
        return tuple(
            Select(
                it.get("placeholder", ""),
                it["custom_id"],
                tuple(option["label"] for option in it.get("options", ())),
                it,
            )
            for _, it in walk(self.raw["components"])
            if it["type"] in SELECTS
        )

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures that are to be seen: with Components V2 a file shows only where a component names it."""
        if not self.is_v2:
            return tuple(
                Picture(it.data, it.description or "", it.url)
                for it in self._attachments.values()
                if it.content_type.startswith("image/")
            )
        return tuple(
            Picture(self._data(media), holder.get("description") or "", media["url"])
            for _, component in walk(self.raw["components"])
            if component["type"] != FILE
            for _, holder, media in media_of(component)
        )

    @property
    def files(self) -> dict[str, bytes]:
        """The files to download that are to be seen, by name."""
        if not self.is_v2:
            shown = [it for it in self._attachments.values() if not it.content_type.startswith("image/")]
        else:
            shown = [
                self._attachments[media["attachment_id"]]
                for _, component in walk(self.raw["components"])
                if component["type"] == FILE
                for _, _, media in media_of(component)
            ]
        return {it.name: it.data for it in shown}

    @property
    def accents(self) -> tuple[int | None, ...]:
        """The colours of the containers."""
        return tuple(it["accent_color"] for _, it in walk(self.raw["components"]) if it["type"] == CONTAINER)

    def _data(self, media: Json) -> bytes:
        kept = self._attachments.get(media.get("attachment_id", ""))
        return b"" if kept is None else kept.data


def _words(raw: Json) -> Iterator[str]:
    if raw["content"]:
        yield raw["content"]
    for embed in raw["embeds"]:
        yield from (embed[key] for key in ("title", "description") if embed.get(key))
        for pair in embed.get("fields", ()):
            yield f"{pair['name']}\n{pair['value']}"
        if footer := embed.get("footer"):
            yield footer["text"]
    for _, component in walk(raw["components"]):
        if component["type"] == TEXT:
            yield component["content"]


def _placed(components: list[Json], beside: str = "") -> Iterator[tuple[Json, str]]:
    for component in components:
        yield component, beside
        if component["type"] == SECTION:
            text = "\n".join(it["content"] for it in component["components"])
            yield component["accessory"], text
        else:
            yield from _placed(component.get("components", []), beside)


class Asked:
    """Something a person set off (a command, a press, a form, words), and what comes of it.

    `seen` is everything they have seen of it so far, in order; a message counts again each time it changes.
    `acknowledged_after_s` is when the bot took an interaction, whether or not that was to be seen.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.perf_counter()
        self._changes = Changes()
        self.seen: list[Answer | Form] = []
        self.acknowledged_after_s: float | None = None
        self.refused: list[str] = []
        self.choices: list[str] | None = None

    async def acknowledged(self, within: float = PATIENCE_S) -> float:
        """Waits until the bot has taken the interaction; the seconds that took. Raises NoAnswer."""
        return await self._changes.until(lambda: self.acknowledged_after_s, within, self._story)

    async def shown(self, within: float = PATIENCE_S) -> Answer | Form:
        """The first thing there is to be seen; "thinking" counts. Raises NoAnswer."""
        return await self._changes.until(lambda: self.seen[0] if self.seen else None, within, self._story)

    async def answer(
        self, until: Callable[[Answer], bool] = lambda answer: True, *, within: float = PATIENCE_S
    ) -> Answer:
        """The newest message that is more than "thinking" and fits `until`, now or soon. Raises NoAnswer."""

        def find() -> Answer | None:
            fitting = (it for it in reversed(self.seen) if isinstance(it, Answer) and not it.is_thinking)
            return next((it for it in fitting if until(it)), None)

        return await self._changes.until(find, within, self._story)

    async def form(self, within: float = PATIENCE_S) -> Form:
        """The modal that opens. Raises NoAnswer."""

        def find() -> Form | None:
            return next((it for it in self.seen if isinstance(it, Form)), None)

        return await self._changes.until(find, within, self._story)

    async def completed(self, within: float = PATIENCE_S) -> list[str]:
        """What autocomplete offers. Raises NoAnswer."""
        return await self._changes.until(lambda: self.choices, within, self._story)

    def acknowledge(self, choices: list[str] | None = None) -> None:
        """The twin says: the bot has taken it, with these choices if it was autocomplete."""
        self.acknowledged_after_s = self._elapsed()
        self.choices = choices
        self._changes.tell()

    def opened(self, form: Form) -> None:
        """The twin says: a modal has opened."""
        form.after_s = self._elapsed()
        self.seen.append(form)
        self._changes.tell()

    def changed(self, message: Message) -> None:
        """The twin says: a message that belongs to it has come or changed."""
        self.seen.append(Answer.of(message, self._elapsed()))
        self._changes.tell()

    def refuse(self, sentence: str) -> None:
        """The twin says: it has refused what the bot tried."""
        self.refused.append(sentence)

    def _elapsed(self) -> float:
        return time.perf_counter() - self._started

    def _story(self) -> str:
        seen = "; ".join(it.title if isinstance(it, Form) else it.text or "thinking" for it in self.seen)
        refused = f", refused: {'; '.join(self.refused)}" if self.refused else ""
        return f"{self._what}: no such answer, seen: {seen or 'nothing'}{refused}"
