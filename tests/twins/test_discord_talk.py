"""People talk to a real discord.py bot through the twin, and see what it shows them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.twins.discord import CannotDo, DiscordTwin, Form, NoAnswer, discord_twin
from tests.twins.discord.sample_bot import PNG, SampleBot, redirect, running


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordTwin]:
    async with discord_twin() as twin:
        redirect(monkeypatch, twin)
        yield twin
        assert twin.violations == []


@pytest.fixture
async def bot(discord: DiscordTwin) -> AsyncIterator[SampleBot]:
    async with running(discord) as bot:
        yield bot


async def test_a_command_defers_and_answers_with_a_card(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana", locale="de")
    ben = room.guild.human("Ben")
    asked = await ana.types(room, "/top", what="Tracks", count=5, who=ben, export=("a.zip", b"12345"))
    first = await asked.shown()
    assert first.is_thinking
    assert 0 < first.after_s < 3
    answer = await asked.answer()
    assert answer.text == "## track 5 Ben de 5"
    assert answer.labels == ("Story", "Refresh")
    assert answer.links == {"Open": "https://example.org"}
    assert [(it.data, it.alt) for it in answer.pictures] == [(PNG, "A chart of a week")]
    assert not answer.ephemeral
    assert [it.text for it in ben.sees(room)] == [answer.text]


async def test_what_was_sent_is_written_down(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    await (await ana.types(room, "/top", what="track")).answer()
    [edited] = discord.traffic.of("/webhooks/{webhook_id}/{webhook_token}/messages/@original", "PATCH")
    assert edited.status == 200
    assert edited.body["components"][0]["components"][0]["content"] == "## track 10 - en-US"
    [chart] = edited.files
    assert (chart["name"], chart["size"], chart["description"]) == (
        "chart.png",
        len(PNG),
        "A chart of a week",
    )
    assert discord.token not in repr(discord.traffic.requests)


async def test_only_one_person_sees_an_ephemeral_answer(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana, ben = room.guild.human("Ana"), room.guild.human("Ben")
    answer = await (await ana.types(room, "/hello", name="Ana")).answer()
    assert answer.ephemeral
    assert [it.text for it in ana.sees(room)] == ["Hello Ana"]
    assert ben.sees(room) == []
    assert await ana.completes(room, "/hello", option="name", typed="ra") == ["Rain", "Radio"]


async def test_the_client_refuses_what_cannot_be_typed(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    for line, options, why in [
        ("/nope", {}, "finds no /nope"),
        ("/top", {}, "wants what"),
        ("/top", {"what": "album"}, "one of Tracks"),
        ("/top", {"what": "Tracks", "count": 99}, "from 3 to 25"),
        ("/top", {"what": "Tracks", "count": "5"}, "whole number"),
        ("/top", {"what": "Tracks", "when": 1}, "not “when”"),
        ("/quiz", {}, "needs one of ask"),
        ("/quiz tell", {}, "not “tell”"),
    ]:
        with pytest.raises(CannotDo, match=why):
            await ana.types(room, line, **options)
    room.forbid("VIEW_CHANNEL", to=ana)
    with pytest.raises(CannotDo, match="does not see"):
        await ana.types(room, "/hello", name="Ana")


async def test_a_button_opens_a_form_that_takes_words_a_choice_and_a_file(
    discord: DiscordTwin, bot: SampleBot
) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana, ben = room.guild.human("Ana"), room.guild.human("Ben")
    answer = await (await ana.types(room, "/top", what="track")).answer()
    asked = await ben.clicks(answer, "Story")
    form = await asked.form()
    assert isinstance(await asked.shown(), Form)
    assert form.title == "A story"
    assert [(it.label, it.kind, it.required) for it in form.fields] == [
        ("Your words", "text", True),
        ("Mood", "select", True),
        ("Export", "file", False),
    ]
    with pytest.raises(CannotDo, match="opened for Ben"):
        await ana.fills(form, {})
    with pytest.raises(CannotDo, match="has to be filled in"):
        await ben.fills(form, {"Mood": "Calm"})
    with pytest.raises(CannotDo, match="offers Calm, Loud"):
        await ben.fills(form, {"Your words": "x", "Mood": "Odd"})
    sent = await ben.fills(form, {"Your words": "It rained.", "mood": "Loud", "Export": ("x.zip", b"1234")})
    told = await sent.answer()
    assert told.text == "It rained. / l / [4]"
    assert told.only_for is ben


async def test_a_button_changes_its_message(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    answer = await (await ana.types(room, "/top", what="track")).answer()
    changed = await (await ana.clicks(answer, "Refresh")).answer()
    assert changed.id == answer.id
    assert changed.text == "## Refreshed 0"
    assert changed.pictures == answer.pictures
    assert [it.text for it in ana.sees(room)] == ["## Refreshed 0"]
    with pytest.raises(CannotDo, match="no button “Vanish”"):
        await ana.clicks(answer, "Vanish")


async def test_a_selection(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    answer = await (await ana.types(room, "/quiz ask", topic="records")).answer()
    assert answer.text == "Which of the records?"
    assert answer.selects[0].options == ("One", "Two", "Three")
    with pytest.raises(CannotDo, match="takes 1 to 2"):
        await ana.picks(answer, "Pick", "One", "Two", "Three")
    assert (await (await ana.picks(answer, "Pick", "One", "Three")).answer()).text == "One and Three"


async def test_buttons_of_old_messages_outlive_the_bot(discord: DiscordTwin) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    async with running(discord):
        answer = await (await ana.types(room, "/top", what="track")).answer()
    async with running(discord):
        assert (await (await ana.clicks(answer, "Story")).form()).title == "A story"


async def test_a_mention_is_read_and_other_talk_is_not(discord: DiscordTwin, bot: SampleBot) -> None:
    room = discord.guild("Music Club").channel("listening")
    ana = room.guild.human("Ana")
    await ana.says(room, "nothing for the bot")
    asked = await ana.says(room, "@Earshot play rainy sunday")
    assert (await asked.answer()).text == "heard: @Earshot play rainy sunday"
    private = await ana.says(ana.dm(), "psst")
    assert (await private.answer()).text == "heard: psst"
    created = [it["d"] for it in _events(discord, "MESSAGE_CREATE")]
    assert [it["content"] for it in created if it["author"]["username"] == "ana"] == [
        "",
        f"{discord.bot.mention} play rainy sunday",
        "psst",
    ]


def _events(discord: DiscordTwin, name: str) -> list[dict]:
    return [
        it for session in discord.world.gateway.sessions.values() for it in session.events if it["t"] == name
    ]


async def test_a_post_that_nobody_asked_for(discord: DiscordTwin, bot: SampleBot) -> None:
    guild = discord.guild("Music Club")
    room, ana = guild.channel("listening"), guild.human("Ana")
    posted = await bot.get_partial_messageable(room.id).send("The week")
    assert (await room.message(lambda it: "week" in it.text)).id == posted.id
    await posted.edit(content="The week, again")
    assert [it.text for it in ana.sees(room)] == ["The week, again"]
    await posted.delete()
    assert ana.sees(room) == []
    private = await (await bot.fetch_user(ana.id)).send("Only you")
    assert [it.id for it in ana.sees(ana.dm())] == [private.id]
    with pytest.raises(NoAnswer):
        await room.message(lambda it: "month" in it.text, within=0.05)


async def test_who_brought_the_app_along_can_use_it_anywhere(discord: DiscordTwin, bot: SampleBot) -> None:
    elsewhere = discord.guild("Elsewhere", bot=False)
    hall, eve = elsewhere.channel("hall"), discord.stranger("Eve")
    elsewhere.welcomes(eve)
    answer = await (await eve.types(hall, "/top", what="track", count=3)).answer()
    assert answer.text == "## track 3 - en-US"
    fay = elsewhere.human("Fay")
    with pytest.raises(CannotDo, match="finds no /top"):
        await fay.types(hall, "/top", what="track")
    chat = discord.private_chat(eve, fay)
    assert (await (await eve.types(chat, "/hello", name="Fay")).answer()).text == "Hello Fay"
    assert (await (await eve.types(eve.dm(), "/hello", name="me")).answer()).text == "Hello me"


async def test_whom_a_message_rings_up(discord: DiscordTwin, bot: SampleBot) -> None:
    import discord as library

    guild = discord.guild("Music Club")
    room, ana = guild.channel("listening"), guild.human("Ana")
    place = bot.get_partial_messageable(room.id)
    await place.send(f"@everyone {ana.mention}")
    await place.send(f"@everyone {ana.mention}", allowed_mentions=library.AllowedMentions.all())
    await place.send(
        f"{ana.mention}", allowed_mentions=library.AllowedMentions(users=[library.Object(ana.id)])
    )
    assert [it.pings for it in ana.sees(room)] == [(), ("@Ana", "@everyone"), ("@Ana",)]
