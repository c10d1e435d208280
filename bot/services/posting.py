"""What becomes of a delivery: counted, frozen, drawn, posted once, and written down.

A delivery is taken by one process at a time, for longer than any request lasts. Whoever takes one of which nobody knows
whether it arrived looks for it in the room first. What is found there is made to show what is counted now, so that the
post, the frozen facts and the list of whom it shows always agree. Who has left in between is in none of them.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from itertools import takewhile
from typing import Protocol

from bot.core.calendar import HOUR_MS
from bot.core.consent import Audience, cleared
from bot.core.model import GroupId, MemberId, Period, RoomRef
from bot.core.recap import words
from bot.core.schedule import LATE_MS, key_of
from bot.errors import EarshotError, RateLimited, Refused, RoomLost, Unsure
from bot.ports import Clock, Delivery, GroupStore, PreviewStore, Settled, Stage, Weekly, WeeklyStore, Why
from bot.services.recap import Recaps, Told
from bot.text import Text, joined, t, tn

log = logging.getLogger(__name__)

# Longer than every request of a post together with its repetitions.
LEASE_MS = 10 * 60 * 1000
PAUSE_MS = 60 * 1000
LONGEST_PAUSE_MS = HOUR_MS
# A room without anything to tell hears so this often.
QUIET_POSTS = 4
LOOK_BACK = 60
TOP = 10

# Makes sure that nobody is shown who has left (`services.leaving.Leaving.before_post`).
BeforePost = Callable[[GroupId], Awaitable[None]]
# Tells a member who looks after a group's posts what went wrong.
TellAdmin = Callable[[MemberId, Text], Awaitable[None]]


class Poster(Protocol):
    """Puts posts into rooms."""

    async def there(self, delivery: Delivery) -> str:
        """The message that an earlier try has left in the room, "" for none.

        Raises `Refused` where it cannot be looked for, another `EarshotError` where it cannot be told now.
        """
        ...

    async def show(
        self, delivery: Delivery, weekly: Weekly, told: Told, notes: Sequence[Text], message: str
    ) -> str:
        """Post it, or put it in the place of `message`, and note whom it shows; the message that it is now.

        Raises `RoomLost`, `RateLimited`, `Unsure`, or another `EarshotError` if it was not posted.
        """
        ...


class Posting:
    """Makes deliveries. `again`: what may have arrived where nobody can look is posted again, rather than given up.

    `pause_ms` is until the second try, and doubles.
    """

    def __init__(
        self,
        store: WeeklyStore,
        groups: GroupStore,
        previews: PreviewStore,
        recaps: Recaps,
        clock: Clock,
        poster: Poster,
        before_post: BeforePost,
        tell: TellAdmin,
        *,
        again: bool = False,
        lease_ms: int = LEASE_MS,
        pause_ms: int = PAUSE_MS,
    ) -> None:
        self._store = store
        self._groups = groups
        self._previews = previews
        self._recaps = recaps
        self._clock = clock
        self._poster = poster
        self._before_post = before_post
        self._tell = tell
        self._again = again
        self._lease_ms = lease_ms
        self._pause_ms = pause_ms

    async def due(self) -> Sequence[str]:
        """The platforms on which something is due."""
        return await self._store.due_platforms(self._clock.now_ms())

    async def claim(self, platform: str) -> Delivery | None:
        """The delivery that is due there for longest. Nobody else gets it for `lease_ms`."""
        now_ms = self._clock.now_ms()
        taken = await self._store.claim_deliveries(platform, now_ms, now_ms + self._lease_ms, 1)
        return taken[0] if taken else None

    async def post(self, delivery: Delivery) -> None:
        """Make a delivery that was claimed, and write down what became of it."""
        try:
            settled = await self._post(delivery)
        except EarshotError as error:
            log.info("a post did not go out: %s", type(error).__name__)
            settled = await self._failed(delivery, error)
        if settled is not None:
            await self._store.settle(delivery, settled)

    async def _post(self, delivery: Delivery) -> Settled | None:
        """What became of it; None where somebody else has it by now."""
        message = ""
        if delivery.unsure:
            try:
                message = await self._poster.there(delivery)
            except Refused:
                if not self._again:
                    await self._tell_admins(delivery, _UNSURE)
                    return Settled(Stage.GIVEN_UP, Why.UNSURE)
        group = await self._groups.group_of(delivery.room)
        weekly = await self._store.weekly(delivery.group_id)
        if weekly is None or group is None or group.id != delivery.group_id:
            return Settled(Stage.GIVEN_UP, Why.LOST)
        if not message and self._clock.now_ms() - delivery.due_ms > LATE_MS:
            return Settled(Stage.SKIPPED, Why.LATE)
        told = await self.counted(Audience(group, frozenset({delivery.room})), delivery.period)
        past = await self._past(delivery)
        if not message and not told.recap.plays and _heard_lately(past):
            return Settled(Stage.SKIPPED, Why.QUIET)
        if not await self._store.say(delivery, told.frozen.id):
            return None
        notes = [*_skipped(past), *await self._amended(past, delivery.room)]
        message = await self._poster.show(delivery, weekly, told, notes, message)
        return Settled(Stage.SENT, message=message, posted_ms=self._clock.now_ms())

    async def counted(self, audience: Audience, period: Period) -> Told:
        """What a post about this period says there, of those who let themselves be seen in it by now."""
        group_id = audience.group.id
        await self._before_post(group_id)
        memberships = await self._groups.memberships(group_id)
        among = cleared(memberships, await self._previews.previews(group_id), key_of(period))
        return await self._recaps.of_group(audience, period, TOP, more=True, among=among)

    async def _past(self, delivery: Delivery) -> Sequence[Delivery]:
        """The posts before this one in the same room, the newest first."""
        known = await self._store.deliveries_in(delivery.room, delivery.group_id, delivery.kind, LOOK_BACK)
        return [it for it in known if it.first < delivery.first]

    async def _amended(self, past: Sequence[Delivery], room: RoomRef) -> Sequence[Text]:
        """What has arrived since the last post, which said less."""
        last = next((it for it in past if it.stage is Stage.SENT), None)
        more = [] if last is None else await self._recaps.arrived(last.recap_id, room)
        if last is None or not more:
            return []
        return [
            t(
                "{period}: {plays} more than said: {who}.",
                period=words.period_name(last.period),
                plays=tn("{n} play", "{n} plays", sum(n for _, n in more)),
                who=joined([t("{name} {n}", name=name, n=n) for name, n in more], ", "),
            )
        ]

    async def _failed(self, delivery: Delivery, error: EarshotError) -> Settled:
        if isinstance(error, RoomLost):
            past = await self._past(delivery)
            if not past or past[0].why is not Why.LOST:
                await self._tell_admins(delivery, error.text)
            return Settled(Stage.GIVEN_UP, Why.LOST)
        pause_ms = min(self._pause_ms * 2 ** min(delivery.attempt - 1, 10), LONGEST_PAUSE_MS)
        if isinstance(error, RateLimited):
            pause_ms = round(error.retry_after_s * 1000)
        known = not isinstance(error, Unsure) and not delivery.unsure
        return Settled(Stage.DUE if known else Stage.SENDING, next_ms=self._clock.now_ms() + pause_ms)

    async def _tell_admins(self, delivery: Delivery, why: Text) -> None:
        rooms = await self._groups.rooms(delivery.group_id)
        name = next((it.name for it in rooms if it.ref == delivery.room), delivery.room.channel)
        said = t(
            "{period} could not be posted in {room}. {why}",
            period=words.period_name(delivery.period),
            room=name,
            why=why,
        )
        for member_id in await self._store.weekly_admins(delivery.group_id):
            await self._tell(member_id, said)


_UNSURE = t(
    "I was interrupted while posting and may not look whether it arrived. If it is not there, /weekly posts it."
)


def _heard_lately(past: Sequence[Delivery]) -> bool:
    return any(it.stage is Stage.SENT for it in past[: QUIET_POSTS - 1])


def _skipped(past: Sequence[Delivery]) -> Sequence[Text]:
    """What was never said since the last post, because nobody was there to say it."""
    late = [it for it in takewhile(lambda it: it.stage is not Stage.SENT, past) if it.why is Why.LATE]
    if not late:
        return []
    first, last = words.period_name(late[-1].period), words.period_name(late[0].period)
    if len(late) == 1:
        return [t("{period} was skipped: I was not running then.", period=first)]
    return [
        t(
            "{n} posts were skipped, from {first} to {last}: I was not running then.",
            n=len(late),
            first=first,
            last=last,
        )
    ]
