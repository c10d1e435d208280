"""What a person set off, and what they saw of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.twins.slack.model import Channel, Json, Message, Sight, View
from tests.twins.slack.shown import Shown

if TYPE_CHECKING:
    from tests.twins.slack.human import Human

PATIENCE_S = 10.0
SETTLED_S = 0.1
STEP_S = 0.02


class Asked:
    """A command, a press, a form sent or words said; and, over time, what the bot does about it.

    What belongs to it is known where Slack knows it (answers to the request, to its `response_url` and
    `trigger_id`). For the rest, what the bot does in that conversation, or with that person, after the asking
    counts as the answer: so people who ask at the same time should ask in rooms of their own.
    """

    def __init__(self, human: Human, channel: Channel | None) -> None:
        self.human = human
        self.channel = channel
        self.started = asyncio.get_running_loop().time()
        self.acked_after_s: float | None = None
        self.errors: dict[str, str] = {}
        self._changes = human.team.changes
        self._read = len(self._changes.seen)
        self._shown: list[Shown] = []

    def acknowledged(self) -> None:
        """The app took the request."""
        self.acked_after_s = asyncio.get_running_loop().time() - self.started
        self._changes.tell()

    def failed(self, words: str) -> None:
        """Slack itself tells the person that the app did not answer."""
        self._changes.sight("error", {"type": "message", "text": words}, self)

    @property
    def all_shown(self) -> list[Shown]:
        """Everything the person has seen of it so far, in order: an edited message counts each time it changed."""
        unread = self._changes.seen[self._read :]
        self._read += len(unread)
        mine = [sight for sight in unread if self._concerns(sight)]
        self._shown += [Shown(self.human, sight, sight.at - self.started) for sight in mine]
        return self._shown

    def _concerns(self, sight: Sight) -> bool:
        source = sight.source
        belongs_to = self if source is self else self.human.team.twin.answers.get(source)
        if belongs_to is not None:
            return belongs_to is self
        if isinstance(source, View):
            return source is self.human.team.homes.get(self.human.id)
        if not isinstance(source, Message) or not source.author.is_bot:
            return False
        here = source.channel in (self.channel, self.human.dm())
        return here and source.only_for in ("", self.human.id)

    async def shown(self, within: float = PATIENCE_S) -> Shown:
        """The first thing the person saw: a message, a modal, or Slack's word that the app failed."""
        return await self._until(lambda: next(iter(self.all_shown), None), within, "nothing was shown")

    async def answer(self, *words: str, within: float = PATIENCE_S, settle: float = SETTLED_S) -> Shown:
        """The last message, as it stands once it says all these words.

        Without words: once nothing has changed for `settle` seconds and no request of the app is under way.
        Where the bot first says that it is at work, give it words of the real answer.
        """
        what = f"no answer with {words}" if words else "no answer"
        found = await self._until(lambda: self._last(words), within, what)
        if not words:
            await self._at_rest(settle, within)
        return self._last(words) or found

    def _last(self, words: tuple[str, ...]) -> Shown | None:
        seen = [it for it in self.all_shown if it.kind in ("message", "ephemeral", "error")]
        seen = [it for it in seen if it.kind == "error" or not it.message.deleted]
        return seen[-1] if seen and all(word in seen[-1].text for word in words) else None

    async def _at_rest(self, settle: float, within: float) -> None:
        twin, now = self.human.team.twin, asyncio.get_running_loop().time
        late, quiet_since, count = now() + within, now(), twin.changes.count
        while now() - quiet_since < settle:
            if now() > late:
                raise TimeoutError(f"the answer did not come to rest within {within:g} s")
            await asyncio.sleep(STEP_S)
            if twin.busy or twin.changes.count != count:
                quiet_since, count = now(), twin.changes.count

    async def form(self, within: float = PATIENCE_S) -> Shown:
        """The modal that stands open."""

        def top() -> Shown | None:
            seen = [it for it in self.all_shown if it.kind == "modal" and it.view.open]
            return seen[-1] if seen else None

        return await self._until(top, within, "no form was opened")

    async def home(self, within: float = PATIENCE_S) -> Shown:
        """The person's home tab, once the app published it anew."""

        def latest() -> Shown | None:
            return next((it for it in reversed(self.all_shown) if it.kind == "home"), None)

        return await self._until(latest, within, "no home view was published")

    async def _until(self, look: Callable[[], Shown | None], within: float, what: str) -> Shown:
        try:
            return await self._changes.until(look, within, what)
        except TimeoutError as late:
            seen = [f"{it.kind}: {it.text or it.title}" for it in self.all_shown]
            raise TimeoutError(f"{late}; seen: {seen}") from None


def block_errors(view: View, errors: Json) -> dict[str, str]:
    """Errors by block id → by the label of their question."""
    labels = {it.get("block_id"): it["label"]["text"] for it in view.body["blocks"] if "label" in it}
    return {labels.get(block_id, block_id): words for block_id, words in errors.items()}
