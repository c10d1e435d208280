"""The songs of a recap as a draft (`core.mixing`), one for each recap, also after that was counted anew."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from weakref import WeakValueDictionary

from bot.core import drafts
from bot.core.consent import Audience
from bot.core.mixing import mix
from bot.core.model import Member
from bot.core.recap.when import period_name
from bot.core.songbook import Songbook
from bot.errors import NotFound, NothingPlayed, Stale
from bot.ports import DraftStore, MemoStore
from bot.services.people import People
from bot.services.playlists import TRIES, OpenDraft, Playlists, Progress
from bot.services.tastes import Tastes
from bot.text import t


class Mixes:
    """*Play this week*."""

    def __init__(
        self,
        people: People,
        tastes: Tastes,
        playlists: Playlists,
        draft_store: DraftStore,
        memos: MemoStore,
        book: Songbook,
    ) -> None:
        self._people = people
        self._tastes = tastes
        self._playlists = playlists
        self._drafts = draft_store
        self._memos = memos
        self._book = book
        self._making: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def mixed(self, audience: Audience, member: Member, recap_id: int, progress: Progress) -> OpenDraft:
        """A draft of what those in a recap of this group played in its time; asked for again, the same draft.

        Of those who share with playlists here, and their recap. Raises `NotJoined`, `NotFound`, `NothingPlayed`.
        """
        await self._people.require_joined(audience, member)
        async with self._making.setdefault(recap_id, asyncio.Lock()):
            known = await self._made_before(audience, recap_id)
            if known is not None:
                return known
            heard = await self._tastes.of_recap(audience, recap_id)
            if not heard.members:
                raise NotFound(
                    t("Nobody in it shares their plays with playlists here (any more). /join changes that.")
                )
            draft = await asyncio.to_thread(mix, recap_id, heard.period, heard.tastes, self._book)
            if not draft.songs:
                raise NothingPlayed(
                    t(
                        "Those who share with playlists here played nothing in {period} that I could name.",
                        period=period_name(heard.period),
                    )
                )
            opened = await self._playlists.keep(audience, member, draft, heard.members, progress)
            await self._memos.remember(_memo(recap_id), str(opened.document.id))
            return opened

    async def counted_anew(self, audience: Audience, draft_id: int, recap_id: int) -> OpenDraft:
        """A draft of a recap's songs after the recap was counted anew, as this other one.

        Where somebody was only struck out to be counted again, the draft is of the other one. Raises `NotFound`.
        """
        for _ in range(TRIES):
            document, draft = await self._playlists.read(audience, draft_id)
            if await self._tastes.members_in(recap_id) <= await self._tastes.members_in(draft.recap):
                break
            with suppress(Stale):
                body = drafts.dumped(replace(draft, recap=recap_id))
                await self._drafts.change_draft(draft_id, document.version, body)
                await self._memos.remember(_memo(recap_id), str(draft_id))
        return await self._playlists.opened(audience, draft_id)

    async def _made_before(self, audience: Audience, recap_id: int) -> OpenDraft | None:
        """The draft that was made of a recap, as long as there is a song in it."""
        draft_id = await self._memos.memo(_memo(recap_id))
        try:
            known = await self._playlists.opened(audience, int(draft_id or 0))
        except NotFound:
            return None
        # The number may be another recap's by now, and the draft's another draft's.
        return known if known.draft.recap == recap_id and known.draft.songs else None


def _memo(recap_id: int) -> str:
    """Under which it is remembered which draft was made of a recap."""
    return f"mix:{recap_id}"
