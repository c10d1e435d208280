"""What went wrong at Spotify, from the HTTP answer itself, as one of our errors with a sentence.

spotipy raises `SpotifyException`, `SpotifyOauthError` or (when an error body is not what it expects)
`AttributeError`, each while handling the `HTTPError` that holds the answer; so the answer is the one thing to read.
"""

from __future__ import annotations

import re

import requests

from bot.errors import (
    LinkExpired,
    NotAllowlisted,
    QuotaExceeded,
    RateLimited,
    Refused,
    ServiceError,
    TokenRejected,
    Unavailable,
)
from bot.text import t

RATE_PAUSE_S = 30.0
QUOTA_PAUSE_S = 3600.0
LONGEST_PAUSE_S = 3 * 86_400.0

_NOT_REGISTERED = re.compile(r"not (be )?registered", re.IGNORECASE)
_OWNER_NEEDS_PREMIUM = re.compile(r"premium subscription required for the owner", re.IGNORECASE)
_SCOPE = re.compile(r"insufficient client scope", re.IGNORECASE)


def service_error(error: Exception) -> ServiceError:
    """Our error for whatever spotipy, requests or a body that makes no sense raised."""
    if isinstance(error, ServiceError):
        return error
    answer = _answer(error)
    if answer is not None:
        return _refusal(answer)
    if isinstance(error, requests.exceptions.Timeout):
        return Unavailable(t("Spotify did not answer in time. Please try again in a few minutes."))
    if isinstance(error, requests.exceptions.ContentDecodingError):
        return nonsense()
    if isinstance(error, requests.exceptions.RequestException):
        return Unavailable(t("Spotify cannot be reached at the moment. Please try again in a few minutes."))
    return nonsense()


def nonsense() -> Unavailable:
    """For an answer that is not what Spotify's description promises."""
    return Unavailable(t("Spotify answered something I cannot read. Please try again in a few minutes."))


def worth_a_second_try(error: Exception) -> bool:
    """Whether asking once more may help: timeouts, broken connections and 5xx."""
    answer = _answer(error)
    if answer is not None:
        return answer.status_code >= 500
    return isinstance(error, requests.exceptions.Timeout | requests.exceptions.ConnectionError)


def _answer(error: Exception) -> requests.Response | None:
    if isinstance(error, requests.exceptions.HTTPError):
        return error.response
    handled = error.__context__
    return handled.response if isinstance(handled, requests.exceptions.HTTPError) else None


def _refusal(answer: requests.Response) -> ServiceError:
    status = answer.status_code
    word, said = _said(answer)
    if word == "invalid_grant":
        return LinkExpired(
            t("Spotify no longer accepts this link: it was removed there, or its six months are over.")
        )
    if word in {"invalid_client", "unauthorized_client"}:
        return Refused(
            t(
                "Spotify does not accept this app's client ID or secret. Whoever runs me has to check them in "
                "Spotify's developer dashboard."
            )
        )
    if status == 401:
        return TokenRejected(t("Spotify did not accept the access token. Please try again."))
    if status == 429:
        return _too_many(answer, word)
    if status == 403:
        return _forbidden(said)
    if status == 404:
        return Refused(t("Spotify does not have that (any more)."))
    if status >= 500:
        return Unavailable(
            t(
                "Spotify has trouble of its own (HTTP {status}). Please try again in a few minutes.",
                status=status,
            )
        )
    return Refused(t("Spotify did not take the request (HTTP {status}).", status=status))


def _said(answer: requests.Response) -> tuple[str, str]:
    """The machine-readable word of an error body (`QUOTA_EXCEEDED`, `invalid_grant`), and its sentence."""
    try:
        body = answer.json()
    except ValueError:
        return "", answer.text[:500]
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        return str(error.get("reason") or ""), str(error.get("message") or "")
    return str(error or ""), str(body)[:500]


def _too_many(answer: requests.Response, word: str) -> RateLimited:
    quota = word == "QUOTA_EXCEEDED"
    wait_s = _retry_after_s(answer.headers.get("Retry-After", ""), QUOTA_PAUSE_S if quota else RATE_PAUSE_S)
    if quota:
        return QuotaExceeded(
            t("The Spotify app's calls for the day are used up. I will go on as soon as Spotify allows it."),
            wait_s,
        )
    return RateLimited(t("Spotify asked me to slow down. Please try again in a minute."), wait_s)


def _retry_after_s(header: str, otherwise: float) -> float:
    digits = header.strip()
    if not (digits.isascii() and digits.isdigit()):
        return otherwise
    return min(max(float(digits), 1.0), LONGEST_PAUSE_S)


def _forbidden(said: str) -> ServiceError:
    if _NOT_REGISTERED.search(said):
        return NotAllowlisted(
            t(
                "Spotify lets this app in only with people on its list, and you are not on it yet. Ask the host to "
                "add your Spotify e-mail in the dashboard: developer.spotify.com/dashboard → the app → Settings → "
                "User Management. Then use /link again."
            )
        )
    if _OWNER_NEEDS_PREMIUM.search(said):
        return Refused(
            t(
                "Spotify has paused this app, because the account of its owner has no Premium any more. "
                "Whoever runs me can change that."
            )
        )
    if _SCOPE.search(said):
        return Refused(t("That needs a permission you have not given Spotify yet. Use /link to give it."))
    return Refused(t("Spotify does not allow that for this account or this app."))
