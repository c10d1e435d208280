"""How much of a time is known, said in a few words: never more than the sources vouch for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import calendar
from bot.core.calendar import DAY_MS, HOUR_MS, at_local
from bot.core.choices import Choices
from bot.core.consent import OWN, Eyes, seen
from bot.core.model import (
    Counted,
    Gap,
    Link,
    LinkId,
    LinkPlays,
    Listening,
    Member,
    MemberId,
    Origin,
    Period,
    Source,
    Span,
)
from bot.core.precedence import counted, subtract, union
from bot.core.recap import words
from bot.core.recap.compute import recap
from bot.core.recap.coverage import coverage, total_ms, vouching

BERLIN = "Europe/Berlin"
WEEK = calendar.week_of(date(2026, 11, 16), BERLIN)
DAY = calendar.days(date(2026, 11, 17), date(2026, 11, 17), BERLIN)
MONTH = calendar.month(2026, 11, BERLIN)
BACK = calendar.week_of(date(2026, 10, 19), BERLIN)  # clocks are put back: 169 hours
ANA, BEN = Member(MemberId(1), "Ana", BERLIN), Member(MemberId(2), "Ben", BERLIN)


def at(day: int, hour: int, minute: int = 0) -> int:
    """An instant of November 2026 by the clock of Berlin."""
    return at_local(date(2026, 11, day), hour, minute, BERLIN)


def links(*kinds: tuple[Source, Sequence[Span], Sequence[Gap]]) -> list[LinkPlays]:
    return [
        LinkPlays(Link(LinkId(n), ANA.id, source), [], covered, gaps)
        for n, (source, covered, gaps) in enumerate(kinds)
    ]


def heard(it: Counted) -> Listening:
    return seen(it, Choices(), {}, OWN)


def spotify(*gaps: Gap, member: Member = ANA, period: Period = WEEK) -> Listening:
    whole = [Span(period.start_ms, period.end_ms)]
    return heard(counted(member, links((Source.SPOTIFY, whole, gaps)), period))


def said(*told: Listening, period: Period = WEEK, now_ms: int | None = None) -> str:
    return str(words.coverage(recap("Music", told, {}, period, [], now_ms=now_ms)))


GAP = Gap(at(17, 14, 10), at(17, 16, 40), "overflow")
LATE = Gap(at(18, 23, 0), at(19, 1, 0), "outage")


def test_what_a_card_says() -> None:
    assert (
        said(spotify(), spotify(member=BEN))
        == "Complete: all that the members share of this time is counted."
    )
    assert said(spotify(), spotify(GAP, member=BEN)) == (
        "Ana: all that is shared; Ben: 6.8 of 7 days, nothing seen Tue 14:10–16:40."
    )
    assert said(spotify(GAP, LATE)) == (
        "Ana: 6.8 of 7 days, nothing seen Tue 14:10–16:40, Wed 23:00 – Thu 01:00."
    )
    short = [Gap(at(20, hour), at(20, hour, 20), "stale") for hour in (1, 5, 9)]
    assert said(spotify(*short, LATE, GAP)) == (
        "Ana: 6.7 of 7 days, nothing seen Tue 14:10–16:40, Wed 23:00 – Thu 01:00 and 3 more."
    )
    assert said(heard(Counted(ANA, [], [], []))) == "Ana: nothing seen."
    assert said() == "Nobody's listening is linked for this time."


def test_what_somebody_forgot_is_not_said_to_be_known() -> None:
    """Others do not read that a day was forgotten, and neither that all of the week is known."""
    origins = [Origin(WEEK.start_ms, WEEK.end_ms, Source.SPOTIFY)]
    choices = Choices((), (Span(at(17, 0), at(18, 0)),))
    rest = Counted(ANA, [], [Span(WEEK.start_ms, at(17, 0)), Span(at(18, 0), WEEK.end_ms)], [], origins)
    theirs = seen(rest, choices, {}, Eyes(others=True, nights=frozenset({ANA.id})))
    assert said(theirs) == "Complete: all that the members share of this time is counted."
    assert said(theirs, spotify(GAP, member=BEN)).startswith("Ana: all that is shared; Ben: 6.8 of 7 days")
    assert said(seen(rest, choices, {}, OWN)) == "Ana: 6 of 7 days, nothing seen Tue 00:00–24:00."


def test_many_members_are_told_in_few_words() -> None:
    people = [Member(MemberId(n), f"M{n}", BERLIN) for n in range(12)]
    whole = [spotify(member=it) for it in people[:6]]
    partly = [spotify(GAP, member=it) for it in people[6:]]
    one = "6.8 of 7 days, nothing seen Tue 14:10–16:40"
    assert said(*whole, *partly) == f"6 members: all that is shared; 6 members: {one}."
    assert said(*partly[:2]) == f"M6 and M7: {one}."


def test_of_many_who_miss_different_times_some_are_told() -> None:
    gaps = [Gap(at(17, hour), at(17, hour, 30), "") for hour in range(6)]
    told = said(*(spotify(gap, member=Member(MemberId(n), f"M{n}", BERLIN)) for n, gap in enumerate(gaps)))
    assert told.startswith("M0: 6.9 of 7 days, nothing seen Tue 00:00–00:30; M1: ")
    assert told.endswith("; 2 more in part.")


def test_a_proof_says_why_where_it_is_known() -> None:
    told = coverage(spotify(GAP, LATE), WEEK)
    assert str(words.seen(told, WEEK, "UTC", why=True)) == (
        "Ana: 6.8 of 7 days, nothing seen Tue 13:10–15:40 (too many plays at once), "
        "Wed 22:00–24:00 (Spotify did not answer)"
    )
    unknown = heard(counted(ANA, links((Source.SPOTIFY, [Span(WEEK.start_ms, at(17, 0))], [])), WEEK))
    assert str(words.seen(coverage(unknown, WEEK), WEEK, BERLIN, why=True)) == (
        "Ana: 1 of 7 days, nothing seen Tue 00:00 – Sun 24:00"
    )


@pytest.mark.parametrize(
    ("period", "gap", "expected"),
    [
        (DAY, GAP, "Ana: 21.5 of 24 hours, nothing seen Tue 14:10–16:40."),
        (MONTH, GAP, "Ana: 29.8 of 30 days, nothing seen 17 Nov 14:10–16:40."),
        (MONTH, Gap(at(17, 14), at(20, 0), ""), "Ana: 27.5 of 30 days, nothing seen 17 Nov 14:00 – 19 Nov 24:00."),
        # A second is a second: neither the hours nor the minutes hide it.
        (WEEK, Gap(at(17, 14), at(17, 14) + 1_000, ""), "Ana: 6.9 of 7 days, nothing seen Tue 14:00–14:01."),
    ],
)  # fmt: skip
def test_times_of_every_length(period: Period, gap: Gap, expected: str) -> None:
    assert said(spotify(gap, period=period), period=period) == expected


def test_a_time_that_goes_on_is_told_as_far_as_it_went() -> None:
    now_ms = at(18, 12)
    looked = [Span(WEEK.start_ms, now_ms - 20 * 60_000)]
    whole = heard(counted(ANA, links((Source.SPOTIFY, looked, [])), WEEK))
    assert (
        said(whole, now_ms=now_ms) == "Complete so far: all that the members share of this time is counted."
    )
    holed = heard(counted(BEN, links((Source.SPOTIFY, looked, [GAP])), WEEK))
    assert said(whole, holed, now_ms=now_ms) == (
        "Ana: all that is shared so far; Ben: 2.3 of 2.5 days so far, nothing seen Tue 14:10–16:40."
    )
    # What was not looked at for long is missing, even while the week goes on.
    stale = heard(counted(ANA, links((Source.SPOTIFY, [Span(WEEK.start_ms, at(18, 9))], [])), WEEK))
    assert said(stale, now_ms=now_ms) == "Ana: 2.3 of 2.5 days so far, nothing seen Wed 09:00–12:00."


def test_what_an_export_or_a_late_arrival_repairs_is_missing_no_more() -> None:
    whole = [Span(WEEK.start_ms, WEEK.end_ms)]
    holed = (Source.SPOTIFY, whole, [GAP])
    for source in (Source.EXTENDED, Source.ACCOUNT, Source.LASTFM, Source.LISTENBRAINZ):
        repaired = heard(counted(ANA, links(holed, (source, [Span(at(17, 14), at(17, 17))], [])), WEEK))
        assert coverage(repaired, WEEK).missing == ()
        assert coverage(repaired, WEEK).complete == 1
    half = (Source.EXTENDED, [Span(at(17, 14), at(17, 15))], [])
    [left] = coverage(heard(counted(ANA, links(holed, half), WEEK)), WEEK).missing
    assert left == Gap(at(17, 15), at(17, 16, 40), "overflow")
    # The gap itself was closed by rows that arrived late.
    assert coverage(heard(counted(ANA, links((Source.SPOTIFY, whole, [])), WEEK)), WEEK).missing == ()


def test_which_source_counts_when() -> None:
    whole = [Span(WEEK.start_ms, WEEK.end_ms)]
    both = heard(counted(ANA, links((Source.SPOTIFY, whole, [GAP]), (Source.LASTFM, whole, [])), WEEK))
    told = vouching(both, coverage(both, WEEK))
    assert str(words.origins("Ana", told, WEEK, BERLIN)) == "Ana: Spotify's list, but Last.fm Tue 14:10–16:40"
    alone = spotify(GAP)
    told = vouching(alone, coverage(alone, WEEK))
    assert str(words.origins("Ana", told, WEEK, BERLIN)) == "Ana: Spotify's list"
    assert total_ms(told) == WEEK.end_ms - WEEK.start_ms - 2.5 * HOUR_MS
    nobody = heard(counted(ANA, [], WEEK))
    assert vouching(nobody, coverage(nobody, WEEK)) == ()


instants = st.integers(BACK.start_ms - DAY_MS, BACK.end_ms + DAY_MS)
spans = st.builds(lambda a, b: Span(min(a, b), max(a, b)), instants, instants)
gaps = st.builds(lambda it, cause: Gap(*it, cause), spans, st.sampled_from(["overflow", "outage", ""]))


@given(st.lists(spans, max_size=5), st.lists(gaps, max_size=5), st.none() | instants)
def test_whole_is_said_only_of_what_is_whole(
    covered: list[Span], known: list[Gap], now_ms: int | None
) -> None:
    listening = heard(counted(ANA, links((Source.SPOTIFY, covered, known)), BACK))
    told = coverage(listening, BACK, now_ms)
    sound = subtract(union(covered), union(Span(it.start_ms, it.end_ms) for it in known))
    passed = [Span(BACK.start_ms, told.until_ms)] if told.until_ms > BACK.start_ms else []
    missing = subtract(passed, sound)
    assert [Span(it.start_ms, it.end_ms) for it in told.missing] == missing
    assert (told.complete == 1) is not missing or not passed
    sentence = str(words.seen(told, BACK, BERLIN))
    assert ("all that is shared" in sentence) is (not missing)
    if share := re.search(r"([\d.]+) of ([\d.]+) (days|hours)", sentence):
        assert float(share[1]) < float(share[2])
        passed_ms, missing_ms = total_ms(passed), total_ms(missing)
        error = abs(float(share[1]) / float(share[2]) - (passed_ms - missing_ms) / passed_ms)
        assert error <= 0.1 / float(share[2]) + 1e-9
    if now_ms is not None:
        assert told.until_ms <= max(now_ms, BACK.start_ms)
        assert told.until_ms >= min(now_ms, BACK.end_ms) - HOUR_MS
