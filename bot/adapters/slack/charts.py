"""Numbers to be compared: Slack's own bar chart where its limits allow, else lines."""

from __future__ import annotations

from collections.abc import Iterator

from bot.adapters.slack.words import JSON, rich, spoken, words_of
from bot.chat.cards import Bars
from bot.core.languages import Language
from bot.text import t

POINTS_MOST = 20
LABEL_MOST = 20
TITLE_MOST = 50
# The one series has to have a name; what is counted, the title says already.
_NAMELESS = "·"
_LINE_MOST = 200
_WIDEST = 12


def chart(bars: Bars) -> JSON | None:
    """A native bar chart; None where one cannot show it all."""
    title = spoken(bars.heading, TITLE_MOST)
    if not 1 <= len(bars.bars) <= POINTS_MOST or not title.strip():
        return None
    labels = _labels(bars)
    data = [{"label": label, "value": n} for label, (_, n) in zip(labels, bars.bars, strict=True)]
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {
            "type": "bar",
            "series": [{"name": _NAMELESS, "data": data}],
            "axis_config": {"categories": labels},
        },
    }


def chart_lines(bars: Bars, language: Language) -> Iterator[list[JSON]]:
    """The same as lines: a bar of characters, the number, the label."""
    most = max((n for _, n in bars.bars), default=0)
    for label, n in bars.bars:
        width = -(-n * _WIDEST // most) if most else 0
        bar = "▇" * width
        yield [
            words_of(f"{bar} {language.said(t('{n}', n=n))} ".lstrip()),
            *rich(label, _LINE_MOST, bold=True),
        ]


def _labels(bars: Bars) -> list[str]:
    """Labels that fit, told apart by a number where cutting made two of them equal."""
    taken: list[str] = []
    for text, _ in bars.bars:
        label = spoken(text, LABEL_MOST)
        label = label if label.strip() else "…"
        n = 2
        while label in taken:
            label = f"{spoken(text, LABEL_MOST - 3) or '…'} {n}"
            n += 1
        taken.append(label)
    return taken
