"""Members' own words: which moments are worth asking about, and what may be said beside the words.

A moment is a fact about plays; nothing here guesses why. Whoever is asked is asked alone, so the question may name any
hour. What others read beside the words is counted again from plays as these others may see them: where no such play is
left, the words are not shown either.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.core.calendar import DAY_MS, local_time
from bot.core.choices import credited
from bot.core.facts import Tracks
from bot.core.identity import Key, fold, lasting, tracks_meant
from bot.core.model import GroupId, Listening, Member, MemberId, Span, Track, TrackId
from bot.core.recap.insights import Insights
from bot.core.recap.loops import LEAST_TIMES as LEAST_LOOP
from bot.core.recap.model import Recap
from bot.core.recap.when import from_to
from bot.text import Text, t, tn

MOST_LETTERS = 280
LEAST_TIMES = 6
LEAST_DAYS = 180
ASKED_EVERY_MS = 7 * DAY_MS
# By the member's own clock: nobody is asked at night.
FIRST_HOUR, LAST_HOUR = 10, 20
# Sources date a play by its beginning or by its end: the edges of a moment may move by a song.
EDGE_MS = 10 * 60_000


class Cause(StrEnum):
    """Why a moment is one. `OWN`: the member chose it."""

    LOOP = "loop"
    MOMENT = "moment"
    COMEBACK = "comeback"
    OWN = "own"


class State(StrEnum):
    """What a member answered. `NEVER`: nothing more about this artist; `WITHDRAWN`: the words are gone."""

    ASKED = "asked"
    TOLD = "told"
    KEPT = "kept"
    SKIPPED = "skipped"
    NEVER = "never"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Occasion:
    """A song that a member played `times` times from `first_ms` to `last_ms`, after `days` without it (a comeback's).

    `key` is the song as `identity.lasting` writes it down.
    """

    cause: Cause
    key: Key
    title: str
    artist: str
    times: int
    first_ms: int
    last_ms: int
    days: int = 0


@dataclass(frozen=True, slots=True)
class Story:
    """A moment that a member was asked about or told of, and their words, which belong to these groups."""

    id: int
    member_id: MemberId
    occasion: Occasion
    state: State
    words: str = ""
    groups: frozenset[GroupId] = frozenset()
    asked_ms: int = 0
    told_ms: int = 0
    edited_ms: int = 0


@dataclass(frozen=True, slots=True)
class Quote:
    """A member's words as they wrote them, with what they speak of as others may see it now.

    `span` is from the first to the last play where these were back to back, and each of their hours may be told.
    """

    story_id: int
    member: Member
    words: str
    title: str
    artist: str
    times: int
    span: Span | None


# --- what to ask about


def may_be_asked_at(now_ms: int, zone: str) -> bool:
    """Whether it is an hour of the day at which a question is welcome."""
    return FIRST_HOUR <= local_time(now_ms, zone).hour <= LAST_HOUR


def worth_asking(
    it: Listening, recap: Recap, said: Insights, tracks: Tracks, known: Sequence[Story]
) -> list[Occasion]:
    """The moments of one member that are worth a question, the most surprising first, each song once.

    `recap` and `said` are of this listening alone. `known` is all that the member was ever asked or told of: no song
    comes twice, and no artist whom they do not want to be asked about.
    """
    songs = len({tracks[play.track_id].song for play in it.plays})
    found = [
        (
            (loop.times - 1) * math.log2(max(2, songs)),
            _occasion(Cause.LOOP, loop.track_ids, it, tracks, Span(loop.first_ms, loop.last_ms + 1)),
        )
        for loop in recap.loops
        if loop.times >= LEAST_TIMES
    ]
    found += [
        (moment.surprise / (2 * math.log(2)), _occasion(Cause.MOMENT, moment.thing.track_ids, it, tracks))
        for moment in said.moments
    ]
    for back in said.comebacks:
        if back.days >= LEAST_DAYS:
            occasion = _occasion(Cause.COMEBACK, back.thing.track_ids, it, tracks)
            found.append((math.log2(back.days), occasion and replace(occasion, days=back.days)))
    taken = _taken(known, tracks)
    chosen: list[Occasion] = []
    for _, occasion in sorted(found, key=lambda pair: -pair[0]):
        if occasion is None:
            continue
        meant = tracks_meant(occasion.key, tracks)
        if taken.isdisjoint(meant):
            taken |= meant
            chosen.append(occasion)
    return chosen


def own(it: Listening, track_ids: Iterable[TrackId], tracks: Tracks) -> Occasion | None:
    """What a member chose to tell of: all plays of a song; None where there is none, or the song has no name."""
    return _occasion(Cause.OWN, track_ids, it, tracks)


def _occasion(
    cause: Cause, track_ids: Iterable[TrackId], it: Listening, tracks: Tracks, during: Span | None = None
) -> Occasion | None:
    numbers = frozenset(track_ids)
    plays = [
        play
        for play in it.plays
        if play.track_id in numbers and (during is None or during.start_ms <= play.at_ms < during.end_ms)
    ]
    if not plays:
        return None
    shown = _most_played(tracks[play.track_id] for play in plays)
    if not (shown.title and shown.artist):
        return None
    first_ms, last_ms = plays[0].at_ms, plays[-1].at_ms
    return Occasion(cause, lasting(shown), shown.title, shown.artist, len(plays), first_ms, last_ms)


def _most_played(played: Iterable[Track]) -> Track:
    counts: dict[TrackId, list[Track]] = {}
    for track in played:
        counts.setdefault(track.id, []).append(track)
    return max(counts.values(), key=lambda same: (len(same), -same[0].id))[0]


def _taken(known: Sequence[Story], tracks: Mapping[TrackId, Track]) -> set[TrackId]:
    """The tracks of songs that are not asked about (again)."""
    taken: set[TrackId] = set()
    for story in known:
        taken |= tracks_meant(story.occasion.key, tracks)
    unwanted = {fold(story.occasion.artist) for story in known if story.state is State.NEVER}
    return taken | {number for number, it in tracks.items() if not unwanted.isdisjoint(credited(it))}


# --- what others read


def quote(story: Story, it: Listening, tracks: Tracks) -> Quote | None:
    """A story as others read it; None where no play that it speaks of is theirs to see.

    `it` is the member's listening of a time, as it counts for those others.
    """
    if story.state is not State.TOLD:
        return None
    occasion = story.occasion
    during = range(occasion.first_ms - EDGE_MS, occasion.last_ms + EDGE_MS + 1)
    around = [play for play in it.plays if play.at_ms in during]
    meant = tracks_meant(occasion.key, {play.track_id: tracks[play.track_id] for play in around})
    plays = [play for play in around if play.track_id in meant]
    if not plays:
        return None
    span = Span(plays[0].at_ms, plays[-1].at_ms + 1)
    between = [play for play in around if span.start_ms <= play.at_ms < span.end_ms]
    in_a_row = (
        occasion.cause is Cause.LOOP
        and len(plays) >= LEAST_LOOP
        and between == plays
        and set(it.timed).issuperset(plays)
    )
    return Quote(
        story.id,
        it.member,
        story.words,
        occasion.title,
        occasion.artist,
        len(plays),
        span if in_a_row else None,
    )


# --- in words


def question(it: Occasion, zone: str) -> Text:
    """`You played X — Y 12 times in a row, Tue 17 Nov, 01:40 to 03:10`, by the member's own clock."""
    song = song_of(it)
    if it.cause is Cause.LOOP:
        when = from_to(it.first_ms, it.last_ms, zone)
        return t("You played {song} {n} times in a row, {when}", song=song, n=it.times, when=when)
    if it.cause is Cause.COMEBACK:
        return t(
            "You played {song} {n} times in seven days, after {days} days without it",
            song=song, n=it.times, days=it.days,
        )  # fmt: skip
    if it.cause is Cause.MOMENT:
        return t(
            "You played {song} {n} times in seven days, far more than in the weeks before",
            song=song, n=it.times,
        )  # fmt: skip
    return tn("You played {song} once", "You played {song} {n} times", it.times, song=song)


def about(it: Quote) -> Text:
    """What a quote speaks of: `X — Y, 12 times in a row, Tue 17 Nov, 14:40 to 16:10`."""
    song = t("{title} — {artist}", title=it.title, artist=it.artist)
    if it.span is not None:
        when = from_to(it.span.start_ms, it.span.end_ms - 1, it.member.zone)
        return t("{song}, {n} times in a row, {when}", song=song, n=it.times, when=when)
    return tn("{song}, played once", "{song}, played {n} times", it.times, song=song)


def said(it: Quote) -> Sequence[Text]:
    """The words, line by line as they are, with their author and what they speak of behind the last one.

    They are values, never a part of a sentence.
    """
    first, *rest = lines(it.words)
    if not rest:
        return [t("“{words}” — {who}, on {about}", words=first, who=it.member.name, about=about(it))]
    *between, last = rest
    return [
        t("“{words}", words=first),
        *(t("{words}", words=line) for line in between),
        t("{words}” — {who}, on {about}", words=last, who=it.member.name, about=about(it)),
    ]


def lines(words: str) -> Sequence[str]:
    """The lines of somebody's words, without empty ones."""
    return [line for line in words.splitlines() if line.strip()] or [words]


def song_of(it: Occasion) -> Text:
    """`Title — Artist`."""
    return t("{title} — {artist}", title=it.title, artist=it.artist)
