"""Forms as modals, what comes back in them, and files that are gone when the answer is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.adapters.discord.forms import modal
from bot.adapters.discord.shelf import Shelf
from bot.chat import Button, Card, Choice, Cog, Context, Form, FormField, action, command, submitted
from bot.chat.features import Features
from bot.text import Text, t
from tests.adapters import strange
from tests.adapters.discord.conftest import Build, House, soon
from tests.twins.discord import violations
from tests.twins.traffic import Request


def sent(form: Form) -> dict[str, Any]:
    return dict(modal(form, Shelf().packed).to_dict())


def component(form: Form, n: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = sent(form)["components"][n]["component"]
    return found


def form_of(*fields: FormField) -> Form:
    return Form(t("A form"), fields, "form.send", {"draft": "1"})


def test_each_field_is_what_discord_has_for_it() -> None:
    choices = tuple(Choice(str(n), t("Choice {n}", n=n)) for n in range(30))
    form = form_of(
        FormField("words", t("Your words"), t("Any."), value="before", most=80),
        FormField("story", t("Story"), long=True, required=False, most=9000),
        FormField("one", t("One"), value="2", choices=choices),
        FormField("many", t("Many"), value="0,3", choices=choices[:5], many=True, required=False),
        FormField("who", t("Who"), value="<@123456789012345678>", person=True),
    )
    assert sent(form)["custom_id"] == "form.send?draft=1"
    assert component(form, 0) | {
        "type": 4,
        "style": 1,
        "value": "before",
        "max_length": 80,
        "required": True,
    } == component(form, 0)
    assert component(form, 1) | {"style": 2, "max_length": 4000, "required": False} == component(form, 1)
    one = component(form, 2)
    assert len(one["options"]) == 25
    assert [it["value"] for it in one["options"] if it["default"]] == ["2"]
    assert sent(form)["components"][2]["description"] == "Only the first 25 are shown here."
    many = component(form, 3)
    assert (many["min_values"], many["max_values"]) == (0, 5)
    assert [it["value"] for it in many["options"] if it["default"]] == ["0", "3"]
    assert component(form, 4)["default_values"] == [{"id": 123456789012345678, "type": "user"}]


@pytest.mark.parametrize("said", strange.HOSTILE)
def test_strange_words_in_a_form_are_within_discords_limits(said: str) -> None:
    x: Text = t("{x}", x=said)
    form = Form(
        x,
        (
            FormField("a", x, x, value=said),
            FormField("b", x, x, value=said, choices=(Choice("1", x), Choice("2", x))),
            FormField("c", x, x, value=said, person=True),
            FormField("d", x, x, file=True),
        ),
        "form.send",
        {"words": said},
    )
    body = {"type": 9, "data": sent(form)}
    route = "/interactions/{interaction_id}/{interaction_token}/callback"
    assert violations(Request("discord", "POST", route, {}, body, (), 200)) == []


async def test_a_form_opens_and_comes_back_with_its_values_and_its_file(house: House) -> None:
    privacy = await (await house.ana.types(house.room, "/privacy")).answer()
    form = await (await house.ana.clicks(privacy, "Send an export")).form()
    assert (form.title, form.labels) == ("Send an export", ("A note", "Which kinds", "The file"))
    house.sample.gate.clear()
    asked = await house.ana.fills(
        form, {"The file": ("../my.zip", b"12345"), "A note": "hello", "Which kinds": ["Music", "Videos"]}
    )
    await soon(house.sample.at_work.is_set)
    assert len(list(house.incoming.rglob("*"))) == 2
    house.sample.gate.set()
    answer = await asked.answer(lambda it: "bytes" in it.text)
    assert (answer.text, answer.ephemeral) == ("## my.zip has 5 bytes", True)
    assert house.sample.form_values == {
        "note": "hello", "kinds": "audio,video", "file": "my.zip", "from": "panel",
    }  # fmt: skip
    assert house.sample.files[0][1] == b"12345"
    await soon(lambda: list(house.incoming.rglob("*")) == [])


async def test_what_was_left_out_comes_back_empty(house: House) -> None:
    privacy = await (await house.ana.types(house.room, "/privacy")).answer()
    form = await (await house.ana.clicks(privacy, "Send an export")).form()
    answer = await (await house.ana.fills(form, {"The file": ("x", b"1")})).answer(
        lambda it: "bytes" in it.text
    )
    assert answer.text == "## x has 1 bytes"
    assert (house.sample.form_values["note"], house.sample.form_values["kinds"]) == ("", "")


async def test_a_file_that_discord_does_not_hand_over_is_said(house: House) -> None:
    privacy = await (await house.ana.types(house.room, "/privacy")).answer()
    form = await (await house.ana.clicks(privacy, "Send an export")).form()
    asked = await house.ana.fills(form, {"The file": ("x.zip", b"1")})
    house.twin.world.files.clear()
    answer = await asked.answer(lambda it: "hand me" in it.text)
    assert answer.ephemeral
    assert house.sample.files == []
    assert list(house.incoming.rglob("*")) == []


async def test_what_a_dead_process_left_is_deleted_at_start(build: Build, tmp_path: Path) -> None:
    left = tmp_path / "incoming" / "old" / "0"
    left.parent.mkdir(parents=True)
    left.write_bytes(b"somebody's own")
    await build()
    assert list((tmp_path / "incoming").rglob("*")) == []


async def test_a_form_sent_after_a_restart_is_understood(house: House, build: Build) -> None:
    form = await (await house.ana.types(house.room, "/ask_all")).form()
    await house.discord.stop()
    again = await build(store=house.store)
    answer = await (await again.ana.fills(form, {"Your mood": "calm"})).answer()
    assert (answer.text, answer.ephemeral) == ("## Ana feels calm", False)


class Late(Cog):
    """Forms that come too late, or in answer to a form."""

    def __init__(self, gate: Any) -> None:
        self.gate = gate

    @command("A form after some work", private=True)
    async def late(self, ctx: Context) -> Form:
        await self.gate.wait()
        return Form(t("Late form"), (FormField("x", t("X")),), "late.next")

    @submitted("late.next")
    async def next(self, ctx: Context, x: str) -> Card | Form:
        if x == "more":
            return Form(t("Another form"), (FormField("x", t("X")),), "late.next")
        return Card(t("Got {x}", x=x))

    @action("late.edit")
    async def edit(self, ctx: Context) -> Form:
        return Form(t("Edit"), (FormField("x", t("X")),), "late.replace")

    @submitted("late.replace", private=False)
    async def replace(self, ctx: Context, x: str) -> Card:
        return Card(t("Now {x}", x=x), replaces=True)

    @command("Something to edit")
    async def editable(self, ctx: Context) -> Card:
        return Card(t("Before"), buttons=(Button(t("Edit"), "late.edit"),))


async def test_a_form_that_comes_too_late_waits_behind_a_button(house: House, build: Build) -> None:
    await house.discord.stop()
    house.sample.gate.clear()
    other = await build(features=Features([Late(house.sample.gate)]))
    asked = await other.ana.types(other.room, "/late")
    assert (await asked.shown()).is_thinking
    house.sample.gate.set()
    ready = await asked.answer(lambda it: "Your form is ready" in it.text)
    assert ready.ephemeral
    form = await (await other.ana.clicks(ready, "Open it")).form()
    assert form.title == "Late form"
    # A form cannot answer a form.
    more = await (await other.ana.fills(form, {"X": "more"})).answer()
    assert "Another form" in more.text
    second = await (await other.ana.clicks(more, "Open it")).form()
    answer = await (await other.ana.fills(second, {"X": "words"})).answer()
    assert answer.text == "## Got words"


async def test_a_form_from_a_button_may_replace_the_message(house: House, build: Build) -> None:
    await house.discord.stop()
    other = await build(features=Features([Late(house.sample.gate)]))
    card = await (await other.ana.types(other.room, "/editable")).answer()
    form = await (await other.ana.clicks(card, "Edit")).form()
    answer = await (await other.ana.fills(form, {"X": "after"})).answer()
    assert (answer.id, answer.text) == (card.id, "## Now after")


async def test_a_person_is_asked_for_with_discords_own_selection(house: House) -> None:
    asked = await house.ana.says(house.room, "@Earshot match")
    incomplete = await asked.answer()
    form = await (await house.ana.clicks(incomplete, "Fill it in")).form()
    assert [it.kind for it in form.fields] == ["people", "select"]
    answer = await (
        await house.ana.fills(form, {"With whom": house.ben, "With every number": "yes"})
    ).answer()
    assert answer.text.startswith("## Ana and Ben")
    assert "Loud: yes" in answer.text
