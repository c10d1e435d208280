"""What more there is to say of a period, as sentences: for cards and proofs. No number is made here."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.model import Period, PeriodKind
from bot.core.recap.insights import Bridge, Chain, Comeback, DaysRow, Discovery, Pair, Run, Thing
from bot.core.recap.when import from_to
from bot.core.recap.words import both, listed
from bot.core.taste import Interval
from bot.text import Text, joined, t, tn

MOST_NAMED = 3
_TIME_BEFORE = {
    PeriodKind.QUARTER: t("in the three months before"),
    PeriodKind.YEAR: t("in the year before"),
}


def named(it: Thing) -> Text:
    """`Title — Artist`, or the artist alone."""
    return (
        t("{title} — {artist}", title=it.title, artist=it.artist)
        if it.title
        else t("{artist}", artist=it.artist)
    )


def time_before(period: Period) -> Text:
    """The time that tells what is usual (`insights.usual_span`)."""
    return _TIME_BEFORE.get(period.kind, t("in the eight weeks before"))


def times(n: int) -> Text:
    """`not once`, `once`, `3 times`."""
    return (t("not once"), t("once"))[n] if n < 2 else t("{n} times", n=n)


def run(it: Run) -> Text:
    """`Ana: 8 plays of Blur with nobody else in between, Tue 17 Nov, 14:10 to 14:50`."""
    return t(
        "{who}: {n} plays of {artist} with nobody else in between, {when}",
        who=it.member.name, n=it.times, artist=it.thing.artist, when=from_to(it.first_ms, it.last_ms, it.member.zone),
    )  # fmt: skip


def days_row(it: DaysRow) -> Text:
    """`Ana: Blur on 6 days in a row`."""
    return t("{who}: {what} on {n} days in a row", who=it.member.name, what=named(it.thing), n=it.days)


def discovery(it: Discovery) -> Text:
    """`Ana: Blur for the first time, 8 plays`."""
    count = tn("{n} play", "{n} plays", it.plays)
    return t(
        "{who}: {what} for the first time, {count}", who=it.member.name, what=named(it.thing), count=count
    )


def comeback(it: Comeback) -> Text:
    """`Ana: Song 2 — Blur again after 400 days`."""
    return t("{who}: {what} again after {n} days", who=it.member.name, what=named(it.thing), n=it.days)


def chain(it: Chain) -> Text:
    """`Blur: first Ana, then Ben and Cem`."""
    first, *others = [t("{who}", who=member.name) for member, _ in it.steps]
    return t("{what}: first {first}, then {others}", what=named(it.thing), first=first, others=some(others))


def some(names: Sequence[Text]) -> Text:
    """`Ben, Cem and Dora`, or of more than these `Ben, Cem and 5 more`."""
    return both(names) if len(names) <= MOST_NAMED else listed(names, MOST_NAMED - 1)


def common(things: Sequence[Thing], compared: int, listeners: int) -> Text:
    """`All of you played: Blur, Can`: what all who are compared have played, whether or not these are all listeners."""
    names = joined([named(it) for it in things], ", ")
    if compared < listeners:
        return t("All {n} who compare themselves here played: {names}", n=compared, names=names)
    if compared == 2:
        return t("Both of you played: {names}", names=names)
    return t("All of you played: {names}", names=names)


def pair(it: Pair, *, shared: int = 2) -> Text:
    """`Ana and Ben: 61 % alike, between 54 and 68; both played Blur, Can`."""
    ana, ben = (member.name for member in it.members)
    n, low, high = (round(100 * part) for part in it.alike)
    said = t("{one} and {other}: {n} % alike", one=ana, other=ben, n=n)
    if low < high:
        said = t("{said}, between {low} and {high}", said=said, low=low, high=high)
    if not it.shared:
        return said
    names = joined([named(thing) for thing in it.shared[:shared]], ", ")
    return t("{said}; both played {names}", said=said, names=names)


def bridge(it: Bridge) -> Text:
    """`What 3 of you share: Blur (Ana, Ben, Cem)`."""
    names = listed([t("{who}", who=member.name) for member, _ in it.shares], MOST_NAMED)
    return t("What {n} of you share: {what} ({names})", n=len(it.shares), what=named(it.thing), names=names)


def percent(it: Interval) -> Text:
    """`61 % (between 54 and 68)`, in whole per cent; without the brackets where there is nothing between."""
    n, low, high = (round(100 * part) for part in it)
    if low == high:
        return t("{n} %", n=n)
    return t("{n} % (between {low} and {high})", n=n, low=low, high=high)


def number(it: Interval) -> Text:
    """`12.4 (between 10.1 and 15.2)`, in tenths."""
    n, low, high = (tenths(round(10 * part)) for part in it)
    return n if low == high else t("{n} (between {low} and {high})", n=n, low=low, high=high)


def tenths(n: int) -> Text:
    """`12.4`."""
    whole, rest = divmod(n, 10)
    return t("{whole}.{tenths}", whole=whole, tenths=rest)
