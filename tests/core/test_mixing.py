"""The songs of a recap as a list: everybody served, the same for everybody's order, fair to who plays little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.affinity import Taste, taste
from bot.core.calendar import week_of
from bot.core.drafts import Draft, Listens, dumped, loaded, replacement, shares_of
from bot.core.mixing import WIDEST_CAP, mix, plays_said
from bot.core.model import Listening, Member, MemberId, Period, PeriodKind, Play, SongId, Track, TrackId
from bot.core.planning import ARTIST_CAP, DEFAULT_SIZE
from bot.integrations.wordbook import read_wordbook

BOOK = read_wordbook().book
WEEK = week_of(date(2026, 11, 18), "UTC")
Plays = Mapping[int, Mapping[tuple[int, int], int]]  # by member, by artist and title, how often


def track(song: tuple[int, int], uri: str = "") -> Track:
    artist, title = song
    number = artist * 1000 + title
    return Track(TrackId(number), uri or f"spotify:track:{number}", f"Song {title} of {artist}", f"Artist {artist}", "",
                 song=SongId(number))  # fmt: skip


def tastes(played: Plays, *, keeper: bool = False) -> list[Taste]:
    """As what was gathered tells it; of a `keeper` no Spotify address is known."""
    songs = {song for one in played.values() for song in one}
    tracks = {it.id: it for it in (track(song, "x:1" if keeper else "") for song in songs)}
    found = []
    for who, one in played.items():
        plays = [
            Play(WEEK.start_ms + n, track(song).id, 0) for song, times in one.items() for n in range(times)
        ]
        heard = Listening(Member(MemberId(who), f"M{who}", "UTC"), plays, plays, {}, [], [])
        found.append(taste(heard, tracks, BOOK, WEEK.end_ms, WEEK.start_ms))
    return found


def mixed(played: Plays, period: Period = WEEK) -> Draft:
    return mix(7, period, tastes(played), BOOK)


def of_member(draft: Draft, who: int) -> int:
    return sum(MemberId(who) in song.heard for song in draft.songs)


played = st.dictionaries(
    st.integers(1, 23),
    st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 9)), st.integers(1, 9), max_size=8),
    min_size=1,
    max_size=23,
)


@settings(deadline=None, max_examples=50)
@given(played)
def test_whoever_played_anything_is_served_in_a_list_of_bounded_size(week: Plays) -> None:
    draft = mixed(week)
    listeners = [who for who, one in week.items() if one]
    for who in listeners:
        assert of_member(draft, who) >= 1
    songs = {song for one in week.values() for song in one}
    assert len(draft.songs) <= min(len(songs), max(DEFAULT_SIZE, len(listeners)))
    assert len({song.key for song in (*draft.songs, *draft.reserve)}) == len(draft.songs) + len(draft.reserve)
    assert len({song.n for song in (*draft.songs, *draft.reserve)}) == len(draft.songs) + len(draft.reserve)


@settings(deadline=None, max_examples=50)
@given(played, st.randoms(use_true_random=False))
def test_it_is_the_same_in_whatever_order_the_members_come(week: Plays, order: object) -> None:
    shuffled = list(tastes(week))
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert dumped(mix(7, WEEK, shuffled, BOOK)) == dumped(mix(7, WEEK, tastes(week), BOOK))


@settings(deadline=None, max_examples=50)
@given(played)
def test_plays_are_those_that_were_counted_and_survive_as_json(week: Plays) -> None:
    draft = mixed(week)
    for song in (*draft.songs, *draft.reserve):
        artist, title = (int(it.split()[1]) for it in (song.artist, song.title))
        assert {who: one[artist, title] for who, one in week.items() if (artist, title) in one} == {
            who: it.plays for who, it in song.heard.items()
        }
    assert loaded(dumped(draft)) == draft
    assert draft.recap == 7


def test_who_plays_little_gets_as_much_as_who_plays_all_day() -> None:
    heavy = {(artist, 1): 60 - artist for artist in range(40)}
    draft = mixed({1: heavy, 2: {(50 + n, 1): 2 for n in range(20)}})
    assert len(draft.songs) == DEFAULT_SIZE
    assert 7 <= of_member(draft, 2) <= 13
    parts = [share.part for share in shares_of(draft)]
    assert max(parts) < 0.6


def test_of_an_artist_no_more_than_where_words_are_asked_unless_there_are_few() -> None:
    many = mixed({1: {(artist, title): 5 + title for artist in range(12) for title in range(6)}})
    assert _most_of_one(many.songs) == ARTIST_CAP
    assert many.notes == ()
    few = mixed({1: {(artist, title): 5 for artist in range(2) for title in range(9)}})
    assert _most_of_one(few.songs) == WIDEST_CAP == few.cap
    assert [str(it) for it in few.notes] == ["Few artists were played, so one may come up to 4 times."]


def test_the_cap_gives_way_before_a_member_does() -> None:
    """Ten members who all play one artist, each another song."""
    draft = mixed({who: {(1, who): 3} for who in range(1, 11)})
    assert [of_member(draft, who) for who in range(1, 11)] == [1] * 10
    assert len(draft.songs) == 10
    crowd = mixed({who: {(who % 3, who): 3} for who in range(1, 31)})
    assert len(crowd.songs) == 30


def test_what_everybody_played_most_is_there_first_of_all() -> None:
    common = {(1, 1): 9}
    draft = mixed({who: {**common, **{(who * 100 + n, 1): 2 for n in range(30)}} for who in (1, 2, 3)})
    assert [song.title for song in draft.songs if len(song.heard) == 3] == ["Song 1 of 1"]


def test_what_may_come_in_is_the_next_best_and_keeps_the_cap() -> None:
    draft = mixed({1: {(artist, 1): 40 - artist for artist in range(40)}})
    new = replacement(draft, draft.songs[0].n)
    assert new is not None
    assert new == draft.reserve[0]
    assert new.heard[MemberId(1)] == Listens(20, 20)


def test_a_spotify_address_is_kept_and_no_other() -> None:
    assert mixed({1: {(1, 1): 1}}).songs[0].uri == "spotify:track:1001"
    assert mix(7, WEEK, tastes({1: {(1, 1): 1}}, keeper=True), BOOK).songs[0].uri == ""


def test_nothing_played_is_an_empty_list() -> None:
    assert mixed({1: {}}).songs == ()
    assert mix(7, WEEK, [], BOOK).songs == ()


def test_it_is_named_after_its_time() -> None:
    week = mixed({1: {(1, 1): 1}})
    assert str(week.title) == "The songs of Week 47"
    assert week.words == "The songs of Week 47, 16–22 Nov 2026"
    month = Period(PeriodKind.MONTH, date(2026, 11, 1), date(2026, 11, 30), "UTC", WEEK.start_ms, WEEK.end_ms)
    assert mixed({1: {(1, 1): 1}}, month).words == "The songs of November 2026"


def test_who_played_it_is_said_with_the_most_first() -> None:
    names = {MemberId(n): name for n, name in enumerate(("Ana", "Ben", "Cem", "Dan", "Eve", "Fay"), 1)}
    heard = {who: Listens(n, n) for who, n in zip(names, (3, 7, 1, 1, 1, 1), strict=True)}
    assert str(plays_said(heard, names)) == "14 plays: Ben 7, Ana 3, Cem 1, Dan 1 and 2 more"
    five = {who: it for who, it in heard.items() if names[who] != "Fay"}
    assert str(plays_said(five, names)) == "13 plays: Ben 7, Ana 3, Cem 1, Dan 1, Eve 1"
    assert str(plays_said({MemberId(1): Listens(1, 1)}, names)) == "1 play, all by Ana"
    assert str(plays_said(heard, {MemberId(2): "Ben"})) == "7 plays, all by Ben"
    assert plays_said(heard, {}) is None


def _most_of_one(songs: Sequence[object]) -> int:
    artists = [song.artist for song in songs]  # type: ignore[attr-defined]
    return max(map(artists.count, artists))
