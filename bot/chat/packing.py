"""What a button runs, as one short string that a platform carries for us: `draft.swap?draft=12&song=3`.

Discord gives a custom id 100 characters, of which its adapter needs four to tell equal buttons of a message apart.
So ids go on buttons and long things into a store; only what asks the same again may be longer, where a platform has
the room.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

PACKED_MOST = 96


def packed(action: str, args: Mapping[str, str], most: int = PACKED_MOST) -> str:
    """The string. Raises ValueError where it would be too long: the feature has to store the long part."""
    whole = f"{action}?{urlencode(args)}" if args else action
    if len(whole) > most:
        raise ValueError(f"{action}: its arguments are too long for a button; store them and pass an id")
    return whole


def unpacked(whole: str) -> tuple[str, dict[str, str]]:
    """What `packed` was given. Whatever else comes in gives some action that nobody has declared."""
    action, _, args = whole.partition("?")
    return action, dict(parse_qsl(args, keep_blank_values=True))
