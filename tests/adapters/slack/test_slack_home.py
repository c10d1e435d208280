"""The home tab and our own conversation with a member."""

from __future__ import annotations

from bot.adapters.slack.asked import identity
from bot.chat import Card
from bot.core.model import Identity
from bot.text import t
from tests.adapters.slack.conftest import House, button

# --- home


async def test_the_home_tab_is_the_members_own_panel(house: House) -> None:
    home = await house.ana.opens_home()
    assert "Your own panel, Ana" in home.text
    assert home.labels == ("Hide", "Rename", "Vote")


async def test_a_press_in_the_home_tab_is_answered_in_a_modal_and_the_tab_is_made_anew(house: House) -> None:
    home = await house.ana.opens_home()
    pressed = await house.ana.clicks(home, "Hide")
    modal = await pressed.form()
    assert "Hidden from now on" in modal.text
    fresh = await pressed.home()
    assert "Hidden: yes" in fresh.text
    again = await house.ana.clicks(modal, "Again")
    assert "Hidden: no" in (await again.home()).text
    assert len(house.called("views.open")) == len(house.called("views.update")) == 1
    assert house.ana.sees(house.ana.dm()) == []


async def test_a_slow_press_in_the_home_tab_shows_that_it_works(house: House) -> None:
    house.sample.gate.clear()
    home = await house.ana.opens_home()
    pressed = await house.ana.clicks(home, "Vote")
    first = await pressed.shown()
    assert (first.kind, first.text) == ("modal", "On it …")
    assert first.after_s < 3
    house.sample.gate.set()
    answer = await pressed.answer("1 votes")
    assert answer.kind == "modal"


async def test_a_modal_that_was_closed_meanwhile_leaves_the_answer_in_our_conversation(house: House) -> None:
    house.sample.gate.clear()
    home = await house.ana.opens_home()
    pressed = await house.ana.clicks(home, "Vote")
    await house.ana.closes(await pressed.form())
    house.sample.gate.set()
    answer = await pressed.answer("1 votes")
    assert answer.kind == "message"
    assert answer.ts in [it.ts for it in house.ana.sees(house.ana.dm())]


async def test_a_form_in_the_home_tab_is_answered_where_it_stood(house: House) -> None:
    home = await house.ana.opens_home()
    form = await (await house.ana.clicks(home, "Rename")).form()
    assert form.fields == ("Name",)
    sent = await house.ana.fills(form, {"Name": " "})
    assert sent.errors == {"Name": "This is needed."}
    sent = await house.ana.fills(form, {"Name": "Anastasia"})
    answer = await sent.answer("You are Anastasia now")
    assert answer.kind == "modal"
    assert "Your own panel, Ana" in (await sent.home()).text


async def test_what_waited_is_said_when_somebody_looks(house: House) -> None:
    who = identity_of(house)
    await house.store.add_member("Ana", "UTC", who, 0)
    await house.whispers.keep(who, Card(t("Your export was read")))
    await house.ana.opens_home()
    messages = await house.twin.changes.until(lambda: house.ana.sees(house.ana.dm()) or None, 5, "no message")
    assert [it.text for it in messages] == ["Your export was read"]


def identity_of(house: House) -> Identity:
    return identity(house.team.id, house.ana.id)


# --- conversation


async def test_plain_words_become_a_playlist(house: House) -> None:
    said = await house.ana.says(house.ana.dm(), "something calm, don't hurry")
    answer = await said.answer("“something calm, don't hurry”, 20 songs")
    assert not answer.ephemeral
    assert "Ana:" not in answer.text


async def test_a_first_word_may_be_a_command(house: House) -> None:
    said = await house.ana.says(house.ana.dm(), "whoami")
    assert "Ana in private" in (await said.answer("Ana in private")).text
    said = await house.ana.says(house.ana.dm(), "/plya x")
    assert "I have no command “/plya”" in (await said.answer("I have no command")).text


async def test_in_our_conversation_private_answers_are_messages_that_stay(house: House) -> None:
    said = await house.ana.says(house.ana.dm(), "privacy")
    card = await said.answer("What the group sees of you")
    assert not card.ephemeral
    pressed = await house.ana.clicks(card, "Hide everything")
    assert (await pressed.answer("Hidden")).ts == card.ts


async def test_a_command_typed_in_our_conversation_is_answered_by_a_message(house: House) -> None:
    asked = await house.ana.types(house.ana.dm(), "/privacy")
    assert not (await asked.answer("What the group sees of you")).ephemeral
    asked = await house.ana.types(house.ana.dm(), "/whoami")
    answer = await asked.answer("Ana in private")
    assert "/whoami" not in answer.text


async def test_the_status_line_shows_that_it_works(house: House) -> None:
    house.sample.gate.clear()
    said = await house.ana.says(house.ana.dm(), "something calm")
    first = await said.shown()
    assert first.after_s < 3
    (status,) = house.called("assistant.threads.setStatus")
    assert status["status"] == "is on it …"
    await said.answer("Looking for 20 songs")
    house.sample.gate.set()
    await said.answer("“something calm”, 20 songs")


async def test_prompts_are_suggested_where_the_plan_has_them(house: House) -> None:
    await house.ana.opens_messages()
    await house.twin.changes.until(lambda: house.ana.dm().prompts or None, 5, "no prompts")
    assert [it["title"] for it in house.ana.dm().prompts][-1] == "help"


async def test_a_plan_without_agents_does_without(house: House) -> None:
    house.twin.fail("assistant.threads.setStatus", error="not_agent_app", times=9)
    house.twin.fail("assistant.threads.setSuggestedPrompts", error="not_agent_app", times=9)
    await house.ana.opens_messages()
    said = await house.ana.says(house.ana.dm(), "something calm")
    await said.answer("“something calm”, 20 songs")
    assert not house.ana.dm().prompts


async def test_what_a_status_takes_too_long_for_is_answered_without(house: House) -> None:
    house.twin.slow("assistant.threads.setStatus", 4)
    house.sample.gate.clear()
    said = await house.ana.says(house.ana.dm(), "something calm")
    assert (await said.shown()).after_s < 3
    house.sample.gate.set()
    await said.answer("“something calm”, 20 songs")


async def test_an_own_message_with_buttons_is_answered_in_place(house: House) -> None:
    await house.slack.whisper(
        identity_of(house), Card(t("A question"), buttons=(button("privacy.hide", "Hide"),))
    )
    (card,) = house.ana.sees(house.ana.dm())
    pressed = await house.ana.clicks(card, "Hide")
    assert (await pressed.answer("Hidden")).ts == card.ts
