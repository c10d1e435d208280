"""Forms: opened in time, refused beside the field, files fetched and gone again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.slack.forms import draw_form, filled
from bot.adapters.slack.installs import Grant, Installs
from bot.adapters.slack.uploads import UPLOAD_MOST, Incoming
from bot.adapters.slack.workspaces import Workspaces
from bot.chat import Choice, Form, FormField
from bot.errors import Unavailable
from bot.integrations.vault import Keyring
from bot.text import t
from tests.adapters.slack.conftest import House
from tests.adapters.slack.test_slack_draw import texts
from tests.twins.slack import Shown
from tests.twins.slack.contract import violations
from tests.twins.slack.forms import state_values
from tests.twins.traffic import Request


async def test_a_command_that_lacks_something_opens_its_form(house: House) -> None:
    asked = await house.ana.types(house.room, "/earshot play")
    form = await asked.form()
    assert form.title == "A prompt becomes a play…"
    assert "A prompt becomes a playlist" in form.text
    assert form.fields == ("What it should feel like", "How many songs")
    sent = await house.ana.fills(form, {"What it should feel like": "late drive", "How many songs": "7"})
    answer = await sent.answer("“late drive”, 7 songs")
    assert not answer.ephemeral
    assert 'Ana: /earshot play prompt:"late drive" count:7' in answer.text


async def test_what_was_typed_already_stands_in_the_form(house: House) -> None:
    asked = await house.ana.types(house.room, "/play count:7")
    form = await asked.form()
    sent = await house.ana.fills(form, {"What it should feel like": "late drive"})
    answer = await sent.answer("“late drive”, 7 songs")
    assert 'prompt:"late drive" count:7' in answer.text


async def test_what_is_wrong_stands_beside_the_field(house: House) -> None:
    form = await (await house.ana.types(house.room, "/play")).form()
    sent = await house.ana.fills(form, {"What it should feel like": "x", "How many songs": "99"})
    assert sent.errors == {"How many songs": "“count” goes from 5 to 50."}
    assert form.stands
    sent = await house.ana.fills(form, {"What it should feel like": " \n ", "How many songs": "9"})
    assert sent.errors == {"What it should feel like": "This is needed."}
    sent = await house.ana.fills(form, {"What it should feel like": "x", "How many songs": "9"})
    assert sent.errors == {}
    await sent.answer("“x”, 9 songs")
    assert house.sample.begun == 1


async def test_what_a_feature_finds_wrong_stands_beside_the_field(house: House) -> None:
    form = await ask_for_an_export(house)
    sent = await house.ana.fills(form, {"The file": ("export.zip", b"x" * (UPLOAD_MOST + 1))})
    assert sent.errors == {"The file": "That file is larger than the 10 MB that can be sent here."}
    assert form.stands
    assert house.ana.sees(house.room)[-1].text.startswith("What the group sees of you")


async def test_somebody_is_chosen_among_people(house: House) -> None:
    form = await (await house.ana.types(house.room, "/match")).form()
    sent = await house.ana.fills(form, {"With whom": house.ben, "With every number": "yes"})
    answer = await sent.answer("Ana and Ben")
    assert "Loud: yes" in answer.text
    assert "Ana: /earshot match friend:Ben loud:yes" in answer.text


async def test_what_is_typed_is_completed_and_what_is_not_offered_is_taken_too(house: House) -> None:
    form = await (await house.ana.types(house.room, "/who_plays")).form()
    assert await house.ana.completes(form, "The artist", "ni") == ["ni", "Nina Simone", "Nick Drake"]
    sent = await house.ana.fills(form, {"The artist": "Nina Simone"})
    await sent.answer("Nobody plays Nina Simone yet")
    form = await (await house.ana.types(house.room, "/who_plays")).form()
    assert await house.ana.completes(form, "The artist", "boom") == ["boom"]
    sent = await house.ana.fills(form, {"The artist": "boom"})
    await sent.answer("Nobody plays boom yet")


async def test_a_form_in_front_of_everybody_is_answered_in_front_of_everybody(house: House) -> None:
    form = await (await house.ana.types(house.room, "/ask_all")).form()
    sent = await house.ana.fills(form, {"Your mood": "calm"})
    answer = await sent.answer("Ana feels calm")
    assert not answer.ephemeral
    assert "Ana: “One question”" in answer.text


async def test_a_form_that_comes_too_late_waits_behind_a_button(house: House) -> None:
    house.twin.fail("views.open", error="expired_trigger_id")
    asked = await house.ana.types(house.room, "/ask_all")
    answer = await asked.answer("One question")
    assert answer.ephemeral
    form = await (await house.ana.clicks(answer, "Go on")).form()
    assert form.fields == ("Your mood",)


async def test_after_a_restart_a_form_that_stands_open_can_be_sent(house: House, build: Any) -> None:
    form = await (await house.ana.types(house.room, "/play")).form()
    await house.slack.stop()
    await build(store=house.store)
    await house.twin.connected()
    sent = await house.ana.fills(form, {"What it should feel like": "late drive"})
    answer = await sent.answer("“late drive”, 20 songs")
    assert not answer.ephemeral


async def test_a_slow_answer_to_a_form_closes_it_in_time(house: House) -> None:
    house.sample.gate.clear()
    form = await (await house.ana.types(house.room, "/play")).form()
    sent = await house.ana.fills(form, {"What it should feel like": "late drive"})
    assert await sent.acknowledged() < 3
    assert not form.stands
    await sent.answer("Looking for 20 songs")
    house.sample.gate.set()
    await sent.answer("“late drive”, 20 songs")


async def test_hostile_words_in_a_form_stay_words(house: House) -> None:
    form = await (await house.ana.types(house.room, "/play")).form()
    sent = await house.ana.fills(form, {"What it should feel like": "<!channel> \ud800\0 @everyone\nline"})
    answer = await sent.answer("<!channel>")
    assert answer.pings == []


# --- files


async def ask_for_an_export(house: House) -> Shown:
    card = await (await house.ana.types(house.room, "/privacy")).answer()
    return await (await house.ana.clicks(card, "Send an export")).form()


async def test_a_file_is_fetched_read_and_gone(house: House) -> None:
    form = await ask_for_an_export(house)
    assert (form.title, form.fields) == ("Send an export", ("A note", "Which kinds", "The file"))
    sent = await house.ana.fills(
        form,
        {"A note": "mine", "Which kinds": ["Music", "Videos"], "The file": ("my export.zip", b"PK" * 9)},
    )
    answer = await sent.answer("my export.zip has 18 bytes")
    assert answer.ephemeral
    assert house.sample.form_values == {
        "note": "mine",
        "kinds": "audio,video",
        "file": "my export.zip",
        "from": "panel",
    }
    ((path, data),) = house.sample.files
    assert data == b"PK" * 9
    assert not Path(path).exists()
    assert list(house.incoming.iterdir()) == []


async def test_a_file_that_slack_does_not_hand_out_is_said(house: House) -> None:
    form = await ask_for_an_export(house)
    house.team.installation.scopes = tuple(it for it in house.team.installation.scopes if it != "files:read")
    sent = await house.ana.fills(form, {"The file": ("export.zip", b"PK")})
    answer = await sent.answer("Slack did not hand me the file")
    assert "files:read" in answer.text
    assert list(house.incoming.iterdir()) == []


async def test_no_token_is_sent_to_another_host(house: House) -> None:
    workspaces = Workspaces(
        "https://slack.com/api/", Installs(house.store, Keyring({1: b"k" * 32}, 1)), house.clock, "", ""
    )
    workspaces.static = (house.team.id, Grant("xoxb-1", "B1", "U1"))
    incoming = Incoming(house.incoming, workspaces, "https://slack.com/api/")
    for url in ("https://slack.com.evil.example/x", "https://evilslack.com/x", "file:///etc/passwd", ""):
        with pytest.raises(Unavailable):
            async with incoming.fetched(house.team.id, {"file": {"name": "x", "url_private": url}}):
                pass


async def test_what_a_killed_process_left_is_emptied_at_start(house: House, build: Any) -> None:
    (house.incoming / "left").mkdir()
    (house.incoming / "left" / "0").write_bytes(b"somebody's own")
    await build()
    assert list(house.incoming.iterdir()) == []


# --- drawing

names = st.sampled_from(["a", "b", "c", "d", "e"])
choices = st.lists(
    st.builds(Choice, st.text("abc1", min_size=1, max_size=12), texts),
    max_size=130,
    unique_by=lambda it: it.value,
).map(tuple)
fields = st.builds(
    FormField, names, texts, st.none() | texts, st.text(max_size=40), st.booleans(), st.booleans(),
    st.integers(1, 5000), choices, st.booleans(), st.booleans(), st.booleans(),
)  # fmt: skip
forms = st.builds(
    Form, texts, st.lists(fields, min_size=1, max_size=5, unique_by=lambda it: it.name).map(tuple), st.just("x.sent"),
    st.just({}), st.none() | texts,
)  # fmt: skip


@given(forms, st.booleans())
def test_any_form_is_a_modal_that_slack_takes(form: Form, suggesting: bool) -> None:
    drawn = draw_form(form, "{}", [it.name for it in form.fields] if suggesting else ())
    opened = Request("slack", "POST", "/api/views.open", {}, {"trigger_id": "1", "view": drawn}, (), 200)
    assert violations(opened) == []
    json.dumps(drawn).encode()


def submitted(form: Form, given_: Mapping[str, Any]) -> Any:
    view = draw_form(form, "{}")
    values = state_values(view["blocks"], given_, {}, lambda name, data: pytest.fail("no file"))
    return filled({**view, "state": {"values": values}})


def test_what_somebody_filled_in_is_read_by_field() -> None:
    form = Form(
        t("x"),
        (
            FormField(
                "kinds", t("Kinds"), many=True, value="a,c", choices=tuple(Choice(it, t(it)) for it in "abc")
            ),
            FormField("one", t("One"), choices=(Choice("a", t("A")),), required=False),
            FormField("words", t("Words"), most=5, value="too long"),
        ),
        "x.sent",
    )
    assert submitted(form, {}).values == {"kinds": "a,c", "one": "", "words": "too l"}
    assert submitted(form, {"Kinds": ["b"], "One": "A", "Words": " "}).values == {
        "kinds": "b",
        "one": "a",
        "words": " ",
    }
    assert submitted(form, {"Words": ""}).missing == ["words"]


def test_a_person_who_stands_in_the_form_already_is_chosen() -> None:
    for value in ("<@U123|ben>", "U123", "T9/U123"):
        drawn = draw_form(
            Form(t("x"), (FormField("who", t("Who"), person=True, value=value),), "x.sent"), "{}"
        )
        assert drawn["blocks"][0]["element"]["initial_user"] == "U123"
