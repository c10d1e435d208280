"""New, back, up, down: what a line of a list says against the time before, and before that."""

from __future__ import annotations

from datetime import date

from bot.core import calendar
from bot.core.model import Listening, Member, MemberId, Play, Span, Track, TrackId
from bot.core.recap import words
from bot.core.recap.compute import recap
from bot.core.recap.model import Recap
from bot.core.recap.movement import looked_back
from bot.core.recap.tops import Names

ANA, BEN = Member(MemberId(1), "Ana", "UTC"), Member(MemberId(2), "Ben", "UTC")
WEEK = calendar.week_of(date(2024, 7, 1), "UTC")
BEFORE = calendar.before(WEEK)
OLD, OLDER, NEW, KEPT = (TrackId(n) for n in (1, 2, 3, 4))
TRACKS = {
    OLD: Track(OLD, "spotify:track:1", "Old", "Band", "Album", 200_000),
    # Another song of the same artist, on another album.
    OLDER: Track(OLDER, "spotify:track:2", "Older", "Band", "Before", 200_000),
    NEW: Track(NEW, "spotify:track:3", "New", "Nobody", "First", 200_000),
    KEPT: Track(KEPT, "spotify:track:4", "Kept", "Friend", "Same", 200_000),
}


def listening(member: Member, start_ms: int, *tracks: TrackId) -> Listening:
    plays = [Play(start_ms + n * 300_000, it, 200_000) for n, it in enumerate(tracks)]
    span = Span(start_ms, start_ms + WEEK.end_ms - WEEK.start_ms)
    return Listening(member, plays, plays, {}, [span], [])


def counted(*, known: bool = True) -> Recap:
    assert BEFORE is not None
    now = [
        listening(ANA, WEEK.start_ms, OLD, OLD, OLD, KEPT, KEPT, NEW),
        listening(BEN, WEEK.start_ms, OLD),
    ]
    earlier = [listening(it, BEFORE.start_ms, KEPT) for it in ([ANA, BEN] if known else [ANA])]
    return recap("Group", now, TRACKS, WEEK, earlier)


def moved(told: Recap) -> dict[str, list[str]]:
    lists = {"songs": told.top_tracks, "artists": told.top_artists, "albums": told.top_albums}
    return {name: [f"{words.movement(it)}" for it in lines] for name, lines in lists.items()}


def test_what_was_ever_played_is_back_and_the_rest_is_new() -> None:
    told = looked_back(counted(), {ANA.id: [OLD, KEPT], BEN.id: [KEPT]}, Names(TRACKS))
    assert moved(told) == {name: ["back", "down 1", "new"] for name in ("songs", "artists", "albums")}
    of_ana, of_ben = (moved_of for moved_of in map(str, map(words.movement, _firsts(told))))
    assert (of_ana, of_ben) == ("back", "new")


def test_an_artist_is_back_by_another_song() -> None:
    told = looked_back(counted(), {ANA.id: [OLDER]}, Names(TRACKS))
    assert (moved(told)["songs"][0], moved(told)["artists"][0], moved(told)["albums"][0]) == (
        "new",
        "back",
        "new",
    )


def test_nothing_is_said_where_nobody_looked_or_too_little_is_known() -> None:
    assert moved(counted())["songs"] == ["None", "down 1", "None"]
    little = looked_back(counted(known=False), {ANA.id: [OLD]}, Names(TRACKS))
    assert set(moved(little)["songs"]) == {"None"}


def _firsts(told: Recap) -> list:
    return [it.top_tracks[0] for it in told.members]
