"""The manifest: what Slack takes, made from what is declared, with no permission that nothing needs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from bot.adapters.slack import manifest
from bot.adapters.slack.manifest import EVENTS, PROMPTS, SCOPES
from bot.chat import Cog
from bot.chat.features import Features
from bot.errors import NotFound
from tests.adapters.slack.conftest import PUBLIC_URL, features

SCHEMA = Path(__file__).parents[3].parent / "shared" / "contracts" / "slack-manifest-schema.json"


@pytest.mark.contract
@pytest.mark.skipif(not SCHEMA.exists(), reason=f"no manifest schema at ../shared/contracts/{SCHEMA.name}")
@pytest.mark.parametrize("socket_mode", [True, False])
@pytest.mark.parametrize("short", [(), ("play", "wrapped", "match")])
def test_slack_takes_the_manifest(socket_mode: bool, short: tuple[str, ...]) -> None:
    validator = Draft7Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    made = manifest(features(), PUBLIC_URL, socket_mode, short)
    assert [it.message for it in validator.iter_errors(made)] == []
    broken = {**made, "display_information": {"name": "x" * 36}}
    assert [it.message for it in validator.iter_errors(broken)]


def test_commands_say_what_they_take() -> None:
    made = manifest(features(), PUBLIC_URL, True)
    root, play, wrapped = made["features"]["slash_commands"]
    assert (root["command"], root["should_escape"]) == ("/earshot", True)
    assert "top | who_plays | play" in root["usage_hint"]
    assert play == {
        "command": "/play", "description": "A prompt becomes a playlist", "usage_hint": "<prompt> [count:20]",
        "should_escape": True,
    }  # fmt: skip
    assert wrapped == {"command": "/wrapped", "description": "A picture", "should_escape": True}


def test_over_http_slack_is_told_where() -> None:
    made = manifest(features(), PUBLIC_URL + "/", False, ())
    url = f"{PUBLIC_URL}/slack/events"
    assert made["settings"]["event_subscriptions"]["request_url"] == url
    assert made["settings"]["interactivity"]["request_url"] == url
    assert made["features"]["slash_commands"][0]["url"] == url
    assert made["oauth_config"]["redirect_urls"] == [f"{PUBLIC_URL}/slack/oauth_redirect"]
    assert not made["settings"]["socket_mode_enabled"]


def test_nothing_is_asked_for_that_reads_along() -> None:
    reading = {"channels:history", "groups:history", "mpim:history", "chat:write.public", "channels:join"}
    assert not reading & set(SCOPES)
    assert set(EVENTS) & {"message.channels", "message.groups", "message.mpim"} == set()
    assert len(PROMPTS) <= 4


def test_a_short_command_that_nobody_declares_is_no_short_command() -> None:
    with pytest.raises(NotFound):
        manifest(features(), PUBLIC_URL, True, ("nothing",))
    assert (
        manifest(Features([Cog()]), PUBLIC_URL, True, ())["features"]["slash_commands"][0]["usage_hint"]
        == "help"
    )
