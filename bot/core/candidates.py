"""Which songs come into question for a plan, and how well each fits: hard gates first, then a score.

Songs come from the songbook and from what the group plays. A played song that the songbook does not know borrows
genre, energy and valence from its artist's other songs there; without those it comes into question only where an
artist was asked for, or nothing in particular.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.core.affinity import Heard, Taste, affinity
from bot.core.choosing import Option, chance, worth
from bot.core.lexicon import Lexicon, exact_genres, genres_of
from bot.core.model import MemberId
from bot.core.planning import OCCASIONS, Plan
from bot.core.songbook import Song, Songbook, SongKey
from bot.core.words.folding import artist_key

_ALIKE = 0.3  # a song less like the ones named than this is not like them
_UNLIKE = 0.12  # below this it is not even near, once neighbouring genres count
_NEAR = 0.35  # a neighbouring genre counts from this weight on
_JITTER = 0.08  # what the seed may move a fit, so that two requests differ
_MISFIT = 0.15  # below this a song of the right genre or language still misses the point
_ASTRAY, _FAR_ASTRAY = 1.5, 2.5  # off by so much, a song is not in the mood; by so much, nowhere near
_NEIGHBOUR = 0.6  # of its weight is what a neighbouring genre counts where the exact one is left
_UNKNOWN_FIT = 0.5  # of a played song without any annotation


@dataclass(frozen=True, slots=True)
class Candidate:
    """A song that passes the gates. `tier` 0 fits all that was asked; each further tier gives up a little more.

    `astray`: far from the energy or the mood that was clearly asked for. `fits`: what of the plan it
    meets, most telling first. `heard` by member, who played this very song. `said` is what a model says of how it
    fits, and `native_title` its title in its own script, "" without a model.
    """

    song: Song
    tier: int
    fit: float
    fits: tuple[str, ...]
    astray: bool = False
    uri: str = ""
    heard: Mapping[MemberId, Heard] = field(default_factory=dict)
    said: str = ""
    native_title: str = ""

    @property
    def key(self) -> SongKey:
        """The song's identity."""
        return self.song.key


def candidates(
    plan: Plan, book: Songbook, lexicon: Lexicon, tastes: Sequence[Taste], seed: int
) -> list[Candidate]:
    """Every song that passes the plan's gates, best first."""
    scale = _Scale(plan, book, lexicon)
    played = played_by(tastes)
    found = []
    for song in (*book.songs, *_only_played(played, plan, book)):
        if not plan.gates.pass_(song):
            continue
        heard = played.get(song.key, {})
        tier = scale.tier(song)
        astray = scale.astray(song)
        if not song.genres and tier:
            continue
        if OCCASIONS & set(song.moods) and not scale.wants_occasion(song):
            continue
        fit = max(0.05, scale.fit(song) - 0.5 * _JITTER + _JITTER * chance(seed, song.key))
        tier += (_unfamiliar(plan, bool(heard)) or int(fit < _MISFIT)) + astray
        found.append(Candidate(song, tier, min(1.0, fit), scale.fits(song), astray > 0, uri_of(heard), heard))
    return sorted(found, key=lambda one: (one.tier, -one.fit, chance(seed, one.key), one.key))


def option(candidate: Candidate, tastes: Sequence[Taste]) -> Option[SongKey]:
    """The candidate as something to choose from. Without any member, one neutral listener stands in."""
    liking = {taste.member_id: affinity(taste, candidate.song) for taste in tastes} or {MemberId(0): 0.3}
    return Option(
        candidate.key, candidate.key[0], candidate.fit,
        {member: worth(candidate.fit, likes) for member, likes in liking.items()}, bool(candidate.heard),
    )  # fmt: skip


class _Scale:
    """How well songs fit one plan."""

    def __init__(self, plan: Plan, book: Songbook, lexicon: Lexicon) -> None:
        self._plan = plan
        self._exact = frozenset(name for label in plan.genres for name in exact_genres(label, lexicon))
        self._related: dict[str, float] = {}
        for label in plan.genres:
            for name, weight in genres_of(label, lexicon).items():
                self._related[name] = max(self._related.get(name, 0.0), weight)
        self._named = frozenset(
            name for label in plan.genres for name in (label, *lexicon.genres[label].within)
        )
        seeds = [book.by_key[key] for key in plan.seeds]
        for artist in (*plan.seed_artists, *plan.artists):
            seeds.extend(book.by_artist.get(artist, ()))
        self._seed_genres = _profile(song.genres for song in seeds)
        if plan.widened:
            self._seed_genres = _with_neighbours(self._seed_genres, plan.gates.exclude_genres, lexicon)
        self._seed_moods = _profile(song.moods for song in seeds)
        self._seed_languages = frozenset(song.lang for song in seeds)
        self._seed_keys = frozenset(plan.seeds)
        self._alike = frozenset({*plan.seed_artists, *(key[0] for key in plan.seeds)})
        own = [song for song in book.songs if self._exact & set(song.genres)] if plan.genres else []
        self._place_of_genre = (_mean([song.energy for song in own]), _mean([song.valence for song in own]))
        self._top_tags = sum(sorted(plan.tags.values(), reverse=True)[:2])

    def tier(self, song: Song) -> int:
        """What has to be given up for a song: 0 nothing, 1 the exact genre or artist, 2 even its neighbourhood."""
        plan = self._plan
        tier = 0
        if plan.artists and song.key[0] not in plan.artists:
            tier = 1 if self._likeness(song) >= 0.4 else 2
        if plan.genres and not self._exact & set(song.genres):
            near = max((self._related.get(genre, 0.0) for genre in song.genres), default=0.0)
            tier = max(tier, 1 if near >= _NEAR else 2)
        if plan.seeds or plan.seed_artists:
            likeness = self._likeness(song)
            tier = max(tier, int(likeness < _ALIKE) + int(plan.widened and likeness < _UNLIKE))
        return max(tier, int(bool(plan.must - set(song.moods))))

    def astray(self, song: Song) -> int:
        """How many tiers a song is away from the energy and the valence that were clearly asked for."""
        if not song.energy or not song.valence:
            return 0
        off = max(
            _outside(song.energy, self._plan.energy) if "energy" in self._plan.clear else 0.0,
            _outside(song.valence, self._plan.valence) if "valence" in self._plan.clear else 0.0,
        )
        return int(off >= _ASTRAY) + int(off >= _FAR_ASTRAY)

    def wants_occasion(self, song: Song) -> bool:
        """Whether a Christmas song is welcome: the words say so, or name it or its artist."""
        plan = self._plan
        return bool(OCCASIONS & set(plan.tags)) or song.key in plan.seeds or song.key[0] in plan.artists

    def fit(self, song: Song) -> float:
        """0 to 1."""
        plan = self._plan
        parts: list[tuple[float, float]] = []
        if plan.genres:
            parts.append((3.0, self._genre(song)))
            if not self._exact & set(song.genres):
                parts.append((1.0, self._like_the_genre(song)))
        if plan.artists:
            parts.append((4.0, 1.0 if song.key[0] in plan.artists else self._likeness(song)))
        if plan.tags:
            parts.append((3.5, self._moods(song)))
        if plan.targeted or plan.tags:
            parts.append((2.5 if plan.targeted else 1.0, self._place(song)))
        if plan.seeds or plan.seed_artists:
            parts.append((9.0 if plan.widened else 6.0, self._likeness(song)))
        if plan.soft_genres:
            parts.append((0.8, max((plan.soft_genres.get(genre, 0.0) for genre in song.genres), default=0.0)))
        if not parts:
            return _UNKNOWN_FIT
        if not song.genres:
            return _UNKNOWN_FIT * 0.8
        return sum(weight * part for weight, part in parts) / sum(weight for weight, _ in parts)

    def fits(self, song: Song) -> tuple[str, ...]:
        """What of the plan a song meets, in words of the songbook."""
        tags = self._plan.tags
        moods = sorted(
            (mood for mood in song.moods if tags.get(mood, 0.0) >= 0.3), key=lambda mood: -tags[mood]
        )
        exact = self._exact
        if not exact and (self._plan.seeds or self._plan.seed_artists):
            exact = frozenset(genre for genre, share in self._seed_genres.items() if share >= 0.3)
        genres = [genre for genre in song.genres if genre in exact]
        genres.sort(key=lambda genre: genre not in self._named)
        return (*genres[:1], *moods[:2])

    def _genre(self, song: Song) -> float:
        weights = sorted((self._related.get(genre, 0.0) for genre in song.genres), reverse=True)
        first = song.genres[0] if song.genres else ""
        main = 0.1 if self._related.get(first, 0.0) >= 0.9 else 0.0
        return min(1.0, (weights[0] if weights else 0.0) * 0.9 + main)

    def _like_the_genre(self, song: Song) -> float:
        """Energy and valence of a song of another genre, next to what is usual in the one asked for."""
        energy, valence = self._place_of_genre
        return max(0.0, 1.0 - (abs(song.energy - energy) + 0.5 * abs(song.valence - valence)) / 4.0)

    def _moods(self, song: Song) -> float:
        """The two best moods of a song against the two best of the plan."""
        met = sorted((self._plan.tags.get(mood, 0.0) for mood in song.moods), reverse=True)[:2]
        return min(1.0, sum(met) / self._top_tags) if self._top_tags else 0.0

    def _place(self, song: Song) -> float:
        """How near energy and valence are to the way from the plan's first to its last song."""
        if not song.energy or not song.valence:
            return 0.4
        off = _outside(song.energy, self._plan.energy) + 0.8 * _outside(song.valence, self._plan.valence)
        return max(0.0, 1.0 - off / 3.0)

    def _likeness(self, song: Song) -> float:
        """To the songs and artists it should be like: genres most, then moods; the very song first of all."""
        if song.key in self._seed_keys:
            return 1.0
        genres, moods = _cosine(song.genres, self._seed_genres), _cosine(song.moods, self._seed_moods)
        own = 0.15 if song.key[0] in self._alike else 0.0
        foreign = 0.8 if self._seed_languages and song.lang not in self._seed_languages else 1.0
        return min(1.0, foreign * (0.6 * genres + 0.25 * moods + own))


def _unfamiliar(plan: Plan, heard: bool) -> int:
    """One tier down for a song that is not what was asked: known to the group, or new to it."""
    return int((plan.familiar == "known" and not heard) or (plan.familiar == "fresh" and heard))


def played_by(tastes: Sequence[Taste]) -> dict[SongKey, dict[MemberId, Heard]]:
    """Who played what."""
    played: dict[SongKey, dict[MemberId, Heard]] = {}
    for taste in sorted(tastes, key=lambda one: one.member_id):
        for key, heard in taste.songs.items():
            played.setdefault(key, {})[taste.member_id] = heard
    return played


def _only_played(
    played: Mapping[SongKey, Mapping[MemberId, Heard]], plan: Plan, book: Songbook
) -> Iterable[Song]:
    """Played songs that are not in the songbook, with what can be told from their artist."""
    asked = {*plan.artists, *plan.seed_artists, *(key[0] for key in plan.seeds)}
    for key, listeners in sorted(played.items()):
        if key in book.by_key:
            continue
        heard = max(listeners.values(), key=lambda one: (one.plays, one.title))
        song = borrowed(Song(heard.title, heard.artist), book)
        if song.genres or plan.open or artist_key(heard.artist) in asked:
            yield song


def borrowed(song: Song, book: Songbook) -> Song:
    """What the artist's other songs agree on: genres of most, mean energy and valence, a language common to all."""
    others = book.by_artist.get(song.key[0], [])
    if not others:
        return song
    genres = [genre for genre, share in _profile(other.genres for other in others).items() if share >= 0.5]
    languages = {other.lang for other in others}
    return replace(
        song, genres=tuple(genres) or others[0].genres,
        energy=sum(other.energy for other in others) / len(others),
        valence=sum(other.valence for other in others) / len(others),
        lang=languages.pop() if len(languages) == 1 else "",
    )  # fmt: skip


def uri_of(heard: Mapping[MemberId, Heard]) -> str:
    """A Spotify URI under which somebody played it: no search is needed then."""
    known = [one for one in heard.values() if one.uri.startswith("spotify:track:")]
    return max(known, key=lambda one: (one.plays, one.uri)).uri if known else ""


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 3.0


def _outside(value: float, way: tuple[float, float]) -> float:
    return max(min(way) - value, value - max(way), 0.0)


def _profile(lists: Iterable[Sequence[str]]) -> dict[str, float]:
    """How often each tag occurs, as a share of the songs."""
    counts: dict[str, int] = {}
    songs = 0
    for tags in lists:
        songs += 1
        for tag in tags:
            counts[tag] = counts.get(tag, 0) + 1
    return {tag: count / songs for tag, count in counts.items()}


def _with_neighbours(
    profile: Mapping[str, float], excluded: frozenset[str], lexicon: Lexicon
) -> dict[str, float]:
    """A profile of genres with what lies next to them, and without what is refused."""
    wider: dict[str, float] = {}
    for genre, share in profile.items():
        for near, weight in lexicon.genres[genre].near.items():
            wider[near] = max(wider.get(near, 0.0), _NEIGHBOUR * weight * share)
    for genre, share in profile.items():
        wider[genre] = max(wider.get(genre, 0.0), share)
    return {genre: share for genre, share in wider.items() if genre not in excluded}


def _cosine(tags: Sequence[str], profile: Mapping[str, float]) -> float:
    length = math.sqrt(len(tags)) * math.sqrt(sum(share * share for share in profile.values()))
    return sum(profile.get(tag, 0.0) for tag in tags) / length if length else 0.0
