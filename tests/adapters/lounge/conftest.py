"""A lounge on a free port with a small feature of its own, and a caller that behaves like a script."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import pytest

from bot.adapters.lounge import Lounge, LoungeRoom
from bot.chat import (
    Button,
    Card,
    Choice,
    Cog,
    Context,
    Fields,
    Form,
    FormField,
    Lines,
    Link,
    Listing,
    Opt,
    Person,
    Picture,
    Row,
    action,
    command,
    submitted,
)  # fmt: skip
from bot.chat.whispers import Whispers
from bot.core.model import Identity
from bot.errors import NotAllowed
from bot.text import Moment, t
from tests.fakes import FakeChance, FakeClock, FakeMeter, FakeStore

TOKEN = "practice-token-of-the-lounge"
ROOM = "music-club"


def png(width: int, height: int, shade: int = 0) -> bytes:
    """A plain PNG of one grey."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\0" + bytes([shade]) * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


class Kind(Enum):
    ARTIST = "artist"
    TRACK = "track"


class Sample(Cog):
    """Everything the vocabulary can say, and switches for the tests to hold an answer back."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.at_work = asyncio.Event()
        self.begun = 0
        self.votes = 0
        self.files: list[tuple[str, bytes]] = []
        self.form_values: dict[str, str] = {}

    async def artists(self, ctx: Context, typed: str) -> Sequence[str]:
        if typed == "boom":
            raise RuntimeError("a bug in a suggestion")
        return [
            name for name in ("Nina Simone", "Nick Drake", "Low") if name.lower().startswith(typed.lower())
        ]

    @command("Your top artists, tracks or albums")
    async def top(
        self,
        ctx: Context,
        what: Annotated[Kind, Opt("What to rank")] = Kind.ARTIST,
        count: Annotated[int, Opt("How many rows", least=3, most=25)] = 10,
    ) -> Card:
        rows = tuple(
            Row(t("{song} — {n} plays", song=f"Song {n}", n=40 - n), note=t("by {who}", who=ctx.person.name),
                url="https://example.org/song", buttons=(Button(t("Who else?"), "top.who", {"n": str(n)}),))
            for n in range(1, min(count, 4) + 1)
        )  # fmt: skip
        return Card(
            t("Top {what}s of {room}", what=what.value, room=ctx.place.name),
            (
                Listing(rows, heading=t("Ranked by plays"), numbered=True),
                Fields(
                    ((t("Plays"), t("{n}", n=1284)), (t("Since"), t("{at}", at=Moment(1_760_000_000_000))))
                ),
            ),
            buttons=(
                Button(t("Vote"), "top.vote", strong=True),
                Link(t("Open in Spotify"), "https://example.org/"),
            ),
            footer=t("Counted from 1,284 plays; nothing is missing."),
        )

    @action("top.who")
    async def who(self, ctx: Context, n: str) -> Card:
        return Card(t("{name} asks who else plays song {n}", name=ctx.person.name, n=n))

    @action("top.vote")
    async def vote(self, ctx: Context) -> Card:
        self.begun += 1
        self.at_work.set()
        await self.gate.wait()
        self.votes += 1
        return Card(t("{n} votes", n=self.votes), buttons=(Button(t("Vote"), "top.vote"),), replaces=True)

    @command("Who listens to an artist")
    async def who_plays(
        self, ctx: Context, artist: Annotated[str, Opt("The artist", most=80, suggest=artists)]
    ) -> Card:
        return Card(t("Nobody plays {artist} yet", artist=artist))

    @command("A prompt becomes a playlist")
    async def play(
        self,
        ctx: Context,
        prompt: Annotated[str, Opt("What it should feel like", most=300)],
        count: Annotated[int, Opt("How many songs", least=5, most=50)] = 20,
    ) -> Card:
        self.begun += 1
        self.at_work.set()
        await ctx.progress(t("Looking for {n} songs …", n=count))
        await self.gate.wait()
        return Card(t("“{prompt}”, {n} songs", prompt=prompt, n=count))

    @command("What you show, and to whom", private=True)
    async def privacy(self, ctx: Context) -> Card:
        return Card(
            t("What the group sees of you"),
            (Lines((t("Weekly post: yes"), t("Late-night facts: no"))),),
            buttons=(Button(t("Send an export"), "export.ask"), Button(t("Hide everything"), "privacy.hide")),
        )

    @action("privacy.hide", private=True)
    async def hide(self, ctx: Context) -> Card:
        return Card(t("Hidden"), replaces=True)

    @action("export.ask", private=True)
    async def ask(self, ctx: Context) -> Form:
        return Form(
            t("Send an export"),
            (
                FormField("note", t("A note"), help=t("For yourself."), required=False, long=True, most=50),
                FormField("kinds", t("Which kinds"), many=True, required=False,
                          choices=(Choice("audio", t("Music")), Choice("video", t("Videos")))),
                FormField("file", t("The file"), help=t("The zip as Spotify sent it."), file=True),
            ),
            submit="export.send",
            args={"from": "panel"},
            button=t("Upload"),
        )  # fmt: skip

    @submitted("export.send")
    async def send(self, ctx: Context, note: str, kinds: str, file: str, **args: str) -> Card:
        self.form_values = {"note": note, "kinds": kinds, "file": file, **args}
        self.begun += 1
        self.at_work.set()
        await self.gate.wait()
        upload = ctx.uploads["file"]
        data = await asyncio.to_thread(Path(upload.path).read_bytes)
        self.files.append((upload.path, data))
        return Card(t("{name} has {n} bytes", name=upload.name, n=len(data)))

    @command("A form in front of everybody")
    async def ask_all(self, ctx: Context) -> Form:
        return Form(t("One question"), (FormField("mood", t("Your mood")),), "mood.said")

    @submitted("mood.said", private=False)
    async def mood(self, ctx: Context, mood: str) -> Card:
        return Card(t("{name} feels {mood}", name=ctx.person.name, mood=mood))

    @command("A picture")
    async def wrapped(self, ctx: Context) -> Card:
        return Card(t("Your week"), (Picture(png(1080, 1350, 120), t("Ana played 120 songs this week.")),))

    @command("Not for you")
    async def refuse(self, ctx: Context) -> Card:
        raise NotAllowed("Only who asked may do that.")

    @command("A bug")
    async def crash(self, ctx: Context) -> Card:
        raise RuntimeError("secret detail")

    @command("Hostile words")
    async def hostile(self, ctx: Context) -> Card:
        return Card(
            t("{x}", x="<script>document.title='owned'</script>"),
            (
                Lines(
                    (
                        t("{x} after", x="\u202egnp.exe\u2066"),
                        t("{x}", x="W" * 10_000),
                        t("nul {x}", x="a\0b"),
                    )
                ),
                Listing((Row(t("{x}", x="<img src=x onerror=alert(1)>"), url="javascript:alert(1)"),)),
            ),
            buttons=(Link(t("Press me"), "javascript:alert(1)"),),
        )


@dataclass
class FakeResidents:
    """Two members; new ones are remembered."""

    known: list[Person] = field(
        default_factory=lambda: [
            Person(Identity("lounge", "ana"), "Ana", "Europe/Lisbon", admin=True),
            Person(Identity("lounge", "ben"), "Ben", "Europe/Vienna"),
        ]
    )

    async def people(self) -> Sequence[Person]:
        return self.known

    async def add(self, name: str, zone: str) -> Person:
        person = Person(Identity("lounge", name.casefold()), name, zone)
        self.known.append(person)
        return person


@dataclass
class Caller:
    """A script: the token as a bearer, a member by header."""

    http: aiohttp.ClientSession
    base: str
    headers: dict[str, str] = field(default_factory=lambda: {"Authorization": f"Bearer {TOKEN}"})

    async def get(self, path: str, *, status: int = 200, who: str = "ana") -> Any:
        async with self.http.get(
            self.base + path, headers={**self.headers, "X-Earshot-Member": who}
        ) as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def post(self, path: str, *, status: int = 200, who: str = "ana", **sent: Any) -> Any:
        headers = {**self.headers, "X-Earshot-Member": who}
        sent = sent if "data" in sent else {"json": sent}
        async with self.http.post(self.base + path, headers=headers, **sent) as response:
            assert response.status == status, await response.text()
            return await response.json()

    async def say(self, line: str, who: str = "ana") -> Any:
        return await self.post(f"/api/rooms/{ROOM}/messages", who=who, line=line)

    async def press(self, message: Any, n: int, who: str = "ana", status: int = 200, **more: Any) -> Any:
        path = f"/api/rooms/{ROOM}/messages/{message['id']}/buttons/{n}"
        return await self.post(path, who=who, status=status, **more)

    async def seen(self, who: str = "ana") -> list[Any]:
        messages: list[Any] = (await self.get(f"/api/rooms/{ROOM}/messages", who=who))["messages"]
        return messages


@dataclass
class House:
    """A running lounge and what it was built from."""

    lounge: Lounge
    sample: Sample
    store: FakeStore
    caller: Caller
    pictures: Path


Build = Callable[..., Awaitable[House]]


@pytest.fixture
async def build(tmp_path: Path) -> AsyncIterator[Build]:
    """Build and start a lounge; `store=` takes an older one's messages, other arguments go to `Lounge`."""
    async with AsyncExitStack() as stack:
        # One for all, as a restarted process draws other tokens than the one before.
        chance = FakeChance()
        http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()))

        async def built(*, store: FakeStore | None = None, **more: Any) -> House:
            sample, store = Sample(), store or FakeStore()
            arguments: dict[str, Any] = {
                "cogs": [sample], "messages": store, "whispers": Whispers(store, FakeClock()),
                "meter": FakeMeter(), "clock": FakeClock(), "chance": chance,
                "residents": FakeResidents(), "rooms": [LoungeRoom(ROOM, "Music club")],
                "pictures": tmp_path / "pictures", "token": TOKEN, "choosing": True, "finish_s": 0.2,
            }  # fmt: skip
            lounge = Lounge(**{**arguments, **more})
            await lounge.start()
            stack.push_async_callback(lounge.stop)
            base = lounge.url.split("/?")[0]
            return House(lounge, sample, store, Caller(http, base), tmp_path / "pictures")

        yield built


@pytest.fixture
async def house(build: Build) -> House:
    return await build()
