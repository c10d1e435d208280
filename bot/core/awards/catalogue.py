"""The catalogue: what members are measured by. Nothing here shames: no skips, no sadness, no least of anything.

An award with a parameter stands once for each artist, decade or hour that somebody played enough. Each measure leaves
out members who have not done enough of it for it to mean anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.core.awards.model import Field, Score, Standing
from bot.core.identity import Key
from bot.core.model import MemberId
from bot.text import Text, t, tn

Scores = Mapping[MemberId, Score]
LEAST = 5


@dataclass(frozen=True, slots=True)
class Award:
    """One thing to lead in. `measured` yields each parameter ("" where there is none), the title, everybody's score.

    `of_all`: a member's score weighs in what the others played.
    """

    kind: str
    measured: Callable[[Field], Iterator[tuple[str, Text, Scores]]]
    of_all: bool = False


def _plays(n: int) -> Text:
    return tn("{n} play", "{n} plays", n)


def _single(
    kind: str, title: Text, score: Callable[[Standing, Field], Score | None], *, of_all: bool = False
) -> Award:
    """An award without a parameter."""

    def measured(it: Field) -> Iterator[tuple[str, Text, Scores]]:
        scores = {one.member: said for one in it.standings if (said := score(one, it)) is not None}
        yield "", title, scores

    return Award(kind, measured, of_all)


def _hours(kind: str, title: Text, when: Text, hours: Sequence[int], least: int = LEAST) -> Award:
    """Most plays in some of the week's 168 hours."""

    def score(one: Standing, it: Field) -> Score | None:
        n = sum(one.hours[hour] for hour in hours)
        if n < least:
            return None
        return Score(n, t("{plays} {when}", plays=_plays(n), when=when), n, hours=tuple(hours))

    return _single(kind, title, score)


def _daily(first: int, last: int) -> list[int]:
    """These hours of every day, the last one included."""
    return [24 * day + hour for day in range(7) for hour in range(first, last + 1)]


def _on(day: int, first: int, last: int) -> list[int]:
    return [24 * day + hour for hour in range(first, last + 1)]


def _of(kind: str, title: Text, told: Callable[[Standing], tuple[Key, int] | None], says: Callable[[int, str], Text],
        least: int) -> Award:  # fmt: skip
    """The most of something that has a name."""

    def score(one: Standing, it: Field) -> Score | None:
        found = told(one)
        if found is None or found[1] < least:
            return None
        return Score(found[1], says(found[1], it.name(found[0])), found[1], found[0])

    return _single(kind, title, score)


def _number(kind: str, title: Text, number: Callable[[Standing], float | None],
            says: Callable[[int], Text], least: float, scale: int = 1, *, of_all: bool = False) -> Award:  # fmt: skip
    """The highest of a number; told whole, or as so many parts of `scale`."""

    def score(one: Standing, it: Field) -> Score | None:
        found = number(one)
        if found is None or found < least:
            return None
        n = round(scale * found)
        return Score(found, says(n), n)

    return _single(kind, title, score, of_all=of_all)


def _keepers(it: Field) -> Iterator[tuple[str, Text, Scores]]:
    for key in sorted({key for one in it.standings for key in one.artists}):
        scores = {
            one.member: Score(n, _plays(n), n, key)
            for one in it.standings
            if (n := one.artists.get(key, 0)) >= LEAST
        }
        yield "\x1f".join(key), t("Keeper of {artist}", artist=it.name(key)), scores


def _deepest(it: Field) -> Iterator[tuple[str, Text, Scores]]:
    for key in sorted({key for one in it.standings for key, n in one.songs_of.items() if n >= LEAST}):
        scores = {
            one.member: Score(n, t("{n} different songs", n=n), n, key)
            for one in it.standings
            if (n := one.songs_of.get(key, 0)) >= LEAST
        }
        yield "\x1f".join(key), t("Deep in {artist}", artist=it.name(key)), scores


def _decades(it: Field) -> Iterator[tuple[str, Text, Scores]]:
    for decade in sorted({decade for one in it.standings for decade in one.decades}):
        scores = {
            one.member: Score(n, t("{plays} of songs from then", plays=_plays(n)), n, decade=decade)
            for one in it.standings
            if (n := one.decades.get(decade, 0)) >= LEAST
        }
        yield str(decade), t("At home in the {decade}s", decade=str(decade)), scores


def _clock(it: Field) -> Iterator[tuple[str, Text, Scores]]:
    for hour in range(24):
        scores = {
            one.member: Score(n, _plays(n), n, hours=tuple(range(hour, 168, 24)))
            for one in it.standings
            if (n := sum(one.hours[hour::24])) >= LEAST
        }
        yield f"{hour:02d}", t("Regular at {hour}:00", hour=f"{hour:02d}"), scores


def _top(counts: Mapping[Key, int]) -> tuple[Key, int] | None:
    if not counts:
        return None
    key = min(counts, key=lambda it: (-counts[it], it))
    return key, counts[key]


def _hits(it: Field) -> Iterator[tuple[str, Text, Scores]]:
    """Plays of the song that the group played most."""
    together: Counter[Key] = Counter()
    for one in it.standings:
        together.update(one.songs)
    if (best := _top(together)) is None:
        return
    song = it.name(best[0])
    scores = {
        one.member: Score(n, t("{plays} of {song}", plays=_plays(n), song=song), n, best[0])
        for one in it.standings
        if (n := one.songs.get(best[0], 0)) >= LEAST
    }
    yield "", t("Behind the group's hit"), scores


def _kept(one: Standing, it: Field) -> Score | None:
    """The own top song is the one of the time before."""
    if one.kept is None or one.songs.get(one.kept, 0) < LEAST:
        return None
    n = one.songs[one.kept]
    return Score(n, t("{song} first again, {plays}", song=it.name(one.kept), plays=_plays(n)), n, one.kept)


def _active_days(one: Standing) -> float | None:
    return sum(1 for n in one.days if n) if len(one.days) > 1 else None


def _even(one: Standing) -> float | None:
    """How close the quietest day comes to the busiest, where every day had music."""
    return min(one.days) / max(one.days) if len(one.days) > 1 and min(one.days) >= 3 else None


def _grown(one: Standing) -> float | None:
    return one.plays - one.plays_before if one.plays_before >= 30 else None


CATALOGUE: tuple[Award, ...] = (
    _hours("early", t("First one up"), t("between 5:00 and 7:59"), _daily(5, 7)),
    _hours("morning", t("Morning programme"), t("between 8:00 and 11:59"), _daily(8, 11)),
    _hours("lunch", t("Lunch break DJ"), t("between 12:00 and 13:59"), _daily(12, 13)),
    _hours("afternoon", t("Afternoon shift"), t("between 14:00 and 17:59"), _daily(14, 17)),
    _hours("evening", t("Evening programme"), t("between 18:00 and 22:59"), _daily(18, 22)),
    _hours("night", t("Night watch"), t("between 0:00 and 4:59"), _daily(0, 4)),
    _hours("monday", t("Monday starter"), t("on Monday before noon"), _on(0, 5, 11)),
    _hours("friday", t("Friday night"), t("on Friday from 18:00"), _on(4, 18, 23)),
    _hours("saturday", t("Saturday's soundtrack"), t("on Saturday"), _on(5, 5, 23)),
    _hours("sunday", t("Slow Sunday"), t("on Sunday"), _on(6, 5, 23)),
    _number("explorer", t("Explorer"), lambda it: it.new,
            lambda n: tn("{n} artist for the first time", "{n} artists for the first time", n), 3),
    _number("pathfinder", t("Pathfinder"), lambda it: it.followed,
            lambda n: tn("{n} artist that somebody here took up after", "{n} artists that others here took up after",
                         n), 1, of_all=True),
    _of("comeback", t("Long time no hear"), lambda it: it.comeback,
        lambda n, name: t("{name}, back after {n} days", name=name, n=n), 90),
    _of("loop", t("On repeat"), lambda it: it.loop,
        lambda n, name: t("{name}, {n} times in a row", name=name, n=n), 4),
    _of("run", t("One-artist show"), lambda it: it.run,
        lambda n, name: t("{n} plays of {name} without a break", name=name, n=n), 6),
    _of("days", t("Every single day"), lambda it: it.days_in_a_row,
        lambda n, name: t("{name} on {n} days in a row", name=name, n=n), 4),
    _number("wide", t("Widest taste"), lambda it: it.effective,
            lambda n: t("as if {n} artists had been played equally", n=n), 5),
    _of("devoted", t("Biggest fan"), lambda it: _top(it.artists),
        lambda n, name: t("{plays} of {name}", plays=_plays(n), name=name), 10),
    _of("album", t("Album listener"), lambda it: _top(it.albums),
        lambda n, name: t("{plays} of {name}", plays=_plays(n), name=name), 8),
    _number("hour", t("Full hour"), lambda it: it.busiest_hour,
            lambda n: t("{plays} in one hour", plays=_plays(n)), 10),
    _number("day", t("Longest day"), lambda it: max(it.days, default=0) if len(it.days) > 1 else None,
            lambda n: t("{plays} in one day", plays=_plays(n)), 20),
    _number("songs", t("Never the same twice"), lambda it: len(it.songs),
            lambda n: t("{n} different songs", n=n), 30),
    _number("present", t("Always here"), _active_days, lambda n: t("music on {n} days", n=n), 5),
    _number("steady", t("Steady hand"), _even,
            lambda n: t("the quietest day has {n} % of the busiest", n=n), 0.3, 100),
    _number("grown", t("Turned up"), _grown, lambda n: t("{n} more plays than the time before", n=n), 10),
    _number("alone", t("Own planet"), lambda it: it.alone,
            lambda n: t("{n} % of the plays are of artists that nobody else here played", n=n), 0.4, 100,
            of_all=True),
    _number("alike", t("Common ground"), lambda it: it.alike,
            lambda n: t("{n} % alike with the others on average", n=n), 0.1, 100, of_all=True),
    Award("hit", _hits, of_all=True),
    _single("kept", t("Faithful"), _kept),
    Award("keeper", _keepers),
    Award("deep", _deepest),
    Award("decade", _decades),
    Award("clock", _clock),
)  # fmt: skip


def score_of(it: Field, award_id: str, member: MemberId) -> Score | None:
    """What a member is measured by for an award (`Candidate.id`), None where they are not."""
    kind, _, wanted = award_id.partition(":")
    for award in CATALOGUE:
        if award.kind == kind:
            return next(
                (scores.get(member) for parameter, _, scores in award.measured(it) if parameter == wanted),
                None,
            )
    return None
