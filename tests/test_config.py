"""Settings: the example file is complete and true, every mistake is said at once, secrets can stay outside."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.config import Data, Discord, Settings, Slack, Web, load, secrets_of
from bot.errors import ConfigError

EXAMPLE = Path(__file__).parents[1] / "config.example.toml"


def _flat(value: Any, path: str = "") -> dict[str, Any]:
    table = dataclasses.asdict(value) if dataclasses.is_dataclass(value) else value
    found: dict[str, Any] = {}
    for name, inner in table.items():
        found.update(_flat(inner, f"{path}{name}.") if isinstance(inner, dict) else {f"{path}{name}": inner})
    return found


def test_the_example_shows_every_setting_with_its_default() -> None:
    assert _flat(tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))) == _flat(Settings())


def test_the_example_is_a_valid_configuration() -> None:
    assert load(EXAMPLE, {}) == Settings()


def test_every_mistake_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(
        'zone = "Mars/Olympus"\nshrubbery = 1\n[web]\nport = "8888"\npublic_url = "http://localhost:8888"\n'
        "[lounge]\nport = 70000\n[spotify]\ncalls_per_day = 0\n"
    )
    with pytest.raises(ConfigError) as caught:
        load(file, {})
    said = "\n".join(caught.value.problems)
    for name in ("zone", "shrubbery", "web.port", "web.public_url", "lounge.port", "spotify.calls_per_day"):
        assert f"{name}: " in said


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[web]\nport = 1\n[spotify]\nclient_id = "from file"\n')
    settings = load(file, {"EARSHOT_WEB_PORT": "9000", "EARSHOT_SPOTIFY_CLIENT_ID": "from environment"})
    assert settings.web.port == 9000
    assert settings.spotify.client_id == "from environment"


def _secrets() -> list[tuple[str, str]]:
    """Every secret: section and name."""
    return [
        (section.name, it.name)
        for section in dataclasses.fields(Settings)
        if dataclasses.is_dataclass(kind := type(getattr(Settings(), section.name)))
        for it in dataclasses.fields(kind)
        if it.metadata.get("secret")
    ]


@pytest.mark.parametrize(("section", "name"), _secrets())
def test_each_secret_can_come_from_the_environment_or_a_file_and_is_kept_out_of_logs(
    tmp_path: Path, section: str, name: str
) -> None:
    partners = {
        "lastfm": {"EARSHOT_LASTFM_API_KEY": "k"},
        "slack": {
            f"EARSHOT_SLACK_{it}": "x" for it in ("BOT_TOKEN", "APP_TOKEN", "CLIENT_ID", "CLIENT_SECRET")
        },
    }
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    variable = f"EARSHOT_{section}_{name}".upper()
    beside = {key: it for key, it in partners.get(section, {}).items() if key != variable}
    for environ in ({variable: "hush"}, {f"{variable}_FILE": str(secret)}):
        settings = load(None, beside | environ)
        assert getattr(getattr(settings, section), name) == "hush"
        assert "hush" in secrets_of(settings)


def test_what_is_named_like_a_secret_is_one() -> None:
    named = re.compile("secret|token|password")
    assert len(_secrets()) == 10
    for name in _flat(Settings()):
        section, _, setting = name.rpartition(".")
        assert bool(named.search(setting)) <= ((section, setting) in _secrets()), name


def test_an_empty_secret_file_says_nothing(tmp_path: Path) -> None:
    file, secret = tmp_path / "config.toml", tmp_path / "secret"
    file.write_text('[discord]\ntoken = "from file"\n')
    secret.write_text("\n")
    assert load(file, {"EARSHOT_DISCORD_TOKEN_FILE": str(secret)}).discord.token == "from file"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("zone = ", "is not valid TOML"),
        ("zone = 3", "has to be text in quotes"),
        ("web = 3", "has to be a section"),
    ],
)
def test_a_broken_file_gets_a_sentence(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(content)
    with pytest.raises(ConfigError, match=said):
        load(file, {})


def test_a_missing_file_gets_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "none.toml", {})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("EARSHOT_LOUNGE_PORT", "many", "has to be a whole number"),
        ("EARSHOT_WEB_METRICS", "yes", "has to be true or false"),
    ],
)
def test_the_environment_is_checked_like_the_file(name: str, value: str, said: str) -> None:
    with pytest.raises(ConfigError, match=f"{name}: {said}"):
        load(None, {name: value})


def test_the_environment_can_switch_something_on() -> None:
    assert load(None, {"EARSHOT_WEB_METRICS": "true"}).web.metrics is True


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"BOT_TOKEN": "xoxb-1"}, "slack.app_token: is missing"),
        ({"APP_TOKEN": "xapp-1"}, "slack.bot_token: is missing"),
        ({"SIGNING_SECRET": "s", "CLIENT_ID": "1.2"}, "belong together"),
    ],
)
def test_half_a_slack_is_told_what_is_missing(given: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load(None, {f"EARSHOT_SLACK_{name}": value for name, value in given.items()})


def test_a_whole_slack_is_taken() -> None:
    one = load(None, {"EARSHOT_SLACK_BOT_TOKEN": "xoxb-1", "EARSHOT_SLACK_APP_TOKEN": "xapp-1"}).slack
    assert (one.bot_token, one.app_token) == ("xoxb-1", "xapp-1")
    names = ("SIGNING_SECRET", "CLIENT_ID", "CLIENT_SECRET")
    several = load(None, {f"EARSHOT_SLACK_{it}": it for it in names}).slack
    assert (several.signing_secret, several.client_id, several.client_secret) == names


@pytest.mark.parametrize(
    ("web", "astray"),
    [
        (Web(), None),
        (Web(port=9000), 8888),
        (Web(port=0), None),
        (Web(public_url="http://example.org", port=8888), 80),
        (Web(public_url="https://earshot.example", port=8888), None),
    ],
)
def test_an_address_that_leads_elsewhere_is_seen(web: Web, astray: int | None) -> None:
    assert web.astray == astray


def test_what_no_log_may_show_is_known() -> None:
    settings = Settings(
        data=Data(url="postgresql://a:b@c/d"),
        discord=Discord(token="t"),
        slack=Slack(client_id="1.2", app_token="x"),
    )
    assert secrets_of(settings) == ["postgresql://a:b@c/d", "t", "x"]
