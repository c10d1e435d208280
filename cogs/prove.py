"""The plays behind a number: how many, from where, by which rule, what may be missing, and the plays themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from bot.chat import Button, Card, Cog, Context, Fields, Lines, Link, Listing, Opt, Row, action, command
from bot.chat.asker import asker
from bot.chat.cards import Block
from bot.chat.features import number
from bot.core.calendar import When, period_of
from bot.core.facts import Facts, Measure
from bot.core.keepers import KEEPERS, keepers_among
from bot.core.model import Member, Source
from bot.core.recap import insight_words, words
from bot.core.recap.model import Kind
from bot.core.receipts import Behind
from bot.core.taste import Interval
from bot.ports import Clock
from bot.services.people import People
from bot.services.recap import Opened, Proof, Recaps
from bot.services.songs import details, song_name
from bot.text import Moment, Text, joined, t, tn

SHOWN_PLAYS = 50
SHOWN_VERSIONS = 8
SOURCES = {
    Source.SPOTIFY: t("Spotify's list of recent plays"),
    Source.EXTENDED: t("extended streaming history"),
    Source.ACCOUNT: t("account data"),
    Source.LASTFM: t("Last.fm (half a track or 4 minutes, by its beginning)"),
    Source.LISTENBRAINZ: t("ListenBrainz (half a track or 4 minutes, by its beginning)"),
}


class Prove(Cog):
    """Opens what was said."""

    def __init__(self, people: People, recaps: Recaps, clock: Clock) -> None:
        self.people = people
        self.recaps = recaps
        self.clock = clock

    @command("Open a number of the mini-Wrapped: the plays behind it", private=True)
    async def prove(
        self, ctx: Context, when: Annotated[When, Opt("Which time's mini-Wrapped")] = When.WEEK
    ) -> Card:
        """The numbers of the group's recap, each to be opened."""
        member = await asker(self.people, ctx)
        audience = await self.people.audience(ctx.place, member)
        await self.people.require_joined(audience, member)
        period = period_of(when, self.clock.now_ms(), audience.group.zone)
        told = await self.recaps.of_group(audience, period)
        return _numbers(await self.recaps.facts(told.frozen.id, member), member.zone)

    @action("prove.facts", private=True)
    async def facts(self, ctx: Context, recap: str, of: str = "") -> Card:
        """The numbers of one recap, the group's or (`of`) one member's."""
        member = await asker(self.people, ctx)
        return _numbers(await self.recaps.facts(number(recap), member), member.zone, of)

    @action("prove.fact", private=True)
    async def fact(self, ctx: Context, recap: str, fact: str) -> Card:
        """One number, counted again."""
        member = await asker(self.people, ctx)
        return _proof(await self.recaps.prove(number(recap), fact, member), member)


def _numbers(opened: Opened, zone: str, of: str = "") -> Card:
    """The facts of the group, or with `of` those of one member; the other members are buttons."""
    recap = str(opened.frozen.id)
    prefix = f"member:{of}:" if of else ""
    chosen = [it for it in opened.facts.facts if it.id.startswith(prefix or "member:") is bool(of)]
    rows = tuple(
        Row(it.words, buttons=(Button(t("Open"), "prove.fact", {"recap": recap, "fact": it.id}),))
        for it in chosen
    )
    names = {str(member_id): name for member_id, name, _ in opened.facts.members}
    members = {it.id.split(":")[1] for it in opened.facts.facts if it.id.startswith("member:")}
    others = tuple(
        Button(t("{name}'s numbers", name=name), "prove.facts", {"recap": recap, "of": member_id})
        for member_id, name in names.items()
        if member_id in members and member_id != of
    )
    everybody = (Button(t("The group's numbers"), "prove.facts", {"recap": recap}),) if of else ()
    return Card(
        t("Which of {name}'s numbers?", name=names.get(of, opened.facts.name)),
        (
            Listing(rows) if rows else Lines((t("There is no number here."),)),
            *([Lines((_withdrawn(opened.facts),))] if opened.facts.withdrawn else []),
        ),
        (*everybody, *others),
        _hash(
            t("These facts were written down on {day}", day=Moment(opened.frozen.made_ms, zone)),
            opened.frozen.sha256,
        ),
    )


def _proof(proof: Proof, viewer: Member) -> Card:
    evidence = proof.evidence
    pairs: list[tuple[Text, Text]] = [
        (t("Said then"), _amount(proof.fact.measure, proof.fact.value, proof.fact.interval)),
        (t("Counted now"), _amount(proof.fact.measure, evidence.value, evidence.interval)),
    ]
    pairs.extend((t("From {source}", source=SOURCES[source]), _plays(n)) for source, n in evidence.by_source)
    blocks: list[Block] = [Fields(tuple(pairs))]
    lines = [t("The rule: {rule}", rule=evidence.rule.says)]
    if evidence.difference is not None:
        lines.insert(0, evidence.difference)
    lines.extend(_versions(proof))
    if proof.facts.withdrawn:
        lines.append(_withdrawn(proof.facts))
    blocks.append(Lines(tuple(lines)))
    blocks.extend(_known(proof, viewer))
    if proof.own:
        shown = proof.own[:SHOWN_PLAYS]
        heading = t("Your plays behind it (only you see them)")
        blocks.append(Listing(tuple(_row(it, viewer.zone) for it in shown), heading, numbered=True))
        if len(proof.own) > len(shown):
            blocks.append(Lines((t("… and {n} more of yours.", n=len(proof.own) - len(shown)),)))
    if proof.others:
        told = tuple((t("{who}", who=who), _plays(n)) for who, n in proof.others)
        blocks.append(Fields(told, t("Others' plays behind it (their times are theirs to show)")))
    kept = keepers_among(dict(evidence.by_source))
    credit = tuple(Link(t("{name}", name=keeper.name), keeper.home) for keeper in kept)
    return Card(
        proof.fact.words,
        tuple(blocks),
        (Button(t("Another number"), "prove.facts", {"recap": str(proof.frozen.id)}), *credit),
        _hash(t("Your plays behind it, in order"), proof.sha256) if proof.own else None,
    )


def _amount(measure: Measure, n: int, interval: tuple[int, int] | None) -> Text:
    """A number with its interval: in per cent, in tenths, or as it is."""
    if interval is None:
        return t("{n}", n=n)
    scale = 10 if measure is Measure.EFFECTIVE else 100
    exact = Interval(n / scale, *(it / scale for it in interval))
    return insight_words.number(exact) if measure is Measure.EFFECTIVE else insight_words.percent(exact)


def _versions(proof: Proof) -> Iterable[Text]:
    """The raw tracks behind a song, where it is more than one."""
    if proof.fact.kind is not Kind.TRACK:
        return
    plays = Counter(it.track for it in proof.evidence.behind)
    if len(plays) > 1:
        named = [
            f"{song_name(it)} ({details(it)})" if details(it) else song_name(it)
            for it, _ in plays.most_common()
        ]
        told = joined([t("{name}", name=it) for it in named[:SHOWN_VERSIONS]], "; ")
        more = len(named) - SHOWN_VERSIONS
        yield (
            t("These {n} versions count as one song: {told}", n=len(named), told=told)
            if more <= 0
            else t(
                "These {n} versions count as one song: {told}; and {more} more",
                n=len(named),
                told=told,
                more=more,
            )
        )
    if proof.evidence.difference is not None:
        yield t("Which tracks count as one song may have changed since then, too.")


def _row(play: Behind, zone: str) -> Row:
    track = play.track
    text = t(
        "{title} — {artist}", title=track.title or t("(title unknown)"), artist=track.artist or t("(unknown)")
    )
    at = t("began {at}" if play.source in KEEPERS else "ended {at}", at=Moment(play.at_ms, zone))
    return Row(text, t("{at} · {source}", at=at, source=SOURCES[play.source]))


def _known(proof: Proof, viewer: Member) -> list[Lines]:
    """How much of the time each member's sources vouch for by now, and which source each of the viewer's own intervals
    comes from: where one source ends, somebody played something."""
    period, evidence = proof.facts.period, proof.evidence
    names = {it.member.id: it.member.name for it in evidence.coverage}
    zone = viewer.zone
    seen = tuple(words.seen(it, period, zone, why=True) for it in evidence.coverage)
    origins = tuple(
        words.origins(names[who], told, period, zone)
        for who, told in evidence.origins
        if told and who == viewer.id
    )
    return [
        *([Lines(seen, t("What is known of the time"))] if seen else []),
        *([Lines(origins, t("Where it comes from"))] if origins else []),
    ]


def _withdrawn(facts: Facts) -> Text:
    who = tn("One member has", "{n} members have", facts.withdrawn)
    return t("{who} taken their part back since, and the numbers that counted it are gone with it.", who=who)


def _plays(n: int) -> Text:
    return tn("{n} play", "{n} plays", n)


def _hash(what: Text, sha256: str) -> Text:
    return t("{what}: sha256 {hash}…", what=what, hash=sha256[:16])
