"""`/story` and the preview of one's part, as a member presses through them; what was posted changes with the words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.chat import Card, Form
from bot.chat.cards import Lines
from bot.chat.features import Features
from bot.chat.ledger import Ledger, Redrawing, shown
from bot.chat.platform import Platforms, PostRef
from bot.chat.previews import preview
from bot.chat.stories import question
from bot.chat.telling import tell
from bot.core import calendar, schedule, stories
from bot.core.calendar import DAY_MS, HOUR_MS
from bot.core.consent import Audience, Feature, cleared
from bot.core.model import (
    Group,
    Identity,
    Member,
    NewPlay,
    Period,
    PeriodKind,
    RawTrack,
    RoomRef,
    Source,
    Span,
)
from bot.core.recap.model import Recap
from bot.core.schedule import Schedule
from bot.core.stories import State, Story
from bot.errors import BadOption, NotFound, UserError
from bot.ports import Weekly
from bot.services.previews import AHEAD_MS, Previews
from bot.services.recap import Told
from bot.services.redaction import Redaction
from bot.services.stories import Asking, Quotes, Stories
from bot.text import t
from cogs.previews import PartPreviews
from cogs.story import StoryTelling
from tests.cogs import test_recap_cogs as recaps
from tests.cogs.test_recap_cogs import ROOM, ZONE, button, context, words
from tests.cogs.test_taking_back import Board

WEEK = calendar.week_of(date(2026, 11, 16), ZONE)
NOON = calendar.at_local(date(2026, 11, 22), 12, 0, ZONE)
HALO = RawTrack("spotify:track:halo", "Halo", "Beyoncé", "Sasha", 200_000)
CREEP = RawTrack("spotify:track:creep", "Creep", "Radiohead", "Pablo", 200_000)
SLOT = calendar.at_local(date(2026, 11, 23), 18, 0, ZONE)


class Pigeon(Board):
    """A board that keeps whispers, too."""

    def __init__(self) -> None:
        super().__init__()
        self.whispers: list[tuple[Identity, Card]] = []

    async def whisper(self, identity: Identity, card: Card) -> None:
        self.whispers.append((identity, card))


class House(recaps.House):
    """Ana and Ben joined, a board to post on, and all that has to do with words and previews."""

    def __init__(self) -> None:
        super().__init__()
        self.clock.now = NOON
        store, clock = self.store, self.clock
        self.board, self.platforms = Pigeon(), Platforms()
        self.platforms.add(self.board)
        self.ledger = Ledger(store, clock)
        self.quotes = Quotes(store, store, store, store, clock)
        views = {"words": self.again}
        self.redaction = Redaction(
            store,
            self.wrapped.recaps,
            clock,
            Redrawing(self.platforms, views, {"wrapped": self.cards.language}),
        )
        telling = Stories(store, store, store, store, clock, self.redaction.draw_anew)
        self.asking = Asking(store, store, store, clock, self.ask)
        self.previews = Previews(store, store, store, self.wrapped.recaps, clock, self.show_part)
        self.cogs = [StoryTelling(self.people, telling), PartPreviews(self.people, self.previews)]
        self.features = Features(self.cogs)

    async def settle(self) -> House:
        self.group = await self.store.open_room(ROOM, "music", ZONE)
        for name in ("ana", "ben"):
            member = await self.people.member(Identity("lounge", name), name.title(), ZONE)
            await self.store.join(self.group.id, member.id, list(Feature), [ROOM], 0)
        self.ana, self.ben = [it.member for it in await self.store.memberships(self.group.id)]
        await self.heard(self.ana, *[CREEP] * 2, *[HALO] * 8)
        await self.heard(self.ben, CREEP)
        return self

    async def heard(self, member: Member, *tracks: RawTrack) -> None:
        link = await self.store.export_link(member.id, Source.EXTENDED)
        start = WEEK.start_ms + 3 * DAY_MS + 14 * HOUR_MS
        rows = [NewPlay(start + n * 240_000, it, 200_000) for n, it in enumerate(tracks)]
        await self.store.record(link.id, rows)
        await self.store.cover(link.id, [Span(WEEK.start_ms, WEEK.end_ms)])

    async def ask(self, member: Member, story: Story) -> None:
        await tell(self.store, self.platforms, member.id, question(story, member))

    async def show_part(self, member: Member, group: Group, period: Period, part: Recap) -> None:
        card = preview(await self.cards.shown(part), group, period, part.period)
        await tell(self.store, self.platforms, member.id, card)

    async def again(self, told: Told, rest: str) -> Card:
        """A card that quotes."""
        quotes = await self.quotes.quotes_for(told)
        return Card(
            t("Words"),
            (Lines(tuple(line for it in quotes for line in stories.said(it))),),
            shows=shown(told, "words"),
        )

    async def post(self) -> str:
        told = await self.wrapped.recaps.of_group(Audience(self.group, frozenset({ROOM})), WEEK)
        card = await self.again(told, "")
        post = await self.board.post(ROOM, card)
        await self.ledger.note(card, ROOM, post)
        return post.message

    def said(self, message: str) -> str:
        return words(self.board.cards[message])

    async def call(self, name: str, user: str = "ana", **args: str) -> Card | Form:
        async def nobody(_: str) -> None:
            return None

        call = await self.features.call(name, args, nobody)
        return await call.run(context(user))

    async def press(self, card: Card, label: str, user: str = "ana") -> Card | Form:
        it = button(card, label)
        return await self.call(it.action, user, **it.args)

    async def send(self, form: Card | Form, user: str = "ana", **values: str) -> Card:
        assert isinstance(form, Form)
        answer = await self.call(form.submit, user, **{**form.args, **values})
        assert isinstance(answer, Card)
        return answer

    async def asked(self) -> Card:
        await self.asking.run()
        [(identity, card)] = self.board.whispers
        assert identity == Identity("lounge", "ana")
        return card


@pytest.fixture
async def house() -> House:
    return await House().settle()


def card_of(answer: Card | Form) -> Card:
    assert isinstance(answer, Card)
    return answer


async def test_a_question_says_a_fact_and_offers_five_answers(house: House) -> None:
    card = await house.asked()
    assert str(card.title) == "You played Halo — Beyoncé 8 times in a row, Thu 19 Nov, 14:08 to 14:36."
    assert [str(it.label) for it in card.buttons] == [
        "Say it", "Keep it to myself", "Skip", "Never ask about this", "Never ask me"
    ]  # fmt: skip
    form = await house.press(card, "Say it")
    assert isinstance(form, Form)
    assert [(it.name, it.most, it.long) for it in form.fields] == [("words", 280, True)]


async def test_what_is_told_changed_and_taken_back_is_so_in_what_was_posted(house: House) -> None:
    message = await house.post()
    top = PostRef(ROOM, await house.post())
    assert house.said(message).splitlines() == ["Words"]
    question_card = await house.asked()
    told = await house.send(await house.press(question_card, "Say it"), words="It rained — @everyone!")
    assert str(told.title) == "Told: “It rained — @everyone!”"
    quote = "“It rained — @everyone!” — Ana, on Halo — Beyoncé, 8 times in a row, Thu 19 Nov, 14:08 to 14:36"
    for it in (message, top.message):
        assert house.said(it).splitlines()[:2] == ["Words", quote]
    assert "one member changed what is shown of theirs" in house.said(message)
    form = await house.press(told, "Change the words")
    assert isinstance(form, Form)
    assert form.fields[0].value == "It rained — @everyone!"
    changed = await house.send(form, words="It snowed.")
    assert "“It snowed.”" in house.said(message)
    assert "rained" not in house.said(message)
    panel = card_of(await house.call("/story"))
    assert "“It snowed.”" in words(panel)
    await house.press(panel, "Take back")
    assert "snowed" not in house.said(message)
    assert "“It snowed.”" not in words(card_of(await house.call("/story")))
    # What was frozen is as it was, and nothing waits.
    assert await house.store.posts_due(2**52, 9) == []
    assert str(changed.title) == "Told: “It snowed.”"


async def test_whoever_leaves_takes_their_words_along(house: House) -> None:
    await house.send(await house.press(await house.asked(), "Say it"), words="It rained.")
    message = await house.post()
    assert "It rained." in house.said(message)
    await house.store.leave(house.group.id, house.ana.id)
    await house.redaction.take_back(house.ana.id, house.group.id)
    assert "It rained." not in house.said(message)
    assert "Ana" not in house.said(message)


@pytest.mark.parametrize(
    ("label", "title", "state"),
    [
        ("Keep it to myself", "It stays with you.", State.KEPT),
        ("Skip", "Skipped.", State.SKIPPED),
        ("Never ask about this", "I will ask about nothing of Beyoncé again.", State.NEVER),
        ("Never ask me", "I will not ask you any more.", State.SKIPPED),
    ],
)
async def test_other_answers(house: House, label: str, title: str, state: State) -> None:
    asked = await house.asked()
    answer = card_of(await house.press(asked, label))
    assert (str(answer.title), answer.replaces) == (title, True)
    [story] = await house.store.stories(house.ana.id)
    assert story.state is state
    assert await house.store.wants_to_be_asked(house.ana.id) is (label != "Never ask me")
    if label == "Never ask me":
        again = card_of(await house.press(answer, "Ask me again"))
        assert await house.store.wants_to_be_asked(house.ana.id)
        assert str(again.title) == "I will ask you now and then, once a week at most."


async def test_a_question_that_waits_is_in_the_panel(house: House) -> None:
    await house.asked()
    panel = card_of(await house.call("/story"))
    assert "You played Halo — Beyoncé 8 times in a row" in words(panel)
    await house.send(await house.press(panel, "Say it"), words="Now.")
    assert "I asked you" not in words(card_of(await house.call("/story")))


async def test_one_tells_of_a_song_by_its_name_or_from_a_list(house: House) -> None:
    [story] = house.cogs[0].commands()
    assert story.options[0].suggest is not None
    assert await story.options[0].suggest(context(), "hal") == ["Halo — Beyoncé"]
    form = await house.call("/story", song="halo — beyoncé")
    told = await house.send(form, which=form.fields[0].value, words="By name.")  # type: ignore[union-attr]
    assert "It stands beside Halo — Beyoncé." in words(told)
    form = await house.call("story.tell", "ben")
    assert isinstance(form, Form)
    assert [str(it.label) for it in form.fields[0].choices] == ["Creep — Radiohead"]
    await house.send(form, "ben", which=form.fields[0].value, words="From the list.")
    message = await house.post()
    assert "By name." in house.said(message)
    assert "From the list." in house.said(message)
    with pytest.raises(BadOption):
        await house.call("/story", song="Nothing — Nobody")
    with pytest.raises(BadOption):
        await house.send(form, "ben", which="999", words="x")
    with pytest.raises(BadOption):
        await house.send(form, "ben", which=form.fields[0].value, words="x" * 281)
    for typed in ("", "x", "9" * 40, "٣"):
        with pytest.raises(NotFound):
            await house.call("story.withdraw", story=typed)


async def test_without_a_yes_to_stories_it_says_where_to_give_it(house: House) -> None:
    without = [it for it in Feature if it is not Feature.STORIES]
    await house.store.join(house.group.id, house.ana.id, without, [ROOM], 0)
    for name in ("/story", "story.tell"):
        card = card_of(await house.call(name))
        assert "None of your groups may read words of yours yet" in words(card)
        assert [it.action for it in card.buttons] == ["/join"]  # type: ignore[union-attr]
    with pytest.raises(UserError):
        await house.call("/story", song="Halo — Beyoncé")


async def test_in_several_groups_one_chooses_who_may_read_it(house: House) -> None:
    far = RoomRef("lounge", "", "far")
    elsewhere = await house.store.open_room(far, "far", ZONE)
    await house.store.join(elsewhere.id, house.ana.id, list(Feature), [far], 2)
    form = await house.call("story.tell")
    assert isinstance(form, Form)
    assert [it.name for it in form.fields] == ["which", "words", "groups"]
    assert form.fields[2].value == f"{house.group.id},{elsewhere.id}"
    await house.send(form, which=form.fields[0].value, words="Far.", groups=str(elsewhere.id))
    assert "Far." not in house.said(await house.post())
    assert "for far" in words(card_of(await house.call("/story")))
    with pytest.raises(BadOption):
        await house.send(form, which=form.fields[0].value, words="Nobody.", groups="")


# --- previews


async def clear(house: House) -> set[str]:
    """Who may be in the post about the week."""
    memberships = await house.store.memberships(house.group.id)
    found = cleared(memberships, await house.store.previews(house.group.id), schedule.key_of(WEEK))
    return {it.member.name for it in memberships if it.member.id in found}


async def test_each_sees_their_own_part_and_nobody_is_in_a_post_unasked(house: House) -> None:
    await house.previews.ask(house.group, WEEK)
    await house.previews.ask(house.group, WEEK)
    seen = {identity.user: card for identity, card in house.board.whispers}
    assert len(house.board.whispers) == 2
    assert str(seen["ana"].title) == "Your part of the next post in music, by Week 47"
    assert "Halo — Beyoncé" in words(seen["ana"])
    assert "Halo" not in words(seen["ben"])
    assert await clear(house) == set()
    answer = card_of(await house.press(seen["ana"], "Fine"))
    assert str(answer.title) == "Good. You are in the posts of music."
    assert await clear(house) == {"Ana"}
    await house.press(seen["ben"], "Not this time", "ben")
    assert await clear(house) == {"Ana"}
    await house.press(seen["ben"], "Fine", "ben")
    assert await clear(house) == {"Ana", "Ben"}
    await house.press(seen["ana"], "Not this time")
    assert await clear(house) == {"Ben"}
    less = card_of(await house.press(seen["ana"], "Leave this out"))
    assert [str(it.label) for it in less.buttons] == [
        "An artist", "A song", "Some hours", "Change what they see", "Show it again"
    ]  # fmt: skip
    told = await house.wrapped.recaps.of_group(
        Audience(house.group, frozenset({ROOM})), WEEK, among={house.ben.id}
    )
    assert [it.member.name for it in told.recap.members] == ["Ben"]


async def test_who_comes_later_is_shown_their_part_two_days_before_the_next_post(house: House) -> None:
    wished = Weekly(
        house.group.id, Schedule(ZONE), active=True, next_ms=SLOT, after={PeriodKind.WEEK: date(2026, 11, 9)}
    )
    await house.store.begin_weekly(wished)
    await house.store.join(house.group.id, house.ben.id, [Feature.COMPARE], [ROOM], 0)
    house.clock.now = SLOT - AHEAD_MS - 1
    await house.previews.run()
    assert house.board.whispers == []
    house.clock.now = SLOT - AHEAD_MS
    await house.previews.run()
    await house.previews.run()
    assert [identity.user for identity, _ in house.board.whispers] == ["ana"]
    await house.store.join(house.group.id, house.ben.id, list(Feature), [ROOM], 0)
    await house.previews.run()
    assert [identity.user for identity, _ in house.board.whispers] == ["ana", "ben"]
    # “Not this time” is no yes to the next: their part is shown again before that one.
    await house.press(house.board.whispers[1][1], "Not this time", "ben")
    house.clock.now = SLOT + 7 * DAY_MS - AHEAD_MS
    later = replace(wished, next_ms=SLOT + 7 * DAY_MS, after={PeriodKind.WEEK: date(2026, 11, 16)})
    house.store._weekly[house.group.id] = later
    await house.previews.run()
    assert [identity.user for identity, _ in house.board.whispers] == ["ana", "ben", "ben"]
    # Nothing was played in that week yet, so the week before is shown.
    assert str(house.board.whispers[2][1].title) == "Your part of the next post in music, by Week 47"


async def test_only_members_of_the_group_answer(house: House) -> None:
    await house.previews.ask(house.group, WEEK)
    card = house.board.whispers[0][1]
    await house.store.leave(house.group.id, house.ana.id)
    with pytest.raises(UserError):
        await house.press(card, "Fine")
    assert await clear(house) == set()
