"""What Slack tells of somebody who asks: who, where, and the ways that this opens to answer them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.adapters.slack.words import JSON
from bot.core.model import Identity

PLATFORM = "slack"
# Slack takes a trigger for three seconds; the way there takes some of them.
TRIGGER_S = 2.5
_MASKED = frozenset({"directmessage", "privategroup"})


@dataclass(slots=True)
class Trigger:
    """Opens one modal, within three seconds of what somebody did. `at` is loop time."""

    id: str
    at: float

    def take(self, now: float) -> str:
        """The id, once, while Slack takes it; else ""."""
        fresh, self.id = self.id if now - self.at < TRIGGER_S else "", ""
        return fresh


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that somebody did.

    `channel` is "" in the home tab and in modals opened from there. `thread` is the thread to answer in. `message` is
    the message whose button was pressed, `hidden` if it is ephemeral; `view` the modal in which it stands. `direct`:
    the conversation is known to be theirs with us alone. `seen`: what they said stands there for everybody to see.
    `late`: the `response_url` is that of an earlier request, so it may be used up.
    """

    team: str
    user: str
    user_name: str = ""
    channel: str = ""
    channel_name: str = ""
    thread: str = ""
    message: str = ""
    hidden: bool = False
    view: str = ""
    home: bool = False
    direct: bool = False
    seen: bool = False
    late: bool = False
    response_url: str = ""
    trigger: Trigger = field(default_factory=lambda: Trigger("", 0.0))

    @property
    def identity(self) -> Identity:
        """Slack's ids of users are unique within a workspace only."""
        return identity(self.team, self.user)

    @property
    def known_name(self) -> str:
        """The name of the channel as far as the request told."""
        return (
            "" if self.channel_name in _MASKED or self.channel_name.startswith("mpdm-") else self.channel_name
        )

    def packed(self) -> JSON:
        """What a modal has to carry so that its answer finds back."""
        kept = {
            "channel": self.channel, "channel_name": self.channel_name, "thread": self.thread,
            "response_url": self.response_url, "home": self.home or bool(self.view), "direct": self.direct,
        }  # fmt: skip
        return {name: value for name, value in kept.items() if value}


def identity(team: str, user: str) -> Identity:
    """A user of a workspace, as everybody else here knows them."""
    return Identity(PLATFORM, f"{team}/{user}")


def team_and_user(who: Identity) -> tuple[str, str]:
    """The workspace and Slack's id of a user."""
    team, _, user = who.user.partition("/")
    return team, user


def by_command(body: Mapping[str, Any], team: str, now: float) -> Asked:
    """A slash command."""
    return Asked(
        team=team,
        user=body["user_id"],
        user_name=body.get("user_name", ""),
        channel=body["channel_id"],
        channel_name=body.get("channel_name", ""),
        response_url=body.get("response_url", ""),
        trigger=Trigger(body.get("trigger_id", ""), now),
    )


def by_press(body: Mapping[str, Any], team: str, now: float) -> Asked:
    """A button or a menu, on a message, in a modal, or in the home tab."""
    user, container, channel = body["user"], body.get("container", {}), body.get("channel") or {}
    message = container.get("message_ts", "")
    thread = (body.get("message") or {}).get("thread_ts") or container.get("thread_ts", "")
    view = body.get("view") or {}
    where = carried(view).get("where")
    metadata = where if isinstance(where, dict) else {}
    return Asked(
        team=team,
        user=user["id"],
        user_name=user.get("username") or user.get("name", ""),
        channel=channel.get("id") or metadata.get("channel", ""),
        channel_name=channel.get("name") or metadata.get("channel_name", ""),
        thread=thread if thread != message else metadata.get("thread", ""),
        message=message,
        hidden=bool(container.get("is_ephemeral")),
        view=view.get("id", "") if view.get("type") == "modal" else "",
        home=view.get("type") == "home" or bool(metadata.get("home")),
        direct=bool(metadata.get("direct")),
        response_url=body.get("response_url") or metadata.get("response_url", ""),
        trigger=Trigger(body.get("trigger_id", ""), now),
    )


def by_form(body: Mapping[str, Any], team: str, now: float) -> Asked:
    """A submitted modal. It stays the place of the answer where it was opened in the home tab or in a modal."""
    asked = by_press(body, team, now)
    if asked.home:
        return asked
    return Asked(
        team, asked.user, asked.user_name, asked.channel, asked.channel_name, asked.thread,
        direct=asked.direct, late=True, response_url=asked.response_url, trigger=asked.trigger,
    )  # fmt: skip


def by_message(event: Mapping[str, Any], team: str) -> Asked:
    """Something said to us: a mention in a channel, or a line in our own conversation, which begins a thread there."""
    direct = event.get("channel_type") == "im"
    thread = event.get("thread_ts") or (event["ts"] if direct else "")
    return Asked(team, event["user"], channel=event["channel"], thread=thread, direct=direct, seen=True)


def carried(view: Mapping[str, Any]) -> JSON:
    """What a modal of ours carries; empty for anything else."""
    try:
        carried = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return carried if isinstance(carried, dict) else {}
