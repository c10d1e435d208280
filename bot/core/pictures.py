"""What can be drawn of a period: seven layouts as plain data, each with its own words for those who do not see it.

A layout holds facts that were computed elsewhere; no number is made here but places, sums and shares of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from bot.core.model import Member, MemberId, Period, Span
from bot.core.recap import origin_words, words
from bot.core.recap.insights import Bridge, Pair
from bot.core.recap.model import MemberRecap, Recap
from bot.core.recap.months import Month, Season
from bot.core.recap.origins import Origins
from bot.core.recap.when import SHORT_MONTHS
from bot.core.taste import LEAST_PLAYS
from bot.text import Text, joined, t, tn

MOST_COMPARED = 12
MOST_PLACES = 12
_NAMED = 8
_WEEKDAYS = tuple(map(t, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")))


class Theme(StrEnum):
    """The ground a picture is printed on."""

    LIGHT = "light"
    DARK = "dark"


Order = tuple[MemberId, ...]
"""The members of a group in the order they joined: a member's ink is their place in it, in every picture."""


def places(order: Iterable[MemberId], shown: Iterable[MemberId]) -> dict[MemberId, int]:
    """The place of each member, from 0 on. Who is shown but not in the order comes after it, by id."""
    known = dict.fromkeys(order)
    known.update(dict.fromkeys(sorted(set(shown) - known.keys())))
    return {member: place for place, member in enumerate(known)}


@dataclass(frozen=True, slots=True)
class JCard:
    """The recap of a group, or of one member, as the inlay of a cassette."""

    recap: Recap
    order: Order = ()

    def alt(self) -> Text:
        """The picture in words."""
        return words.alt(self.recap)


@dataclass(frozen=True, slots=True)
class Honour:
    """An award as it is shown: what it is called, and the number behind it."""

    title: Text
    says: Text


@dataclass(frozen=True, slots=True)
class Ticket:
    """The part of one member in a recap: what they played, and their award if they have one."""

    recap: Recap
    member: MemberId
    award: Honour | None = None
    order: Order = ()

    @property
    def part(self) -> MemberRecap:
        """What the ticket is about. `LookupError` if the recap does not have this member."""
        found = self.recap.member(self.member)
        if found is None:
            raise LookupError("a ticket for somebody who is not in the recap")
        return found

    def alt(self) -> Text:
        """The picture in words."""
        part, period = self.part, self.recap.period
        said = [
            t("{who} in {group}, {period}, {days}: {count}, {minutes}.", who=part.member.name, group=self.recap.name,
              period=words.period_name(period), days=words.days(period.first, period.last),
              count=tn("{n} play", "{n} plays", part.plays), minutes=words.minutes(part)),
        ]  # fmt: skip
        if part.top_tracks:
            song = part.top_tracks[0]
            said.append(t("Top song: {song}, {n}.", song=words.song(song), n=song.plays))
        if part.top_artists:
            artist = part.top_artists[0]
            said.append(t("Top artist: {artist}, {n}.", artist=artist.artist, n=artist.plays))
        if self.award is not None:
            said.append(t("Award: {title}, {says}.", title=self.award.title, says=self.award.says))
        if part.busiest is not None:
            said.append(t("{busiest}.", busiest=words.busiest(part.busiest)))
        return joined(said, " ")


@dataclass(frozen=True, slots=True)
class Hours:
    """The week by weekday and hour, each member on their own clock; of a longer period, all its weeks together."""

    recap: Recap
    order: Order = ()

    def leaders(self) -> list[MemberId | None]:
        """For each of the 168 hours who has more than half of its plays; None where nobody has."""
        parts = self.recap.members
        return [
            next((part.member.id for part in parts if 2 * part.week[hour] > total), None)
            for hour, total in enumerate(self.recap.week)
        ]

    def fullest(self) -> int | None:
        """The hour of the week with the most plays, Monday's midnight being 0; None without any."""
        week = self.recap.week
        return max(range(len(week)), key=lambda hour: (week[hour], -hour)) if any(week) else None

    def alt(self) -> Text:
        """The picture in words."""
        recap = self.recap
        said = [
            t("{name}, {period}, {days}: the hours of the week, each member by their own clock. {count}.",
              name=recap.name, period=words.period_name(recap.period),
              days=words.days(recap.period.first, recap.period.last),
              count=tn("{n} play", "{n} plays", recap.plays)),
        ]  # fmt: skip
        hour = self.fullest()
        if hour is not None:
            said.append(
                t("Most plays on {day} between {hour}:00 and {hour}:59: {n}.", day=_WEEKDAYS[hour // 24],
                  hour=f"{hour % 24:02}", n=recap.week[hour])
            )  # fmt: skip
        led = self.leaders()
        counts = [(part.member.name, led.count(part.member.id)) for part in recap.members]
        most = sorted((it for it in counts if it[1]), key=lambda it: -it[1])[:_NAMED]
        if len(recap.members) > 1 and most:
            theirs = joined([t("{who} {n}", who=who, n=n) for who, n in most], ", ")
            said.append(t("Hours with more than half of the plays: {theirs}.", theirs=theirs))
        return joined(said, " ")


@dataclass(frozen=True, slots=True)
class Poster:
    """A member's own words about a song, exactly as written.

    `times` is how often it was played within `span` (None where the hours may not be told); 0 says nothing of it.
    """

    said: str
    author: Member
    title: str
    artist: str
    group: str
    period: Period
    times: int = 0
    span: Span | None = None
    order: Order = ()

    def alt(self) -> Text:
        """The picture in words."""
        about = (
            t("{title} — {artist}", title=self.title, artist=self.artist)
            if self.title
            else t("{artist}", artist=self.artist)
        )
        said = [t("{who} on {song}: “{said}”", who=self.author.name, song=about, said=self.said)]
        if self.times:
            said.append(t("Played {count}.", count=tn("{n} time", "{n} times", self.times)))
        said.append(t("{group}, {period}.", group=self.group, period=words.period_name(self.period)))
        return joined(said, " ")


@dataclass(frozen=True, slots=True)
class Compared:
    """A member who is compared, with their plays of the period."""

    member: Member
    plays: int


@dataclass(frozen=True, slots=True)
class Matrix:
    """How alike each two members of a group are. A pair that is not in `pairs` has not played enough to say."""

    group: str
    period: Period
    members: tuple[Compared, ...]
    pairs: tuple[Pair, ...]
    bridge: Bridge | None = None
    order: Order = ()

    def shown(self) -> list[Compared]:
        """Who is drawn: the twelve with the most plays, in the order of the group."""
        seat = places(self.order, (it.member.id for it in self.members))
        most = sorted(self.members, key=lambda it: (-it.plays, seat[it.member.id]))[:MOST_COMPARED]
        return sorted(most, key=lambda it: seat[it.member.id])

    def ranked(self) -> list[Pair]:
        """The pairs of those who are drawn, the most alike first."""
        drawn = {it.member.id for it in self.shown()}
        pairs = (it for it in self.pairs if drawn.issuperset(who.id for who in it.members))
        return sorted(pairs, key=lambda it: (-it.alike.value, [who.id for who in it.members]))

    def alt(self) -> Text:
        """The picture in words."""
        said = [
            t("{group}, {period}: how alike {members} are.", group=self.group, period=words.period_name(self.period),
              members=tn("{n} member", "{n} members", len(self.shown()))),
        ]  # fmt: skip
        most = [
            t("{one} and {other} {n} %", one=one.name, other=other.name, n=percent(it.alike.value))
            for it in self.ranked()[:_NAMED]
            for one, other in [it.members]
        ]
        if most:
            said.append(t("Most alike: {pairs}.", pairs=joined(most, ", ")))
        else:
            said.append(t("Nobody has {n} plays yet to be compared by.", n=LEAST_PLAYS))
        if self.bridge is not None:
            said.append(
                t("{artist} joins {members}.", artist=self.bridge.thing.artist,
                  members=tn("{n} member", "{n} members", len(self.bridge.shares)))
            )  # fmt: skip
        return joined(said, " ")


@dataclass(frozen=True, slots=True)
class Months:
    """A long time month by month: who played how much, the first artist of each, and what set quarters apart."""

    recap: Recap
    months: tuple[Month, ...]
    seasons: tuple[Season, ...] = ()
    order: Order = ()

    def alt(self) -> Text:
        """The picture in words."""
        recap = self.recap
        said = [
            t("{name}, {period}, month by month: {count} by {who}.",
              name=recap.name, period=words.period_name(recap.period),
              count=tn("{n} play", "{n} plays", recap.plays),
              who=tn("{n} listener", "{n} listeners", recap.listeners)),
        ]  # fmt: skip
        if recap.top_tracks:
            song = recap.top_tracks[0]
            said.append(t("Top song: {song}, {n}.", song=words.song(song), n=song.plays))
        by_month = [_month(it) for it in self.months]
        said.append(t("Months, and who was played most: {months}.", months=joined(by_month, ", ")))
        if self.seasons:
            said.append(
                t(
                    "What set quarters apart: {quarters}.",
                    quarters=joined([_season(it) for it in self.seasons], "; "),
                )
            )
        if len(recap.members) > 1:
            by = [t("{who} {n}", who=it.member.name, n=it.plays) for it in recap.members]
            said.append(t("Plays by member: {by}.", by=words.listed(by, _NAMED)))
        return joined(said, " ")


@dataclass(frozen=True, slots=True)
class Atlas:
    """Where the artists of a period are from, on a map: a dot for each country, as large as it was played."""

    recap: Recap
    origins: Origins
    order: Order = ()

    def known(self) -> Text:
        """Of how many plays it is known."""
        it = self.origins
        return t("The country is known of {placed} of {n} plays", placed=it.placed, n=it.plays)

    def alt(self) -> Text:
        """The picture in words."""
        recap, areas = self.recap, self.origins.areas
        named = [t("{what} {n}", what=it.name, n=it.plays) for it in areas]
        said = [
            t("{name}, {period}, {days}: a map of where the artists are from.",
              name=recap.name, period=words.period_name(recap.period),
              days=words.days(recap.period.first, recap.period.last)),
            t("By country: {names}.", names=words.listed(named, MOST_PLACES)),
            t("{known}.", known=self.known()),
        ]  # fmt: skip
        return joined(said, " ")


Picture = JCard | Ticket | Hours | Poster | Matrix | Months | Atlas
"""Whatever can be drawn."""


def percent(share: float) -> int:
    """0 to 1 in whole percent; 100 only for all, 0 only for nothing."""
    return min(max(round(100 * share), int(share > 0)), 99 if share < 1 else 100)


def _month(it: Month) -> Text:
    """`Jan 812 (Blur 44)`."""
    name = SHORT_MONTHS[it.period.first.month - 1]
    if it.top is None:
        return t("{month} {n}", month=name, n=it.plays)
    return t(
        "{month} {n} ({artist} {plays})", month=name, n=it.plays, artist=it.top.artist, plays=it.top.plays
    )


def _season(it: Season) -> Text:
    """`January to March Blur, 44 of 53 plays`."""
    return t(
        "{when} {artist}, {n} of {all} plays",
        when=origin_words.part_of_year(it.period), artist=it.top.artist, n=it.top.plays, all=it.of_year.plays,
    )  # fmt: skip
