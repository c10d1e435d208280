"""The facts of a recap as sentences: what cards, alt texts and the command line say. No number is made here."""

from __future__ import annotations

from datetime import date, timedelta

from bot.core.calendar import HOUR_MS, local_time
from bot.core.keepers import keepers_among
from bot.core.model import MemberId, Period, PeriodKind, Source
from bot.core.recap.model import BusyHour, Coverage, Kind, Loop, MemberRecap, Ranked, Recap
from bot.text import Text, t, tn

ALMOST_ALL = 0.9995


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
    """What the numbers may have missed, in a few words."""
    partly = [it for it in recap.coverage if it.complete < ALMOST_ALL]
    if not recap.coverage:
        return t("Nobody's listening is linked for this time.")
    if not partly:
        return t("Complete: every member's whole time is covered.")
    told = [t("{who} {share}", who=it.member.name, share=_share(it, recap.period)) for it in partly]
    return t("May have missed plays of {who}. Everything else is covered.", who=_listed(told, 6))


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


def _share(it: Coverage, period: Period) -> Text:
    total = (period.end_ms - period.start_ms) / (24 * HOUR_MS)
    if it.complete <= 0:
        return t("(not covered)")
    return t(
        "({share} of {days} days)", share=f"{it.complete * total:.1f}", days=f"{total:.1f}".removesuffix(".0")
    )


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
    if recap.plays:
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
