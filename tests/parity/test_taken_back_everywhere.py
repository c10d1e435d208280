"""Whoever takes their part back is gone from what was posted, in the same message, on every platform."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.choices import Aside, Mark, Whole
from bot.core.identity import fold
from bot.services.redaction import Outcome
from tests.parity.conftest import Everywhere, everywhere

PLATFORMS = ("lounge", "discord", "slack")


@pytest.fixture
async def running(tmp_path: Path) -> AsyncIterator[Everywhere]:
    async with everywhere(tmp_path) as house:
        yield house


async def test_a_list_of_its_songs_stays_with_what_still_counts(running: Everywhere) -> None:
    ana, ben = running.voice("slack"), running.members["Ben"]
    wrapped = await ana.types("/wrapped")
    before = await ana.presses(wrapped, "Play this week")
    hidden = Aside(0, Mark.HIDDEN, Whole.ARTIST, (fold("Radiohead"),), "Radiohead")
    await running.earshot.store.set_aside(ben.id, hidden, 0)
    await running.earshot.redaction.count_again(ben.id)
    after = await ana.looks_again(before)
    assert "Creep" in before.text
    assert "Creep" not in after.text
    assert "5 plays: Ana 4, Ben 1" in after.text
    pressed = await ana.presses(await ana.looks_again(wrapped), "Play this week")
    assert "5 plays: Ana 4, Ben 1" in pressed.text
    assert pressed.menus == after.menus


async def test_what_was_posted_changes_where_it_stands(running: Everywhere) -> None:
    store = running.earshot.store
    lines = ("/wrapped", "/top track")
    before = {(it, line): await running.voice(it).types(line) for it in PLATFORMS for line in lines}
    for it in PLATFORMS:
        pressed = await running.voice(it).presses(before[it, "/wrapped"], "Play this week")
        before[it, "Play this week"] = pressed
    private = [await running.voice(it).types("/me") for it in PLATFORMS]
    assert all("Ben" in seen.text and not seen.private for seen in before.values())
    assert all(seen.private for seen in private)
    ben = running.members["Ben"]
    results = await running.earshot.redaction.take_back(ben.id)
    assert sorted((it.room, it.outcome) for it in results) == sorted(
        (running.rooms[it], Outcome.CHANGED) for it in PLATFORMS for _ in (*lines, "Play this week")
    )
    for (platform, line), seen in before.items():
        now = await running.voice(platform).looks_again(seen)
        assert not re.search(r"\bBen\b", " ".join((now.text, *now.alts))), (platform, line)
        assert "one member took their part back." in now.text
        assert bool(now.alts) is bool(seen.alts)
        assert now.labels == seen.labels
    # The numbers that the message shows now can be opened there.
    proof = await running.voice("slack").presses(
        await running.voice("slack").looks_again(before["slack", "/wrapped"]), "Prove a number"
    )
    assert "music: 5 plays" in proof.text
    assert await store.posts_due(2**52, 9) == []
