"""What doctor finds out about the bot at Discord: by its token's looks, and by asking a Discord on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.adapters.discord.checks import (
    application_findings,
    setup_findings,
    start_findings,
    token_findings,
)
from bot.adapters.discord.invite import application_id, person_url, server_url
from bot.core.findings import Finding, Level
from tests.twins.discord import DiscordTwin, discord_twin

# The first part is the application's id, 1187654321098765432.
TOKEN = "MTE4NzY1NDMyMTA5ODc2NTQzMg.GaBcDe.x-0123456789_abcdefghijklmnopqrstuv"


def said(found: Sequence[Finding], level: Level) -> str:
    """What was found of one level, in one text with what to do."""
    return "\n".join(f"{it.about}: {it.said} → {it.do}" for it in found if it.level is level)


def ways(server: dict[str, Any], *, person: bool = True) -> dict[str, Any]:
    """What is ticked under Portal → Installation, and what is asked for when it is added to a server."""
    ticked: dict[str, Any] = {"0": {"oauth2_install_params": server}}
    return {"integration_types_config": ticked | ({"1": {}} if person else {})}


@pytest.fixture
async def discord() -> AsyncIterator[DiscordTwin]:
    async with discord_twin(token=TOKEN) as twin:
        yield twin


def test_a_token_says_whose_it_is() -> None:
    assert application_id(TOKEN) == "1187654321098765432"
    [found] = token_findings(TOKEN)
    assert (found.level, found.said) == (Level.OK, "looks like one, of the application 1187654321098765432")


@pytest.mark.parametrize(
    ("token", "why"),
    [
        ("your-token-here", "text of an example"),
        ("YOUR.BOT.TOKEN", "text of an example"),
        ("<token>", "text of an example"),
        (f"Bot {TOKEN}", "has blanks in it"),
        ("0123456789abcdef" * 4, "public key"),
        ("0123456789abcdefghijklmnopqrstuv", "client secret"),
        ("1187654321098765432", "does not look like one"),
        ("bm90LWEtbnVtYmVyLWF0LWFsbA.GaBcDe.x-0123456789_abcdefghijklmnopqrstuv", "does not look like one"),
        ("é" * 26, "does not look like one"),
    ],
)
def test_what_is_no_token_is_told_apart(token: str, why: str) -> None:
    [found] = token_findings(token)
    assert found.level is Level.PROBLEM
    assert why in found.said
    assert "Reset Token" in found.do
    assert not found.outside


async def test_all_is_well(discord: DiscordTwin) -> None:
    found = await application_findings(TOKEN, discord.api_url)
    assert {it.level for it in found} == {Level.OK}
    assert "the token is good: Earshot" in said(found, Level.OK)
    assert "1000 are left of today's 1000" in said(found, Level.OK)
    assert discord.violations == []


async def test_a_token_that_was_reset(discord: DiscordTwin) -> None:
    discord.revoke_token()
    [found] = await application_findings(TOKEN, discord.api_url)
    assert (found.level, found.outside) == (Level.PROBLEM, False)
    assert "does not take it" in found.said
    assert "Reset Token" in found.do


async def test_a_discord_that_is_down(discord: DiscordTwin) -> None:
    discord.fail("GET", "/applications/@me", status=503)
    [found] = await application_findings(TOKEN, discord.api_url)
    assert (found.level, found.outside) == (Level.PROBLEM, True)
    assert "HTTP 503" in found.said


async def test_a_discord_that_asks_to_wait(discord: DiscordTwin) -> None:
    discord.rate_limit("GET", "/users/@me", retry_after=7)
    [found] = await application_findings(TOKEN, discord.api_url)
    assert "asks to wait 7" in found.said


async def test_a_discord_that_is_not_there() -> None:
    [found] = await application_findings(TOKEN, "http://127.0.0.1:9/api")
    assert found.outside
    assert "discordstatus.com" in found.do
    assert TOKEN not in found.said


async def test_what_is_no_token_is_shown_to_nobody(discord: DiscordTwin) -> None:
    assert await application_findings("your-token-here", discord.api_url) == []
    assert list(discord.traffic) == []


async def test_intents_that_are_not_needed(discord: DiscordTwin) -> None:
    discord.world.application_flags = 1 << 19 | 1 << 15
    warned = said(await application_findings(TOKEN, discord.api_url), Level.WARNING)
    assert "does not need: Server Members, Message Content" in warned
    assert "switch them off" in warned


@pytest.mark.parametrize(
    ("switched", "level", "why"),
    [
        ({"interactions_endpoint_url": "https://example.com/x"}, Level.PROBLEM, "never reach Earshot"),
        ({"bot_require_code_grant": True}, Level.PROBLEM, "nobody can add it"),
        ({"bot_public": False}, Level.WARNING, "only its owner"),
        (ways({}, person=False), Level.WARNING, "cannot be added by User Install"),
        (ways({"scopes": ["applications.commands"]}), Level.WARNING, "without its bot"),
        (ways({"scopes": ["bot"], "permissions": "8"}), Level.WARNING, "administrator"),
    ],
)
def test_a_switch_that_is_wrong(switched: dict[str, Any], level: Level, why: str) -> None:
    right = {"bot_public": True, "flags": 0, **ways({})}
    assert [it.level for it in setup_findings(right)] == [Level.OK]
    [found] = setup_findings(right | switched)
    assert found.level is level
    assert why in found.said
    assert "Portal → " in found.do


@pytest.mark.parametrize(
    ("left", "level", "outside"),
    [(1000, Level.OK, False), (49, Level.WARNING, False), (0, Level.PROBLEM, True)],
)
def test_connections_left_of_the_day(left: int, level: Level, outside: bool) -> None:
    limit = {"total": 1000, "remaining": left, "reset_after": 4_000_000}
    [found] = start_findings({"session_start_limit": limit})
    assert (found.level, found.outside) == (level, outside)
    if level is Level.PROBLEM:
        assert "within 2 h" in found.do


def test_the_invitation_asks_for_the_least() -> None:
    asked = parse_qs(urlsplit(server_url("11")).query)
    assert asked["client_id"] == ["11"]
    assert asked["scope"] == ["bot applications.commands"]
    assert asked["integration_type"] == ["0"]
    # View channel, send, send in threads, embed links, attach files, read history: the bits of Discord's reference.
    wanted = 1 << 10 | 1 << 11 | 1 << 38 | 1 << 14 | 1 << 15 | 1 << 16
    assert asked["permissions"] == [str(wanted)]
    own = parse_qs(urlsplit(person_url("11")).query)
    assert (own["scope"], own["integration_type"]) == (["applications.commands"], ["1"])
    assert "permissions" not in own
