"""`config.toml`, the environment and secret files → typed settings; every mistake is said at once.

A setting `client_secret` in `[spotify]` can also come from `EARSHOT_SPOTIFY_CLIENT_SECRET`, or from the file
named by `EARSHOT_SPOTIFY_CLIENT_SECRET_FILE` (an empty one says nothing); the environment goes before the file.
`config.example.toml` shows every setting with its default, and a test keeps it so.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.schedule import Schedule, first_possible
from bot.errors import ConfigError

T = TypeVar("T")

SECRET: dict[str, Any] = {"secret": True}


@dataclass(frozen=True, slots=True)
class Data:
    """Where things are kept. `url` is empty for a SQLite file in `folder`.

    `backups` is a folder for a backup a day (empty: none is made); each is deleted after `backup_days`.
    """

    folder: str = "earshot-data"
    url: str = field(default="", metadata=SECRET)
    backups: str = ""
    backup_days: int = 5


@dataclass(frozen=True, slots=True)
class Spotify:
    """The app in Spotify's developer dashboard, and where Spotify is (a loopback twin, in the demo).

    Plays that were read from it are kept `keep_days` (0: for ever). Without `counted` none are read, and none kept.
    """

    client_id: str = ""
    client_secret: str = field(default="", metadata=SECRET)
    accounts_url: str = "https://accounts.spotify.com"
    api_url: str = "https://api.spotify.com/v1/"
    open_url: str = "https://open.spotify.com"
    calls_per_day: int = 600
    keep_days: int = 400
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Lastfm:
    """The API account at Last.fm. Without a key nobody links Last.fm."""

    api_key: str = ""
    secret: str = field(default="", metadata=SECRET)
    api_url: str = "https://ws.audioscrobbler.com/2.0/"
    auth_url: str = "https://www.last.fm/api/auth/"


@dataclass(frozen=True, slots=True)
class Listenbrainz:
    """Where ListenBrainz is. Members need no key; with a `token` songs are looked up there."""

    token: str = field(default="", metadata=SECRET)
    api_url: str = "https://api.listenbrainz.org"


@dataclass(frozen=True, slots=True)
class Llm:
    """A model behind a server that speaks OpenAI's Chat Completions. Without a `model` none is asked.

    Prices are US dollars per million tokens, like `0.25`; empty: those that are known of the model. A group spends up
    to `daily_cents` a day. `songs_at_once` is how many songs one answer is asked for.
    """

    model: str = ""
    api_key: str = field(default="", metadata=SECRET)
    api_url: str = "https://api.openai.com/v1"
    read_price: str = ""
    write_price: str = ""
    daily_cents: int = 50
    songs_at_once: int = 60

    @property
    def prices(self) -> tuple[float, float] | None:
        """What is said here of reading and writing a million tokens."""
        return (float(self.read_price), float(self.write_price)) if self.read_price else None


@dataclass(frozen=True, slots=True)
class Weekly:
    """When posts go out where a group has not said it: `weekday` 0 is Monday. A week settles `settle_hours` long.

    What may have arrived where nobody can look is posted `again`, or given up.
    """

    weekday: int = 0
    hour: int = 18
    settle_hours: int = 18
    again: bool = False

    @property
    def usual(self) -> Schedule:
        """The same as a group wishes it; the zone is the group's own."""
        return Schedule("UTC", self.weekday, self.hour, settle_h=self.settle_hours)


@dataclass(frozen=True, slots=True)
class Web:
    """The small web server that Spotify sends members back to. `public_url` is how a browser reaches it."""

    host: str = "127.0.0.1"
    port: int = 8888
    public_url: str = "http://127.0.0.1:8888"
    metrics: bool = False

    @property
    def astray(self) -> int | None:
        """The port that an http `public_url` names where the server listens on another: no browser gets here then."""
        parts = urlsplit(self.public_url)
        named = parts.port or 80
        return named if parts.scheme == "http" and self.port not in (0, named) else None


@dataclass(frozen=True, slots=True)
class Discord:
    """The bot in Discord's developer portal. Without a token there is no Discord."""

    token: str = field(default="", metadata=SECRET)
    api_url: str = "https://discord.com/api/v10"


@dataclass(frozen=True, slots=True)
class Slack:
    """The Slack app. With an `app_token` it speaks Socket Mode; without one, HTTP with the signing secret.

    One workspace: its `bot_token`. Several: `client_id` and `client_secret`, and each installs it from our page. With
    `history` it may look in channels for posts of its own.
    """

    bot_token: str = field(default="", metadata=SECRET)
    app_token: str = field(default="", metadata=SECRET)
    signing_secret: str = field(default="", metadata=SECRET)
    client_id: str = ""
    client_secret: str = field(default="", metadata=SECRET)
    api_url: str = "https://slack.com/api/"
    history: bool = False


@dataclass(frozen=True, slots=True)
class Lounge:
    """The web chat on this machine. `name` is who you are there."""

    port: int = 8777
    room: str = "music-club"
    name: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    zone: str = "UTC"
    log_level: str = "INFO"
    log_format: str = "text"
    data: Data = field(default_factory=Data)
    spotify: Spotify = field(default_factory=Spotify)
    lastfm: Lastfm = field(default_factory=Lastfm)
    listenbrainz: Listenbrainz = field(default_factory=Listenbrainz)
    llm: Llm = field(default_factory=Llm)
    discord: Discord = field(default_factory=Discord)
    slack: Slack = field(default_factory=Slack)
    weekly: Weekly = field(default_factory=Weekly)
    web: Web = field(default_factory=Web)
    lounge: Lounge = field(default_factory=Lounge)


def secrets_of(settings: Any) -> list[str]:
    """Every secret that is set: what no log may show."""
    found = []
    for it in fields(settings):
        value = getattr(settings, it.name)
        if is_dataclass(value):
            found += secrets_of(value)
        elif value and it.metadata.get("secret"):
            found.append(value)
    return found


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """The settings from a file (None: defaults only) and the environment.

    Raises `ConfigError` with every problem: an unreadable file, unknown names, wrong types, values that cannot be.
    """
    document: dict[str, Any] = {}
    if path is not None:
        try:
            document = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError([f"{path}: cannot be read ({error.strerror})."]) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError([f"{path}: is not valid TOML: {error}."]) from error
    problems: list[str] = []
    settings = _section(Settings, document, "", environ, problems)
    problems.extend(_cannot_be(settings))
    if problems:
        raise ConfigError(problems)
    return settings


def _section(
    kind: type[T], table: Mapping[str, Any], path: str, environ: Mapping[str, str], problems: list[str]
) -> T:
    hints = get_type_hints(kind)
    known = [it.name for it in fields(kind)]  # type: ignore[arg-type]
    problems.extend(f"{path}{name}: there is no such setting." for name in table if name not in known)
    values: dict[str, Any] = {}
    for name in known:
        hint = hints[name]
        if isinstance(hint, type) and is_dataclass(hint):
            inner = table.get(name, {})
            if not isinstance(inner, dict):
                problems.append(f"{path}{name}: has to be a section, [{path}{name}].")
                inner = {}
            values[name] = _section(hint, inner, f"{path}{name}.", environ, problems)
            continue
        given = _from_environment(f"EARSHOT_{path}{name}".upper().replace(".", "_"), hint, environ, problems)
        if given is None and name in table:
            given = table[name]
        if given is None:
            continue
        if not isinstance(given, hint) or (hint is int and isinstance(given, bool)):
            problems.append(f"{path}{name}: has to be {_worded(hint)}, not {given!r}.")
        else:
            values[name] = given
    return kind(**values)


def _from_environment(name: str, hint: type, environ: Mapping[str, str], problems: list[str]) -> Any:
    given = environ.get(name)
    file = environ.get(f"{name}_FILE")
    if given is None and file:
        try:
            given = Path(file).read_text(encoding="utf-8").strip() or None
        except OSError as error:
            problems.append(f"{name}_FILE: the file cannot be read ({error.strerror}).")
            return None
    if given is None or hint is str:
        return given
    try:
        return {"true": True, "false": False}[given] if hint is bool else int(given)
    except (KeyError, ValueError):
        problems.append(f"{name}: has to be {_worded(hint)}.")
        return None


def _worded(hint: type) -> str:
    return {int: "a whole number", str: "text in quotes", bool: "true or false"}[hint]


def _cannot_be(settings: Settings) -> list[str]:
    problems = []
    try:
        ZoneInfo(settings.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append(f"zone: “{settings.zone}” is no time zone; write it like Europe/Berlin.")
    if settings.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        problems.append("log_level: has to be DEBUG, INFO, WARNING or ERROR.")
    if settings.log_format not in {"text", "json"}:
        problems.append("log_format: has to be text or json.")
    problems.extend(_half_a_slack(settings.slack))
    if bool(settings.lastfm.api_key) != bool(settings.lastfm.secret):
        problems.append("lastfm.api_key and lastfm.secret: belong together; set both or neither.")
    for name, port in (("web.port", settings.web.port), ("lounge.port", settings.lounge.port)):
        if not 0 <= port <= 65535:
            problems.append(f"{name}: a port goes from 0 (any free one) to 65535.")
    if settings.web.port == settings.lounge.port != 0:
        problems.append(
            "web.port and lounge.port: have to differ; the lounge never shares the callback's port."
        )
    weekly = settings.weekly
    if not (0 <= weekly.weekday <= 6 and 0 <= weekly.hour <= 23 and 0 <= weekly.settle_hours <= 48):
        problems.append(
            "weekly: a weekday goes from 0 (Monday) to 6, an hour from 0 to 23, settle_hours from 0 to 48."
        )
    elif first_possible(weekly.usual) is not None:
        problems.append(
            "weekly.hour: lies before a week has settled (weekly.settle_hours after Monday, 0:00)."
        )
    if settings.spotify.calls_per_day < 1:
        problems.append("spotify.calls_per_day: has to be at least 1.")
    if settings.spotify.keep_days < 0:
        problems.append("spotify.keep_days: has to be a number of days, or 0 for ever.")
    problems.extend(_half_a_model(settings.llm))
    if not 1 <= settings.data.backup_days <= 5:
        problems.append(
            "data.backup_days: goes from 1 to 5; what a member deletes has to be gone from backups within five days."
        )
    if settings.data.backups and settings.data.url and not settings.data.url.startswith("sqlite"):
        problems.append(
            "data.backups: Earshot makes backups of SQLite alone; leave it empty, and use pg_dump for PostgreSQL."
        )
    for name, url in (
        ("web.public_url", settings.web.public_url),
        ("spotify.accounts_url", settings.spotify.accounts_url),
        ("spotify.api_url", settings.spotify.api_url),
        ("spotify.open_url", settings.spotify.open_url),
        ("lastfm.api_url", settings.lastfm.api_url),
        ("lastfm.auth_url", settings.lastfm.auth_url),
        ("listenbrainz.api_url", settings.listenbrainz.api_url),
        ("llm.api_url", settings.llm.api_url),
        ("discord.api_url", settings.discord.api_url),
        ("slack.api_url", settings.slack.api_url),
    ):
        parts = urlsplit(url)
        loopback = parts.hostname in {"127.0.0.1", "::1"}
        if parts.scheme != "https" and not (parts.scheme == "http" and loopback):
            problems.append(
                f"{name}: has to start with https:// (http:// only for 127.0.0.1, not for localhost)."
            )
    return problems


def _half_a_model(llm: Llm) -> list[str]:
    """What cannot be of a model."""
    problems = []
    prices = (llm.read_price, llm.write_price)
    if any(prices) and not all(re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", price) for price in prices):
        problems.append(
            "llm.read_price and llm.write_price: belong together, as US dollars per million tokens, like 0.25."
        )
    if llm.daily_cents < 0:
        problems.append("llm.daily_cents: has to be a number of cents, or 0 to ask no model.")
    if not 5 <= llm.songs_at_once <= 60:
        problems.append("llm.songs_at_once: goes from 5 to 60.")
    return problems


def _half_a_slack(slack: Slack) -> list[str]:
    """A Slack app of which something is missing."""
    problems = []
    if bool(slack.client_id) != bool(slack.client_secret):
        problems.append("slack.client_id and slack.client_secret: belong together; set both or neither.")
    installed = slack.bot_token or slack.client_id
    hears = slack.app_token or slack.signing_secret
    if installed and not hears:
        problems.append(
            "slack.app_token: is missing (or slack.signing_secret, for HTTP); without it Slack cannot reach Earshot."
        )
    if hears and not installed:
        problems.append(
            "slack.bot_token: is missing (or slack.client_id and slack.client_secret, for several workspaces)."
        )
    return problems
