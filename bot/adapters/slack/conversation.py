"""Our own conversation with a member, which Slack shows as an agent's: prompts to begin with, a line while we work."""

from __future__ import annotations

import asyncio
import logging

from bot.adapters.slack.asked import Asked
from bot.adapters.slack.desk import Desk
from bot.adapters.slack.failures import No, Silence
from bot.adapters.slack.manifest import prompts
from bot.adapters.slack.workspaces import Workspaces
from bot.chat.features import Features
from bot.chat.lines import split_command

log = logging.getLogger(__name__)

STATUS = "is on it …"
STATUS_S = 1.0


class Conversation:
    """Takes what is said to us alone. A line that begins with no command is words for the command `talk`."""

    def __init__(self, desk: Desk, features: Features, workspaces: Workspaces, talk: str) -> None:
        self._desk = desk
        self._features = features
        self._workspaces = workspaces
        self._talk = talk

    async def said(self, asked: Asked, line: str) -> None:
        """Somebody said something."""
        name, _ = split_command(line)
        command = name in self._features.commands or line.startswith("/") or not line.strip()
        await self._status(asked)
        await self._desk.line(asked, line if command else f"{self._talk} {line}")

    async def began(self, asked: Asked) -> None:
        """Somebody opened the conversation."""
        try:
            await self._workspaces.do(
                asked.team,
                lambda slack: slack.assistant_threads_setSuggestedPrompts(
                    channel_id=asked.channel, prompts=prompts()
                ),
            )
        except (No, Silence) as failure:
            log.info("no suggested prompts: %s", failure)

    async def _status(self, asked: Asked) -> None:
        """Slack takes it away when we answer, so it has to come first. Plans without agents do not have it."""
        call = self._workspaces.do(
            asked.team,
            lambda slack: slack.assistant_threads_setStatus(
                channel_id=asked.channel, thread_ts=asked.thread, status=STATUS
            ),
        )
        try:
            await asyncio.wait_for(call, STATUS_S)
        except (No, Silence, TimeoutError) as failure:
            log.info("no status: %r", failure)
