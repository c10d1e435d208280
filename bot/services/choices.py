"""What a member takes out of the counting, and how many plays that is: asides, pauses, forgotten time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from bot.core import calendar
from bot.core.choices import FOR_EVER, Aside, Mark, Whole, taken_out
from bot.core.identity import Key, fold, keys_of, lasting
from bot.core.model import Member, Play, Span, Track, TrackId
from bot.core.precedence import counted
from bot.core.words import folding
from bot.core.words.nearest import nearest
from bot.errors import BadOption
from bot.ports import ChoiceStore, Clock, PlayStore
from bot.text import t

# How far back plays are counted and names suggested: as long as plays from an API are kept.
DAYS = 400
# How many names are offered where it is not clear which one is meant.
INSTEAD = 5
SAME_TITLE = 15


@dataclass(frozen=True, slots=True)
class Taken:
    """An aside, and how many of the member's plays it takes out of the counting."""

    aside: Aside
    plays: int


@dataclass(frozen=True, slots=True)
class TakenOut:
    """All that a member has taken out: asides, newest first; forgotten time; whether everything pauses, since when."""

    asides: Sequence[Taken]
    forgotten: Sequence[Span]
    paused: Span | None


@dataclass(frozen=True, slots=True)
class _Heard:
    plays: Sequence[Play]
    tracks: Mapping[TrackId, Track]


class Choosing:
    """What one member takes out, for that member. Plays are counted over the last `DAYS` days."""

    def __init__(self, choices: ChoiceStore, plays: PlayStore, clock: Clock) -> None:
        self._choices = choices
        self._plays = plays
        self._clock = clock

    async def of(self, member: Member) -> TakenOut:
        """All that the member has taken out."""
        chosen = (await self._choices.choices([member.id]))[member.id]
        heard = await self._heard(member) if chosen.asides else _Heard((), {})
        return TakenOut(
            [Taken(it, taken_out(heard.plays, heard.tracks, it)) for it in reversed(chosen.asides)],
            [span for span in chosen.unread if span.end_ms < FOR_EVER],
            next((span for span in chosen.unread if span.end_ms == FOR_EVER), None),
        )

    async def artist_out(self, member: Member, name: str, mark: Mark) -> Taken:
        """Set an artist aside, under the name they are played by where there is one. Raises `BadOption`."""
        heard = await self._heard(member)
        known = _named(name, [it.artist for it in await _artists(heard)]) or name.strip()
        if not fold(known):
            raise BadOption(t("Which artist? No name was given."), "artist")
        return await self._out(member, Aside(0, mark, Whole.ARTIST, (fold(known),), known), heard)

    async def song_out(self, member: Member, name: str, mark: Mark) -> Taken:
        """Set a song aside by its name as `song_name` writes it, or by a title that only one song of theirs has.

        Raises `BadOption` for one they did not play, or where several have the title (see `songs_instead`).
        """
        heard = await self._heard(member)
        meant = _songs_named(name, await _songs(heard))
        if len(meant) != 1:
            raise BadOption(
                t("I know no play of yours of “{name}”. Choose one of the songs I suggest.", name=name[:80]),
                "song",
            )
        (song,) = meant
        return await self._out(member, Aside(0, mark, Whole.SONG, lasting(song), song_name(song)), heard)

    async def artists_instead(self, member: Member, name: str) -> Sequence[Track] | None:
        """A track of each artist of theirs who may be meant, nearest first; None where plays do name this one."""
        heard = await self._heard(member)
        artists = await _artists(heard)
        names = [it.artist for it in artists]
        aside = Aside(0, Mark.HIDDEN, Whole.ARTIST, (fold(name),), name)
        if not fold(name) or _named(name, names) is not None or taken_out(heard.plays, heard.tracks, aside):
            return None
        return [artists[place] for place in nearest(name, names, INSTEAD)]

    async def songs_instead(self, member: Member, name: str) -> Sequence[Track] | None:
        """Songs of theirs that may be meant: all of this title, else the nearest; None where only one can be."""
        songs = await _songs(await self._heard(member))
        meant = _songs_named(name, songs)
        if len(meant) == 1:
            return None
        titles, names = [it.title for it in songs], [song_name(it) for it in songs]
        near = nearest(name, titles, INSTEAD) or nearest(name, names, INSTEAD)
        return meant[:SAME_TITLE] or [songs[place] for place in near]

    async def time_out(self, member: Member, span: Span, mark: Mark) -> Taken:
        """Set all plays of a time aside."""
        return await self._out(member, Aside(0, mark, Whole.TIME, span=span), await self._heard(member))

    async def take_back(self, member: Member, aside_id: int) -> bool:
        """The plays count again. False if the member has no such aside (any more)."""
        return await self._choices.take_back(member.id, aside_id)

    async def artists(self, member: Member) -> Sequence[Track]:
        """A track of each artist whom the member plays, most played first."""
        return await _artists(await self._heard(member))

    async def songs(self, member: Member) -> Sequence[Track]:
        """A track of each song that the member plays and that has a name, most played first."""
        return await _songs(await self._heard(member))

    async def pause(self, member: Member) -> bool:
        """Nothing is read, kept or shown from now on. False where the member pauses already."""
        return await self._choices.pause(member.id, self._clock.now_ms())

    async def resume(self, member: Member) -> bool:
        """What is played from now on is read again. False where the member does not pause."""
        return await self._choices.resume(member.id, self._clock.now_ms())

    async def stored(self, member: Member, span: Span) -> int:
        """How many plays of a time are stored, of all sources together."""
        return sum(
            len(it.plays) for it in await self._plays.plays_between([member.id], span.start_ms, span.end_ms)
        )

    async def forget(self, member: Member, span: Span) -> int:
        """Delete what is stored of a time that is over, and keep nothing of it ever. The number of plays deleted."""
        return await self._choices.forget_time(member.id, self.over(span))

    def over(self, span: Span) -> Span:
        """What of a time is over. Raises `BadOption` where nothing is."""
        end_ms = min(span.end_ms, self._clock.now_ms())
        if span.start_ms >= end_ms:
            raise BadOption(t("That time has not come yet."), "since")
        return Span(span.start_ms, end_ms)

    async def _out(self, member: Member, aside: Aside, heard: _Heard) -> Taken:
        kept = await self._choices.set_aside(member.id, aside, self._clock.now_ms())
        return Taken(kept, taken_out(heard.plays, heard.tracks, kept))

    async def _heard(self, member: Member) -> _Heard:
        today = calendar.local_day(self._clock.now_ms(), member.zone)
        period = calendar.days(today - timedelta(days=DAYS), today, member.zone)
        links = await self._plays.plays_between([member.id], period.start_ms, period.end_ms)
        plays = (await asyncio.to_thread(counted, member, links, period)).plays
        return _Heard(plays, await self._plays.tracks({play.track_id for play in plays}))


def song_name(track: Track) -> str:
    """`Title — Artist`."""
    return f"{track.title} — {track.artist}"


def matching(names: Sequence[str], typed: str, most: int) -> list[str]:
    """The first names that have the typed words in them, accents and case aside."""
    words = folding.fold(typed) if typed.strip() else ""
    return list(islice((name for name in names if words in folding.fold(name)), most))


def _named(typed: str, names: Sequence[str]) -> str | None:
    """The name that is meant: the same, or the same but for accents."""
    same = [name for name in names if fold(name) == fold(typed)]
    return next(iter(same or [name for name in names if folding.fold(name) == folding.fold(typed)]), None)


def _songs_named(typed: str, songs: Sequence[Track]) -> list[Track]:
    """The song of this whole name; else all that have the title."""
    named = _named(typed, [song_name(it) for it in songs])
    if named is not None:
        return [next(it for it in songs if song_name(it) == named)]
    return [it for it in songs if folding.fold(it.title) == folding.fold(typed)]


async def _artists(heard: _Heard) -> list[Track]:
    return await asyncio.to_thread(_most_played, heard, lambda track: keys_of(track).artist)


async def _songs(heard: _Heard) -> list[Track]:
    return await asyncio.to_thread(
        _most_played, heard, lambda track: keys_of(track).song if track.title and track.artist else None
    )


def _most_played(heard: _Heard, key_of: Callable[[Track], Key | None]) -> list[Track]:
    """The most played track of each key, the key with most plays first."""
    plays: Counter[Key] = Counter()
    shown: dict[Key, Track] = {}
    for number, count in Counter(play.track_id for play in heard.plays).most_common():
        track = heard.tracks[number]
        key = key_of(track)
        if key is not None:
            plays[key] += count
            shown.setdefault(key, track)
    return [shown[key] for key, _ in plays.most_common()]
