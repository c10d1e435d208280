"""A workspace: its people and conversations, what is posted there, and the events the app hears of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from tests.twins.slack.app import Installation
from tests.twins.slack.elements import identified
from tests.twins.slack.human import Human
from tests.twins.slack.model import Channel, File, Json, Message, Person, View, new_id, new_secret
from tests.twins.slack.shown import Shown
from tests.twins.slack.waiting import Changes

if TYPE_CHECKING:
    from tests.twins.slack.asked import Asked
    from tests.twins.slack.server import SlackTwin

EVENT_SCOPES = {
    "app_mention": "app_mentions:read",
    "message.im": "im:history",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "member_joined_channel": "channels:read",
    "channel_archive": "channels:read",
    "channel_deleted": "channels:read",
    "channel_left": "channels:read",
    "channel_unarchive": "channels:read",
    "group_left": "groups:read",
}


class Team:
    """One workspace. `slack.team(name)` makes it; it is installed unless asked otherwise."""

    def __init__(self, twin: SlackTwin, name: str) -> None:
        self.twin = twin
        self.name = name
        self.id = new_id("T")
        self.domain = f"{name.lower().replace(' ', '-')}-{self.id.lower()}"
        self.bot_id = new_id("B")
        self.people: dict[str, Person] = {}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.views: dict[str, View] = {}
        self.homes: dict[str, View] = {}
        self.dms: dict[str, Channel] = {}
        self.installation: Installation | None = None
        self.bot = self._join(Person(self, twin.bot_name, is_bot=True))

    @property
    def app_id(self) -> str:
        return self.twin.app.id

    @property
    def changes(self) -> Changes:
        return self.twin.changes

    @property
    def has_app(self) -> bool:
        """Whether the app is installed here."""
        return self.installation is not None and not self.installation.refusal

    @property
    def bot_token(self) -> str:
        """The token of the app here. Raises LookupError where it is not installed."""
        if self.installation is None:
            raise LookupError(f"the app is not installed in {self.name}")
        return self.installation.token

    def channel(self, name: str, *, private: bool = False, bot: bool = True) -> Channel:
        """The channel of that name, made when first asked for, with everybody in it; `bot`: the bot too."""
        for channel in self.channels.values():
            if channel.name == name and not channel.im:
                return channel
        members = {person.id for person in self.people.values() if bot or not person.is_bot}
        made = Channel(self, name, private=private, members=members)
        self.channels[made.id] = made
        return made

    def human(self, name: str, **about: Any) -> Human:
        """A new member, who joins every channel; `about` as in `Person`: tz, locale, admin, owner."""
        person = Human(self, name, **about)
        self._join(person)
        for channel in self.channels.values():
            if not channel.im:
                channel.members.add(person.id)
        return person

    def _join(self, person: Any) -> Any:
        self.people[person.id] = person
        return person

    def dm(self, person: Person) -> Channel:
        """The direct conversation between a person and the bot."""
        if person.id not in self.dms:
            made = Channel(self, person.handle, im=True, members={person.id, self.bot.id})
            self.dms[person.id] = self.channels[made.id] = made
        return self.dms[person.id]

    def install(self, scopes: tuple[str, ...], installer: Person | None = None) -> Installation:
        """Put the app in; a second time keeps the token, unless tokens rotate."""
        now, rotation = self.twin.clock(), self.twin.app.rotation
        old = self.installation
        keeps = old is not None and not old.refusal and not rotation
        self.installation = Installation(
            self,
            scopes,
            token=old.token
            if old is not None and keeps
            else f"{'xoxe.' if rotation else ''}xoxb-{new_secret()}",
            installer=installer,
            refresh_token=f"xoxe-1-{new_secret()}" if rotation else "",
            expires_at=now + 43_200 if rotation else None,
        )
        self.twin.installations[self.installation.token] = self.installation
        return self.installation

    def post(
        self, channel: Channel, author: Person, text: str, *, asked: Asked | None = None, **about: Any
    ) -> Message:
        """Put a message into a conversation; `about` as in `Message`. Everybody there sees it.

        `asked`: what it is known to answer.
        """
        about["blocks"] = identified(about.get("blocks") or [])
        message = Message(channel, self.twin.new_ts(), author, text, **about)
        if asked is not None:
            self.twin.answers[message] = asked
        channel.messages.append(message)
        message.changed()
        return message

    def keep_file(self, owner: Person, name: str, size: int) -> File:
        """Make room for a file; its bytes come later."""
        file = File(self, owner, name, size, created=int(self.twin.clock()))
        file.url = f"{self.twin.url}/files-pri/{self.id}-{file.id}/{quote(name)}"
        file.upload_url = f"{self.twin.url}/upload/v1/{file.id}"
        self.files[file.id] = file
        return file

    def bot_sees(self, file: File) -> bool:
        """Whether the app may read a file."""
        mine = file.owner is self.bot or file.given
        return mine or any(self.channels[id_].has(self.bot) for id_ in file.shares)

    def newest(self, channel: Channel, fits: Callable[[Shown], bool]) -> Shown | None:
        """The bot's newest message there that everybody sees and that fits, as one of them sees it."""
        human = next(it for it in self.people.values() if isinstance(it, Human) and channel.has(it))
        seen = (
            it for it in reversed(human.sees(channel)) if it.message.author is self.bot and not it.ephemeral
        )
        return next((it for it in seen if fits(it)), None)

    def file(self, named: Json) -> File | None:
        """The file that a `slack_file` object names by id or address."""
        found = self.files.get(named.get("id", ""))
        links = (it for it in self.files.values() if named.get("url") in (it.url, it.permalink))
        return found or next(links, None)

    def names(self) -> dict[str, str]:
        """The names behind the ids of people and channels."""
        people = {it.id: it.name for it in self.people.values()}
        return people | {it.id: it.name for it in self.channels.values()}

    def happens(self, kind: str, body: Json, *, subscription: str = "") -> None:
        """Tell the app of an event, if it subscribed to it and may."""
        wanted, installed = subscription or kind, self.installation
        if not self.has_app or installed is None or wanted not in self.twin.app.events:
            return
        scope = EVENT_SCOPES.get(wanted)
        if scope is None or scope in installed.scopes:
            self.twin.telling.event(self, {"type": kind, **body, "event_ts": self.twin.new_ts()})
