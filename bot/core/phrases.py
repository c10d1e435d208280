"""The phrase book: what of a period is worth a headline, each kind of fact in several wordings of our own.

A sentence states what was counted and nothing else: no cause, no feeling. The most remarkable facts are told, of
different kinds and of different members where there is a choice. Which wording is taken depends on the group, the
period and the fact alone, so the same facts are always told in the same words, and another week in others.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

from bot.core.model import MemberId
from bot.core.recap import insight_words as said
from bot.core.recap import words
from bot.core.recap.insights import Insights, Moment
from bot.core.recap.model import Loop, Recap
from bot.core.recap.when import from_to
from bot.text import Text, t, tn, to_json

Values = Mapping[str, str | int | Text]

LEAST_LOOP = 5
LEAST_PLAYS = 8

BOOK: Mapping[str, tuple[str, ...]] = {
    "loop": (
        "{who} played {what} {n} times in a row, {when}.",
        "{what}, then {what} again: {who} made it {n} in a row, {when}.",
        "{n} times in a row: {who} and {what}, {when}.",
        "Nothing else came in between: {who} played {what} {n} times, {when}.",
    ),
    "moment": (
        "{who} played {what} {n} times, and {before} {since}.",
        "{n} plays of {what} for {who}, and {before} {since}.",
        "Unlike before: {what}, {n} times for {who}, and {before} {since}.",
    ),
    "run": (
        "{n} plays of {what} with nobody else in between: {who}, {when}.",
        "{who} let nobody but {what} in: {n} plays, {when}.",
        "A one-artist show by {who}: {what}, {n} plays, {when}.",
    ),
    "days": (
        "{who} played {what} on {n} days in a row.",
        "{n} days, and {what} on each of them: {who}.",
        "{n} days running, and no day without {what}: {who}.",
    ),
    "discovery": (
        "New to {who}: {what}, and {n} plays already.",
        "{who} played {what} for the first time, and then some: {n} plays.",
        "First there was none, now there are {n}: {who} found {what}.",
    ),
    "comeback": (
        "{who} came back to {what} after {n} days without it.",
        "{n} days of silence, then {what} again: {who}.",
        "{what} is back: {who} had not played it for {n} days.",
    ),
    "chain": (
        "First {first}, then {others}: {what} is going round.",
        "{first} played {what} first, then {others} did.",
        "{what} has a trail: {first} first, then {others}.",
    ),
    "entry": (
        "{what} goes straight to number one, with {count}.",
        "New at number one: {what}, with {count}.",
        "Not there the time before, now first: {what}, with {count}.",
    ),
    "climb": (
        "{what} climbs from number {was} to number one, with {count}.",
        "From number {was} to the top: {what}, with {count}.",
    ),
    "stay": (
        "{what} stays at number one, with {count}.",
        "Number one again: {what}, with {count}.",
        "The top has not moved: {what}, with {count}.",
    ),
    "all": (
        "All {n} of you played {what}.",
        "One song for everybody: all {n} of you played {what}.",
        "What all {n} of you have in common: {what}.",
    ),
    "both": (
        "Both of you played {what}.",
        "One song for two: both of you played {what}.",
    ),
}


@dataclass(frozen=True, slots=True)
class Headline:
    """A sentence, and the fact of the recap or its insights that it tells (which a card then need not tell twice)."""

    text: Text
    tells: object


@dataclass(frozen=True, slots=True)
class _Candidate:
    kind: str
    rank: float
    whose: MemberId | None
    tells: object
    values: Values


def headlines(
    recap: Recap, more: Insights, most: int = 2, *, but: Collection[Loop | Moment] = ()
) -> tuple[Headline, ...]:
    """The sentences that a period is told with, the most remarkable first, `but` what is told elsewhere."""
    ranked = sorted(enumerate(_candidates(recap, more)), key=lambda it: (-it[1].rank, it[0]))
    left = [candidate for _, candidate in ranked if candidate.tells not in but]
    told: list[_Candidate] = []
    while left and len(told) < most:
        kinds = {it.kind for it in told}
        fresh = [it for it in left if it.kind not in kinds]
        if not fresh:
            break
        seen = {it.whose for it in told if it.whose is not None}
        best = next((it for it in fresh if it.whose not in seen), fresh[0])
        told.append(best)
        left.remove(best)
    return tuple(Headline(_worded(it, recap), it.tells) for it in told)


def _worded(it: _Candidate, recap: Recap) -> Text:
    fact = [
        recap.name,
        str(recap.period.first),
        recap.period.kind.value,
        it.kind,
        to_json(Text("", it.values)),
    ]
    wordings = BOOK[it.kind]
    return Text(wordings[int(sha256(json.dumps(fact).encode()).hexdigest(), 16) % len(wordings)], it.values)


def _candidates(recap: Recap, more: Insights) -> Iterator[_Candidate]:
    for moment in more.moments:
        yield _Candidate(
            "moment", moment.surprise, moment.member.id, moment,
            {"who": moment.member.name, "what": said.named(moment.thing), "n": moment.times,
             "before": said.times(moment.before), "since": said.time_before(recap.period)},
        )  # fmt: skip
    for loop in recap.loops:
        if loop.times >= LEAST_LOOP:
            when = from_to(loop.first_ms, loop.last_ms, loop.member.zone)
            yield _Candidate(
                "loop", 4 * loop.times, loop.member.id, loop,
                {"who": loop.member.name, "what": words.song(loop), "n": loop.times, "when": when},
            )  # fmt: skip
    loops = {(loop.member.id, loop.first_ms, loop.last_ms) for loop in recap.loops}
    for run in more.runs:
        if (run.member.id, run.first_ms, run.last_ms) in loops:
            continue
        when = from_to(run.first_ms, run.last_ms, run.member.zone)
        yield _Candidate(
            "run", 2 * run.times, run.member.id, run,
            {"who": run.member.name, "what": said.named(run.thing), "n": run.times, "when": when},
        )  # fmt: skip
    for row in more.days:
        values: Values = {"who": row.member.name, "what": said.named(row.thing), "n": row.days}
        yield _Candidate("days", 3 * row.days, row.member.id, row, values)
    for found in more.discoveries:
        if found.plays >= LEAST_PLAYS:
            values = {"who": found.member.name, "what": said.named(found.thing), "n": found.plays}
            yield _Candidate("discovery", 2 * found.plays, found.member.id, found, values)
    for back in more.comebacks:
        values = {"who": back.member.name, "what": said.named(back.thing), "n": back.days}
        yield _Candidate("comeback", 4 * math.log2(back.days) + back.plays, back.member.id, back, values)
    for chain in more.chains:
        first, *others = [t("{who}", who=member.name) for member, _ in chain.steps]
        trail = {"first": first, "others": said.some(others), "what": said.named(chain.thing)}
        yield _Candidate("chain", 15 * len(chain.steps), chain.steps[-1][0].id, chain, trail)
    yield from _of_tops(recap)


def _of_tops(recap: Recap) -> Iterator[_Candidate]:
    """What the list of songs tells of a group; a list without any repetition tells nothing."""
    if not recap.top_tracks or recap.top_tracks[0].plays < 2:
        return
    first = recap.top_tracks[0]
    values: Values = {
        "what": words.song(first),
        "count": tn("{n} play", "{n} plays", first.plays),
    }
    if first.was is None and recap.plays_before:
        yield _Candidate("entry", 9, None, first, values)
    elif first.was == 1:
        yield _Candidate("stay", 8, None, first, values)
    elif first.was is not None:
        yield _Candidate("climb", 12 + 4 * math.log2(first.was), None, first, {**values, "was": first.was})
    if recap.listeners < 2:
        return
    for song in recap.top_tracks:
        if len(song.shares) == recap.listeners:
            kind = "both" if recap.listeners == 2 else "all"
            # Where most of what was played is one song, nothing else is worth as much.
            rank = 100 if 2 * song.plays > recap.plays else 5 * recap.listeners
            yield _Candidate(kind, rank, None, song, {"what": words.song(song), "n": recap.listeners})
            return
