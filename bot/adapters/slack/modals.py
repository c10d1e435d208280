"""Modals: forms to fill in, and cards where there is no conversation to show them in."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Collection

from bot.adapters.slack.asked import Asked, carried
from bot.adapters.slack.client import Care
from bot.adapters.slack.draw import VALUE_MOST, VIEW, draw, plain_text, quiet_line
from bot.adapters.slack.failures import No
from bot.adapters.slack.forms import draw_form, title_of
from bot.adapters.slack.phrases import Phrases
from bot.adapters.slack.words import JSON
from bot.adapters.slack.workspaces import Workspaces
from bot.chat.cards import Card, Form
from bot.chat.features import Features
from bot.chat.packing import packed, unpacked
from bot.text import Text, t

log = logging.getLogger(__name__)

METADATA_MOST = 3000


class Reply:
    """What a submitted modal is told: one answer, which Slack waits for. `given` is what Bolt acknowledges with."""

    def __init__(self) -> None:
        self.given: asyncio.Future[JSON] = asyncio.get_running_loop().create_future()
        self.refused = False

    def close(self) -> None:
        """The modal closes."""
        self._give({})

    def show(self, view: JSON) -> bool:
        """The modal shows this instead. False if it was told something already."""
        return self._give({"response_action": "update", "view": view})

    def refuse(self, errors: dict[str, str]) -> bool:
        """The modal stays, with a sentence beside each of these fields. False if it was told something already."""
        self.refused = self._give({"response_action": "errors", "errors": errors})
        return self.refused

    def _give(self, answer: JSON) -> bool:
        open_ = not self.given.done()
        if open_:
            self.given.set_result(answer)
        return open_


class Screen:
    """One modal in front of one person: the one in which they pressed or which they sent, else one that is opened.

    `reply` is what the sent one waits for.
    """

    def __init__(self, workspaces: Workspaces, asked: Asked, reply: Reply | None = None) -> None:
        self._workspaces = workspaces
        self._asked = asked
        self._view = asked.view
        self._reply = reply

    async def show(self, view: JSON) -> None:
        """Draw it. Raises `No` (the modal was closed, or can be opened no more) and `Silence`."""
        if self._reply is not None and self._reply.show(view):
            return
        if self._view:
            await self._workspaces.do(
                self._asked.team, lambda slack: slack.views_update(view_id=self._view, view=view)
            )
            return
        trigger = self._asked.trigger.take(asyncio.get_running_loop().time())
        if not trigger:
            raise No("expired_trigger_id")
        told = await self._workspaces.do(
            self._asked.team, lambda slack: slack.views_open(trigger_id=trigger, view=view), Care.HURRY
        )
        self._view = str(told["view"]["id"])


class Modals:
    """Draws modals."""

    def __init__(self, features: Features, phrases: Phrases) -> None:
        self._features = features
        self._phrases = phrases

    def form(self, form: Form, asked: Asked) -> JSON:
        """A form, which knows where it was asked for."""
        form = self._phrases.of(form)
        return draw_form(
            form, _metadata(asked, packed(form.submit, form.args, VALUE_MOST)), self._suggesting(form)
        )

    def card(self, card: Card, asked: Asked) -> JSON:
        """A card. Its pictures are told in words."""
        card = self._phrases.of(card)
        return _modal(card.title, draw(card, VIEW), asked)

    def at_work(self, text: Text, asked: Asked) -> JSON:
        """That the work goes on."""
        return _modal(t("Earshot"), quiet_line(text), asked)

    def _suggesting(self, form: Form) -> Collection[str]:
        command = (
            self._features.commands.get(form.submit.removeprefix("/"))
            if form.submit.startswith("/")
            else None
        )
        return () if command is None else [it.name for it in command.options if it.suggest is not None]


def run_by(view: JSON) -> tuple[str, dict[str, str]]:
    """What a submitted modal runs: a call's name and its arguments."""
    return unpacked(str(carried(view).get("run", "")))


def _modal(title: Text, blocks: list[JSON], asked: Asked) -> JSON:
    return {
        "type": "modal",
        "title": plain_text(title_of(title)),
        "close": plain_text(str(t("Close"))),
        "private_metadata": _metadata(asked),
        "blocks": blocks,
    }


def _metadata(asked: Asked, run: str = "") -> str:
    where = asked.packed()
    metadata = json.dumps({"run": run, "where": where})
    if len(metadata) > METADATA_MOST:
        where.pop("response_url", None)
        metadata = json.dumps({"run": run, "where": where})
    return metadata
