"""When and where the music is from, and how a long time changed, as sentences. No number is made here."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.model import Period, PeriodKind
from bot.core.recap.months import Month, Season
from bot.core.recap.origins import Origins
from bot.core.recap.when import MONTHS, SHORT_MONTHS, period_name
from bot.core.recap.words import listed
from bot.core.taste import Interval
from bot.text import Text, joined, t, tn

MOST_NAMED = 4


def decade(first: int) -> Text:
    """`the 1990s`."""
    return t("the {decade}s", decade=str(first))


def by_decade(it: Origins) -> Text:
    """`By decade: the 2010s (58), the 1990s (31)`, the decades with most plays first."""
    best = sorted(it.decades, key=lambda one: (-one.plays, one.first))[:MOST_NAMED]
    names = [t("{what} ({n})", what=decade(one.first), n=one.plays) for one in best]
    return t("By decade: {names}", names=joined(names, ", "))


def by_area(it: Origins) -> Text:
    """`By country: Japan (40), Mali (22)`, most plays first."""
    names = [t("{what} ({n})", what=one.name, n=one.plays) for one in it.areas]
    return t("By country: {names}", names=listed(names, MOST_NAMED))


def known_of(it: Origins) -> Text:
    """Of how many plays it is known, and who says so."""
    return t(
        "Of {n} plays the year is known of {dated} and the country of {placed}, as MusicBrainz has them.",
        n=it.plays, dated=it.dated, placed=it.placed,
    )  # fmt: skip


def recent_years(period: Period) -> Text:
    """The years whose songs count as new (`origins.recent`): `2025 or 2026`."""
    return t("{before} or {year}", before=str(period.last.year - 1), year=str(period.last.year))


def listeners(it: Interval) -> Text:
    """`12000 (between 9000 and 15000)`, whole people."""
    n, (low, high) = it.whole(1)
    if low == high:
        return t("{n}", n=n)
    return t("{n} (between {low} and {high})", n=n, low=low, high=high)


def part_of_year(period: Period) -> Text:
    """`January 2026`, or of a quarter `January to March`."""
    if period.kind is not PeriodKind.QUARTER:
        return period_name(period)
    first, last = MONTHS[period.first.month - 1], MONTHS[period.last.month - 1]
    return t("{first} to {last}", first=first, last=last)


def month(it: Month) -> Text:
    """`January 2026: 812 plays, most of Blur (44)`."""
    when, count = part_of_year(it.period), tn("{n} play", "{n} plays", it.plays)
    if it.top is None:
        return t("{when}: {count}", when=when, count=count)
    return t(
        "{when}: {count}, most of {artist} ({n})",
        when=when,
        count=count,
        artist=it.top.artist,
        n=it.top.plays,
    )


def months(those: Sequence[Month]) -> list[Text]:
    """Months in short, three on a line: `Jan: 812, most of Blur · Feb: 790, most of Can · Mar: 803, most of Can`."""
    short = [_in_short(it) for it in those]
    return [joined(short[at : at + 3], " · ") for at in range(0, len(short), 3)]


def _in_short(it: Month) -> Text:
    month = SHORT_MONTHS[it.period.first.month - 1]
    if it.top is None:
        return t("{month}: {n}", month=month, n=it.plays)
    return t("{month}: {n}, most of {artist}", month=month, n=it.plays, artist=it.top.artist)


def season(it: Season) -> Text:
    """`January to March: Blur, 44 of the 53 plays of the year`."""
    return t(
        "{when}: {artist}, {n} of the {all} plays of the year",
        when=part_of_year(it.period), artist=it.top.artist, n=it.top.plays, all=it.of_year.plays,
    )  # fmt: skip
