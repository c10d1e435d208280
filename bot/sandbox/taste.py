"""What each listener may reach for: a weight for every track, the artists a week is about, the week's hits.

A weight is scene x artist x how well known x a personal whim, all drawn from words, so that it stays the same
for the life of the seed. A few hits a week are the same for everybody, so that their weeks meet. Songs kept back
for discoveries (see stories.py) have no weight: nobody meets one by accident before its story begins.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Sequence, Set
from itertools import accumulate

from bot.sandbox.catalogue import Catalogue, Track
from bot.sandbox.chance import dice, fraction
from bot.sandbox.listeners import Listener

ROTATION = 170
"""How many tracks make up somebody's ordinary listening."""
TRIES = 4
ACCIDENT = 0.02
"""The pull of a scene the listener does not care for."""
FAVOURITE = 5.0
ARTISTS_A_WEEK = 5
HITS_A_WEEK = 6


class Taste:
    """One listener's weights over a catalogue."""

    def __init__(
        self,
        seed: int,
        listener: Listener,
        catalogue: Catalogue,
        kept_back: Set[str],
        shared: Sequence[Track],
    ) -> None:
        """`kept_back` are track ids nobody plays in the ordinary way, `shared` the hits everybody knows."""
        self._seed = seed
        self._listener = listener
        liked = sorted(
            (
                (self._weight(track), track)
                for track in catalogue.tracks.values()
                if track.id not in kept_back and not track.is_copy
            ),
            key=lambda pair: (-pair[0], pair[1].id),
        )
        self.rotation = Shelf([(weight, track) for weight, track in liked[:ROTATION]])
        self.fringe = Shelf(
            [(0.3 + track.weight, track) for _, track in liked[ROTATION:]] or liked[:ROTATION]
        )
        self._shared = [(0.2 + self._weight(track), track) for track in shared] or liked[:ROTATION]
        by_artist: dict[str, list[tuple[float, Track]]] = {}
        for weight, track in liked[:ROTATION]:
            by_artist.setdefault(track.artists[0].id, []).append((weight, track))
        self._artists = [songs for songs in by_artist.values() if len(songs) >= 2]
        self._kept_back = kept_back
        self._catalogue = catalogue

    def hits_of_week(self, week: int) -> Shelf:
        """The hits of that week, the same for every listener, by this one's liking."""
        roll = dice(self._seed, "hits of the week", week)
        return Shelf(roll.sample(self._shared, min(HITS_A_WEEK, len(self._shared))))

    def artists_of_week(self, week: int) -> tuple[Shelf, ...]:
        """The artists the listener keeps coming back to in that week (numbered by stories.week_of)."""
        roll = dice(self._seed, "artists of the week", self._listener.id, week)
        by_pull = sorted(
            self._artists, key=lambda songs: roll.random() ** (1 / sum(weight for weight, _ in songs) ** 0.7)
        )
        return tuple(Shelf(songs) for songs in by_pull[-ARTISTS_A_WEEK:]) or (self.rotation,)

    def album_of(self, track: Track) -> list[Track]:
        """The track's album in order, without what is kept back."""
        return [
            other for other in self._catalogue.on_album(track.album.id) if other.id not in self._kept_back
        ]

    def _weight(self, track: Track) -> float:
        scene = self._listener.scenes.get(track.scene, ACCIDENT)
        if any(artist.name in self._listener.favourites for artist in track.artists):
            artist_pull = FAVOURITE
            scene = max(scene, 0.6)
        else:
            artist_pull = 0.2 + 3 * fraction(self._seed, self._listener.id, track.artists[0].id) ** 3
        whim = 0.2 + fraction(self._seed, self._listener.id, track.id)
        return scene * artist_pull * (0.3 + track.weight) * whim


class Shelf:
    """Tracks to draw from by weight."""

    def __init__(self, weighted: Sequence[tuple[float, Track]]) -> None:
        self.tracks = [track for _, track in weighted]
        self._sums = list(accumulate(weight for weight, _ in weighted))

    def draw(self, roll: random.Random, but: Track | None = None) -> Track:
        """One track; the heavier the likelier. Another than `but` if the shelf has one to offer soon enough."""
        for _ in range(TRIES):
            at = bisect(self._sums, roll.random() * self._sums[-1], hi=len(self.tracks) - 1)
            if self.tracks[at] is not but:
                return self.tracks[at]
        others = [track for track in self.tracks if track is not but]
        return others[0] if others else self.tracks[at]
