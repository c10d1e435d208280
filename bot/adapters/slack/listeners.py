"""What Bolt listens to: each thing is acknowledged at once, and handed on."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext

from bot.adapters.slack.asked import Asked, by_command, by_form, by_message, by_press
from bot.adapters.slack.conversation import Conversation
from bot.adapters.slack.desk import Desk
from bot.adapters.slack.home import Home
from bot.adapters.slack.lines import typed, without_mention
from bot.adapters.slack.modals import Reply
from bot.adapters.slack.words import received
from bot.adapters.slack.workspaces import Workspaces
from bot.chat.features import Features

log = logging.getLogger(__name__)

# A modal that was sent is told something within Slack's three seconds.
REPLY_S = 2.5
HEARD_MOST = 1000
_ANY = re.compile(".*", re.DOTALL)
Body = Mapping[str, Any]


class Listeners:
    """Registers itself with Bolt."""

    def __init__(
        self,
        app: AsyncApp,
        features: Features,
        desk: Desk,
        home: Home,
        conversation: Conversation,
        workspaces: Workspaces,
    ) -> None:
        self._features = features
        self._desk = desk
        self._home = home
        self._conversation = conversation
        self._workspaces = workspaces
        self._heard: dict[tuple[str, str], None] = {}
        app.command(_ANY)(self._command)
        app.action(_ANY)(self._action)
        app.view(_ANY)(self._view)
        app.options(_ANY)(self._options)
        app.event("app_mention")(self._mention)
        app.event("message")(self._message)
        app.event("app_home_opened")(self._opened)
        app.event("app_uninstalled")(self._taken_out)
        app.event("tokens_revoked")(self._revoked)

    async def _command(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await ack()
        # A command of its own is that command; any other name is the one that takes them all.
        name = str(body["command"]).removeprefix("/")
        short = f"{name} " if name in self._features.commands else ""
        asked = by_command(body, _team(context), _now())
        self._desk.take(self._desk.line(asked, short + typed(str(body.get("text", "")))))

    async def _action(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        await ack()
        action = body["actions"][0]
        chosen = action.get("selected_option") or {}
        value = action.get("value") or chosen.get("value")
        if not value:
            return  # a link, which the browser opens
        label = (chosen.get("text") or action.get("text") or {}).get("text", "")
        asked = by_press(body, _team(context), _now())
        self._desk.take(self._desk.press(asked, received(str(value)), received(str(label))))

    async def _view(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        reply = Reply()
        asked = by_form(body, _team(context), _now())
        self._desk.take(self._desk.submit(asked, body["view"], reply))
        await asyncio.wait({reply.given}, timeout=REPLY_S)
        reply.close()
        await ack(**reply.given.result())

    async def _options(self, ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
        asked = by_press(body, _team(context), _now())
        words = received(str(body.get("value", "")))
        await ack(options=await self._desk.suggestions(asked, body["view"], str(body["block_id"]), words))

    async def _mention(self, event: Body, context: AsyncBoltContext) -> None:
        if not self._new(event):
            return
        line = without_mention(str(event.get("text", "")), context.bot_user_id or "")
        self._desk.take(self._desk.line(by_message(event, _team(context)), typed(line)))

    async def _message(self, event: Body, context: AsyncBoltContext) -> None:
        """Only our own conversations: nothing else is subscribed to."""
        if event.get("channel_type") != "im" or event.get("subtype") or not self._new(event):
            return
        line = without_mention(str(event.get("text", "")), context.bot_user_id or "")
        self._desk.take(self._conversation.said(by_message(event, _team(context)), typed(line)))

    async def _opened(self, event: Body, context: AsyncBoltContext) -> None:
        tab, channel = event.get("tab"), str(event.get("channel", ""))
        if tab == "home":
            self._desk.take(self._home.show(Asked(_team(context), event["user"], home=True)))
        elif tab == "messages":
            self._desk.take(
                self._conversation.began(Asked(_team(context), event["user"], channel=channel, direct=True))
            )

    async def _taken_out(self, context: AsyncBoltContext) -> None:
        await self._workspaces.taken_out_of(_team(context))

    async def _revoked(self, event: Body, context: AsyncBoltContext) -> None:
        if event.get("tokens", {}).get("bot"):
            await self._workspaces.taken_out_of(_team(context))

    def _new(self, event: Body) -> bool:
        """Whether somebody said it, and it was not handed over already: Slack repeats what it thinks got lost."""
        key = (str(event.get("channel")), str(event.get("ts")))
        if event.get("bot_id") or "user" not in event or key in self._heard:
            return False
        self._heard[key] = None
        if len(self._heard) > HEARD_MOST:
            del self._heard[next(iter(self._heard))]
        return True


def _team(context: AsyncBoltContext) -> str:
    return str(context.team_id or context.enterprise_id or "")


def _now() -> float:
    return asyncio.get_running_loop().time()
