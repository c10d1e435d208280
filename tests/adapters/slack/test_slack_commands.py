"""Slash commands, mentions and buttons: what is asked in a channel, and what is seen of the answer."""

from __future__ import annotations

from tests.adapters.slack.conftest import House


async def test_a_command_is_answered_in_the_channel(house: House) -> None:
    asked = await house.ana.types(house.room, "/earshot top what:track count:5")
    answer = await asked.answer("Top tracks of music")
    assert not answer.ephemeral
    assert "1. Song 1 — 39 plays" in answer.text
    assert answer.labels == ("Vote", "Open in Spotify")
    assert "Ana: /top what:track count:5" in answer.text
    assert house.meter.answers == [("slack", "/top", "answered")]
