"""Times as members type them: `2026-11-24 23:00` or `24.11.2026`, read on their own clock."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.core.calendar import DAY_MS, FIRST_YEAR, LAST_YEAR, at_local, local_time, segments
from bot.core.model import Span
from bot.errors import BadOption
from bot.text import t

_CLOCK = r"(?:[T ,]+(?P<hour>\d{1,2})[:.](?P<minute>\d{2}))?"
_READINGS = (
    re.compile(rf"(?P<year>\d{{4}})[-/](?P<month>\d{{1,2}})[-/](?P<day>\d{{1,2}}){_CLOCK}", re.ASCII),
    re.compile(rf"(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.\s?(?P<year>\d{{4}}){_CLOCK}", re.ASCII),
)


def span_between(since: str, until: str, zone: str) -> Span:
    """From the first time to the second, both as typed; a day without a clock time is that whole day.

    An hour that comes twice, where clocks are put back, is in it both times. Raises `BadOption`, which names `since`
    or `until`, for words that are no time and for an end that is not after its beginning.
    """
    span = Span(_instant(since, zone, "since"), _instant(until, zone, "until"))
    if span.end_ms <= span.start_ms:
        raise BadOption(t("“{until}” is not after “{since}”.", until=until[:50], since=since[:50]), "until")
    return span


def typed(at_ms: int, zone: str) -> str:
    """An instant as it would be typed, to the minute: `2026-11-24 23:00`."""
    return f"{local_time(at_ms, zone):%Y-%m-%d %H:%M}"


def _instant(words: str, zone: str, name: str) -> int:
    found = next((it for it in (one.fullmatch(words.strip()) for one in _READINGS) if it), None)
    if found is None:
        raise _unread(words, name)
    year, month, day = (int(found[part]) for part in ("year", "month", "day"))
    hour, minute = int(found["hour"] or 0), int(found["minute"] or 0)
    if not FIRST_YEAR <= year <= LAST_YEAR or hour > 23 or minute > 59:
        raise _unread(words, name)
    try:
        on = date(year, month, day)
    except ValueError:
        raise _unread(words, name) from None
    if name == "since":
        return at_local(on, hour, minute, zone)
    if found["hour"] is None:
        on += timedelta(days=1)
    return _last_at_local(on, hour, minute, zone)


def _last_at_local(day: date, hour: int, minute: int, zone: str) -> int:
    """As `at_local`, but of a time that comes twice the second."""
    first_ms = at_local(day, hour, minute, zone)
    now, *later = segments(zone, first_ms, first_ms + DAY_MS)
    if later:
        again_ms = first_ms + now.offset_ms - later[0].offset_ms
        if again_ms >= later[0].start_ms:
            return again_ms
    return first_ms


def _unread(words: str, name: str) -> BadOption:
    return BadOption(
        t(
            "I cannot read “{words}” as a time. Write it like 2026-11-24 23:00, or a whole day like 2026-11-24.",
            words=words[:50],
        ),
        name,
    )
