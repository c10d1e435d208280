"""When a group gets its posts: its admins' wishes, and what is due of them, written down as deliveries.

Whatever is changed and however late it is: each period of a kind is planned once, in order, in the same transaction as
the group's new `next_ms`. What becomes of a delivery is `services.posting`'s.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.core import schedule
from bot.core.model import Group, Member, Period, PeriodKind, Room
from bot.core.schedule import Schedule, Slot
from bot.errors import BadOption, NotAllowed, Stale
from bot.ports import Clock, Delivery, GroupStore, NewDelivery, Planned, Weekly, WeeklyStore, Why
from bot.text import t

GROUPS_AT_ONCE = 200
BATCHES_AT_ONCE = 10

# Shows members their part before a group's first post (`services.previews`), given the group and the period.
AskMembers = Callable[[Group, Period], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Standing:
    """A group's wishes, the next post (None: none is to come), where it goes, and the last week's deliveries."""

    weekly: Weekly
    coming: Slot | None
    rooms: Sequence[Room]
    last: Sequence[Delivery]


class Weeklies:
    """Keeps wishes and plans deliveries. `usual` is what a group has before it wishes anything, whatever its zone."""

    def __init__(
        self, store: WeeklyStore, groups: GroupStore, clock: Clock, usual: Schedule, ask: AskMembers
    ) -> None:
        self._store = store
        self._groups = groups
        self._clock = clock
        self._usual = usual
        self._ask = ask

    async def standing(self, group: Group) -> Standing:
        """How things stand. Nothing is posted in a group before an admin has switched it on."""
        weekly = await self._wishes(group)
        now_ms = self._clock.now_ms()
        closed = schedule.last_closed(PeriodKind.WEEK, group.zone, now_ms)
        return Standing(
            weekly,
            _coming(weekly, now_ms),
            await self._groups.rooms(group.id),
            await self._store.deliveries(group.id, schedule.key_of(closed)),
        )

    async def switch(self, group: Group, admin: Member, *, on: bool) -> None:
        """Begin, or stop until it is switched on again; what was due in between is not made up for."""
        before = await self._wishes(group)
        if before.active == on:
            return
        now_ms = self._clock.now_ms()
        wanted = replace(before, active=on, skipped="")
        if on:
            wanted = replace(wanted, after=_from_now_on(wanted, now_ms, wanted.schedule.kinds))
        await self._change(before, wanted, admin)
        if (coming := _coming(wanted, now_ms)) is not None:
            await self._ask(group, coming.period)

    async def move(self, group: Group, admin: Member, wanted: Schedule) -> None:
        """Post at another time, about other kinds of periods, or live in another zone.

        Raises `BadOption` for a time before a week has settled, with the first possible one.
        """
        if (possible := schedule.first_possible(wanted)) is not None:
            raise BadOption(
                t(
                    "A week ends on Sunday at midnight and needs {hours} hours to settle, for plays that arrive late. "
                    "The first possible time is {day} at {hour}.",
                    hours=wanted.settle_h,
                    day=schedule.WEEKDAY_NAMES[possible.weekday],
                    hour=f"{possible.hour:02d}:00",
                ),
                "hour",
            )
        before = await self._wishes(group)
        new = wanted.kinds - before.schedule.kinds
        now = replace(before, schedule=wanted)
        if before.active:
            now = replace(now, after={**now.after, **_from_now_on(now, self._clock.now_ms(), new)})
        await self._change(before, now, admin)

    async def look(
        self, group: Group, admin: Member, layout: str, left_out: frozenset[str], language: str
    ) -> None:
        """What the posts look like."""
        before = await self._wishes(group)
        now = replace(before, layout=layout, left_out=left_out, language=language)
        await self._change(before, now, admin)

    async def skip(self, group: Group, admin: Member, key: str) -> None:
        """Leave out the coming post of this key, or none ("")."""
        before = await self._wishes(group)
        coming = _coming(before, self._clock.now_ms())
        if key and (coming is None or coming.key != key):
            raise Stale(t("That is not the next post any more. Look at /weekly again."))
        await self._change(before, replace(before, skipped=key), admin)

    async def post_now(self, group: Group, admin: Member) -> Sequence[Delivery]:
        """Have the last closed week posted where it was not yet: what became of it in each room so far.

        It goes out under the week's own key, so that it never comes twice. Raises `NotAllowed` where the group has no
        room.
        """
        before = await self._wishes(group)
        now_ms = self._clock.now_ms()
        period = schedule.last_closed(PeriodKind.WEEK, before.schedule.zone, now_ms)
        slot = Slot(period, now_ms)
        rooms = await self._groups.rooms(group.id)
        if not rooms:
            raise NotAllowed(t("This group has no room where I could post."))
        done = max(period.first, before.after.get(PeriodKind.WEEK, period.first))
        wanted = replace(
            before,
            after={**before.after, PeriodKind.WEEK: done},
            skipped="" if before.skipped == slot.key else before.skipped,
        )
        planned = Planned(
            before,
            replace(wanted, next_ms=_next_ms(wanted, now_ms)),
            [NewDelivery(it.ref, slot) for it in rooms],
            again=True,
            admin=admin.id,
        )
        await self._made(planned)
        return await self._store.deliveries(group.id, slot.key)

    async def plan(self) -> None:
        """Write down what is due of some of the groups that are due."""
        for _ in range(BATCHES_AT_ONCE):
            now_ms = self._clock.now_ms()
            due = await self._store.weekly_due(now_ms, GROUPS_AT_ONCE)
            plans = [_plan(it, await self._groups.rooms(it.group_id), now_ms) for it in due]
            if plans:
                await self._store.plan(plans, now_ms)
            if len(due) < GROUPS_AT_ONCE:
                return

    async def _wishes(self, group: Group) -> Weekly:
        known = await self._store.weekly(group.id)
        if known is not None:
            return known
        return await self._store.begin_weekly(Weekly(group.id, replace(self._usual, zone=group.zone)))

    async def _change(self, before: Weekly, wanted: Weekly, admin: Member) -> None:
        """What was due by the old wishes is planned by them; what is due by the new ones only, goes out now."""
        now_ms = self._clock.now_ms()
        rooms = await self._groups.rooms(before.group_id)
        deliveries: list[NewDelivery] = []
        if before.active and wanted.active:
            due = _plan(before, rooms, now_ms)
            deliveries += due.deliveries
            wanted = replace(wanted, after={**wanted.after, **due.now.after})
            moved = schedule.due(wanted.schedule, after=wanted.after, now_ms=now_ms)
            deliveries += _deliveries(wanted, [replace(it, at_ms=now_ms) for it in moved], rooms, now_ms)
            wanted = replace(wanted, after=_up_to(wanted, moved))
        now = replace(wanted, next_ms=_next_ms(wanted, now_ms))
        await self._made(Planned(before, now, deliveries, admin=admin.id))

    async def _made(self, planned: Planned) -> None:
        if not all(await self._store.plan([planned], self._clock.now_ms())):
            raise Stale(t("Somebody else changed this in the same moment. Look at /weekly again."))


def _plan(before: Weekly, rooms: Sequence[Room], now_ms: int) -> Planned:
    """What is due of a group's wishes."""
    slots = schedule.due(before.schedule, after=before.after, now_ms=now_ms) if before.active else []
    skipped = "" if before.skipped in {it.key for it in slots} else before.skipped
    now = replace(before, after=_up_to(before, slots), skipped=skipped)
    return Planned(
        before,
        replace(now, next_ms=_next_ms(now, now_ms)),
        _deliveries(before, slots, rooms, now_ms),
    )


def _deliveries(
    weekly: Weekly, slots: Sequence[Slot], rooms: Sequence[Room], now_ms: int
) -> list[NewDelivery]:
    return [NewDelivery(room.ref, slot, _why(weekly, slot, now_ms)) for slot in slots for room in rooms]


def _why(weekly: Weekly, slot: Slot, now_ms: int) -> Why:
    if slot.key == weekly.skipped:
        return Why.ASKED
    return Why.LATE if slot.skipped(now_ms) else Why.NONE


def _up_to(weekly: Weekly, slots: Sequence[Slot]) -> dict[PeriodKind, date]:
    after = dict(weekly.after)
    for it in slots:
        after[it.period.kind] = max(it.period.first, after[it.period.kind])
    return after


def _from_now_on(weekly: Weekly, now_ms: int, kinds: frozenset[PeriodKind]) -> dict[PeriodKind, date]:
    """How far each of these kinds counts as handled for a group that begins with them now."""
    passed = schedule.handled(replace(weekly.schedule, kinds=kinds), now_ms)
    return {kind: max(day, weekly.after.get(kind, day)) for kind, day in passed.items()}


def _coming(weekly: Weekly, now_ms: int) -> Slot | None:
    return schedule.next_slot(weekly.schedule, weekly.after, now_ms) if weekly.active else None


def _next_ms(weekly: Weekly, now_ms: int) -> int:
    coming = _coming(weekly, now_ms)
    return 0 if coming is None else coming.at_ms
