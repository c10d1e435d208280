"""Names that other services tell, made so that a database can keep them and finds them again."""

from __future__ import annotations

import re

LONGEST_NAME = 500

_UNKEEPABLE = re.compile("[\x00\x1f\ud800-\udfff]")


def name(value: object) -> str:
    """A name as written, "" where there is none; what no database keeps is replaced, what is too long cut off."""
    if not isinstance(value, str):
        return ""
    if not value.isprintable():
        value = _UNKEEPABLE.sub("\ufffd", value)
    return value[:LONGEST_NAME] if value.strip() else ""
