"""Whether a request is one that Discord takes: its published description, and what that does not say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.twins.discord.check_commands import tree_problems
from tests.twins.discord.check_messages import message_problems
from tests.twins.discord.check_modals import modal_problems
from tests.twins.discord.description import description
from tests.twins.discord.interactions import MESSAGE, MODAL, UPDATE
from tests.twins.discord.problems import Problem
from tests.twins.traffic import Request

NEW_MESSAGES = ("/channels/{channel_id}/messages", "/webhooks/{webhook_id}/{webhook_token}")
COMMANDS = (
    "/applications/{application_id}/commands",
    "/applications/{application_id}/guilds/{guild_id}/commands",
)


def violations(request: Request) -> list[str]:
    """What Discord would refuse in a request that was written down; empty if nothing.

    Of an edited message nothing is known but the edit: that it keeps a flag or a file is then believed.
    """
    files = {int(it["id"]): str(it["name"]) for it in request.files}
    found = problems(request.method, request.route, request.query, request.body, files)
    return [f"{request.method} {request.route}: {problem}" for problem in found]


def problems(
    method: str,
    route: str,
    query: Mapping[str, str],
    body: Any,
    files: Mapping[int, str],
    before: Mapping[str, Any] | None = None,
) -> list[Problem]:
    """The same, with what is known of the message that is edited (`Message.kept`).

    Our own checks take the shape for granted, so they come in where the description has nothing to say.
    """
    published = description()
    found = [] if published is None else list(published.request_problems(method, route, query, body))
    return found or own_problems(method, route, body, files, before)


def own_problems(
    method: str, route: str, body: Any, files: Mapping[int, str], before: Mapping[str, Any] | None = None
) -> list[Problem]:
    """What is wrong by our own checks alone."""
    if method == "PUT" and route in COMMANDS:
        return list(tree_problems(body))
    if not isinstance(body, dict):
        return []
    if route.endswith("/callback"):
        return _callback(body, files, before)
    if method == "POST" and route in NEW_MESSAGES:
        return list(message_problems(body, files, None, new=True))
    if method == "PATCH" and "/messages/" in route:
        return list(message_problems(body, files, before, new=False))
    return []


def _callback(body: Any, files: Mapping[int, str], before: Mapping[str, Any] | None) -> list[Problem]:
    data = body.get("data") or {}
    if body.get("type") == MODAL:
        found = list(modal_problems(data))
    elif body.get("type") == MESSAGE:
        found = list(message_problems(data, files, None, new=True))
    elif body.get("type") == UPDATE:
        found = list(message_problems(data, files, before, new=False))
    else:
        found = []
    return [problem.under("data") for problem in found]
