"""`earshot invite` and `earshot manifest`: how Earshot comes into a server or a workspace. Nothing is opened."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from typing import Any

import cogs
from bot.adapters.discord.invite import NAMES, application_id, person_url, server_url
from bot.adapters.slack.manifest import manifest
from bot.chat import Cog
from bot.chat.features import Features
from bot.config import Settings
from bot.errors import ConfigError, NotFound


def invitation(settings: Settings, application: str) -> dict[str, Any]:
    """Discord's pages to add Earshot to a server or to oneself, and what it asks for there.

    Without an `application` id it is the token's. Raises `ConfigError` where neither is there.
    """
    application = application or application_id(settings.discord.token)
    if not application.isdecimal():
        raise ConfigError(
            [
                "Which application? Set [discord] token, or give --application ID "
                "(Discord's developer portal → your app → General Information → Application ID)."
            ]
        )
    return {
        "application": application,
        "server": server_url(application),
        "person": person_url(application),
        "permissions": list(NAMES),
    }


def invitation_in_words(told: dict[str, Any]) -> str:
    """The same for a person, and where Slack's way in is."""
    return (
        f"Add Earshot to a Discord server that you manage:\n  {told['server']}\n"
        f"Take its commands along for yourself, into every chat:\n  {told['person']}\n"
        f"It asks for: {', '.join(it.replace('_', ' ') for it in told['permissions'])}.\n\n"
        "Slack has no such page: paste what `earshot manifest slack` prints at api.slack.com/apps → Create New App →\n"
        "From a manifest (docs/install-slack.md)."
    )


def slack_manifest(settings: Settings, *, http: bool, short: Sequence[str] | None) -> dict[str, Any]:
    """The manifest of the Slack app. `short` are commands with a slash of their own; None: the usual ones.

    Raises `ConfigError` for one that there is not, and for an address that Slack sends nothing to.
    """
    if http and not settings.web.public_url.startswith("https://"):
        raise ConfigError(
            ["--http: Slack sends its requests to https only. Set [web] public_url to such an address."]
        )
    chosen = {} if short is None else {"short": short}
    try:
        return manifest(
            declared(), settings.web.public_url, not http, history=settings.slack.history, **chosen
        )
    except NotFound as error:
        raise ConfigError([f"--short: {error.text}"]) from error


def declared() -> Features:
    """What the features declare, one file a feature, without what they need to run."""
    modules = [importlib.import_module(f"cogs.{it.name}") for it in pkgutil.iter_modules(cogs.__path__)]
    kinds = [kind for module in modules for kind in vars(module).values() if _is_ours(kind, module.__name__)]
    return Features([kind.__new__(kind) for kind in kinds])


def _is_ours(kind: object, module: str) -> bool:
    return isinstance(kind, type) and issubclass(kind, Cog) and kind.__module__ == module
