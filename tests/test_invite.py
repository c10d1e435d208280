"""The ways in: Discord's pages with the least permissions, Slack's manifest from what the features declare."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from bot.adapters.slack.manifest import SHORT
from bot.app import open_earshot
from bot.chat.features import Features
from bot.config import Data, Discord, Settings, Web
from bot.errors import ConfigError
from bot.invite import declared, invitation, invitation_in_words, slack_manifest

SCHEMA = Path(__file__).parents[2] / "shared" / "contracts" / "slack-manifest-schema.json"
OWN = Settings(discord=Discord(token="MTE4NzY1NDMyMTA5ODc2NTQzMg.GaBcDe.x-0123456789_abcdefghijklmnopqrstuv"))
PUBLIC = Settings(web=Web(public_url="https://earshot.example/"))


def test_the_application_is_the_tokens_unless_given() -> None:
    assert invitation(OWN, "")["application"] == "1187654321098765432"
    assert "client_id=11&" in invitation(OWN, "11")["server"]


@pytest.mark.parametrize("application", ["", "earshot"])
def test_without_an_application_there_is_no_way_in(application: str) -> None:
    with pytest.raises(ConfigError, match="--application ID"):
        invitation(Settings(), application)


def test_an_invitation_in_words_has_both_pages_and_no_token() -> None:
    told = invitation(OWN, "")
    words = invitation_in_words(told)
    assert told["server"] in words
    assert told["person"] in words
    assert "view channel, send messages" in words
    assert "earshot manifest slack" in words
    assert OWN.discord.token not in words


async def test_what_is_declared_is_what_runs(tmp_path: Path) -> None:
    settings = Settings(data=Data(str(tmp_path)))
    async with open_earshot(settings, tmp_path) as earshot:
        running = Features(earshot.cogs)
    described = declared()
    assert described.commands.keys() == running.commands.keys()
    for name, command in running.commands.items():
        assert described.commands[name].usage == command.usage


@pytest.mark.contract
@pytest.mark.parametrize("http", [False, True])
def test_the_manifest_is_one_that_slack_takes(http: bool) -> None:
    if not SCHEMA.exists():
        pytest.skip("the published descriptions are not here")
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    made = slack_manifest(PUBLIC if http else Settings(), http=http, short=None)
    assert [error.message for error in Draft7Validator(schema).iter_errors(made)] == []


def test_the_manifest_for_each_way() -> None:
    socket = slack_manifest(Settings(), http=False, short=None)
    assert socket["settings"]["socket_mode_enabled"] is True
    http = slack_manifest(PUBLIC, http=True, short=None)
    assert http["settings"]["socket_mode_enabled"] is False
    assert http["settings"]["interactivity"]["request_url"] == "https://earshot.example/slack/events"
    with pytest.raises(ConfigError, match="https only"):
        slack_manifest(Settings(), http=True, short=None)


def test_only_an_https_address_is_registered_to_go_back_to() -> None:
    at_home = slack_manifest(Settings(), http=False, short=None)
    assert "redirect_urls" not in at_home["oauth_config"]
    public = slack_manifest(PUBLIC, http=False, short=None)
    assert public["oauth_config"]["redirect_urls"] == ["https://earshot.example/slack/oauth_redirect"]


@pytest.mark.parametrize(
    ("short", "commands"),
    [
        (None, ["/earshot", *(f"/{it}" for it in SHORT)]),
        ([], ["/earshot"]),
        (["top"], ["/earshot", "/top"]),
    ],
)
def test_the_short_commands_are_the_operators_choice(short: list[str] | None, commands: list[str]) -> None:
    made = slack_manifest(Settings(), http=False, short=short)
    assert [it["command"] for it in made["features"]["slash_commands"]] == commands


def test_a_short_command_that_there_is_not() -> None:
    with pytest.raises(ConfigError, match="--short: There is no command /fly"):
        slack_manifest(Settings(), http=False, short=["fly"])
