"""How much of a period is vouched for, what of it is missing and why, and which source counts when."""

from __future__ import annotations

from collections.abc import Sequence

from bot.core.calendar import HOUR_MS
from bot.core.model import Gap, Listening, Origin, Period, Span
from bot.core.precedence import intersect, subtract, union
from bot.core.recap.model import Coverage


def coverage(it: Listening, period: Period, now_ms: int | None = None) -> Coverage:
    """What the member's sources vouch for. `now_ms` is only needed while the period goes on (None: it is over).

    What came since the last look is not missing yet, if that was within the hour.
    """
    gaps = union(Span(gap.start_ms, gap.end_ms) for gap in it.gaps)
    vouched = subtract(union(it.covered), gaps)
    until_ms = period.end_ms if now_ms is None else max(period.start_ms, min(now_ms, period.end_ms))
    last_ms = vouched[-1].end_ms if vouched else period.start_ms
    if until_ms < period.end_ms and last_ms < until_ms < last_ms + HOUR_MS:
        until_ms = last_ms
    whole = [Span(period.start_ms, until_ms)] if period.start_ms < until_ms else []
    missing = subtract(whole, vouched)
    whole_ms = total_ms(whole)
    return Coverage(
        member=it.member,
        complete=1 - total_ms(missing) / whole_ms if whole_ms else 1.0,
        covered=tuple(it.covered),
        gaps=tuple(it.gaps),
        sources=tuple(sorted(it.sources.items())),
        missing=tuple(Gap(*span, _cause(span, it.gaps)) for span in missing),
        until_ms=until_ms,
    )


def vouching(it: Listening, told: Coverage) -> tuple[Origin, ...]:
    """Which source counts when, where one vouches for that time."""
    missing = [Span(gap.start_ms, gap.end_ms) for gap in told.missing]
    return tuple(
        Origin(*span, origin.source)
        for origin in it.origins
        for span in subtract(
            intersect([Span(origin.start_ms, origin.end_ms)], [Span(origin.start_ms, told.until_ms)]), missing
        )
    )


def total_ms(spans: Sequence[Span] | Sequence[Gap] | Sequence[Origin]) -> int:
    """The length of disjoint spans together."""
    return sum(span.end_ms - span.start_ms for span in spans)


def _cause(missing: Span, gaps: Sequence[Gap]) -> str:
    """Why most of it is missing, "" where no source says so."""
    known = [
        (min(gap.end_ms, missing.end_ms) - max(gap.start_ms, missing.start_ms), gap.cause) for gap in gaps
    ]
    longest_ms, cause = max(known, default=(0, ""))
    return cause if longest_ms > 0 else ""
