"""What is said unasked: in rooms, and to one person alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.adapters.slack.asked import identity
from bot.chat import Card, Lines, Picture
from bot.chat.platform import ChatPlatform, PostRef
from bot.core.model import RoomRef
from bot.errors import EarshotError, NotFound, RateLimited, Refused, RoomLost, Unavailable, Unsure
from bot.text import t
from tests.adapters.sample import png
from tests.adapters.slack.conftest import House, button, eventually, room_of

CARD = Card(t("Your week"), (Lines((t("412 plays"),)),), (button("top.vote", "Vote"),))


async def test_a_post_is_seen_and_changed_and_its_buttons_work(house: House) -> None:
    platform: ChatPlatform = house.slack
    post = await platform.post(room_of(house), CARD)
    assert post.room == room_of(house)
    (seen,) = house.ben.sees(house.room)
    assert seen.text == "Your week\n412 plays"
    await platform.edit(post, replace(CARD, title=t("Your month")))
    (seen,) = house.ben.sees(house.room)
    assert (seen.ts, seen.text) == (post.message, "Your month\n412 plays")
    pressed = await house.ben.clicks(seen, "Vote")
    assert (await pressed.answer("1 votes")).ts == post.message


async def test_a_post_carries_its_picture_and_so_does_its_edit(house: House) -> None:
    picture = Picture(png(4, 4), t("A curve."))
    post = await house.slack.post(room_of(house), Card(t("Your week"), (picture,)))
    assert [it.alt for it in house.ben.sees(house.room)[0].pictures] == ["A curve."]
    await house.slack.edit(post, Card(t("Your month"), (picture,)))
    assert [it.alt for it in house.ben.sees(house.room)[0].pictures] == ["A curve."]


async def test_an_edit_whose_picture_slack_does_not_show_puts_it_below(house: House) -> None:
    post = await house.slack.post(room_of(house), CARD)
    house.twin.fail("chat.update", error="invalid_blocks")
    await house.slack.edit(post, Card(t("Your month"), (Picture(png(4, 4), t("A curve.")),)))
    await eventually(lambda: len(house.ben.sees(house.room)) == 2)
    changed, file = house.ben.sees(house.room)
    assert changed.text == "Your month\nPicture: A curve."
    assert (file.raw["thread_ts"], len(file.pictures)) == (post.message, 1)


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("archive", "That channel is archived. Somebody has to unarchive it"),
        ("delete", "I cannot find that channel (any more)."),
        ("remove_bot", "Somebody in it has to type /invite @Earshot there."),
        ("restrict", "Only some may post in that channel. An admin"),
    ],
)
async def test_a_room_that_is_lost_is_said_with_what_can_be_done(house: House, what: str, says: str) -> None:
    getattr(house.room, what)()
    with pytest.raises(RoomLost) as lost:
        await house.slack.post(room_of(house), CARD)
    assert says in str(lost.value.text)


async def test_a_private_channel_that_we_were_removed_from(house: House) -> None:
    room = house.team.channel("gigs", private=True)
    room.remove_bot()
    with pytest.raises(RoomLost, match="/invite @Earshot"):
        await house.slack.post(RoomRef("slack", house.team.id, room.id), CARD)


@pytest.mark.parametrize("error", ["account_inactive", "token_revoked", "invalid_auth"])
async def test_a_workspace_that_took_us_out(house: House, error: str) -> None:
    house.team.installation.refusal = error
    with pytest.raises(RoomLost, match="An admin of it has to install me again"):
        await house.slack.post(room_of(house), CARD)


async def test_a_workspace_that_never_let_us_in(house: House) -> None:
    with pytest.raises(RoomLost, match="install me"):
        await house.slack.post(RoomRef("slack", "T404", "C1"), CARD)


async def test_a_message_that_is_gone(house: House) -> None:
    post = await house.slack.post(room_of(house), CARD)
    house.room.said(post.message).deleted = True
    with pytest.raises(NotFound):
        await house.slack.edit(post, CARD)


@pytest.mark.parametrize("failing", ["post", "edit"])
async def test_other_platforms_rooms_are_not_ours(house: House, failing: str) -> None:
    room = RoomRef("discord", "1", "2")
    with pytest.raises(NotFound):
        await (
            house.slack.post(room, CARD)
            if failing == "post"
            else house.slack.edit(PostRef(room, "1.000001"), CARD)
        )


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ({"status": 500}, Unavailable),
        ({"lost": True}, Unavailable),
        ({"error": "ratelimited", "retry_after": 600}, RateLimited),
        ({"error": "team_is_on_fire"}, Unavailable),
    ],
)
async def test_a_slack_that_does_not_answer_is_told_apart(
    house: House, fault: dict[str, object], kind: type[EarshotError]
) -> None:
    house.twin.fail("chat.postMessage", **fault)
    with pytest.raises(kind) as failed:
        await house.slack.post(room_of(house), CARD)
    assert len(house.called("chat.postMessage")) == 1
    if isinstance(failed.value, RateLimited):
        assert failed.value.retry_after_s == 600


# --- whispers


async def test_a_whisper_is_for_one_person_alone(house: House) -> None:
    await house.slack.whisper(identity(house.team.id, house.ana.id), CARD)
    assert [it.text for it in house.ana.sees(house.ana.dm())] == ["Your week\n412 plays"]
    assert house.ben.sees(house.ben.dm()) == []


async def test_a_whisper_that_cannot_be_delivered_is_shown_with_the_next_private_answer(house: House) -> None:
    who = identity(house.team.id, house.ana.id)
    await house.store.add_member("Ana", "UTC", who, 0)
    house.ana.blocks_dms()
    await house.slack.whisper(who, CARD)
    asked = await house.ana.types(house.room, "/privacy")
    shown = await asked.answer("412 plays")
    assert shown.ephemeral
    assert house.ben.sees(house.room) == []


async def test_a_whisper_to_somebody_who_left_is_kept_and_no_error(house: House) -> None:
    who = identity(house.team.id, house.ana.id)
    await house.store.add_member("Ana", "UTC", who, 0)
    house.ana.leaves(house.team)
    await house.slack.whisper(who, CARD)
    assert len(await house.whispers.take(who)) == 1


async def test_a_whisper_that_may_have_arrived_is_not_said_again(house: House) -> None:
    who = identity(house.team.id, house.ana.id)
    await house.store.add_member("Ana", "UTC", who, 0)
    house.twin.fail("chat.postMessage", lost=True)
    await house.slack.whisper(who, CARD)
    assert len(house.ana.sees(house.ana.dm())) == 1
    assert await house.whispers.take(who) == []


async def test_who_is_in_a_workspace_is_asked_there(house: House) -> None:
    ben = identity(house.team.id, house.ben.id)
    assert await house.slack.present(ben, house.team.id) is True
    house.ben.deleted = True
    assert await house.slack.present(ben, house.team.id) is False
    assert await house.slack.present(ben, "T0ELSEWHERE") is None


@pytest.mark.parametrize("error", ["user_not_found", "user_not_visible", "missing_scope", "account_inactive"])
async def test_what_slack_does_not_tell_says_nothing_about_anybody(house: House, error: str) -> None:
    house.twin.fail("users.info", error=error)
    with pytest.raises(EarshotError):
        await house.slack.present(identity(house.team.id, house.ben.id), house.team.id)


async def test_what_is_remembered_of_somebody_can_be_forgotten(house: House) -> None:
    async def asked() -> int:
        await house.slack.whisper(identity(house.team.id, house.ben.id), CARD)
        return len(house.twin.traffic.of("/api/conversations.open"))

    before = await asked()
    assert await asked() == before
    house.slack.forget(identity(house.team.id, house.ben.id))
    assert await asked() == before + 1


@pytest.mark.parametrize("twin", ["history"], indirect=True)
async def test_a_post_with_a_key_is_found_again_and_nothing_else_is(house: House) -> None:
    room = room_of(house)
    assert await house.slack.find(room, "1/2026-W47", house.clock.now) is None
    await house.slack.post(room, CARD, "1/2026-W46")
    await house.slack.post(room, CARD)
    post = await house.slack.post(room, CARD, "1/2026-W47")
    assert await house.slack.find(room, "1/2026-W47", house.clock.now) == post
    assert await house.slack.find(room, "2/2026-W47", house.clock.now) is None
    assert {it.text for it in house.ben.sees(house.room)} == {"Your week\n412 plays"}
    await house.slack.edit(post, replace(CARD, title=t("Your month")))
    assert await house.slack.find(room, "1/2026-W47", house.clock.now) == post


@pytest.mark.parametrize("twin", ["history"], indirect=True)
async def test_it_is_found_among_many_messages(house: House) -> None:
    post = await house.slack.post(room_of(house), CARD, "1/2026-W47")
    for n in range(205):
        await house.ben.says(house.room, str(n))
    assert await house.slack.find(room_of(house), "1/2026-W47", house.clock.now) == post
    pages = house.called("conversations.history")
    assert len(pages) == 2


async def test_without_the_permission_nobody_can_look(house: House) -> None:
    await house.slack.post(room_of(house), CARD, "1/2026-W47")
    with pytest.raises(Refused, match="I may not read that channel"):
        await house.slack.find(room_of(house), "1/2026-W47", house.clock.now)


async def test_a_broken_connection_leaves_it_open_whether_it_was_posted(house: House) -> None:
    house.twin.fail("chat.postMessage", lost=True)
    with pytest.raises(Unsure):
        await house.slack.post(room_of(house), CARD, "1/2026-W47")
