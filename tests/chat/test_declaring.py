"""Commands as declared: what an adapter can read off, what typed words become, what is said when they will not do."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.chat
from bot.chat import Card, Cog, Context, Opt, action, command, submitted
from bot.chat.asking import MOST_FIELDS, form_for, lacks_required
from bot.chat.commands import Command, parsed
from bot.chat.lines import option_words
from bot.errors import BadOption
from bot.text import t


class Kind(Enum):
    ARTIST = "artist"
    TRACK = "track"


class Sample(Cog):
    """Every kind of option."""

    async def near(self, ctx: Context, typed: str) -> Sequence[str]:
        return [f"{typed}!"]

    @command("Your top")
    async def top(
        self,
        ctx: Context,
        what: Annotated[Kind, Opt("What to rank")] = Kind.ARTIST,
        count: Annotated[int, Opt("How many", least=3, most=25)] = 10,
        quiet: Annotated[bool, Opt("Without a picture")] = False,
    ) -> Card:
        return Card(t("{what} {count} {quiet}", what=what.value, count=count, quiet=str(quiet)))

    @command("A playlist", name="play", private=True)
    async def make(
        self,
        ctx: Context,
        count: Annotated[int, Opt("How many")] = 20,
        name: Annotated[str, Opt("Its name", least=2, most=5, suggest=near)] = "",
        *,
        prompt: Annotated[str, Opt("The mood")],
    ) -> Card:
        return Card(t("{prompt}", prompt=prompt))

    @command("Plain")
    async def plain(self, ctx: Context) -> Card:
        return Card(t("plain"))

    @command("Too much to ask in one form")
    async def wide(
        self, ctx: Context, a: int = 1, b: int = 2, c: int = 3, d: int = 4, e: int = 5, *, f: str
    ) -> Card:
        return Card(t("wide"))

    @action("top.veto")
    async def veto(self, ctx: Context, row: str) -> Card:
        return Card(t("{row}", row=row))

    @submitted("export.send")
    async def send(self, ctx: Context) -> Card:
        return Card(t("sent"))


def named(name: str) -> Command:
    return next(it for it in Sample().commands() if it.name == name)


def test_commands_come_in_the_order_they_are_written() -> None:
    assert [(it.name, it.private) for it in Sample().commands()] == [
        ("top", False), ("play", True), ("plain", False), ("wide", False),
    ]  # fmt: skip
    assert [(it.name, it.private) for it in Sample().actions()] == [
        ("top.veto", False),
        ("export.send", True),
    ]


def test_usage_tells_what_is_required_and_what_is_the_default() -> None:
    assert named("top").usage == "/top [what:artist] [count:10] [quiet:no]"
    assert named("play").usage == "/play [count:20] [name] <prompt>"
    assert named("plain").usage == "/plain"


def test_choices_come_from_enums_and_yes_or_no() -> None:
    what, count, quiet = named("top").options
    assert (what.choices, count.choices, quiet.choices) == (("artist", "track"), (), ("yes", "no"))


async def test_a_suggestion_is_bound_to_its_feature() -> None:
    suggest = named("play").options[1].suggest
    assert suggest is not None
    assert await suggest(None, "ni") == ["ni!"]  # type: ignore[arg-type]


def test_what_is_left_out_is_the_default() -> None:
    assert parsed(named("top").options, {}) == {"what": Kind.ARTIST, "count": 10, "quiet": False}
    assert parsed(named("top").options, {"what": " TRACK ", "count": " 7 ", "quiet": "Yes"}) == {
        "what": Kind.TRACK, "count": 7, "quiet": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "typed", "said", "option"),
    [
        ("top", {"what": "album"}, "“album” is not one of artist, track.", "what"),
        ("top", {"count": "2"}, "“count” goes from 3 to 25.", "count"),
        ("top", {"count": "many"}, "“count” has to be a whole number, not “many”.", "count"),
        ("top", {"count": "2.5"}, "“count” has to be a whole number, not “2.5”.", "count"),
        ("top", {"size": "1"}, "There is no option “size” here. It takes: count, quiet, what.", "size"),
        ("plain", {"size": "1"}, "There is no option “size” here. It takes: none.", "size"),
        ("play", {"prompt": " "}, "“prompt” is missing: The mood.", "prompt"),
        ("play", {"prompt": "x", "name": "a"}, "“name” needs at least 2 characters.", "name"),
        (
            "play",
            {"prompt": "x", "name": "abcdef"},
            "“name” can have 5 characters at most; this has 6.",
            "name",
        ),
    ],
)
def test_what_will_not_do_is_said(name: str, typed: dict[str, str], said: str, option: str) -> None:
    with pytest.raises(BadOption) as refused:
        parsed(named(name).options, typed)
    assert (str(refused.value.text), refused.value.option) == (said, option)


@given(st.dictionaries(st.sampled_from(["what", "count", "quiet", "prompt", "x"]), st.text()))
def test_whatever_is_typed_gives_values_or_a_sentence(typed: dict[str, str]) -> None:
    try:
        values = parsed(named("top").options, typed)
    except BadOption as refused:
        values = {"what": Kind.ARTIST, "count": 10, "said": str(refused.text)}
    assert isinstance(values["what"], Kind)
    assert 3 <= values["count"] <= 25
    assert values.get("said") != ""


def test_a_form_asks_for_what_is_required_first_and_keeps_what_was_typed() -> None:
    form = form_for(named("play"), {"count": "7"})
    assert [(it.name, it.required, it.value) for it in form.fields] == [
        ("prompt", True, ""), ("count", False, "7"), ("name", False, ""),
    ]  # fmt: skip
    assert form.fields[2].most == 5
    assert form.submit == "/play"


def test_a_form_holds_what_a_form_can_hold() -> None:
    form = form_for(named("wide"), {})
    assert [it.name for it in form.fields] == ["f", "a", "b", "c", "d"]
    assert len(form.fields) == MOST_FIELDS


def test_a_form_offers_choices_and_says_bounds() -> None:
    what, count, quiet = form_for(named("top"), {}).fields
    assert [choice.value for choice in what.choices] == ["artist", "track"]
    assert (what.value, quiet.value) == ("artist", "no")
    assert str(count.help) == "A whole number from 3 to 25."


def test_only_a_missing_option_calls_for_a_form() -> None:
    play = named("play")
    for typed, lacks in (
        ({}, True),
        ({"prompt": "x", "name": "a"}, False),
        ({"prompt": "x", "size": "1"}, False),
    ):
        with pytest.raises(BadOption) as refused:
            parsed(play.options, typed)
        assert lacks_required(play, typed, refused.value) is lacks
    with pytest.raises(BadOption) as refused:
        option_words(named("plain").options, "words")
    assert not lacks_required(named("plain"), {}, refused.value)


def test_the_vocabulary_is_deliberate() -> None:
    assert sorted(bot.chat.__all__) == bot.chat.__all__
    assert {name for name in vars(bot.chat) if name[0].isupper()} <= set(bot.chat.__all__)
