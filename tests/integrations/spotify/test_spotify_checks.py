"""What doctor finds out about the Spotify app without a member."""

from __future__ import annotations

import pytest

from bot.core.findings import Level
from bot.integrations.spotify.checks import app_findings, shape_findings
from tests.fakes import FakeClock
from tests.practice import CLIENT_ID, SECRET, SECRET_CLIENT_ID, practice_spotify


@pytest.mark.parametrize(
    ("client_id", "level"),
    [("0123456789abcdef" * 2, Level.OK), ("your-client-id", Level.PROBLEM), ("practice", Level.WARNING)],
)
def test_a_client_id_by_its_looks(client_id: str, level: Level) -> None:
    [found] = shape_findings(client_id)
    assert found.level is level
    assert ("dashboard" in found.do) is (level is not Level.OK)


@pytest.mark.parametrize(
    ("client_id", "secret", "level"),
    [
        (CLIENT_ID, "", Level.OK),
        (SECRET_CLIENT_ID, SECRET, Level.OK),
        (SECRET_CLIENT_ID, "another", Level.PROBLEM),
        ("nobody", "", Level.PROBLEM),
    ],
)
async def test_an_app_that_spotify_knows_or_not(client_id: str, secret: str, level: Level) -> None:
    async with practice_spotify(FakeClock()) as practice:
        [found] = await app_findings(client_id, secret, practice.server.accounts_url)
        assert (await practice.status())["listeners"]
    assert found.level is level
    assert not found.outside
    if level is Level.PROBLEM:
        assert "client ID or secret" in found.said


async def test_a_spotify_that_is_not_there() -> None:
    [found] = await app_findings(CLIENT_ID, "", "http://127.0.0.1:9")
    assert (found.level, found.outside) == (Level.PROBLEM, True)
    assert "network" in found.do


async def test_a_spotify_that_has_trouble() -> None:
    async with practice_spotify(FakeClock()) as practice:
        await practice.fault("500", path="/api/token")
        [found] = await app_findings(CLIENT_ID, "", practice.server.accounts_url)
    assert (found.level, found.outside) == (Level.PROBLEM, True)
