"""The page itself: nothing foreign, nothing inline, no HTML from strings, enough contrast in both schemes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bot.adapters.lounge

PAGE = Path(bot.adapters.lounge.__file__).parent / "page"
CSS = (PAGE / "lounge.css").read_text()
SCRIPTS = sorted(PAGE.glob("*.js"))

# (text, ground) by token; `#…` where a colour is the same in both schemes.
PAIRS = [
    ("ink", "paper"), ("ink", "sheet"), ("ink", "private"), ("ink", "press"), ("quiet", "paper"), ("quiet", "sheet"),
    ("quiet", "private"), ("quiet", "press"), ("teal", "sheet"), ("teal", "private"), ("wrong", "sheet"),
    ("on-tomato", "tomato"), ("on-tomato", "#b53219"), ("#1d1b3a", "lilac"), ("#1d1b3a", "marigold"),
    ("#ffffff", "#196c7c"), ("#1d1b3a", "#fcf8f0"),
]  # fmt: skip


def tokens(scheme: str) -> dict[str, str]:
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))
        for block in re.findall(r":root \{(.*?)\}", CSS, re.S)[:2]
    )
    return light if scheme == "light" else {**light, **dark}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    channels = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_a_contrast_of_four_and_a_half(scheme: str) -> None:
    known = tokens(scheme)
    low = {}
    for text, ground in PAIRS:
        one, two = sorted((luminance(known.get(text, text)), luminance(known.get(ground, ground))))
        contrast = (two + 0.05) / (one + 0.05)
        if contrast < 4.5:
            low[text, ground] = round(contrast, 2)
    assert low == {}


def test_the_page_loads_nothing_from_elsewhere() -> None:
    for file in PAGE.iterdir():
        found = re.findall(r"https?://[^'\"\s)]+", file.read_text())
        assert set(found) <= {"http://www.w3.org/2000/svg"}, file.name


def test_nothing_is_inline_and_no_string_becomes_html() -> None:
    html = (PAGE / "index.html").read_text()
    assert not re.search(r"<style|style=|\son\w+=|<script(?! type=\"module\" src=)", html)
    for script in SCRIPTS:
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", script.read_text()
        )


def test_modules_stay_small() -> None:
    assert {
        it.name: len(it.read_text().splitlines()) for it in SCRIPTS if len(it.read_text().splitlines()) > 300
    } == {}
