"""How often an app may call: a rolling 30-second window per client id, 24 hours per developer account."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from bot.sandbox.behaviour import DAY_S, App, Behaviour
from bot.sandbox.refusals import Refusal

RATE_WINDOW_S = 30
QUOTA_EXCEEDED = "QUOTA_EXCEEDED"


def too_many(retry_after_s: int | None, *, quota: bool) -> Refusal:
    """The 429; since July 2026 the body tells the daily quota from the rate. The header may be missing."""
    headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
    return Refusal(429, "Too many requests", reason=QUOTA_EXCEEDED if quota else None, headers=headers)


class Limits:
    """Counts calls and refuses those past the limit; a refused call is not counted."""

    def __init__(self, behaviour: Behaviour, now_ms: Callable[[], int], saved: Mapping[str, Any]) -> None:
        self._behaviour = behaviour
        self._now_ms = now_ms
        self._rate: dict[str, deque[int]] = {}
        self._quota = {developer: deque(times) for developer, times in saved.get("quota", {}).items()}

    def snapshot(self) -> dict[str, Any]:
        """What `saved` takes: the quota outlives a restart, half a minute need not."""
        return {"quota": {developer: list(times) for developer, times in self._quota.items()}}

    def used(self) -> dict[str, int]:
        """Calls in the last 24 hours by developer account."""
        now = self._now_ms()
        return {name: len(_trimmed(times, now - DAY_S * 1000)) for name, times in self._quota.items()}

    def count(self, app: App) -> None:
        """Counts one call of the app. Raises the 429 whose Retry-After says when the window has room."""
        now = self._now_ms()
        rate = _trimmed(self._rate.setdefault(app.client_id, deque()), now - RATE_WINDOW_S * 1000)
        quota = _trimmed(self._quota.setdefault(app.developer, deque()), now - DAY_S * 1000)
        if len(quota) >= self._behaviour.quota:
            raise too_many(_until(quota, now, DAY_S), quota=True)
        if len(rate) >= self._behaviour.rate:
            raise too_many(_until(rate, now, RATE_WINDOW_S), quota=False)
        rate.append(now)
        quota.append(now)


def _trimmed(times: deque[int], oldest_ms: int) -> deque[int]:
    while times and times[0] <= oldest_ms:
        times.popleft()
    return times


def _until(times: deque[int], now_ms: int, window_s: int) -> int:
    oldest = times[0] if times else now_ms
    return max(1, ceil((oldest + window_s * 1000 - now_ms) / 1000))
