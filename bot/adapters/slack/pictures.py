"""Pictures on their way to Slack.

A picture for everybody is uploaded without being shared, then shown by an image block of the message itself: who sees
the message sees the picture. A private answer carries none. An ephemeral message shares no file with its reader, and a
file shared with the channel would be seen by all of it; so the picture goes into the member's own conversation with
us, and the private answer says where it is.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from bot.adapters.slack.client import Care
from bot.adapters.slack.failures import No, Silence
from bot.adapters.slack.words import spoken
from bot.adapters.slack.workspaces import Workspaces
from bot.chat.cards import Block, Card, Lines, Picture
from bot.text import Text

log = logging.getLogger(__name__)

# What the upload takes; the image block takes more.
ALT_MOST = 1000
READY_S = 10.0
_LOOK_S = (0.1, 0.2, 0.4, 0.8)
_KINDS = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}


def pictures_of(card: Card) -> Sequence[Picture]:
    """The card's pictures in order."""
    return [it for it in card.blocks if isinstance(it, Picture)]


def without_pictures(card: Card, instead: Text | None) -> Card:
    """The card with its pictures left out, and a sentence in place of the first one."""
    blocks: list[Block] = []
    for block in card.blocks:
        if not isinstance(block, Picture):
            blocks.append(block)
        elif instead is not None:
            blocks.append(Lines((instead,)))
            instead = None
    return replace(card, blocks=tuple(blocks))


async def uploaded(workspaces: Workspaces, team: str, pictures: Sequence[Picture]) -> list[str]:
    """Slack's ids of the pictures, each ready to be shown; "" for one that could not be brought there."""
    return [await _uploaded(workspaces, team, it) for it in pictures]


async def shared(
    workspaces: Workspaces, team: str, channel: str, thread: str, pictures: Sequence[Picture]
) -> None:
    """Put the pictures into a thread, as files. What cannot be put there is left out: their words are in the card."""
    for it in pictures:
        try:
            await _upload(workspaces, team, it, channel=channel, thread=thread)
        except (No, Silence) as failure:
            log.warning("a picture could not be put into a thread: %s", failure)


async def _uploaded(workspaces: Workspaces, team: str, picture: Picture) -> str:
    try:
        file = await _upload(workspaces, team, picture)
        return file if await _ready(workspaces, team, file) else ""
    except (No, Silence) as failure:
        log.warning("a picture could not be uploaded: %s", failure)
        return ""


async def _upload(
    workspaces: Workspaces, team: str, picture: Picture, *, channel: str = "", thread: str = ""
) -> str:
    kind = next((kind for start, kind in _KINDS.items() if picture.data.startswith(start)), "")
    if not kind:
        raise No("not_an_image")
    told = await workspaces.do(
        team,
        lambda slack: slack.files_upload_v2(
            content=picture.data,
            filename=f"earshot.{kind}",
            title="Earshot",
            alt_txt=spoken(picture.alt, ALT_MOST),
            channel=channel or None,
            thread_ts=thread or None,
        ),
        Care.ONCE if channel else Care.REPEAT,
    )
    return str(told["files"][0]["id"])


async def _ready(workspaces: Workspaces, team: str, file: str) -> bool:
    """Whether Slack has looked at the file; until then it refuses blocks that show it."""
    now = asyncio.get_running_loop().time
    late, waits = now() + READY_S, iter(_LOOK_S)
    while now() < late:
        told = await workspaces.do(team, lambda slack: slack.files_info(file=file))
        if told["file"].get("mimetype"):
            return True
        await asyncio.sleep(next(waits, _LOOK_S[-1]))
    return False
