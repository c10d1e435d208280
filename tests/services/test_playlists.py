"""From words to a saved playlist: at the practice Spotify, and where things go wrong between two steps."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bot.core import drafts
from bot.core.consent import Audience
from bot.core.drafts import Step
from bot.core.model import RoomRef
from bot.errors import NotAllowed, NotFound, NotJoined, QuotaExceeded, Refused, Stale, Unavailable
from bot.integrations.spotify import SpotifyAccounts, SpotifyCatalogue, SpotifyPlaylists
from bot.integrations.vault import Keyring
from bot.services.access import Access
from bot.services.linking import Linking, SpotifyApp
from bot.services.playlists import OpenDraft, Playlists
from bot.services.saving import IN_FLIGHT_MS, MayNotMake, Unsure, about, name_of
from tests.fakes import FakeChance
from tests.playing import QUEEN, WORDBOOK, House, everything, quiet
from tests.practice import CLIENT_ID, REDIRECT_URI, gateway_to, practice_spotify


@pytest.fixture
async def house() -> House:
    return await House().settle()


async def test_without_any_account_the_list_stands(house: House) -> None:
    opened = await house.draft("10 upbeat songs")
    assert len(opened.draft.songs) == 10
    assert opened.draft.searched_with == ""
    assert house.shelf.asked == []
    assert opened.names == {house.members["ana"].id: "Ana", house.members["ben"].id: "Ben"}


async def test_only_who_shares_with_playlists_is_listened_to(house: House) -> None:
    await house.plays("ana", *QUEEN[:2])
    await house.plays("cem", *QUEEN[2:])
    opened = await house.draft("songs by Queen")
    listeners = {member for song in opened.draft.songs for member in song.heard}
    assert listeners == {house.members["ana"].id}
    worth = {member for song in opened.draft.songs for member in song.worth}
    assert worth == {house.members["ana"].id, house.members["ben"].id}


async def test_what_the_group_plays_needs_no_search(house: House) -> None:
    await house.linked("ana")
    await house.plays("ana", *QUEEN)
    draft = (await house.draft("5 songs by Queen")).draft
    assert (draft.searches, draft.avoided) == (0, 5)
    assert all(song.uri.startswith("spotify:track:q") for song in draft.songs)


async def test_every_other_song_is_searched_for_once_and_never_again(house: House) -> None:
    await house.linked("ana")
    first = (await house.draft("10 upbeat songs")).draft
    assert first.searches == 10
    assert all(song.uri for song in first.songs)
    house.playlists._chance = FakeChance()  # the same seed, so the same songs
    again = (await house.draft("10 upbeat songs")).draft
    assert (again.searches, again.avoided) == (0, 10)
    assert [song.uri for song in again.songs] == [song.uri for song in first.songs]


async def test_somebody_elses_account_may_look_where_one_has_none(house: House) -> None:
    await house.linked("ben")
    assert (await house.draft("10 upbeat songs", "ana")).draft.searches == 10
    await house.store.unlink((await house.store.links(house.members["ben"].id))[0].id)
    await house.linked("cem")  # joined, but shares nothing with playlists
    assert (await house.draft("10 calm songs", "ana")).draft.searches == 0


async def test_what_is_not_there_makes_room_for_another(house: House) -> None:
    await house.linked("ana")
    missing = [song.artist for song in (await house.draft("10 upbeat songs")).draft.songs[:3]]
    house.store._resolved.clear()
    house.shelf.songs = everything(but=missing)
    house.playlists._chance = FakeChance()
    draft = (await house.draft("10 upbeat songs")).draft
    assert len(draft.songs) == 10
    assert not {song.artist for song in draft.songs} & set(missing)
    assert draft.dropped >= 3
    assert any("not found at Spotify" in str(note) for note in draft.notes)


async def test_the_gates_hold_for_what_was_found(house: House) -> None:
    await house.linked("ana")
    house.shelf.songs = [replace(one, explicit=n % 2 == 0) for n, one in enumerate(everything())]
    clean = (await house.draft("10 upbeat songs, no explicit")).draft
    explicit = {one.track.uri for one in house.shelf.songs if one.explicit}
    assert not explicit & {song.uri for song in clean.songs}
    house.shelf.songs = [replace(one, year=1950) for one in everything()]
    house.store._resolved.clear()
    early = (await house.draft("90s hip hop")).draft
    assert early.songs == ()
    assert early.dropped > 0


async def test_answers_in_any_order_give_the_same_list(house: House) -> None:
    await house.linked("ana")
    one = (await house.draft("12 songs for a rainy day")).draft
    house.store._resolved.clear()
    house.playlists._chance = FakeChance()
    house.shelf.songs.reverse()
    other = (await house.draft("12 songs for a rainy day")).draft
    assert [song.key for song in other.songs] == [song.key for song in one.songs]


async def test_when_the_budget_ends_the_rest_stays_as_words(house: House) -> None:
    await house.linked("ana")
    house.access.broken = [QuotaExceeded("enough", 3600)] * 10
    draft = (await house.draft("10 upbeat songs")).draft
    assert len(draft.songs) == 10
    assert draft.searches == 0
    assert any("could not be asked for every song" in str(note) for note in draft.notes)


# --- swap and veto


async def test_a_swap_brings_another_song_with_its_address(house: House) -> None:
    await house.linked("ana")
    opened = await house.draft("10 upbeat songs")
    third = opened.draft.songs[2]
    changed = (
        await house.playlists.swap(house.audience, house.members["ben"], opened.document.id, third.n)
    ).draft
    assert len(changed.songs) == 10
    assert changed.songs[2].n != third.n
    assert changed.songs[2].uri
    assert await house.reopened(opened) == changed


async def test_a_veto_is_remembered_and_the_song_stays_out(house: House) -> None:
    opened = await house.draft("10 upbeat songs")
    song = opened.draft.songs[0]
    changed = (
        await house.playlists.veto(house.audience, house.members["ben"], opened.document.id, song.n)
    ).draft
    assert changed.vetoes == ((house.members["ben"].id, song.key),)
    with pytest.raises(Stale, match="out of the list already"):
        await house.playlists.veto(house.audience, house.members["ana"], opened.document.id, song.n)


async def test_two_who_press_at_once_both_get_their_way(house: House) -> None:
    opened = await house.draft("10 upbeat songs")
    one, other = opened.draft.songs[1], opened.draft.songs[5]
    await asyncio.gather(
        house.playlists.veto(house.audience, house.members["ana"], opened.document.id, one.n),
        house.playlists.veto(house.audience, house.members["ben"], opened.document.id, other.n),
    )
    changed = await house.reopened(opened)
    assert {key for _, key in changed.vetoes} == {one.key, other.key}
    assert len(changed.songs) == 10


async def test_an_empty_reserve_keeps_a_swapped_song_and_lets_a_vetoed_one_go(house: House) -> None:
    opened = await house.draft("greek songs")
    assert opened.draft.reserve == ()
    song = opened.draft.songs[0]
    with pytest.raises(NotFound, match="nothing left"):
        await house.playlists.swap(house.audience, house.members["ana"], opened.document.id, song.n)
    left = (
        await house.playlists.veto(house.audience, house.members["ana"], opened.document.id, song.n)
    ).draft
    assert len(left.songs) == len(opened.draft.songs) - 1


async def test_who_has_not_joined_changes_only_what_they_asked_for(house: House) -> None:
    opened = await house.draft("10 upbeat songs", "ana")
    with pytest.raises(NotJoined):
        await house.playlists.veto(house.audience, house.members["dan"], opened.document.id, 1)
    own = await house.draft("10 upbeat songs", "dan")
    assert (await house.playlists.veto(house.audience, house.members["dan"], own.document.id, 1)).draft.vetoes


async def test_another_groups_draft_is_not_here(house: House) -> None:
    opened = await house.draft("10 upbeat songs")
    other = RoomRef("lounge", "", "other")
    elsewhere = Audience(await house.store.open_room(other, "other", "UTC"), frozenset({other}))
    with pytest.raises(NotFound):
        await house.playlists.opened(elsewhere, opened.document.id)


async def test_a_draft_that_cannot_be_read_any_more_is_said_to_be_old(house: House) -> None:
    document = await house.store.new_draft(house.group.id, house.members["ana"].id, '{"v": 0}', 0)
    with pytest.raises(NotFound, match="older version"):
        await house.playlists.opened(house.audience, document.id)


# --- saving


async def save(house: House, opened: OpenDraft, who: str = "ana", again: str = "") -> str:
    outcome = await house.playlists.save(house.audience, house.members[who], opened.document.id, quiet, again)
    return outcome.playlist.url


async def test_saving_twice_makes_one_playlist(house: House) -> None:
    await house.linked("ana")
    opened = await house.draft("10 upbeat songs for a friday standup")
    first = await save(house, opened)
    assert await save(house, opened) == first
    await house.linked("ben")
    assert await save(house, opened, "ben") == first
    draft = await house.reopened(opened)
    assert house.shelf.made == {"p1": [song.uri for song in draft.songs]}
    assert draft.saving is not None
    assert draft.saving.step is Step.SAVED
    (row,) = await house.playlists.playlists(house.group)
    assert (row.words, row.songs, row.member_id) == (draft.words, 10, house.members["ana"].id)


async def test_two_saves_at_once_make_one_playlist(house: House) -> None:
    await house.linked("ana")
    opened = await house.draft("10 upbeat songs")
    outcomes = await asyncio.gather(*(save(house, opened) for _ in range(3)), return_exceptions=True)
    assert len(house.shelf.made) == 1
    assert sum(isinstance(one, str) for one in outcomes) == 1
    assert all(isinstance(one, str | Stale) for one in outcomes)


async def test_saving_needs_an_account_that_allows_it(house: House) -> None:
    opened = await house.draft("10 upbeat songs")
    with pytest.raises(MayNotMake, match="link your Spotify"):
        await save(house, opened)
    await house.linked("ana", frozenset())
    with pytest.raises(MayNotMake, match="one more permission"):
        await save(house, opened)
    assert house.shelf.made == {}


async def test_a_list_made_without_an_account_is_looked_up_when_saved(house: House) -> None:
    opened = await house.draft("10 upbeat songs")
    await house.linked("ana")
    await save(house, opened)
    assert len(house.shelf.made["p1"]) == 10
    assert (await house.reopened(opened)).searches == 10


async def test_a_refusal_leaves_nothing_behind(house: House) -> None:
    await house.linked("ana")
    opened = await house.draft("10 upbeat songs")
    house.shelf.fails["make"] = Refused("no")
    with pytest.raises(Refused):
        await save(house, opened)
    assert (await house.reopened(opened)).saving is None
    assert await save(house, opened)


async def test_a_playlist_whose_songs_were_refused_is_filled_next_time(house: House) -> None:
    await house.linked("ana")
    opened = await house.draft("10 upbeat songs")
    house.shelf.fails["add"] = Refused("no")
    with pytest.raises(Refused):
        await save(house, opened)
    await save(house, opened)
    assert len(house.shelf.made) == 1
    assert len(house.shelf.made["p1"]) == 10


@pytest.mark.parametrize(
    ("step", "answer", "playlists", "songs"),
    [("make", "make", 1, 10), ("add", "add", 1, 10), ("add", "done", 1, 0)],
)
async def test_after_an_interruption_nothing_is_doubled_silently(
    house: House, step: str, answer: str, playlists: int, songs: int
) -> None:
    await house.linked("ana")
    opened = await house.draft("10 upbeat songs")
    house.shelf.fails[step] = Unavailable("the line is dead")
    with pytest.raises(Unavailable):
        await save(house, opened)
    with pytest.raises(Stale, match="right now"):
        await save(house, opened)
    house.clock.advance(IN_FLIGHT_MS)
    with pytest.raises(Unsure) as unsure:
        await save(house, opened)
    assert bool(unsure.value.url) == (step == "add")
    await save(house, opened, again=answer)
    assert len(house.shelf.made) == playlists
    assert len(house.shelf.made["p1"]) == songs


async def test_a_saved_list_is_changed_at_spotify(house: House) -> None:
    await house.linked("ana")
    opened = await house.draft("10 upbeat songs")
    await save(house, opened)
    with pytest.raises(NotAllowed, match="saved already"):
        await house.playlists.swap(
            house.audience, house.members["ana"], opened.document.id, opened.draft.songs[0].n
        )


async def test_name_and_description_carry_the_words_and_no_address(house: House) -> None:
    words = "play <b>jazz</b> from www.evil.example/x and https://evil.example " + "very " * 80
    opened = await house.draft(words)
    name, description = name_of(opened.draft, house.group), about(opened.draft)
    assert len(name) <= 100
    assert len(description) <= 300
    assert not any(bad in name + description for bad in ("evil", "http", "<", ">", "\n"))
    assert name.startswith("Play b jazz")
    empty = await house.draft("")
    assert name_of(empty.draft, house.group) == "A mix for music-club"


# --- at the practice Spotify


@asynccontextmanager
async def at_spotify() -> AsyncIterator[tuple[House, Playlists]]:
    """The house with a real gateway to the practice Spotify, Ana linked with the permission to make playlists."""
    house = await House().settle()
    async with practice_spotify(house.clock) as practice, gateway_to(practice.server.api_url) as gateway:
        accounts = SpotifyAccounts(gateway, practice.server.accounts_url)
        vault = Keyring({1: b"k" * 32}, 1)
        access = Access(house.store, house.store, accounts, vault, house.clock)
        app = SpotifyApp(CLIENT_ID, REDIRECT_URI, "/link")
        linking = Linking(house.store, house.store, accounts, access, vault, house.clock, FakeChance(), app)
        state = (await linking.begin(house.members["ana"], {"playlists"})).state
        back = await practice.agree((await linking.invitation(state)).spotify_url, "ana")
        await linking.complete(back["state"], back["code"])
        yield house, Playlists(
            house.people, house.tastes, house.store, house.store, house.store,
            SpotifyCatalogue(gateway), SpotifyPlaylists(gateway), access, WORDBOOK, house.clock, FakeChance(),
        )  # fmt: skip


async def test_words_become_a_collaborative_playlist_at_the_practice_spotify() -> None:
    async with at_spotify() as (house, playlists):
        ana = house.members["ana"]
        opened = await playlists.draft(house.audience, ana, "10 upbeat songs for a friday standup", quiet)
        assert len(opened.draft.songs) == 10
        assert all(song.uri.startswith("spotify:track:") for song in opened.draft.songs)
        assert opened.draft.searches <= 30
        swapped = await playlists.swap(house.audience, ana, opened.document.id, opened.draft.songs[0].n)
        outcome = await playlists.save(house.audience, ana, opened.document.id, quiet)
        assert outcome.collaborative is True
        assert outcome.playlist.songs == 10
        again = await playlists.save(house.audience, ana, opened.document.id, quiet)
        assert again.playlist == outcome.playlist
        assert drafts.loaded((await house.store.draft(opened.document.id)).body).songs == swapped.draft.songs  # type: ignore[union-attr]


async def test_the_practice_catalogue_knows_nearly_all_of_the_songbook() -> None:
    """Songs that are asked for are found as themselves; what the catalogue lacks is replaced, never mistaken."""
    async with at_spotify() as (house, playlists):
        for words in ("50 rock songs", "30 songs for a rainy day"):
            draft = (await playlists.draft(house.audience, house.members["ana"], words, quiet)).draft
            assert len(draft.songs) >= 30
            assert all(song.uri for song in draft.songs)
            assert draft.dropped <= len(draft.songs) * 0.2
