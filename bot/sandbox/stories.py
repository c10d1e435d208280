"""What happens in the group: a night of one song twelve times, and songs that travel from one to another.

Both hang on the ISO week alone, so that the last full week before any "now" has its night, and a song's
travels can be recomputed without remembering them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.sandbox.catalogue import Catalogue, Track
from bot.sandbox.chance import dice, fraction
from bot.sandbox.listeners import Listener

HEARTBREAK = (
    ("Someone Like You", "Adele"),
    ("Nothing Compares 2 U", "Sinéad O'Connor"),
    ("drivers license", "Olivia Rodrigo"),
    ("The Winner Takes It All", "ABBA"),
    ("Back To Black", "Amy Winehouse"),
    ("First Love", "Hikaru Utada"),
    ("Skinny Love", "Bon Iver"),
    ("Hurt", "Johnny Cash"),
    ("Marvins Room", "Drake"),
)
TIMES_IN_A_ROW = 12
LONGEST_MS = 400_000
"""Twelve longer ones would not fit between 01:40 and 03:10."""
KEPT_BACK = 0.1
"""The share of the catalogue that only travels: nobody plays such a song before its story begins."""
DISCOVERIES_A_WEEK = 2
FADES_AFTER_DAYS = 18
MONDAY_ZERO = date(1970, 1, 5)


@dataclass(frozen=True, slots=True)
class Night:
    """The night on which one listener plays one song twelve times, from about 01:42 local on `day`."""

    day: date
    listener_id: str
    track: Track


@dataclass(frozen=True, slots=True)
class Discovery:
    """A song on its way: `(listener id, first day)` for each who takes it up, the first of them first."""

    track: Track
    adopters: tuple[tuple[str, date], ...]


def week_of(day: date) -> int:
    """The number of the ISO week `day` lies in, counted from the week of 5 January 1970."""
    return (day - MONDAY_ZERO).days // 7


class Stories:
    """The group's stories for a seed, a catalogue and a set of listeners."""

    def __init__(self, seed: int, catalogue: Catalogue, listeners: Sequence[Listener]) -> None:
        self._seed = seed
        self._listeners = tuple(listeners)
        self._sleepless = [listener for listener in listeners if listener.sleepless] or list(listeners)
        by_name = {(track.title, track.artists[0].name): track for track in catalogue.tracks.values()}
        short = [track for track in catalogue.tracks.values() if track.duration_ms <= LONGEST_MS]
        self._sad = [by_name[name] for name in HEARTBREAK if name in by_name] or short[:1]
        sad_ids = {track.id for track in self._sad}
        travelling = [
            track
            for track in catalogue.tracks.values()
            if not (track.id in sad_ids or track.is_copy)
            and fraction(seed, "kept back", track.id) < KEPT_BACK
        ]
        self._travelling = sorted(travelling, key=lambda track: fraction(seed, "travels", track.id))
        self.kept_back = frozenset(track.id for track in travelling)

    def night(self, week: int) -> Night | None:
        """The night of that week, always from Wednesday to Friday; none if the catalogue has no fit song."""
        if not (self._sad and self._sleepless):
            return None
        offset = 2 + int(3 * fraction(self._seed, "night", week))
        listener = self._sleepless[(week + self._seed) % len(self._sleepless)]
        # Neighbouring weeks differ in listener and song, because both lists are walked one step a week.
        return Night(
            MONDAY_ZERO + timedelta(days=7 * week + offset), listener.id, self._sad[week % len(self._sad)]
        )

    def discoveries(self, week: int) -> list[Discovery]:
        """The songs that begin to travel in that week.

        Each next listener starts two days or more after the one before, so that the order holds in every
        time zone.
        """
        found = []
        for number in range(DISCOVERIES_A_WEEK):
            if not self._travelling or len(self._listeners) < 2:
                break
            roll = dice(self._seed, "discovery", week, number)
            track = self._travelling[(week * DISCOVERIES_A_WEEK + number) % len(self._travelling)]
            by_scene = sorted(
                self._listeners,
                key=lambda who: (-who.scenes.get(track.scene, 0.0) - 0.5 * roll.random(), who.id),
            )
            day = MONDAY_ZERO + timedelta(days=7 * week + roll.randrange(4))
            adopters = []
            for listener in by_scene[: roll.randint(2, 4)]:
                adopters.append((listener.id, day))
                day += timedelta(days=roll.randint(2, 4))
            found.append(Discovery(track, tuple(adopters)))
        return found

    def travelling_with(self, listener_id: str, day: date) -> list[tuple[Track, int]]:
        """What the listener has taken up by `day`: each track and its age in days, 0 on the first."""
        carried = []
        for week in range(week_of(day) - 5, week_of(day) + 1):
            for discovery in self.discoveries(week):
                for adopter, first in discovery.adopters:
                    age = (day - first).days
                    if adopter == listener_id and 0 <= age <= FADES_AFTER_DAYS:
                        carried.append((discovery.track, age))
        return carried
