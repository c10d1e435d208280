"""Members' words stand in what was posted, change with it and go from it, in the same message, on every platform."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.calendar import HOUR_MS
from bot.core.model import NewPlay, Source, Span
from tests.parity.conftest import TEARDROP, Everywhere, everywhere

PLATFORMS = ("lounge", "discord", "slack")
FIRST, SECOND = "It rained, @everyone! <!channel> **why** not?", "שלום 🌧️ it snowed"


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Everywhere]:
    async with everywhere(tmp_path) as house:
        yield house


def plain(text: str) -> str:
    """Without what a platform's markup adds."""
    return text.replace("\\", "").replace("&lt;", "<").replace("&gt;", ">")


async def test_words_change_where_they_stand(running: Everywhere) -> None:
    store, now_ms = running.earshot.store, running.earshot.clock.now_ms()
    ana = running.members["Ana"]
    link = await store.export_link(ana.id, Source.EXTENDED)
    await store.record(
        link.id, [NewPlay(now_ms - HOUR_MS + n * 200_000, TEARDROP, 180_000) for n in range(8)]
    )
    await store.cover(link.id, [Span(now_ms - 2 * HOUR_MS, now_ms)])
    seen = {it: await running.voice(it).types("/wrapped this-year") for it in PLATFORMS}
    form = await running.voice("discord").types("/story Teardrop — Massive Attack")
    told = await running.voice("discord").fills(form, {"Your words": FIRST})
    assert told.private
    for platform in PLATFORMS:
        now = await running.voice(platform).looks_again(seen[platform])
        assert f"“{FIRST}” — Ana, on Teardrop — Massive Attack" in plain(now.text), platform
        assert "one member changed what is shown of theirs" in now.text
        assert now.pings == ()
    form = await running.voice("discord").presses(told, "Change the words")
    told = await running.voice("discord").fills(form, {"Your words": SECOND})
    for platform in PLATFORMS:
        now = await running.voice(platform).looks_again(seen[platform])
        assert SECOND in plain(now.text), platform
        assert "rained" not in now.text
    await running.voice("discord").presses(told, "Take back")
    for platform in PLATFORMS:
        now = await running.voice(platform).looks_again(seen[platform])
        assert "snowed" not in now.text, platform
        assert "Massive Attack" in now.text
    assert await store.posts_due(2**52, 9) == []
