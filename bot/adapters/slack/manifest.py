"""The manifest of the Slack app, made from what the features declare: paste it at Slack and everything is set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.adapters.slack.words import JSON, cut
from bot.chat.commands import Command
from bot.chat.features import Features

ROOT = "/earshot"
EVENTS_PATH = "/slack/events"
INSTALL_PATH = "/slack/install"
REDIRECT_PATH = "/slack/oauth_redirect"
SHORT = ("play", "wrapped")

# Each with what it is for; nothing that would let Earshot read along in a channel.
SCOPES = {
    "app_mentions:read": "to hear “@Earshot play …”",
    "assistant:write": "suggested prompts and the status line in its own conversation",
    "channels:read": "the name of the channel it is asked in",
    "chat:write": "to answer",
    "commands": "/earshot",
    "files:read": "the Spotify export that somebody puts into a form",
    "files:write": "the picture of the mini-Wrapped",
    "groups:read": "the name of a private channel it was invited to",
    "im:history": "to hear what is said to it alone",
    "im:write": "to open a conversation with one member",
    "users:read": "names, time zones, and who is an admin",
}
# Only where `[slack] history` is set: to look whether a post arrived that it was interrupted at.
HISTORY_SCOPES = {
    "channels:history": "to find its own posts in a channel again",
    "groups:history": "to find its own posts in a private channel again",
}
EVENTS = ("app_home_opened", "app_mention", "app_uninstalled", "message.im", "tokens_revoked")

# What can be said to it in its own conversation. Slack shows four at most.
PROMPTS = (
    "Something calm for a rainy Sunday",
    "Songs we all know, for a road trip",
    "Wake me up, no ballads",
    "help",
)
_ABOUT = "A group's listening: an exact mini-Wrapped, and playlists that serve everybody."
_ABOUT_MOST = 2000
_HINT_MOST = 1000


def scopes(*, history: bool = False) -> Mapping[str, str]:
    """What the app needs at Slack, each with what it is for."""
    return {**SCOPES, **HISTORY_SCOPES} if history else SCOPES


def manifest(
    features: Features,
    public_url: str,
    socket_mode: bool,
    short: Sequence[str] = SHORT,
    *,
    history: bool = False,
) -> JSON:
    """The manifest as JSON.

    `short` are the commands that get a slash of their own beside /earshot. Without `socket_mode` Slack sends its
    requests to `public_url`. Raises `NotFound` for a short command that no feature declares.
    """
    base = public_url.rstrip("/")
    url = {} if socket_mode else {"request_url": base + EVENTS_PATH}
    # Slack takes no manifest with an http address to go back to.
    back = {"redirect_urls": [base + REDIRECT_PATH]} if base.startswith("https://") else {}
    commands = [_root(features), *(_command(features.command(name)) for name in short)]
    if not socket_mode:
        commands = [{**it, "url": base + EVENTS_PATH} for it in commands]
    return {
        "display_information": {"name": "Earshot", "description": _ABOUT},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True,
                         "messages_tab_read_only_enabled": False},
            "bot_user": {"display_name": "Earshot", "always_online": True},
            "slash_commands": commands,
            "agent_view": {
                "agent_description": "Say what you would like to hear, and it becomes a playlist.",
                "suggested_prompts": prompts(),
            },
        },
        "oauth_config": {**back, "scopes": {"bot": list(scopes(history=history))}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS), **url},
            "interactivity": {"is_enabled": True, **url},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }  # fmt: skip


def prompts() -> list[JSON]:
    """The suggested prompts as Slack takes them."""
    return [{"title": it, "message": it} for it in PROMPTS]


def _root(features: Features) -> JSON:
    names = " | ".join(features.commands)
    return {
        "command": ROOT,
        "description": "Everything Earshot can do here",
        "usage_hint": cut(names, _HINT_MOST) or "help",
        "should_escape": True,
    }


def _command(command: Command) -> JSON:
    usage = " ".join(it.usage for it in command.options)
    drawn: JSON = {
        "command": f"/{command.name}",
        "description": cut(command.about, _ABOUT_MOST),
        "should_escape": True,
    }
    return {**drawn, "usage_hint": cut(usage, _HINT_MOST)} if usage else drawn
