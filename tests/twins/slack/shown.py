"""What a person sees of the bot: a message, a modal, their home tab, or Slack's own word that the app failed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.twins.slack.elements import placed, plain
from tests.twins.slack.model import File, Json, Message, View
from tests.twins.slack.reading import pings, read_blocks, words
from tests.twins.slack.waiting import CannotDo, Sight

if TYPE_CHECKING:
    from tests.twins.slack.human import Human


@dataclass(frozen=True)
class Picture:
    """A picture as the person sees it; from elsewhere on the web it has only a `url`."""

    data: bytes
    alt: str
    url: str = ""
    file: File | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Shown:
    """What `human` saw at one moment, `after_s` seconds after they asked.

    `kind` is message, ephemeral, modal, home, or error (`text` then holds Slack's own words). `raw` is the message
    or view as Slack has it.
    """

    human: Human = field(repr=False)
    sight: Sight = field(repr=False)
    after_s: float = 0.0

    @property
    def kind(self) -> str:
        return self.sight.kind

    @property
    def raw(self) -> Json:
        return self.sight.raw

    @property
    def ephemeral(self) -> bool:
        """Whether only this one person sees it."""
        return self.kind in ("ephemeral", "error")

    @property
    def stands(self) -> bool:
        """Whether it is still there: the message not deleted, the form not closed."""
        source = self.sight.source
        return (
            source.open if isinstance(source, View) else not (isinstance(source, Message) and source.deleted)
        )

    @property
    def ts(self) -> str:
        return str(self.raw.get("ts", ""))

    @property
    def title(self) -> str:
        """The title of a modal."""
        return plain(self.raw.get("title") or "")

    @property
    def blocks(self) -> list[Json]:
        return list(self.raw.get("blocks", ()))

    @property
    def text(self) -> str:
        """All that can be read in it. With blocks these are read, not the text beside them (see `fallback`)."""
        names = self.human.team.names()
        if self.blocks:
            return read_blocks(self.blocks, names)
        return words(self.fallback, names)

    @property
    def fallback(self) -> str:
        """The text beside the blocks, for notifications and screen readers, as it was sent."""
        return str(self.raw.get("text", ""))

    @property
    def labels(self) -> tuple[str, ...]:
        """The words on the buttons that can be pressed, in order."""
        buttons = (it.element for it in placed(self.blocks) if it.kind == "button")
        return tuple(plain(it["text"]) for it in buttons if "url" not in it)

    @property
    def links(self) -> dict[str, str]:
        """Buttons that open a page: label → address."""
        return {
            plain(it.element["text"]): it.element["url"] for it in placed(self.blocks) if "url" in it.element
        }

    @property
    def selects(self) -> dict[str, tuple[str, ...]]:
        """Menus: placeholder (or label) → the words of their options."""
        return {
            it.names[0]: tuple(plain(option["text"]) for option in it.options())
            for it in placed(self.blocks)
            if it.kind.endswith("_select") or it.kind in ("overflow", "checkboxes", "radio_buttons")
        }

    @property
    def fields(self) -> tuple[str, ...]:
        """The labels of a form's questions."""
        return tuple(plain(block["label"]) for block in self.blocks if block["type"] == "input")

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The pictures that this person can see: image blocks, and pictures among the attached files."""
        found = [self._picture(image) for image in _images(self.blocks)]
        attached = [self.human.team.files[file["id"]] for file in self.raw.get("files", ())]
        found += [
            Picture(it.data or b"", it.alt, file=it) for it in attached if it.mimetype.startswith("image/")
        ]
        return tuple(it for it in found if it.file is None or self.human.can_see(it.file))

    @property
    def files(self) -> dict[str, bytes]:
        """The other files that it carries, by name, as far as this person can see them."""
        attached = (self.human.team.files[file["id"]] for file in self.raw.get("files", ()))
        others = (it for it in attached if not it.mimetype.startswith("image/"))
        return {it.name: it.data or b"" for it in others if self.human.can_see(it)}

    @property
    def pings(self) -> list[str]:
        """Whom it calls: `@channel` and the like, ids of people."""
        return pings(self.raw)

    @property
    def message(self) -> Message:
        """The message it is. Raises CannotDo when it is none."""
        if not isinstance(self.sight.source, Message):
            raise CannotDo(f"this is a {self.kind}, not a message")
        return self.sight.source

    @property
    def view(self) -> View:
        """The view it is. Raises CannotDo when it is none."""
        if not isinstance(self.sight.source, View):
            raise CannotDo(f"this is a {self.kind}, not a form")
        return self.sight.source

    def _picture(self, image: Json) -> Picture:
        if "image_url" in image:
            return Picture(b"", image["alt_text"], url=image["image_url"])
        file = self.human.team.file(image["slack_file"])
        return Picture((file and file.data) or b"", image["alt_text"], file=file)


def _images(blocks: list[Json]) -> list[Json]:
    found = [block for block in blocks if block["type"] == "image"]
    found += [it.element for it in placed(blocks) if it.kind == "image"]
    for block in blocks:
        found += _images(block.get("child_blocks", [])) if block["type"] == "container" else []
    return found
