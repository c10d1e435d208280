"""What a group's posts will show of each member, shown to that member before: nobody is in a post unasked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from bot.core.calendar import HOUR_MS, before
from bot.core.consent import Audience, Feature, Previewed, sharing
from bot.core.model import Group, Member, Period
from bot.core.recap.model import Recap
from bot.core.schedule import next_slot
from bot.ports import Clock, GroupStore, Membership, PreviewStore, WeeklyStore
from bot.services.recap import Recaps

# Shows a member in private what the others in a group will read of them in the post about a period.
Show = Callable[[Member, Group, Period, Recap], Awaitable[None]]
AHEAD_MS = 48 * HOUR_MS
AT_ONCE = 50


class Previews:
    """Asks members about their part of a group's posts, and knows what they answered."""

    def __init__(
        self,
        store: PreviewStore,
        weeklies: WeeklyStore,
        groups: GroupStore,
        recaps: Recaps,
        clock: Clock,
        show: Show,
    ) -> None:
        self._store = store
        self._weeklies = weeklies
        self._groups = groups
        self._recaps = recaps
        self._clock = clock
        self._show = show

    async def ask(self, group: Group, period: Period) -> None:
        """Posts were switched on, the first one about this period: show each member who shares their part of it."""
        for it in await self._groups.memberships(group.id):
            if sharing([it], Feature.RECAP, it.rooms):
                await self._ask(group, it, period, 0)

    async def run(self) -> None:
        """Show their part to members who have not seen it, two days before the next post (`jobs.Chore`)."""
        now_ms = self._clock.now_ms()
        waiting = await self._store.to_preview(now_ms, now_ms + AHEAD_MS, AT_ONCE)
        for group_id, some in groupby(waiting, itemgetter(0)):
            group, weekly = await self._groups.group(group_id), await self._weeklies.weekly(group_id)
            coming = None if weekly is None else next_slot(weekly.schedule, weekly.after, now_ms)
            if group is None or coming is None:
                continue
            wanted = {member_id for _, member_id in some}
            for it in await self._groups.memberships(group_id):
                if it.member.id in wanted:
                    await self._ask(group, it, coming.period, coming.at_ms - AHEAD_MS)

    async def _ask(self, group: Group, it: Membership, period: Period, since_ms: int) -> None:
        """Show them the period so far, or as long as there is nothing in it, the one before."""
        now_ms = self._clock.now_ms()
        if not await self._store.ask_preview(group.id, it.member.id, now_ms, since_ms):
            return
        audience = Audience(group, it.rooms)
        recap = None
        if period.start_ms < now_ms:
            so_far = replace(period, end_ms=min(period.end_ms, now_ms))
            recap = await self._recaps.preview(audience, it.member, so_far)
        earlier = before(period)
        if (recap is None or not recap.plays) and earlier is not None:
            recap = await self._recaps.preview(audience, it.member, earlier)
        if recap is not None:
            await self._show(it.member, group, period, recap)

    async def fine(self, group: Group, member: Member) -> None:
        """The member may be in every post from now on, also in one that they wanted to be left out of."""
        await self._store.answer_preview(group.id, member.id, Previewed(fine=True))

    async def leave_out(self, group: Group, member: Member, key: str) -> None:
        """The member is not in the post of the period with this key. What they said for others stays."""
        said = (await self._store.previews(group.id)).get(member.id, Previewed())
        await self._store.answer_preview(group.id, member.id, replace(said, left_out=key))
