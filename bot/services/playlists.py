"""From words to a draft that the group changes: gather consented taste, let the core plan, find the songs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.core import drafts
from bot.core.candidates import Candidate
from bot.core.consent import Audience, shown
from bot.core.drafts import Draft, DraftSong, Listens
from bot.core.model import Group, Link, LinkState, Member, MemberId, Source
from bot.core.offline import Planned, Read, plan_with, read
from bot.core.proposed import known_only
from bot.core.reasons import why
from bot.core.resolving import Wanted
from bot.core.wordbook import Wordbook
from bot.errors import NotAllowed, NotFound, Stale
from bot.ports import (
    Catalogue,
    Chance,
    Clock,
    Document,
    DraftStore,
    LinkStore,
    PlaylistHost,
    PlaylistStore,
    SavedPlaylist,
)
from bot.services.finding import Access, Finder, Finding
from bot.services.modelling import Asked, Modelling
from bot.services.people import People
from bot.services.saving import SaveOutcome, Saver
from bot.services.tastes import Heard, Tastes
from bot.text import Text, t, tn

Progress = Callable[[Text], Awaitable[None]]

MOST_SEARCHES = 75  # for one draft
SHOWN_PLAYLISTS = 25
TRIES = 4  # when two members press in the same moment


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """A draft as stored, as a document, and the names of those whose taste may be shown in it now."""

    document: Document
    draft: Draft
    names: Mapping[MemberId, str]


class Playlists:
    """`/play` from the words to the saved playlist."""

    def __init__(
        self,
        people: People,
        tastes: Tastes,
        links: LinkStore,
        draft_store: DraftStore,
        playlists: PlaylistStore,
        catalogue: Catalogue,
        host: PlaylistHost,
        access: Access,
        wordbook: Wordbook,
        clock: Clock,
        chance: Chance,
        modelling: Modelling | None = None,
    ) -> None:
        self._people = people
        self._modelling = modelling
        self._tastes = tastes
        self._links = links
        self._drafts = draft_store
        self._playlists = playlists
        self._finder = Finder(playlists, catalogue, access, clock)
        self._saver = Saver(draft_store, playlists, host, access, clock)
        self._wordbook = wordbook
        self._clock = clock
        self._chance = chance

    async def draft(self, audience: Audience, member: Member, words: str, progress: Progress) -> OpenDraft:
        """A new draft for any words, found at Spotify as far as an account and the budget allow."""
        heard = await self._tastes.usual(audience)
        seed = self._chance.seed()
        read_ = await asyncio.to_thread(read, words, self._wordbook, self._wordbook.gazetteer(heard.artists))
        asked = await self._asked(audience, member, read_, heard, progress)
        proposed = None if asked is None else asked.proposed
        planned = await asyncio.to_thread(plan_with, read_, self._wordbook, heard.tastes, seed, proposed)
        unheard = tuple(taste.member_id for taste in heard.tastes if not taste.known)
        draft = replace(drafted(planned), unheard=unheard)
        if asked is not None:
            draft = replace(draft, bill=asked.bill)
            draft = draft if asked.note is None else _noted(draft, asked.note)
        return await self.keep(audience, member, draft, heard.members, progress)

    async def _asked(
        self, audience: Audience, member: Member, it: Read, heard: Heard, progress: Progress
    ) -> Asked | None:
        """What a model proposes, where there is one and something was asked for.

        Where nothing can be searched for, without songs of which nobody knows whether there is one.
        """
        if self._modelling is None or not it.brief.words or it.reading.hints.in_crisis:
            return None
        asked = await self._modelling.asked(audience.group.id, it.brief, it.plan.size, progress)
        if asked is None or await self._searcher(member, heard.members) is not None:
            return asked
        surely = {*self._wordbook.book.by_key, *(key for taste in heard.tastes for key in taste.songs)}
        return replace(asked, proposed=known_only(asked.proposed, surely))

    async def keep(
        self, audience: Audience, member: Member, draft: Draft, sharers: Sequence[Member], progress: Progress
    ) -> OpenDraft:
        """A new draft, its songs found at Spotify where somebody's account can ask."""
        link = await self._searcher(member, sharers)
        if link is not None:
            missing = sum(not song.uri for song in draft.songs)
            if missing:
                await progress(
                    tn("Looking for {n} song at Spotify …", "Looking for {n} songs at Spotify …", missing)
                )
            draft = await self._fill(draft, link)
        document = await self._drafts.new_draft(
            audience.group.id, member.id, drafts.dumped(draft), self._clock.now_ms()
        )
        return OpenDraft(document, draft, _names(sharers))

    async def read(self, audience: Audience, draft_id: int) -> tuple[Document, Draft]:
        """A draft of this group as it was stored. Raises `NotFound`."""
        document = await self._drafts.draft(draft_id)
        if document is None or document.group_id != audience.group.id:
            raise NotFound(t("That draft is not here (any more). Use /play to make a new one."))
        try:
            return document, drafts.loaded(document.body)
        except ValueError:
            raise NotFound(
                t("That draft is of an older version of me. Use /play to make a new one.")
            ) from None

    async def opened(self, audience: Audience, draft_id: int) -> OpenDraft:
        """A draft of this group, with what its members share of their plays by now. Raises `NotFound`."""
        document, draft = await self.read(audience, draft_id)
        now = await self._told_of(audience, draft)
        tastes, members = ((), ()) if now is None else (now.tastes, now.members)
        heard = {
            it.member_id: {key: Listens(one.plays, one.recent) for key, one in it.songs.items()}
            for it in tastes
        }
        return OpenDraft(
            document, drafts.recounted(draft, heard, self._wordbook.book.by_key), _names(members)
        )

    async def _told_of(self, audience: Audience, draft: Draft) -> Heard | None:
        """What may be told of a draft's songs now; None where the recap that they are of is gone."""
        if not draft.recap:
            return await self._tastes.usual(audience)
        try:
            return await self._tastes.of_recap(audience, draft.recap)
        except NotFound:
            return None

    async def swap(self, audience: Audience, member: Member, draft_id: int, n: int) -> OpenDraft:
        """Song `n` out, the fairest of the reserve in. Raises `NotFound`, `NotAllowed`, `Stale`."""

        def swapped(draft: Draft, at: int, new: DraftSong | None) -> Draft:
            if new is None:
                raise NotFound(
                    t("There is nothing left that fits as well. “Veto” takes the song out without another.")
                )
            return drafts.swapped(draft, at, new)

        return await self._changed(audience, member, draft_id, n, swapped)

    async def veto(self, audience: Audience, member: Member, draft_id: int, n: int) -> OpenDraft:
        """As `swap`, and written down as the member's veto: the song does not come back into this list."""

        def vetoed(draft: Draft, at: int, new: DraftSong | None) -> Draft:
            return drafts.vetoed(draft, at, member.id, new)

        return await self._changed(audience, member, draft_id, n, vetoed)

    async def save(
        self, audience: Audience, member: Member, draft_id: int, progress: Progress, again: str = ""
    ) -> SaveOutcome:
        """Make it a collaborative playlist in the member's account; twice makes one.

        `again` answers what an interrupted save left open (`services.saving`). Raises `MayNotMake` where the
        account has not allowed it, `Unsure` where a save was interrupted, `NotFound`, `NotAllowed`, `Stale`,
        `ServiceError`s.
        """
        seen = await self._may_change(audience, member, draft_id, also_saved=True)
        link = await self._saver.link_of(await self._links.links(member.id))
        if seen.draft.saving is None and any(not song.uri for song in seen.draft.songs):
            await progress(t("Looking for the songs at Spotify …"))
            draft = await self._fill(seen.draft, link)
            document = await self._drafts.change_draft(draft_id, seen.document.version, drafts.dumped(draft))
            seen = replace(seen, document=document, draft=draft)
        await progress(t("Making the playlist …"))
        return await self._saver.save(seen.document, seen.draft, audience.group, member, link, again)

    async def playlists(self, group: Group) -> Sequence[SavedPlaylist]:
        """The group's saved playlists, newest first."""
        return await self._playlists.playlists(group.id, SHOWN_PLAYLISTS)

    async def names(self, audience: Audience) -> Mapping[MemberId, str]:
        """Everybody who may be named here, by id."""
        return _names(shown(await self._people.joined(audience.group), audience.rooms))

    # --- changing

    async def _changed(
        self,
        audience: Audience,
        member: Member,
        draft_id: int,
        n: int,
        change: Callable[[Draft, int, DraftSong | None], Draft],
    ) -> OpenDraft:
        for _ in range(TRIES):
            seen = await self._may_change(audience, member, draft_id)
            if seen.draft.song(n) is None:
                raise Stale(t("That song is out of the list already. Look at the list again."))
            link = await self._searcher(member, await self._tastes.sharers(audience))
            draft, new = await self._next(seen.draft, n, link)
            draft = change(draft, n, new)
            try:
                document = await self._drafts.change_draft(
                    draft_id, seen.document.version, drafts.dumped(draft)
                )
            except Stale:
                continue  # somebody else changed another song meanwhile: take theirs and do ours again
            return replace(seen, document=document, draft=draft)
        raise Stale(t("Several people are changing this list at once. Please press again."))

    async def _may_change(
        self, audience: Audience, member: Member, draft_id: int, *, also_saved: bool = False
    ) -> OpenDraft:
        seen = await self.opened(audience, draft_id)
        if seen.document.member_id != member.id:
            await self._people.require_joined(audience, member)
        if seen.draft.saving is not None and not also_saved:
            raise NotAllowed(
                t("This list is saved already. Change the playlist at Spotify, or ask with /play again.")
            )
        return seen

    async def _next(self, draft: Draft, n: int, link: Link | None) -> tuple[Draft, DraftSong | None]:
        """What takes the place of song `n`, found at Spotify where that can be asked; None if nothing is left."""
        while True:
            new = drafts.replacement(draft, n)
            if new is None or new.uri or link is None or draft.searches >= MOST_SEARCHES:
                return draft, new
            (finding,) = await self._finder.find(link, [_wanted(draft, new)])
            draft = replace(draft, searches=draft.searches + finding.searches)
            if not finding.asked:
                return draft, new
            draft = _taken(draft, new, finding)
            if new.key not in draft.gone:
                return draft, drafts.replacement(draft, n)

    # --- finding

    async def _fill(self, draft: Draft, link: Link) -> Draft:
        """Look for every song without a URI; what is not found, or not fit when found, is replaced and looked for.

        Decisions follow the order of the list, so the same answers give the same list however they come in.
        """
        known = sum(bool(song.uri) for song in draft.songs)
        draft = replace(draft, searched_with="spotify", avoided=draft.avoided + known)
        while draft.searches < MOST_SEARCHES:
            missing = [song for song in draft.songs if not song.uri]
            if not missing:
                break
            findings = await self._finder.find(link, [_wanted(draft, song) for song in missing])
            for song, finding in zip(missing, findings, strict=True):
                remembered = finding.asked and not finding.searches
                draft = replace(
                    draft, searches=draft.searches + finding.searches, avoided=draft.avoided + remembered
                )
                if finding.asked:
                    draft = _taken(draft, song, finding)
                    if song.key in draft.gone:
                        draft = drafts.swapped(draft, song.n, drafts.replacement(draft, song.n))
            if not all(finding.asked for finding in findings):
                return _noted(
                    draft, t("Spotify could not be asked for every song; the others have a link to search.")
                )
        return _noted(draft, _dropped(draft)) if draft.dropped else draft

    async def _searcher(self, member: Member, sharers: Sequence[Member]) -> Link | None:
        """Whose account asks Spotify: the member's own, else one of those who share with playlists here."""
        for who in (member, *sharers):
            for link in await self._links.links(who.id):
                if link.source is Source.SPOTIFY and link.state is LinkState.ACTIVE:
                    return link
        return None


def drafted(planned: Planned) -> Draft:
    """A plan as the first version of a draft."""
    songs = [_song(n, one, planned) for n, one in enumerate((*planned.chosen, *planned.reserve), 1)]
    chosen = len(planned.chosen)
    gates = planned.plan.gates
    labels = [str(label) for label in planned.understood[:-1]]
    title = t("A mix for everybody") if planned.plan.open or not labels else (
        t("{what}", what=_capital(", ".join(labels))[:120])
    )  # fmt: skip
    return Draft(
        planned.brief.words, title, planned.understood, planned.notes, tuple(songs[:chosen]),
        tuple(songs[chosen:]), planned.cap, planned.seed, gates.clean, gates.years, gates.exclude_years,
    )  # fmt: skip


def _song(n: int, one: Candidate, planned: Planned) -> DraftSong:
    option = planned.options[one.key]
    return DraftSong(
        n, one.song.title, one.song.artist, why(one, planned.plan), one.key, option.fit, option.worth,
        year=one.song.year, uri=one.uri, familiar=option.familiar, tier=one.tier,
        heard={member: Listens(heard.plays, heard.recent) for member, heard in one.heard.items()},
        native_title=one.native_title,
    )  # fmt: skip


def _taken(draft: Draft, song: DraftSong, finding: Finding) -> Draft:
    """The draft with the found track in it; without the song (for good) if there is none or it may not be in."""
    track = finding.track
    if track is None or not draft.found_passes(song, year=finding.year, explicit=finding.explicit):
        return drafts.without(draft, song.key)
    return drafts.filled(draft, song, track.uri, track.duration_ms)


def _wanted(draft: Draft, song: DraftSong) -> Wanted:
    return Wanted(song.title, song.artist, song.native_title, clean=draft.clean)


def _noted(draft: Draft, note: Text) -> Draft:
    return draft if note in draft.notes else replace(draft, notes=(*draft.notes, note))


def _dropped(draft: Draft) -> Text:
    """Of the songs that were played in a week there may be no other."""
    if draft.recap:
        return tn("{n} song was not found at Spotify and is left out.",
                  "{n} songs were not found at Spotify and are left out.", draft.dropped)  # fmt: skip
    return tn("{n} song was not found at Spotify and made room for another.",
              "{n} songs were not found at Spotify and made room for others.", draft.dropped)  # fmt: skip


def _names(members: Sequence[Member]) -> dict[MemberId, str]:
    return {member.id: member.name for member in members}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
