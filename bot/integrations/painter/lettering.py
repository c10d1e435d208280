"""What a person or a service wrote, made fit to print: cleaned, given a language and a direction, no missing glyph.

Titles keep their own script. What no installed font can draw becomes a labelled chip ("Tamil title"); it is never
romanised, never upper-cased (Georgian capitals have no glyphs) and never drawn as empty boxes.
"""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.integrations.painter.coverage import Coverage

log = logging.getLogger(__name__)

_LONGEST = 240
_LONGEST_PASSAGE = 1000
_LONGEST_WORD = 18
_BREAK = "\u200d\u200b\u200d"
_JOINING = "\u200d"
_KEPT_FORMAT = frozenset("\u200c\u200d\u200e\u200f")
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5")
_BLACK_FLAG = "\U0001f3f4"
_GENERAL_MARKS = (
    range(0x0300, 0x0370), range(0x1AB0, 0x1B00), range(0x1DC0, 0x1E00), range(0x20D0, 0x2100), range(0xFE20, 0xFE30),
)  # fmt: skip
_MARKS_OF_ALL, _MARKS_OF_ONE_SCRIPT = 2, 3
_SCRIPTS = {
    "CJK": "Chinese", "KANGXI": "Chinese", "BOPOMOFO": "Chinese", "HIRAGANA": "Japanese", "KATAKANA": "Japanese",
    "HANGUL": "Korean", "CANADIAN": "Canadian syllabics", "OL": "Ol Chiki", "MEETEI": "Meetei Mayek",
    "MYANMAR": "Burmese", "NKO": "N’Ko",
}  # fmt: skip
_LANGUAGES = {
    "Japanese": "ja", "Korean": "ko", "Chinese": "zh", "Thai": "th", "Arabic": "ar", "Hebrew": "he",
    "Devanagari": "hi", "Bengali": "bn", "Tamil": "ta", "Telugu": "te", "Georgian": "ka", "Armenian": "hy",
    "Greek": "el",
}  # fmt: skip
_WITHOUT_SPACES = frozenset({"Chinese", "Japanese", "Korean", "Thai", "Lao", "Khmer", "Burmese", "Tibetan"})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of somebody's words: `text` with its `language` and direction, after a `chip` for what is missing.

    `what` is missing (a title, a name) where the chip stands alone.
    """

    text: str
    language: str = "en"
    rtl: bool = False
    chip: str = ""
    what: str = ""

    @property
    def initial(self) -> str:
        """The first letter, digit or emoji with its marks, "" if there is none."""
        return next(
            (cluster for cluster in clusters(self.text) if _is_word(cluster) or _is_emoji(cluster)), ""
        )


class Lettering:
    """Makes lines that the fonts of `coverage` can draw."""

    def __init__(self, coverage: Coverage) -> None:
        self._coverage = coverage
        self._told: set[str] = set()

    def line(self, written: str, what: str) -> Line:
        """`written` as a line; `what` it is (title, artist, name) is said on a chip if nothing of it can be drawn."""
        text, lost = self._drawn(clean(written))
        lost_script = next((name for name in map(script, lost) if name), "")
        if lost_script:
            self._tell(lost_script)
            if {"Chinese", "Japanese"} >= {lost_script} and any(
                script(char) == "Japanese" for char in written
            ):
                lost_script = "Japanese"
            text = text.strip(" -–—·,:;/|.…'’\"“”()[]&+")
        if not text or (lost_script and not any(map(_is_word, text))):
            missing = lost_script or ("Emoji" if any(map(_is_emoji, lost)) else "")
            return Line("", chip=missing or "Unknown", what=what)
        return Line(text, _language(text), _is_rtl(text), lost_script)

    def passage(self, written: str, what: str) -> tuple[list[Line], bool]:
        """`written` line by line as it was broken, without empty lines, and whether every letter of it can be drawn."""
        parts = [clean(part, _LONGEST_PASSAGE) for part in written.splitlines()]
        lines, whole = [], True
        for part in filter(None, parts):
            text, lost = self._drawn(part)
            whole = whole and not lost and len(part) < _LONGEST_PASSAGE
            if not text or lost:
                lines.append(self.line(part, what))
            else:
                broken = " ".join(map(_breakable, text.split(" ")))
                lines.append(Line(broken, _language(text), _is_rtl(text)))
        return lines or [self.line("", what)], whole

    def _drawn(self, text: str) -> tuple[str, list[str]]:
        """What of `text` the fonts have, and the clusters that they have not."""
        drawn, lost = [], []
        for cluster in clusters(text):
            shown = self._drawable(cluster)
            drawn.append(shown)
            if not shown:
                lost.append(cluster)
        return " ".join("".join(drawn).split()), lost

    def _drawable(self, cluster: str) -> str:
        """`cluster`, or the same letter in a plainer form that is covered, or ""."""
        if self._coverage.covers(cluster):
            return cluster
        plain = unicodedata.normalize("NFKC", cluster)
        for form in (plain, plain.lower(), _without_marks(plain)):
            if form and self._coverage.covers(form):
                return form
        return ""

    def _tell(self, script_name: str) -> None:
        if script_name not in self._told:
            self._told.add(script_name)
            log.warning("no installed font has %s letters: cards show a chip instead", script_name)


def clean(written: str, longest: int = _LONGEST) -> str:
    """`written` without controls, bidi overrides and invisible letters; spaces joined, marks and length bounded."""
    kept: list[str] = []
    general = marks = 0
    for char in unicodedata.normalize("NFC", written[: 4 * longest]):
        category = unicodedata.category(char)
        if char.isspace() or category in ("Zl", "Zp"):
            char = " "
        elif (
            category in ("Cc", "Cs", "Co")
            or char in _BLANK
            or (category == "Cf" and char not in _KEPT_FORMAT and not _is_flag_tag(char, kept))
        ):
            continue
        if category in ("Mn", "Me", "Mc"):
            is_general = any(ord(char) in block for block in _GENERAL_MARKS)
            general, marks = general + is_general, marks + 1
            stacked = general > _MARKS_OF_ALL or marks > _MARKS_OF_ONE_SCRIPT
            if stacked or not kept or kept[-1] == char:
                continue
        else:
            general = marks = 0
        kept.append(char)
    return "".join(list(clusters(" ".join("".join(kept).split())))[:longest])


def clusters(text: str) -> Iterator[str]:
    """`text` letter by letter with its marks, emoji with what they are joined to, flags as pairs."""
    start = flags = 0
    for at, (before, char) in enumerate(pairwise(text), 1):
        flags = flags + 1 if _is_flag_letter(before) else 0
        together = (
            unicodedata.category(char) in ("Mn", "Me", "Mc")
            or char in "\u200c\u200d\ufe0e\ufe0f"
            or "\U0001f3fb" <= char <= "\U0001f3ff"
            or 0xE0020 <= ord(char) < 0xE0080
            or (before == _JOINING and _is_emoji(char))
            or (_is_flag_letter(char) and flags % 2 == 1)
        )
        if not together:
            yield text[start:at]
            start, flags = at, 0
    if text:
        yield text[start:]


def script(cluster: str) -> str:
    """The script a letter belongs to, in English; "" for symbols, emoji and what has no name."""
    if not _is_word(cluster):
        return ""
    first = unicodedata.name(cluster[0], "").partition(" ")[0].partition("-")[0]
    return _SCRIPTS.get(first, first.title())


def unbroken(text: str) -> list[str]:
    """The words of `text` that a line cannot be broken in."""
    return [word for word in text.split(" ") if _BREAK not in word and not _breaks_anywhere(word)]


def _breakable(word: str) -> str:
    """A very long word with an invisible place to break after each letter; joiners keep letters that join in shape."""
    parts = list(clusters(word))
    return word if len(parts) <= _LONGEST_WORD or _breaks_anywhere(word) else _BREAK.join(parts)


def _breaks_anywhere(word: str) -> bool:
    """Whether a line may be broken inside, by the rules of its script or between emoji."""
    return any(script(char) in _WITHOUT_SPACES or _is_emoji(char) for char in word)


def _language(text: str) -> str:
    """The language whose letter forms suit `text`: kana make it Japanese, hangul Korean."""
    found = {script(char) for char in text} & set(_LANGUAGES)
    for decisive in ("Japanese", "Korean"):
        if decisive in found:
            return _LANGUAGES[decisive]
    return _LANGUAGES[min(found)] if found else "en"


def _is_rtl(text: str) -> bool:
    """Whether the first strong character runs right to left (UAX #9, P2 and P3)."""
    strong = (unicodedata.bidirectional(char) for char in text)
    return next((kind != "L" for kind in strong if kind in ("L", "R", "AL")), False)


def _without_marks(text: str) -> str:
    return "".join(char for char in text if unicodedata.category(char) not in ("Mn", "Me", "Mc"))


def _is_word(cluster: str) -> bool:
    return unicodedata.category(cluster[0])[0] in "LN"


def _is_emoji(cluster: str) -> bool:
    return not _is_word(cluster) and (cluster[0] >= "\U0001f000" or unicodedata.category(cluster[0]) == "So")


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_flag_tag(char: str, kept: list[str]) -> bool:
    """Tags spell out a region's flag and mean nothing anywhere else."""
    return 0xE0020 <= ord(char) < 0xE0080 and any(before == _BLACK_FLAG for before in kept[-8:])
