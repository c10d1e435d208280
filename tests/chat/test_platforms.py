"""Things are said on the platform of their room or their person; a platform that does not run is named."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from bot.chat import Card
from bot.chat.platform import Platforms, PostRef
from bot.core.model import Identity, RoomRef
from bot.errors import Unavailable
from bot.text import t

CARD = Card(t("Hello"))


@dataclass
class FakePlatform:
    name: str
    connected: bool = True
    said: list[object] = field(default_factory=list)

    async def start(self) -> None: ...

    async def stop(self) -> None: ...

    async def post(self, room: RoomRef, card: Card, key: str = "") -> PostRef:
        self.said.append(room)
        return PostRef(room, "1")

    async def find(self, room: RoomRef, key: str, since_ms: int) -> PostRef | None:
        return PostRef(room, f"{key} since {since_ms}")

    async def edit(self, post: PostRef, card: Card) -> None:
        self.said.append(post)

    async def whisper(self, identity: Identity, card: Card) -> None:
        self.said.append(identity)

    async def present(self, identity: Identity, place: str) -> bool | None:
        return place == "here"

    def forget(self, identity: Identity) -> None:
        self.said.append(("forgotten", identity))


async def test_each_thing_is_said_where_it_belongs() -> None:
    here, there = FakePlatform("slack"), FakePlatform("discord", connected=False)
    platforms = Platforms()
    platforms.add(here)
    platforms.add(there)
    post = await platforms.post(RoomRef("slack", "T1", "C1"), CARD)
    await platforms.edit(post, CARD)
    await platforms.whisper(Identity("discord", "7"), CARD)
    assert here.said == [RoomRef("slack", "T1", "C1"), post]
    assert await platforms.find(post.room, "1/2026-W47", 5) == PostRef(post.room, "1/2026-W47 since 5")
    assert there.said == [Identity("discord", "7")]
    assert platforms.connected() == {"slack": True, "discord": False}


async def test_who_is_there_is_known_to_the_platform_alone() -> None:
    slack, platforms = FakePlatform("slack"), Platforms()
    platforms.add(slack)
    ana = Identity("slack", "T1/U1")
    assert await platforms.present(ana, "here")
    assert await platforms.present(ana, "elsewhere") is False
    platforms.forget(ana)
    platforms.forget(Identity("discord", "7"))
    assert slack.said == [("forgotten", ana)]
    with pytest.raises(Unavailable, match="discord is not set up here"):
        await platforms.present(Identity("discord", "7"), "here")


async def test_a_platform_that_does_not_run_is_named() -> None:
    with pytest.raises(Unavailable, match="slack is not set up here"):
        await Platforms().whisper(Identity("slack", "U1"), CARD)
