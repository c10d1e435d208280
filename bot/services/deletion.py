"""Everything about a member goes, at once and for good; the receipt says what went and what only they can do.

Nothing of it is written down: neither that somebody was here nor that they are gone.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace

from bot.core import drafts, frozen
from bot.core.calendar import DAY_MS
from bot.core.model import Identity, Member, MemberId, Source
from bot.errors import EarshotError, Unavailable
from bot.ports import Clock, Deleted, DeletionStore, GroupStore, LinkStore, MemberStore
from bot.services.redaction import PostResult

log = logging.getLogger(__name__)

# No backup is kept longer.
BACKUPS_MS = 5 * DAY_MS

# Strikes a member out of what was shown in rooms (`Redaction.take_back`).
TakeBack = Callable[[MemberId], Awaitable[Sequence[PostResult]]]
# Lets go of what a platform remembers of somebody, and deletes pictures by the names of their files.
ForgetIdentity = Callable[[Identity], None]
DiscardPictures = Callable[[Collection[str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was deleted of a member at `at_ms`, on whose own clock (`zone`).

    `sources` were linked: only the member can take us off their account there. `posts` showed them; None where that
    could not be found out. Until `backups_until_ms` a backup may still hold what was deleted.
    """

    deleted: Deleted
    sources: frozenset[Source]
    posts: Sequence[PostResult] | None
    at_ms: int
    zone: str
    backups_until_ms: int


class Deletion:
    """Deletes members. What runs for one meanwhile finds that nothing of theirs is there, and stores nothing."""

    def __init__(
        self,
        members: MemberStore,
        groups: GroupStore,
        links: LinkStore,
        store: DeletionStore,
        take_back: TakeBack,
        forget: ForgetIdentity,
        discard: DiscardPictures,
        clock: Clock,
    ) -> None:
        self._members = members
        self._groups = groups
        self._links = links
        self._store = store
        self._take_back = take_back
        self._forget = forget
        self._discard = discard
        self._clock = clock
        # Whether a process before this one has left something to shred is not known.
        self._unshredded = True

    async def delete(self, member: Member) -> Receipt:
        """Delete everything about a member. Raises `NotFound` where they are not there (any more).

        They are in no group from the first moment on, so that no post of the last shows them again.
        """
        identities = await self._members.identities_of(member.id)
        linked = {link.source for link in await self._links.links(member.id) if link.account}
        memberships = 0
        for group in await self._groups.groups_of(member.id):
            memberships += await self._groups.leave(group.id, member.id)
        posts = await self._posts(member.id)
        deleted = await self._store.delete_member(member.id, recap=frozen.redacted, draft=drafts.redacted)
        self._unshredded = True
        for identity in identities:
            self._forget(identity)
        await self._discard(deleted.pictures)
        await self.shred()
        now_ms = self._clock.now_ms()
        return Receipt(
            deleted=replace(deleted, memberships=deleted.memberships + memberships),
            sources=frozenset(linked),
            posts=posts,
            at_ms=now_ms,
            zone=member.zone,
            backups_until_ms=now_ms + BACKUPS_MS,
        )

    async def shred(self) -> None:
        """Overwrite what was deleted, once nobody reads it any more. Does nothing where that is done."""
        if not self._unshredded:
            return
        try:
            await self._store.shred()
        except Unavailable:
            log.info("what was deleted is overwritten a little later: the database is being read")
        else:
            self._unshredded = False

    async def _posts(self, member_id: MemberId) -> Sequence[PostResult] | None:
        try:
            return await self._take_back(member_id)
        except EarshotError as error:
            log.warning("posts from before could not be changed: %s", type(error).__name__)
            return None
