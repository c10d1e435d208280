"""Facts against a slow count of the same plays, one zoneinfo date per play."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import calendar
from bot.core.identity import derive, fold
from bot.core.model import Gap, Listening, Member, MemberId, Period, Play, Source, Span, Track, TrackId
from bot.core.recap import words
from bot.core.recap.compute import recap
from bot.core.recap.hours import span_of
from bot.core.recap.model import Kind, Ranked

ANA = Member(MemberId(1), "Ana", "Europe/Berlin")
BEN = Member(MemberId(2), "Ben", "Asia/Kolkata")
CEM = Member(MemberId(3), "Cem", "Australia/Lord_Howe")
PEOPLE = (ANA, BEN, CEM)

RAW = {
    track.id: track
    for track in (
        Track(TrackId(1), "spotify:track:1", "Hello", "Adele", "25", 200_000),
        Track(TrackId(2), "spotify:track:2", "HELLO ", "adele", "25 (Deluxe)", 200_000),
        Track(TrackId(3), "name:Adele\x1fHello\x1f", "Hello", "Adele", ""),
        Track(TrackId(4), "spotify:track:4", "Hello (Live)", "Adele", "Live", 210_000),
        Track(TrackId(5), "spotify:track:5", "", "", "", 100_000),
        Track(TrackId(6), "spotify:track:6", "", "", "", 100_000),
        Track(TrackId(7), "spotify:track:7", "ﬀ", "Ａ", "Straße", 90_000),
        Track(TrackId(8), "spotify:track:8", "FF", "a", "STRASSE", 90_000),
    )
}
TRACKS = {number: replace(RAW[number], song=song) for number, song in derive(RAW.values()).items()}

# Days around the clock changes of all three zones.
days = st.sampled_from(
    [date(2024, 3, 30), date(2024, 4, 6), date(2024, 10, 5), date(2024, 10, 26), date(2024, 7, 1)]
)
zones = st.sampled_from(["Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/New_York"])


@st.composite
def periods(draw: st.DrawFn) -> Period:
    first = draw(days)
    return calendar.days(first, first + timedelta(days=draw(st.integers(0, 3))), draw(zones))


@st.composite
def played(draw: st.DrawFn, period: Period) -> list[Listening]:
    """What each of three members played."""
    told = []
    for member in PEOPLE:
        instants = st.integers(period.start_ms, period.end_ms - 1)
        near = instants.map(lambda at: min(at - at % 1_800_000, period.end_ms - 1)).map(
            lambda at: max(at, period.start_ms)
        )
        plays = draw(
            st.lists(
                st.tuples(
                    instants | near, st.sampled_from(sorted(TRACKS)), st.sampled_from([0, 30_000, 199_999])
                ),
                max_size=25,
            )
        )
        told.append(listening(member, [Play(*play) for play in sorted(plays)]))
    return told


def known(it: Listening, period: Period, share: float = 1.0) -> Listening:
    """The same, vouched for from the period's beginning on."""
    length_ms = int(share * (period.end_ms - period.start_ms))
    return replace(it, covered=[Span(period.start_ms, period.start_ms + length_ms)])


def listening(
    member: Member, plays: Sequence[Play], covered: Sequence[Span] = (), gaps: Sequence[Gap] = ()
) -> Listening:
    return Listening(member, plays, plays, {Source.EXTENDED: len(plays)}, covered, gaps)


def name(kind: Kind, track: Track) -> tuple[str, ...] | None:
    """What a track counts as, slowly."""
    title, artist, album = fold(track.title), fold(track.artist), fold(track.album)
    if kind is Kind.TRACK:
        return (title, artist) if title and artist else ("", track.key)
    if kind is Kind.ARTIST:
        return (artist,) if artist else None
    return (album, artist) if album else None


def slow_ranking(kind: Kind, plays: Sequence[Play]) -> list[tuple[tuple[str, ...], int]]:
    counts = Counter(key for play in plays if (key := name(kind, TRACKS[play.track_id])))
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def check(
    kind: Kind, told: Sequence[Ranked], now: Sequence[Listening], before: Sequence[Listening], top: int
) -> None:
    everything = [play for it in now for play in it.plays]
    expected = slow_ranking(kind, everything)
    earlier = [key for key, _ in slow_ranking(kind, [play for it in before for play in it.plays])]
    keys = [name(kind, TRACKS[it.track_ids[0]]) for it in told]
    counted = dict(expected)
    assert [it.plays for it in told] == [count for _, count in expected][:top]
    named = [key for key, _ in expected if key[0]]
    assert [key for key in keys if key and key[0]] == named[: len([key for key in keys if key and key[0]])]
    assert [it.rank for it in told] == list(range(1, len(told) + 1))
    for it, key in zip(told, keys, strict=True):
        assert key is not None
        assert it.plays == counted[key]
        if key[0] and all(other[0] for other in earlier):
            assert it.was == (earlier.index(key) + 1 if key in earlier else None)
        behind = [play for play in everything if name(kind, TRACKS[play.track_id]) == key]
        assert set(it.track_ids) == {play.track_id for play in behind}
        shares = Counter({
            one.member.id: sum(1 for play in one.plays if name(kind, TRACKS[play.track_id]) == key) for one in now
        })  # fmt: skip
        assert dict(it.shares) == {who: n for who, n in shares.items() if n}
        assert [n for _, n in it.shares] == sorted((n for _, n in it.shares), reverse=True)


@settings(max_examples=60)
@given(st.data(), st.integers(1, 6))
def test_a_recap_is_what_a_slow_count_says(data: st.DataObject, top: int) -> None:
    period = data.draw(periods())
    earlier_period = calendar.before(period)
    now = data.draw(played(period))
    before = [known(it, earlier_period) for it in data.draw(played(earlier_period))]
    clock_zone = data.draw(st.none() | zones)
    told = recap("Group", now, TRACKS, period, before, top, clock_zone)
    everything = [play for it in now for play in it.plays]

    assert told.plays == len(everything)
    assert told.plays_before == (sum(len(it.plays) for it in before) if everything else None)
    assert told.listeners == sum(1 for it in now if it.plays)
    sounded = sum(play.ms_played or TRACKS[play.track_id].duration_ms for play in everything)
    assert told.minutes == sounded // 60_000
    assert told.minutes_exact == all(play.ms_played for play in everything)
    check(Kind.TRACK, told.top_tracks, now, before, top)
    check(Kind.ARTIST, told.top_artists, now, before, top)
    check(Kind.ALBUM, told.top_albums, now, before, top)

    week: Counter[int] = Counter()
    for it in now:
        for play in it.plays:
            local = datetime.fromtimestamp(play.at_ms / 1000, ZoneInfo(clock_zone or it.member.zone))
            week[local.weekday() * 24 + local.hour] += 1
    assert list(told.week) == [week[hour] for hour in range(168)]
    assert list(told.clock) == [sum(told.week[hour::24]) for hour in range(24)]

    hours: dict[tuple[date, int, float], list[int]] = defaultdict(list)
    for play in everything:
        local = datetime.fromtimestamp(play.at_ms / 1000, ZoneInfo(clock_zone or period.zone))
        offset = local.utcoffset()
        assert offset is not None
        hours[local.date(), local.hour, offset.total_seconds()].append(play.at_ms)
    if told.busiest is None:
        assert not everything
    else:
        assert told.busiest.plays == max(map(len, hours.values()))
        span = span_of(told.busiest, period)
        assert (
            sum(1 for play in everything if span.start_ms <= play.at_ms < span.end_ms) == told.busiest.plays
        )

    expected_loops = []
    for it in now:
        for _, run in groupby(it.plays, key=lambda play: name(Kind.TRACK, TRACKS[play.track_id])):
            looped = list(run)
            if len(looped) >= 3:
                expected_loops.append((-len(looped), looped[0].at_ms, it.member.id, looped[-1].at_ms))
    assert [(-loop.times, loop.first_ms, loop.member.id, loop.last_ms) for loop in told.loops] == sorted(
        expected_loops
    )

    for it, part in zip(now, told.members, strict=True):
        assert part.plays == len(it.plays)
        alone = recap(
            "",
            [it],
            TRACKS,
            period,
            [one for one in before if one.member.id == it.member.id],
            top,
            clock_zone,
        )
        assert part == alone.members[0]


def week_of(*plays: tuple[str, int], member: Member = ANA) -> Listening:
    zone = ZoneInfo(member.zone)
    return listening(
        member,
        [
            Play(int(datetime.fromisoformat(at).replace(tzinfo=zone).timestamp() * 1000), TrackId(n), 60_000)
            for at, n in plays
        ],
    )


WEEK = calendar.week_of(date(2026, 11, 16), "Europe/Berlin")


def test_one_song_under_three_uris_is_one_song_with_the_most_played_name() -> None:
    now = week_of(*((f"2026-11-17T10:0{n}:00", track) for n, track in enumerate([1, 2, 2, 3, 4, 1, 1])))
    told = recap("Ana", [now], TRACKS, WEEK, [])
    assert [(it.title, it.artist, it.plays, it.uri) for it in told.top_tracks] == [
        ("Hello", "Adele", 6, "spotify:track:1"),
        ("Hello (Live)", "Adele", 1, "spotify:track:4"),
    ]
    assert [(it.title, it.plays) for it in told.top_albums] == [("25", 3), ("25 (Deluxe)", 2), ("Live", 1)]
    assert [(loop.times, loop.title) for loop in told.loops] == [(4, "Hello")]


def test_tracks_without_names_count_and_are_shown_as_unknown_but_make_no_artist() -> None:
    now = week_of(("2026-11-17T10:00:00", 5), ("2026-11-17T10:01:00", 5), ("2026-11-17T10:02:00", 6))
    told = recap("Ana", [now], TRACKS, WEEK, [])
    assert [(it.title, it.artist, it.plays) for it in told.top_tracks] == [
        ("(title unknown)", "(artist unknown)", 2),
        ("(title unknown)", "(artist unknown)", 1),
    ]
    assert (told.plays, told.top_artists, told.top_albums) == (3, (), ())


def test_width_and_sharp_s_make_no_difference() -> None:
    told = recap("Ana", [week_of(("2026-11-17T10:00:00", 7), ("2026-11-17T10:01:00", 8))], TRACKS, WEEK, [])
    assert [it.plays for it in (*told.top_tracks, *told.top_artists, *told.top_albums)] == [2, 2, 2]


def test_each_on_their_own_clock_or_all_on_one() -> None:
    now = [week_of(("2026-11-17T23:30:00", 1)), week_of(("2026-11-17T23:30:00", 1), member=BEN)]
    own = recap("Group", now, TRACKS, WEEK, [])
    assert (own.clock[23], own.week[24 + 23]) == (2, 2)
    one = recap("Group", now, TRACKS, WEEK, [], clock_zone="Europe/Berlin")
    assert (one.clock[23], one.clock[19]) == (1, 1)
    assert own.busiest is not None
    assert (own.busiest.zone, own.busiest.plays) == ("Europe/Berlin", 1)
    assert own.busiest.start_ms == calendar.at_local(date(2026, 11, 17), 19, 0, "Europe/Berlin")


def test_an_hour_that_comes_twice_is_two_hours_in_one_bar() -> None:
    day = calendar.days(date(2026, 10, 25), date(2026, 10, 25), "Europe/Berlin")
    first = calendar.at_local(date(2026, 10, 25), 2, 15, "Europe/Berlin")
    plays = [Play(first, TrackId(1), 60_000), Play(first + calendar.HOUR_MS, TrackId(4), 60_000)]
    told = recap("Ana", [listening(ANA, plays)], TRACKS, day, [])
    assert told.clock[2] == 2
    assert told.busiest is not None
    assert (told.busiest.plays, told.busiest.start_ms) == (1, first - 15 * 60_000)


def test_coverage_is_the_share_of_the_time_that_is_vouched_for() -> None:
    half = (WEEK.start_ms + WEEK.end_ms) // 2
    gap = Gap(half, WEEK.end_ms, "overflow")
    now = [listening(ANA, [], [Span(WEEK.start_ms, half)], [gap]), listening(BEN, [])]
    told = recap("Group", now, TRACKS, WEEK, [])
    assert [(it.member, it.complete, it.gaps) for it in told.coverage] == [(ANA, 0.5, (gap,)), (BEN, 0.0, ())]


def test_nothing_played_is_a_recap_of_nothing() -> None:
    told = recap("Nobody", [], TRACKS, WEEK, [])
    assert (told.plays, told.listeners, told.minutes, told.minutes_exact) == (0, 0, 0, True)
    assert (sum(told.clock), len(told.week), told.busiest, told.loops, told.members) == (0, 168, None, (), ())


def test_a_time_before_is_compared_only_where_it_is_known() -> None:
    period = calendar.week_of(date(2024, 7, 1), "UTC")
    earlier = calendar.before(period)
    assert earlier is not None
    hello = [Play(period.start_ms + 1, TrackId(1), 60_000)] * 3
    now = [known(listening(ANA, hello), period), known(listening(BEN, hello[:1]), period)]
    before = [listening(it, [Play(earlier.start_ms + 1, TrackId(4), 60_000)]) for it in (ANA, BEN)]
    ana, ben = (known(it, earlier, 0.95) for it in before)
    little = known(before[1], earlier, 0.94)

    whole = recap("Group", now, TRACKS, period, [ana, ben])
    assert (whole.plays_before, str(words.change(whole))) == (2, "2 more than the week before")
    assert str(words.played(whole.top_tracks[0], {})) == "4 plays"

    for unknown in ([ana, little], [ana]):
        partly = recap("Group", now, TRACKS, period, unknown)
        assert (partly.plays_before, words.change(partly)) == (None, None)
        assert [it.plays_before for it in partly.members] == [1, None]
        assert str(words.played(partly.top_tracks[0], {})) == "4 plays"
        of_ana, of_ben = (it.top_tracks[0] for it in partly.members)
        assert (of_ana.compared, of_ben.compared) == (True, False)
    half = Span(period.start_ms, (period.start_ms + period.end_ms) // 2)
    unseen = recap("Group", [listening(ANA, hello, [half]), now[1]], TRACKS, period, [ana, ben])
    assert (unseen.plays_before, words.change(unseen)) == (2, None)
    assert [words.more_than_before(unseen, it) for it in unseen.members] == [None, 0]
    going_on = recap("Group", now, TRACKS, period, [ana, ben], now_ms=half.end_ms)
    assert words.change(going_on) is None
    so_far = recap("Group", now, TRACKS, replace(period, end_ms=half.end_ms), [ana, ben])
    assert words.change(so_far) is None
    assert str(words.coverage(so_far)).startswith("Complete so far")
    # Whom nothing is known of now counts for nothing.
    alone = recap("Group", [now[0], listening(BEN, [])], TRACKS, period, [ana])
    assert alone.plays_before == 1
