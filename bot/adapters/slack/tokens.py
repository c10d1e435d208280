"""The two tokens of the configuration: which is which, where they are found, what Slack says of them at the start."""

from __future__ import annotations

from bot.adapters.slack.failures import DEAD, No, Silence, ours
from bot.errors import ConfigError, Unavailable
from bot.text import t

BOT_TOKEN = (
    "slack.bot_token",
    "The bot token starts with xoxb-; it is under OAuth & Permissions in the settings of the Slack app.",
)
APP_TOKEN = (
    "slack.app_token",
    "The app token starts with xapp-; it is under Basic Information, App-Level Tokens, in the settings of the Slack "
    "app, and needs connections:write.",
)
NOT_REACHED = t("Slack cannot be reached from here. Look at the network, then start me again.")

_KINDS = {
    "xoxb-": "a bot token",
    "xapp-": "an app token",
    "xoxp-": "a user's token",
    "xoxe": "a refresh token",
}
_NOT_OURS = DEAD | {"not_allowed_token_type", "missing_scope"}


def mixed_up(bot_token: str, app_token: str) -> list[str]:
    """What can be seen to be wrong with the tokens before Slack is asked, one sentence each."""
    problems = []
    if bot_token and not bot_token.startswith(("xoxb-", "xoxe.xoxb-")):
        problems.append(_problem(BOT_TOKEN, f"this is {_kind(bot_token)}."))
    if app_token and not app_token.startswith("xapp-"):
        problems.append(_problem(APP_TOKEN, f"this is {_kind(app_token)}."))
    return problems


def at_start(failure: No | Silence, token: tuple[str, str]) -> Exception:
    """What stops the start: a token that is no good, or a Slack that is not there."""
    if isinstance(failure, Silence):
        return Unavailable(NOT_REACHED)
    if failure.code in _NOT_OURS:
        return ConfigError([_problem(token, f"Slack does not take it ({failure.code}).")])
    return ours(failure)


def _problem(token: tuple[str, str], what: str) -> str:
    setting, where = token
    return f"{setting}: {what} {where}"


def _kind(token: str) -> str:
    return next(
        (words for start, words in _KINDS.items() if token.startswith(start)), "none that Slack makes"
    )
