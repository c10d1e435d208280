"""How rooms and platforms are called in a sentence, and a room as one short word that a button can carry."""

from __future__ import annotations

from urllib.parse import quote, unquote

from bot.core.model import Room, RoomRef
from bot.errors import NotFound
from bot.text import Text, t


def platform_name(platform: str) -> str:
    """`discord` → `Discord`."""
    return platform.capitalize()


def where(room: Room) -> Text:
    """`music on Slack`."""
    return t("{room} on {platform}", room=room.name, platform=platform_name(room.ref.platform))


def room_word(room: RoomRef) -> str:
    """The room without commas or spaces, to be a button's argument or one of several values of a form."""
    return "/".join(quote(part, safe="") for part in room)


def room_of(word: str) -> RoomRef:
    """The room that `room_word` was given. Raises `NotFound` for any other word."""
    parts = [unquote(part) for part in word.split("/")]
    if len(parts) != len(RoomRef._fields):
        raise NotFound(t("I know no such room (any more)."))
    return RoomRef(*parts)
