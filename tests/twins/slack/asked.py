"""What a person set off, and what they saw of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.twins.slack.model import Channel, Json, Message, View
from tests.twins.slack.shown import Shown
from tests.twins.slack.waiting import PATIENCE_S, NoAnswer, Sight

if TYPE_CHECKING:
    from tests.twins.slack.human import Human

Until = str | Callable[[Shown], bool]
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
        self.acknowledged_after_s: float | None = None
        self.errors: dict[str, str] = {}
        self._changes = human.team.changes
        self._read = len(self._changes.seen)
        self._shown: list[Shown] = []

    async def acknowledged(self, within: float = PATIENCE_S) -> float:
        """Waits until the app has taken the request; the seconds that took. Raises NoAnswer."""
        return await self._changes.until(lambda: self.acknowledged_after_s, within, "nobody acknowledged")

    def acknowledge(self) -> None:
        """The twin says: the app took the request."""
        self.acknowledged_after_s = asyncio.get_running_loop().time() - self.started
        self._changes.tell()

    def fail(self, words: str) -> None:
        """The twin says: Slack itself tells the person that the app did not answer."""
        self._changes.sight("error", {"type": "message", "text": words}, self)

    @property
    def seen(self) -> list[Shown]:
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
        """The first thing there is to be seen: a message, a form, Slack's word that the app failed. Raises NoAnswer."""
        return await self._until(lambda: next(iter(self.seen), None), within, "nothing was shown")

    async def answer(self, *until: Until, within: float = PATIENCE_S, settle: float = SETTLED_S) -> Shown:
        """The last message, or form that stands open, once it says these words or fits these conditions.

        Without any: once nothing has changed for `settle` seconds and no request of the app is under way. Where the
        bot first says that it is at work, say what the real answer is like. Raises NoAnswer.
        """
        what = f"no answer with {until}" if until else "no answer"
        found = await self._until(lambda: self._last(until), within, what)
        if not until:
            await self._at_rest(settle, within)
        return self._last(until) or found

    def _last(self, until: tuple[Until, ...]) -> Shown | None:
        standing = [it for it in self.seen if it.stands and it.kind != "home"]
        fits = standing and all(
            it in standing[-1].text if isinstance(it, str) else it(standing[-1]) for it in until
        )
        return standing[-1] if fits else None

    async def _at_rest(self, settle: float, within: float) -> None:
        twin, now = self.human.team.twin, asyncio.get_running_loop().time
        late, quiet_since, count = now() + within, now(), twin.changes.count
        while now() - quiet_since < settle:
            if now() > late:
                raise NoAnswer(f"the answer did not come to rest within {within:g} s")
            await asyncio.sleep(STEP_S)
            if twin.busy or twin.changes.count != count:
                quiet_since, count = now(), twin.changes.count

    async def form(self, within: float = PATIENCE_S) -> Shown:
        """The modal that stands open. Raises NoAnswer."""

        def top() -> Shown | None:
            return next((it for it in reversed(self.seen) if it.kind == "modal" and it.stands), None)

        return await self._until(top, within, "no form was opened")

    async def home(self, within: float = PATIENCE_S) -> Shown:
        """The person's home tab, once the app published it anew. Raises NoAnswer."""

        def latest() -> Shown | None:
            return next((it for it in reversed(self.seen) if it.kind == "home"), None)

        return await self._until(latest, within, "no home view was published")

    async def _until(self, look: Callable[[], Shown | None], within: float, what: str) -> Shown:
        try:
            return await self._changes.until(look, within, what)
        except NoAnswer as late:
            seen = [f"{it.kind}: {it.text or it.title}" for it in self.seen]
            raise NoAnswer(f"{late}; seen: {seen}") from None


def block_errors(view: View, errors: Json) -> dict[str, str]:
    """Errors by block id → by the label of their question."""
    labels = {it.get("block_id"): it["label"]["text"] for it in view.body["blocks"] if "label" in it}
    return {labels.get(block_id, block_id): words for block_id, words in errors.items()}
