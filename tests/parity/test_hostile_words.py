"""Names, titles and prompts that try to ping, to break out of a card or to break the bot: nothing comes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.core.calendar import When, period_of
from bot.core.model import NewPlay, RawTrack, Source
from tests.adapters.strange import HOSTILE
from tests.parity.conftest import ZONE, Everywhere, everywhere

pytestmark = pytest.mark.asyncio(loop_scope="module")

ASKED = ["/wrapped", "/top track", "/top artist", "/me", "/prove", "/playlists", "/about"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hostile(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Everywhere]:
    """The group, in which each hostile text is a song by an artist of that name on an album of that name."""
    async with everywhere(
        tmp_path_factory.mktemp("hostile"), named="{name} " + " ".join(HOSTILE)[:600]
    ) as house:
        store = house.earshot.store
        link = await store.export_link(house.members["Ana"].id, Source.EXTENDED)
        start = period_of(When.WEEK, house.earshot.clock.now_ms(), ZONE).start_ms + 60 * 3_600_000
        played = [RawTrack("", text, text, text) for text in HOSTILE if text.strip()]
        await store.record(
            link.id, [NewPlay(start + n * 200_000, it, 180_000) for n, it in enumerate([*played, *played])]
        )
        yield house


@pytest.mark.parametrize("platform", ["lounge", "discord", "slack"])
@pytest.mark.parametrize("line", ASKED)
async def test_what_was_played_pings_nobody_and_breaks_nothing(
    hostile: Everywhere, platform: str, line: str
) -> None:
    seen = await hostile.voice(platform).types(line)
    assert seen.pings == ()
    assert "went wrong on my side" not in seen.text


@pytest.mark.parametrize("platform", ["lounge", "discord", "slack"])
async def test_a_prompt_pings_nobody_and_breaks_nothing(hostile: Everywhere, platform: str) -> None:
    for n in range(0, len(HOSTILE), 12):
        # A line has no line break, and no half of a character gets through a platform's own client.
        words = " ".join(" ".join(HOSTILE[n : n + 12]).encode("utf-8", "replace").decode().split())[:1000]
        seen = await hostile.voice(platform).types(f"/play {words}")
        assert seen.pings == (), words
        assert "went wrong on my side" not in seen.text, words


async def test_a_hostile_name_is_only_a_name(hostile: Everywhere) -> None:
    for platform in ("lounge", "discord", "slack"):
        seen = await hostile.voice(platform, "Ben").types("/wrapped")
        assert seen.pings == ()
        assert seen.labels == ("My week", "Prove a number", "Play this week", "Tell a story", "Settings")
