"""Facts that were said and are not said again: by now a member hides what they name, or the hours that they tell.

A number is withheld whole where it counted such a member, for what is left of it would give their part away.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.calendar import HOUR_MS, segments
from bot.core.choices import Choices, Whole, credited
from bot.core.consent import NIGHT, Eyes
from bot.core.facts import Fact, Facts, counts_of
from bot.core.identity import fold
from bot.core.model import MemberId, Track, TrackId
from bot.core.recap.model import Kind


def said_again(facts: Facts, choices: Mapping[MemberId, Choices], eyes: Eyes) -> tuple[Fact, ...]:
    """The facts that may be said again to those who look. `choices` are those of the members who are shown."""
    zones = {member_id: zone for member_id, _, zone in facts.members}

    def withheld(fact: Fact, who: MemberId) -> bool:
        if _names(fact, choices[who]):
            return True
        return who not in eyes.nights and _tells_a_night(fact, zones[who])

    return tuple(
        fact
        for fact in facts.facts
        if not eyes.others or not any(withheld(fact, who) for who in counts_of(fact) if who in choices)
    )


def _names(fact: Fact, chosen: Choices) -> bool:
    """Whether a fact names an artist or a song that is set aside."""
    if fact.kind is None:
        return False
    said = {name: str(fact.words.values.get(name, "")) for name in ("title", "artist")}
    named = credited(Track(TrackId(0), "", said["title"], said["artist"], "")) | {_artist(fact)}
    return any(
        (it.whole is Whole.ARTIST and fold(it.key[0]) in named)
        or (it.whole is Whole.SONG and it.key[-2:] == fact.key[-2:])
        for it in chosen.asides
    )


def _artist(fact: Fact) -> str:
    """The artist of a key (`facts.written`), "" where it has none."""
    if fact.kind is Kind.TRACK:
        return fact.key[-2] if len(fact.key) > 1 else ""
    return fact.key[0]


def _tells_a_night(fact: Fact, zone: str) -> bool:
    """Whether a fact tells of an hour of the night on this clock."""
    if fact.hour is not None:
        return fact.hour in NIGHT
    if fact.hours:
        return any(hour % 24 in NIGHT for hour in fact.hours)
    if fact.start_ms is None or fact.end_ms is None:
        return False
    return any(
        hour % 24 in NIGHT
        for start_ms, end_ms, offset_ms in segments(zone, fact.start_ms, fact.end_ms)
        for hour in range((start_ms + offset_ms) // HOUR_MS, (end_ms - 1 + offset_ms) // HOUR_MS + 1)
    )
