"""The inks on light and dark paper, and how members are told apart: an ink and a pattern for each place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.pictures import Theme

_INK, _PAPER, _WHITE = "#1D1B3A", "#F3EBDD", "#FFFFFF"

TOKENS: Mapping[Theme, Mapping[str, str]] = {
    Theme.LIGHT: {
        "paper": _PAPER, "ink": _INK, "spine": _INK, "on_spine": _PAPER,
        "flood": "#196C7C", "on_flood": _PAPER, "shadow": _INK, "land": "#DFD3BD", "on_land": _INK,
        "tomato": "#CF3A1F", "on_tomato": _WHITE, "marigold": "#F0A81C", "on_marigold": _INK,
        "teal": "#196C7C", "on_teal": _WHITE, "lilac": "#A797D8", "on_lilac": _INK,
    },
    Theme.DARK: {
        "paper": "#16142C", "ink": _PAPER, "spine": "#2B2850", "on_spine": _PAPER,
        "flood": "#0F3F49", "on_flood": _PAPER, "shadow": "#F2684B", "land": "#2B2850", "on_land": _PAPER,
        "tomato": "#F2684B", "on_tomato": _INK, "marigold": "#F0A81C", "on_marigold": _INK,
        "teal": "#3FA9BC", "on_teal": _INK, "lilac": "#B9ABE6", "on_lilac": _INK,
    },
}  # fmt: skip
"""The colours by what they are for; `on_x` is for letters on x. On dark paper the same spots are lighter."""

READ_ON = (
    ("ink", "paper"), ("on_spine", "spine"), ("on_flood", "flood"), ("on_tomato", "tomato"),
    ("on_marigold", "marigold"), ("on_teal", "teal"), ("on_lilac", "lilac"), ("on_land", "land"),
)  # fmt: skip
"""Every pair (letters, ground) that text is set in, beside `SHADES`: each has a contrast of 4.5 or more."""

SHADES: Mapping[Theme, tuple[tuple[str, str], ...]] = {
    Theme.LIGHT: (
        ("#E6E1D5", _INK), ("#C9D1C8", _INK), ("#9CB8B6", _INK), ("#709FA3", _INK), ("#196C7C", _WHITE),
    ),
    Theme.DARK: (
        ("#1C2440", _PAPER), ("#213850", _PAPER), ("#275166", _PAPER), ("#2D657B", _PAPER), ("#3FA9BC", _INK),
    ),
}  # fmt: skip
"""(ground, letters) for how alike two members are, against the most alike: a fifth each."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a member's marks are printed: the token `ink`, and a `pattern` (solid, stripes, dots, bars) over it."""

    ink: str
    pattern: str


LOOKS = tuple(
    Look(ink, pattern)
    for pattern in ("solid", "stripes", "dots", "bars")
    for ink in ("tomato", "marigold", "teal", "lilac")
)
"""By a member's place in the group; from the seventeenth on they come round again."""
REST = len(LOOKS)
"""The look of everybody who is not named on a card, taken together: plain paper."""


def contrast(first: str, second: str) -> float:
    """The contrast of two `#RRGGBB` colours, 1 to 21 (WCAG 2.2, relative luminance of sRGB)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
