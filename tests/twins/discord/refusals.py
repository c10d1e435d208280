"""How Discord says no: a status, a code, a message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.twins.discord.problems import Problem, as_errors


class Refusal(Exception):
    """An error answer. `extra` goes into the body, `headers` beside it; `problems` are faults of the caller."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        problems: Iterable[Problem] = (),
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.headers = dict(headers or {})
        self.problems = tuple(problems)
        self.body = {"message": message, "code": code, **(extra or {})}


def unauthorized() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized")


def not_found() -> Refusal:
    return Refusal(404, 0, "404: Not Found")


def unknown(what: str) -> Refusal:
    """404 for a channel, message, … that is not there."""
    codes = {
        "Channel": 10003,
        "Guild": 10004,
        "Member": 10007,
        "Message": 10008,
        "User": 10013,
        "Webhook": 10015,
        "interaction": 10062,
    }
    return Refusal(404, codes[what], f"Unknown {what}")


def missing_access() -> Refusal:
    return Refusal(403, 50001, "Missing Access")


def missing_permissions() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions")


def cannot_send_to_user() -> Refusal:
    return Refusal(403, 50007, "Cannot send messages to this user")


def not_your_message() -> Refusal:
    return Refusal(403, 50005, "Cannot edit a message authored by another user")


def invalid_token() -> Refusal:
    return Refusal(401, 50027, "Invalid Webhook Token")


def already_acknowledged() -> Refusal:
    return Refusal(400, 40060, "Interaction has already been acknowledged.")


def too_many_followups() -> Refusal:
    return Refusal(400, 40094, "This interaction has hit the maximum number of follow up messages")


def too_large() -> Refusal:
    return Refusal(413, 40005, "Request entity too large")


def invalid_json() -> Refusal:
    says = "The request body contains invalid JSON."
    return Refusal(400, 50109, says, problems=[Problem((), says)])


def invalid_form(*problems: Problem) -> Refusal:
    return Refusal(400, 50035, "Invalid Form Body", extra={"errors": as_errors(problems)}, problems=problems)


def unknown_reference() -> Refusal:
    """A reply to a message that is gone. Nobody's fault, so it has no `problems`."""
    gone = Problem(("message_reference",), "Unknown message")
    return Refusal(400, 50035, "Invalid Form Body", extra={"errors": as_errors([gone])})


def cannot_reply() -> Refusal:
    return Refusal(403, 160002, "Cannot reply without permission to read message history")


def rate_limited(retry_after: float, *, everywhere: bool = False, via: bool = True) -> Refusal:
    """Without `via` it looks as if Cloudflare had banned the caller, to discord.py at least."""
    headers = {
        "Retry-After": str(max(1, round(retry_after))),
        "X-RateLimit-Scope": "global" if everywhere else "user",
    }
    if everywhere:
        headers["X-RateLimit-Global"] = "true"
    if via:
        headers["Via"] = "1.1 google"
    extra = {"retry_after": round(retry_after, 3), "global": everywhere}
    return Refusal(429, 0, "You are being rate limited.", extra=extra, headers=headers)
