"""From words to a draft that the group changes: gather consented taste, let the core plan, find the songs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from weakref import WeakValueDictionary

from bot.core import drafts
from bot.core.candidates import Candidate
from bot.core.consent import Audience, shown
from bot.core.drafts import Draft, DraftSong, Listens
from bot.core.frozen import thaw
from bot.core.mixing import mix
from bot.core.model import Group, Link, LinkState, Member, MemberId, Source
from bot.core.offline import Planned, plan_offline
from bot.core.reasons import why
from bot.core.recap.when import period_name
from bot.core.resolving import Wanted
from bot.core.wordbook import Wordbook
from bot.errors import NotAllowed, NotFound, NothingPlayed, Stale
from bot.ports import (
    Catalogue,
    Chance,
    Clock,
    Document,
    DraftStore,
    LinkStore,
    MemoStore,
    PlaylistHost,
    PlaylistStore,
    RecapStore,
    SavedPlaylist,
)
from bot.services.finding import Access, Finder, Finding
from bot.services.people import People
from bot.services.saving import SaveOutcome, Saver
from bot.services.tastes import Tastes
from bot.text import Text, t, tn

Progress = Callable[[Text], Awaitable[None]]

MOST_SEARCHES = 75  # for one draft
SHOWN_PLAYLISTS = 25
_TRIES = 4  # when two members press in the same moment


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
        recaps: RecapStore,
        memos: MemoStore,
        catalogue: Catalogue,
        host: PlaylistHost,
        access: Access,
        wordbook: Wordbook,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._people = people
        self._tastes = tastes
        self._links = links
        self._drafts = draft_store
        self._playlists = playlists
        self._recaps = recaps
        self._memos = memos
        self._mixing: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._finder = Finder(playlists, catalogue, access, clock)
        self._saver = Saver(draft_store, playlists, host, access, clock)
        self._wordbook = wordbook
        self._clock = clock
        self._chance = chance

    async def draft(self, audience: Audience, member: Member, words: str, progress: Progress) -> OpenDraft:
        """A new draft for any words, found at Spotify as far as an account and the budget allow."""
        heard = await self._tastes.usual(audience)
        seed = self._chance.seed()
        planned = await asyncio.to_thread(
            plan_offline, words, self._wordbook, heard.artists, heard.tastes, seed
        )
        unheard = tuple(taste.member_id for taste in heard.tastes if not taste.known)
        draft = replace(drafted(planned), unheard=unheard)
        return await self._kept(audience, member, draft, heard.members, progress)

    async def mixed(self, audience: Audience, member: Member, recap_id: int, progress: Progress) -> OpenDraft:
        """A draft of what those in a recap of this group played in its time; asked for again, the same draft.

        Of those who share with playlists here, and their recap. Raises `NotJoined`, `NotFound`, `NothingPlayed`.
        """
        await self._people.require_joined(audience, member)
        async with self._mixing.setdefault(recap_id, asyncio.Lock()):
            known = await self._mixed_before(audience, recap_id)
            if known is not None:
                return known
            frozen = await self._recaps.frozen(recap_id)
            if frozen is None or frozen.group_id != audience.group.id:
                raise NotFound(t("I do not have that recap any more. Ask for a new one with /wrapped."))
            facts = thaw(frozen.facts)
            there = {member_id for member_id, _, _ in facts.members}
            members = [it for it in await self._tastes.sharers(audience, recap=True) if it.id in there]
            if not members:
                raise NotFound(
                    t("Nobody in it shares their plays with playlists here (any more). /join changes that.")
                )
            await progress(t("Counting {period} …", period=period_name(facts.period)))
            heard = await self._tastes.of(audience, facts.period, members)
            draft = await asyncio.to_thread(mix, recap_id, facts.period, heard.tastes, self._wordbook.book)
            if not draft.songs:
                raise NothingPlayed(
                    t(
                        "Those who share with playlists here played nothing in {period} that I could name.",
                        period=period_name(facts.period),
                    )
                )
            opened = await self._kept(audience, member, draft, members, progress)
            await self._memos.remember(_memo(recap_id), str(opened.document.id))
            return opened

    async def _mixed_before(self, audience: Audience, recap_id: int) -> OpenDraft | None:
        """The draft that was made of a recap, as long as there is a song in it."""
        draft_id = await self._memos.memo(_memo(recap_id))
        try:
            known = await self.opened(audience, int(draft_id or 0))
        except NotFound:
            return None
        # The number may be another recap's by now, and the draft's another draft's.
        played = known.draft.played
        return known if played is not None and played.recap_id == recap_id and known.draft.songs else None

    async def opened(self, audience: Audience, draft_id: int) -> OpenDraft:
        """A draft of this group, with what its members share of their plays by now. Raises `NotFound`."""
        document = await self._drafts.draft(draft_id)
        if document is None or document.group_id != audience.group.id:
            raise NotFound(t("That draft is not here (any more). Use /play to make a new one."))
        try:
            draft = drafts.loaded(document.body)
        except ValueError:
            raise NotFound(
                t("That draft is of an older version of me. Use /play to make a new one.")
            ) from None
        now = await self._tastes.meant(audience, draft)
        heard = {
            it.member_id: {key: Listens(one.plays, one.recent) for key, one in it.songs.items()}
            for it in now.tastes
        }
        return OpenDraft(
            document, drafts.recounted(draft, heard, self._wordbook.book.by_key), _names(now.members)
        )

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
        for _ in range(_TRIES):
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

    async def _kept(
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
    )  # fmt: skip


def _taken(draft: Draft, song: DraftSong, finding: Finding) -> Draft:
    """The draft with the found track in it; without the song (for good) if there is none or it may not be in."""
    track = finding.track
    if track is None or not draft.found_passes(song, year=finding.year, explicit=finding.explicit):
        return drafts.without(draft, song.key)
    return drafts.filled(draft, song, track.uri, track.duration_ms)


def _wanted(draft: Draft, song: DraftSong) -> Wanted:
    return Wanted(song.title, song.artist, clean=draft.clean)


def _noted(draft: Draft, note: Text) -> Draft:
    return draft if note in draft.notes else replace(draft, notes=(*draft.notes, note))


def _dropped(draft: Draft) -> Text:
    """Of the songs that were played in a week there may be no other."""
    if draft.played is not None:
        return tn("{n} song was not found at Spotify and is left out.",
                  "{n} songs were not found at Spotify and are left out.", draft.dropped)  # fmt: skip
    return tn("{n} song was not found at Spotify and made room for another.",
              "{n} songs were not found at Spotify and made room for others.", draft.dropped)  # fmt: skip


def _memo(recap_id: int) -> str:
    """Under which it is remembered which draft was made of a recap."""
    return f"mix:{recap_id}"


def _names(members: Sequence[Member]) -> dict[MemberId, str]:
    return {member.id: member.name for member in members}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
