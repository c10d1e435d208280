"""A year of one member's listening, known from an export, from polls and from Last.fm, is counted once."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from random import Random

import pytest

from bot.core.model import Link, LinkId, NewPlay, Period, PeriodKind, RawTrack, Source, Span
from bot.core.precedence import by_source, counted, source_at
from bot.ports import Polled
from tests.fakes import FakeStore

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
START_MS = 1_735_689_600_000  # 2025-01-01
YEAR = Period(PeriodKind.YEAR, date(2025, 1, 1), date(2025, 12, 31), "UTC", START_MS, START_MS + 365 * DAY_MS)


def a_year(chance: Random) -> list[tuple[int, int, RawTrack]]:
    """(began, ended, what): sessions of songs that are often the same again, each played to its end."""
    songs = [
        RawTrack(
            f"spotify:track:{n}", f"Song {n}", f"Artist {n % 40}", "Album", chance.randrange(120_000, 300_000)
        )
        for n in range(300)
    ]
    plays, at_ms = [], START_MS
    while at_ms < YEAR.end_ms - 6 * HOUR_MS:
        at_ms += chance.randrange(HOUR_MS, 12 * HOUR_MS) // 1000 * 1000
        song = chance.choice(songs)
        for _ in range(chance.randrange(5, 40)):
            if chance.random() < 0.7:
                song = chance.choice(songs)
            ended_ms = at_ms + song.duration_ms // 1000 * 1000
            plays.append((at_ms, ended_ms, song))
            at_ms = ended_ms
    return [play for play in plays if play[1] < YEAR.end_ms]


@pytest.mark.parametrize("seed", range(5))
async def test_a_year_known_three_times_is_counted_once(seed: int) -> None:
    chance = Random(seed)
    truth = a_year(chance)
    store = FakeStore()
    ana = await store.add_member("Ana", "UTC", None, 1)

    def inside(span: Span) -> list[tuple[int, int, RawTrack]]:
        return [play for play in truth if span.start_ms <= play[1] < span.end_ms]

    exported = Span(truth[0][1], truth[len(truth) // 2][1])  # an export covers from its first to its last row
    extended = await store.export_link(ana.id, Source.EXTENDED)
    await store.record(
        extended.id, [NewPlay(ended, song, ended - began) for began, ended, song in inside(exported)]
    )
    await store.cover(extended.id, [exported])
    await store.cover(extended.id, [Span(START_MS, exported.start_ms)])

    spotify = await store.link_account(Link(LinkId(0), ana.id, Source.SPOTIFY, "ana"), b"", 0)
    # Polled from before the export's end on, with ten gaps of a day or so.
    cuts = sorted(chance.sample(range(130, 360), 10))
    looked = [
        Span(START_MS + start * DAY_MS + 26 * HOUR_MS, START_MS + end * DAY_MS)
        for start, end in pairwise([128, *cuts, 364])
        if end > start + 2
    ]
    for span in looked:
        await store.record(spotify.id, [NewPlay(ended, song) for _, ended, song in inside(span)])
        await store.cover(spotify.id, [span])

    lastfm = await store.link_account(Link(LinkId(0), ana.id, Source.LASTFM, "ana"), None, 0)
    rows = [NewPlay(began, song._replace(uri="", duration_ms=0)) for began, _, song in truth]
    await store.record_poll(Polled(lastfm.id, 1, rows, Span(START_MS, YEAR.end_ms), None, 2))

    told = counted(ana, await store.plays_between([ana.id], YEAR.start_ms, YEAR.end_ms), YEAR)
    changes = sum(one.source is not other.source for one, other in pairwise(told.origins))
    # Last.fm dates a play by its beginning: at each change from one source to the other one play may be on both sides
    # of it, or on none.
    assert abs(len(told.plays) - len(truth)) <= changes
    assert abs(len(told.plays) - len(truth)) <= 0.002 * len(truth)
    assert all(by_source(told.plays, told.origins)[source] > 100 for source in (Source.EXTENDED, Source.SPOTIFY, Source.LASTFM))
    assert told.covered == [Span(YEAR.start_ms, YEAR.end_ms)]
    # Every interval has its one source, and every play that counts is from it.
    assert sum(it.end_ms - it.start_ms for it in told.origins) == YEAR.end_ms - YEAR.start_ms
    tracks = await store.tracks({play.track_id for play in told.plays})
    for play in told.plays:
        scrobble = tracks[play.track_id].uri == ""
        assert scrobble is (source_at(told.origins, play.at_ms) is Source.LASTFM)
