"""Settings: the example file is complete and true, every mistake is said at once, secrets can stay outside."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bot.config import Settings, load
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


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    assert load(None, {"EARSHOT_SPOTIFY_CLIENT_SECRET_FILE": str(secret)}).spotify.client_secret == "hush"


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


def test_a_number_in_the_environment_has_to_be_one() -> None:
    with pytest.raises(ConfigError, match="EARSHOT_LOUNGE_PORT: has to be a whole number"):
        load(None, {"EARSHOT_LOUNGE_PORT": "many"})
