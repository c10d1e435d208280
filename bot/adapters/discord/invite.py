"""How the bot comes into a server or to a person: Discord's pages for it, with the least permissions."""

from __future__ import annotations

import base64
import binascii

from discord import Permissions
from discord.utils import oauth_url

# To see the channel it is asked in, answer there and in threads, with cards and pictures, and find its own posts again.
NAMES = (
    "view_channel", "send_messages", "send_messages_in_threads", "embed_links", "attach_files",
    "read_message_history",
)  # fmt: skip
PERMISSIONS = Permissions(sum(getattr(Permissions, name).flag for name in NAMES))


def application_id(token: str) -> str:
    """The application that a token belongs to: its first part says so. "" where that makes no sense."""
    first = token.partition(".")[0]
    try:
        said = base64.b64decode(first + "=" * (-len(first) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
    return said if said.isdecimal() else ""


def server_url(application: str) -> str:
    """Where somebody who manages a server adds the bot to it."""
    scopes = ("bot", "applications.commands")
    return f"{oauth_url(application, permissions=PERMISSIONS, scopes=scopes)}&integration_type=0"


def person_url(application: str) -> str:
    """Where somebody takes the commands along for themselves, into every chat."""
    return f"{oauth_url(application, scopes=('applications.commands',))}&integration_type=1"
