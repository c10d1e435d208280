"""What is stated of when and where the music is from, and of the months of a long time, one fact after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.core.facts import Fact, Measure, Tracks, written
from bot.core.model import Period
from bot.core.recap.insight_words import percent
from bot.core.recap.model import Kind, Ranked, Recap
from bot.core.recap.months import Month, Season
from bot.core.recap.origin_words import decade, listeners, part_of_year, recent_years
from bot.core.recap.origins import Leaning, Origins
from bot.text import t, tn

MOST_AREAS = 25


def stated_origins(recap: Recap, it: Origins) -> Iterator[Fact]:
    """Plays by decade and by area, and each member's leanings."""
    who = tuple(part.member.id for part in recap.members)
    for ten in it.decades:
        words = tn("{n} play of a song from {decade}", "{n} plays of songs from {decade}", ten.plays,
                   decade=decade(ten.first))  # fmt: skip
        yield Fact(f"decade:{ten.first}", words, Measure.PLAYS, ten.plays, "decade", who, ten.shares,
                   decade=ten.first)  # fmt: skip
    for at, area in enumerate(it.areas[:MOST_AREAS], 1):
        words = tn("{n} play of an artist from {area}", "{n} plays of artists from {area}", area.plays,
                   area=area.name)  # fmt: skip
        yield Fact(f"area:{at}", words, Measure.PLAYS, area.plays, "area", who, area.shares, area=area.name)
    for one in it.leanings:
        prefix = "" if len(who) == 1 else f"member:{one.member.id}:"
        yield from _leaning(prefix, one, recap.period)


def stated_months(
    recap: Recap, months: Sequence[Month], seasons: Sequence[Season], tracks: Tracks
) -> Iterator[Fact]:
    """The plays of each month and of its first artist, and the artist that set each quarter apart."""
    who = tuple(part.member.id for part in recap.members)

    def artist(fact_id: str, rule: str, it: Ranked, when: Period) -> Fact:
        words = tn("{artist}: {n} play in {when}", "{artist}: {n} plays in {when}", it.plays, artist=it.artist,
                   when=part_of_year(when))  # fmt: skip
        key = written(Kind.ARTIST, tracks[it.track_ids[0]])
        return Fact(fact_id, words, Measure.PLAYS, it.plays, rule, who, it.shares, Kind.ARTIST, key,
                    days=_days(when))  # fmt: skip

    for month in months:
        name = f"month:{month.period.first:%Y-%m}"
        words = tn("{n} play in {when}", "{n} plays in {when}", month.plays, when=part_of_year(month.period))
        yield Fact(
            name, words, Measure.PLAYS, month.plays, "month", who, month.shares, days=_days(month.period)
        )
        if month.top is not None:
            yield artist(f"{name}:artist", "month", month.top, month.period)
    for season in seasons:
        name = f"season:{season.period.first:%Y-%m}"
        yield artist(name, "season", season.top, season.period)
        yield artist(f"{name}:year", "season", season.of_year, recap.period)


def _leaning(prefix: str, it: Leaning, period: Period) -> Iterator[Fact]:
    who = it.member
    if it.recent is not None:
        words = t("{who}: {n} of the plays were of songs from {years}", who=who.name, n=percent(it.recent),
                  years=recent_years(period))  # fmt: skip
        value, interval = it.recent.whole()
        yield Fact(f"{prefix}recent", words, Measure.RECENT, value, "recent", (who.id,), interval=interval)
    if it.listeners is not None:
        words = t("{who}: half of the plays were of artists with at most {n} listeners at ListenBrainz",
                  who=who.name, n=listeners(it.listeners))  # fmt: skip
        value, interval = it.listeners.whole(1)
        yield Fact(f"{prefix}fame", words, Measure.FAME, value, "fame", (who.id,), interval=interval)


def _days(period: Period) -> tuple[str, str]:
    return period.first.isoformat(), period.last.isoformat()
