"""The facts of a recap as sentences: what cards, alt texts and the command line say. No number is made here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.core.calendar import DAY_MS, HOUR_MS, local_time
from bot.core.keepers import keepers_among
from bot.core.model import Gap, MemberId, Origin, Period, PeriodKind, Source, Span
from bot.core.recap.coverage import total_ms
from bot.core.recap.model import BusyHour, Coverage, Kind, Loop, MemberRecap, Ranked, Recap
from bot.text import Text, joined, t, tn

MINUTE_MS = 60_000
WEEK_MS = 7 * DAY_MS + HOUR_MS  # the longest, with a clock put back
MOST_TOLD = 4
MOST_GAPS = 2
WHOLE = {
    PeriodKind.WEEK: t("whole week"),
    PeriodKind.MONTH: t("whole month"),
    PeriodKind.YEAR: t("whole year"),
}
SHORT = {
    Source.SPOTIFY: t("Spotify's list"),
    Source.EXTENDED: t("extended history"),
    Source.ACCOUNT: t("account data"),
    Source.LASTFM: t("Last.fm"),
    Source.LISTENBRAINZ: t("ListenBrainz"),
}
CAUSES = {
    "overflow": t("too many plays at once"),
    "outage": t("Spotify did not answer"),
    "expired": t("the link had expired"),
    "stale": t("Spotify's list stood still"),
}


def period_name(period: Period) -> Text:
    """`Week 47`, `November 2026`, `2026`, or the days."""
    if period.kind is PeriodKind.WEEK:
        return t("Week {n}", n=period.first.isocalendar().week)
    if period.kind is PeriodKind.MONTH:
        return t("{month}", month=period.first.strftime("%B %Y"))
    if period.kind is PeriodKind.QUARTER:
        return t("Quarter {n} of {year}", n=(period.first.month + 2) // 3, year=str(period.first.year))
    if period.kind is PeriodKind.YEAR:
        return t("{year}", year=str(period.first.year))
    return days(period.first, period.last)


def days(first: date, last: date) -> Text:
    """`16–22 Nov 2026`, with as much said twice as needed."""
    if first == last:
        return t("{day}", day=f"{first.day} {first:%b %Y}")
    if (first.year, first.month) == (last.year, last.month):
        return t("{days}", days=f"{first.day}–{last.day} {last:%b %Y}")
    if first.year == last.year:
        return t("{days}", days=f"{first.day} {first:%b} – {last.day} {last:%b %Y}")
    return t("{days}", days=f"{first.day} {first:%b %Y} – {last.day} {last:%b %Y}")


def song(ranked: Ranked | Loop) -> Text:
    """`Title — Artist`, or the artist alone for an artist."""
    if isinstance(ranked, Ranked) and ranked.kind is Kind.ARTIST:
        return t("{artist}", artist=ranked.artist)
    return t("{title} — {artist}", title=ranked.title, artist=ranked.artist)


def movement(ranked: Ranked) -> Text:
    """How the rank moved against the period before."""
    if ranked.was is None:
        return t("new")
    if ranked.was == ranked.rank:
        return t("same place")
    if ranked.was > ranked.rank:
        return t("up {n}", n=ranked.was - ranked.rank)
    return t("down {n}", n=ranked.rank - ranked.was)


def played(ranked: Ranked, names: dict[MemberId, str], *, most: int = 4) -> Text:
    """`32 plays: Ana 20, Ben 12 · up 2`; one member alone is not repeated with the same number."""
    count = tn("{n} play", "{n} plays", ranked.plays)
    told = [t("{who} {n}", who=names[who], n=n) for who, n in ranked.shares if who in names]
    if len(told) > 1:
        return t("{count}: {who} · {moved}", count=count, who=_listed(told, most), moved=movement(ranked))
    if len(told) == 1 and len(names) > 1:
        who = names[ranked.shares[0][0]]
        return t("{count}, all by {who} · {moved}", count=count, who=who, moved=movement(ranked))
    return t("{count} · {moved}", count=count, moved=movement(ranked))


def loop(it: Loop) -> Text:
    """`Ana played X — Y 12 times in a row, Tue 17 Nov, 01:40 to 03:10`, by the member's own clock."""
    return t(
        "{who} played {song} {n} times in a row, {when}",
        who=it.member.name, song=song(it), n=it.times, when=_from_to(it.first_ms, it.last_ms, it.member.zone),
    )  # fmt: skip


def busiest(it: BusyHour) -> Text:
    """The clock hour with the most plays."""
    return t(
        "Busiest hour: {when}, with {count}",
        when=_from_to(it.start_ms, it.start_ms + HOUR_MS, it.zone), count=tn("{n} play", "{n} plays", it.plays),
    )  # fmt: skip


def _from_to(start_ms: int, end_ms: int, zone: str) -> str:
    """`Tue 17 Nov, 01:40 to 03:10` by the clock of the zone; the second day is named where it is another one."""
    start, end = local_time(start_ms, zone), local_time(end_ms, zone)
    same_day = start.date() == end.date() or (end - start <= timedelta(hours=1) and f"{end:%H:%M}" == "00:00")
    until = f"{end:%H:%M}" if same_day else f"{end:%a} {end.day} {end:%b}, {end:%H:%M}"
    return f"{start:%a} {start.day} {start:%b}, {start:%H:%M} to {until}"


def minutes(part: Recap | MemberRecap) -> Text:
    """`412 minutes`, with *about* where a source does not tell how long a play sounded."""
    count = tn("{n} minute", "{n} minutes", part.minutes)
    return count if part.minutes_exact else t("about {count}", count=count)


def change(part: Recap | MemberRecap) -> Text:
    """The plays against the period before."""
    by = part.plays - part.plays_before
    if not part.plays_before:
        return t("nothing the time before")
    if by == 0:
        return t("as many as the time before")
    return t("{n} more than the time before", n=by) if by > 0 else t("{n} fewer than the time before", n=-by)


def coverage(recap: Recap) -> Text:
    """What the numbers may have missed: `Ana: whole week; Ben: 6.8 of 7 days, nothing seen Tue 14:10–16:40.`"""
    period = recap.period
    partly = [it for it in recap.coverage if it.missing]
    whole = [it for it in recap.coverage if not it.missing]
    if not recap.coverage:
        return t("Nobody's listening is linked for this time.")
    if not partly:
        if whole[0].until_ms < period.end_ms:
            return t("Complete so far: every member's whole time is covered.")
        return t("Complete: every member's whole time is covered.")
    told = [seen(it, period, period.zone) for it in partly[:MOST_TOLD]]
    if len(partly) > MOST_TOLD:
        told.append(tn("{n} more in part", "{n} more in part", len(partly) - MOST_TOLD))
    if len(whole) > MOST_TOLD:
        told.insert(0, t("{n} members: {whole}", n=len(whole), whole=_whole(whole[0], period)))
    else:
        told[:0] = [seen(it, period, period.zone) for it in whole]
    return t("{told}.", told=joined(told, "; "))


def seen(it: Coverage, period: Period, zone: str, *, why: bool = False) -> Text:
    """How much of the period is known of one member, by the clock of the zone; with `why` also the causes, if known."""
    if not it.missing:
        return t("{who}: {whole}", who=it.member.name, whole=_whole(it, period))
    if it.complete <= 0:
        return t("{who}: nothing seen", who=it.member.name)
    longest = sorted(it.missing, key=lambda gap: (gap.start_ms - gap.end_ms, gap.start_ms))[:MOST_GAPS]
    gaps = [_gap(gap, it, period, zone, why=why) for gap in sorted(longest)]
    more = len(it.missing) - len(gaps)
    listed = joined(gaps, ", ")
    if more:
        listed = t("{gaps} and {n} more", gaps=listed, n=more)
    return t("{who}: {share}, nothing seen {gaps}", who=it.member.name, share=_share(it, period), gaps=listed)


def stretch(span: Span | Gap | Origin, period: Period, zone: str) -> str:
    """`Tue 14:10–16:40` by the clock of the zone, in whole minutes; `17 Nov` where the period is longer than a week."""
    start = local_time(span.start_ms - span.start_ms % MINUTE_MS, zone)
    end = local_time(span.end_ms + -span.end_ms % MINUTE_MS, zone)
    day = "%a" if period.end_ms - period.start_ms <= WEEK_MS else "%-d %b"
    midnight = f"{end:%H:%M}" == "00:00"
    last = end - timedelta(days=1) if midnight else end
    if start.date() == last.date():
        return f"{start:{day} %H:%M}–{'24:00' if midnight else f'{end:%H:%M}'}"
    return f"{start:{day} %H:%M} – {last:{day}} {'24:00' if midnight else f'{end:%H:%M}'}"


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
    listed = joined(shown, ", ")
    if len(rest) > len(shown):
        listed = t("{gaps} and {n} more", gaps=listed, n=len(rest) - len(shown))
    return t("{who}: {source}, but {others}", who=who, source=SHORT[most], others=listed)


def _gap(gap: Gap, it: Coverage, period: Period, zone: str, *, why: bool) -> Text:
    when = stretch(gap, period, zone)
    cause = CAUSES.get(gap.cause) if why else None
    return t("{when}", when=when) if cause is None else t("{when} ({why})", when=when, why=cause)


def _whole(it: Coverage, period: Period) -> Text:
    whole = WHOLE.get(period.kind, t("the whole time"))
    return whole if it.until_ms >= period.end_ms else t("{whole} so far", whole=whole)


def _share(it: Coverage, period: Period) -> Text:
    """`6.8 of 7 days`, rounded so that it is never all of them."""
    whole_ms = it.until_ms - period.start_ms
    unit_ms, unit = (DAY_MS, t("days")) if whole_ms >= 2 * DAY_MS else (HOUR_MS, t("hours"))
    tenths = max(1, round(10 * whole_ms / unit_ms))
    missing_ms = sum(gap.end_ms - gap.start_ms for gap in it.missing)
    known = (whole_ms - missing_ms) * tenths // whole_ms
    share = t("{some} of {all} {unit}", some=_decimal(known), all=_decimal(tenths), unit=unit)
    return share if it.until_ms >= period.end_ms else t("{share} so far", share=share)


def _decimal(tenths: int) -> str:
    return f"{tenths / 10:.1f}".removesuffix(".0")


def rule(recap: Recap) -> Text:
    """What a play is, for the sources that were counted."""
    said = t("A play is 30 seconds or more, counted when it ended.")
    kept = keepers_among(sources(recap))
    if not kept:
        return said
    names = " and ".join(keeper.name for keeper in kept)
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


def _listed(texts: list[Text], most: int) -> Text:
    """`a, b, c` or `a, b and 3 more`."""
    shown = texts[:most]
    template = ", ".join(f"{{x{i}}}" for i in range(len(shown)))
    values: dict[str, Text | int] = {f"x{i}": text for i, text in enumerate(shown)}
    if len(texts) > most:
        return t(f"{template} and {{more}} more", **values, more=len(texts) - most)
    return t(template, **values)


def alt(recap: Recap) -> Text:
    """The picture in words: the same facts, under 900 characters for ordinary names."""
    parts = [
        t("{name}, {period}, {days}: {count} by {who}.", name=recap.name, period=period_name(recap.period),
          days=days(recap.period.first, recap.period.last), count=tn("{n} play", "{n} plays", recap.plays),
          who=tn("{n} listener", "{n} listeners", recap.listeners)),
    ]  # fmt: skip
    if recap.top_tracks:
        top = [t("{song} {n}", song=song(it), n=it.plays) for it in recap.top_tracks[:5]]
        parts.append(t("Top songs: {top}.", top=_listed(top, 5)))
    if recap.top_artists:
        top = [t("{artist} {n}", artist=it.artist, n=it.plays) for it in recap.top_artists[:3]]
        parts.append(t("Top artists: {top}.", top=_listed(top, 3)))
    if len(recap.members) > 1:
        by = [t("{who} {n}", who=it.member.name, n=it.plays) for it in recap.members]
        parts.append(t("Plays by member: {by}.", by=_listed(by, 8)))
    if any(recap.clock):
        hour = max(range(24), key=lambda h: (recap.clock[h], -h))
        parts.append(
            t("Most plays between {hour}:00 and {hour}:59 on the members' own clocks.", hour=f"{hour:02d}")
        )
    if recap.loops:
        parts.append(t("{loop}.", loop=loop(recap.loops[0])))
    values = {f"p{i}": part for i, part in enumerate(parts)}
    return t(" ".join(f"{{p{i}}}" for i in range(len(parts))), **values)


def names_of(recap: Recap) -> dict[MemberId, str]:
    """Member ids with their names."""
    return {part.member.id: part.member.name for part in recap.members}
