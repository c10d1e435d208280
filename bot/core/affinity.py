"""How much a song would please a member, from what they play. Used to choose a playlist, kept nowhere.

The weights are those of the selection study in our research notes: a song they play counts most, then its artist,
then its genres; everybody gets a little of anything.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.identity import primary_artist
from bot.core.model import Listening, MemberId, SongId, Track, TrackId
from bot.core.songbook import Song, Songbook, SongKey, song_key

KNOWN, ARTIST, GENRE, PRIOR, NEUTRAL = 0.9, 0.7, 0.4, 0.15, 0.3
DAY_MS = 86_400_000
HALF_LIFE_DAYS = 90.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A song somebody played: as they know it, how often, how often this week, and when last."""

    title: str
    artist: str
    uri: str
    plays: int
    recent: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Taste:
    """What a member plays: songs, plays by artist key, share of plays by genre of the songbook."""

    member_id: MemberId
    songs: Mapping[SongKey, Heard]
    artists: Mapping[str, int]
    genres: Mapping[str, float]
    now_ms: int

    @property
    def known(self) -> bool:
        """Whether there is anything to go by."""
        return bool(self.artists)


def taste(it: Listening, tracks: Mapping[TrackId, Track], book: Songbook, now_ms: int, week_ms: int) -> Taste:
    """A member's taste from what they let others count; `week_ms` is when this week began.

    Plays of tracks without a name tell nothing and are passed over.
    """
    counts: dict[SongKey, list[int]] = {}
    shown: dict[SongKey, Counter[TrackId]] = {}
    artists: Counter[str] = Counter()
    genres: Counter[str] = Counter()
    keys = _keys(tracks)
    for play in it.plays:
        track = tracks.get(play.track_id)
        key = None if track is None else keys.get(track.song)
        if key is None:
            continue
        count = counts.setdefault(key, [0, 0, 0])
        count[0] += 1
        count[1] += play.at_ms >= week_ms
        count[2] = max(count[2], play.at_ms)
        shown.setdefault(key, Counter())[play.track_id] += 1
        artists[key[0]] += 1
        genres.update(_genres(key, book))
    total = sum(genres.values())
    return Taste(
        it.member.id,
        {key: _heard(shown[key], tracks, *count) for key, count in counts.items()},
        artists,
        {genre: count / total for genre, count in genres.items()},
        now_ms,
    )


def affinity(who: Taste, song: Song) -> float:
    """How much the song would please them (0-1). A member of whom nothing is known gets a neutral 0.3."""
    if not who.known:
        return NEUTRAL
    best = PRIOR
    heard = who.songs.get(song.key)
    if heard is not None:
        age_days = max(0.0, (who.now_ms - heard.last_ms) / DAY_MS)
        recency = 0.6 + 0.4 * 0.5 ** (age_days / HALF_LIFE_DAYS)
        often = 0.7 + 0.3 * min(1.0, math.log1p(heard.plays) / math.log1p(10))
        best = max(best, KNOWN * recency * often)
    plays = who.artists.get(song.key[0], 0)
    if plays:
        best = max(best, ARTIST * math.log1p(plays) / math.log1p(max(who.artists.values())))
    if song.genres and who.genres:
        length = math.sqrt(sum(share * share for share in who.genres.values())) * math.sqrt(len(song.genres))
        best = max(best, GENRE * sum(who.genres.get(genre, 0.0) for genre in song.genres) / length)
    return min(best, 1.0)


def _keys(tracks: Mapping[TrackId, Track]) -> dict[SongId, SongKey]:
    """What each song is in the songbook's words, by the names of its first track that has any."""
    keys: dict[SongId, SongKey] = {}
    for _, track in sorted(tracks.items()):
        if track.song not in keys and track.title and track.artist:
            keys[track.song] = song_key(track.title, primary_artist(track))
    return keys


def _genres(key: SongKey, book: Songbook) -> tuple[str, ...]:
    song = book.by_key.get(key)
    if song is not None:
        return song.genres
    others = book.by_artist.get(key[0])
    return others[0].genres if others else ()


def _heard(
    shown: Counter[TrackId], tracks: Mapping[TrackId, Track], plays: int, recent: int, last_ms: int
) -> Heard:
    """Under the track that was played most; a Spotify one before any other, for it needs no search."""
    ranked = sorted(
        shown, key=lambda one: (not tracks[one].uri.startswith("spotify:track:"), -shown[one], one)
    )
    track = tracks[ranked[0]]
    return Heard(track.title, track.artist, track.uri, plays, recent, last_ms)
