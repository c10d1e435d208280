"""People and places as Slack knows them, remembered for some minutes."""

from __future__ import annotations

import logging
import re
from typing import Generic, TypeVar

from bot.adapters.slack.asked import PLATFORM, Asked, identity
from bot.adapters.slack.failures import No, Silence
from bot.adapters.slack.words import JSON, clean, received
from bot.adapters.slack.workspaces import Workspaces
from bot.chat.context import Person
from bot.core.model import Place, RoomRef
from bot.ports import Clock

log = logging.getLogger(__name__)

T = TypeVar("T")

KEPT_MS = 10 * 60 * 1000
KEPT_MOST = 5000
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>|(?:[TE][A-Z0-9]+/)?([UW][A-Z0-9]{2,})")


class _Kept(Generic[T]):
    """What Slack told, for some minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: dict[tuple[str, str], tuple[int, T]] = {}

    def get(self, key: tuple[str, str]) -> T | None:
        until, value = self._kept.get(key, (0, None))
        return value if self._clock.now_ms() < until else None

    def drop(self, key: tuple[str, str]) -> None:
        self._kept.pop(key, None)

    def put(self, key: tuple[str, str], value: T) -> T:
        if len(self._kept) >= KEPT_MOST:
            self._kept.clear()
        self._kept[key] = (self._clock.now_ms() + KEPT_MS, value)
        return value


class People:
    """Asks Slack who somebody is, which conversation is theirs with us, and what a channel is called."""

    def __init__(self, workspaces: Workspaces, clock: Clock) -> None:
        self._workspaces = workspaces
        self._persons: _Kept[Person] = _Kept(clock)
        self._names: _Kept[str] = _Kept(clock)
        self._dms: _Kept[str] = _Kept(clock)

    async def asker(self, asked: Asked) -> Person:
        """Whoever asks. Where Slack does not tell now, what the request told: no zone, no rights."""
        return await self._person(asked.team, asked.user) or _stranger(asked)

    async def who(self, team: str, typed: str) -> Person | None:
        """Somebody by a mention, Slack's id or ours; None for nobody."""
        found = _MENTION.fullmatch(typed.strip())
        return None if found is None else await self._person(team, found[1] or found[2])

    async def place(self, asked: Asked) -> Place:
        """Where somebody asks. Their conversation with us is no room; nor is what Slack does not tell apart from it."""
        if not asked.channel or await self.is_own(asked) is not False:
            return Place(None)
        name = asked.known_name or await self._name(asked.team, asked.channel)
        return Place(RoomRef(PLATFORM, asked.team, asked.channel), name or "this conversation")

    async def is_own(self, asked: Asked) -> bool | None:
        """Whether the channel is the asker's conversation with us; None where Slack does not tell."""
        if asked.direct or not asked.channel.startswith("D"):
            return asked.direct
        try:
            return asked.channel == await self.dm(asked.team, asked.user)
        except (No, Silence) as failure:
            log.info("whose conversation it is cannot be told: %s", failure)
            return None

    async def dm(self, team: str, user: str) -> str:
        """The conversation with somebody alone, opened if there is none. Raises `No` and `Silence`."""
        known = self._dms.get((team, user))
        if known is not None:
            return known
        told = await self._workspaces.do(team, lambda slack: slack.conversations_open(users=user))
        return self._dms.put((team, user), str(told["channel"]["id"]))

    async def present(self, team: str, user: str) -> bool:
        """Whether somebody has an account in the workspace that is not deactivated. Raises `No` and `Silence`."""
        told = await self._workspaces.do(team, lambda slack: slack.users_info(user=user))
        return not told["user"].get("deleted")

    def forget(self, team: str, user: str) -> None:
        """Let go of what is remembered of somebody."""
        for kept in (self._persons, self._dms):
            kept.drop((team, user))

    async def _person(self, team: str, user: str) -> Person | None:
        known = self._persons.get((team, user))
        if known is not None:
            return known
        try:
            told = await self._workspaces.do(team, lambda slack: slack.users_info(user=user))
        except (No, Silence) as failure:
            log.info("users.info: %s", failure)
            return None
        grant = await self._workspaces.grant(team)
        person = _person(team, told["user"], installer="" if grant is None else grant.installer)
        return self._persons.put((team, user), person)

    async def _name(self, team: str, channel: str) -> str:
        known = self._names.get((team, channel))
        if known is not None:
            return known
        try:
            told = await self._workspaces.do(team, lambda slack: slack.conversations_info(channel=channel))
        except (No, Silence) as failure:
            log.info("conversations.info: %s", failure)
            return ""
        name = clean(received(str(told["channel"].get("name", ""))))
        return self._names.put((team, channel), "" if name.startswith("mpdm-") else name)


def _person(team: str, user: JSON, installer: str) -> Person:
    profile = user.get("profile", {})
    name = (
        profile.get("display_name")
        or profile.get("real_name")
        or user.get("real_name")
        or user.get("name", "")
    )
    rights = user.get("is_admin") or user.get("is_owner") or user["id"] == installer
    return Person(identity(team, user["id"]), clean(received(name)), user.get("tz") or "", admin=bool(rights))


def _stranger(asked: Asked) -> Person:
    return Person(asked.identity, clean(received(asked.user_name)) or "somebody")
