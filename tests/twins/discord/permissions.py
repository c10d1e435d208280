"""The permissions that matter here, by the names Discord gives them."""

from __future__ import annotations

BITS = {
    "ADMINISTRATOR": 1 << 3,
    "MANAGE_GUILD": 1 << 5,
    "VIEW_CHANNEL": 1 << 10,
    "SEND_MESSAGES": 1 << 11,
    "MANAGE_MESSAGES": 1 << 13,
    "EMBED_LINKS": 1 << 14,
    "ATTACH_FILES": 1 << 15,
    "READ_MESSAGE_HISTORY": 1 << 16,
    "MENTION_EVERYONE": 1 << 17,
    "USE_APPLICATION_COMMANDS": 1 << 31,
}


def bits(*names: str) -> int:
    """The set of the named permissions. Raises KeyError for a name that is not above."""
    total = 0
    for name in names:
        total |= BITS[name]
    return total


EVERYTHING = bits(*BITS)
ORDINARY = EVERYTHING & ~bits("ADMINISTRATOR", "MANAGE_GUILD", "MANAGE_MESSAGES")
