"""Recaps as cards: a group's post, a member's own, what others would see of one."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, zip_longest

from bot.chat import recap_pictures
from bot.chat.cards import Bars, Block, Button, Card, Fields, Lines, Link, Listing, Picture, Row
from bot.chat.languages import translated
from bot.chat.ledger import shown
from bot.core import stories
from bot.core.addresses import Addresses
from bot.core.awards.model import Candidate
from bot.core.keepers import keepers_among
from bot.core.languages import ENGLISH, Language
from bot.core.model import GroupId, MemberId, Period, PeriodKind
from bot.core.phrases import Headline, headlines
from bot.core.pictures import Picture as Layout
from bot.core.pictures import Theme, Ticket
from bot.core.recap import award_words, insight_words, origin_words, words
from bot.core.recap.insights import DaysRow, Insights, Moment, Taste
from bot.core.recap.model import Loop, MemberRecap, Ranked, Recap
from bot.core.recap.origins import Leaning, Origins
from bot.core.recap.sections import HEADINGS, Section
from bot.core.stories import Quote
from bot.errors import ServiceError
from bot.ports import Painter, Weekly, WeeklyStore
from bot.services.counting import More
from bot.services.recap import Told
from bot.text import Text, joined, t, tn

log = logging.getLogger(__name__)

# How much of each part a post shows: one reads it on a phone, and Discord takes 4,000 characters.
SONGS = 5
NAMES = 3
MEMBERS = 12
COMPARED = 6
AWARDS = 12
QUOTES = 3
PAIRS = 3
NEWS = 4
# Whose plays stand beside a song, of all who played it.
SHARERS = 3
MINE = {
    PeriodKind.WEEK: t("My week"),
    PeriodKind.MONTH: t("My month"),
    PeriodKind.QUARTER: t("My quarter"),
    PeriodKind.YEAR: t("My year"),
    PeriodKind.DAYS: t("My part"),
}
PLAY = {
    PeriodKind.WEEK: t("Play this week"),
    PeriodKind.MONTH: t("Play this month"),
    PeriodKind.QUARTER: t("Play this quarter"),
    PeriodKind.YEAR: t("Play this year"),
    PeriodKind.DAYS: t("Play these songs"),
}
NOTHING_MORE = More(Insights())
_HOW_TO_BE_SEEN = t(
    "/join asks what others may see. Whoever has joined is in it once they have looked at their part and found it fine."
)

# Members' own words that this audience may read.
QuotesOf = Callable[[Told], Awaitable[Sequence[Quote]]]


@dataclass(frozen=True, slots=True)
class Look:
    """How a card is shown: in which language, without which sections (by name), under which picture."""

    language: Language = ENGLISH
    left_out: Collection[str] = ()
    layout: str = recap_pictures.ANY
    theme: Theme = Theme.LIGHT


PLAIN = Look()


class RecapCards:
    """Builds them. `languages` by their code."""

    def __init__(
        self,
        painter: Painter,
        addresses: Addresses,
        weeklies: WeeklyStore,
        quotes: QuotesOf,
        languages: Mapping[str, Language],
    ) -> None:
        self._painter = painter
        self._addresses = addresses
        self._weeklies = weeklies
        self._quotes = quotes
        self._languages = languages

    async def group(self, told: Told) -> Card:
        """What a group is told when it asks, in the look that it wishes for its posts."""
        return await self._group(told, await self._look_of(told), ())

    async def post(self, told: Told, weekly: Weekly, notes: Sequence[Text]) -> Card:
        """A group's post (`chat.posting.DrawPost`)."""
        return await self._group(told, self._look(weekly), notes)

    async def again(self, told: Told, rest: str) -> Card:
        """The group's card, counted anew (`chat.ledger.View`)."""
        return await self.group(told)

    async def mine(
        self,
        told: Told,
        said: Sequence[Text] = (),
        buttons: Sequence[Button] = (),
        group_id: GroupId | None = None,
    ) -> Card:
        """A member's own recap, for their eyes.

        With what was `said` of them in a group's recap and what can be done about it, in that group's language.
        """
        look = self._look(None if group_id is None else await self._weeklies.weekly(group_id))
        recap, more = told.recap, told.more or NOTHING_MORE
        best = headlines(recap, more.insights)
        told_of = [it.tells for it in best]
        blocks: list[Block] = [
            *(await self._picture(Ticket(recap, recap.members[0].member.id), look) if recap.plays else ()),
            *_summary(recap, best),
            *([Lines(tuple(said), t("In the group's post"))] if said else []),
            *_axes(more.insights.tastes, more.origins.leanings, recap.period),
            *chain(*self._tops(recap)),
            *_news(more.insights, told_of),
            *_repeated(recap, more.insights, told_of),
            *_months(recap, more),
            *_origins(more.origins),
        ]
        card = Card(
            t("Your {period}", period=words.period_name(recap.period)),
            tuple(blocks),
            (
                Button(t("Prove a number"), "prove.facts", {"recap": str(told.frozen.id)}, strong=True),
                *buttons,
                Button(t("Leave an artist out"), "aside.artist"),
                *_credits(recap),
            ),
            _footer(recap),
        )
        return translated(card, look.language)

    async def shown(self, recap: Recap) -> Card:
        """What others would read of a recap that is kept nowhere, for a member who looks at their part."""
        return await self._card(recap, NOTHING_MORE, (), PLAIN, (), ())

    async def language(self, told: Told) -> Language:
        """The language of a group's posts (`chat.ledger.LanguageOf`)."""
        return (await self._look_of(told)).language

    async def _look_of(self, told: Told) -> Look:
        weekly = None if told.audience is None else await self._weeklies.weekly(told.audience.group.id)
        return self._look(weekly)

    def _look(self, weekly: Weekly | None) -> Look:
        """The look of a group's posts."""
        if weekly is None:
            return PLAIN
        return Look(
            self._languages.get(weekly.language, ENGLISH),
            weekly.left_out,
            *recap_pictures.wished(weekly.layout),
        )

    async def _group(self, told: Told, look: Look, notes: Sequence[Text]) -> Card:
        quotes = [] if Section.WORDS in look.left_out else await self._quotes(told)
        more = told.more or NOTHING_MORE
        card = await self._card(told.recap, more, told.order, look, quotes, notes)
        recap = {"recap": str(told.frozen.id)}
        of_plays = (
            Button(t("Prove a number"), "prove.facts", recap),
            Button(PLAY[told.recap.period.kind], "draft.mix", recap),
        )
        buttons = (
            Button(MINE[told.recap.period.kind], "wrapped.mine", recap, strong=True),
            *(of_plays if told.recap.plays else ()),
            Button(t("Tell a story"), "story.tell"),
            Button(t("Settings"), "wrapped.settings"),
        )
        card = replace(card, buttons=(*buttons, *card.buttons), shows=shown(told, "wrapped"))
        return translated(card, look.language)

    async def _card(
        self,
        recap: Recap,
        more: More,
        order: tuple[MemberId, ...],
        look: Look,
        quotes: Sequence[Quote],
        notes: Sequence[Text],
    ) -> Card:
        """A recap as others see it, in the order of what people care about."""
        counted: list[Loop | Moment] = [*recap.loops, *more.insights.moments]
        quoted = [it for it in counted if _is_quoted(it, quotes[:QUOTES])]
        best = headlines(recap, more.insights, but=quoted)
        awarded = () if Section.AWARDS in look.left_out else _awarded(more)
        told_of: list[object] = [*quoted, *awarded, *(it.tells for it in best)]
        parts: list[tuple[Section | None, Sequence[Block]]] = [
            (
                Section.PICTURE,
                await self._picture(recap_pictures.picture(look.layout, recap, more, order, quotes), look)
                if recap.plays
                else [],
            ),
            (None, _summary(recap, best)),
            (
                Section.WORDS,
                _lines(Section.WORDS, _words(quotes)),
            ),
            (Section.AWARDS, _awards(more.awards, recap)),
            *zip((Section.SONGS, Section.ARTISTS, Section.ALBUMS), self._tops(recap), strict=True),
            (Section.COMPARED, _compared(recap)),
            (Section.ALIKE, _alike(recap, more.insights)),
            (Section.NEW, _news(more.insights, told_of)),
            (Section.REPEAT, _repeated(recap, more.insights, told_of)),
            (Section.MONTHS, _months(recap, more)),
            (Section.ORIGINS, _origins(more.origins)),
            (None, [Lines(tuple(notes))] if notes else []),
        ]
        blocks = [block for section, told in parts if section not in look.left_out for block in told]
        title = t("{period} in {name}", period=words.period_name(recap.period), name=recap.name)
        return Card(title, tuple(blocks), tuple(_credits(recap)), _footer(recap))

    async def _picture(self, layout: Layout, look: Look) -> list[Picture]:
        """The picture, or nothing where drawing failed: the words go out alone then."""
        try:
            png = await self._painter.draw(layout, look.theme, lambda text: str(look.language.said(text)))
        except ServiceError:
            log.warning("the picture could not be drawn; the card goes out without it")
            return []
        return [Picture(png, layout.alt())]

    def _tops(self, recap: Recap) -> list[list[Listing]]:
        """The lists of songs, artists and albums; none where nothing is in it, or nothing but the song before."""
        names = words.names_of(recap)
        lists = (
            (Section.SONGS, recap.top_tracks[:SONGS]),
            (Section.ARTISTS, recap.top_artists[:NAMES]),
            (Section.ALBUMS, recap.top_albums[:NAMES]),
        )
        found = []
        for section, ranked in lists:
            alone = len(recap.top_tracks) == len(ranked) == 1 and section is not Section.SONGS
            worth = ranked and not (alone and ranked[0].plays == recap.top_tracks[0].plays)
            rows = tuple(self._row(it, recap, names) for it in ranked)
            found.append([Listing(rows, HEADINGS[section], numbered=True)] if worth else [])
        return found

    def _row(self, ranked: Ranked, recap: Recap, names: dict[MemberId, str]) -> Row:
        # After a time without plays everything is new.
        note = words.played(ranked, names, most=SHARERS, moved=bool(recap.plays_before))
        return Row(words.song(ranked), note, url=self._addresses.of(ranked.uri))


def _summary(recap: Recap, best: Sequence[Headline]) -> list[Lines]:
    if not recap.members:
        return [Lines((t("Nobody lets others here see their plays in this post yet."), _HOW_TO_BE_SEEN))]
    change = words.change(recap)
    if not recap.plays:
        none = t("No plays in {days}", days=words.days(recap.period.first, recap.period.last))
        return [Lines((_changed(none, change),))]
    plays = tn("{n} play", "{n} plays", recap.plays)
    if len(recap.members) > 1:
        who = tn("{n} listener", "{n} listeners", recap.listeners)
        plays = t("{plays} by {who}", plays=plays, who=who)
    lines = [_changed(plays, change)]
    if recap.minutes:
        lines.append(t("{minutes} of music.", minutes=words.minutes(recap)))
    lines += [it.text for it in best]
    if recap.busiest is not None and recap.plays > 1:
        lines.append(t("{busiest}.", busiest=words.busiest(recap.busiest)))
    return [Lines(tuple(lines))]


def _changed(plays: Text, change: Text | None) -> Text:
    return (
        t("{plays}.", plays=plays) if change is None else t("{plays}, {change}.", plays=plays, change=change)
    )


def _is_quoted(it: Loop | Moment, quotes: Sequence[Quote]) -> bool:
    """Whether words of the member's speak of that song already, with how often it was played."""
    named = it.thing if isinstance(it, Moment) else it
    return any(
        (quote.member.id, quote.title, quote.artist) == (it.member.id, named.title, named.artist)
        for quote in quotes
    )


def _lines(section: Section, lines: Sequence[Text]) -> list[Lines]:
    return [Lines(tuple(lines), HEADINGS[section])] if lines else []


def _words(quotes: Sequence[Quote]) -> list[Text]:
    lines = [line for it in quotes[:QUOTES] for line in stories.said(it)]
    more = len(quotes) - QUOTES
    if more > 0:
        lines.append(tn("{n} more has no room here.", "{n} more have no room here.", more))
    return lines


def _awards(awards: Sequence[Candidate], recap: Recap) -> list[Listing]:
    names = words.names_of(recap)
    rows = tuple(Row(award_words.given(it, names), award_words.reason(it, names)) for it in _best(awards))
    return [Listing(rows, HEADINGS[Section.AWARDS])] if rows else []


def _best(awards: Sequence[Candidate]) -> list[Candidate]:
    """What everybody knows first, then those of one artist, decade or hour."""
    return sorted(awards, key=lambda it: (":" in it.id, -it.worth))[:AWARDS]


def _awarded(more: More) -> list[object]:
    """The rows of days and what came back that awards are given for, with all that a line would say of them."""
    given = {(it.kind, it.member) for it in _best(more.awards)}
    found: list[object] = []
    for kind, those in (("days", more.insights.days), ("comeback", more.insights.comebacks)):
        for member in {it.member.id for it in those if (kind, it.member.id) in given}:
            found.append(max((it for it in those if it.member.id == member), key=lambda it: it.days))
    return found


def _compared(recap: Recap) -> list[Block]:
    """Everybody's plays on one scale, and what stands behind them; of many members those who played most."""
    if len(recap.members) < 2 or not recap.plays:
        return []
    parts = sorted(recap.members, key=lambda it: -it.plays)
    plays = tuple((t("{name}", name=it.member.name), it.plays) for it in parts[:MEMBERS])
    pairs = [(name, said) for it in parts[:COMPARED] for name, said in _part(recap, it)]
    rest = sum(it.plays for it in parts[MEMBERS:])
    more = tn("{n} more member", "{n} more members", len(parts) - MEMBERS)
    return [
        Bars(plays, HEADINGS[Section.COMPARED]),
        *([Fields(tuple(pairs))] if pairs else []),
        *([Lines((t("{who}: {plays}", who=more, plays=tn("{n} play", "{n} plays", rest)),))] if rest else []),
    ]


def _part(recap: Recap, part: MemberRecap) -> list[tuple[Text, Text]]:
    """What there is to say of a member beside how much they played."""
    name = t("{name}", name=part.member.name)
    change = words.change(recap, part) if part.plays_before else None
    if not part.plays or not part.top_artists or len(recap.top_artists) < 2:
        return [] if change is None else [(name, change)]
    most = t("most {artist}", artist=part.top_artists[0].artist)
    return [(name, most if change is None else t("{change} · {most}", change=change, most=most))]


def _alike(recap: Recap, more: Insights) -> list[Lines]:
    pairs = [it for it in more.pairs[:PAIRS] if it.shared]
    lines = [insight_words.pair(it) for it in pairs]
    if more.bridge is None:
        return _lines(Section.ALIKE, lines)
    compared = len(more.bridge.shares)
    if more.common and len(recap.top_artists) > 1 and not (pairs and compared == 2):
        lines.append(insight_words.common(more.common[:NAMES], compared, recap.listeners))
    elif not more.common:
        lines.append(insight_words.bridge(more.bridge))
    return _lines(Section.ALIKE, lines)


def _news(more: Insights, told: Collection[object]) -> list[Lines]:
    """What was new, who followed, what came back; the first of each before the second of any.

    What a chain tells is no discovery besides, and of each member one discovery and one return are told.
    """
    followed = {it.thing for it in more.chains}
    found = [it for it in more.discoveries if it.thing not in followed and it not in told]
    firsts = {it.member.id: it for it in reversed(found)}
    back = [it for it in more.comebacks if it not in told]
    longest = {it.member.id: it for it in reversed(back)}
    kinds: list[list[Text]] = [
        [insight_words.chain(it) for it in more.chains if it not in told],
        [insight_words.discovery(it) for it in found if firsts[it.member.id] is it],
        [insight_words.comeback(it) for it in back if longest[it.member.id] is it],
    ]
    turns = [line for lines in zip_longest(*kinds) for line in lines if line is not None]
    return _lines(Section.NEW, turns[:NEWS])


def _repeated(recap: Recap, more: Insights, told: Collection[object]) -> list[Lines]:
    loops = [words.loop(it) for it in recap.loops if it not in told]
    # Whoever played a song every day played its artist, too.
    said = {(it.member.id, it.thing.artist) for it in told if isinstance(it, DaysRow)}
    rows = [insight_words.days_row(it) for it in more.days if (it.member.id, it.thing.artist) not in said]
    return _lines(Section.REPEAT, [*loops[:2], *rows[:1]])


def _months(recap: Recap, more: More) -> list[Lines]:
    """Each month; of a year only in short, with what set its quarters apart."""
    if recap.period.kind is PeriodKind.YEAR:
        lines = [*origin_words.months(more.months), *map(origin_words.season, more.seasons)]
    else:
        lines = [*map(origin_words.month, more.months)]
    return _lines(Section.MONTHS, lines)


def _origins(it: Origins) -> list[Lines]:
    lines = []
    if it.decades:
        lines.append(origin_words.by_decade(it))
    if it.areas:
        lines.append(origin_words.by_area(it))
    if lines:
        lines.append(origin_words.known_of(it))
    return _lines(Section.ORIGINS, lines)


def _axes(tastes: Sequence[Taste], leanings: Sequence[Leaning], period: Period) -> list[Fields]:
    """One member's numbers on the axes that are known of them."""
    if len(tastes) != 1:
        return []
    [it] = tastes
    pairs: list[tuple[Text, Text]] = []
    if it.explored is not None:
        pairs.append(
            (t("Familiar to exploring"), t("{share} new songs", share=insight_words.percent(it.explored)))
        )
    if it.repeated is not None:
        pairs.append(
            (t("Varied to loyal"), t("{share} played before", share=insight_words.percent(it.repeated)))
        )
    if it.effective is not None:
        count = insight_words.number(it.effective)
        pairs.append((t("How wide"), t("as if {n} artists had been played equally", n=count)))
    for leaning in leanings:
        if leaning.recent is not None:
            share = insight_words.percent(leaning.recent)
            years = origin_words.recent_years(period)
            pairs.append((t("Timeless to new"), t("{share} from {years}", share=share, years=years)))
        if leaning.listeners is not None:
            n = origin_words.listeners(leaning.listeners)
            known = t("half of it by artists with at most {n} listeners at ListenBrainz", n=n)
            pairs.append((t("Common to unique"), known))
    return [Fields(tuple(pairs), t("How you listen"))] if pairs else []


def _credits(recap: Recap) -> list[Link]:
    return [Link(t("{name}", name=it.name), it.home) for it in keepers_among(words.sources(recap))]


def _footer(recap: Recap) -> Text | None:
    if not recap.members:
        return None
    if not recap.plays:
        return words.coverage(recap)
    thanks = [t("{it}.", it=it) for it in words.thanks(recap)]
    return joined([words.coverage(recap), words.rule(recap), *thanks], " ")
