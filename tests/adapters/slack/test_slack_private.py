"""Private answers: seen by one pair of eyes, by whatever way Slack leaves; and no file that the channel could see."""

from __future__ import annotations

from bot.adapters.slack.asked import identity
from bot.chat import Card, Lines, Picture
from bot.text import t
from tests.adapters.sample import png
from tests.adapters.slack.conftest import Build, House, button, private_pictures, room_of


async def test_a_private_answer_is_for_one_pair_of_eyes(house: House) -> None:
    asked = await house.ana.types(house.room, "/privacy")
    answer = await asked.answer("What the group sees of you")
    assert answer.ephemeral
    assert answer.labels == ("Send an export", "Hide everything")
    assert house.ben.sees(house.room) == []
    assert house.called("chat.postMessage") == []


async def test_a_private_card_takes_the_place_of_the_one_that_was_pressed(house: House) -> None:
    card = await (await house.ana.types(house.room, "/privacy")).answer()
    pressed = await house.ana.clicks(card, "Hide everything")
    hidden = await pressed.answer("Hidden")
    assert hidden.ts == card.ts
    assert [it.text for it in house.ana.sees(house.room)] == ["Hidden"]


async def test_slow_private_work_says_once_that_it_is_on_it(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/me")
    first = await asked.shown()
    assert (first.text, first.ephemeral) == ("On it …", True)
    assert first.after_s < 3
    house.sample.gate.set()
    answer = await asked.answer("Your own numbers, Ana")
    assert answer.ephemeral
    assert [it.text for it in house.ana.sees(house.room)] == ["On it …", "Your own numbers, Ana"]


async def test_a_refusal_is_for_the_askers_eyes(house: House) -> None:
    asked = await house.ana.types(house.room, "/earshot refuse")
    assert (await asked.answer("Only who asked")).ephemeral
    mentioned = await house.ana.says(house.room, "@Earshot refuse")
    assert (await mentioned.answer("Only who asked")).ephemeral
    card = await (await house.ana.types(house.room, "/earshot closed")).answer("Closed")
    pressed = await house.ana.clicks(card, "Open it")
    assert (await pressed.answer("Only who asked")).ephemeral
    assert not any("Only who asked" in it.text for it in house.ben.sees(house.room))


async def test_a_late_refusal_leaves_nothing_above_it(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/earshot refuse")
    placeholder = await asked.answer("On it …")
    assert not placeholder.ephemeral
    house.sample.gate.set()
    assert (await asked.answer("Only who asked")).ephemeral
    assert house.ben.sees(house.room) == []
    assert [it.text for it in house.ana.sees(house.room)] == ["Only who asked may do that."]


async def test_a_refusal_in_our_own_conversation_becomes_of_the_placeholder(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.ana.dm(), "/earshot refuse")
    placeholder = await asked.answer("On it …")
    house.sample.gate.set()
    assert (await asked.answer("Only who asked")).ts == placeholder.ts


async def test_private_words_under_a_public_card_do_not_replace_it(house: House) -> None:
    posted = await house.slack.post(
        room_of(house), Card(t("Your week"), buttons=(button("privacy.hide", "Hide"),))
    )
    (card,) = house.ben.sees(house.room)
    pressed = await house.ben.clicks(card, "Hide")
    answer = await pressed.answer("Hidden")
    assert answer.ephemeral
    assert answer.ts != posted.message
    assert [it.text for it in house.ana.sees(house.room)] == ["Your week"]


async def test_where_the_response_url_is_too_old_the_channel_is_used_ephemerally(house: House) -> None:
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/me")
    await asked.shown()
    house.twin.expire_response_urls()
    house.sample.gate.set()
    answer = await asked.answer("Your own numbers")
    assert answer.ephemeral
    assert len(house.called("chat.postEphemeral")) == 1


async def test_where_the_channel_is_closed_to_us_too_it_goes_to_our_own_conversation(house: House) -> None:
    house.room.remove_bot()
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/me")
    await asked.shown()
    house.twin.expire_response_urls()
    house.sample.gate.set()
    answer = await asked.answer("Your own numbers")
    assert not answer.ephemeral
    assert answer.ts in [it.ts for it in house.ana.sees(house.ana.dm())]
    assert house.ben.sees(house.room) == []


async def test_where_nothing_is_left_it_is_shown_with_the_next_private_answer(house: House) -> None:
    await house.store.add_member("Ana", "UTC", identity(house.team.id, house.ana.id), 0)
    house.room.remove_bot()
    house.ana.blocks_dms()
    house.sample.gate.clear()
    asked = await house.ana.types(house.room, "/me")
    await asked.shown()
    house.twin.expire_response_urls()
    house.sample.gate.set()
    await asked.answer("On it …")
    await asked.answer()
    later = await house.ana.types(house.room, "/privacy")
    await later.answer("Your own numbers, Ana")
    assert [it.text.splitlines()[0] for it in house.ana.sees(house.room)][1:] == [
        "What the group sees of you", "Your own numbers, Ana",
    ]  # fmt: skip


async def test_many_things_that_waited_are_all_shown(house: House) -> None:
    """More than a response_url takes: it gives five answers."""
    await house.store.add_member("Ana", "UTC", identity(house.team.id, house.ana.id), 0)
    for n in range(7):
        await house.whispers.keep(identity(house.team.id, house.ana.id), Card(t("Waited {n}", n=n)))
    asked = await house.ana.types(house.room, "/privacy")
    await asked.answer("Waited 6")
    assert [it.text.splitlines()[0] for it in house.ana.sees(house.room)][1:] == [
        f"Waited {n}" for n in range(7)
    ]


async def test_a_private_answer_that_may_have_arrived_is_not_said_again(house: House) -> None:
    house.twin.fail("respond", lost=True)
    asked = await house.ana.types(house.room, "/privacy")
    await asked.answer()
    assert len(house.ana.sees(house.room)) == 1
    assert house.ana.sees(house.ana.dm()) == []


async def test_a_group_is_chosen_in_private_and_asked_about_in_public(house: House) -> None:
    asked = await house.ana.types(house.room, "/group what is new")
    answer = await asked.answer("Which group do you mean?")
    assert answer.labels == ("Music Club", "Work")
    pressed = await house.ana.clicks(answer, "Work")
    await pressed.answer("Group 2: what is new")


# --- pictures


async def test_a_picture_for_everybody_is_in_the_message_with_its_words(house: House) -> None:
    asked = await house.ana.types(house.room, "/wrapped")
    answer = await asked.answer("Your week")
    (picture,) = answer.pictures
    assert picture.alt == "Ana played 120 songs this week."
    assert picture.data == png(1080, 1350, 120)
    (seen,) = house.ben.sees(house.room)
    assert len(seen.pictures) == 1
    (upload,) = house.called("files.getUploadURLExternal")
    assert upload["alt_txt"] == "Ana played 120 songs this week."


async def test_a_private_picture_is_in_our_own_conversation_and_nowhere_else(build: Build) -> None:
    house = await build(features=private_pictures())
    asked = await house.ana.types(house.room, "/wrapped")
    answer = await asked.answer("only you see it")
    assert answer.ephemeral
    assert answer.pictures == ()
    assert "Show the picture" in answer.links
    (message,) = house.ana.sees(house.ana.dm())
    (picture,) = message.pictures
    assert picture.file is not None
    assert house.ana.can_see(picture.file)
    assert not house.ben.can_see(picture.file)
    assert house.ben.sees(house.room) == []
    assert all(
        "slack_file" not in str(it.body) for it in house.twin.traffic if "response_type" in str(it.body)
    )


async def test_a_private_picture_that_cannot_be_brought_there_is_told_in_words(build: Build) -> None:
    house = await build(features=private_pictures())
    house.ana.blocks_dms()
    asked = await house.ana.types(house.room, "/wrapped")
    answer = await asked.answer("Picture: Ana played 120 songs this week.")
    assert answer.ephemeral


async def test_a_picture_that_slack_does_not_show_in_the_message_is_in_its_thread(house: House) -> None:
    house.twin.fail("chat.postMessage", error="invalid_blocks")
    asked = await house.ana.types(house.room, "/wrapped")
    await asked.answer("Picture: Ana played 120 songs this week.")
    await asked.answer()
    message, file = house.ben.sees(house.room)
    assert "Your week" in message.text
    assert file.raw["thread_ts"] == message.ts
    assert [it.alt for it in file.pictures] == ["Ana played 120 songs this week."]


async def test_without_the_upload_the_words_go_out_alone(house: House) -> None:
    house.twin.fail("upload", status=500, times=9)
    asked = await house.ana.types(house.room, "/wrapped")
    assert "Picture: Ana played 120 songs this week." in (await asked.answer()).text


async def test_what_is_no_picture_is_told_in_words(house: House) -> None:
    card = Card(t("x"), (Picture(b"GIF89a", t("A curve.")), Lines((t("below"),))))
    await house.slack.post(room_of(house), card)
    assert house.ben.sees(house.room)[0].text == "x\nPicture: A curve.\nbelow"
