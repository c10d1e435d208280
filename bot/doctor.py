"""`earshot doctor`: looks at everything that has to be right, and says of each what to do about it.

Nothing is made or changed, and without `online` nobody is asked but the database. Every check has its own time limit,
and one that fails hides no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from bot.adapters.discord import checks as discord
from bot.adapters.slack import checks as slack
from bot.config import Settings, load
from bot.core.apps import is_own
from bot.core.findings import Finding, Level, failed, fine, warning, wrong
from bot.core.model import LinkState, Source
from bot.errors import ConfigError
from bot.integrations import machine
from bot.integrations.painter.checks import font_findings
from bot.integrations.scrobbles import checks as scrobbles
from bot.integrations.spotify import checks as spotify
from bot.integrations.store import Store, database_file
from bot.integrations.store.backup import backup_findings
from bot.integrations.store.checks import database_findings, sqlite_finding
from bot.integrations.system import SystemClock
from bot.integrations.vault import key_findings
from bot.services.access import budget_standing
from bot.services.linking import SEATS
from bot.text import plain

CHECK_S = 10.0

Findings = Sequence[Finding]
Check = Callable[[], Awaitable[Findings]]


async def examine(
    path: Path | None, environ: Mapping[str, str], *, online: bool, within_s: float = CHECK_S
) -> list[Finding]:
    """Everything that was found, in the order in which to read it; each check has `within_s`."""
    checks: dict[str, Check] = {"libraries": lambda: asyncio.to_thread(machine.library_findings)}
    try:
        settings = load(path, environ)
    except ConfigError as error:
        do = "Correct it; config.example.toml shows every setting."
        found = [wrong("configuration", said, do) for said in error.problems]
    else:
        found = [fine("configuration", f"{path or 'the defaults'} and the environment are understood")]
        checks |= _offline(settings)
        if online:
            checks |= _online(settings)
    checks["fonts"] = lambda: asyncio.to_thread(font_findings)
    for findings in await asyncio.gather(
        *(_bounded(about, check, within_s) for about, check in checks.items())
    ):
        found += findings
    return found


async def _bounded(about: str, check: Check, within_s: float) -> Findings:
    try:
        async with asyncio.timeout(within_s):
            return await check()
    except TimeoutError:
        return [
            failed(
                about, f"could not be looked at within {within_s:g} s", "Try again; is it far away or busy?"
            )
        ]
    except Exception as error:  # noqa: BLE001 - a check that breaks is a finding too
        return [
            failed(about, f"the check broke ({type(error).__name__}: {plain(str(error))})", "Report this.")
        ]


def _offline(settings: Settings) -> dict[str, Check]:
    folder, lastfm = Path(settings.data.folder), settings.lastfm

    async def house() -> Findings:
        return [*_platforms(settings), *_addresses(settings), *_zone(settings)]

    async def tokens() -> Findings:
        return [
            *(discord.token_findings(settings.discord.token) if settings.discord.token else ()),
            *(slack.setting_findings(settings.slack, settings.web.public_url) if _slack(settings) else ()),
            *(spotify.shape_findings(settings.spotify.client_id) if settings.spotify.client_id else ()),
            *(scrobbles.lastfm_shape(lastfm.api_key, lastfm.secret) if lastfm.api_key else ()),
        ]

    return {
        "settings": house,
        "tokens": tokens,
        "data folder": lambda: asyncio.to_thread(machine.folder_findings, folder),
        "database": lambda: _database(settings, folder),
        "ports": lambda: asyncio.to_thread(_ports, settings),
    }


def _online(settings: Settings) -> dict[str, Check]:
    checks: dict[str, Check] = {}
    hosts = []
    if token := settings.discord.token:
        hosts.append(settings.discord.api_url)
        checks["Discord"] = lambda: discord.application_findings(token, settings.discord.api_url.rstrip("/"))
    if _slack(settings):
        hosts.append(settings.slack.api_url)
        checks["Slack"] = lambda: slack.app_findings(settings.slack)
    if client_id := settings.spotify.client_id:
        hosts.append(settings.spotify.accounts_url)
        checks["Spotify app"] = lambda: spotify.app_findings(
            client_id, settings.spotify.client_secret, settings.spotify.accounts_url
        )
    lastfm, brainz = settings.lastfm, settings.listenbrainz
    if lastfm.api_key:
        checks["Last.fm"] = lambda: scrobbles.lastfm_findings(lastfm.api_key, lastfm.secret, lastfm.api_url)
    checks["ListenBrainz"] = lambda: scrobbles.listenbrainz_findings(brainz.token, brainz.api_url)
    if settings.llm.model:
        checks["model"] = lambda: _model(settings)
    if hosts:
        checks["clock"] = lambda: machine.clock_findings(hosts)
    return checks


async def _model(settings: Settings) -> Findings:
    from bot.integrations.llm.checks import model_findings

    it = settings.llm
    return await model_findings(it.model, it.api_url, it.api_key, it.prices, SystemClock().now_ms())


def _platforms(settings: Settings) -> Iterator[Finding]:
    about = "platforms"
    there = {
        "Discord": settings.discord.token,
        "Slack": _slack(settings),
        "the lounge": settings.lounge.name,
    }
    names = [name for name, given in there.items() if given]
    if names:
        yield fine(about, f"configured: {', '.join(names)}")
    else:
        yield wrong(
            about,
            "none is configured, so there is nobody to talk to",
            "Follow docs/install-discord.md or docs/install-slack.md, or set [lounge] name.",
        )
    if not settings.spotify.client_id:
        yield warning(
            "Spotify app",
            "none is configured: members can link through apps of their own only, or import their exports",
            "Make an app at developer.spotify.com/dashboard and set [spotify] client_id.",
        )


def _slack(settings: Settings) -> bool:
    return bool(settings.slack.bot_token or settings.slack.client_id)


def _addresses(settings: Settings) -> Iterator[Finding]:
    """What to register as redirect URI, and whether a member's browser gets there."""
    about, public = "[web] public_url", settings.web.public_url.rstrip("/")
    parts = urlsplit(public)
    loopback = parts.scheme == "http"
    yield fine(about, f"register exactly this redirect URI in Spotify's dashboard: {public}/callback")
    if settings.web.astray is not None:
        yield wrong(
            about,
            f"names port {settings.web.astray}, but [web] port is {settings.web.port}",
            "Make them the same, so that Spotify's way back leads here.",
        )
    if loopback and (settings.discord.token or _slack(settings)):
        yield warning(
            about,
            "only a browser on this machine gets there: others paste the address on which Spotify ends",
            "It works. One click less: give Earshot an https address (docs/operating.md says how).",
        )


def _zone(settings: Settings) -> Iterator[Finding]:
    now = datetime.now(UTC).astimezone(ZoneInfo(settings.zone))
    yield fine("time zone", f"{settings.zone}, where it is {now:%A %H:%M}")


async def _database(settings: Settings, folder: Path) -> Findings:
    """The database, what it knows of seats and of the day's calls, and the key that its links are sealed with."""
    found, store = await database_findings(folder, settings.data.url)
    found = [*found, *_keeping(settings, folder)]
    linked = False
    if store is not None:
        try:
            states = await store.states()
            linked = bool(states)
            found = [*found, *await _standing(store, settings, states)]
        finally:
            await store.close()
    return [*found, *key_findings(folder / "keys", needed=linked)]


def _keeping(settings: Settings, folder: Path) -> Iterator[Finding]:
    """What is kept for how long: backups of a SQLite file, plays from Spotify."""
    try:
        file = database_file(folder, settings.data.url)
    except ConfigError:
        return  # told with the database
    if file is not None:
        yield sqlite_finding()
        if settings.data.backups:
            now_ms = SystemClock().now_ms()
            yield from backup_findings(Path(settings.data.backups), settings.data.backup_days, now_ms)
        else:
            yield fine("backups", "none is made by itself ([data] backups); earshot backup makes one")
    if not settings.spotify.keep_days:
        yield warning(
            "[spotify] keep_days",
            "is 0: plays that were read from Spotify are kept for ever, which its terms may not allow",
            "Set it to 400 or less; docs/spotify-terms.md says why.",
        )


async def _standing(store: Store, settings: Settings, states: Mapping[LinkState, int]) -> list[Finding]:
    found = []
    if dead := sum(count for state, count in states.items() if state is not LinkState.ACTIVE):
        found.append(
            warning(
                "links",
                f"{dead} of {sum(states.values())} do not work any more",
                "Their members have to /link again.",
            )
        )
    if client_id := settings.spotify.client_id:
        seats = await store.seats(client_id)
        said = f"{seats} of the app's {SEATS} seats are taken"
        do = "Whoever comes next needs an app of their own, or imports their export."
        found.append(fine("Spotify seats", said) if seats < SEATS else warning("Spotify seats", said, do))
        for developer in await store.developers(Source.SPOTIFY) or ["host"]:
            found.append(await _calls(store, developer, settings.spotify.calls_per_day))
    if workspaces := await store.installations("slack"):
        found.append(fine("Slack", f"installed in {len(workspaces)} workspaces"))
    return found


async def _calls(store: Store, developer: str, budget: int) -> Finding:
    """What a developer account has left of its day, and whether Spotify lets it ask at all."""
    about = "Spotify calls"
    whose = "a member's own app: " if is_own(developer) else ""
    standing = await budget_standing(store, developer, budget, SystemClock().now_ms())
    said = f"{whose}{standing.spent} of {budget} in the last 24 hours"
    if standing.blocked_until_ms:
        until = datetime.fromtimestamp(standing.blocked_until_ms / 1000, UTC)
        return warning(
            about,
            f"{said}; Spotify has asked for a pause until {until:%d %b %H:%M} UTC",
            "Nothing: looks go on by themselves then. If it happens daily, lower [spotify] calls_per_day.",
        )
    return fine(about, f"{said}, {standing.left} left")


def _ports(settings: Settings) -> Findings:
    web, lounge = settings.web, settings.lounge
    running = machine.is_running(web.host, web.port)
    found = [machine.port_finding("[web] port", web.host, web.port, running=running)]
    if lounge.name:
        found.append(machine.port_finding("[lounge] port", "127.0.0.1", lounge.port, running=running))
    return found


def exit_code(found: Findings, wrong_code: int, failed_code: int) -> int:
    """0 where nothing is a problem; the configuration's problems before those outside of it."""
    problems = [it for it in found if it.level is Level.PROBLEM]
    if any(not it.outside for it in problems):
        return wrong_code
    return failed_code if problems else 0


def as_json(found: Findings) -> dict[str, Any]:
    """`{"ok": …, "findings": [{"level", "about", "said", "do", "outside"}]}`."""
    return {
        "ok": all(it.level is not Level.PROBLEM for it in found),
        "findings": [asdict(it) for it in found],
    }


def in_words(found: Findings) -> str:
    """For a terminal: a line a finding, below it what to do."""
    lines = []
    for it in found:
        lines.append(f"{it.level.value:<8} {it.about}: {it.said}")
        if it.do:
            lines.append(f"         → {it.do}")
    counts = {level: sum(it.level is level for it in found) for level in Level}
    told = ", ".join(f"{count} {level.value}" for level, count in counts.items() if count)
    return "\n".join([*lines, "", told])
