"""The songs of a recap as a list: what each member played most, everybody served, in a good order.

A song is worth to a member how often they played it, as a share of what they played most: who plays a lot is not the
whole list. (By bare plays, somebody had no song in 32 of 150 made-up groups; by shares, in none.) Where the cap on
songs of one artist would leave somebody without a song, it gives way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.affinity import Heard, Taste
from bot.core.candidates import borrowed, uri_of
from bot.core.choosing import Option, choose
from bot.core.drafts import Draft, DraftSong, Listens
from bot.core.model import MemberId, Period, PeriodKind
from bot.core.offline import POOL
from bot.core.planning import ARTIST_CAP, DEFAULT_SIZE
from bot.core.reasons import PLAYED_HERE
from bot.core.recap.when import days, period_name
from bot.core.sequencing import Course, Stop, in_order
from bot.core.songbook import Song, Songbook, SongKey
from bot.text import Text, joined, t, tn

WIDEST_CAP = ARTIST_CAP + 2  # songs of one artist, where there are few artists
_LOOKED_AT = 5  # of a member's songs are chosen from at least, those they played most
_SERVES = 0.8  # of the most that a song of the list is worth to a member: they wait for one like that
_COURSE = Course((3.0, 3.0), (3.0, 3.0), "flat")  # nothing in particular was asked for

Heards = Mapping[MemberId, Heard]


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What is in the list, in the order of choice, what may come in, and how many songs an artist may have."""

    songs: Sequence[Option[SongKey]]
    reserve: Sequence[Option[SongKey]]
    cap: int


def mix(recap_id: int, period: Period, tastes: Sequence[Taste], book: Songbook) -> Draft:
    """The draft of a recap's songs, from what its members played in its time and let others count.

    Nothing is searched for. The same plays give the same draft, in whatever order the members come; without a song
    it is empty.
    """
    heard = _by_song(tastes)
    options = _options(heard)
    chosen = _choose(options, recap_id, sum(bool(one.songs) for one in tastes))
    songs = {one.key: _song(one.key, heard[one.key], book) for one in (*chosen.songs, *chosen.reserve)}
    keys = [one.key for one in (*_in_order(chosen.songs, songs), *chosen.reserve)]
    made = [
        DraftSong(
            n, songs[key].title, songs[key].artist, PLAYED_HERE, key, options[key].fit, options[key].worth,
            uri=uri_of(heard[key]), familiar=True,
            heard={who: Listens(one.plays, one.recent) for who, one in heard[key].items()},
        )
        for n, key in enumerate(keys, 1)
    ]  # fmt: skip
    count = len(chosen.songs)
    understood = (days(period.first, period.last), t("played by those who share with playlists here"))
    return Draft(
        _words(period), t("The songs of {period}", period=period_name(period)), understood, _notes(chosen),
        tuple(made[:count]), tuple(made[count:]), chosen.cap, recap_id,
        recap=recap_id,
    )  # fmt: skip


def plays_said(
    heard: Mapping[MemberId, Listens], names: Mapping[MemberId, str], most: int = 4
) -> Text | None:
    """`10 plays: Ana 7, Ben 3`, of those with a name, who played it most first; None if there is none."""
    ranked = sorted((who for who in heard if who in names), key=lambda who: (-heard[who].plays, who))
    if not ranked:
        return None
    count = sum(heard[who].plays for who in ranked)
    plays = tn("{n} play", "{n} plays", count)
    shown = ranked if len(ranked) <= most + 1 else ranked[:most]  # a name is as short as "1 more"
    told = [t("{who} {n}", who=names[who], n=heard[who].plays) for who in shown]
    if len(ranked) == 1:
        return t("{count}, all by {who}", count=plays, who=names[ranked[0]])
    said = joined(told, ", ")
    if len(ranked) > len(shown):
        said = t("{listed} and {n} more", listed=said, n=len(ranked) - len(shown))
    return t("{count}: {who}", count=plays, who=said)


def _words(period: Period) -> str:
    """By what a saved playlist is named, also in the next year."""
    said = t("The songs of {period}", period=period_name(period))
    return f"{said}, {days(period.first, period.last)}" if period.kind is PeriodKind.WEEK else str(said)


def _by_song(tastes: Sequence[Taste]) -> dict[SongKey, dict[MemberId, Heard]]:
    heard: dict[SongKey, dict[MemberId, Heard]] = {}
    for one in sorted(tastes, key=lambda taste: taste.member_id):
        for key, listens in one.songs.items():
            heard.setdefault(key, {})[one.member_id] = listens
    return heard


def _options(heard: Mapping[SongKey, Heards]) -> dict[SongKey, Option[SongKey]]:
    """Each song's worth to those who played it, and as its fit how much it was played in all."""
    most: dict[MemberId, int] = {}
    for listeners in heard.values():
        for who, one in listeners.items():
            most[who] = max(most.get(who, 0), one.plays)
    totals = {key: sum(one.plays for one in listeners.values()) for key, listeners in heard.items()}
    top = max(totals.values(), default=1)
    return {
        key: Option(
            key,
            key[0],
            totals[key] / top,
            {who: one.plays / most[who] for who, one in listeners.items()},
            familiar=True,
        )
        for key, listeners in sorted(heard.items())
    }


def _choose(options: Mapping[SongKey, Option[SongKey]], seed: int, listeners: int) -> _Chosen:
    size = max(DEFAULT_SIZE, listeners)
    options = _best(options, max(_LOOKED_AT, POOL * size // max(1, listeners)))
    taken: list[Option[SongKey]] = []
    cap = ARTIST_CAP
    for wider in range(ARTIST_CAP, WIDEST_CAP + 1):
        left = _without(options, taken)
        more = choose(left, size - len(taken), cap=wider, seed=seed, taken=taken)
        if more:
            taken += more
            cap = wider
    taken = _everybody(taken, options, size)
    reserve = choose(_without(options, taken), DEFAULT_SIZE, cap=cap, seed=seed, taken=taken)
    return _Chosen(taken, reserve, cap)


def _best(options: Mapping[SongKey, Option[SongKey]], count: int) -> dict[SongKey, Option[SongKey]]:
    """Those that were played most by each member, no more of an artist than may be in the list."""
    of_member: dict[MemberId, list[Option[SongKey]]] = {}
    for one in options.values():
        for who in one.worth:
            of_member.setdefault(who, []).append(one)
    best: set[SongKey] = set()
    for who, played in of_member.items():
        artists: dict[str, int] = {}
        found = 0
        for one in sorted(played, key=lambda it: (-it.worth[who], -it.fit, it.key)):
            if found == count:
                break
            if artists.get(one.artist, 0) < WIDEST_CAP:
                artists[one.artist] = artists.get(one.artist, 0) + 1
                best.add(one.key)
                found += 1
    return {key: one for key, one in options.items() if key in best}


def _everybody(
    chosen: Sequence[Option[SongKey]], options: Mapping[SongKey, Option[SongKey]], size: int
) -> list[Option[SongKey]]:
    """The choice in which whoever played anything has a song.

    It takes the place of what came last and is nobody's only one.
    """
    taken = list(chosen)
    while True:
        unserved = {who for one in options.values() for who in one.worth} - _served(taken)
        if not unserved:
            return taken
        best = max(
            _without(options, taken),
            key=lambda one: (len(unserved & one.worth.keys()), sum(one.worth.get(who, 0.0) for who in unserved),
                             one.fit, one.key),
        )  # fmt: skip
        if len(taken) >= size:
            served = _served(taken)
            at = next(
                n for n in reversed(range(len(taken))) if _served([*taken[:n], *taken[n + 1 :]]) == served
            )
            del taken[at]
        taken.append(best)


def _served(chosen: Sequence[Option[SongKey]]) -> set[MemberId]:
    return {who for one in chosen for who in one.worth}


def _without(
    options: Mapping[SongKey, Option[SongKey]], taken: Sequence[Option[SongKey]]
) -> list[Option[SongKey]]:
    gone = {one.key for one in taken}
    return [one for key, one in options.items() if key not in gone]


def _song(key: SongKey, heard: Heards, book: Songbook) -> Song:
    """As those who played it most know it, with what the songbook knows of it or of its artist."""
    shown = max(heard.values(), key=lambda one: (one.plays, one.title, one.artist))
    played = Song(shown.title, shown.artist)
    known = book.by_key.get(key)
    if known is None:
        return borrowed(played, book)
    return Song(played.title, played.artist, genres=known.genres, energy=known.energy, valence=known.valence)


def _in_order(chosen: Sequence[Option[SongKey]], songs: Mapping[SongKey, Song]) -> list[Option[SongKey]]:
    """In playing order."""
    top: dict[MemberId, float] = {}
    for one in chosen:
        for who, value in one.worth.items():
            top[who] = max(top.get(who, 0.0), value)
    stops = [
        Stop(
            one.key, one.artist, songs[one.key].energy, songs[one.key].valence, songs[one.key].genres,
            frozenset(who for who, value in one.worth.items() if value >= _SERVES * top[who]),
        )
        for one in chosen
    ]  # fmt: skip
    return [chosen[at] for at in in_order(stops, _COURSE)]


def _notes(chosen: _Chosen) -> tuple[Text, ...]:
    artists: dict[str, int] = {}
    for one in chosen.songs:
        artists[one.artist] = artists.get(one.artist, 0) + 1
    if max(artists.values(), default=0) <= ARTIST_CAP:
        return ()
    return (t("Few artists were played, so one may come up to {cap} times.", cap=max(artists.values())),)
