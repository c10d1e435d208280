"""What the bot says unasked: posts, edits, private words, and who is told when that is not possible."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest

from bot.chat import Card
from bot.chat.cards import Button, Picture
from bot.chat.platform import PostRef
from bot.core.model import Identity, RoomRef
from bot.errors import EarshotError, NotFound, RateLimited, Refused, RoomLost, Unavailable, Unsure
from bot.text import t
from tests.adapters.discord.conftest import Build, House
from tests.adapters.sample import png
from tests.twins.discord import Channel, Human

MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = "/channels/{channel_id}/messages/{message_id}"


def room_of(channel: Channel) -> RoomRef:
    return RoomRef("discord", str(channel.guild.id if channel.guild else ""), str(channel.id))


def identity_of(human: Human) -> Identity:
    return Identity("discord", str(human.id))


CARD = Card(t("Your week"), (Picture(png(2, 2), t("A picture")),), (Button(t("Vote"), "top.vote"),))


async def test_a_post_is_a_message_that_can_be_edited(house: House) -> None:
    post = await house.discord.post(room_of(house.room), CARD)
    seen = await house.room.message()
    assert (seen.text, seen.labels, str(seen.id)) == ("## Your week", ("Vote",), post.message)
    assert seen.pictures[0].alt == "A picture"
    await house.discord.edit(post, Card(t("It changed")))
    (now,) = house.ana.sees(house.room)
    assert (now.text, now.pictures, now.labels) == ("## It changed", (), ())
    # Edited from another process, or after a restart, all the same.
    await house.discord.edit(PostRef(post.room, post.message), CARD)
    assert len(house.ana.sees(house.room)[0].pictures) == 1
    pressed = await house.ana.clicks(house.ana.sees(house.room)[0], "Vote")
    assert (await pressed.answer()).text == "## 1 votes"


async def test_a_post_whose_reply_was_lost_is_there_once(house: House) -> None:
    house.twin.hang_up("POST", MESSAGES)
    post = await house.discord.post(room_of(house.room), CARD)
    (seen,) = house.ana.sees(house.room)
    assert str(seen.id) == post.message
    assert len(house.twin.traffic.of(MESSAGES, "POST")) == 2


async def test_a_servers_error_is_tried_again(house: House) -> None:
    house.twin.fail("POST", MESSAGES, status=500)
    await house.discord.post(room_of(house.room), CARD)
    assert len(house.ana.sees(house.room)) == 1


async def test_a_storm_of_429_is_waited_for(house: House) -> None:
    house.twin.rate_limit("POST", MESSAGES, times=3, retry_after=0.05)
    await house.discord.post(room_of(house.room), CARD)
    assert len(house.ana.sees(house.room)) == 1


async def test_a_wait_that_is_too_long_is_an_error(house: House) -> None:
    house.twin.rate_limit("POST", MESSAGES, retry_after=120.0)
    with pytest.raises(RateLimited) as raised:
        await house.discord.post(room_of(house.room), CARD)
    assert raised.value.retry_after_s == 120.0


async def test_a_ban_by_cloudflare_is_not_hammered(house: House) -> None:
    house.twin.rate_limit("POST", MESSAGES, via=False)
    with pytest.raises(Unavailable):
        await house.discord.post(room_of(house.room), CARD)
    assert len(house.twin.traffic.of(MESSAGES, "POST")) == 1


async def test_a_deleted_channel(house: House) -> None:
    house.room.delete()
    with pytest.raises(RoomLost, match="That channel is gone"):
        await house.discord.post(room_of(house.room), CARD)


@pytest.mark.parametrize(
    ("forbidden", "named"),
    [
        ("VIEW_CHANNEL", "View Channel, Send Messages, Attach Files"),
        ("SEND_MESSAGES", "Send Messages, Attach Files"),
        ("ATTACH_FILES", "Attach Files"),
    ],
)
async def test_a_missing_permission_is_named(house: House, forbidden: str, named: str) -> None:
    house.room.forbid(forbidden)
    with pytest.raises(RoomLost) as raised:
        await house.discord.post(room_of(house.room), CARD)
    assert str(raised.value.text) == f"I cannot post in that channel. In its permissions, allow me: {named}."


async def test_a_server_that_threw_the_bot_out(house: House) -> None:
    house.guild.removes_bot()
    with pytest.raises(RoomLost, match="not in that server"):
        await house.discord.post(room_of(house.room), CARD)
    house.guild.invites_bot()
    await house.discord.post(room_of(house.room), CARD)


async def test_a_place_where_the_bot_is_not(house: House) -> None:
    chat = house.twin.private_chat(house.ana, house.ben)
    with pytest.raises(RoomLost, match="not in that server"):
        await house.discord.post(room_of(chat), CARD)


async def test_a_deleted_message_cannot_be_edited(house: House) -> None:
    post = await house.discord.post(room_of(house.room), CARD)
    house.room.messages.clear()
    house.twin.world.messages.clear()
    with pytest.raises(NotFound):
        await house.discord.edit(post, CARD)


@pytest.mark.parametrize("channel", ["", "abc", "9" * 40, "１２"])
async def test_a_room_that_discord_cannot_have(house: House, channel: str) -> None:
    with pytest.raises(NotFound):
        await house.discord.post(RoomRef("discord", str(house.guild.id), channel), CARD)
    with pytest.raises(NotFound):
        await house.discord.post(RoomRef("slack", "T1", "1"), CARD)


async def test_a_private_word_is_a_message_in_the_private_chat(house: House) -> None:
    await house.discord.whisper(identity_of(house.ana), Card(t("Your import is done")))
    assert (await house.ana.dm().message()).text == "## Your import is done"


async def test_where_it_cannot_be_delivered_it_waits(house: House) -> None:
    house.ben.blocks_dms()
    await house.store.add_member("Ben", "UTC", identity_of(house.ben), 0)
    await house.discord.whisper(identity_of(house.ben), Card(t("Your import is done")))
    answer = await (await house.ben.types(house.room, "/privacy")).answer(lambda it: "import" in it.text)
    assert answer.ephemeral


async def test_somebody_who_has_left_cannot_be_written_to(house: House) -> None:
    await house.store.add_member("Ben", "UTC", identity_of(house.ben), 0)
    house.ben.leaves(house.guild)
    await house.discord.whisper(identity_of(house.ben), Card(t("Still there?")))
    assert [str(it.title) for it in await house.whispers.take(identity_of(house.ben))] == ["Still there?"]


async def test_before_it_starts_nothing_can_be_posted_and_whispers_wait(build: Build) -> None:
    house = await build(start=False)
    with pytest.raises(Unavailable):
        await house.discord.post(room_of(house.room), CARD)
    await house.store.add_member("Ana", "UTC", identity_of(house.ana), 0)
    await house.discord.whisper(identity_of(house.ana), Card(t("Later")))
    assert [str(it.title) for it in await house.whispers.take(identity_of(house.ana))] == ["Later"]


MEMBER = "/guilds/{guild_id}/members/{user_id}"


async def test_who_is_in_a_server_is_asked_there(house: House) -> None:
    server = str(house.guild.id)
    assert await house.discord.present(identity_of(house.ben), server) is True
    house.guild.loses(house.ben)
    assert await house.discord.present(identity_of(house.ben), server) is False
    assert await house.discord.present(identity_of(house.ana), server) is True
    # A private chat is nothing that somebody could leave.
    assert await house.discord.present(identity_of(house.ben), "") is None


async def test_an_account_that_is_deleted_is_in_no_server(house: House) -> None:
    house.twin.fail("GET", MEMBER, status=404, code=10013)
    assert await house.discord.present(identity_of(house.ben), str(house.guild.id)) is False


async def test_what_discord_does_not_tell_says_nothing_about_anybody(house: House) -> None:
    server = str(house.guild.id)
    for status, code in ((404, 10004), (404, 0), (403, 50001), (401, 0)):
        house.twin.fail("GET", MEMBER, status=status, code=code)
        with pytest.raises(EarshotError):
            await house.discord.present(identity_of(house.ben), server)
    house.guild.removes_bot()

    async def told_that_we_are_out() -> None:
        async with asyncio.timeout(5):
            while True:
                with suppress(Unavailable):
                    await house.discord.present(identity_of(house.ben), server)

    with pytest.raises(RoomLost):
        await told_that_we_are_out()
    await house.discord.stop()
    with pytest.raises(Unavailable):
        await house.discord.present(identity_of(house.ben), server)


async def test_a_post_with_a_key_is_found_again_and_nothing_else_is(house: House) -> None:
    room, now_ms = room_of(house.room), round(time.time() * 1000)
    assert await house.discord.find(room, "1/2026-W47", now_ms) is None
    await house.discord.post(room, CARD, "1/2026-W46")
    await house.discord.post(room, CARD)
    post = await house.discord.post(room, CARD, "1/2026-W47")
    assert await house.discord.find(room, "1/2026-W47", now_ms) == post
    assert await house.discord.find(room, "2/2026-W47", now_ms) is None
    assert await house.discord.find(room, "1/2026-W47", now_ms + 600_000) is None


async def test_a_post_with_a_key_is_sent_twice_and_there_once(build: Build) -> None:
    """Also by another process, which has other tokens."""
    house = await build()
    room = room_of(house.room)
    post = await house.discord.post(room, CARD, "1/2026-W47")
    other = await build(store=house.store)
    assert await other.discord.post(room, CARD, "1/2026-W47") == post
    assert await other.discord.post(room, CARD, "1/2026-W48") != post
    assert len(house.ana.sees(house.room)) == 2


async def test_where_history_is_closed_nobody_can_look(house: House) -> None:
    await house.discord.post(room_of(house.room), CARD, "1/2026-W47")
    house.room.forbid("READ_MESSAGE_HISTORY")
    now_ms = round(time.time() * 1000)

    async def refused() -> bool:
        try:
            await house.discord.find(room_of(house.room), "1/2026-W47", now_ms)
        except Refused:
            return True
        return False

    async with asyncio.timeout(5):
        while not await refused():  # noqa: ASYNC110 – the gateway tells the client, not us
            await asyncio.sleep(0.01)
    assert await refused()


async def test_a_servers_error_that_stays_leaves_it_open_whether_it_was_posted(house: House) -> None:
    house.twin.hang_up("POST", MESSAGES, times=9)
    with pytest.raises(Unsure):
        await house.discord.post(room_of(house.room), CARD, "1/2026-W47")
