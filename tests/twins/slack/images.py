"""Pictures in blocks that are files on Slack: who may use them, and who sees them then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tests.twins.slack.model import Json, Message, Refused

if TYPE_CHECKING:
    from tests.twins.slack.workspace import Team

SHOWN_TYPES = ("png", "jpg", "jpeg", "gif")


def check_images(team: Team, blocks: list[Json]) -> None:
    """Refuse a picture that the bot cannot see, that is none, or that Slack has not looked at yet."""
    for pointer, named in _slack_files(blocks, "/blocks"):
        file = team.file(named)
        usable = file is not None and file.ready and not file.deleted and team.bot_sees(file)
        if file is None or not usable or file.filetype not in SHOWN_TYPES:
            said = f"invalid slack file [json-pointer:{pointer}]"
            raise Refused(
                "invalid_blocks", errors=[said], response_metadata={"messages": [f"[ERROR] {said}"]}
            )


def share_images(message: Message) -> None:
    """Who sees the message sees its pictures. (An ephemeral message shares nothing: it gives no access.)"""
    for _, named in _slack_files(message.blocks, ""):
        file = message.channel.team.file(named)
        if file is not None:
            file.shares.setdefault(message.channel.id, []).append(message.ts)


def _slack_files(node: object, pointer: str) -> Iterator[tuple[str, Json]]:
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "slack_file" and isinstance(value, dict):
                yield f"{pointer}/slack_file", value
            else:
                yield from _slack_files(value, f"{pointer}/{name}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _slack_files(value, f"{pointer}/{index}")
