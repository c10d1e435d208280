"""Who has left the server or workspace where a group meets is not shown there any more, and in the end forgotten.

Platforms that are out, slow or closed to us say nothing about anybody: only a definite “not there” counts. It ends the
membership at once, for that is a matter of consent. What is kept goes a week after the last membership has ended so,
unless the member is seen there again, joins a group, or says that it should stay.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from bot.core.calendar import DAY_MS, HOUR_MS
from bot.core.model import Group, GroupId, Identity, Member
from bot.errors import EarshotError, NotFound
from bot.ports import Clock, MemberStore, PresenceStore, Whereabouts

log = logging.getLogger(__name__)

GRACE_MS = 7 * DAY_MS
# A departure is believed for so long after it was last seen, which leaves a look the time to fail once.
BELIEVED_MS = 2 * DAY_MS
BEFORE_A_POST_MS = HOUR_MS
LOOKS_AT_ONCE = 50
FORGOTTEN_AT_ONCE = 5

# Whether somebody is in a place (`chat.platform.ChatPlatform.present`).
Present = Callable[[Identity, str], Awaitable[bool | None]]
# Tells a member that they are in these groups no more; and until when what is kept stays, where they are in none.
TellLeft = Callable[[Member, Sequence[Group], int | None], Awaitable[None]]
# Deletes everything about a member, and tells them.
Forget = Callable[[Member], Awaitable[None]]


class Leaving:
    """Looks for members where groups show them, once a day each."""

    def __init__(
        self,
        store: PresenceStore,
        members: MemberStore,
        clock: Clock,
        present: Present,
        tell: TellLeft,
        forget: Forget,
    ) -> None:
        self._store = store
        self._members = members
        self._clock = clock
        self._present = present
        self._tell = tell
        self._forget = forget

    async def look(self) -> None:
        """Look for some of those whom nobody looked for today, and forget some of those who are gone for a week."""
        now_ms = self._clock.now_ms()
        for where in await self._store.to_look_for(now_ms - DAY_MS, LOOKS_AT_ONCE):
            await self._look_for(where)
        gone = await self._store.long_gone(now_ms - GRACE_MS, now_ms - BELIEVED_MS, FORGOTTEN_AT_ONCE)
        for member_id in gone:
            member = await self._members.member(member_id)
            if member is not None:
                with suppress(NotFound):
                    await self._forget(member)

    async def before_post(self, group_id: GroupId) -> None:
        """Look for those whom a group shows and nobody looked for within the hour: nobody who left is posted."""
        before_ms = self._clock.now_ms() - BEFORE_A_POST_MS
        for where in await self._store.to_look_for(before_ms, LOOKS_AT_ONCE, group_id):
            await self._look_for(where)

    async def stays(self, member: Member) -> bool:
        """What is kept of a member who has left stays. False where nothing was about to go."""
        return await self._store.stays(member.id)

    async def _look_for(self, where: Whereabouts) -> None:
        # Whoever was deleted meanwhile is not looked for.
        with suppress(NotFound):
            now_ms = self._clock.now_ms()
            there = await self._is_there(where)
            if there is None:
                await self._store.looked_for(where, now_ms)
            elif there:
                await self._store.still_there(where, now_ms)
            elif left := await self._store.gone_from(where, now_ms):
                await self._tell_left(where, left)

    async def _is_there(self, where: Whereabouts) -> bool | None:
        """Whether a member is in a place as one of their identities; None where nothing is known."""
        told = []
        for identity in await self._members.identities_of(where.member_id):
            if identity.platform == where.platform:
                try:
                    told.append(await self._present(identity, where.place))
                except EarshotError as error:
                    log.info("%s does not tell who is there: %s", where.platform, type(error).__name__)
                    return None
        return any(told) if not set(told) <= {None} else None

    async def _tell_left(self, where: Whereabouts, left: Sequence[Group]) -> None:
        member = await self._members.member(where.member_id)
        if member is not None:
            since_ms = await self._store.departing(where.member_id)
            await self._tell(member, left, None if since_ms is None else since_ms + GRACE_MS)
