"""Somebody takes their part back: posts are drawn anew, what was said is struck out, and the rest is still true."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from bot.chat import Card, Person
from bot.chat.ledger import Ledger, Redrawing
from bot.chat.platform import Platforms, PostRef
from bot.core.calendar import DAY_MS
from bot.core.choices import Aside, Mark, Whole
from bot.core.consent import Audience
from bot.core.frozen import thaw, verify
from bot.core.model import Identity, Member, RoomRef
from bot.core.recap.model import Kind
from bot.errors import EarshotError, NotFound, RoomLost, Unavailable
from bot.services.redaction import AGAIN_MS, AT_ONCE, Outcome, PostResult, Redaction
from bot.text import t
from cogs.posts import Posts
from tests.cogs import test_recap_cogs as recaps
from tests.cogs.test_recap_cogs import NOW, ROOM, context, words

OTHER = RoomRef("lounge", "", "other")


@dataclass
class Board:
    """A platform where messages stand; `broken` is raised instead of an edit."""

    name: str = "lounge"
    connected: bool = True
    cards: dict[str, Card] = field(default_factory=dict)
    broken: EarshotError | None = None

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def post(self, room: RoomRef, card: Card, key: str = "") -> PostRef:
        message = f"{room.channel}-{len(self.cards)}"
        self.cards[message] = card
        return PostRef(room, message)

    async def find(self, room: RoomRef, key: str, since_ms: int) -> PostRef | None:
        return None

    async def edit(self, post: PostRef, card: Card) -> None:
        if self.broken is not None:
            raise self.broken
        assert post.message in self.cards
        self.cards[post.message] = card

    async def whisper(self, identity: Identity, card: Card) -> None: ...

    async def present(self, identity: Identity, place: str) -> bool | None:
        return None

    def forget(self, identity: Identity) -> None: ...


class House(recaps.House):
    """Ana and Ben, a board to post on, and a way to take back."""

    def __init__(self) -> None:
        super().__init__()
        self.board, platforms = Board(), Platforms()
        platforms.add(self.board)
        self.ledger = Ledger(self.store, self.clock)
        views = {"wrapped": self.cards.again, "top": self.listening.again}
        self.redaction = Redaction(
            self.store,
            self.wrapped.recaps,
            self.clock,
            Redrawing(platforms, views, {"wrapped": self.cards.language}),
        )

    async def settle(self) -> House:
        await super().settle()
        self.group = await self.store.open_room(ROOM, "", recaps.ZONE)
        self.audience = Audience(self.group, frozenset({ROOM}))
        self.ana, self.ben = [it.member for it in await self.store.memberships(self.group.id)]
        return self

    async def show(self, card: Card, room: RoomRef = ROOM) -> str:
        """Say it in a room, as `chat.answering` does; the message."""
        post = await self.board.post(room, card)
        await self.ledger.note(card, room, post)
        return post.message

    async def leave(self, member: Member) -> Sequence[PostResult]:
        await self.store.leave(self.group.id, member.id)
        return await self.redaction.take_back(member.id, self.group.id)

    def said(self, message: str) -> str:
        return words(self.board.cards[message])


@pytest.fixture
async def house() -> House:
    return await House().settle()


async def test_whoever_leaves_is_taken_out_of_what_was_posted(house: House) -> None:
    message = await house.show(await house.wrapped.wrapped(context()))
    assert "Ben" in house.said(message)
    [result] = await house.leave(house.ben)
    assert (result.room, result.posted_ms, result.outcome) == (ROOM, NOW, Outcome.CHANGED)
    assert "Ben" not in house.said(message)
    assert "Changed on 2026-11-24 12:00: one member took their part back." in house.said(message)
    alone = await house.wrapped.wrapped(context())
    for said in words(alone).splitlines()[:3]:
        assert said in house.said(message)
    # Once is enough.
    assert await house.redaction.take_back(house.ben.id) == []
    assert await house.store.posts_due(NOW + DAY_MS, 9) == []


async def test_what_was_said_stays_provable_without_them(house: House) -> None:
    told = await house.wrapped.recaps.of_group(house.audience, recaps.WEEK)
    await house.show(await house.cards.group(told))
    await house.leave(house.ben)
    kept = await house.store.frozen(told.frozen.id)
    assert kept is not None
    assert verify(kept.facts, told.frozen.sha256)
    assert "Ben" not in kept.facts
    opened = await house.wrapped.recaps.facts(told.frozen.id, house.ana)
    before = {fact.id: fact.value for fact in thaw(told.frozen.facts).facts}
    assert opened.facts.withdrawn == 1
    assert {fact.id for fact in opened.facts.facts} > {f"member:{house.ana.id}:plays", "loop:1"}
    assert "plays" not in {fact.id for fact in opened.facts.facts}
    for fact in opened.facts.facts:
        proof = await house.wrapped.recaps.prove(told.frozen.id, fact.id, house.ana)
        assert proof.evidence.value == before[fact.id]
    card = words(await house.prove.facts(context(), str(told.frozen.id)))
    assert "One member has taken their part back since" in card


async def test_where_nobody_is_left_the_card_says_so(house: House) -> None:
    message = await house.show(await house.wrapped.wrapped(context()))
    await house.leave(house.ben)
    await house.leave(house.ana)
    assert house.said(message).splitlines()[:2] == [
        "This was taken back", "Changed on 2026-11-24 11:00 UTC: 2 members took their part back."
    ]  # fmt: skip
    assert house.board.cards[message].buttons == ()


async def test_top_lists_are_counted_again_as_they_were_asked_for(house: House) -> None:
    everybody = await house.show(await house.listening.top(context(), Kind.TRACK, 3))
    ben = Person(Identity("lounge", "ben"), "Ben", "")
    alone = await house.show(await house.listening.top(context(), Kind.ARTIST, who=ben))
    ana = await house.show(await house.listening.top(context(), who=context().person))
    before = house.board.cards[ana]
    await house.leave(house.ben)
    assert "Ben" not in house.said(everybody)
    assert "Top songs" in house.said(everybody)
    assert house.said(alone).startswith("This was taken back")
    assert house.board.cards[ana] == before


async def test_what_is_hidden_goes_and_the_rest_of_them_stays(house: House) -> None:
    message = await house.show(await house.wrapped.wrapped(context()))
    assert "Adele" in house.said(message)
    for member in (house.ana, house.ben):
        await house.store.set_aside(member.id, Aside(0, Mark.HIDDEN, Whole.ARTIST, ("adele",), "Adele"), NOW)
        [result] = await house.redaction.count_again(member.id)
        assert result.outcome is Outcome.CHANGED
    assert "Adele" not in house.said(message)
    assert "Ben" in house.said(message)
    assert "one member changed what is shown of theirs" in house.said(message)


async def test_taken_back_by_somebody_who_still_shares_and_is_deleted_next(house: House) -> None:
    message = await house.show(await house.wrapped.wrapped(context()))
    [result] = await house.redaction.take_back(house.ben.id)
    assert result.outcome is Outcome.CHANGED
    assert "Ben" not in house.said(message)
    await house.redaction.take_back(house.ana.id)
    assert house.said(message).startswith("This was taken back")


@pytest.mark.parametrize("error", [Unavailable(t("down")), RoomLost(t("closed"))])
async def test_what_cannot_be_changed_now_is_tried_for_five_days(house: House, error: EarshotError) -> None:
    message = await house.show(await house.wrapped.wrapped(context()))
    house.board.broken = error
    [result] = await house.leave(house.ben)
    assert (result.outcome, result.until_ms) == (Outcome.LATER, NOW + 5 * DAY_MS)
    await house.redaction.change_due()
    house.board.broken = None
    await house.redaction.change_due()
    assert "Ben" in house.said(message), "not before it is due again"
    house.clock.advance(AGAIN_MS)
    await house.redaction.change_due()
    assert "Ben" not in house.said(message)


async def test_after_five_days_it_is_given_up(house: House) -> None:
    message = await house.show(await house.wrapped.wrapped(context()))
    house.board.broken = Unavailable(t("down"))
    await house.leave(house.ben)
    house.clock.advance(5 * DAY_MS + 1)
    house.board.broken = None
    await house.redaction.change_due()
    assert "Ben" in house.said(message)
    assert await house.store.posts_due(house.clock.now + DAY_MS, 9) == []


async def test_a_message_that_is_gone_shows_nobody(house: House) -> None:
    await house.show(await house.wrapped.wrapped(context()))
    house.board.broken = NotFound(t("gone"))
    [result] = await house.leave(house.ben)
    assert result.outcome is Outcome.CHANGED
    assert await house.store.posts_due(NOW + DAY_MS, 9) == []


async def test_what_no_platform_can_change_is_told_as_such(house: House) -> None:
    card = await house.wrapped.wrapped(context())
    await house.ledger.note(card, ROOM, None)
    [result] = await house.leave(house.ben)
    assert result.outcome is Outcome.NEVER


async def test_a_platform_that_does_not_run_is_waited_for(house: House) -> None:
    elsewhere = RoomRef("discord", "1", "2")
    await house.store.open_room(elsewhere, "There", "UTC")
    await house.store.move_room(elsewhere, house.group.id)
    card = await house.wrapped.wrapped(context())
    await house.ledger.note(card, elsewhere, PostRef(elsewhere, "77"))
    [result] = await house.leave(house.ben)
    assert (result.room, result.outcome) == (elsewhere, Outcome.LATER)


async def test_many_messages_are_changed_one_lot_after_the_other(house: House) -> None:
    card = await house.wrapped.wrapped(context())
    messages = [await house.show(card) for _ in range(AT_ONCE + 3)]
    outcomes = [it.outcome for it in await house.leave(house.ben)]
    assert outcomes == [Outcome.CHANGED] * AT_ONCE + [Outcome.LATER] * 3
    await house.redaction.change_due()
    assert not any("Ben" in house.said(it) for it in messages)


async def test_only_what_shows_a_room_a_member_is_written_down(house: House) -> None:
    await house.show(Card(t("Hello")))
    await house.show(await house.wrapped.me(context()))
    await house.ledger.note(await house.wrapped.wrapped(context()), None, None)
    assert await house.redaction.take_back(house.ana.id) == []


async def test_a_thread_is_its_room_for_consent_and_itself_for_the_message(house: House) -> None:
    thread = OTHER
    card = await house.wrapped.wrapped(context())
    await house.ledger.note(card, ROOM, await house.board.post(thread, card))
    [result] = await house.leave(house.ben)
    assert (result.room, result.outcome) == (ROOM, Outcome.CHANGED)
    assert [post for post in house.board.cards if post.startswith("other")] == ["other-0"]
    assert "Ben" not in house.said("other-0")


async def test_buttons_take_somebody_out_or_count_them_again(house: House) -> None:
    message = await house.show(await house.wrapped.wrapped(context()))
    posts = Posts(house.people, house.redaction)
    again = words(await posts.count_again(context("ben")))
    assert again == "Posts from before\n1 was changed."
    assert "Ben" in house.said(message)
    house.board.broken = Unavailable(t("down"))
    out = words(await posts.leave_out(context("ben"), str(house.group.id)))
    assert out.startswith(
        "Posts from before\nOn Lounge, posted 2026-11-24 12:00: not changed yet; tried again"
    )
    assert words(await posts.leave_out(context("ben"), str(house.group.id))) == (
        "No post from before shows you."
    )
    for strange in ("x", "-1", "9" * 20, "²"):
        with pytest.raises(NotFound):
            await posts.leave_out(context("ben"), strange)
