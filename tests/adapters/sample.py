"""A feature that says everything the vocabulary can say, for the tests of every platform."""

from __future__ import annotations

import asyncio
import struct
import zlib
from collections.abc import Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated

from bot.chat import (
    Bars,
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
from bot.errors import NotAllowed, WhichGroup
from bot.text import Moment, t


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

    @command("How alike two of you are")
    async def match(
        self,
        ctx: Context,
        friend: Annotated[Person, Opt("With whom")],
        loud: Annotated[bool, Opt("With every number")] = False,
    ) -> Card:
        return Card(
            t("{me} and {friend}", me=ctx.person.name, friend=friend.name),
            (
                Bars(
                    ((t("{name}", name=friend.name), 12), (t("{name}", name=ctx.person.name), 3)), t("Plays")
                ),
                Lines((t("Loud: {loud}", loud="yes" if loud else "no"),)),
            ),
            buttons=(Button(t("Again"), "/match", {"friend": friend.identity.user}),),
        )

    @command("Your own numbers", private=True)
    async def me(self, ctx: Context) -> Card:
        self.begun += 1
        self.at_work.set()
        await ctx.progress(t("Counting your week …"))
        await self.gate.wait()
        return Card(t("Your own numbers, {name}", name=ctx.person.name))

    @command("About one of your groups")
    async def group(self, ctx: Context, words: Annotated[str, Opt("Anything")] = "") -> Card:
        if ctx.place.group is None:
            raise WhichGroup("Which group do you mean?", [(1, "Music Club"), (2, "Work")])
        return Card(t("Group {n}: {words}", n=ctx.place.group, words=words))

    @command("Where to begin")
    async def hint(self, ctx: Context) -> Card:
        return Card(t("Try /top, or {x}", x="/top"))

    @command("Who asks, and where")
    async def whoami(self, ctx: Context) -> Card:
        room = ctx.place.room
        place = "/".join(room) if room else "in private"
        return Card(
            t("{name} {place} {where} {admin}", name=ctx.person.name, place=place, where=ctx.place.name,
              admin="admin" if ctx.person.admin else "no admin")
        )  # fmt: skip

    @command("Not for you")
    async def refuse(self, ctx: Context) -> Card:
        self.at_work.set()
        await self.gate.wait()
        raise NotAllowed("Only who asked may do that.")

    @command("What not everybody may press")
    async def closed(self, ctx: Context) -> Card:
        return Card(t("Closed"), buttons=(Button(t("Open it"), "closed.open"),))

    @action("closed.open")
    async def open(self, ctx: Context) -> Card:
        return await self.refuse(ctx)

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
