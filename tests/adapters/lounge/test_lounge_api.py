"""What a person does in the lounge, done by a script."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import aiohttp
import pytest

from bot.adapters.lounge import Lounge, LoungeRoom
from bot.chat import Button, Card, Cog, Context, Person, command
from bot.chat.platform import ChatPlatform, PostRef
from bot.core.model import Identity, RoomRef
from bot.errors import NotFound
from bot.text import t
from tests.adapters.lounge.conftest import ROOM, Build, FakeResidents, House


def words(message: Any) -> str:
    """The title of a card or form."""
    shown = message["card"] if message["kind"] == "card" else message["form"]
    return str(shown["title"]["text"])


async def settled(house: House, message: Any, who: str = "ana") -> Any:
    """The message once it is no longer pending."""
    for _ in range(200):
        now = (await house.caller.get(f"/api/rooms/{ROOM}/messages/{message['id']}", who=who))["message"]
        if now["kind"] != "pending":
            return now
        await asyncio.sleep(0.01)
    raise AssertionError("still pending")


async def test_a_command_is_answered_in_front_of_everybody(house: House) -> None:
    said = await house.caller.say("/top track 3")
    assert said["understood"]
    assert said["line"]["line"] == "/top track 3"
    assert words(said["answer"]) == "Top tracks of Music club"
    assert said["answer"]["for"] == {"user": "ana", "name": "Ana"}
    for who in ("ana", "ben"):
        assert [it["id"] for it in await house.caller.seen(who)] == [said["line"]["id"], said["answer"]["id"]]


async def test_a_command_without_its_slash_is_one_too(house: House) -> None:
    assert (await house.caller.say("Top artist 5"))["understood"]


async def test_a_private_command_is_seen_by_nobody_else(house: House) -> None:
    said = await house.caller.say("/privacy")
    assert said["line"]["private"]
    assert said["answer"]["private"]
    assert len(await house.caller.seen("ana")) == 2
    assert await house.caller.seen("ben") == []
    await house.caller.get(f"/api/rooms/{ROOM}/messages/{said['answer']['id']}", who="ben", status=404)
    await house.caller.press(said["answer"], 0, who="ben", status=404)


async def test_what_runs_a_button_never_leaves_the_server(house: House) -> None:
    answer = (await house.caller.say("/top"))["answer"]
    assert "top.who" not in json.dumps(answer)
    assert [it["n"] for row in answer["card"]["blocks"][0]["rows"] for it in row["buttons"]] == [0, 1, 2, 3]
    assert answer["card"]["buttons"][0]["n"] == 4


async def test_talk_is_heard_by_the_room_and_kindly_explained_to_the_talker(house: House) -> None:
    said = await house.caller.say("hello everybody")
    assert not said["understood"]
    assert not said["line"]["private"]
    assert said["answer"]["private"]
    assert [it["kind"] for it in await house.caller.seen("ben")] == ["line"]


async def test_an_unknown_command_names_the_nearest_and_stays_private(house: House) -> None:
    said = await house.caller.say("/tpo")
    assert said["line"]["private"]
    assert "/top" in said["answer"]["card"]["blocks"][0]["lines"][0]["text"]
    far = await house.caller.say("/xyzzyq")
    assert far["answer"]["card"]["blocks"] == []
    assert await house.caller.seen("ben") == []


async def test_a_bad_option_is_explained_with_the_usage_privately(house: House) -> None:
    said = await house.caller.say("/top count:99")
    assert not said["understood"]
    assert said["line"]["private"]
    assert words(said["answer"]) == "“count” goes from 3 to 25."
    assert said["answer"]["card"]["blocks"][0]["lines"][0]["text"] == "/top [what:artist] [count:10]"
    assert await house.caller.seen("ben") == []


async def test_a_missing_option_opens_a_form_made_from_the_declaration(house: House) -> None:
    said = await house.caller.say("/play count:7")
    form = said["answer"]
    assert form["kind"] == "form"
    assert form["private"]
    assert form["why"]["text"] == "“prompt” is missing: What it should feel like."
    assert form["usage"] == "/play <prompt> [count:20]"
    prompt, count = form["form"]["fields"]
    assert (prompt["name"], prompt["required"], prompt["long"], prompt["most"]) == ("prompt", True, True, 300)
    assert (count["value"], count["help"]["text"]) == ("7", "A whole number from 5 to 50.")

    path = f"/api/rooms/{ROOM}/forms/{form['id']}"
    refused = await house.caller.post(path, values={"prompt": " ", "count": "7"}, status=422)
    assert refused == {"error": "“What it should feel like” is missing.", "field": "prompt"}
    refused = await house.caller.post(path, values={"prompt": "rain", "count": "4"}, status=422)
    assert refused["field"] == "count"

    sent = await house.caller.post(path, values={"prompt": 'late "drive" home', "count": "7"})
    assert sent["line"]["line"] == '/play prompt:“late "drive" home” count:7'
    assert words(await settled(house, sent["answer"])) == '“late "drive" home”, 7 songs'
    await house.caller.post(path, values={"prompt": "again"}, status=409)
    assert (await house.caller.get(f"/api/rooms/{ROOM}/messages/{form['id']}"))["message"]["sent"]


async def test_a_form_in_answer_to_a_public_command_is_the_askers_alone(house: House) -> None:
    form = (await house.caller.say("/ask_all"))["answer"]
    assert form["private"]
    assert [it["kind"] for it in await house.caller.seen("ben")] == ["line"]
    path = f"/api/rooms/{ROOM}/forms/{form['id']}"
    await house.caller.post(path, values={"mood": "fine"}, who="ben", status=404)
    await house.caller.post(path, values={"mood": "fine", "other": "x"}, status=422)
    sent = await house.caller.post(path, values={"mood": "fine"})
    assert words(sent["answer"]) == "Ana feels fine"
    assert not sent["answer"]["private"]


async def open_upload(house: House) -> tuple[str, Any]:
    panel = (await house.caller.say("/privacy"))["answer"]
    form = (await house.caller.press(panel, 0))["answer"]
    assert form["kind"] == "form"
    return f"/api/rooms/{ROOM}/forms/{form['id']}", form


def upload(data: bytes, **more: str) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for name, value in more.items():
        form.add_field(name, value)
    form.add_field("kinds", "audio")
    form.add_field("kinds", "video")
    form.add_field("file", data, filename="../my export.zip", content_type="application/zip")
    return form


async def test_a_file_is_streamed_to_the_disk_and_deleted_after_the_answer(house: House) -> None:
    path, _ = await open_upload(house)
    data = bytes(range(256)) * 4096
    sent = await house.caller.post(path, data=upload(data, note="mine"))
    assert words(sent["answer"]) == "my export.zip has 1,048,576 bytes"
    assert house.sample.form_values == {
        "note": "mine", "kinds": "audio,video", "file": "my export.zip", "from": "panel",
    }  # fmt: skip
    [(where, received)] = house.sample.files
    assert received == data
    assert where.startswith(str(house.pictures))
    assert list((house.pictures / "incoming").iterdir()) == []


async def test_too_large_a_file_is_refused_and_leaves_nothing(build: Build) -> None:
    house = await build(upload_most=300_000)
    path, _ = await open_upload(house)
    refused = await house.caller.post(path, data=upload(b"x" * 300_001), status=413)
    assert refused == {"error": "That is too much at once."}
    assert list((house.pictures / "incoming").iterdir()) == []
    assert house.sample.begun == 0
    await house.caller.post(path, data=upload(b"x" * 300_000))
    assert house.sample.begun == 1


async def test_a_form_that_misses_its_file_stays_open(house: House) -> None:
    path, _ = await open_upload(house)
    assert (await house.caller.post(path, values={"note": "x"}, status=422))["field"] == "file"
    assert (await house.caller.post(path, values={"kinds": ["audio", "films"]}, status=422))[
        "field"
    ] == "kinds"
    assert (await house.caller.post(path, values={"note": "x" * 51}, status=422))["field"] == "note"
    assert (await house.caller.post(path, values={"note": 5}, status=422))["field"] == "note"
    await house.caller.post(path, values="nothing", status=422)
    await house.caller.post(path, data=upload(b"zip"))


async def test_a_button_answers_and_says_who_pressed_what(house: House) -> None:
    card = (await house.caller.say("/top"))["answer"]
    pressed = await house.caller.press(card, 2, who="ben")
    assert words(pressed["answer"]) == "Ben asks who else plays song 3"
    assert pressed["answer"]["pressed"] == {"text": "Who else?"}
    assert pressed["line"] is None


async def test_an_answer_that_replaces_takes_the_cards_place(house: House) -> None:
    card = (await house.caller.say("/top"))["answer"]
    voted = (await house.caller.press(card, 4, rev=card["rev"]))["answer"]
    assert (voted["id"], words(voted)) == (card["id"], "1 votes")
    assert voted["rev"] > card["rev"]
    assert len(await house.caller.seen()) == 2
    stale = await house.caller.press(card, 0, status=409, rev=card["rev"])
    assert "changed" in stale["error"]
    await house.caller.press(card, 4, status=404)
    again = (await house.caller.press(voted, 0))["answer"]
    assert words(again) == "2 votes"


async def test_a_private_card_is_replaced_by_a_private_answer(house: House) -> None:
    panel = (await house.caller.say("/privacy"))["answer"]
    hidden = (await house.caller.press(panel, 1))["answer"]
    assert (hidden["id"], words(hidden), hidden["private"]) == (panel["id"], "Hidden", True)


async def test_a_caller_says_how_long_they_wait(house: House) -> None:
    house.sample.gate.clear()
    path = f"/api/rooms/{ROOM}/messages"
    said = await house.caller.post(f"{path}?wait=0", line="/me")
    assert said["answer"]["kind"] == "pending"
    refused = await house.caller.post(f"{path}?wait=long", line="/me", status=422)
    assert refused["field"] == "wait"
    house.sample.gate.set()
    assert words(await settled(house, said["answer"])) == "Your own numbers, Ana"
    assert house.sample.begun == 1


async def test_who_is_deleted_while_they_wait_is_still_answered(house: House) -> None:
    ana = await house.store.add_member("Ana", "UTC", Identity("lounge", "ana"), 1)
    path, _ = await open_upload(house)
    house.sample.gate.clear()
    sending = asyncio.create_task(house.caller.post(f"{path}?wait=1", data=upload(b"zip", note="hi")))
    await house.sample.at_work.wait()
    await house.store.delete_member(ana.id, recap=lambda it, _: it, draft=lambda it, _: it)
    await asyncio.wait({sending}, timeout=1.5)
    house.sample.gate.set()
    answer = (await sending)["answer"]
    assert words(answer) == "my export.zip has 3 bytes"
    await house.caller.get(f"/api/rooms/{ROOM}/messages/{answer['id']}", status=404)


async def test_a_double_press_runs_once(house: House) -> None:
    card = (await house.caller.say("/top"))["answer"]
    house.sample.gate.clear()
    first = asyncio.create_task(house.caller.press(card, 4))
    await house.sample.at_work.wait()
    assert (await house.caller.press(card, 4, status=409))["error"] == "That is still running."
    house.sample.gate.set()
    assert words((await first)["answer"]) == "1 votes"
    assert house.sample.begun == 1


async def test_two_people_may_press_at_once(house: House) -> None:
    card = (await house.caller.say("/top"))["answer"]
    house.sample.gate.clear()
    first = asyncio.create_task(house.caller.press(card, 4))
    await house.sample.at_work.wait()
    house.sample.at_work.clear()
    second = asyncio.create_task(house.caller.press(card, 4, who="ben"))
    await house.sample.at_work.wait()
    house.sample.gate.set()
    await asyncio.gather(first, second)
    assert house.sample.votes == 2


async def test_a_bug_shows_an_id_and_no_detail(house: House, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = (await house.caller.say("/crash"))["answer"]
    assert words(answer) == "That went wrong on my side"
    assert "secret" not in json.dumps(answer)
    shown = answer["card"]["footer"]["parts"][1]["value"]
    assert shown in caplog.text


async def test_a_refusal_says_its_sentence_to_the_asker_alone(house: House) -> None:
    refused = (await house.caller.say("/refuse"))["answer"]
    assert (words(refused), refused["private"]) == ("Only who asked may do that.", True)
    card = (await house.caller.say("/closed"))["answer"]
    pressed = (await house.caller.press(card, 0, who="ben"))["answer"]
    assert (words(pressed), pressed["private"]) == ("Only who asked may do that.", True)
    to_ana, to_ben = await house.caller.seen("ana"), await house.caller.seen("ben")
    assert [it["id"] for it in to_ana if it["private"]] == [refused["id"]]
    assert [it["id"] for it in to_ben if it["private"]] == [pressed["id"]]
    assert {it["kind"] for it in (*to_ana, *to_ben)} == {"line", "card"}


async def test_commands_and_suggestions_for_completion(house: House) -> None:
    commands = (await house.caller.get("/api/commands"))["commands"]
    top = next(it for it in commands if it["name"] == "top")
    assert top["options"][0]["choices"] == ["artist", "track"]
    assert top["options"][1] == {
        "name": "count", "about": "How many rows", "kind": "int", "required": False, "default": "10",
        "choices": [], "least": 3, "most": 25, "has_suggest": False,
    }  # fmt: skip
    path = "/api/commands/who_plays/suggest?option=artist&typed="
    assert (await house.caller.get(path + "n"))["suggestions"] == ["Nina Simone", "Nick Drake"]
    assert (await house.caller.get(path + "boom"))["suggestions"] == []
    assert (await house.caller.get("/api/commands/top/suggest?option=what"))["suggestions"] == []
    await house.caller.get("/api/commands/nope/suggest?option=x", status=404)


async def test_a_person_is_added_and_can_speak(house: House) -> None:
    added = await house.caller.post("/api/people", name="  Dana\0 ", zone="Europe/Lisbon", status=201)
    assert added["person"]["name"] == "Dana"
    assert (await house.caller.say("/top", who=added["person"]["user"]))["understood"]
    refused = await house.caller.post("/api/people", name="Eve", zone="Mars/Olympus", status=422)
    assert refused["field"] == "zone"
    await house.caller.post("/api/people", name="Eve", zone="../etc/passwd", status=422)
    await house.caller.post("/api/people", name="x" * 61, zone="UTC", status=422)


async def test_who_is_acting_can_be_said_in_three_ways(house: House) -> None:
    path = f"{house.caller.base}/api/rooms/{ROOM}/messages"
    for headers, query, body in (
        ({"X-Earshot-Member": "%61na"}, "", {}), ({}, "?as=ana", {}), ({}, "", {"as": "ana"}),
    ):  # fmt: skip
        sent = {"json": {"line": "/top", **body}, "headers": {**house.caller.headers, **headers}}
        async with house.caller.http.post(path + query, **sent) as response:
            assert (await response.json())["line"]["author"]["user"] == "ana"
    await house.caller.post(f"/api/rooms/{ROOM}/messages", line="/top", who="zoe", status=404)
    await house.caller.post(f"/api/rooms/{ROOM}/messages", line="/top", who="", status=422)


async def test_outside_the_demo_nobody_chooses_who_they_are(build: Build) -> None:
    house = await build(choosing=False)
    for path in ("/api/people", f"/api/rooms/{ROOM}/messages", f"/api/rooms/{ROOM}/events"):
        assert "only possible in the demo" in (await house.caller.get(path, status=403))["error"]
    for path in ("/api/people", f"/api/rooms/{ROOM}/messages", f"/api/rooms/{ROOM}/forms/1"):
        await house.caller.post(path, line="/top", name="x", zone="UTC", values={}, status=403)
    assert (await house.caller.get("/api/rooms"))["choosing"] is False


async def test_outside_the_demo_the_one_resident_needs_no_choice(build: Build) -> None:
    alone = FakeResidents([Person(Identity("lounge", "operator"), "Olga", "UTC", admin=True)])
    house = await build(choosing=False, residents=alone)
    assert [it["user"] for it in (await house.caller.get("/api/people", who=""))["people"]] == ["operator"]
    assert (await house.caller.say("/top", who=""))["line"]["author"]["name"] == "Olga"
    await house.caller.post(f"/api/rooms/{ROOM}/messages", line="/top", who="ana", status=404)
    await house.caller.post("/api/people", name="x", zone="UTC", status=403)


async def test_what_a_caller_gets_wrong_is_said(house: House) -> None:
    messages = f"/api/rooms/{ROOM}/messages"
    for line in (None, 5, "", " \0 ", "x" * 4001):
        assert (await house.caller.post(messages, line=line, status=422))["field"] == "line"
    await house.caller.post("/api/rooms/nowhere/messages", line="/top", status=404)
    await house.caller.post(messages, data=b"line=/top", status=415)
    await house.caller.get("/api/nothing", status=404)
    await house.caller.get(f"{messages}?after=-1", status=422)
    await house.caller.get(f"{messages}/{'9' * 15}", status=404)
    await house.caller.get(f"{messages}/{'9' * 16}", status=422)
    headers = {**house.caller.headers, "X-Earshot-Member": "ana", "Content-Type": "application/json"}
    for body in (b"{", b"[]", b"[" * 100_000, b"\xff"):
        async with house.caller.http.post(
            house.caller.base + messages, data=body, headers=headers
        ) as response:
            assert response.status == 422, body[:10]
    card = (await house.caller.say("/top"))["answer"]
    await house.caller.press(card, 0, status=422, rev="1")
    await house.caller.press(card, 5, status=404)
    await house.caller.press((await house.caller.say("hi"))["line"], 0, status=404)


async def test_control_characters_and_half_characters_in_a_line_are_cleaned(house: House) -> None:
    said = await house.caller.say("/play a\0b\n\ud800 count:5")
    assert said["line"]["line"] == "/play a b ? count:5"


async def test_a_picture_is_kept_by_its_hash_and_served(house: House) -> None:
    card = (await house.caller.say("/wrapped"))["answer"]["card"]
    [picture] = card["blocks"]
    assert (picture["width"], picture["height"], picture["alt"]) == (
        1080,
        1350,
        "Ana played 120 songs this week.",
    )
    async with house.caller.http.get(
        house.caller.base + picture["src"], headers=house.caller.headers
    ) as response:
        assert response.status == 200
        assert response.content_type == "image/png"
        assert (await response.read()).startswith(b"\x89PNG")
    await house.caller.get("/pictures/..%2Fincoming", status=404)
    await house.caller.get(f"/pictures/{'0' * 64}.png", status=404)
    await house.caller.get("/page/..%2Fserver.py", status=404)


async def test_posts_edits_and_whispers(house: House) -> None:
    platform: ChatPlatform = house.lounge
    assert platform.name == "lounge"
    room = RoomRef("lounge", "", ROOM)
    post = await platform.post(room, Card(t("Week 41"), buttons=(Button(t("Who?"), "top.who", {"n": "1"}),)))
    await platform.whisper(Identity("lounge", "ben"), Card(t("For Ben")))
    assert [words(it) for it in await house.caller.seen("ana")] == ["Week 41"]
    assert [words(it) for it in await house.caller.seen("ben")] == ["Week 41", "For Ben"]
    await platform.edit(
        post, Card(t("Week 41, amended"), buttons=(Button(t("Who?"), "top.who", {"n": "2"}),))
    )
    [seen] = await house.caller.seen("ana")
    assert (words(seen), seen["for"], str(seen["id"])) == ("Week 41, amended", None, post.message)
    assert words((await house.caller.press(seen, 0))["answer"]) == "Ana asks who else plays song 2"
    for nowhere in (RoomRef("lounge", "", "nowhere"), RoomRef("slack", "T1", ROOM)):
        with pytest.raises(NotFound):
            await platform.post(nowhere, Card(t("x")))
    with pytest.raises(NotFound):
        await platform.edit(PostRef(room, "999"), Card(t("x")))


async def test_what_cannot_be_built_is_refused_at_once(build: Build) -> None:
    class Twice(Cog):
        @command("x", name="top")
        async def other(self, ctx: Context) -> Card:
            return Card(t("x"))

    house = await build()
    with pytest.raises(ValueError, match="two commands"):
        await build(cogs=[house.sample, Twice()])
    with pytest.raises(ValueError, match="this machine"):
        await build(host="0.0.0.0")  # noqa: S104
    with pytest.raises(ValueError, match="16 characters"):
        await build(token="short")
    with pytest.raises(ValueError, match="room"):
        await build(rooms=[])
    assert isinstance(house.lounge, Lounge)


async def test_two_rooms_do_not_mix(build: Build) -> None:
    house = await build(rooms=[LoungeRoom(ROOM, "Music club"), LoungeRoom("attic", "The attic")])
    said = await house.caller.say("/top")
    assert (await house.caller.get("/api/rooms/attic/messages"))["messages"] == []
    await house.caller.get(f"/api/rooms/attic/messages/{said['answer']['id']}", status=404)
