"""A call of a Web API method: its arguments as the app sent them, and the table of the methods that are played."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.twins.slack.app import Installation
from tests.twins.slack.model import Channel, File, Json, Person, Refused

if TYPE_CHECKING:
    from tests.twins.slack.server import SlackTwin
    from tests.twins.slack.workspace import Team


@dataclass(frozen=True)
class Call:
    """One call. A form's or query's words and JSON values are read alike."""

    twin: SlackTwin
    method: str
    args: Json
    installed: Installation | None = None
    client: tuple[str, str] = ("", "")

    @property
    def installation(self) -> Installation:
        assert self.installed is not None, f"{self.method} is called with a bot token"
        return self.installed

    @property
    def team(self) -> Team:
        return self.installation.team

    def text(self, name: str) -> str:
        return str(self.args.get(name) or "")

    def flag(self, name: str) -> bool:
        return self.args.get(name) in (True, "1", "true", "True")

    def number(self, name: str, default: int) -> int:
        return int(self.args.get(name) or default)

    def json(self, name: str) -> Any:
        """A structured argument, sent as JSON or as its text. None if it is missing."""
        value = self.args.get(name)
        return json.loads(value) if isinstance(value, str) and value else value

    def needs(self, *scopes: str) -> None:
        """One of these scopes, else `missing_scope`."""
        if not scopes:
            return
        granted = self.installation.scopes
        if not set(scopes) & set(granted):
            raise Refused("missing_scope", needed=scopes[0], provided=",".join(granted))

    def channel(self, name: str = "channel") -> Channel:
        """A conversation that the bot can know of, by id."""
        found = self.team.channels.get(self.text(name))
        hidden = found is None or found.deleted or (found.private and not found.has(self.team.bot))
        if found is None or hidden:
            raise Refused("channel_not_found")
        return found

    def person(self, name: str = "user") -> Person:
        found = self.team.people.get(self.text(name))
        if found is None:
            raise Refused("user_not_found")
        return found

    def file(self, id_: str) -> File:
        found = self.team.files.get(id_)
        if found is None or not self.team.bot_sees(found):
            raise Refused("file_not_found")
        if found.deleted:
            raise Refused("file_deleted")
        return found


Handler = Callable[[Call], Json]


@dataclass(frozen=True)
class Served:
    """A method that is played: who may call it (`token`: bot, app, none), with one of which scopes."""

    handler: Handler
    scopes: tuple[str, ...]
    token: str


SERVED: dict[str, Served] = {}


def serves(method: str, *scopes: str, token: str = "bot") -> Callable[[Handler], Handler]:
    """Declare what plays a method."""

    def mark(handler: Handler) -> Handler:
        SERVED[method] = Served(handler, scopes, token)
        return handler

    return mark
