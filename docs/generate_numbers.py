"""Writes numbers.md from the rules in the code: `python docs/generate_numbers.py`. A test compares the two."""

from __future__ import annotations

from pathlib import Path

from bot.core.exports import Skip
from bot.core.rules import RULES

HEAD = """# How each number is made

Generated from `bot/core/rules.py` by `python docs/generate_numbers.py`. The same sentences are shown by `/about` and
under every proof.
"""

SKIPS = {
    Skip.UNREADABLE: "its time or length cannot be read, or it names neither a track nor an artist with a title; "
    "reported by file and reason",
    Skip.NOT_MUSIC: "a podcast or an audiobook",
    Skip.INCOGNITO: "from a private session",
    Skip.TOO_SHORT: "less than a play",
    Skip.DUPLICATE: "equal to an earlier row of the extended history in track, time and length",
    Skip.COVERED: "account data of a time that extended history covers",
    Skip.NOT_KEPT: "a play of time that its member has forgotten or paused, so it is not kept",
}

IMPORTS = """## Rows of an export

Every row is either a play or skipped for exactly one reason, decided in this order, so that
`rows == plays + already_known + sum(skipped)`:
"""

PROOFS = """## Proofs

A recap is frozen when it is told: its facts as JSON (sorted keys, no spaces, ASCII, whole numbers), with a sha256 over
salted commitments to each part, so that a member can take their part back and the rest stays verifiable. Opening a
fact counts it again from the plays as they are now and says what changed since. Your own plays behind it have a sha256,
which only you see: over the JSON list of `[ms, raw track, ms_played, source]`, sorted, without spaces. Whoever holds
the same export can make the same list.
"""


def numbers() -> str:
    """The whole document."""
    parts = [HEAD]
    for rule in RULES.values():
        parts.append(f"## {rule.name}\n\n{rule.says}\n")
        if rule.why:
            parts.append(f"{rule.why}\n")
    listed = "\n".join(f"{n}. `{skip}`: {SKIPS[skip]}." for n, skip in enumerate(Skip, 1))
    parts.extend((f"{IMPORTS}\n{listed}\n", PROOFS))
    return "\n".join(parts)


if __name__ == "__main__":
    Path(__file__).with_name("numbers.md").write_text(numbers(), encoding="utf-8")
