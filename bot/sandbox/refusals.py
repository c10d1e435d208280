"""How the practice Spotify says no: the statuses and bodies of the Web API and of the token endpoint."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web


class Refusal(Exception):
    """An answer of the Web API that is not a success: `{"error": {"status", "message", "reason"?}}`."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        reason: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.reason = reason
        self.headers = dict(headers or {})

    def response(self) -> web.Response:
        error: dict[str, object] = {"status": self.status, "message": self.message}
        if self.reason is not None:
            error["reason"] = self.reason
        return web.json_response({"error": error}, status=self.status, headers=self.headers)


class BareRefusal(Refusal):
    """The same without JSON: removed operations and people without a seat are answered in plain text."""

    def response(self) -> web.Response:
        return web.Response(status=self.status, text=self.message, headers=self.headers)


class TokenRefusal(Exception):
    """An answer of the token endpoint that is not a token (RFC 6749 section 5.2)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description

    def response(self) -> web.Response:
        return web.json_response({"error": self.error, "error_description": self.description}, status=400)


def not_found() -> Refusal:
    """The id has the right shape or not; either way nothing is there."""
    return Refusal(404, "Resource not found")


def forbidden() -> BareRefusal:
    """What an operation answers that dev-mode apps lost in February 2026."""
    return BareRefusal(403, "Forbidden")
