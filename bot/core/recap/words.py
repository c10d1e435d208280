"""The facts of a recap as sentences: what cards, alt texts and the command line say. No number is made here."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from bot.core import calendar
from bot.core.calendar import DAY_MS, HOUR_MS
from bot.core.keepers import keepers_among
from bot.core.model import Gap, MemberId, Origin, Period, PeriodKind, Source
from bot.core.recap.compute import LEAST_KNOWN
from bot.core.recap.coverage import total_ms
from bot.core.recap.model import BusyHour, Coverage, Kind, Loop, MemberRecap, Ranked, Recap
from bot.core.recap.when import days as days
from bot.core.recap.when import from_to, stretch
from bot.core.recap.when import period_name as period_name
from bot.text import Text, joined, t, tn

MOST_TOLD = 4
MOST_GAPS = 2
# Of more members who miss the same time, only their number is told.
MOST_ALIKE = 3
# How many letters the members beside a count may take together, however many there are; the first is always told.
ROOM = 100
# Others do not read what somebody has forgotten or paused (`core.consent`), so no time is said to be known as a whole.
WHOLE = t("all that is shared")
SHORT = {
    Source.SPOTIFY: t("Spotify's list"),
    Source.EXTENDED: t("extended history"),
    Source.ACCOUNT: t("account data"),
    Source.LASTFM: t("Last.fm"),
    Source.LISTENBRAINZ: t("ListenBrainz"),
}
BEFORE = {
    PeriodKind.WEEK: t("the week before"),
    PeriodKind.MONTH: t("the month before"),
    PeriodKind.QUARTER: t("the quarter before"),
    PeriodKind.YEAR: t("the year before"),
    PeriodKind.DAYS: t("the time before"),
}
CAUSES = {
    "overflow": t("too many plays at once"),
    "outage": t("Spotify did not answer"),
    "expired": t("the link had expired"),
    "stale": t("Spotify's list stood still"),
}


def song(ranked: Ranked | Loop) -> Text:
    """`Title — Artist`, or the artist alone for an artist."""
    if isinstance(ranked, Ranked) and ranked.kind is Kind.ARTIST:
        return t("{artist}", artist=ranked.artist)
    return t("{title} — {artist}", title=ranked.title, artist=ranked.artist)


def movement(ranked: Ranked) -> Text | None:
    """How the rank moved against the period before, None where too little is known of that."""
    if not ranked.compared:
        return None
    if ranked.was is None:
        return {None: None, True: t("back"), False: t("new")}[ranked.back]
    if ranked.was == ranked.rank:
        return t("same place")
    if ranked.was > ranked.rank:
        return t("up {n}", n=ranked.was - ranked.rank)
    return t("down {n}", n=ranked.rank - ranked.was)


def played(ranked: Ranked, names: dict[MemberId, str], *, most: int = 4, moved: bool = True) -> Text:
    """`32 plays: Ana 20, Ben 12 · up 2`; one member alone is not repeated with the same number.

    Without `moved` nothing is said of the time before.
    """
    said, moving = _by_whom(ranked, names, most), movement(ranked) if moved else None
    return said if moving is None else t("{said} · {moved}", said=said, moved=moving)


def _by_whom(ranked: Ranked, names: dict[MemberId, str], most: int) -> Text:
    count = tn("{n} play", "{n} plays", ranked.plays)
    told = [t("{who} {n}", who=names[who], n=n) for who, n in ranked.shares if who in names]
    if len(told) > 1:
        fitting = sum(1 for letters in accumulate(len(str(it)) for it in told[:most]) if letters <= ROOM)
        return t("{count}: {who}", count=count, who=listed(told, max(fitting, 1)))
    if len(told) == 1 and len(names) > 1:
        who = names[ranked.shares[0][0]]
        return t("{count}, all by {who}", count=count, who=who)
    return count


def loop(it: Loop) -> Text:
    """`Ana played X — Y 12 times in a row, Tue 17 Nov, 01:40 to 03:10`, by the member's own clock."""
    return t(
        "{who} played {song} {n} times in a row, {when}",
        who=it.member.name, song=song(it), n=it.times, when=from_to(it.first_ms, it.last_ms, it.member.zone),
    )  # fmt: skip


def busiest(it: BusyHour) -> Text:
    """The clock hour with the most plays."""
    return t(
        "Busiest hour: {when}, with {count}",
        when=from_to(it.start_ms, it.start_ms + HOUR_MS, it.zone), count=tn("{n} play", "{n} plays", it.plays),
    )  # fmt: skip


def minutes(part: Recap | MemberRecap) -> Text:
    """`412 minutes`, with *about* where a source does not tell how long a play sounded."""
    count = tn("{n} minute", "{n} minutes", part.minutes)
    return count if part.minutes_exact else t("about {count}", count=count)


def more_than_before(recap: Recap, part: MemberRecap | None = None) -> int | None:
    """How many plays more than in the period before all had, or one member.

    None where too little of either period is known, and while the period goes on.
    """
    counted = recap if part is None else part
    seen = [it for it in recap.coverage if part is None or it.member.id == part.member.id]
    end_ms = calendar.whole_end_ms(recap.period)
    partly = any(0 < it.complete < LEAST_KNOWN or it.until_ms < end_ms for it in seen)
    return None if counted.plays_before is None or partly else counted.plays - counted.plays_before


def change(recap: Recap, part: MemberRecap | None = None) -> Text | None:
    """The plays of all, or of one member, against the period before; None where they are not compared."""
    by = more_than_before(recap, part)
    if by is None:
        return None
    before = BEFORE[recap.period.kind]
    if not (recap if part is None else part).plays_before:
        return t("nothing {before}", before=before)
    if by == 0:
        return t("as many as {before}", before=before)
    if by > 0:
        return t("{n} more than {before}", n=by, before=before)
    return t("{n} fewer than {before}", n=-by, before=before)


def coverage(recap: Recap) -> Text:
    """What the numbers may have missed: `Ana: all that is shared; Ben: 6.8 of 7 days, nothing seen Tue 14:10–16:40.`"""
    period = recap.period
    partly = [it for it in recap.coverage if it.missing]
    whole = [it for it in recap.coverage if not it.missing]
    if not recap.coverage:
        return t("Nobody's listening is linked for this time.")
    if not partly:
        if whole[0].until_ms < calendar.whole_end_ms(period):
            return t("Complete so far: all that the members share of this time is counted.")
        return t("Complete: all that the members share of this time is counted.")
    alike: dict[object, list[Coverage]] = {}
    for it in partly:
        alike.setdefault((it.missing, it.until_ms, it.complete <= 0), []).append(it)
    groups = list(alike.values())
    told = [seen(them[0], period, period.zone, whose=_whose(them)) for them in groups[:MOST_TOLD]]
    if more := sum(map(len, groups[MOST_TOLD:])):
        told.append(t("{n} more in part", n=more))
    if len(whole) > MOST_TOLD:
        told.insert(0, t("{n} members: {whole}", n=len(whole), whole=_whole(whole[0], period)))
    else:
        told[:0] = [seen(it, period, period.zone) for it in whole]
    return t("{told}.", told=joined(told, "; "))


def seen(it: Coverage, period: Period, zone: str, *, whose: Text | None = None, why: bool = False) -> Text:
    """How much of the period is known of one member, by the clock of the zone; with `why` also the causes, if known.

    `whose` it is, where that is not the member's alone.
    """
    who = whose or t("{name}", name=it.member.name)
    if not it.missing:
        return t("{who}: {whole}", who=who, whole=_whole(it, period))
    if it.complete <= 0:
        return t("{who}: nothing seen", who=who)
    longest = sorted(it.missing, key=lambda gap: (gap.start_ms - gap.end_ms, gap.start_ms))[:MOST_GAPS]
    gaps = [_gap(gap, it, period, zone, why=why) for gap in sorted(longest)]
    more = len(it.missing) - len(gaps)
    told = joined(gaps, ", ")
    if more:
        told = t("{listed} and {n} more", listed=told, n=more)
    return t("{who}: {share}, nothing seen {gaps}", who=who, share=_share(it, period), gaps=told)


def _whose(them: Sequence[Coverage]) -> Text:
    if len(them) > MOST_ALIKE:
        return tn("{n} member", "{n} members", len(them))
    return both([t("{name}", name=it.member.name) for it in them])


def origins(who: str, told: Sequence[Origin], period: Period, zone: str) -> Text:
    """Which source counts when, for one member: the one of most of the time, and the longest intervals of others.

    Not for a member of whom no source vouches for anything.
    """
    by_source = {it.source: total_ms([one for one in told if one.source is it.source]) for it in told}
    most = max(by_source, key=lambda source: (by_source[source], source))
    rest = sorted(
        (it for it in told if it.source is not most), key=lambda it: (it.start_ms - it.end_ms, it.start_ms)
    )
    if not rest:
        return t("{who}: {source}", who=who, source=SHORT[most])
    shown = [
        t("{source} {when}", source=SHORT[it.source], when=stretch(it, period, zone))
        for it in sorted(rest[:MOST_GAPS])
    ]
    others = joined(shown, ", ")
    if len(rest) > len(shown):
        others = t("{listed} and {n} more", listed=others, n=len(rest) - len(shown))
    return t("{who}: {source}, but {others}", who=who, source=SHORT[most], others=others)


def _gap(gap: Gap, it: Coverage, period: Period, zone: str, *, why: bool) -> Text:
    told = stretch(gap, period, zone)
    cause = CAUSES.get(gap.cause) if why else None
    return told if cause is None else t("{when} ({why})", when=told, why=cause)


def _whole(it: Coverage, period: Period) -> Text:
    over = it.until_ms >= calendar.whole_end_ms(period)
    return WHOLE if over else t("{whole} so far", whole=WHOLE)


def _share(it: Coverage, period: Period) -> Text:
    """`6.8 of 7 days`, rounded so that it is never all of them."""
    whole_ms = it.until_ms - period.start_ms
    unit_ms, unit = (DAY_MS, t("days")) if whole_ms >= 2 * DAY_MS else (HOUR_MS, t("hours"))
    tenths = max(1, round(10 * whole_ms / unit_ms))
    known = (whole_ms - total_ms(it.missing)) * tenths // whole_ms
    share = t("{some} of {all} {unit}", some=_decimal(known), all=_decimal(tenths), unit=unit)
    return share if it.until_ms >= period.end_ms else t("{share} so far", share=share)


def _decimal(tenths: int) -> Text:
    whole, rest = divmod(tenths, 10)
    return t("{whole}.{tenths}", whole=whole, tenths=rest) if rest else t("{n}", n=whole)


def rule(recap: Recap) -> Text:
    """What a play is, for the sources that were counted."""
    said = t("A play is 30 seconds or more, counted when it ended.")
    kept = keepers_among(sources(recap))
    if not kept:
        return said
    names = both([t("{name}", name=keeper.name) for keeper in kept])
    if len(kept) == len(sources(recap)):
        return t("A play at {names} is half a track or 4 minutes, counted when it began.", names=names)
    return t(
        "{said} At {names} it is half a track or 4 minutes, counted when it began.", said=said, names=names
    )


def thanks(recap: Recap) -> list[Text]:
    """Whom to thank for what was counted."""
    kept = keepers_among(sources(recap))
    titles = [] if kept and len(kept) == len(sources(recap)) else [t("Titles from Spotify")]
    return [*titles, *(t("Plays from {name}", name=keeper.name) for keeper in kept)]


def sources(recap: Recap) -> set[Source]:
    """The sources of which plays were counted."""
    return {source for it in recap.coverage for source, _ in it.sources}


def both(texts: Sequence[Text]) -> Text:
    """`a`, `a and b`, `a, b and c`."""
    if len(texts) == 1:
        return texts[0]
    return t("{some} and {last}", some=joined(texts[:-1], ", "), last=texts[-1])


def listed(texts: Sequence[Text], most: int) -> Text:
    """`a, b, c` or `a, b and 3 more`. Where only one more is left, it is named instead."""
    shown, more = joined(texts[:most], ", "), len(texts) - most
    if more <= 1:
        return joined(texts, ", ")
    return t("{listed} and {n} more", listed=shown, n=more)


def alt(recap: Recap) -> Text:
    """The picture in words: the same facts, under 900 characters for ordinary names."""
    parts = [
        t("{name}, {period}, {days}: {count} by {who}.", name=recap.name, period=period_name(recap.period),
          days=days(recap.period.first, recap.period.last), count=tn("{n} play", "{n} plays", recap.plays),
          who=tn("{n} listener", "{n} listeners", recap.listeners)),
    ]  # fmt: skip
    if recap.top_tracks:
        top = [t("{song} {n}", song=song(it), n=it.plays) for it in recap.top_tracks[:5]]
        parts.append(t("Top songs: {top}.", top=listed(top, 5)))
    if recap.top_artists:
        top = [t("{artist} {n}", artist=it.artist, n=it.plays) for it in recap.top_artists[:3]]
        parts.append(t("Top artists: {top}.", top=listed(top, 3)))
    if len(recap.members) > 1:
        by = [t("{who} {n}", who=it.member.name, n=it.plays) for it in recap.members]
        parts.append(t("Plays by member: {by}.", by=listed(by, 8)))
    if any(recap.clock):
        hour = max(range(24), key=lambda h: (recap.clock[h], -h))
        parts.append(
            t("Most plays between {hour}:00 and {hour}:59 on the members' own clocks.", hour=f"{hour:02d}")
        )
    if recap.loops:
        parts.append(t("{loop}.", loop=loop(recap.loops[0])))
    return joined(parts, " ")


def names_of(recap: Recap) -> dict[MemberId, str]:
    """Member ids with their names."""
    return {part.member.id: part.member.name for part in recap.members}
