"""Answers that go other ways: forms after forms, forms too late, a Slack that has everybody wait."""

from __future__ import annotations

from typing import Annotated

import pytest

from bot.chat import Button, Card, Cog, Context, Form, FormField, Opt, action, command, submitted
from bot.chat.features import Features
from bot.errors import BadOption
from bot.text import t
from tests.adapters.slack.conftest import Build, House, eventually


class Steps(Cog):
    """A form that is answered by another one, and actions that find something wrong."""

    @command("Two questions", private=True)
    async def me(self, ctx: Context) -> Form:
        return Form(t("First"), (FormField("one", t("One")),), "steps.second", button=t("On"))

    @submitted("steps.second")
    async def second(self, ctx: Context, one: str) -> Form:
        return Form(t("Second"), (FormField("two", t("Two")),), "steps.done", {"one": one})

    @submitted("steps.done")
    async def done(self, ctx: Context, one: str, two: str) -> Card:
        if two == "no":
            raise BadOption("Anything but no.", "two")
        if two == "never":
            raise BadOption("That never works.")
        return Card(t("{one} and {two}", one=one, two=two))

    @command("Something to press")
    async def top(self, ctx: Context) -> Card:
        return Card(t("Press"), buttons=(Button(t("Wrong"), "steps.wrong"), Button(t("Ask"), "steps.ask")))

    @command("Six options")
    async def group(
        self, ctx: Context, words: Annotated[str, Opt("Words")], a: Annotated[str, Opt("A")] = "",
        b: Annotated[str, Opt("B")] = "", c: Annotated[str, Opt("C")] = "", d: Annotated[str, Opt("D")] = "",
        e: Annotated[str, Opt("E")] = "",
    ) -> Card:  # fmt: skip
        return Card(t("{words} {a} {e}", words=words, a=a, e=e))

    @action("steps.wrong")
    async def wrong(self, ctx: Context) -> Card:
        raise BadOption("That button is of another week.")

    @action("steps.ask")
    async def ask(self, ctx: Context) -> Form:
        await ctx.progress(t("Looking what to ask …"))
        return Form(t("Late"), (FormField("one", t("One")),), "steps.second")

    @action("panel.home", private=True)
    async def home(self, ctx: Context) -> Form:
        return Form(t("Who are you?"), (FormField("one", t("One")),), "steps.second")


@pytest.fixture
async def steps(build: Build) -> House:
    return await build(features=Features([Steps()]))


async def test_a_form_is_answered_by_another_one(steps: House) -> None:
    form = await (await steps.ana.types(steps.room, "/me")).form()
    sent = await steps.ana.fills(form, {"One": "left"})
    second = await sent.form()
    assert second.title == "Second"
    sent = await steps.ana.fills(second, {"Two": "no"})
    assert sent.errors == {"Two": "Anything but no."}
    sent = await steps.ana.fills(second, {"Two": "right"})
    answer = await sent.answer("left and right")
    assert answer.ephemeral


async def test_what_was_typed_for_an_option_that_the_form_has_no_room_for_counts(steps: House) -> None:
    form = await (await steps.ana.types(steps.room, "/group e:last a:first")).form()
    assert form.fields == ("Words", "A", "B", "C", "D")
    sent = await steps.ana.fills(form, {"Words": "some"})
    await sent.answer("some first last")


async def test_a_mistake_that_no_field_is_to_blame_for_is_said(steps: House) -> None:
    form = await (await steps.ana.types(steps.room, "/me")).form()
    second = await (await steps.ana.fills(form, {"One": "left"})).form()
    sent = await steps.ana.fills(second, {"Two": "never"})
    assert sent.errors == {}
    assert (await sent.answer("That never works.")).ephemeral


async def test_a_button_that_finds_something_wrong_says_so(steps: House) -> None:
    card = await (await steps.ana.types(steps.room, "/top")).answer("Press")
    pressed = await steps.ana.clicks(card, "Wrong")
    assert (await pressed.answer("That button is of another week.")).ephemeral


async def test_a_form_that_was_asked_for_in_public_leaves_no_placeholder(steps: House) -> None:
    card = await (await steps.ana.types(steps.room, "/top")).answer("Press")
    pressed = await steps.ana.clicks(card, "Ask")
    form = await pressed.form()
    assert form.title == "Late"
    await pressed.answer()
    assert [it.ts for it in steps.ben.sees(steps.room)] == [card.ts]


async def test_a_home_that_is_a_question_is_asked_by_a_button(steps: House) -> None:
    home = await steps.ana.opens_home()
    assert "Who are you?" in home.text
    pressed = await steps.ana.clicks(home, "Go on")
    form = await pressed.form()
    assert form.fields == ("One",)
    sent = await steps.ana.fills(form, {"One": "left"})
    second = await sent.form()
    assert second.title == "Second"
    sent = await steps.ana.fills(second, {"Two": "right"})
    assert (await sent.answer("left and right")).kind == "modal"


async def test_a_form_that_slack_opens_too_late_from_the_home_tab_waits_in_our_conversation(
    steps: House,
) -> None:
    home = await steps.ana.opens_home()
    steps.twin.fail("views.open", error="expired_trigger_id")
    pressed = await steps.ana.clicks(home, "Go on")
    answer = await pressed.answer("Who are you?")
    assert answer.ts in [it.ts for it in steps.ana.sees(steps.ana.dm())]
    form = await (await steps.ana.clicks(answer, "Go on")).form()
    assert form.fields == ("One",)


async def test_without_a_home_the_tab_stays_empty_and_that_is_logged(
    build: Build, caplog: pytest.LogCaptureFixture
) -> None:
    house = await build(home="nobody.home")
    house.ana._opens("home")
    await eventually(lambda: "no feature has the action nobody.home" in caplog.text)
    assert house.called("views.publish") == []


async def test_a_home_that_slack_does_not_take_is_logged(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.twin.fail("views.publish", error="not_enabled")
    house.ana._opens("home")
    await eventually(lambda: "the home tab could not be published: not_enabled" in caplog.text)
    assert len(house.called("views.publish")) == 1


async def test_who_has_to_wait_for_slack_sees_a_sign_all_the_same(house: House) -> None:
    """Slack limits messages to a channel; an answer through the request itself is not counted there."""
    house.sample.gate.clear()
    house.twin.fail("chat.postMessage", error="ratelimited", retry_after=2)
    asked = await house.ana.types(house.room, "/play late drive")
    first = await asked.shown()
    assert (first.text, first.ephemeral) == ("On it …", True)
    assert first.after_s < 3
    house.sample.gate.set()
    assert not (await asked.answer("“late drive”, 20 songs")).ephemeral


async def test_a_sign_that_may_have_been_seen_is_not_repeated(house: House) -> None:
    house.sample.gate.clear()
    house.twin.fail("chat.postMessage", lost=True)
    asked = await house.ana.types(house.room, "/play late drive")
    assert (await asked.shown()).text == "On it …"
    house.sample.gate.set()
    await asked.answer("“late drive”, 20 songs")
    assert len(house.called("chat.postMessage")) == 2


async def test_progress_that_slack_refuses_is_dropped(house: House) -> None:
    house.sample.gate.clear()
    house.twin.fail("chat.update", error="ratelimited", retry_after=20)
    asked = await house.ana.types(house.room, "/play late drive")
    await asked.shown()
    await eventually(lambda: bool(house.called("chat.update")))
    house.sample.gate.set()
    answer = await asked.answer("“late drive”, 20 songs", within=5)
    assert not answer.ephemeral


async def test_a_whole_answer_is_shown_even_where_its_placeholder_cannot_be_taken_away(steps: House) -> None:
    card = await (await steps.ana.types(steps.room, "/top")).answer("Press")
    steps.twin.fail("chat.delete", error="cant_delete_message")
    pressed = await steps.ana.clicks(card, "Ask")
    assert (await pressed.form()).title == "Late"


async def test_a_replacement_that_may_have_been_seen_is_not_said_anew(house: House) -> None:
    card = await (await house.ana.types(house.room, "/top")).answer()
    house.twin.fail("chat.update", lost=True, times=9)
    pressed = await house.ben.clicks(card, "Vote")
    await pressed.answer("1 votes")
    await pressed.answer()
    assert [it.ts for it in house.ana.sees(house.room)] == [card.ts]


async def test_an_answer_through_the_request_that_may_have_been_seen_is_not_said_again(house: House) -> None:
    house.room.remove_bot()
    house.twin.fail("respond", lost=True)
    asked = await house.ana.types(house.room, "/play late drive")
    await asked.answer("“late drive”, 20 songs")
    await asked.answer()
    assert len(house.ana.sees(house.room)) == 1
    assert house.ana.sees(house.ana.dm()) == []


async def test_a_person_whom_slack_is_too_slow_to_name_is_asked_for_again(house: House) -> None:
    house.twin.slow("users.info", 4)
    asked = await house.ana.types(house.room, "/match @Ben")
    answer = await asked.answer("I know nobody here called")
    assert answer.ephemeral
    assert answer.after_s < 3


async def test_an_old_form_says_that_it_is_old(build: Build) -> None:
    house = await build()
    form = await (await house.ana.types(house.room, "/ask_all")).form()
    await house.slack.stop()
    await build(features=Features([Steps()]))
    await house.twin.connected()
    sent = await house.ana.fills(form, {"Your mood": "calm"})
    assert "another version of me" in (await sent.answer("another version")).text
