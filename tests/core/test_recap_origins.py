"""When and where the music is from, against a slow count play by play."""

from __future__ import annotations

from collections import Counter
from datetime import date
from statistics import median_low

from hypothesis import given
from hypothesis import strategies as st

from bot.core import calendar
from bot.core.model import Listening, Member, MemberId, Play, SongId, Track, TrackId
from bot.core.recap import origin_words
from bot.core.recap.origins import Leaning, Roots, origins, roots
from bot.core.songfacts import Fame, SongFacts

ANA, BEN = Member(MemberId(1), "Ana", "UTC"), Member(MemberId(2), "Ben", "UTC")
WEEK = calendar.week_of(date(2024, 7, 1), "UTC")

known_of_one = st.builds(
    Roots,
    st.sampled_from([0, 1969, 1970, 1999, 2023, 2024]),
    st.sampled_from(["", "Mali", "Japan"]),
    st.none() | st.integers(0, 5),
)


def listening(member: Member, tracks: list[int]) -> Listening:
    plays = [Play(WEEK.start_ms + n, TrackId(it), 200_000) for n, it in enumerate(tracks)]
    return Listening(member, plays, plays, {}, [], [])


@given(
    known=st.lists(known_of_one, min_size=1, max_size=6),
    ana=st.lists(st.integers(0, 6), max_size=90),
    ben=st.lists(st.integers(0, 6), max_size=90),
)
def test_every_play_of_which_something_is_known_counts_once(
    known: list[Roots], ana: list[int], ben: list[int]
) -> None:
    by_track = {TrackId(n): it for n, it in enumerate(known)}
    found = origins([listening(ANA, ana), listening(BEN, ben)], by_track, WEEK)
    rooted = [(who, by_track.get(TrackId(it), Roots())) for who, of in ((ANA, ana), (BEN, ben)) for it in of]
    dated = [(who, it) for who, it in rooted if it.year]
    placed = [(who, it) for who, it in rooted if it.area]
    assert (found.plays, found.dated, found.placed) == (len(rooted), len(dated), len(placed))
    if len(dated) >= 30 and 2 * len(dated) >= len(rooted):
        decades = Counter(it.year - it.year % 10 for _, it in dated)
        assert [(it.first, it.plays) for it in found.decades] == sorted(decades.items())
        for one in found.decades:
            assert dict(one.shares) == Counter(who.id for who, it in dated if it.decade == one.first)
    else:
        assert found.decades == ()
    if len(placed) >= 30 and 2 * len(placed) >= len(rooted):
        areas = Counter(it.area for _, it in placed)
        assert [(it.plays, it.name) for it in found.areas] == sorted(
            ((n, name) for name, n in areas.items()), key=lambda it: (-it[0], it[1])
        )
        assert all(sum(n for _, n in it.shares) == it.plays for it in found.areas)
    else:
        assert found.areas == ()
    for leaning, of in zip(found.leanings, (ana, ben), strict=True):
        _agrees(leaning, [by_track.get(TrackId(it), Roots()) for it in of])


def _agrees(leaning: Leaning, of: list[Roots]) -> None:
    years = [it.year for it in of if it.year]
    if len(years) >= 30 and 2 * len(years) >= len(of):
        assert leaning.recent is not None
        assert leaning.recent.value == sum(year in (2023, 2024) for year in years) / len(years)
        assert leaning.recent.low <= leaning.recent.value <= leaning.recent.high
    else:
        assert leaning.recent is None
    listeners = [it.listeners for it in of if it.listeners is not None]
    if len(listeners) >= 30 and 2 * len(listeners) >= len(of):
        assert leaning.listeners is not None
        assert leaning.listeners.value == median_low(listeners)
        assert min(listeners) <= leaning.listeners.low <= leaning.listeners.value
        assert leaning.listeners.value <= leaning.listeners.high <= max(listeners)
    else:
        assert leaning.listeners is None


def test_the_median_lies_between_the_ranks_that_order_statistics_give() -> None:
    by_track = {TrackId(n): Roots(0, "", n) for n in range(1, 101)}
    [leaning] = origins([listening(ANA, list(range(1, 101)))], by_track, WEEK).leanings
    # Of Binomial(100, 1/2): P(42 <= X <= 58) = 0.911.
    assert leaning.listeners == (50, 41, 60)


def test_versions_of_a_song_know_what_one_of_them_knows() -> None:
    tracks = {
        TrackId(n): Track(TrackId(n), f"spotify:track:{n}", "Song", "Band", "Album", song=SongId(song))
        for n, song in ((1, 1), (2, 1), (3, 1), (4, 4), (5, 5))
    }
    facts = {
        TrackId(1): SongFacts(),
        TrackId(2): SongFacts("r", ("a",), year=2009, area="Mali", artist_fame=Fame(9, 7)),
        TrackId(3): SongFacts("s", ("a",), year=1969, area="France", artist_fame=Fame(9, 8)),
        TrackId(4): SongFacts(),
        TrackId(9): SongFacts("not", ("here",), year=1950),
    }
    one = Roots(1969, "Mali", 7)
    assert roots(tracks, facts) == {TrackId(1): one, TrackId(2): one, TrackId(3): one, TrackId(4): Roots()}


def test_it_is_said_with_how_much_of_it_is_known() -> None:
    by_track = {TrackId(1): Roots(1969, "Mali", 10), TrackId(2): Roots(2024, "", 20), TrackId(3): Roots(1965)}
    found = origins([listening(ANA, [1] * 20 + [2] * 12 + [3] * 4 + [9] * 4)], by_track, WEEK)
    assert str(origin_words.by_decade(found)) == "By decade: the 1960s (24), the 2020s (12)"
    assert found.areas == ()
    assert str(origin_words.known_of(found)) == (
        "Of 40 plays the year is known of 36 and the country of 20, as MusicBrainz has them."
    )
    assert str(origin_words.recent_years(WEEK)) == "2023 or 2024"
