"""Log lines: to grep and to parse, one event each, and nothing secret in them."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from bot.chat.exchange import Exchange, answering
from bot.logs import QUIET, JsonLines, TextLines


def record(message: str, *values: object, failed: bool = False) -> logging.LogRecord:
    try:
        raise RuntimeError("with the token s3cret\nin it") if failed else KeyError
    except (RuntimeError, KeyError):
        info = sys.exc_info() if failed else None
    made = logging.LogRecord("bot.jobs", logging.WARNING, __file__, 1, message, values, info)
    made.created = 1_763_812_800.5
    return made


def test_a_line_of_text_says_when_what_and_for_which_request() -> None:
    with answering(Exchange("discord", "/top", "r-17")):
        line = TextLines().format(record("answered in %d ms", 12))
    assert line == (
        "2025-11-22T12:00:00.500Z WARNING bot.jobs: answered in 12 ms platform=discord command=/top request=r-17"
    )


def test_outside_of_an_answer_there_is_nothing_to_say_of_one() -> None:
    assert TextLines().format(record("begun")) == "2025-11-22T12:00:00.500Z WARNING bot.jobs: begun"


def test_a_line_of_json_is_one_object() -> None:
    with answering(Exchange("slack", "draft.swap", "r-18")):
        line = JsonLines().format(record("two\nlines"))
    assert "\n" not in line
    assert json.loads(line) == {
        "time": "2025-11-22T12:00:00.500Z", "level": "WARNING", "logger": "bot.jobs", "message": "two\nlines",
        "platform": "slack", "command": "draft.swap", "request": "r-18",
    }  # fmt: skip


def test_nobody_can_forge_a_line() -> None:
    line = TextLines().format(record("no room called %s", "x\n2026-01-01 ERROR all is lost\x1b[2J"))
    assert "\n" not in line
    assert "\x1b" not in line


@pytest.mark.parametrize("lines", [TextLines, JsonLines])
def test_a_secret_is_blotted_out_wherever_it_stands(lines: type[TextLines | JsonLines]) -> None:
    line = lines(["s3cret"]).format(record("failed with %s", "s3cret", failed=True))
    assert "s3cret" not in line
    assert "with the token •••" in line
    assert "Traceback" in line


def test_libraries_that_print_content_are_held_back() -> None:
    assert {"discord", "slack_bolt", "slack_sdk", "spotipy"} <= set(QUIET)
