"""My week, from a group's post: what it says of one, the award and not wanting it, the number behind it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.chat import Button, Card, Listing, Picture
from bot.core.model import NewPlay, PeriodKind, RawTrack, Source, Span
from bot.core.schedule import Schedule
from bot.errors import NotAllowed, NotFound
from bot.ports import Weekly
from tests.cogs.test_recap_cogs import WEEK, ZONE, House, button, context, press, words

SECTIONS = ["Songs", "Artists", "Albums"]


@pytest.fixture
async def house() -> House:
    house = House()
    group = await house.store.open_room(context().place.room, "music", ZONE)  # type: ignore[arg-type]
    await house.settle()
    for membership in await house.store.memberships(group.id):
        who = membership.member
        link = await house.store.export_link(who.id, Source.EXTENDED)
        rows = [
            NewPlay(
                WEEK.start_ms + n * 400_000 + 60 * 3_600_000,
                RawTrack(f"spotify:track:{who.name}{n % 9}", f"S{n % 9}", f"A{n % 5}" if n % 2 else who.name),
                180_000,
            )
            for n in range(45)
        ]
        await house.store.record(link.id, rows)
        await house.store.cover(link.id, [Span(WEEK.start_ms, WEEK.end_ms)])
    return house


def headings(card: Card) -> list[str]:
    return [str(it.heading) for it in card.blocks if not isinstance(it, Picture) and it.heading is not None]


async def test_everybody_has_an_award_with_its_number_and_who_comes_next(house: House) -> None:
    card = await house.wrapped.wrapped(context())
    (awards,) = [it for it in card.blocks if isinstance(it, Listing) and str(it.heading) == "Awards"]
    names = {str(row.text).split(": ")[-1] for row in awards.rows}
    assert names == {"Ana", "Ben"}
    assert all(row.note is not None and any(c.isdigit() for c in str(row.note)) for row in awards.rows)


async def test_my_week_says_what_the_post_says_of_me_and_nobody_else_reads_it(house: House) -> None:
    card = await house.wrapped.wrapped(context())
    mine = await press(house.wrapped, button(card, "My week"), "ana")
    said = words(mine)
    assert str(mine.title) == "Your Week 47"
    assert headings(mine)[:2] == ["In the group's post", "How you listen"]
    assert "Ana and Ben: " in said
    assert "as if" in said
    assert all(it.private for it in house.wrapped.actions())
    with pytest.raises(NotAllowed):
        await press(house.wrapped, button(card, "My week"), "cem")


async def test_an_award_that_is_not_wanted_is_not_given_again(house: House) -> None:
    card = await house.wrapped.wrapped(context())
    mine = await press(house.wrapped, button(card, "My week"), "ana")
    (never,) = [it for it in mine.buttons if isinstance(it, Button) and it.action == "wrapped.decline"]
    kind = never.args["kind"]
    answer = await press(house.wrapped, never, "ana")
    told = await house.wrapped.recaps.of_group(
        await house.people.audience(
            context().place, await house.people.member(context().person.identity, "Ana")
        ),
        WEEK,
        more=True,
    )
    assert told.more is not None
    ana = next(it.member.id for it in told.recap.members if it.member.name == "Ana")
    assert kind not in {it.kind for it in told.more.awards if it.member == ana}
    assert "Take it out of earlier posts, too" in {str(it.label) for it in answer.buttons}
    await press(house.wrapped, button(answer, "I want it after all"), "ana")
    again = await house.wrapped.wrapped(context())
    assert words(again) == words(card)
    with pytest.raises(NotFound):
        await press(house.wrapped, Button(never.label, "wrapped.decline", {"kind": "saddest"}), "ana")


async def test_an_award_is_opened_like_any_number(house: House) -> None:
    card = await house.wrapped.wrapped(context())
    numbers = await press(house.prove, button(card, "Prove a number"))
    rows = [row for block in numbers.blocks if isinstance(block, Listing) for row in block.rows]
    opened = [await press(house.prove, row.buttons[0]) for row in rows if ": Ana, " in str(row.text)]
    assert opened
    for proof in opened:
        said = words(proof)
        assert "Everybody active is measured" in said
        assert "by what is known now" not in said
    (alike,) = [row for row in rows if str(row.text).startswith("Ana and Ben: ")]
    assert " % (between " in words(await press(house.prove, alike.buttons[0]))


async def test_a_group_leaves_sections_out_and_reads_its_own_language(house: House) -> None:
    group = await house.store.open_room(context().place.room, "music", ZONE)  # type: ignore[arg-type]
    plain = await house.wrapped.wrapped(context())
    assert set(SECTIONS[:2]) <= set(headings(plain))
    wishes = Weekly(group.id, Schedule(ZONE, kinds=frozenset({PeriodKind.WEEK})), language="de",
                    left_out=frozenset({"artists", "picture"}))  # fmt: skip
    await house.store.begin_weekly(wishes)
    card = await house.wrapped.wrapped(context())
    assert str(card.title) == "Woche 47 in music"
    assert not [it for it in card.blocks if isinstance(it, Picture)]
    assert "Songs" in headings(card)
    assert "Artists" not in headings(card)
    assert "Wiedergaben" in words(card)
    assert [str(it.label) for it in card.buttons] == [
        "Meine Woche", "Eine Zahl belegen", "Diese Woche hören", "Etwas dazu erzählen", "Einstellungen"
    ]  # fmt: skip
    post = await house.cards.post(await house.wrapped.recaps.of_group(
        await house.people.audience(context().place, await house.people.member(context().person.identity, "Ana")),
        WEEK, more=True), replace(wishes, language="es"), ())  # fmt: skip
    assert str(post.title) == "Semana 47 en music"
