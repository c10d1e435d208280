"""A typed line into option words: names, order, quotes, apostrophes, and never a crash."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import Card, Cog, Context, Opt, command
from bot.chat.commands import Option
from bot.chat.lines import option_words, split_command
from bot.errors import BadOption
from bot.text import t


class Kind(Enum):
    ARTIST = "artist"
    TRACK = "track"


class Sample(Cog):
    @command("Top")
    async def top(
        self,
        ctx: Context,
        what: Annotated[Kind, Opt("What")] = Kind.ARTIST,
        count: Annotated[int, Opt("How many")] = 10,
    ) -> Card:
        return Card(t("x"))

    @command("Play")
    async def play(
        self, ctx: Context, prompt: Annotated[str, Opt("Mood")], count: Annotated[int, Opt("n")] = 20
    ) -> Card:
        return Card(t("x"))


TOP, PLAY = (it.options for it in Sample().commands())


@pytest.mark.parametrize(
    ("line", "name", "rest"),
    [
        ("/top", "top", ""), ("top", "top", ""), ("/Top artist 10", "top", "artist 10"), ("  / top  x ", "top", "x"),
        ("/", "", ""), ("", "", ""), ("//top", "/top", ""), ("/play  a  b", "play", "a  b"),
    ],
)  # fmt: skip
def test_the_command_and_the_rest(line: str, name: str, rest: str) -> None:
    assert split_command(line) == (name, rest)


@pytest.mark.parametrize(
    ("options", "line", "words"),
    [
        (TOP, "", {}),
        (TOP, "track 5", {"what": "track", "count": "5"}),
        (TOP, "count:5 track", {"what": "track", "count": "5"}),
        (TOP, "COUNT:5", {"count": "5"}),
        (
            PLAY,
            "something for a 2 AM breakup count:20",
            {"prompt": "something for a 2 AM breakup", "count": "20"},
        ),
        (PLAY, "count:20 it's don't rock 'n' roll", {"count": "20", "prompt": "it's don't rock 'n' roll"}),
        (PLAY, 'prompt:"late drive" count:6', {"prompt": "late drive", "count": "6"}),
        (PLAY, "prompt:“late drive” 6", {"prompt": "late drive", "count": "6"}),
        (PLAY, '"late drive"', {"prompt": "late drive"}),
        (PLAY, 'the "late" drive', {"prompt": 'the "late" drive'}),
        (PLAY, '"late" and "early"', {"prompt": '"late" and "early"'}),
        (PLAY, "mood:happy at 10:30", {"prompt": "mood:happy at 10:30"}),
        (PLAY, "http://x.example/?count:5", {"prompt": "http://x.example/?count:5"}),
        (PLAY, "a count: b", {"prompt": "a count: b"}),
        (PLAY, "count:1 count:2", {"count": "1", "prompt": "count:2"}),
        (PLAY, 'prompt:"unclosed words', {"prompt": '"unclosed', "count": "words"}),
    ],
)
def test_words_by_option(options: tuple[Option, ...], line: str, words: dict[str, str]) -> None:
    assert option_words(options, line) == words


def test_words_that_no_option_takes_are_refused() -> None:
    with pytest.raises(BadOption) as refused:
        option_words(TOP, "track 5 more of it")
    assert str(refused.value.text) == "I don't know what to do with “more of it” here."
    with pytest.raises(BadOption):
        option_words((), "anything")


@pytest.mark.parametrize("line", ["wat:track", "artist wat:5", "artist 5 Wat:more", "wat:track count:5"])
def test_a_name_that_no_option_has_is_told_with_those_that_there_are(line: str) -> None:
    with pytest.raises(BadOption) as refused:
        option_words(TOP, line)
    assert str(refused.value.text).casefold() == ("there is no option “wat” here. there is: what, count.")


@given(st.text())
def test_any_line_gives_words_or_a_sentence(line: str) -> None:
    for options in (TOP, PLAY):
        said = "fine"
        words = {}
        try:
            words = option_words(options, line)
        except BadOption as refused:
            said = str(refused.text)
        assert said
        assert set(words) <= {option.name for option in options}


@given(
    st.text(alphabet=st.characters(exclude_characters=':"“”„«»', exclude_categories=["Cs"])).map(str.strip)
)
def test_free_text_arrives_exactly_as_typed(prompt: str) -> None:
    words = option_words(PLAY, prompt)
    assert words == ({"prompt": prompt} if prompt else {})


@given(st.text(alphabet=st.characters(exclude_characters='"', exclude_categories=["Cs"]), min_size=1))
def test_what_is_quoted_is_kept_together(prompt: str) -> None:
    assert option_words(PLAY, f'prompt:"{prompt}"')["prompt"] == prompt
