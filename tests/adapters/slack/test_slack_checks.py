"""What doctor finds out about the app at Slack: by the looks of its tokens, and by asking a Slack on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from bot.adapters.slack.checks import app_findings, setting_findings
from bot.adapters.slack.manifest import SCOPES
from bot.config import Slack
from bot.core.findings import Finding, Level
from tests.twins.slack import SlackTwin, slack_twin

WELL = Slack(bot_token="xoxb-1-2-abc", app_token="xapp-1-A0-2-abc")
PUBLIC = "https://earshot.example"
LOOPBACK = "http://127.0.0.1:8888"


def said(found: Sequence[Finding], level: Level) -> str:
    """What was found of one level, in one text with what to do."""
    return "\n".join(f"{it.about}: {it.said} → {it.do}" for it in found if it.level is level)


@pytest.fixture
async def slack() -> AsyncIterator[SlackTwin]:
    async with slack_twin(scopes=SCOPES) as twin:
        twin.team("Work")
        yield twin


def settings_of(twin: SlackTwin) -> Slack:
    return Slack(bot_token=twin.bot_token, app_token=twin.app_token, api_url=twin.api_url)


def test_tokens_that_look_right() -> None:
    assert {it.level for it in setting_findings(WELL, LOOPBACK)} == {Level.OK}
    rotated = replace(WELL, bot_token="xoxe.xoxb-1-abc")
    assert {it.level for it in setting_findings(rotated, LOOPBACK)} == {Level.OK}


@pytest.mark.parametrize(
    ("slack", "why"),
    [
        (Slack(bot_token="xapp-1", app_token="xoxb-1"), "[slack] bot_token: is an app-level token"),
        (Slack(bot_token="xapp-1", app_token="xoxb-1"), "[slack] app_token: is a bot token"),
        (replace(WELL, bot_token="xoxp-1-2"), "is a user token"),
        (replace(WELL, bot_token="xoxb-your-token"), "text of an example"),
        (replace(WELL, app_token="xapp-…"), "text of an example"),
        (replace(WELL, app_token="abc"), "[slack] app_token: does not look like one"),
        (replace(WELL, signing_secret="xoxb-1"), "[slack] signing_secret: is a bot token"),
    ],
)
def test_tokens_that_do_not(slack: Slack, why: str) -> None:
    found = setting_findings(slack, LOOPBACK)
    assert why in said(found, Level.PROBLEM)
    assert all("api.slack.com/apps" in it.do for it in found if it.level is Level.PROBLEM)


def test_slack_has_to_reach_us_over_http() -> None:
    over_http = Slack(bot_token="xoxb-1", signing_secret="0" * 32)
    assert "nothing that Slack can reach" in said(setting_findings(over_http, LOOPBACK), Level.PROBLEM)
    assert said(setting_findings(over_http, PUBLIC), Level.PROBLEM) == ""


def test_a_workspace_has_to_reach_the_page_it_installs_from() -> None:
    several = Slack(app_token="xapp-1", client_id="1.2", client_secret="s")
    assert "can install from" in said(setting_findings(several, LOOPBACK), Level.PROBLEM)
    found = setting_findings(several, f"{PUBLIC}/")
    assert f"{PUBLIC}/slack/install" in said(found, Level.OK)


async def test_all_is_well(slack: SlackTwin) -> None:
    found = await app_findings(settings_of(slack))
    assert {it.level for it in found} == {Level.OK}
    fine = said(found, Level.OK)
    assert "in Work" in fine
    assert "all 11 that it needs, and no more" in fine
    assert "Slack gives a connection" in fine
    assert "Slack cards: Slack takes them" in fine
    assert slack.violations == []


async def test_a_token_that_was_revoked_hides_nothing_else(slack: SlackTwin) -> None:
    settings = settings_of(slack)
    slack.revoke(slack.team("Work"))
    found = await app_findings(settings)
    problems = said(found, Level.PROBLEM)
    assert "[slack] bot_token: Slack does not take it" in problems
    assert "OAuth & Permissions" in problems
    assert "Slack gives a connection" in said(found, Level.OK)


async def test_an_app_token_of_another_app(slack: SlackTwin) -> None:
    found = await app_findings(replace(settings_of(slack), app_token="xapp-1-other"))
    assert "[slack] app_token: Slack does not take it (invalid_auth)" in said(found, Level.PROBLEM)
    assert "the token is good" in said(found, Level.OK)


async def test_scopes_that_are_missing_or_too_many() -> None:
    scopes = [it for it in SCOPES if it != "files:write"]
    async with slack_twin(scopes=[*scopes, "channels:history"]) as twin:
        twin.team("Work")
        found = await app_findings(settings_of(twin))
    assert "files:write (the picture of the mini-Wrapped)" in said(found, Level.PROBLEM)
    assert "Reinstall" in said(found, Level.PROBLEM)
    assert "more was given than Earshot needs: channels:history" in said(found, Level.WARNING)


async def test_a_card_that_slack_would_not_take(slack: SlackTwin) -> None:
    slack.fail("blocks.validate", error="invalid_blocks")
    found = await app_findings(settings_of(slack))
    assert "would not take one: invalid_blocks" in said(found, Level.PROBLEM)


async def test_a_slack_that_cannot_judge_cards_yet(slack: SlackTwin) -> None:
    slack.fail("blocks.validate", error="unknown_method")
    found = await app_findings(settings_of(slack))
    assert {it.level for it in found} == {Level.OK}
    assert "Slack cards" not in said(found, Level.OK)


@pytest.mark.parametrize("outage", ["status", "ratelimited"])
async def test_a_slack_that_has_trouble(slack: SlackTwin, outage: str) -> None:
    if outage == "status":
        slack.fail("auth.test", status=503)
    else:
        slack.fail("auth.test", error="ratelimited", retry_after=3)
    found = await app_findings(settings_of(slack))
    [problem] = [it for it in found if it.level is Level.PROBLEM]
    assert problem.outside
    assert "slack-status.com" in problem.do
    assert "Slack gives a connection" in said(found, Level.OK)


async def test_a_slack_that_is_not_there() -> None:
    found = await app_findings(replace(WELL, api_url="http://127.0.0.1:9/api/"))
    assert [it.outside for it in found] == [True, True]
    assert "xoxb" not in said(found, Level.PROBLEM)


async def test_what_is_no_token_is_shown_to_nobody(slack: SlackTwin) -> None:
    settings = replace(settings_of(slack), bot_token="xoxb-your-token here", app_token="xoxb-1")
    assert await app_findings(settings) == []
    assert list(slack.traffic) == []
