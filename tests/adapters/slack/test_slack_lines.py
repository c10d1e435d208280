"""What somebody typed, as Slack passes it on, made readable again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.slack.asked import Asked, Trigger, by_form, by_press, identity, team_and_user
from bot.adapters.slack.lines import typed, without_mention
from bot.adapters.slack.modals import run_by
from tests.twins.slack.reading import escaped


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ("rock &amp; roll &lt;3", "rock & roll <3"),
        ("don't “stop” me", "don't “stop” me"),
        ("with <@U1|ana> in <#C1|music>", "with <@U1|ana> in #music"),
        ("in <#C1> and <#C2|>", "in #C1 and #C2"),
        (
            "see <https://example.org/a?b=1|example.org> and <https://x.org>",
            "see https://example.org/a?b=1 and https://x.org",
        ),
        ("<!here> <!subteam^S1|@band> <!subteam^S1>", "@here @band @subteam"),
        ("&lt;@U1&gt; &amp;lt;", "<@U1> &lt;"),
        ("a\0b \ud800", "ab \ufffd"),
        ("<>", ""),
    ],
)
def test_a_line_is_read_as_it_was_typed(sent: str, words: str) -> None:
    assert typed(sent) == words


@given(st.text().filter(lambda it: "\0" not in it and not any("\ud800" <= char <= "\udfff" for char in it)))
def test_any_words_come_through(words: str) -> None:
    assert typed(escaped(words)) == words


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("<@B1> play rainy sunday", "play rainy sunday"),
        ("<@B1>: play", "play"),
        ("hey <@B1|earshot> play", "hey   play"),
        ("<@B1>", ""),
        ("<@U1> play", "<@U1> play"),
    ],
)
def test_our_own_name_is_no_part_of_what_is_asked(said: str, line: str) -> None:
    assert without_mention(said, "B1") == line


def test_a_trigger_opens_one_modal_in_time() -> None:
    trigger = Trigger("1.2", 100.0)
    assert trigger.take(101.0) == "1.2"
    assert trigger.take(101.0) == ""
    assert Trigger("1.2", 100.0).take(103.0) == ""


def test_a_user_is_one_of_a_workspace() -> None:
    assert team_and_user(identity("T1", "U1")) == ("T1", "U1")
    assert identity("T1", "U1") != identity("T2", "U1")


def test_what_a_modal_carries_finds_back() -> None:
    asked = Asked(
        "T1", "U1", "ana", "C1", "music", thread="1.000001", response_url="https://hooks/1", direct=True
    )
    packed = asked.packed()
    assert packed == {
        "channel": "C1", "channel_name": "music", "thread": "1.000001", "response_url": "https://hooks/1",
        "direct": True,
    }  # fmt: skip


@pytest.mark.parametrize("metadata", ["", "no json", "[]", '{"where": 7}', '{"run": 7}', "null", '"x"'])
def test_a_modal_that_carries_something_else_breaks_nothing(metadata: str) -> None:
    view = {"type": "modal", "id": "V1", "private_metadata": metadata}
    body = {"user": {"id": "U1"}, "container": {"type": "view"}, "view": view}
    assert by_press(body, "T1", 0.0).view == "V1"
    assert by_form(body, "T1", 0.0).channel == ""
    name, args = run_by(view)
    assert (name, args) == ("7" if "run" in metadata else "", {})
