"""What of whom is shown: asides, nights and pauses against a slow count of the same, and what is said again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import calendar
from bot.core.choices import NOTHING, Aside, Choices, Mark, Whole, credited, left, taken_out, within
from bot.core.consent import OWN, Eyes, Feature, others, seen, sharing, shown
from bot.core.facts import Fact, Facts, Measure
from bot.core.identity import fold, lasting
from bot.core.model import (
    Counted,
    GroupId,
    Member,
    MemberId,
    Origin,
    Play,
    RoomRef,
    Source,
    Span,
    Track,
    TrackId,
)  # fmt: skip
from bot.core.precedence import intersect, subtract, union
from bot.core.recap.model import Kind
from bot.core.withheld import said_again
from bot.ports import Membership
from bot.text import t

HOUR = 3_600_000
WEEK = calendar.week_of(date(2026, 10, 19), "Europe/Berlin")  # its last day has 25 hours
ZONES = ["UTC", "Europe/Berlin", "Asia/Kolkata", "America/New_York"]
NAMES = [
    ("Halo", "Beyoncé"),
    ("Girls & Boys", "Blur"),
    ("Crazy (feat. Blur)", "Jay-Z"),
    ("Duet", "Blur & Jay-Z"),
]
TRACKS = {
    TrackId(n): Track(TrackId(n), f"spotify:track:{n}", title, artist, "") for n, (title, artist) in enumerate(NAMES)
}  # fmt: skip
ANA, BEN = Member(MemberId(1), "Ana", "Europe/Berlin"), Member(MemberId(2), "Ben", "UTC")
ROOM, OTHER = RoomRef("lounge", "", "a"), RoomRef("slack", "T1", "b")

instants = st.integers(WEEK.start_ms, WEEK.end_ms - 1)
plays = st.lists(
    st.builds(Play, instants, st.sampled_from(sorted(TRACKS)), st.just(0)), unique_by=lambda it: it.at_ms
).map(sorted)
spans = st.tuples(instants, instants).map(lambda it: Span(*sorted(it)))
marks = st.sampled_from(Mark)
asides = st.lists(
    st.one_of(
        st.builds(
            lambda mark, name: Aside(0, mark, Whole.ARTIST, (fold(name),), name),
            marks, st.sampled_from(["Blur", "BLUR ", "Jay-Z", "Beyonce", "Nobody"]),
        ),
        st.builds(
            lambda mark, track: Aside(0, mark, Whole.SONG, lasting(track)), marks, st.sampled_from([*TRACKS.values()])
        ),
        st.builds(lambda mark, span: Aside(0, mark, Whole.TIME, span=span), marks, spans),
    ),
    max_size=4,
)  # fmt: skip


def counted(heard: list[Play], zone: str) -> Counted:
    whole = Span(WEEK.start_ms, WEEK.end_ms)
    return Counted(Member(MemberId(1), "Ana", zone), heard, [whole], [], [Origin(*whole, Source.EXTENDED)])


def is_out(play: Play, aside: Aside) -> bool:
    """Said once more, without the code: whether this aside takes this play out."""
    track = TRACKS[play.track_id]
    match aside.whole:
        case Whole.TIME:
            return aside.span.start_ms <= play.at_ms < aside.span.end_ms
        case Whole.SONG:
            return aside.key[0] == track.key
        case Whole.ARTIST:
            name = {"blur": "Blur", "jay z": "Jay-Z", "beyonce": "Beyoncé"}.get(aside.key[0])
            return name is not None and (name in track.artist or name in track.title)


@given(plays, st.sampled_from(ZONES), asides, st.lists(spans, max_size=2), st.booleans(), st.booleans())
def test_what_counts_is_what_nobody_takes_out(
    heard: list[Play], zone: str, chosen: list[Aside], unread: list[Span], foreign: bool, nights: bool
) -> None:
    eyes = Eyes(True, frozenset({MemberId(1)} if nights else ())) if foreign else OWN
    disjoint = tuple(sorted(unread)) if len(unread) < 2 or unread[0].end_ms < unread[1].start_ms else ()
    told = seen(counted(heard, zone), Choices(tuple(chosen), disjoint), TRACKS, eyes)
    matter = [it for it in chosen if foreign or it.mark is not Mark.HIDDEN]
    assert list(told.plays) == [play for play in heard if not any(is_out(play, it) for it in matter)]
    by_day = [
        play
        for play in told.plays
        if datetime.fromtimestamp(play.at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).hour >= 5
    ]
    assert list(told.timed) == (by_day if foreign and not nights else list(told.plays))
    assert sum(told.sources.values()) == len(told.plays)
    if foreign:
        assert told.covered == [Span(WEEK.start_ms, WEEK.end_ms)]
    else:
        assert not any(within(start, disjoint) for start, _ in told.covered)


@given(st.sampled_from(ZONES), st.lists(spans, max_size=3), st.lists(spans, max_size=2), st.booleans())
def test_others_read_off_no_hour_of_a_night_and_nothing_that_is_not_kept(
    zone: str, covered: list[Span], unread: list[Span], nights: bool
) -> None:
    it = replace(counted([], zone), covered=union(covered))
    choices = Choices((), tuple(union(unread)))
    told = seen(it, choices, TRACKS, Eyes(True, frozenset({MemberId(1)} if nights else ()))).covered
    edges = {at_ms for span in told for at_ms in span} - {WEEK.start_ms, WEEK.end_ms}
    for at_ms in edges:
        local = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
        # Where a clock is put back in the night, an hour of it comes twice; five o'clock itself is no night.
        assert nights or local.hour >= 5 or local.hour == local.minute == local.second == 0
    vouched = union([*it.covered, *choices.unread])
    assert all(subtract([span], vouched) == [] for span in told)
    if nights:
        assert told == intersect(vouched, [Span(WEEK.start_ms, WEEK.end_ms)])


@given(plays, asides)
def test_each_aside_says_how_many_it_takes_out_by_itself(heard: list[Play], chosen: list[Aside]) -> None:
    for aside in chosen:
        assert taken_out(heard, TRACKS, aside) == sum(is_out(play, aside) for play in heard)
    assert list(left(heard, TRACKS, ())) == heard


@pytest.mark.parametrize(
    ("title", "artist", "names"),
    [
        ("Duet", "Simon & Garfunkel", {"simon and garfunkel", "simon", "garfunkel"}),
        ("Crazy (feat. Blur)", "Jay-Z", {"jay z", "blur"}),
        ("Crazy [ft. Blur & Nas]", "A, B; C", {"a b c", "a", "b", "c", "blur and nas", "blur", "nas"}),
        ("With You", "Sixx", {"sixx", "you"}),
        ("", "", set()),
    ],
)
def test_everybody_whom_a_track_names(title: str, artist: str, names: set[str]) -> None:
    assert names <= credited(Track(TrackId(1), "k", title, artist, ""))


# --- who is shown -----------------------------------------------------------------------------------------


def membership(
    member: Member, *features: Feature, rooms: tuple[RoomRef, ...] = (ROOM,), paused: bool = False
) -> Membership:
    return Membership(member, GroupId(1), frozenset(features), frozenset(rooms), 0, paused)  # fmt: skip


def test_a_yes_is_for_its_feature_and_its_room_and_a_pause_is_for_all() -> None:
    both = [membership(ANA, Feature.RECAP), membership(BEN, Feature.RECAP, rooms=(OTHER,))]
    assert sharing(both, Feature.RECAP, frozenset({ROOM})) == [ANA]
    assert sharing(both, Feature.RECAP, frozenset({ROOM, OTHER})) == [ANA, BEN]
    assert sharing(both, Feature.COMPARE, frozenset({ROOM, OTHER})) == []
    assert shown([membership(ANA, Feature.NIGHTS, paused=True)], frozenset({ROOM})) == []


def test_a_yes_from_before_the_question_is_no_yes_to_the_nights() -> None:
    before = membership(ANA, Feature.RECAP, Feature.COMPARE, Feature.PLAYLISTS)
    assert others([before, membership(BEN, Feature.NIGHTS)]) == Eyes(True, frozenset({BEN.id}))


# --- what is said again -----------------------------------------------------------------------------------


def fact(number: str, *who: Member, **narrowed: object) -> Fact:
    about = tuple(it.id for it in who)
    shares = tuple((it, 1) for it in about)
    return Fact(
        number, t("{artist}", artist="Blur & Jay-Z"), Measure.PLAYS, 1, "play", about, shares, **narrowed
    )  # type: ignore[arg-type]


def again(*facts: Fact, ana: Choices = NOTHING, nights: tuple[Member, ...] = ()) -> list[str]:
    members = tuple((it.id, it.name, it.zone) for it in (ANA, BEN))
    eyes = Eyes(True, frozenset(it.id for it in nights))
    told = said_again(Facts("Music", WEEK, members, facts), {ANA.id: ana, BEN.id: NOTHING}, eyes)
    return [it.id for it in told]


def test_a_name_that_somebody_hides_is_not_said_again_where_they_were_counted() -> None:
    artist = Aside(0, Mark.HIDDEN, Whole.ARTIST, ("blur",))
    song = Aside(0, Mark.HIDDEN, Whole.SONG, ("spotify:track:7", "blur and jay z", "duet"))
    facts = (
        fact("plays", ANA, BEN),
        fact("both", ANA, BEN, kind=Kind.ARTIST, key=("blur and jay z",)),
        fact("bens", BEN, kind=Kind.ARTIST, key=("blur and jay z",)),
        fact("song", ANA, kind=Kind.TRACK, key=("spotify:track:1", "blur and jay z", "duet")),
    )
    assert again(*facts) == ["plays", "both", "bens", "song"]
    assert again(*facts, ana=Choices((artist,))) == ["plays", "bens"]
    assert again(*facts, ana=Choices((song,))) == ["plays", "both", "bens"]
    own = said_again(
        Facts("Ana", WEEK, ((ANA.id, "Ana", ANA.zone),), facts), {ANA.id: Choices((artist,))}, OWN
    )
    assert own == facts


@pytest.mark.parametrize(
    ("nights", "told"),
    [
        ((), ["clock:5", "morning"]),
        ((ANA,), ["clock:4 ana", "clock:5", "night ana", "morning"]),
        ((BEN,), ["clock:4 ben", "clock:5", "early ben", "morning"]),
        (
            (ANA, BEN),
            ["clock:4", "clock:4 ana", "clock:4 ben", "clock:5", "night ana", "early ben", "morning"],
        ),
    ],
)
def test_an_hour_of_the_night_is_said_again_only_where_all_whom_it_counts_let_it(
    nights: tuple[Member, ...], told: list[str]
) -> None:
    """On each member's own clock: at 5:30 in Berlin it is 3:30 in UTC."""
    at_three = calendar.at_local(date(2026, 10, 20), 3, 0, "UTC")
    at_midnight = calendar.at_local(date(2026, 10, 20), 23, 50, "Europe/Berlin")
    facts = (
        fact("clock:4", ANA, BEN, hour=4), fact("clock:4 ana", ANA, hour=4), fact("clock:4 ben", BEN, hour=4),
        fact("clock:5", ANA, BEN, hour=5),
        fact("night ana", ANA, start_ms=at_midnight, end_ms=at_midnight + HOUR),
        fact("early ben", BEN, start_ms=at_three + HOUR // 2, end_ms=at_three + HOUR),
        fact("morning", ANA, start_ms=at_three, end_ms=at_three + HOUR),
    )  # fmt: skip
    assert again(*facts, nights=nights) == told
