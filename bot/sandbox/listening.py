"""The listening itself: what a sample listener plays on a day, computed from the seed and nothing else.

A listening day runs from 05:00 local to 05:00 the next morning, and no play crosses that line, so days can
be computed one by one, in any order, past or future. Times are UTC milliseconds since 1970.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from bot.sandbox.catalogue import Catalogue, Track
from bot.sandbox.chance import dice
from bot.sandbox.listeners import Listener, Slot
from bot.sandbox.stories import TIMES_IN_A_ROW, Stories, week_of
from bot.sandbox.taste import Taste

COUNTED_MS = 30_000
"""Spotify's feed shows a play only from 30 seconds on."""
FEED_ROWS = 50
DAY_STARTS = 5
NIGHT_FROM, NIGHT_SONG = 25.55, 25.7
"""On the night of one song: ordinary listening stops at 01:33, the song begins at 01:42."""
SHARED_HITS = 40
DAYS_KEPT = 1500
"""Computed days held in memory; one costs some 10 kB."""
FEED_REACHES_DAYS = 60
"""Nobody here is silent for so long; beyond it the feed is not searched."""


@dataclass(frozen=True, slots=True)
class Play:
    """One track put on once. It ended at `ended_ms`; `played_ms` is less than the span if it was paused."""

    track: Track
    started_ms: int
    ended_ms: int
    played_ms: int
    skipped: bool
    reason_start: str
    reason_end: str
    private: bool
    album_run: bool
    """It came from playing the album, so the feed's context is the album."""


class Listening:
    """The whole practice world's listening, for a seed."""

    def __init__(self, seed: int, catalogue: Catalogue, listeners: Sequence[Listener]) -> None:
        self._seed = seed
        self.listeners = {listener.id: listener for listener in listeners}
        self.stories = Stories(seed, catalogue, listeners)
        known = sorted(
            (
                track
                for track in catalogue.tracks.values()
                if not (track.id in self.stories.kept_back or track.is_copy)
            ),
            key=lambda track: (-track.weight, track.id),
        )
        self._catalogue = catalogue
        self._hits = known[:SHARED_HITS]
        self._taste = cache(self._compute_taste)
        self._day = lru_cache(maxsize=DAYS_KEPT)(self._compute_day)

    def history(self, listener_id: str, start_ms: int, end_ms: int) -> list[Play]:
        """Every play, skips included, that ended in [start, end), oldest first."""
        zone = ZoneInfo(self.listeners[listener_id].zone)
        first = datetime.fromtimestamp(start_ms / 1000, zone).date() - timedelta(days=1)
        last = datetime.fromtimestamp(end_ms / 1000, zone).date()
        return [
            play
            for ordinal in range(first.toordinal(), last.toordinal() + 1)
            for play in self._day(listener_id, date.fromordinal(ordinal))
            if start_ms <= play.ended_ms < end_ms
        ]

    def feed(self, listener_id: str, now_ms: int) -> list[Play]:
        """What recently-played can ever show: the last 50 plays of 30 s or more that have ended, newest first."""
        zone = ZoneInfo(self.listeners[listener_id].zone)
        today = datetime.fromtimestamp(now_ms / 1000, zone).date()
        rows: list[Play] = []
        for back in range(FEED_REACHES_DAYS):
            for play in reversed(self._day(listener_id, today - timedelta(days=back))):
                if play.ended_ms <= now_ms and play.played_ms >= COUNTED_MS and not play.private:
                    rows.append(play)
            if len(rows) >= FEED_ROWS:
                break
        return rows[:FEED_ROWS]

    def playing(self, listener_id: str, now_ms: int) -> Play | None:
        """What is on at this moment, if anything is and the session is not private."""
        zone = ZoneInfo(self.listeners[listener_id].zone)
        today = datetime.fromtimestamp(now_ms / 1000, zone).date()
        for day in (today, today - timedelta(days=1)):
            for play in self._day(listener_id, day):
                if play.started_ms <= now_ms < play.ended_ms:
                    return None if play.private else play
        return None

    def day(self, listener_id: str, day: date) -> tuple[Play, ...]:
        """The listening day that begins at 05:00 local on `day`, oldest first."""
        return self._day(listener_id, day)

    def _compute_taste(self, listener_id: str) -> Taste:
        listener = self.listeners[listener_id]
        return Taste(self._seed, listener, self._catalogue, self.stories.kept_back, self._hits)

    def _compute_day(self, listener_id: str, day: date) -> tuple[Play, ...]:
        listener = self.listeners[listener_id]
        roll = dice(self._seed, "day", listener_id, day.isoformat())
        night = self.stories.night(week_of(day + timedelta(days=1)))
        last_night = (
            night is not None and night.listener_id == listener_id and night.day == day + timedelta(days=1)
        )
        zone = ZoneInfo(listener.zone)
        day_ends = _instant(day, DAY_STARTS + 24, zone)
        stop = _instant(day, NIGHT_FROM, zone) if last_night else day_ends
        carried = _to_play_today(roll, self.stories.travelling_with(listener_id, day))
        habits = listener.habits
        slots = habits.weekend if day.weekday() >= 5 else habits.weekday
        kept = [slot for slot in slots if roll.random() < slot.chance] or ([slots[0]] if carried else [])
        plays: list[Play] = []
        free = _instant(day, DAY_STARTS, zone)
        for slot in sorted(kept, key=lambda slot: slot.hour):
            begins = max(free, _instant(day, slot.hour, zone) + roll.randrange(-1_200_000, 1_200_000))
            ends = min(stop, begins + _length_ms(roll, slot))
            session = self._session(roll, listener, day, carried, plays[-1].track if plays else None)
            carried = []
            plays += _lay_out(roll, listener, session, begins, ends, stop)
            free = max(free, plays[-1].ended_ms + 240_000) if plays else free
        if night is not None and last_night:
            song: Iterator[tuple[Track, str]] = iter([(night.track, "loop")] * TIMES_IN_A_ROW)
            plays += _one_song(roll, song, _instant(day, NIGHT_SONG, zone))
        return tuple(plays)

    def _session(
        self, roll: random.Random, listener: Listener, day: date, carried: Sequence[Track], last: Track | None
    ) -> Iterator[tuple[Track, str]]:
        """An endless run of (track, what the run is about); discoveries come first, told as "story".

        But for loops nobody plays a song twice in a row, `last` being what was on before.
        """
        taste = self._taste(listener.id)
        for track in carried:
            yield track, "story"
        current = taste.artists_of_week(week_of(day))
        hits = taste.hits_of_week(week_of(day))
        looped = listener.habits.loop_rate
        while True:
            kind = roll.random()
            if kind < looped:
                last = taste.rotation.draw(roll, last)
                for _ in range(roll.randint(3, 6)):
                    yield last, "loop"
            elif kind < looped + listener.habits.album_rate:
                for track in taste.album_of(roll.choice(current).draw(roll))[:9]:
                    if track is not last:
                        last = track
                        yield last, "album"
            else:
                shelf, most = taste.rotation, 6
                if kind < 0.36:
                    shelf, most = roll.choice(current), 3
                elif kind < 0.58:
                    shelf, most = hits, 1
                elif kind < 0.66:
                    shelf, most = taste.fringe, 1
                for _ in range(roll.randint(1, most)):
                    last = shelf.draw(roll, last)
                    yield last, "mix"


def _instant(day: date, hour: float, zone: ZoneInfo) -> int:
    """Local `hour` of `day` (24 and more is the next morning) in UTC ms; wall clock, so right across DST."""
    wall = datetime.combine(day, time()) + timedelta(hours=hour)
    return int(wall.replace(tzinfo=zone).astimezone(UTC).timestamp() * 1000)


def _length_ms(roll: random.Random, slot: Slot) -> int:
    """How long this session lasts: half to one and a half of what is usual."""
    return int(slot.minutes * 60_000 * roll.uniform(0.5, 1.5))


def _to_play_today(roll: random.Random, travelling: Iterable[tuple[Track, int]]) -> list[Track]:
    """Twice on the first day, then less and less."""
    chosen: list[Track] = []
    for track, age in travelling:
        if age == 0:
            chosen += [track, track]
        elif roll.random() < 0.75 - 0.035 * age:
            chosen.append(track)
    return chosen


def _lay_out(
    roll: random.Random,
    listener: Listener,
    session: Iterator[tuple[Track, str]],
    begins: int,
    ends: int,
    stop: int,
) -> list[Play]:
    """Plays one after the other from `begins`; none starts after `ends` or runs past `stop`."""
    habits = listener.habits
    private = roll.random() < habits.private_rate * 6
    plays: list[Play] = []
    at, reason = begins, "clickrow"
    for track, kind in session:
        if (at >= ends and kind != "story") or at + track.duration_ms + 1_300_000 > stop:
            break
        fate = roll.random() if kind == "mix" else 1.0
        pause = 0
        if fate < habits.skip_rate:
            played, end = min(track.duration_ms - 1, roll.randrange(1_500, 29_000)), "fwdbtn"
        elif fate < habits.skip_rate + habits.part_rate:
            played, end = int(track.duration_ms * roll.uniform(0.35, 0.9)), "fwdbtn"
        else:
            played, end = track.duration_ms, "trackdone"
            pause = roll.randrange(20_000, 1_200_000) if roll.random() < 0.015 else 0
        plays.append(
            Play(
                track=track,
                started_ms=at,
                ended_ms=at + played + pause,
                played_ms=played,
                skipped=end == "fwdbtn",
                reason_start=reason,
                reason_end=end,
                private=private and kind != "story",
                album_run=kind == "album",
            )
        )
        at, reason = plays[-1].ended_ms + roll.randrange(150, 2_500), end
    return plays


def _one_song(roll: random.Random, song: Iterator[tuple[Track, str]], begins: int) -> list[Play]:
    """The night: the song to its end, twelve times, a few breaths in between."""
    plays: list[Play] = []
    at, reason = begins, "clickrow"
    for track, _ in song:
        ended = at + track.duration_ms
        plays.append(
            Play(
                track,
                at,
                ended,
                track.duration_ms,
                False,
                reason,
                "trackdone",
                private=False,
                album_run=False,
            )
        )
        at, reason = ended + roll.randrange(400, 9_000), "trackdone"
    return plays
