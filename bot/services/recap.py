"""Recaps and their proofs: gather consented plays, let the core count, freeze what was said, open it again later."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence, Set
from dataclasses import dataclass, replace

from bot.core import calendar, receipts
from bot.core.consent import OWN, Audience, Eyes, Feature, others, sharing
from bot.core.facts import Fact, Facts, counts_of, stated
from bot.core.frozen import freeze, salts_of, thaw, verify
from bot.core.model import GroupId, Member, MemberId, Period, RoomRef, Track
from bot.core.recap.model import Coverage, Loop, MemberRecap, Recap
from bot.core.recap.origins import roots
from bot.core.receipts import Behind, Evidence
from bot.core.recounting import COMPARING, NO_BACKGROUND, compared, needs_background
from bot.core.withheld import said_again
from bot.errors import NotAllowed, NotFound
from bot.ports import (
    Chance,
    ChoiceStore,
    Clock,
    FrozenRecap,
    GroupStore,
    Membership,
    PlayStore,
    RecapStore,
    SongStore,
)
from bot.services.counting import Counting, More, Question
from bot.text import t

# The longest top list that is shown somewhere.
MOST = 25

# A decimal number with fewer digits is a recap's own number.
SHORTEST_HASH = 12

# Asks the sources for what is new of these members before something is counted.
Freshen = Callable[[Sequence[Member]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Told:
    """A recap, its facts as they were frozen, and (where it was asked for) what more there is to say.

    `audience` is who sees it, None where that is its member alone; `order` are all who joined the group, in order.
    """

    recap: Recap
    frozen: FrozenRecap
    more: More | None = None
    audience: Audience | None = None
    order: tuple[MemberId, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """A frozen recap and the facts in it that the viewer may open."""

    frozen: FrozenRecap
    facts: Facts


@dataclass(frozen=True, slots=True)
class Proof:
    """A fact counted again. `own` are the viewer's plays behind it, with their times; `others` are only counted.

    `sha256` is over the own plays, "" where there are none.
    """

    frozen: FrozenRecap
    facts: Facts
    fact: Fact
    evidence: Evidence
    own: tuple[Behind, ...]
    others: tuple[tuple[str, int], ...]
    sha256: str


@dataclass(frozen=True, slots=True)
class Audit:
    """A frozen recap looked through: whether what is left of it is what was said, and the facts that differ by now."""

    frozen: FrozenRecap
    facts: Facts
    intact: bool
    differs: tuple[tuple[Fact, Evidence], ...]


class Recaps:
    """Facts of groups and of members. `freshen` is given where sources can be asked."""

    def __init__(
        self,
        plays: PlayStore,
        groups: GroupStore,
        recaps: RecapStore,
        choices: ChoiceStore,
        songs: SongStore,
        clock: Clock,
        chance: Chance,
        freshen: Freshen | None = None,
    ) -> None:
        self._groups = groups
        self._songs = songs
        self._recaps = recaps
        self._choices = choices
        self._counting = Counting(plays, choices, clock)
        self._clock = clock
        self._chance = chance
        self._freshen = freshen

    async def of_group(
        self,
        audience: Audience,
        period: Period,
        top: int = 10,
        *,
        more: bool = False,
        among: Collection[MemberId] | None = None,
    ) -> Told:
        """The recap of those in the group who share theirs with this audience; without members where nobody does.

        A post, which nobody asked for, is `among` those whom `services.previews` cleared for it.
        """
        group = audience.group
        memberships = await self._groups.memberships(group.id)
        members = [
            it
            for it in sharing(memberships, Feature.RECAP, audience.rooms)
            if among is None or it.id in among
        ]
        await self._fresh(members)
        asked = Question(group.name, members, period, others(memberships), top, group.id)
        comparing = {it.id for it in sharing(memberships, Feature.COMPARE, audience.rooms)}
        told = await self._told(asked, comparing if more else None)
        if among is not None and told.more is not None:
            given = [(award.member, award.kind) for award in told.more.awards]
            await self._recaps.awarded(group.id, period, given)
        return replace(told, audience=audience, order=_order(memberships))

    async def of_member(self, member: Member, period: Period, top: int = 10, *, more: bool = False) -> Told:
        """A member's own recap, to be opened by nobody else."""
        await self._fresh([member])
        return await self._told(Question(member.name, [member], period, OWN, top), () if more else None)

    async def again(self, recap_id: int, among: Collection[MemberId], room: RoomRef) -> Told | None:
        """A group's recap of the same time, counted anew: of those `among` whom it had who still share with this room.

        None where nobody is left. Nothing new is asked of the sources.
        """
        frozen = await self._recaps.frozen(recap_id)
        group = (
            None if frozen is None or frozen.group_id is None else await self._groups.group(frozen.group_id)
        )
        if frozen is None or group is None:
            return None
        memberships = await self._groups.memberships(group.id)
        members = [
            it for it in sharing(memberships, Feature.RECAP, frozenset({room})) if it.id in frozenset(among)
        ]
        if not members:
            return None
        period = thaw(frozen.facts).period
        asked = Question(group.name, members, period, others(memberships), MOST, group.id)
        comparing = {it.id for it in sharing(memberships, Feature.COMPARE, frozenset({room}))}
        audience = Audience(group, frozenset({room}))
        return replace(await self._told(asked, comparing), audience=audience, order=_order(memberships))

    async def arrived(self, recap_id: int, room: RoomRef) -> Sequence[tuple[str, int]]:
        """How many plays of the time of a group's recap came since it was said, by member, the most first.

        Of those whom it has and who still share with this room.
        """
        frozen = await self._recaps.frozen(recap_id)
        if frozen is None or frozen.group_id is None:
            return []
        facts = thaw(frozen.facts)
        memberships = await self._groups.memberships(frozen.group_id)
        members = [it for it in sharing(memberships, Feature.RECAP, frozenset({room})) if it.id in
                   {number for number, _, _ in facts.members}]  # fmt: skip
        if not members:
            return []
        asked = Question(facts.name, members, facts.period, others(memberships), 1, frozen.group_id)
        now = (await self._counting.recap(asked)).recap
        said = {fact.about[0]: fact.value for fact in facts.facts
                if len(fact.about) == 1 and fact.rule == "play"}  # fmt: skip
        more = [(it.member.name, it.plays - said[it.member.id]) for it in now.members]
        return sorted(((name, n) for name, n in more if n > 0), key=lambda it: (-it[1], it[0]))

    async def preview(self, audience: Audience, member: Member, period: Period, top: int = 10) -> Recap:
        """What the others there would read of this member alone; kept nowhere. They need not have joined."""
        memberships = await self._groups.memberships(audience.group.id)
        asked = Question(member.name, [member], period, others(memberships), top, audience.group.id)
        return (await self._counting.recap(asked)).recap

    async def versions(self, audience: Audience, period: Period, most: int) -> Sequence[Sequence[Track]]:
        """The raw tracks behind each song of those who share theirs with this audience; what was played most first."""
        memberships = await self._groups.memberships(audience.group.id)
        members = sharing(memberships, Feature.RECAP, audience.rooms)
        asked = Question("", members, period, others(memberships), most, audience.group.id)
        count = await self._counting.recap(asked)
        return [[count.tracks[number] for number in song.track_ids] for song in count.recap.top_tracks]

    async def of_members(
        self, members: Sequence[Member], period: Period, zone: str | None = None, top: int = 10
    ) -> Recap:
        """A recap for whoever runs Earshot, not kept. `zone` puts everybody on one clock."""
        name = ", ".join(member.name for member in members)
        return (await self._counting.recap(Question(name, members, period, OWN, top, zone=zone))).recap

    async def facts_of_members(self, members: Sequence[Member], period: Period, top: int = 10) -> list[Fact]:
        """Everything that there is to state of these members, each compared with all, for whoever runs Earshot."""
        asked = Question(", ".join(member.name for member in members), members, period, OWN, top)
        count = await self._counting.recap(asked, looking_back=True)
        rooted = roots(count.tracks, await self._songs.song_facts(count.tracks))
        recap, more = await self._counting.more(asked, count, {it.id for it in members}, {}, rooted)
        return [*stated(recap, count.tracks), *more.facts]

    async def facts(self, recap_id: int, viewer: Member) -> Opened:
        """The facts of a recap that the viewer may open. Raises `NotFound`, `NotAllowed`."""
        frozen, facts, members, _ = await self._open(recap_id, viewer)
        shared = {member.id for member in members}
        # What was said of one who is not shown to this viewer (any more) is not said again.
        kept = tuple(fact for fact in facts.facts if _may_be_said(fact, shared))
        known = tuple(it for it in facts.members if it[0] in shared)
        return Opened(frozen, replace(facts, members=known, facts=kept))

    async def prove(self, recap_id: int, fact_id: str, viewer: Member) -> Proof:
        """The plays behind a fact, counted again now. Raises `NotFound`, `NotAllowed`."""
        frozen, facts, members, eyes = await self._open(recap_id, viewer)
        fact = facts.fact(fact_id)
        if fact is None:
            raise NotFound(t("That number is not in this recap. Open the list of its numbers again."))
        about = [member for member in members if member.id in fact.about]
        if not _may_be_said(fact, {member.id for member in about}):
            raise NotFound(
                t("That number cannot be opened any more: whom it was about shares no plays here now.")
            )
        [evidence] = await self._evidence([fact], facts, about, eyes, frozen.group_id)
        names = {member.id: member.name for member in about}
        own = tuple(play for play in evidence.behind if play.member_id == viewer.id)
        return Proof(
            frozen,
            facts,
            fact,
            evidence,
            own,
            tuple((names[who], count) for who, count in evidence.by_member if who != viewer.id),
            receipts.fingerprint(own) if own else "",
        )

    async def audit(self, recap: str) -> Audit:
        """For whoever runs Earshot: count each fact of a recap again, named by its number or its sha256's beginning.

        Raises `NotFound`.
        """
        by_number = recap.isdecimal() and len(recap) < SHORTEST_HASH
        frozen = await (
            self._recaps.frozen(int(recap)) if by_number else self._recaps.frozen_as(recap.lower())
        )
        if frozen is None:
            raise NotFound(t("There is no recap “{recap}” here.", recap=recap))
        facts, eyes = thaw(frozen.facts), OWN
        members = [Member(*it) for it in facts.members]
        if frozen.member_id is not None and members:
            members = [replace(members[0], id=frozen.member_id)]
            facts = receipts.of_one(facts, members[0])
        if frozen.group_id is not None:
            memberships = await self._groups.memberships(frozen.group_id)
            eyes = others(memberships)
            sharing_now = {it.id for it in sharing(memberships, Feature.RECAP, _anywhere(memberships))}
            members = [it for it in members if it.id in sharing_now]
        again = await self._evidence(facts.facts, facts, members, eyes, frozen.group_id)
        return Audit(
            frozen,
            facts,
            verify(frozen.facts, frozen.sha256),
            tuple(
                (fact, evidence)
                for fact, evidence in zip(facts.facts, again, strict=True)
                if evidence.difference is not None
            ),
        )

    async def _evidence(
        self,
        wanted: Sequence[Fact],
        facts: Facts,
        members: Sequence[Member],
        eyes: Eyes,
        group_id: GroupId | None,
    ) -> list[Evidence]:
        """Some of the facts counted again, from the plays of these members."""
        counts = await self._counting.counted(members, facts.period)
        listenings, tracks = await self._counting.seen(counts, eyes, group_id)
        background = NO_BACKGROUND
        if any(map(needs_background, wanted)):
            asked = Question(facts.name, members, facts.period, eyes, group_id=group_id)
            count = await self._counting.recap(asked, looking_back=True)
            rooted = roots(count.tracks, await self._songs.song_facts(count.tracks))
            _, more = await self._counting.more(asked, count, compared(facts), {}, rooted)
            background, tracks = more.background, {**more.tracks, **tracks}
        now_ms = self._clock.now_ms()
        return await asyncio.to_thread(
            lambda: [receipts.evidence(it, facts, listenings, tracks, now_ms, background) for it in wanted]
        )

    async def _fresh(self, members: Sequence[Member]) -> None:
        if self._freshen is not None:
            await self._freshen(members)

    async def _told(self, asked: Question, comparing: Collection[MemberId] | None) -> Told:
        """`comparing` is None where nothing more is wanted than the recap."""
        owner = None if asked.group_id is not None else asked.members[0].id
        count = await self._counting.recap(asked, looking_back=comparing is not None)
        # With the salts of the document before, equal facts are an equal document.
        before = await self._recaps.newest(asked.group_id, owner)
        known = {} if before is None else salts_of(before.facts)
        salts = {it.id: known.get(it.id) or self._chance.token() for it in asked.members}
        recap, more = count.recap, None
        if comparing is not None:
            group = asked.group_id
            last = {} if group is None else await self._recaps.last_awards(group, asked.period)
            rooted = roots(count.tracks, await self._songs.song_facts(count.tracks))
            recap, more = await self._counting.more(asked, count, comparing, last, rooted)
        said = () if more is None else more.facts
        facts, sha256 = await asyncio.to_thread(freeze, recap, count.tracks, salts, said)
        now_ms = self._clock.now_ms()
        frozen = await self._recaps.freeze(asked.group_id, owner, now_ms, facts, sha256, salts)
        return Told(recap, frozen, more)

    async def _open(self, recap_id: int, viewer: Member) -> tuple[FrozenRecap, Facts, list[Member], Eyes]:
        """The recap, its facts, those whose plays may be looked at for it now, and how.

        For a group's recap those are the members who share with a room where the viewer is one of them; what was said
        of others, who share with other rooms alone, is not for this viewer.
        """
        frozen = await self._recaps.frozen(recap_id)
        if frozen is None:
            raise NotFound(t("I do not have that recap any more. Ask for a new one with /wrapped."))
        facts = thaw(frozen.facts)
        if frozen.group_id is None:
            if frozen.member_id != viewer.id:
                raise NotAllowed(t("These are somebody else's numbers; only they can open them."))
            return frozen, receipts.of_one(facts, viewer), [viewer], OWN
        memberships = await self._groups.memberships(frozen.group_id)
        mine = next((it.rooms for it in memberships if it.member.id == viewer.id), None)
        if mine is None:
            raise NotAllowed(
                t("Only members of {group} can open its numbers. /join makes you one.", group=facts.name)
            )
        members = sharing(memberships, Feature.RECAP, mine)
        elsewhere = {it.id for it in sharing(memberships, Feature.RECAP, _anywhere(memberships))} - {
            it.id for it in members
        }
        meant = tuple(fact for fact in facts.facts if elsewhere.isdisjoint(fact.about))
        choices = await self._choices.choices([member.id for member in members])
        eyes = others(memberships)
        again = said_again(replace(facts, facts=meant), choices, eyes)
        return frozen, replace(facts, facts=again), members, eyes


def _may_be_said(fact: Fact, shown: Set[MemberId]) -> bool:
    """Whether one of those whom a fact counted is shown; all of them, where it compares them."""
    counted = frozenset(counts_of(fact))
    return counted <= shown if fact.measure in COMPARING else not counted.isdisjoint(shown)


def _order(memberships: Sequence[Membership]) -> tuple[MemberId, ...]:
    return tuple(it.member.id for it in memberships)


def _anywhere(memberships: Collection[Membership]) -> frozenset[RoomRef]:
    """Every room in which somebody may be seen."""
    return frozenset(room for it in memberships for room in it.rooms)


def recap_json(recap: Recap, zone: str | None = None) -> dict[str, object]:
    """A recap for `--json`. `zone` is the clock that all members were put on, if they were."""
    return {
        "name": recap.name,
        "period": {
            "kind": recap.period.kind.value,
            "first": recap.period.first.isoformat(),
            "last": recap.period.last.isoformat(),
            "zone": recap.period.zone,
        },
        "plays": recap.plays,
        "plays_before": recap.plays_before,
        "listeners": recap.listeners,
        "minutes": recap.minutes,
        "minutes_exact": recap.minutes_exact,
        **_tops_json(recap),
        "clock": list(recap.clock),
        "week": list(recap.week),
        "busiest": _busiest_json(recap),
        "loops": [_loop_json(loop, zone or loop.member.zone) for loop in recap.loops],
        "members": [_member_json(part) for part in recap.members],
        "coverage": [_coverage_json(it, recap.period.zone) for it in recap.coverage],
    }


def facts_json(facts: Iterable[Fact], members: Iterable[Member]) -> list[dict[str, object]]:
    """Facts for `--facts --json`: the number, what is certain of it, whose plays it counts, and its rule."""
    names = {it.id: it.name for it in members}
    return [
        {
            "id": it.id,
            "says": str(it.words),
            "value": it.value,
            "interval": it.interval,
            "counts": it.measure.value,
            "rule": it.rule,
            "members": [names[who] for who in it.whose or counts_of(it)],
        }
        for it in facts
    ]


def _tops_json(part: Recap | MemberRecap) -> dict[str, object]:
    return {
        "top_artists": [{"artist": it.artist, "plays": it.plays} for it in part.top_artists],
        "top_tracks": [{"title": it.title, "artist": it.artist, "plays": it.plays} for it in part.top_tracks],
        "top_albums": [{"album": it.title, "artist": it.artist, "plays": it.plays} for it in part.top_albums],
    }


def _busiest_json(part: Recap | MemberRecap) -> dict[str, object] | None:
    it = part.busiest
    return None if it is None else {"from": calendar.iso_local(it.start_ms, it.zone), "plays": it.plays}


def _loop_json(it: Loop, zone: str) -> dict[str, object]:
    return {
        "title": it.title,
        "artist": it.artist,
        "times": it.times,
        "from": calendar.iso_local(it.first_ms, zone),
        "to": calendar.iso_local(it.last_ms, zone),
        "member": it.member.name,
    }


def _member_json(part: MemberRecap) -> dict[str, object]:
    return {
        "name": part.member.name,
        "zone": part.member.zone,
        "plays": part.plays,
        "plays_before": part.plays_before,
        "minutes": part.minutes,
        "minutes_exact": part.minutes_exact,
        **_tops_json(part),
        "clock": list(part.clock),
        "week": list(part.week),
        "busiest": _busiest_json(part),
    }


def _coverage_json(it: Coverage, zone: str) -> dict[str, object]:
    return {
        "member": it.member.name,
        "complete": round(it.complete, 4),
        "covered": [
            {"from": calendar.iso_local(span.start_ms, zone), "to": calendar.iso_local(span.end_ms, zone)}
            for span in it.covered
        ],
        "gaps": [
            {
                "from": calendar.iso_local(gap.start_ms, zone),
                "to": calendar.iso_local(gap.end_ms, zone),
                "cause": gap.cause,
            }
            for gap in it.gaps
        ],
        "sources": {source.value: count for source, count in it.sources},
    }
