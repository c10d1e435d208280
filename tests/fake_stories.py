"""The part of the fake store that keeps stories and previews (`ports.StoryStore`, `ports.PreviewStore`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.core.consent import Feature, Previewed
from bot.core.model import GroupId, Member, MemberId, Span
from bot.core.stories import Occasion, State, Story
from bot.errors import NotFound
from bot.ports import Membership, Weekly
from bot.text import t


@dataclass(frozen=True)
class Asked:
    """What is known of asking somebody."""

    asked_ms: int = 0
    looked_ms: int = 0
    never: bool = False


class FakeStories:
    """Beside the rest of the fake store, which says who is there."""

    _members: dict[MemberId, Member]
    _memberships: dict[tuple[GroupId, MemberId], Membership]
    _groups: dict[GroupId, Any]
    _weekly: dict[GroupId, Weekly]

    def __init__(self) -> None:
        self._stories: dict[int, Story] = {}
        self._last_story = 0
        self._asking: dict[MemberId, Asked] = {}
        self._previews: dict[tuple[GroupId, MemberId], tuple[int, Previewed]] = {}

    async def paused(self, member_id: MemberId) -> bool:
        raise NotImplementedError

    async def to_ask(self, asked_ms: int, looked_ms: int, limit: int) -> Sequence[Member]:
        joined = {it.member.id for it in self._memberships.values() if Feature.STORIES in it.features}
        known = {who: self._asking.get(who, Asked(-1, -1)) for who in joined}
        found = [
            who
            for who, it in known.items()
            if not it.never
            and it.asked_ms < asked_ms
            and it.looked_ms < looked_ms
            and not await self.paused(who)
        ]
        return [
            self._members[who] for who in sorted(found, key=lambda who: (max(0, known[who].looked_ms), who))
        ][:limit]

    async def looked_at(self, member_id: MemberId, now_ms: int) -> None:
        if member_id in self._members:
            self._note(member_id, looked_ms=now_ms)

    async def ask_about(
        self, member_id: MemberId, occasion: Occasion, now_ms: int, since_ms: int
    ) -> Story | None:
        it = self._asking.get(member_id, Asked(-(2**53)))
        known = {story.occasion.key for story in await self.stories(member_id)}
        if member_id not in self._members or it.never or it.asked_ms > since_ms or occasion.key in known:
            return None
        self._note(member_id, asked_ms=now_ms)
        return self._add(member_id, occasion, state=State.ASKED, asked_ms=now_ms)

    async def wants_to_be_asked(self, member_id: MemberId) -> bool:
        return not self._asking.get(member_id, Asked()).never

    async def want_to_be_asked(self, member_id: MemberId, wanted: bool) -> None:
        self._there(member_id in self._members)
        self._note(member_id, never=not wanted)

    async def new_story(
        self, member_id: MemberId, occasion: Occasion, words: str, groups: Collection[GroupId], now_ms: int
    ) -> Story:
        self._there(member_id in self._members)
        return self._add(
            member_id, occasion, state=State.TOLD, words=words, groups=self._known(groups), told_ms=now_ms
        )

    async def tell_story(
        self, member_id: MemberId, story_id: int, words: str, groups: Collection[GroupId], now_ms: int
    ) -> Story:
        before = self._own(member_id, story_id)
        told = before.state is State.TOLD
        self._stories[story_id] = replace(
            before,
            state=State.TOLD,
            words=words,
            groups=self._known(groups),
            told_ms=before.told_ms if told else now_ms,
            edited_ms=now_ms if told else 0,
        )
        return self._stories[story_id]

    async def answer_story(self, member_id: MemberId, story_id: int, state: State) -> Story:
        before = self._own(member_id, story_id)
        self._stories[story_id] = replace(before, state=state, words="", groups=frozenset())
        return before

    async def story(self, member_id: MemberId, story_id: int) -> Story | None:
        found = self._stories.get(story_id)
        return found if found is not None and found.member_id == member_id else None

    async def stories(self, member_id: MemberId) -> Sequence[Story]:
        return [it for it in reversed(self._stories.values()) if it.member_id == member_id]

    async def told_in(
        self, group_id: GroupId, member_ids: Collection[MemberId], during: Span
    ) -> Sequence[Story]:
        found = [
            it
            for it in self._stories.values()
            if it.state is State.TOLD
            and group_id in it.groups
            and it.member_id in member_ids
            and during.start_ms <= it.occasion.last_ms < during.end_ms
        ]
        return sorted(found, key=lambda it: (it.told_ms, it.id))

    async def to_preview(self, now_ms: int, until_ms: int, limit: int) -> Sequence[tuple[GroupId, MemberId]]:
        found = [
            (self._weekly[group_id].next_ms, group_id, who)
            for (group_id, who), it in self._memberships.items()
            if Feature.RECAP in it.features
            and group_id in self._weekly
            and self._weekly[group_id].active
            and now_ms < self._weekly[group_id].next_ms <= until_ms
            and self._not_shown(group_id, who, self._weekly[group_id].next_ms - (until_ms - now_ms))
            and not await self.paused(who)
        ]
        return [(group_id, who) for _, group_id, who in sorted(found)][:limit]

    async def ask_preview(self, group_id: GroupId, member_id: MemberId, now_ms: int, since_ms: int) -> bool:
        there = member_id in self._members and group_id in self._groups
        if not there or not self._not_shown(group_id, member_id, since_ms):
            return False
        _, said = self._previews.get((group_id, member_id), (0, Previewed()))
        self._previews[group_id, member_id] = now_ms, said
        return True

    def _not_shown(self, group_id: GroupId, member_id: MemberId, since_ms: int) -> bool:
        if (group_id, member_id) not in self._previews:
            return True
        asked_ms, said = self._previews[group_id, member_id]
        return not said.fine and bool(said.left_out) and asked_ms < since_ms

    async def answer_preview(self, group_id: GroupId, member_id: MemberId, said: Previewed) -> None:
        self._there(member_id in self._members and group_id in self._groups)
        asked, _ = self._previews.get((group_id, member_id), (0, said))
        self._previews[group_id, member_id] = asked, said

    async def previews(self, group_id: GroupId) -> Mapping[MemberId, Previewed]:
        return {who: said for (group, who), (_, said) in self._previews.items() if group == group_id}

    def _forget_stories(self, member_id: MemberId, times: Iterable[int]) -> None:
        """Those of a time of which nothing is left; `times` are the instants of the plays that are."""
        known = sorted(times)
        self._keep_stories(
            lambda it: (
                it.member_id != member_id
                or any(it.occasion.first_ms <= at_ms <= it.occasion.last_ms for at_ms in known)
            )
        )

    def _merge_stories(self, keep: MemberId, gone: MemberId) -> None:
        for number, it in self._stories.items():
            if it.member_id == gone:
                self._stories[number] = replace(it, member_id=keep)
        both = [self._asking.pop(who) for who in (keep, gone) if who in self._asking]
        if both:
            self._asking[keep] = Asked(
                max(it.asked_ms for it in both),
                max(it.looked_ms for it in both),
                any(it.never for it in both),
            )
        for group_id, _ in [it for it in self._previews if it[1] == gone]:
            asked, said = self._previews.pop((group_id, gone))
            other, own = self._previews.get((group_id, keep), (asked, said))
            self._previews[group_id, keep] = (
                max(asked, other),
                Previewed(said.fine and own.fine, max(said.left_out, own.left_out)),
            )

    def _delete_stories(self, member_id: MemberId) -> int:
        """How many rows were the member's own."""
        before = len(self._stories) + len(self._asking) + len(self._previews)
        self._keep_stories(lambda it: it.member_id != member_id)
        self._asking.pop(member_id, None)
        self._previews = {it: said for it, said in self._previews.items() if it[1] != member_id}
        return before - len(self._stories) - len(self._asking) - len(self._previews)

    def _keep_stories(self, wanted: Callable[[Story], bool]) -> None:
        self._stories = {number: it for number, it in self._stories.items() if wanted(it)}

    def _note(self, member_id: MemberId, **values: Any) -> None:
        self._asking[member_id] = replace(self._asking.get(member_id, Asked()), **values)

    def _add(self, member_id: MemberId, occasion: Occasion, **values: Any) -> Story:
        self._last_story += 1
        self._stories[self._last_story] = Story(self._last_story, member_id, occasion, **values)
        return self._stories[self._last_story]

    def _own(self, member_id: MemberId, story_id: int) -> Story:
        found = self._stories.get(story_id)
        self._there(found is not None and found.member_id == member_id)
        assert found is not None
        return found

    def _known(self, groups: Collection[GroupId]) -> frozenset[GroupId]:
        return frozenset(groups) & self._groups.keys()

    def _there(self, there: bool) -> None:
        if not there:
            raise NotFound(t("It is not there (any more)."))
