"""A group that plays and plans playlists, over the fakes: who shares what, a catalogue, a host of playlists."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.core.consent import Audience, Feature
from bot.core.drafts import Draft
from bot.core.model import Group, Identity, Link, LinkId, Member, NewPlay, RawTrack, RoomRef, Source, Span
from bot.integrations.wordbook import read_wordbook
from bot.ports import FoundTrack, MadePlaylist
from bot.services.mixes import Mixes
from bot.services.people import People
from bot.services.playlists import OpenDraft, Playlists
from bot.services.saving import SCOPES
from bot.services.tastes import Tastes
from bot.text import Text
from tests.fakes import FakeChance, FakeClock, FakeStore

T = TypeVar("T")

WORDBOOK = read_wordbook()
ROOM = RoomRef("lounge", "", "music-club")
DAY = 86_400_000


async def quiet(text: Text) -> None:
    assert str(text)


class FreeAccess:
    """Every link works; `broken` is raised instead, once for each entry."""

    def __init__(self) -> None:
        self.calls = 0
        self.broken: list[Exception] = []

    async def use(
        self, link: Link, call: Callable[[str], Awaitable[T]], *, background: bool = False, calls: int = 1
    ) -> T:
        self.calls += calls
        if self.broken:
            raise self.broken.pop(0)
        return await call("token")


@dataclass
class Shelf:
    """A catalogue with exactly these songs, and a host that remembers what was made."""

    songs: list[FoundTrack] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    made: dict[str, list[str]] = field(default_factory=dict)
    described: list[tuple[str, str]] = field(default_factory=list)
    fails: dict[str, Exception] = field(default_factory=dict)

    async def search(self, access_token: str, query: str) -> Sequence[FoundTrack]:
        self.asked.append(query)
        await asyncio.sleep(0.001 * (len(query) % 5))  # answers come in another order than questions
        wanted = re.fullmatch(r'track:"(.*)" artist:"(.*)"', query)
        title, artist = wanted.groups() if wanted else ("", "")
        return (
            [one for one in self.songs if one.track.title.startswith(title) and one.track.artist == artist]
            if title
            else []
        )

    async def make_playlist(self, access_token: str, name: str, description: str) -> MadePlaylist:
        if "make" in self.fails:
            raise self.fails.pop("make")
        await asyncio.sleep(0.01)
        self.described.append((name, description))
        made = MadePlaylist(
            f"p{len(self.made) + 1}", f"https://open.spotify.com/playlist/p{len(self.made) + 1}", True
        )
        self.made[made.id] = []
        return made

    async def add_items(self, access_token: str, playlist_id: str, uris: Sequence[str]) -> None:
        if "add" in self.fails:
            raise self.fails.pop("add")
        self.made[playlist_id] += uris


def everything(*, but: Sequence[str] = ()) -> list[FoundTrack]:
    """The whole songbook on the shelf, as reissues of 2020; without the songs of some artists."""
    return [
        FoundTrack(
            RawTrack(f"spotify:track:t{n}", song.title, song.artist, "", 200_000),
            (song.artist,), 2020, bool(song.explicit),
        )
        for n, song in enumerate(WORDBOOK.book.songs)
        if song.artist not in but
    ]  # fmt: skip


class House:
    """Ana and Ben share with playlists, Cem joined for recaps alone, Dan looks on."""

    def __init__(self) -> None:
        self.store, self.clock, self.shelf, self.access = (
            FakeStore(),
            FakeClock(),
            Shelf(everything()),
            FreeAccess(),
        )
        self.people = People(self.store, self.store, self.clock, "UTC")
        self.tastes = Tastes(self.people, self.store, self.store, self.store, WORDBOOK.book, self.clock)
        self.playlists = Playlists(
            self.people, self.tastes, self.store, self.store, self.store, self.shelf, self.shelf,
            self.access, WORDBOOK, self.clock, FakeChance(),
        )  # fmt: skip
        self.mixes = self.mixing(self.playlists)
        self.members: dict[str, Member] = {}

    def mixing(self, playlists: Playlists) -> Mixes:
        """The songs of recaps, as drafts of these playlists."""
        return Mixes(self.people, self.tastes, playlists, self.store, self.store, WORDBOOK.book)

    async def settle(self) -> House:
        self.group: Group = await self.store.open_room(ROOM, "music-club", "UTC")
        for name in ("ana", "ben", "cem", "dan"):
            self.members[name] = await self.people.member(Identity("lounge", name), name.title(), "UTC")
        for name, features in (("ana", list(Feature)), ("ben", list(Feature)), ("cem", [Feature.RECAP])):
            await self.store.join(self.group.id, self.members[name].id, features, [ROOM], 0)
        self.audience = Audience(self.group, frozenset({ROOM}))
        return self

    async def linked(self, name: str, scopes: frozenset[str] = SCOPES) -> Link:
        link = Link(
            LinkId(0), self.members[name].id, Source.SPOTIFY, name, "client", "host", scopes, self.clock.now
        )
        return await self.store.link_account(link, b"sealed", self.clock.now)

    async def plays(self, name: str, *tracks: RawTrack, times: int = 5) -> None:
        link = await self.store.export_link(self.members[name].id, Source.EXTENDED)
        start = self.clock.now - 20 * DAY
        heard = [
            NewPlay(start + (at * times + n) * 300_000, track, 200_000)
            for at, track in enumerate(tracks)
            for n in range(times)
        ]
        await self.store.record(link.id, heard)
        await self.store.cover(link.id, [Span(start - DAY, self.clock.now)])

    async def draft(self, words: str, who: str = "ana") -> OpenDraft:
        return await self.playlists.draft(self.audience, self.members[who], words, quiet)

    async def reopened(self, opened: OpenDraft) -> Draft:
        return (await self.playlists.opened(self.audience, opened.document.id)).draft


QUEEN = [
    RawTrack(f"spotify:track:q{n}", song.title, song.artist)
    for n, song in enumerate(WORDBOOK.book.by_artist["queen"])
]
SADE = RawTrack("spotify:track:s1", "Smooth Operator", "Sade")
