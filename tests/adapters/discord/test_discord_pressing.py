"""Buttons and menus: on old messages too, once for a double press, each in its place."""

from __future__ import annotations

from bot.chat import Button, Card, Cog, Context, action, command
from bot.chat.features import Features
from bot.text import t
from tests.adapters.discord.conftest import Build, House, soon


async def test_a_press_replaces_the_message_that_carries_the_button(house: House) -> None:
    top = await (await house.ana.types(house.room, "/top")).answer()
    asked = await house.ben.clicks(top, "Vote")
    answer = await asked.answer()
    assert (answer.id, answer.text) == (top.id, "## 1 votes")
    assert len(house.ana.sees(house.room)) == 1
    callbacks = [it.body["type"] for it in house.twin.traffic if it.route.endswith("/callback")]
    assert callbacks == [4, 7]


async def test_a_slow_press_replaces_it_without_a_flicker(house: House) -> None:
    top = await (await house.ana.types(house.room, "/top")).answer()
    house.sample.gate.clear()
    asked = await house.ben.clicks(top, "Vote")
    note = await asked.answer(lambda it: it.text == "-# On it …")
    assert note.ephemeral
    assert [it.text for it in house.ana.sees(house.room)] == [top.text]
    house.sample.gate.set()
    answer = await asked.answer(lambda it: "votes" in it.text)
    assert answer.id == top.id
    await soon(lambda: len(house.ben.sees(house.room)) == 1)


async def test_a_press_with_another_audience_gets_a_message_of_its_own(house: House) -> None:
    privacy = await (await house.ana.types(house.room, "/privacy")).answer()
    hidden = await (await house.ana.clicks(privacy, "Hide everything")).answer()
    assert (hidden.id, hidden.text, hidden.ephemeral) == (privacy.id, "## Hidden", True)
    top = await (await house.ana.types(house.room, "/top")).answer()
    who = await (await house.ana.picks(top, "Who else? …", "2. Song 2 — 38 plays")).answer()
    assert who.id != top.id
    assert who.text == "## Ana asks who else plays song 2"
    assert not who.ephemeral


async def test_whoever_may_not_press_is_told_so_alone(house: House) -> None:
    card = await (await house.ana.types(house.room, "/closed")).answer()
    refused = await (await house.ben.clicks(card, "Open it")).answer()
    assert (refused.text, refused.ephemeral) == ("## Only who asked may do that.", True)
    house.sample.gate.clear()
    asked = await house.ben.clicks(card, "Open it")
    note = await asked.answer(lambda it: "On it" in it.text)
    house.sample.gate.set()
    late = await asked.answer(lambda it: "Only who asked" in it.text)
    assert (late.id, late.ephemeral) == (note.id, True)
    assert [it.text for it in house.ana.sees(house.room)] == ["## Closed"]


class Both(Cog):
    """A public card with a private button, and a slow one."""

    def __init__(self, sample_gate: object) -> None:
        self.gate = sample_gate

    @command("Shows itself")
    async def both(self, ctx: Context) -> Card:
        return Card(
            t("Both"),
            buttons=(
                Button(t("Mine"), "both.mine"),
                Button(t("New"), "both.new"),
                Button(t("All"), "both.all"),
            ),
        )

    @action("both.mine", private=True)
    async def mine(self, ctx: Context) -> Card:
        await self.gate.wait()  # type: ignore[attr-defined]
        return Card(t("Only mine"), replaces=True)

    @action("both.new")
    async def new(self, ctx: Context) -> Card:
        await ctx.progress(t("Halfway"))
        await self.gate.wait()  # type: ignore[attr-defined]
        return Card(t("Something new"))

    @action("both.all")
    async def everybody(self, ctx: Context) -> Card:
        return Card(t("Everybody"))


async def test_a_private_answer_never_takes_the_place_of_a_public_message(house: House, build: Build) -> None:
    await house.discord.stop()
    other = await build(features=Features([Both(house.sample.gate)]))
    card = await (await other.ana.types(other.room, "/both")).answer()
    mine = await (await other.ana.clicks(card, "Mine")).answer()
    assert (mine.text, mine.ephemeral) == ("## Only mine", True)
    assert [it.text for it in other.ben.sees(other.room)] == ["## Both"]


async def test_slow_answers_to_presses_find_their_readers(house: House, build: Build) -> None:
    await house.discord.stop()
    house.sample.gate.clear()
    other = await build(features=Features([Both(house.sample.gate)]))
    card = await (await other.ana.types(other.room, "/both")).answer()
    mine = await other.ana.clicks(card, "Mine")
    new = await other.ben.clicks(card, "New")
    halfway = await new.answer(lambda it: "Halfway" in it.text)
    on_it = await mine.answer(lambda it: "On it" in it.text)
    assert halfway.ephemeral
    house.sample.gate.set()
    # The private note becomes the private answer; the public answer is a new message and the note goes.
    answer = await mine.answer(lambda it: "Only mine" in it.text)
    assert (answer.id, answer.ephemeral) == (on_it.id, True)
    public = await new.answer(lambda it: "Something new" in it.text)
    assert not public.ephemeral
    await soon(lambda: [it.text for it in other.ben.sees(other.room)] == ["## Both", "## Something new"])


async def test_a_double_press_runs_once(house: House) -> None:
    top = await (await house.ana.types(house.room, "/top")).answer()
    house.sample.gate.clear()
    first = await house.ana.clicks(top, "Vote")
    await first.acknowledged()
    second = await (await house.ana.clicks(top, "Vote")).answer()
    assert (second.text, second.ephemeral) == ("## That is still running.", True)
    # Somebody else's press is their own.
    other = await house.ben.clicks(top, "Vote")
    await other.acknowledged()
    house.sample.gate.set()
    await first.answer(lambda it: "votes" in it.text)
    await soon(lambda: house.sample.votes == 2)
    assert house.sample.begun == 2


async def test_buttons_of_old_messages_work_after_a_restart(house: House, build: Build) -> None:
    top = await (await house.ana.types(house.room, "/top")).answer()
    await house.discord.stop()
    assert not house.discord.connected
    again = await build(store=house.store)
    answer = await (await again.ana.clicks(top, "Vote")).answer()
    assert (answer.id, answer.text) == (top.id, "## 1 votes")
    fresh = await (await again.ana.types(again.room, "/top")).answer()
    picked = await (await again.ana.picks(fresh, "Who else? …", "1. Song 1 — 39 plays")).answer()
    assert picked.text == "## Ana asks who else plays song 1"


async def test_a_button_of_another_version_says_so(house: House, build: Build) -> None:
    top = await (await house.ana.types(house.room, "/top")).answer()
    await house.discord.stop()
    other = await build(features=Features([Both(house.sample.gate)]))
    answer = await (await other.ana.clicks(top, "Vote")).answer()
    assert "another version of me" in answer.text
    assert answer.ephemeral


async def test_what_was_typed_goes_with_the_choice_of_a_group(house: House) -> None:
    words = "a very long wish " * 12
    which = await (await house.ana.types(house.ana.dm(), "/group", words=words)).answer()
    assert which.labels == ("Music Club", "Work")
    answer = await (await house.ana.clicks(which, "Work")).answer()
    assert answer.text == f"## Group 2: {words.strip()}"


async def test_a_long_call_does_not_survive_a_restart_and_says_so(house: House, build: Build) -> None:
    which = await (await house.ana.types(house.ana.dm(), "/group", words="w" * 200)).answer()
    short = await (await house.ana.types(house.ana.dm(), "/group", words="short")).answer()
    await house.discord.stop()
    again = await build(store=house.store)
    lost = await (await again.ana.clicks(which, "Work")).answer()
    assert "I was restarted" in lost.text
    kept = await (await again.ana.clicks(short, "Music Club")).answer()
    assert kept.text == "## Group 1: short"


async def test_a_call_again_knows_whom_it_is_about(house: House) -> None:
    match = await (await house.ana.types(house.room, "/match", friend=house.ben)).answer()
    again = await (await house.ana.clicks(match, "Again")).answer()
    assert again.text.startswith("## Ana and Ben")
    # Ben has left the server since; he still has a name.
    house.ben.leaves(house.guild)
    still = await (await house.ana.clicks(match, "Again")).answer()
    assert still.text.startswith("## Ana and Ben")


async def test_discord_not_knowing_them_in_time_is_said(house: House) -> None:
    match = await (await house.ana.types(house.room, "/match", friend=house.ben)).answer()
    house.twin.fail("GET", "/guilds/{guild_id}/members/{user_id}", status=503)
    answer = await (await house.ana.clicks(match, "Again")).answer()
    assert "Discord does not answer just now" in answer.text
    assert answer.ephemeral
