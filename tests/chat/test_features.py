"""Calls by name: checked before they run, refused with a sentence, packed onto a button and unpacked again."""

from __future__ import annotations

from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat import (
    Button,
    Card,
    Cog,
    Command,
    Context,
    Form,
    FormField,
    Lines,
    Link,
    Listing,
    Opt,
    Person,
    Row,
    action,
    command,
)
from bot.chat.features import Features
from bot.chat.lines import option_words
from bot.chat.packing import PACKED_MOST, packed, unpacked
from bot.core.model import Identity, Place
from bot.errors import BadOption, NotFound
from bot.text import t

BO = Person(Identity("test", "U2"), "Bo")


class Sample(Cog):
    @command("How alike two are")
    async def match(
        self,
        ctx: Context,
        how: Annotated[str, Opt("By what")] = "songs",
        who: Annotated[Person | None, Opt("With whom")] = None,
    ) -> Card:
        return Card(t("{how} {who}", how=how, who=who.name if who else "nobody"))

    @action("match.list")
    async def listed(self, ctx: Context) -> Card:
        swap = Button(t("Swap"), "match.swap", {"song": str(ctx.place.group)})
        return Card(
            t("Songs"),
            (Lines((t("One."),)), Listing((Row(t("One"), buttons=(swap,)),))),
            (swap, Link(t("Open"), "https://example.org")),
        )

    @action("match.ask")
    async def ask(self, ctx: Context) -> Form:
        return Form(t("Which?"), (FormField("song", t("Song")),), "match.swap")

    @action("match.swap")
    async def swap(self, ctx: Context, song: str, again: str = "") -> Card:
        return Card(t("{song}{again}", song=song, again=again))


async def who(typed: str) -> Person | None:
    return BO if typed in {"<@U2|bo>", "@bo"} else None


def features() -> Features:
    return Features([Sample()])


async def test_a_command_is_called_with_typed_words() -> None:
    call = await features().call("/match", {"who": "<@U2|bo>"}, who)
    assert call.values == {"how": "songs", "who": BO}
    assert isinstance(call.what, Command)


async def test_nobody_is_meant_where_nobody_was_named() -> None:
    assert (await features().call("/match", {"who": " "}, who)).values["who"] is None


async def test_somebody_unknown_is_said() -> None:
    with pytest.raises(BadOption, match="nobody here called “@zoe”"):
        await features().call("/match", {"who": "@zoe"}, who)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("match.swap", {}),
        ("match.swap", {"song": "1", "colour": "red"}),
        ("match.gone", {"song": "1"}),
        ("", {}),
        ("/gone", {}),
    ],
)
async def test_a_call_of_another_version_is_refused(name: str, args: dict[str, str]) -> None:
    with pytest.raises(NotFound):
        await features().call(name, args, who)


async def test_a_call_can_be_made_again_about_a_group() -> None:
    call = await features().call("/match", {"how": "hours", "@group": "7"}, who)
    assert (call.group, dict(call.args)) == (7, {"how": "hours"})
    assert call.again(t("Again")).args == {"how": "hours", "@group": "7"}
    assert call.again(t("Again"), 8).args == {"how": "hours", "@group": "8"}


async def test_what_an_answer_offers_is_about_the_group_that_was_chosen() -> None:
    ctx = Context(BO, Place(None), "r")
    card = await (await features().call("match.list", {"@group": "7"}, who)).run(ctx)
    assert isinstance(card, Card)
    (listing,) = [block for block in card.blocks if isinstance(block, Listing)]
    for button in (card.buttons[0], listing.rows[0].buttons[0]):
        assert isinstance(button, Button)
        assert button.args == {"song": "7", "@group": "7"}
    assert card.buttons[1] == Link(t("Open"), "https://example.org")
    form = await (await features().call("match.ask", {"@group": "7"}, who)).run(ctx)
    assert isinstance(form, Form)
    assert form.args == {"@group": "7"}


async def test_where_no_group_was_chosen_none_is_added() -> None:
    card = await (await features().call("match.list", {}, who)).run(Context(BO, Place(None), "r"))
    assert isinstance(card, Card)
    assert isinstance(card.buttons[0], Button)
    assert card.buttons[0].args == {"song": "None"}


def test_two_commands_of_one_name_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="two commands are called match"):
        Features([Sample(), Sample()])


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("<@U2|bo> night hours", {"who": "<@U2|bo>", "how": "night hours"}),
        ("night @bo hours", {"who": "@bo", "how": "night hours"}),
        ("mail@example.org", {"how": "mail@example.org"}),
        ("who:@bo", {"who": "@bo"}),
        ("", {}),
    ],
)
def test_a_mention_goes_to_the_option_that_asks_for_somebody(line: str, words: dict[str, str]) -> None:
    assert option_words(features().command("match").options, line) == words


@given(
    st.from_regex(r"/?[a-z.]{1,20}", fullmatch=True),
    st.dictionaries(st.text(max_size=6), st.text(max_size=6), max_size=3),
)
def test_what_is_packed_comes_back(name: str, args: dict[str, str]) -> None:
    try:
        whole = packed(name, args)
    except (ValueError, UnicodeEncodeError):
        return
    assert len(whole) <= PACKED_MOST
    assert unpacked(whole) == (name, args)


def test_what_is_too_long_for_a_button_is_a_mistake_of_the_feature() -> None:
    with pytest.raises(ValueError, match="store them"):
        packed("match.swap", {"song": "x" * 100})


def test_where_a_platform_has_more_room_more_fits() -> None:
    assert packed("/match", {"how": "x" * 200}, 2000) == f"/match?how={'x' * 200}"
    with pytest.raises(ValueError, match="too long"):
        packed("/match", {"how": "x" * 2000}, 2000)


@given(st.text(max_size=200))
def test_unpacking_never_fails(whole: str) -> None:
    name, args = unpacked(whole)
    assert isinstance(name, str)
    assert isinstance(args, dict)
