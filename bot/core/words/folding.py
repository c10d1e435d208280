"""Words made comparable: what is stripped from a prompt, and when two spellings are the same word."""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

MOST_CHARACTERS = 500  # of a prompt; what goes beyond is not read, and that is said

# Letters, with the marks that some scripts write as characters of their own.
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff\u0e00-\u0eff\u3099\u309a"
)
LETTER = rf"(?:[^\W_]|[{_MARKS}])"
_APOSTROPHES = "'’‘`´ʼ"
_INNER_BANG = re.compile(r"(?<=[^\W_])!(?=[^\W_])")
_WORD = re.compile(rf"{LETTER}+")
_ADDRESS = re.compile(r"https?://[^\s)]*")
_KEYCAP = re.compile("([0-9])\ufe0f?\u20e3")
_JOINERS = re.compile(r"\s*[&+]\s*")


def clean_prompt(words: str) -> tuple[str, int]:
    """The readable part of a prompt, and how many characters were beyond the cap.

    Control, zero-width, bidi and other format characters and web addresses are gone; any white space is a space, a
    line break is a full stop; digits on keys (1️⃣) are digits.
    """
    kept: list[str] = []
    digits = _KEYCAP.sub(r"\1", words.replace("\r\n", "\n")).replace("\U0001f51f", "10")
    for char in unicodedata.normalize("NFC", digits):
        if char in "\n\u2028\u2029":
            kept.append(". ")
        elif char.isspace():
            kept.append(" ")
        elif unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn"):
            kept.append(char)
    text = re.sub(r" {2,}", " ", _ADDRESS.sub(" ", "".join(kept))).strip(" ")
    return text[:MOST_CHARACTERS].rstrip(), max(0, len(text) - MOST_CHARACTERS)


def fold_word(word: str) -> str:
    """One word without case, accents (of Latin letters) and apostrophes: `Beyoncé` → `beyonce`, `Ke$ha` → `kesha`."""
    plain = unicodedata.normalize("NFKC", word).casefold().replace("$", "s")
    for mark in _APOSTROPHES:
        plain = plain.replace(mark, "")
    if plain.isascii():
        return plain
    letters: list[str] = []
    for char in unicodedata.normalize("NFKD", plain):
        if unicodedata.combining(char) and letters and letters[-1].isascii():
            continue
        letters.append(_latin(char) if "LATIN" in unicodedata.name(char, "") else char)
    return unicodedata.normalize("NFC", "".join(letters))


def _latin(char: str) -> str:
    """The plain letters that a Latin one is written with; none for what only looks like a mark."""
    return "".join(it for it in anyascii(char).casefold() if it.isalnum())


def fold(text: str) -> str:
    """A title or a name as space-separated folded words. A name of nothing but symbols stays itself.

    `&` and `+` read as "and", `!` inside a word as i (P!nk), other punctuation only separates.
    """
    joined = _JOINERS.sub(" and ", unicodedata.normalize("NFKC", text))
    joined = _INNER_BANG.sub("i", joined)
    for mark in _APOSTROPHES:
        joined = joined.replace(mark, "")
    words = [fold_word(word) for word in _WORD.findall(joined.replace("$", "s"))]
    return " ".join(word for word in words if word) or "".join(text.casefold().split())


def without_the(folded: str) -> str:
    """A folded artist name without a leading "the" (unless that is all there is)."""
    return folded.removeprefix("the ") or folded


def artist_key(name: str) -> str:
    """What makes two spellings of an artist the same name."""
    return without_the(fold(name))
