"""What a workspace consists of: people, conversations, messages, files, views. State only; nothing is sent here."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.twins.slack.waiting import PATIENCE_S

if TYPE_CHECKING:
    from tests.twins.slack.shown import Shown
    from tests.twins.slack.workspace import Team

Json = dict[str, Any]


class Refused(Exception):
    """Slack says no: `{"ok": false, "error": code, …}`."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


_numbers = itertools.count(1)


def new_id(letter: str) -> str:
    """An id as Slack makes them: `C0A00000017`."""
    return f"{letter}0A{next(_numbers):08d}"


def new_secret() -> str:
    return secrets.token_hex(16)


@dataclass(eq=False)
class Person:
    """A member of a workspace, or the bot."""

    team: Team
    name: str
    tz: str = "Europe/London"
    locale: str = "en-US"
    admin: bool = False
    owner: bool = False
    is_bot: bool = False
    id: str = field(default_factory=lambda: new_id("U"))
    deleted: bool = False
    takes_dms: bool = True

    @property
    def handle(self) -> str:
        """The name as it stands in payloads: lower case, no blanks."""
        return self.name.lower().replace(" ", ".")


@dataclass(eq=False)
class Message:
    """A message. `only_for`: the one person who sees it (ephemeral)."""

    channel: Channel
    ts: str
    author: Person
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    files: list[File] = field(default_factory=list)
    thread_ts: str = ""
    only_for: str = ""
    edited: bool = False
    deleted: bool = False

    def changed(self) -> None:
        """Everybody who sees it sees it as it is now."""
        kind = "ephemeral" if self.only_for else "message"
        self.channel.team.changes.sight(kind, self.raw(metadata=True), self)

    def raw(self, *, metadata: bool = False) -> Json:
        """As Slack's history and payloads show it."""
        told: Json = {"type": "message", "ts": self.ts, "user": self.author.id, "text": self.text}
        told["team"] = self.channel.team.id
        if self.author.is_bot:
            told |= {"bot_id": self.channel.team.bot_id, "app_id": self.channel.team.app_id}
        if self.blocks:
            told["blocks"] = self.blocks
        if self.files:
            told["files"] = [file.raw() for file in self.files]
        if self.thread_ts:
            told["thread_ts"] = self.thread_ts
        if self.edited:
            told["edited"] = {"user": self.author.id, "ts": self.ts}
        if metadata and self.metadata:
            told["metadata"] = self.metadata
        return told


@dataclass(eq=False)
class Channel:
    """A public or private channel, or a direct conversation between one person and the bot (`im`)."""

    team: Team
    name: str
    private: bool = False
    im: bool = False
    members: set[str] = field(default_factory=set)
    archived: bool = False
    deleted: bool = False
    read_only: bool = False
    messages: list[Message] = field(default_factory=list)
    prompts: list[Json] = field(default_factory=list)
    status: str = ""
    id: str = ""

    def __post_init__(self) -> None:
        self.id = self.id or new_id("D" if self.im else "C")

    @property
    def kind(self) -> str:
        """The `channel_type` of its message events."""
        return "im" if self.im else "group" if self.private else "channel"

    @property
    def shown_name(self) -> str:
        """The name as slash commands and button presses tell it."""
        return "directmessage" if self.im else "privategroup" if self.private else self.name

    def has(self, person: Person) -> bool:
        return person.id in self.members

    async def message(
        self, fits: Callable[[Shown], bool] = lambda it: True, *, within: float = PATIENCE_S
    ) -> Shown:
        """The newest message of the bot that everybody here sees and that fits, now or soon. Raises NoAnswer."""
        what = f"nothing of the kind in {self.name}"
        return await self.team.changes.until(lambda: self.team.newest(self, fits), within, what)

    def said(self, ts: str) -> Message | None:
        """The message of that time stamp that history shows."""
        return next((it for it in self.messages if it.ts == ts and not it.deleted and not it.only_for), None)

    def archive(self) -> None:
        """Nobody can post here any more."""
        self.archived = True
        self.team.happens("channel_archive", {"channel": self.id})

    def unarchive(self) -> None:
        self.archived = False
        self.team.happens("channel_unarchive", {"channel": self.id})

    def delete(self) -> None:
        """The channel is gone, with all that was said in it."""
        self.deleted = True
        self.team.happens("channel_deleted", {"channel": self.id})

    def add_bot(self) -> None:
        """Somebody invites the bot."""
        self.members.add(self.team.bot.id)
        self.team.happens("member_joined_channel", self._membership())

    def remove_bot(self) -> None:
        """Somebody removes the bot."""
        self.members.discard(self.team.bot.id)
        self.team.happens("group_left" if self.private else "channel_left", {"channel": self.id})

    def restrict(self) -> None:
        """From now on only admins may post here."""
        self.read_only = True

    def _membership(self) -> Json:
        return {
            "user": self.team.bot.id,
            "channel": self.id,
            "channel_type": "G" if self.private else "C",
            "team": self.team.id,
        }


@dataclass(eq=False)
class File:
    """An uploaded file. Its owner sees it, who is in a conversation it was shared to, and where that is a public
    channel everybody in the workspace. `given`: a person handed it to the app in a form.
    """

    team: Team
    owner: Person
    name: str
    size: int
    url: str = ""
    upload_url: str = ""
    title: str = ""
    alt: str = ""
    data: bytes | None = None
    ready: bool = False
    completed: bool = False
    given: bool = False
    deleted: bool = False
    shares: dict[str, list[str]] = field(default_factory=dict)
    created: int = 0
    id: str = field(default_factory=lambda: new_id("F"))

    @property
    def mimetype(self) -> str:
        endings = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif"}
        endings |= {"zip": "application/zip", "json": "application/json", "csv": "text/csv"}
        return endings.get(self.filetype, "application/octet-stream")

    @property
    def permalink(self) -> str:
        return f"https://{self.team.domain}.slack.com/files/{self.owner.id}/{self.id}/{self.name}"

    @property
    def filetype(self) -> str:
        return self.name.rpartition(".")[2].lower()

    def raw(self) -> Json:
        """As files.info tells it; kind and shares stay empty until Slack has looked at the file."""
        where = [self.team.channels[id_] for id_ in self.shares]
        told: Json = {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": self.mimetype if self.ready else "",
            "filetype": self.filetype if self.ready else "",
            "user": self.owner.id,
            "user_team": self.team.id,
            "mode": "hosted",
            "size": self.size,
            "is_public": any(not channel.private and not channel.im for channel in where),
            "url_private": self.url,
            "url_private_download": f"{self.url}?download=1",
            "permalink": self.permalink,
            "channels": [channel.id for channel in where if channel.kind == "channel"],
            "groups": [channel.id for channel in where if channel.kind == "group"],
            "ims": [channel.id for channel in where if channel.im],
            "shares": self._shares(where),
            "file_access": "visible",
        }
        if self.alt:
            told["alt_txt"] = self.alt
        return told

    def _shares(self, where: list[Channel]) -> Json:
        told: Json = {}
        for channel in where:
            door = "public" if channel.kind == "channel" else "private"
            told.setdefault(door, {})[channel.id] = [
                {"ts": ts, "team_id": self.team.id, "share_user_id": self.owner.id}
                for ts in self.shares[channel.id]
            ]
        return told


@dataclass(eq=False)
class View:
    """A modal or a home tab as it stands in front of a person."""

    team: Team
    person: Person
    body: Json = field(default_factory=dict)
    previous: View | None = None
    open: bool = True
    hash: str = field(default_factory=new_secret)
    id: str = field(default_factory=lambda: new_id("V"))

    @property
    def external_id(self) -> str:
        return str(self.body.get("external_id", ""))

    @property
    def root(self) -> View:
        return self if self.previous is None else self.previous.root

    def show(self, body: Json) -> None:
        """The person sees this body, in the same place."""
        self.body = body
        self.hash = new_secret()
        self.team.changes.sight(str(body["type"]), self.raw(), self)

    def raw(self, values: Json | None = None) -> Json:
        """As payloads and answers carry it."""
        told = {
            "id": self.id,
            "team_id": self.team.id,
            "app_id": self.team.app_id,
            "app_installed_team_id": self.team.id,
            "bot_id": self.team.bot_id,
            "callback_id": "",
            "private_metadata": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            **self.body,
            "hash": self.hash,
            "root_view_id": self.root.id,
            "previous_view_id": None if self.previous is None else self.previous.id,
            "state": {"values": values or {}},
        }
        told.setdefault("close", None)
        told.setdefault("submit", None)
        return told
