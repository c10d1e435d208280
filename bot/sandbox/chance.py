"""Chance that can be computed again: every draw of the practice world hangs on the words it is drawn for.

The same words give the same draw on every machine and in every process, so that a sample listener's
Tuesday is the same whenever it is looked at, and nothing has to be stored.
"""

from __future__ import annotations

import hashlib
import random

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SPOTIFY_ID_LENGTH = 22


def draw(*words: object) -> int:
    """A whole number from 0 to 2**128 - 1 that depends on the words and nothing else."""
    text = "\x1f".join(str(word) for word in words)
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8"), digest_size=16).digest(), "big")


def fraction(*words: object) -> float:
    """A number from 0 (included) to 1 (excluded) that depends on the words and nothing else."""
    return (draw(*words) >> 75) / 2**53


def dice(*words: object) -> random.Random:
    """A generator for many draws in a row, seeded by the words."""
    return random.Random(draw(*words))  # noqa: S311 - sample listening, not a secret


def spotify_id(*words: object) -> str:
    """A 22-character base62 id, the shape of Spotify's own, that depends on the words and nothing else."""
    number = draw(*words)
    digits = []
    for _ in range(SPOTIFY_ID_LENGTH):
        number, digit = divmod(number, 62)
        digits.append(_BASE62[digit])
    return "".join(digits)
