"""`earshot doctor` as a whole: everything is looked at, each mistake is seen, nothing is changed."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.slack.manifest import SCOPES
from bot.core.findings import Finding, Level, failed, fine, is_made_up, warning, wrong
from bot.core.model import Identity, Link, LinkId, LinkState, Source
from bot.doctor import as_json, examine, exit_code, in_words
from bot.integrations.store import open_data
from bot.integrations.store.checks import sqlite_finding
from bot.integrations.vault import open_vault
from tests.fakes import FakeClock
from tests.practice import CLIENT_ID, practice_spotify
from tests.twins.discord import discord_twin
from tests.twins.lastfm import KEY, lastfm_twin
from tests.twins.lastfm import SECRET as LASTFM_SECRET
from tests.twins.listenbrainz import listenbrainz_twin
from tests.twins.slack import slack_twin

NOWHERE = "http://127.0.0.1:9"
DISCORD_TOKEN = "MTE4NzY1NDMyMTA5ODc2NTQzMg.GaBcDe.x-0123456789_abcdefghijklmnopqrstuv"


def said(found: Sequence[Finding], level: Level) -> str:
    """What was found of one level, in one text with what to do."""
    return "\n".join(f"{it.about}: {it.said} → {it.do}" for it in found if it.level is level)


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as one:
        port: int = one.getsockname()[1]
        return port


def environ(folder: Path, **more: str) -> dict[str, str]:
    """An environment in which the lounge would run."""
    port = str(free_port())
    return {
        "EARSHOT_LISTENBRAINZ_API_URL": NOWHERE,
        "EARSHOT_DATA_FOLDER": str(folder / "data"),
        "EARSHOT_LOUNGE_NAME": "Ana",
        "EARSHOT_LOUNGE_PORT": "0",
        "EARSHOT_WEB_PORT": port,
        "EARSHOT_WEB_PUBLIC_URL": f"http://127.0.0.1:{port}",
        **{f"EARSHOT_{name}": value for name, value in more.items()},
    }


async def offline(folder: Path, **more: str) -> list[Finding]:
    """What is found without asking anybody."""
    return await examine(None, environ(folder, **more), online=False)


async def test_a_fresh_machine_is_told_that_all_is_well(tmp_path: Path) -> None:
    found = await offline(tmp_path, ZONE="Europe/Berlin")
    assert said(found, Level.PROBLEM) == ""
    about = [it.about for it in found]
    for looked_at in (
        "configuration", "Python", "libraries", "platforms", "time zone", "data folder", "disk", "database", "key",
        "[web] port", "[lounge] port", "fonts",
    ):  # fmt: skip
        assert looked_at in about
    assert "Europe/Berlin, where it is " in said(found, Level.OK)
    assert list(tmp_path.iterdir()) == []


async def test_every_mistake_of_the_configuration_is_a_finding(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('zone = "Mars"\n[web]\nport = "x"\n')
    found = await examine(file, {}, online=True)
    problems = [it for it in found if it.level is Level.PROBLEM]
    assert [it.said.partition(":")[0] for it in problems] == ["web.port", "zone"]
    assert all("config.example.toml" in it.do for it in problems)
    assert "fonts" in [it.about for it in found]


@pytest.mark.parametrize(
    ("more", "level", "why"),
    [
        ({"LOUNGE_NAME": ""}, Level.PROBLEM, "platforms: none is configured"),
        ({"DISCORD_TOKEN": "your-token"}, Level.PROBLEM, "[discord] token: is the text of an example"),
        (
            {"SLACK_BOT_TOKEN": "xapp-1", "SLACK_APP_TOKEN": "xoxb-1"},
            Level.PROBLEM,
            "[slack] bot_token: is an app-level token",
        ),
        (
            {"SPOTIFY_CLIENT_ID": "<client id>"},
            Level.PROBLEM,
            "[spotify] client_id: is the text of an example",
        ),
        (
            {"SPOTIFY_CLIENT_ID": "a" * 32, "WEB_PUBLIC_URL": "http://127.0.0.1:1"},
            Level.PROBLEM,
            "names port 1",
        ),
        (
            {"SPOTIFY_CLIENT_ID": "a" * 32, "DISCORD_TOKEN": DISCORD_TOKEN},
            Level.WARNING,
            "others paste the address on which Spotify ends",
        ),
        ({"DATA_URL": "mysql://here/earshot"}, Level.PROBLEM, "SQLite or PostgreSQL, not in “mysql”"),
        ({"DATA_URL": "postgresql://a:pw@127.0.0.1:9/earshot"}, Level.PROBLEM, "database: "),
        ({"WEB_HOST": "192.0.2.1"}, Level.PROBLEM, "Take an address of this machine"),
    ],
)
async def test_what_is_wrong_is_seen(tmp_path: Path, more: dict[str, str], level: Level, why: str) -> None:
    found = await offline(tmp_path, **more)
    assert why in said(found, level)
    assert all(it.do for it in found if it.level is not Level.OK)
    assert "pw@" not in in_words(found)


async def test_what_to_register_is_said(tmp_path: Path) -> None:
    more = {"SPOTIFY_CLIENT_ID": "a" * 32, "WEB_PUBLIC_URL": "https://earshot.example/"}
    found = await offline(tmp_path, **more)
    assert (
        "register exactly this redirect URI in Spotify's dashboard: https://earshot.example/callback"
        in said(found, Level.OK)
    )
    assert "[web] public_url" not in said(found, Level.WARNING)


async def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        found = await offline(tmp_path, LOUNGE_PORT=str(port))
    assert f"[lounge] port: 127.0.0.1:{port} cannot be used" in said(found, Level.PROBLEM)


# --- the database


async def linked(folder: Path, accounts: int, state: LinkState = LinkState.ACTIVE) -> None:
    """A data folder in which so many accounts are linked."""
    store = await open_data(folder)
    for number in range(accounts):
        member = await store.add_member("Ana", "UTC", Identity("lounge", str(number)), 1)
        link = Link(
            LinkId(0), member.id, Source.SPOTIFY, account=f"a{number}", client_id="a" * 32, developer="host"
        )
        made = await store.link_account(link, b"sealed", 1)
        await store.set_state(made.id, state)
    await store.close()
    await asyncio.to_thread(open_vault, folder / "keys")


async def test_seats_and_links_that_ended(tmp_path: Path) -> None:
    await linked(tmp_path / "data", 5, LinkState.EXPIRED)
    found = await offline(tmp_path, SPOTIFY_CLIENT_ID="a" * 32)
    warned = said(found, Level.WARNING)
    assert "5 of the app's 5 seats are taken" in warned
    assert "5 of 5 do not work any more" in warned
    assert "0 of 600 in the last 24 hours, 600 left" in said(found, Level.OK)


async def test_a_pause_that_spotify_has_asked_for(tmp_path: Path) -> None:
    await linked(tmp_path / "data", 1)
    store = await open_data(tmp_path / "data")
    now_ms = time.time_ns() // 1_000_000
    await store.spend("host", now_ms, 599)
    await store.block("host", now_ms + 3_600_000)
    await store.close()
    warned = said(await offline(tmp_path, SPOTIFY_CLIENT_ID="a" * 32), Level.WARNING)
    assert "599 of 600 in the last 24 hours; Spotify has asked for a pause until" in warned


async def test_a_key_that_is_lost(tmp_path: Path) -> None:
    await linked(tmp_path / "data", 1)
    (tmp_path / "data" / "keys").unlink()
    found = await offline(tmp_path)
    assert "the links in the database are sealed with it" in said(found, Level.PROBLEM)
    assert not (tmp_path / "data" / "keys").exists()


@pytest.mark.parametrize(
    ("revision", "level", "why"),
    [("0001", Level.WARNING, "is of an older Earshot"), ("9999", Level.PROBLEM, "made by a newer Earshot")],
)
async def test_a_database_of_another_version_is_left_as_it_is(
    tmp_path: Path, revision: str, level: Level, why: str
) -> None:
    await linked(tmp_path / "data", 0)
    file = tmp_path / "data" / "earshot.sqlite"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = ?", [revision])
    assert why in said(await offline(tmp_path), level)
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(revision,)]


async def test_how_old_the_backups_are_and_what_is_kept_for_ever(tmp_path: Path) -> None:
    found = await offline(tmp_path / "data", DATA_BACKUPS=str(tmp_path / "kept"), SPOTIFY_KEEP_DAYS="0")
    warned = said(found, Level.WARNING)
    assert f"backups: there is none in {tmp_path / 'kept'} yet" in warned
    assert "[spotify] keep_days: is 0" in warned
    assert "backups: none is made by itself" in said(await offline(tmp_path / "data"), Level.OK)


def test_an_old_sqlite_is_told_of_and_a_new_one_is_not() -> None:
    assert "before 3.51.3 it may, very rarely, damage a file" in sqlite_finding("3.51.2").said
    assert (sqlite_finding("3.51.3").said, sqlite_finding("3.52.0").said) == ("3.51.3", "3.52.0")
    assert sqlite_finding("3.40.1").level is Level.OK


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "earshot.sqlite").write_text("Dear Ana, " * 500)
    found = await offline(tmp_path)
    [problem] = [it for it in found if it.level is Level.PROBLEM]
    assert "not a SQLite database" in problem.said
    assert problem.outside


# --- online


async def test_all_services_are_asked_and_well(tmp_path: Path) -> None:
    async with (
        discord_twin(token=DISCORD_TOKEN) as discord,
        slack_twin(scopes=SCOPES) as slack,
        practice_spotify(FakeClock()) as practice,
        lastfm_twin() as lastfm,
        listenbrainz_twin() as brainz,
    ):
        slack.team("Work")
        brainz.listener("host", token="brainz-word")
        more = {
            "LASTFM_API_KEY": KEY, "LASTFM_SECRET": LASTFM_SECRET, "LASTFM_API_URL": lastfm.api_url,
            "LISTENBRAINZ_TOKEN": "brainz-word", "LISTENBRAINZ_API_URL": brainz.api_url,
            "DISCORD_TOKEN": DISCORD_TOKEN, "DISCORD_API_URL": discord.api_url,
            "SLACK_BOT_TOKEN": slack.bot_token, "SLACK_APP_TOKEN": slack.app_token, "SLACK_API_URL": slack.api_url,
            "SPOTIFY_CLIENT_ID": CLIENT_ID, "SPOTIFY_ACCOUNTS_URL": practice.server.accounts_url,
        }  # fmt: skip
        found = await examine(None, environ(tmp_path, **more), online=True)
    assert said(found, Level.PROBLEM) == ""
    good = said(found, Level.OK)
    for told in (
        "Discord: the token is good",
        "Slack: the token is good",
        "Spotify app: Spotify knows it",
        "Last.fm: takes the key and its secret",
        "ListenBrainz: knows the token",
        "clock: ",
    ):
        assert told in good
    assert DISCORD_TOKEN not in in_words(found)
    assert slack.violations == []
    assert discord.violations == []


async def test_one_that_fails_hides_no_other(tmp_path: Path) -> None:
    async with practice_spotify(FakeClock()) as practice:
        more = {
            "DISCORD_TOKEN": DISCORD_TOKEN, "DISCORD_API_URL": NOWHERE,
            "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "SLACK_API_URL": f"{NOWHERE}/api/",
            "SPOTIFY_CLIENT_ID": CLIENT_ID, "SPOTIFY_ACCOUNTS_URL": practice.server.accounts_url,
        }  # fmt: skip
        found = await examine(None, environ(tmp_path, **more), online=True)
    problems = [it.about for it in found if it.level is Level.PROBLEM]
    assert problems == ["Discord", "Slack", "Slack"]
    assert "Spotify app: Spotify knows it" in said(found, Level.OK)
    assert exit_code(found, 2, 4) == 4


async def test_what_last_fm_and_listenbrainz_do_not_take(tmp_path: Path) -> None:
    async with lastfm_twin() as lastfm, listenbrainz_twin() as brainz:
        more = {
            "LASTFM_API_KEY": KEY, "LASTFM_SECRET": "0" * 32, "LASTFM_API_URL": lastfm.api_url,
            "LISTENBRAINZ_TOKEN": "unknown", "LISTENBRAINZ_API_URL": brainz.api_url,
        }  # fmt: skip
        found = await examine(None, environ(tmp_path, **more), online=True)
        told = said(found, Level.PROBLEM)
        assert "Last.fm: Last.fm does not accept my API key or its secret" in told
        assert "ListenBrainz: ListenBrainz does not know that token" in told
        found = await examine(None, environ(tmp_path, LISTENBRAINZ_API_URL=brainz.api_url), online=True)
        assert "ListenBrainz: answers" in said(found, Level.OK)
    found = await examine(None, environ(tmp_path), online=True)
    assert "ListenBrainz: ListenBrainz cannot be reached" in said(found, Level.WARNING)
    for secret, level in (("your-secret", Level.PROBLEM), ("short", Level.WARNING)):
        found = await offline(tmp_path, LASTFM_API_KEY=KEY, LASTFM_SECRET=secret)
        assert "[lastfm]" in said(found, level)
    assert "[lastfm] api_key: looks like one" in said(
        await offline(tmp_path, LASTFM_API_KEY=KEY, LASTFM_SECRET=LASTFM_SECRET), Level.OK
    )


async def test_nobody_is_asked_unless_wanted(tmp_path: Path) -> None:
    async with discord_twin(token=DISCORD_TOKEN) as discord:
        more = {"DISCORD_TOKEN": DISCORD_TOKEN, "DISCORD_API_URL": discord.api_url}
        assert said(await offline(tmp_path, **more), Level.PROBLEM) == ""
        assert list(discord.traffic) == []


async def test_a_service_that_hangs_is_not_waited_for(tmp_path: Path) -> None:
    async with discord_twin(token=DISCORD_TOKEN) as discord:
        discord.slow(60, "GET", "/users/@me")
        more = {"DISCORD_TOKEN": DISCORD_TOKEN, "DISCORD_API_URL": discord.api_url}
        found = await examine(None, environ(tmp_path, **more), online=True, within_s=2.0)
    [problem] = [it for it in found if it.about == "Discord"]
    assert (problem.level, problem.outside) == (Level.PROBLEM, True)
    assert "could not be looked at within 2 s" in problem.said


# --- what is made of it


def test_what_a_placeholder_looks_like() -> None:
    for real in (DISCORD_TOKEN, "xoxb-12-34-AbYour1", "0123456789abcdef", "xapp-1-A0-2-fedc"):
        assert not is_made_up(real), real
    for made_up in (
        "xoxb-your-token",
        "CHANGE_ME",
        "<id>",
        "xoxb-…",
        "xapp-...",
        "a b",
        "xoxb-xxxx-xxxx",
        "$TOKEN",
    ):
        assert is_made_up(made_up), made_up


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([fine("a", "b")], 0),
        ([warning("a", "b", "c")], 0),
        ([wrong("a", "b", "c"), fine("a", "b")], 2),
        ([failed("a", "b", "c")], 4),
        ([failed("a", "b", "c"), wrong("a", "b", "c")], 2),
    ],
)
def test_the_exit_code_is_the_worst_that_can_be_mended_here(found: list[Finding], code: int) -> None:
    assert exit_code(found, 2, 4) == code
    assert as_json(found)["ok"] is (code == 0)


def test_findings_as_words_and_as_json() -> None:
    found = [fine("Python", "3.11.7"), wrong("[web] port", "is taken", "Take another.")]
    assert in_words(found).splitlines() == [
        "ok       Python: 3.11.7",
        "problem  [web] port: is taken",
        "         → Take another.",
        "",
        "1 ok, 1 problem",
    ]
    told: dict[str, Any] = json.loads(json.dumps(as_json(found)))
    assert told["findings"][1] == {
        "level": "problem", "about": "[web] port", "said": "is taken", "do": "Take another.", "outside": False,
    }  # fmt: skip
