"""What is logged at DEBUG of a whole session: nothing that anybody wrote, played, is called or must keep secret."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from bot.adapters.lounge import EveryResident
from bot.app import Earshot, open_earshot
from bot.config import Data, Settings, Spotify, Web
from bot.config import Lounge as LoungeSettings
from bot.core.consent import Feature
from bot.core.model import Identity, Member, RoomRef
from bot.errors import EarshotError
from bot.logs import JsonLines, TextLines
from bot.sandbox import SAMPLE_LISTENERS, App, PracticeSpotify, agree, read_catalogue
from bot.services.access import grant_contexts
from bot.serving import make_lounge, serving
from tests.test_taken_back import free_port, history

ROOM, LOUNGE_TOKEN = "club", "practice-token-of-the-lounge"
CLIENT, SECRET = "practice-client-47", "practice-client-s3cret"
NAME, USER = "Qwxanthe", "zvkjuser0815"
TITLE, ARTIST, ALBUM = "Yxgtrackone", "Jqvartistone", "Kwzalbumone"
WROTE = "rainy sunday with mmqqzz"


@dataclass
class Session:
    """A running Earshot between a practice Spotify and a lounge, and one member who does everything."""

    earshot: Earshot
    practice: PracticeSpotify
    lounge: str
    http: aiohttp.ClientSession
    secrets: set[str]

    async def post(self, path: str, **sent: Any) -> Any:
        headers = {"Authorization": f"Bearer {LOUNGE_TOKEN}", "X-Earshot-Member": USER}
        url = f"{self.lounge}/api/rooms/{ROOM}/{path}"
        async with self.http.post(url, headers=headers, json=sent) as answer:
            assert answer.status == 200, await answer.text()
            return (await answer.json())["answer"]

    async def say(self, line: str) -> Any:
        return await self.post("messages", line=line)

    async def fault(self, kind: str, **more: Any) -> None:
        body = {"kind": kind, **more}
        async with self.http.post(f"{self.practice.base_url}/_practice/faults", json=body) as answer:
            assert answer.status < 300, await answer.text()

    async def visit(self, url: str, method: str = "GET") -> int:
        async with self.http.request(method, url, allow_redirects=False) as page:
            await page.read()
            return page.status

    async def link(self) -> None:
        """/link, the page before Spotify, the yes there, the way back and the yes here; and once more for nothing."""
        card = await self.say("/link what:spotify")
        page = next(it["url"] for it in card["card"]["buttons"] if "/link" in it.get("url", ""))
        (state,) = parse_qs(urlsplit(page).query)["state"]
        assert await self.visit(page) == 200
        invitation = await self.earshot.linking.invitation(state)
        back = await agree(invitation.spotify_url, "ana")
        self.secrets |= {state, back["code"], *re.findall(r"code_challenge=([\w-]+)", invitation.spotify_url)}
        callback = f"{self.earshot.settings.web.public_url}/callback?state={state}&code={back['code']}"
        assert await self.visit(callback) == 200
        assert await self.visit(callback, "POST") == 200
        assert await self.visit(callback) == 400

    async def remember_tokens(self, member: Member) -> None:
        for link in await self.earshot.store.links(member.id):
            sealed = await self.earshot.store.sealed_grant(link.id)
            if sealed is not None:
                context = grant_contexts(link.source.value, link.account, str(member.id))[0]
                grant = json.loads(self.earshot.vault.unseal(sealed, context))
                self.secrets |= {grant["access"], grant["refresh"], link.account}


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What our loggers write at DEBUG, and everybody else's warnings, both ways."""
    written = io.StringIO()
    root, ours = logging.getLogger(), [logging.getLogger(name) for name in ("bot", "cogs")]
    handlers = []
    for form in (TextLines(), JsonLines()):
        handlers.append(logging.StreamHandler(written))
        handlers[-1].setFormatter(form)
        root.addHandler(handlers[-1])
    before = [it.level for it in ours]
    for it in ours:
        it.setLevel(logging.DEBUG)
    yield written
    for handler in handlers:
        root.removeHandler(handler)
    for it, level in zip(ours, before, strict=True):
        it.setLevel(level)


@pytest.fixture
async def session(lines: io.StringIO, tmp_path: Path) -> AsyncIterator[Session]:
    folder, port = tmp_path / "data", free_port()
    practice = PracticeSpotify(
        read_catalogue(), SAMPLE_LISTENERS, seed=7, clock=lambda: datetime.now(UTC),
        apps=[App(CLIENT, SECRET, [f"http://127.0.0.1:{port}/callback"])],
    )  # fmt: skip
    await practice.start()
    settings = Settings(
        data=Data(str(folder), backups=str(tmp_path / "kept")),
        spotify=Spotify(CLIENT, SECRET, practice.accounts_url, practice.api_url, practice.base_url),
        web=Web(port=port, public_url=f"http://127.0.0.1:{port}"),
        lounge=LoungeSettings(0, ROOM),
    )
    try:
        async with open_earshot(settings, folder) as earshot, aiohttp.ClientSession() as http:
            residents = EveryResident(earshot.store, earshot.people, earshot.chance)
            lounge = make_lounge(earshot, residents, choosing=True, token=LOUNGE_TOKEN)
            async with serving(earshot, [lounge]):
                secrets = {NAME, USER, TITLE, ARTIST, ALBUM, "mmqqzz", SECRET, LOUNGE_TOKEN}
                yield Session(earshot, practice, lounge.url.partition("/?")[0], http, secrets)
    finally:
        await practice.stop()


async def test_nothing_of_a_person_is_in_the_log(
    session: Session, lines: io.StringIO, tmp_path: Path
) -> None:
    earshot = session.earshot
    member = await earshot.store.add_member(NAME, "UTC", Identity("lounge", USER), 1)
    here = RoomRef("lounge", "", ROOM)
    group = await earshot.store.open_room(here, ROOM, "UTC")
    await earshot.store.join(group.id, member.id, list(Feature), [here], 1)
    file = history(tmp_path / "history.json", 50, title=TITLE, artist=ARTIST, album=ALBUM)
    await earshot.importing.run(member, [str(file)])
    await session.link()
    await session.remember_tokens(member)
    (report,) = await earshot.polling.freshen([member.id])
    assert report.new == 50

    for line in (
        "/me when:year", "/wrapped when:year", "/top when:year what:track", "/prove", "/privacy", f"/play {WROTE}",
        f"just talking about {TITLE}", f"/top who:@{NAME} when:year", f"/top what:{TITLE}", "/nonsense mmqqzz",
        "/link what:lastfm name:mmqqzz", "/link what:export", "/join", "/help",
    ):  # fmt: skip
        await session.say(line)

    for kind in ("500", "html", "cut", "error-string", "drop", "expire", "429", "revoke"):
        of_whom = {"listener": "ana"} if kind in {"expire", "revoke"} else {"seconds": 0}
        await session.fault(kind, **of_whom)
        for due in await earshot.store.looks([member.id]):
            await earshot.polling.poll(due)
        await session.remember_tokens(member)
    await session.say("/unlink")
    for page in (f"/link?state={USER}", f"/callback?state=mmqqzz&code={NAME}", f"/upload/{USER}"):
        assert await session.visit(earshot.settings.web.public_url + page) >= 400
    with pytest.raises(EarshotError):
        await earshot.importing.run(member, [str(tmp_path / f"{TITLE}.json")])
    await session.say("/leave")
    for chore in earshot.chores:
        await chore.run()

    said = lines.getvalue()
    assert " in " in said
    assert len(said.splitlines()) > 20
    assert len(session.secrets) > 12
    assert [it for it in session.secrets if it in said] == []
    assert [it for it in titles(session) if it in said] == []
    assert not re.search(r"\bmember(?:_id)?[ =]\d", said)


def titles(session: Session) -> list[str]:
    """What the practice Spotify's listeners play, as far as no other word could be meant."""
    tracks = session.practice.catalogue.tracks.values()
    return sorted({it.title for it in tracks if len(it.title) > 8 and " " in it.title})
