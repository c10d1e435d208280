"""Rate limits as Discord tells them: a bucket per route and main id, headers on every answer, 429 when it is empty."""

from __future__ import annotations

import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from tests.twins.discord import refusals

GENEROUS = (10_000, 1.0)
STRICT = {
    ("POST", "/channels/{channel_id}/messages"): (5, 5.0),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): (5, 5.0),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}"): (5, 1.0),
    ("POST", "/webhooks/{webhook_id}/{webhook_token}"): (5, 2.0),
    ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original"): (5, 2.0),
}
STRICT_OTHERWISE = (50, 1.0)
MAIN_IDS = ("channel_id", "guild_id", "webhook_id", "webhook_token")


@dataclass(slots=True)
class Bucket:
    """What is left of `most` in a window that ends at `until`."""

    most: int
    left: int
    until: float


class Limits:
    """Counts requests. Generous unless `strict`; then as real as is known."""

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self._buckets: dict[tuple[str, ...], Bucket] = {}

    def count(self, method: str, route: str, path: Mapping[str, str]) -> dict[str, str]:
        """The headers for the answer to this request. Raises Refusal (429) when the bucket is empty."""
        most, window = STRICT.get((method, route), STRICT_OTHERWISE) if self.strict else GENEROUS
        key = (method, route, *(path[name] for name in MAIN_IDS if name in path))
        now = time.monotonic()
        bucket = self._buckets.get(key)
        if bucket is None or bucket.until <= now:
            bucket = self._buckets[key] = Bucket(most, most, now + window)
        waits = bucket.until - now
        if bucket.left == 0:
            refusal = refusals.rate_limited(waits)
            refusal.headers |= self._headers(method, route, bucket, waits)
            raise refusal
        bucket.left -= 1
        return self._headers(method, route, bucket, waits)

    def _headers(self, method: str, route: str, bucket: Bucket, waits: float) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(bucket.most),
            "X-RateLimit-Remaining": str(bucket.left),
            "X-RateLimit-Reset": f"{time.time() + waits:.3f}",
            "X-RateLimit-Reset-After": f"{waits:.3f}",
            "X-RateLimit-Bucket": f"{zlib.crc32(f'{method} {route}'.encode()):08x}",
        }
