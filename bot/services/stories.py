"""Members' own words: asked for, told, changed, taken back; and quoted where their member shares them now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.core import calendar, stories
from bot.core.consent import Eyes, Feature, others, sharing
from bot.core.identity import UNKNOWN_ARTIST, UNKNOWN_TITLE
from bot.core.model import Group, GroupId, Member, MemberId, Span, TrackId
from bot.core.recap.model import Ranked
from bot.core.stories import Occasion, Quote, State, Story
from bot.errors import BadOption, NotFound, NotJoined
from bot.ports import ChoiceStore, Clock, GroupStore, Membership, PlayStore, StoryStore
from bot.services.counting import Count, Counting, Question
from bot.services.recap import Told
from bot.text import t

DAYS = 7
SUGGESTED = 25
AT_ONCE = 20
# How many are looked through for those for whom it is day.
LOOKED_THROUGH = 1_000
LOOKED_EVERY_MS = 20 * calendar.HOUR_MS

# Has what was posted to a group since then, and shows the member, drawn anew (`Redaction.draw_anew`).
DrawAnew = Callable[[MemberId, GroupId, int], Awaitable[object]]
# Asks a member in private.
Ask = Callable[[Member, Story], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Mine:
    """All of a member's stories, the newest first; the groups that may read them; whether the member is asked."""

    stories: Sequence[Story]
    groups: Sequence[Group]
    asked: bool


class Quotes:
    """Words for whoever sees a recap."""

    def __init__(
        self, told: StoryStore, groups: GroupStore, plays: PlayStore, choices: ChoiceStore, clock: Clock
    ) -> None:
        self._told = told
        self._groups = groups
        self._counting = Counting(plays, choices, clock)

    async def quotes_for(self, told: Told) -> Sequence[Quote]:
        """What members in this recap tell those who see it of its time, in the order in which they told it.

        Only words of who says yes to stories here now, about plays that are theirs to see. None for a member alone.
        """
        if told.audience is None:
            return ()
        group, period = told.audience.group, told.recap.period
        memberships = await self._groups.memberships(group.id)
        shown = {it.member.id for it in told.recap.members}
        recap = {it.id for it in sharing(memberships, Feature.RECAP, told.audience.rooms)}
        members = {
            it.id: it
            for it in sharing(memberships, Feature.STORIES, told.audience.rooms)
            if it.id in shown & recap
        }
        span = Span(period.start_ms, period.end_ms)
        found = await self._told.told_in(group.id, members.keys(), span) if members else ()
        if not found:
            return ()
        telling = [members[who] for who in dict.fromkeys(it.member_id for it in found)]
        counts = await self._counting.counted(telling, period)
        listenings, tracks = await self._counting.seen(counts, others(memberships), group.id)
        heard = {it.member.id: it for it in listenings}
        quotes = (stories.quote(it, heard[it.member_id], tracks) for it in found)
        return [it for it in quotes if it is not None]


class Stories:
    """A member's own stories, for that member."""

    def __init__(
        self,
        told: StoryStore,
        groups: GroupStore,
        plays: PlayStore,
        choices: ChoiceStore,
        clock: Clock,
        draw_anew: DrawAnew,
    ) -> None:
        self._told = told
        self._groups = groups
        self._clock = clock
        self._weeks = _Weeks(plays, choices, clock)
        self._draw_anew = draw_anew

    async def mine(self, member: Member) -> Mine:
        """All there is."""
        return Mine(
            await self._told.stories(member.id),
            await self.groups(member),
            await self._told.wants_to_be_asked(member.id),
        )

    async def groups(self, member: Member) -> Sequence[Group]:
        """The groups in which the member said yes to stories, and to the mini-Wrapped that shows them."""
        return [
            group
            for group in await self._groups.groups_of(member.id)
            for said in await self._groups.memberships(group.id)
            if said.member.id == member.id and tells(said)
        ]

    async def story(self, member: Member, story_id: int) -> Story:
        """One of theirs. Raises `NotFound`."""
        found = await self._told.story(member.id, story_id)
        if found is None:
            raise NotFound(t("I know no such story of yours (any more)."))
        return found

    async def songs(self, member: Member) -> Sequence[Ranked]:
        """The songs of the last seven days of which they may tell, most played first, without hidden ones."""
        count = await self._weeks.count(member)
        unknown = {UNKNOWN_TITLE, UNKNOWN_ARTIST}
        return [it for it in count.recap.top_tracks if unknown.isdisjoint({it.title, it.artist})]

    async def tell(
        self, member: Member, story_id: int, words: str, groups: Collection[GroupId] | None = None
    ) -> Story:
        """Say it, or say it otherwise. Where no groups are given it belongs to all that may read it.

        Raises `NotFound`, `NotJoined`, `BadOption`.
        """
        before = await self.story(member, story_id)
        wanted = await self._wanted(member, groups)
        told = await self._told.tell_story(member.id, story_id, checked(words), wanted, self._clock.now_ms())
        await self._changed(told, before.groups)
        return told

    async def tell_of(
        self, member: Member, track_id: TrackId, words: str, groups: Collection[GroupId] | None = None
    ) -> Story:
        """Tell something of a song of the last seven days that nobody asked about. Raises as `tell`."""
        wanted = await self._wanted(member, groups)
        count = await self._weeks.count(member)
        song = next((it for it in count.recap.top_tracks if track_id in it.track_ids), None)
        occasion = None
        if song is not None:
            occasion = stories.own(count.listenings[0], song.track_ids, count.tracks)
        if occasion is None:
            raise BadOption(t("I know no play of yours of that song in the last seven days."), "song")
        told = await self._told.new_story(member.id, occasion, checked(words), wanted, self._clock.now_ms())
        await self._changed(told, frozenset())
        return told

    async def answer(self, member: Member, story_id: int, state: State) -> Story:
        """Any other answer than words; words that were there are gone. The story as it was. Raises `NotFound`."""
        before = await self._told.answer_story(member.id, story_id, state)
        await self._changed(before, frozenset())
        return before

    async def want_to_be_asked(self, member: Member, wanted: bool) -> None:
        """Whether I ask them about anything."""
        await self._told.want_to_be_asked(member.id, wanted)

    async def _wanted(self, member: Member, groups: Collection[GroupId] | None) -> Collection[GroupId]:
        may = [it.id for it in await self.groups(member)]
        if not may:
            raise NotJoined(
                t(
                    "None of your groups may read words of yours yet. In the group's room, /join asks you for that."
                )
            )
        wanted = may if groups is None else [it for it in may if it in groups]
        if not wanted:
            raise BadOption(t("Choose a group that may read it."), "groups")
        return wanted

    async def _changed(self, story: Story, before: Collection[GroupId]) -> None:
        # No post that was there before the plays tells of them.
        for group_id in story.groups.union(before):
            await self._draw_anew(story.member_id, group_id, story.occasion.first_ms)


class Asking:
    """Asks members about a moment worth it, each at most once a week, by day on their own clock."""

    def __init__(
        self, told: StoryStore, plays: PlayStore, choices: ChoiceStore, clock: Clock, ask: Ask
    ) -> None:
        self._told = told
        self._clock = clock
        self._weeks = _Weeks(plays, choices, clock)
        self._ask = ask

    async def run(self) -> None:
        """Look through the weeks of some members (`jobs.Chore`)."""
        now_ms = self._clock.now_ms()
        asked_ms, looked_ms = now_ms - stories.ASKED_EVERY_MS, now_ms - LOOKED_EVERY_MS
        due = await self._told.to_ask(asked_ms, looked_ms, LOOKED_THROUGH)
        for member in [it for it in due if stories.may_be_asked_at(now_ms, it.zone)][:AT_ONCE]:
            await self._told.looked_at(member.id, now_ms)
            worth = await self._weeks.worth_asking(member, await self._told.stories(member.id))
            if worth and (story := await self._told.ask_about(member.id, worth[0], now_ms, asked_ms)):
                await self._ask(member, story)


class _Weeks:
    """A member's last seven days, without what they hide from others, but with the hours of their nights."""

    def __init__(self, plays: PlayStore, choices: ChoiceStore, clock: Clock) -> None:
        self._counting = Counting(plays, choices, clock)
        self._clock = clock

    async def count(self, member: Member) -> Count:
        return await self._counting.recap(self._question(member))

    async def worth_asking(self, member: Member, known: Sequence[Story]) -> Sequence[Occasion]:
        """See `core.stories.worth_asking`."""
        asked = self._question(member)
        count = await self._counting.recap(asked, looking_back=True)
        if not count.recap.plays:
            return ()
        _, more = await self._counting.more(asked, count, (), {}, {})
        (listening,) = count.listenings
        return stories.worth_asking(listening, count.recap, more.insights, count.tracks, known)

    def _question(self, member: Member) -> Question:
        today = calendar.local_day(self._clock.now_ms(), member.zone)
        period = calendar.days(today - timedelta(days=DAYS - 1), today, member.zone)
        return Question(member.name, [member], period, Eyes(True, frozenset({member.id})), SUGGESTED)


def tells(it: Membership) -> bool:
    """Whether a membership lets the group read words of its member."""
    return {Feature.STORIES, Feature.RECAP} <= it.features


def checked(words: str) -> str:
    """The words as they are. Raises `BadOption` where there are none, or too many."""
    if not words.strip():
        raise BadOption(t("There are no words in it. To say nothing, choose “Keep it to myself”."), "words")
    if len(words) > stories.MOST_LETTERS:
        raise BadOption(
            t("That is {n} characters; {most} fit.", n=len(words), most=stories.MOST_LETTERS), "words"
        )
    return words
