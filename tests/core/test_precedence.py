"""One source at a time: no play twice, none lost that its source vouches for."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import (
    Gap,
    Link,
    LinkId,
    LinkPlays,
    Member,
    MemberId,
    Period,
    PeriodKind,
    Play,
    Source,
    Span,
    TrackId,
)
from bot.core.precedence import STRENGTH, by_source, counted, intersect, source_at, subtract, union

ANA = Member(MemberId(1), "Ana", "UTC")
END = 60
PERIOD = Period(PeriodKind.DAYS, date(1970, 1, 1), date(1970, 1, 1), "UTC", 5, END - 5)

spans = st.lists(
    st.tuples(st.integers(0, END), st.integers(0, END)).map(lambda ends: Span(min(ends), max(ends))),
    max_size=5,
)
plays = st.lists(st.integers(0, END - 1), max_size=30).map(
    lambda instants: [Play(at, TrackId(at % 3), 40_000) for at in sorted(instants)]
)
links = st.lists(st.tuples(st.sampled_from(list(Source)), plays, spans), max_size=5)


def instants(some: list[Span]) -> set[int]:
    return {at for span in some for at in range(span.start_ms, span.end_ms)}


def link_plays(number: int, source: Source, played: list[Play], covered: list[Span], *gaps: Gap) -> LinkPlays:
    return LinkPlays(Link(LinkId(number), ANA.id, source), played, union(covered), gaps)


@given(spans, spans)
def test_spans_are_sets_of_instants(one: list[Span], other: list[Span]) -> None:
    a, b = union(one), union(other)
    assert instants(a) == instants(one)
    assert instants(intersect(a, b)) == instants(one) & instants(other)
    assert instants(subtract(a, b)) == instants(one) - instants(other)
    for told in (a, intersect(a, b), subtract(a, b)):
        assert all(span.start_ms < span.end_ms for span in told)
        assert all(x.end_ms <= y.start_ms for x, y in pairwise(told))


@given(links)
def test_counted_plays_are_those_of_the_strongest_source_at_each_instant(
    given_links: list[tuple[Source, list[Play], list[Span]]],
) -> None:
    told = counted(ANA, [link_plays(n, *it) for n, it in enumerate(given_links)], PERIOD)
    covered = {source: set[int]() for source in Source}
    for source, _, vouched in given_links:
        covered[source] |= instants(vouched)
    expected = []
    for source, played, _ in given_links:
        for play in played:
            vouching = (it for it in STRENGTH if play.at_ms in covered[it])
            strongest = next(vouching, Source.SPOTIFY)
            if source is strongest and PERIOD.start_ms <= play.at_ms < PERIOD.end_ms:
                expected.append((play, source))
    assert sorted(told.plays) == sorted(play for play, _ in expected)
    assert [play.at_ms for play in told.plays] == sorted(play.at_ms for play, _ in expected)
    assert by_source(told.plays, told.origins) == {
        source: n for source in Source if (n := sum(1 for _, theirs in expected if theirs is source))
    }
    assert all(source_at(told.origins, play.at_ms) is source for play, source in expected)
    assert instants(list(told.covered)) == set().union(*covered.values()) & set(range(5, END - 5))


@given(links, st.randoms(use_true_random=False))
def test_the_order_of_links_makes_no_difference(
    given_links: list[tuple[Source, list[Play], list[Span]]], draw: object
) -> None:
    made = [link_plays(n, *it) for n, it in enumerate(given_links)]
    shuffled = list(reversed(made))
    one, other = counted(ANA, made, PERIOD), counted(ANA, shuffled, PERIOD)
    assert sorted(one.plays) == sorted(other.plays)
    assert (one.covered, one.origins) == (other.covered, other.origins)


def test_an_export_repairs_a_gap_of_the_api() -> None:
    api = link_plays(1, Source.SPOTIFY, [], [Span(0, 10)], Gap(10, 40, "overflow"), Gap(50, 58, "outage"))
    export = link_plays(2, Source.EXTENDED, [], [Span(20, 30)])
    assert counted(ANA, [api, export], PERIOD).gaps == [
        Gap(10, 20, "overflow"),
        Gap(30, 40, "overflow"),
        Gap(50, 55, "outage"),
    ]


def test_last_fm_repairs_a_gap_and_what_it_vouches_for_counts_where_nothing_stronger_does() -> None:
    seen = [Play(at, TrackId(1), 0) for at in (12, 22, 42, 52)]
    api = link_plays(1, Source.SPOTIFY, seen, [Span(10, 40)], Gap(20, 30, "overflow"), Gap(40, 50, "outage"))
    scrobbled = [Play(at, TrackId(2), 0) for at in (11, 23, 24, 43, 53)]
    told = counted(ANA, [api, link_plays(2, Source.LASTFM, scrobbled, [Span(0, 50)])], PERIOD)
    assert [(play.at_ms, source_at(told.origins, play.at_ms)) for play in told.plays] == [
        (12, Source.SPOTIFY), (23, Source.LASTFM), (24, Source.LASTFM), (43, Source.LASTFM), (52, Source.SPOTIFY)
    ]  # fmt: skip
    assert (told.gaps, told.covered) == ([], [Span(5, 50)])


def test_an_import_that_was_cut_off_counts_nothing_yet() -> None:
    half = link_plays(1, Source.EXTENDED, [Play(20, TrackId(1), 40_000)], [])
    api = link_plays(2, Source.SPOTIFY, [Play(20, TrackId(1), 0)], [])
    told = counted(ANA, [half, api], PERIOD)
    assert by_source(told.plays, told.origins) == {Source.SPOTIFY: 1}
