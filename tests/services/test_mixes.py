"""The songs of a recap as a draft: of whom, of which time, once for a recap, and what becomes of it later."""

from __future__ import annotations

import asyncio

import pytest

from bot.core.calendar import HOUR_MS, When, period_of
from bot.core.choices import Aside, Mark, Whole
from bot.core.consent import Audience, Feature
from bot.core.identity import fold
from bot.core.model import MemberId, NewPlay, Period, RawTrack, RoomRef, Source, Span
from bot.errors import NotFound, NothingPlayed, NotJoined
from bot.services.playlists import OpenDraft, Playlists
from bot.services.recap import Recaps
from tests.fakes import FakeChance
from tests.playing import QUEEN, ROOM, SADE, House, quiet
from tests.services.test_playlists import at_spotify

ABBA = [RawTrack(f"spotify:track:a{n}", f"Waterloo {n}", "ABBA") for n in range(3)]
UNFOUND = RawTrack("", "Only Ours", "A Band Next Door")
ALL = list(Feature)


class Week:
    """The house after a week in which its members played something."""

    def __init__(self, house: House, playlists: Playlists | None = None) -> None:
        self.house, self.store = house, house.store
        self.playlists = playlists or house.playlists
        self.mixes = house.mixing(self.playlists)
        store = self.store
        self.recaps = Recaps(store, store, store, store, store, house.clock, FakeChance())
        self.week: Period = period_of(When.WEEK, house.clock.now, "UTC")

    def id_of(self, name: str) -> MemberId:
        return self.house.members[name].id

    async def played(self, name: str, *tracks: RawTrack, before: bool = False) -> None:
        """In the week, in this order; or in the week before."""
        link = await self.store.export_link(self.id_of(name), Source.EXTENDED)
        start = self.week.start_ms + (-100 if before else 10) * HOUR_MS
        plays = [NewPlay(start + n * 300_000, it, 200_000) for n, it in enumerate(tracks, 1)]
        await self.store.record(link.id, plays)
        await self.store.cover(link.id, [Span(self.week.start_ms, self.week.end_ms)])

    async def recap(self, audience: Audience | None = None) -> int:
        return (await self.recaps.of_group(audience or self.house.audience, self.week)).frozen.id

    async def mixed(self, recap_id: int | None = None, who: str = "ana") -> OpenDraft:
        number = await self.recap() if recap_id is None else recap_id
        return await self.mixes.mixed(self.house.audience, self.house.members[who], number, quiet)


@pytest.fixture
async def week() -> Week:
    return Week(await House().settle())


def songs(opened: OpenDraft) -> dict[str, dict[MemberId, int]]:
    """Who of those who are shown played which song how often."""
    return {song.title: {who: it.plays for who, it in song.heard.items()} for song in opened.draft.songs}


async def test_it_counts_the_plays_of_that_week_as_the_recap_does(week: Week) -> None:
    await week.played("ana", SADE, SADE, ABBA[0])
    await week.played("ana", QUEEN[0], before=True)
    await week.played("ben", SADE, RawTrack("spotify:track:s2", "smooth operator - 2011 Remaster", "sade"))
    opened = await week.mixed()
    ana, ben = week.id_of("ana"), week.id_of("ben")
    assert songs(opened) == {"Smooth Operator": {ana: 2, ben: 2}, "Waterloo 0": {ana: 1}}
    told = (await week.recaps.of_group(week.house.audience, week.week)).recap
    assert {it.title: dict(it.shares) for it in told.top_tracks} == songs(opened)
    assert opened.names == {ana: "Ana", ben: "Ben"}
    assert songs(await week.playlists.opened(week.house.audience, opened.document.id)) == songs(opened)


async def test_only_who_is_in_the_recap_and_shares_with_playlists_is_in_it(week: Week) -> None:
    await week.played("ana", ABBA[0])
    await week.played("ben", ABBA[1])
    await week.played("cem", ABBA[2])  # joined for recaps alone
    await week.store.join(week.house.group.id, week.id_of("ben"), [Feature.PLAYLISTS], [ROOM], 0)
    without_ben = await week.recap()
    assert set(songs(await week.mixed(without_ben))) == {"Waterloo 0"}
    await week.store.join(week.house.group.id, week.id_of("ben"), ALL, [ROOM], 0)
    assert set(songs(await week.mixed(without_ben))) == {"Waterloo 0"}
    assert set(songs(await week.mixed())) == {"Waterloo 0", "Waterloo 1"}


async def test_what_a_member_hides_is_not_in_it_and_goes_when_it_is_hidden_later(week: Week) -> None:
    await week.played("ana", ABBA[0], SADE, QUEEN[0])
    hidden = Aside(0, Mark.HIDDEN, Whole.ARTIST, (fold("Sade"),), "Sade")
    await week.store.set_aside(week.id_of("ana"), hidden, 0)
    opened = await week.mixed()
    assert set(songs(opened)) == {"Waterloo 0", QUEEN[0].title}
    later = Aside(0, Mark.HIDDEN, Whole.ARTIST, (fold("ABBA"),), "ABBA")
    await week.store.set_aside(week.id_of("ana"), later, 0)
    again = await week.playlists.opened(week.house.audience, opened.document.id)
    assert set(songs(again)) == {QUEEN[0].title}
    await week.store.forget_time(week.id_of("ana"), Span(week.week.start_ms, week.week.end_ms))
    again = await week.playlists.opened(week.house.audience, opened.document.id)
    assert again.draft.songs == ()


async def test_asked_for_again_it_is_the_same_draft_with_its_changes(week: Week) -> None:
    await week.played("ana", *ABBA, SADE, *QUEEN)
    number = await week.recap()
    first, second = await asyncio.gather(week.mixed(number), week.mixed(number, "ben"))
    assert first.document.id == second.document.id
    out = first.draft.songs[0]
    await week.playlists.veto(week.house.audience, week.house.members["ben"], first.document.id, out.n)
    third = await week.mixed(number)
    assert third.document.id == first.document.id
    assert out.title not in songs(third)


async def test_once_nothing_of_it_is_left_another_is_made(week: Week) -> None:
    await week.played("ana", SADE)
    await week.played("ben", ABBA[0])
    number = await week.recap()
    await week.store.join(week.house.group.id, week.id_of("ben"), [Feature.RECAP], [ROOM], 0)
    first = await week.mixed(number)
    await week.store.join(week.house.group.id, week.id_of("ben"), ALL, [ROOM], 0)
    await week.store.join(week.house.group.id, week.id_of("ana"), [Feature.RECAP], [ROOM], 0)
    second = await week.mixed(number, "ben")
    assert second.document.id != first.document.id
    assert set(songs(second)) == {"Waterloo 0"}


async def test_a_number_that_means_another_recap_by_now_is_not_the_same(week: Week) -> None:
    await week.played("ana", SADE)
    number = await week.recap()
    other = await week.house.draft("10 upbeat songs")
    await week.store.remember(f"mix:{number}", str(other.document.id))
    opened = await week.mixed(number)
    assert opened.document.id != other.document.id
    assert set(songs(opened)) == {"Smooth Operator"}


async def test_who_may_not_have_it_is_told_why(week: Week) -> None:
    await week.played("ana", SADE)
    number = await week.recap()
    with pytest.raises(NotJoined, match="You have not joined music-club here yet"):
        await week.mixed(number, "dan")
    with pytest.raises(NotFound, match="I do not have that recap any more"):
        await week.mixed(number + 100)
    own = (await week.recaps.of_member(week.house.members["ana"], week.week)).frozen.id
    with pytest.raises(NotFound, match="I do not have that recap any more"):
        await week.mixed(own)
    elsewhere = Audience(
        await week.store.open_room(RoomRef("lounge", "", "other"), "other", "UTC"),
        frozenset({RoomRef("lounge", "", "other")}),
    )
    await week.store.join(elsewhere.group.id, week.id_of("ana"), ALL, list(elsewhere.rooms), 0)
    with pytest.raises(NotFound, match="I do not have that recap any more"):
        await week.mixes.mixed(elsewhere, week.house.members["ana"], number, quiet)


async def test_without_anybody_or_anything_it_is_said_in_a_sentence(week: Week) -> None:
    with pytest.raises(NothingPlayed, match="played nothing in Week 40 that I could name"):
        await week.mixed()
    for name in ("ana", "ben"):
        await week.store.join(week.house.group.id, week.id_of(name), [Feature.RECAP], [ROOM], 0)
    with pytest.raises(NotFound, match="Nobody in it shares their plays with playlists"):
        await week.mixed(who="cem")


async def test_what_has_a_spotify_address_is_not_searched_for(week: Week) -> None:
    await week.house.linked("ana")
    await week.played("ana", SADE, *ABBA, RawTrack("", "Bohemian Rhapsody", "Queen"))
    draft = (await week.mixed()).draft
    assert (draft.searches, draft.avoided) == (1, 4)
    assert all(song.uri for song in draft.songs)


async def test_what_nobody_finds_makes_room_and_is_said(week: Week) -> None:
    await week.house.linked("ana")
    await week.played("ana", SADE, UNFOUND)
    draft = (await week.mixed()).draft
    assert [song.title for song in draft.songs] == ["Smooth Operator"]
    assert "1 song was not found at Spotify and is left out." in [str(it) for it in draft.notes]


async def test_it_becomes_a_collaborative_playlist_at_the_practice_spotify() -> None:
    async with at_spotify() as (house, playlists):
        week = Week(house, playlists)
        known = (await playlists.draft(house.audience, house.members["ana"], "5 upbeat songs", quiet)).draft
        first, *others = [RawTrack("", it.title, it.artist) for it in known.songs[:3]]
        await week.played("ana", *others)
        await week.played("ben", first)
        opened = await week.mixed()
        assert all(song.uri.startswith("spotify:track:") for song in opened.draft.songs)
        outcome = await playlists.save(house.audience, house.members["ana"], opened.document.id, quiet)
        assert outcome.collaborative is True
        assert (outcome.playlist.songs, outcome.left_out) == (3, 0)
        assert outcome.playlist.name == "The songs of Week 40, 29 Sep – 5 Oct 2025"
        again = await week.mixed(opened.draft.recap, "ben")
        assert again.draft.saving is not None
        assert again.draft.saving.url == outcome.playlist.url
