"""The inks of the J-card and how members are told apart: an ink and a pattern each, stable by member id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.model import MemberId

PAPER = "#F3EBDD"
INK = "#1D1B3A"
WHITE = "#FFFFFF"
TOMATO = "#CF3A1F"
MARIGOLD = "#F0A81C"
TEAL = "#196C7C"
LILAC = "#A797D8"

TOKENS = {
    "paper": PAPER, "ink": INK, "white": WHITE, "tomato": TOMATO, "marigold": MARIGOLD, "teal": TEAL, "lilac": LILAC,
}  # fmt: skip

READ_ON = (
    ("ink", "paper"),
    ("paper", "ink"),
    ("white", "tomato"),
    ("white", "teal"),
    ("ink", "marigold"),
    ("ink", "lilac"),
)
"""Every pair (letters, ground) that the card sets text in: each has a contrast of 4.5 or more."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a member's marks are printed: `ink` with `pattern` (solid, stripes, dots, bars) in the colour `on`."""

    ink: str
    on: str
    pattern: str


_SPOTS = (("tomato", "white"), ("marigold", "ink"), ("teal", "white"), ("lilac", "ink"))
LOOKS = tuple(
    Look(ink, on, pattern) for pattern in ("solid", "stripes", "dots", "bars") for ink, on in _SPOTS
)
REST = len(LOOKS)
"""The look of everybody who is not named on a card, taken together: plain paper."""


def looks_by_member(members: Iterable[MemberId]) -> dict[MemberId, int]:
    """Which of `LOOKS` each member prints in, by order of id; from the seventeenth on they come round again."""
    return {member: index % len(LOOKS) for index, member in enumerate(sorted(members))}


def contrast(first: str, second: str) -> float:
    """The contrast of two `#RRGGBB` colours, 1 to 21 (WCAG 2.2, relative luminance of sRGB)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
