"""A whole plan: words in; chosen, ordered and explained songs out, with every compromise said.

It needs no model; where one was asked, its songs are chosen from beside the planner's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.core.affinity import Taste
from bot.core.briefs import Brief, Suggestion
from bot.core.candidates import Candidate, candidates, option, played_by
from bot.core.choosing import Option, chance, choose
from bot.core.gates import Gates
from bot.core.interpreting import find_hints
from bot.core.model import MemberId
from bot.core.named import Reading
from bot.core.planning import ARTIST_CAP, Plan, plan_for
from bot.core.proposed import Proposed, joined, steered
from bot.core.reasons import about, bounds, why
from bot.core.sequencing import Course, Stop, in_order
from bot.core.songbook import SongKey
from bot.core.wordbook import Wordbook
from bot.core.words.folding import clean_prompt
from bot.core.words.names import Gazetteer
from bot.core.words.spelling import respelt
from bot.text import Text, t, tn

POOL = 3  # times the size of the list: so many of the best are chosen from
_SHORTEST = 10  # songs that a list is filled up to with neighbouring genres when no number was asked for
_TOO_FEW = 5  # with fewer songs than this, even neighbouring genres are left
_FAMILIAR_PART = 0.6  # of a list at most, unless the group's own songs were asked for


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with its songs in playing order, and those that could take their place, best first.

    `options` are the songs' worth to each member, for shares and swaps. `notes` begin with the plan's own.
    """

    brief: Brief
    reading: Reading
    plan: Plan
    chosen: tuple[Candidate, ...]
    reserve: tuple[Candidate, ...]
    options: Mapping[SongKey, Option[SongKey]]
    cap: int
    seed: int
    notes: tuple[Text, ...] = ()
    understood: tuple[Text, ...] = ()

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """The songs as suggestions, each with its reason (without members' names)."""
        return tuple(
            Suggestion(
                one.song.title,
                one.song.artist,
                str(why(one, self.plan)),
                one.song.energy,
                one.song.valence,
                one.uri,
            )
            for one in self.chosen
        )


@dataclass(frozen=True, slots=True)
class Read:
    """A reading and its plan, before any song is looked at."""

    reading: Reading
    plan: Plan

    @property
    def brief(self) -> Brief:
        """What of it a model may see."""
        return Brief(self.reading.hints.words, self.reading.hints)


def plan_offline(
    words: str, wordbook: Wordbook, artists_known: Iterable[str], tastes: Sequence[Taste], seed: int
) -> Planned:
    """Plan a playlist from any words (an empty line too). Never raises; an empty list comes with its reason.

    `artists_known` are names from plays, besides those of the songbook; `tastes` of the members who share theirs.
    The same words, data and seed give the same list, in whatever order the members come.
    """
    gazetteer = wordbook.gazetteer(artists_known)
    return plan_read(words, wordbook, gazetteer, tastes, seed)


def plan_read(
    words: str, wordbook: Wordbook, gazetteer: Gazetteer, tastes: Sequence[Taste], seed: int
) -> Planned:
    """As `plan_offline`, with a gazetteer that was made before (for many prompts)."""
    return plan_with(read(words, wordbook, gazetteer), wordbook, tastes, seed, None)


def read(words: str, wordbook: Wordbook, gazetteer: Gazetteer) -> Read:
    """What the words ask for, and the plan for it."""
    right, slips = respelt(clean_prompt(words)[0], wordbook.lexicon, gazetteer)
    reading = find_hints(right if slips else words, wordbook.lexicon, gazetteer, wordbook.book.newest)
    plan = plan_for(reading, wordbook.lexicon, wordbook.book)
    if slips:
        corrected = [t("I read “{typed}” as {word}.", typed=one.typed, word=one.read) for one in slips]
        plan = replace(plan, notes=(*corrected, *plan.notes))
    return Read(reading, plan)


def plan_with(
    it: Read, wordbook: Wordbook, tastes: Sequence[Taste], seed: int, proposed: Proposed | None
) -> Planned:
    """The songs for what was read: of the planner's own and, if a model was asked, of those it proposed."""
    reading, plan = it.reading, it.plan
    if plan.open and reading.hints.words:
        seed = int(
            chance(seed, reading.hints.words) * 2**31
        )  # words that say nothing still make their own mix
    if proposed is not None:
        plan = steered(plan, proposed.course)
    pool = candidates(plan, wordbook.book, wordbook.lexicon, tastes, seed)
    if proposed is not None and proposed.songs:
        pool = joined(pool, proposed, plan, wordbook.book, played_by(tastes))
    options = {one.key: option(one, tastes) for one in pool}
    picked, reserve, cap, notes = select(plan, pool, options, seed)
    if plan.open and proposed is None:
        notes = (_open(reading, tastes), *notes)
    return Planned(
        Brief(reading.hints.words, reading.hints), reading, plan, order(plan, picked, options), reserve, options, cap,
        seed, (*plan.notes, *notes), about(reading, plan if plan.size_asked else replace(plan, size=len(picked))),
    )  # fmt: skip


def select(
    plan: Plan, pool: Sequence[Candidate], options: Mapping[SongKey, Option[SongKey]], seed: int
) -> tuple[tuple[Candidate, ...], tuple[Candidate, ...], int, tuple[Text, ...]]:
    """Choose from candidates (best first), tier by tier: the chosen, the reserve, the artist cap, what was relaxed.

    What gives way, in this order: two songs an artist, the share of songs the group knows, the exact genre or
    artist; never a gate. Unless a number of songs was asked for, a shorter list is better than one that strays.
    """
    by_key = {one.key: one for one in pool}
    taken: list[Option[SongKey]] = []
    kept: set[SongKey] = set()

    def take(tiers: Sequence[int], size: int, cap: int, familiar_most: int | None = None) -> None:
        left = [options[one.key] for one in pool if one.tier in tiers and one.key not in kept]
        for some in (_best(left, POOL * plan.size), left):
            if len(taken) < size and some:
                open_options = [one for one in some if one.key not in kept]
                more = choose(
                    open_options,
                    size - len(taken),
                    cap=cap,
                    seed=seed,
                    taken=taken,
                    familiar_most=familiar_most,
                )
                taken.extend(more)
                kept.update(one.key for one in more)

    cap = plan.size if plan.artists else ARTIST_CAP
    own = bool(plan.open or plan.artists or plan.familiar)
    take([0], plan.size, cap, None if own else max(1, round(plan.size * _FAMILIAR_PART)))
    for wider in (cap, cap + 1, cap + 2):
        if len(taken) < plan.size and any(one.tier == 0 and one.key not in kept for one in pool):
            take([0], plan.size, wider)
            cap = wider
    exact = len(taken)
    take([1], plan.size if plan.size_asked else max(exact, _SHORTEST), ARTIST_CAP)
    near = len(taken) - exact
    if len(taken) < _TOO_FEW:
        take([2, 3], _TOO_FEW, ARTIST_CAP)
    if plan.size_asked and (plan.widened or plan.clear):
        take([2], plan.size, ARTIST_CAP)
    said = _relaxed(plan, exact, near, len(taken) - exact - near)
    astray = sum(by_key[one.key].astray for one in taken)
    if astray and astray == len(taken):
        said.append(t("None of these songs is in the mood you asked for."))
    elif astray:
        said.append(
            tn("{n} of these songs is not in the mood you asked for.",
               "{n} of these songs are not in the mood you asked for.", astray)
        )  # fmt: skip
    if cap > ARTIST_CAP and not plan.artists and len(taken) > 1:
        said.append(t("Few songs fit, so an artist may come up to {cap} times.", cap=cap))
    rest = [options[one.key] for one in pool if one.key not in kept and one.tier <= 1]
    spare = choose(rest[: 2 * POOL * plan.size], max(plan.size, _SHORTEST), cap=cap, seed=seed, taken=taken)
    spare.sort(key=lambda one: by_key[one.key].tier)
    return tuple(by_key[one.key] for one in taken), tuple(by_key[one.key] for one in spare), cap, tuple(said)


def _best(options: Sequence[Option[SongKey]], count: int) -> Sequence[Option[SongKey]]:
    """Those that fit best (they come first), and those that are worth most to any member."""
    members = sorted({member for one in options for member in one.worth})
    best = {one.key: one for one in options[:count]}
    for member in members:
        ranked = sorted(options, key=lambda one: (-one.worth[member], one.key))
        best |= {one.key: one for one in ranked[: count // 2]}
    return list(best.values())


def order(
    plan: Plan, picked: Sequence[Candidate], options: Mapping[SongKey, Option[SongKey]]
) -> tuple[Candidate, ...]:
    """The chosen songs in playing order."""
    top: dict[MemberId, float] = {}
    for one in picked:
        for member, value in options[one.key].worth.items():
            top[member] = max(top.get(member, 0.0), value)
    stops = [
        Stop(
            one.key, one.key[0], one.song.energy, one.song.valence, one.song.genres,
            frozenset(member for member, value in options[one.key].worth.items() if value >= 0.8 * top[member]),
        )
        for one in picked
    ]  # fmt: skip
    course = Course(plan.energy, plan.valence, plan.arc)
    return tuple(picked[at] for at in in_order(stops, course))


def as_json(planned: Planned) -> dict[str, Any]:
    """What `earshot plan --json` prints; the keys are promised in docs/command-line.md."""
    hints, plan = planned.reading.hints, planned.plan
    return {
        "hints": hints_json(planned.reading, plan.size),
        "plan": {
            "energy": [round(value, 2) for value in plan.energy],
            "valence": [round(value, 2) for value in plan.valence],
            "arc": plan.arc,
            "size": plan.size,
            "count_asked": hints.count,
            "tags": {tag: round(weight, 2) for tag, weight in sorted(plan.tags.items(), key=lambda one: -one[1])},
            "exclude": _excluded_json(planned.plan.gates),
            "understood": [str(text) for text in planned.understood],
            "notes": [str(text) for text in planned.notes],
        },
        "suggestions": [
            {"title": one.title, "artist": one.artist, "why": one.why} for one in planned.suggestions
        ],
    }  # fmt: skip


def hints_json(reading: Reading, size: int) -> dict[str, Any]:
    """What was understood, as plain JSON. `size` is the number of songs that a said count became."""
    hints, named = reading.hints, reading.named
    refused = {one.artist for one in named.exclude if not one.title}
    firsts, lasts = [span.first for span in hints.years], [span.last for span in hints.years]
    return {
        "artists": [one.artist for one in (*named.artists, *named.like) if one.artist not in refused],
        "like": [f"{one.title} by {one.artist}" if one.title else one.artist for one in named.like],
        "genres": list(hints.genres),
        "moods": list(hints.moods),
        "activities": list(hints.activities),
        "year_from": None
        if None in firsts
        else min((year for year in firsts if year is not None), default=None),
        "year_to": None if None in lasts else max((year for year in lasts if year is not None), default=None),
        "count": None if hints.count is None else size,
        "minutes": hints.minutes,
        "exclude_artists": [one.artist for one in named.exclude if not one.title],
        "exclude_genres": list(hints.exclude_genres),
        "explicit": hints.explicit.value,
        "instrumental": hints.instrumental.value,
        "language": next(iter(hints.languages), None),
        "direction": hints.direction.value,
    }


def _excluded_json(gates: Gates) -> dict[str, Any]:
    return {
        "years": [[span.first, span.last] for span in gates.exclude_years],
        "languages": sorted(gates.exclude_languages),
        "songs": [list(key) for key in sorted(gates.exclude_songs)],
        "moods": sorted(gates.avoid_moods),
        "genres": sorted(gates.exclude_genres),
    }


def _open(reading: Reading, tastes: Sequence[Taste]) -> Text:
    """Nothing was asked: say so, and what the list is instead."""
    hints = reading.hints
    said = bool(hints.unread_words or reading.named.unknown)
    if any(taste.known for taste in tastes):
        mix = t("here is a mix of what this group plays, and songs near to it")
    else:
        mix = t("here is a mix from my songbook, for nobody here shares their plays with playlists yet")
    if said:
        return t("I found nothing in those words that tells me which music you mean, so {mix}.", mix=mix)
    return t("You asked for nothing in particular, so {mix}.", mix=mix)


def _relaxed(plan: Plan, exact: int, near: int, far: int) -> list[Text]:
    """What had to give way, and why the list is shorter than it might be."""
    found = exact + near + far
    if not found:
        return [
            t(
                "No song I know fits all of that, and I keep to what you asked: {bounds}.",
                bounds=bounds(plan.gates),
            )
        ]
    if near or far:
        only = tn("Only {n} song {what} fits", "Only {n} songs {what} fit", exact, what=_kind(plan)) if exact else (
            t("No song {what} fits", what=_kind(plan))
        )  # fmt: skip
        added = tn("I added {n} that comes close", "I added {n} that come close", near)
        if far:
            added = tn("I added {n} as near as I could get", "I added {n} as near as I could get", near + far)
        return [t("{only}; {added}.", only=only, added=added)]
    if found < plan.size:
        return [tn("I know {n} song that fits, so that is the list.", "I know {n} songs that fit, so the list has {n}.",
                   found)]  # fmt: skip
    return []


def _kind(plan: Plan) -> Text:
    """What was asked for of a song before all else."""
    if plan.artists:
        return t("by those artists") if len(plan.artists) > 1 else t("by that artist")
    if plan.genres:
        return t("of that genre and mood") if plan.clear else t("of that genre")
    if plan.seeds or plan.seed_artists:
        return t("like that")
    if plan.familiar:
        return t("that the group plays") if plan.familiar == "known" else t("that is new to the group")
    return t("of that kind")
