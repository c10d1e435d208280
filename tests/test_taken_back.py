"""Earshot as it is plugged together, in the lounge: somebody takes everything along, then everything back."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import logging
import re
import socket
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.adapters.lounge import EveryResident
from bot.app import Earshot, open_earshot
from bot.chat import Context, Person
from bot.config import Data, Settings, Web
from bot.config import Lounge as LoungeSettings
from bot.core.model import Identity, Member, Place, RoomRef
from bot.errors import NotFound
from bot.serving import make_lounge, serving

ROOM = "club"
TOKEN = "practice-token-of-the-lounge"
# Unmistakable wherever they stand.
NAME, USER = "Qwxanthe", "zvkjuser0815"
TITLE, ARTIST, ALBUM = "Yxgtrackone", "Jqvartistone", "Kwzalbumone"
WORDS = (NAME, USER, TITLE, ARTIST, ALBUM)


@dataclass
class House:
    """A running Earshot with a lounge, and a caller of its API."""

    earshot: Earshot
    lounge: str
    folder: Path
    http: aiohttp.ClientSession

    async def post(self, path: str, who: str, **sent: Any) -> Any:
        headers = {"Authorization": f"Bearer {TOKEN}", "X-Earshot-Member": who}
        async with self.http.post(
            f"{self.lounge}/api/rooms/{ROOM}/{path}", headers=headers, json=sent
        ) as said:
            assert said.status == 200, await said.text()
            return (await said.json())["answer"]

    async def say(self, line: str, who: str = USER) -> Any:
        return await self.post("messages", who, line=line)

    async def press(self, message: Any, label: str, who: str = USER) -> Any:
        n = next(it["n"] for it in message["card"]["buttons"] if words(it.get("label")) == label)
        return await self.post(f"messages/{message['id']}/buttons/{n}", who)

    async def submit(self, message: Any, who: str = USER, **values: str) -> Any:
        return await self.post(f"forms/{message['id']}", who, values=values)

    async def delete(self, who: str = USER) -> Any:
        form = await self.press(await self.say("/privacy", who), "Delete everything", who)
        return await self.submit(form, who, word="delete")

    async def messages(self, who: str) -> str:
        headers = {"Authorization": f"Bearer {TOKEN}", "X-Earshot-Member": who}
        async with self.http.get(f"{self.lounge}/api/rooms/{ROOM}/messages", headers=headers) as said:
            return await said.text()

    def raw(self) -> bytes:
        """Every byte of every file in the data folder."""
        files = [it for it in self.folder.rglob("*") if it.is_file()]
        assert any(it.name == "earshot.sqlite" for it in files)
        return b"\n".join(it.read_bytes() for it in files)


def words(told: Any) -> str:
    """What a drawn text says, whatever it is drawn as."""
    if isinstance(told, str):
        return told
    if isinstance(told, list):
        return "".join(map(words, told))
    if isinstance(told, dict):
        return "".join(words(it) for key, it in told.items() if key in {"text", "words", "parts", "value"})
    return ""


def history(file: Path, plays: int, *, title: str = TITLE, artist: str = ARTIST, album: str = ALBUM) -> Path:
    """An extended export with so many plays in November 2025."""
    rows = [
        {
            "ts": f"2025-11-{3 + n // 300:02}T{n // 60 % 5 + 8:02}:{n % 60:02}:00Z",
            "ms_played": 200_000 + n,
            "master_metadata_track_name": f"{title} {n % 7}",
            "master_metadata_album_artist_name": artist,
            "master_metadata_album_album_name": album,
            "spotify_track_uri": f"spotify:track:{abs(hash((title, n % 7))):022}"[:36],
            "reason_start": "trackdone",
            "reason_end": "trackdone",
            "incognito_mode": False,
        }
        for n in range(plays)
    ]
    file.write_text(json.dumps(rows), encoding="utf-8")
    return file


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    folder, web_port = tmp_path / "data", free_port()
    folder.mkdir()
    settings = Settings(
        data=Data(str(folder)),
        web=Web(port=web_port, public_url=f"http://127.0.0.1:{web_port}"),
        lounge=LoungeSettings(0, ROOM),
    )
    async with open_earshot(settings, folder) as earshot, aiohttp.ClientSession() as http:
        residents = EveryResident(earshot.store, earshot.people, earshot.chance)
        lounge = make_lounge(earshot, residents, choosing=True, token=TOKEN)
        async with serving(earshot, [lounge]):
            yield House(earshot, lounge.url.partition("/?")[0], folder, http)


async def member(house: House, name: str = NAME, user: str = USER) -> Member:
    """Somebody who has joined the room's group, with a hundred plays."""
    store = house.earshot.store
    made = await store.add_member(name, "Europe/Berlin", Identity("lounge", user), 1)
    file = (
        history(house.folder.parent / f"{user}.json", 100)
        if name == NAME
        else history(
            house.folder.parent / f"{user}.json", 100, title="Common", artist="Everybody", album="Shared"
        )
    )
    await house.earshot.importing.run(made, [str(file)])
    group = await store.open_room(RoomRef("lounge", "", ROOM), ROOM, "Europe/Berlin")
    await store.join(group.id, made.id, {"recap", "compare", "playlists"}, [RoomRef("lounge", "", ROOM)], 1)
    return made


def link_of(message: Any) -> str:
    return next(it["url"] for it in message["card"]["buttons"] if "url" in it)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, logger="bot")
    caplog.set_level(logging.DEBUG, logger="cogs")
    return caplog


async def test_everything_is_taken_along_by_a_page_that_gives_it_once(house: House) -> None:
    await member(house)
    await member(house, "Ben", "ben")
    await house.say("/me when:year")
    await house.say("/wrapped when:year")
    card = await house.press(await house.say("/privacy"), "Take everything along")
    page = link_of(card)
    async with house.http.get(page) as shown:
        html = await shown.text()
        assert (shown.status, NAME in html) == (200, True)
    async with house.http.post(page) as given:
        assert given.status == 200
        assert given.headers["Content-Type"] == "application/zip"
        assert given.headers["Cache-Control"] == "no-store"
        packed = zipfile.ZipFile(io.BytesIO(await given.read()))
    for method in ("GET", "POST"):
        async with house.http.request(method, page) as again:
            assert again.status == 404
    files = {name: packed.read(name).decode() for name in packed.namelist()}
    assert f"about {NAME}" in files["README.txt"]
    for name in files.keys() - {"README.txt"}:
        assert name in files["README.txt"]
    rows = list(csv.DictReader(io.StringIO(files["plays.csv"], newline="")))
    assert len(rows) == 100
    assert rows[0]["played_at"] == "2025-11-03T08:00:00.000Z"
    assert (rows[0]["source"], rows[0]["artist"], rows[0]["album"]) == ("extended", ARTIST, ALBUM)
    lines = [json.loads(it) for it in files["plays.json"].splitlines()]
    assert [str(it["played_at_ms"]) for it in lines] == [it["played_at_ms"] for it in rows]
    profile = json.loads(files["profile.json"])
    assert profile["member"][0]["name"] == NAME
    assert profile["identity"][0]["user"] == USER
    assert json.loads(files["groups.json"])["membership"][0]["features"] == ["compare", "playlists", "recap"]
    recaps = [json.loads(it) for it in files["recaps.json"].splitlines()]
    assert any(NAME in fact["said"] or ARTIST in fact["said"] for it in recaps for fact in it["facts"])
    whole = "".join(files.values())
    assert "Everybody" not in whole  # what Ben listened to
    assert NAME in files["messages.json"] or "/me" in files["messages.json"]


async def test_a_second_page_takes_the_place_of_the_first(house: House) -> None:
    await member(house)
    panel = await house.say("/privacy")
    first = link_of(await house.press(panel, "Take everything along"))
    second = link_of(await house.press(panel, "Take everything along"))
    for page, status in ((first, 404), (second, 200)):
        async with house.http.get(page) as shown:
            assert shown.status == status


async def test_everything_goes_and_no_byte_stays(house: House, log: pytest.LogCaptureFixture) -> None:
    who = await member(house)
    await member(house, "Ben", "ben")
    for line in ("/me when:year", "/top when:year", "/wrapped when:year", "/play rainy sunday"):
        await house.say(line)
    await house.say("/wrapped when:year", "ben")
    await house.press(await house.say("/privacy"), "Take everything along")
    assert all(it.encode() in house.raw() for it in WORDS)
    receipt = await house.delete()
    said = json.dumps(receipt["card"], ensure_ascii=False)
    assert "Everything about you is deleted" in said
    for counted in ("Plays", "Imports", "Memberships", "Your own recaps", "Messages", "Tracks that only you"):
        assert counted in said
    assert "A backup" in said
    found = house.raw()
    assert [it for it in WORDS if it.encode() in found] == []
    assert await house.earshot.store.all_members() == [
        await house.earshot.store.member_of(Identity("lounge", "ben"))
    ]
    seen = await house.messages("ben")
    assert [it for it in WORDS if it in seen] == []
    assert "one member took their part back" in seen
    # A picture with their name in it is one that no message shows any more.
    assert {it.name for it in (house.folder / "pictures").glob("*.png")} == set(
        re.findall(r"/pictures/(\w+\.png)", seen)
    )
    assert "That went wrong" not in seen
    told = [logging.Formatter().format(it) for it in log.records if it.name.startswith(("bot", "cogs"))]
    assert any("answered" in it for it in told)
    assert [it for it in told if any(word in it for word in WORDS) or f"member {who.id}" in it] == []
    assert not [it for it in log.records if it.levelno >= logging.ERROR]


async def test_a_second_time_nothing_is_kept(house: House) -> None:
    await member(house)
    await member(house, "Ben", "ben")
    form = await house.press(await house.say("/privacy"), "Delete everything")
    await house.submit(form, word="delete")
    for cog in house.earshot.cogs:
        for asked in cog.actions():
            if asked.name in {"deletion.ask", "takeout.ask"}:
                answer = await asked.run(Context(Person(Identity("lounge", USER), NAME), Place(None), "r"))
                assert "Nothing is kept about you" in str(answer.title)
    assert await house.earshot.store.member_of(Identity("lounge", USER)) is None


async def test_another_word_deletes_nothing(house: House) -> None:
    await member(house)
    form = await house.press(await house.say("/privacy"), "Delete everything")
    answer = await house.submit(form, word="maybe")
    assert "nothing was deleted" in json.dumps(answer["card"])
    assert await house.earshot.store.member_of(Identity("lounge", USER)) is not None


async def test_an_import_on_its_way_is_refused(house: House) -> None:
    who = await member(house)
    file = history(house.folder.parent / "more.json", 40_000)
    started, go_on = asyncio.Event(), asyncio.Event()

    async def progress(_: object) -> None:
        started.set()
        await go_on.wait()

    running = asyncio.create_task(house.earshot.importing.run(who, [str(file)], progress))
    await asyncio.wait_for(started.wait(), 20)
    await house.delete()
    go_on.set()
    with pytest.raises(NotFound, match=r"not linked any more|deleted in the meantime"):
        await running
    await house.earshot.store.shred()
    found = house.raw()
    assert [it for it in WORDS if it.encode() in found] == []
