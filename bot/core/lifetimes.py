"""How long a link to Spotify lives, what its member is told when, and when it goes with all that was read.

Spotify ends a grant six months after the member's yes, however often it is refreshed. One that it refuses earlier was
taken back by the member there; what its terms say then is five days. What is due follows from instants and from what
was said last, so it does not matter when, or how often, somebody asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.model import LinkState

DAY_MS = 86_400_000
GRANT_MS = 180 * DAY_MS  # six months are at least 181 days
SOON_MS = 150 * DAY_MS
SOONER_MS = 170 * DAY_MS
KEPT_MS = 30 * DAY_MS  # after the six months
LAST_MS = 7 * DAY_MS  # before the end of these
TAKEN_BACK_MS = 4 * DAY_MS


class Said(StrEnum):
    """What a member can be told, in the order in which it comes."""

    NOTHING = ""
    SOON = "soon"
    SOONER = "sooner"
    OVER = "over"
    LAST = "last"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Life:
    """A link with a grant of `authorized_at_ms`, refused at `ended_ms` (0: not yet); what was said of it last."""

    authorized_at_ms: int
    state: LinkState
    ended_ms: int
    said: Said


@dataclass(frozen=True, slots=True)
class Due:
    """What to do: say this (`NOTHING`: nothing), or delete the link; and when to ask again.

    `until_ms` is what the words are about: when the grant ends, or when the link is deleted.
    """

    say: Said
    delete: bool
    until_ms: int
    next_ms: int


def due(life: Life, now_ms: int) -> Due:
    """What is due now. Nothing is said twice, and of what was missed only the last."""
    steps = _steps(life)
    gone_ms = deleted_ms(life)
    delete = gone_ms is not None and gone_ms <= now_ms
    reached = [said for at_ms, said in steps if at_ms <= now_ms]
    say = reached[-1] if reached and not delete and _later(reached[-1], life.said) else Said.NOTHING
    ahead = [
        *(at_ms for at_ms, _ in steps),
        life.authorized_at_ms + GRANT_MS,
        *([gone_ms] if gone_ms else []),
    ]
    return Due(
        say=say,
        delete=delete,
        until_ms=life.authorized_at_ms + GRANT_MS if gone_ms is None else gone_ms,
        next_ms=min((at_ms for at_ms in ahead if at_ms > now_ms), default=now_ms + DAY_MS),
    )


def deleted_ms(life: Life) -> int | None:
    """When the link is deleted unless it is renewed; None while it works."""
    if life.state is LinkState.ACTIVE:
        return None
    return life.ended_ms + TAKEN_BACK_MS if _taken_back(life) else _over_ms(life) + KEPT_MS


def _steps(life: Life) -> Sequence[tuple[int, Said]]:
    """When what is to be said, in order."""
    if life.state is LinkState.ACTIVE:
        return [
            (life.authorized_at_ms + SOON_MS, Said.SOON),
            (life.authorized_at_ms + SOONER_MS, Said.SOONER),
        ]
    if _taken_back(life):
        return [(life.ended_ms, Said.TAKEN_BACK)]
    over_ms = _over_ms(life)
    return [(over_ms, Said.OVER), (over_ms + KEPT_MS - LAST_MS, Said.LAST)]


def _taken_back(life: Life) -> bool:
    return bool(life.ended_ms) and life.ended_ms < life.authorized_at_ms + GRANT_MS


def _over_ms(life: Life) -> int:
    """When the six months were over: as Spotify said, or, where nobody asks it any more, as the calendar does."""
    return max(life.ended_ms, life.authorized_at_ms + GRANT_MS)


def _later(one: Said, other: Said) -> bool:
    order = list(Said)
    return order.index(one) > order.index(other)
