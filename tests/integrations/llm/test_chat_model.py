"""The real openai client against a server that is as strict, as lax and as broken as servers are."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from bot.core.answers import Course, Proposal
from bot.core.briefs import Brief
from bot.core.hints import Direction, Hints
from bot.errors import RateLimited, Refused, ServiceError, Unavailable
from bot.integrations.llm import ChatModel
from bot.ports import Usage
from tests.fakes import FakeStore
from tests.twins.openai import EVERY_FORMAT, Fails, OpenAITwin, Says, openai_twin, playlist

BRIEF = Brief("something for a 2 AM breakup", Hints("something for a 2 AM breakup"))


@dataclass
class Heard:
    """What a model told."""

    courses: list[Course] = field(default_factory=list)
    songs: list[Proposal] = field(default_factory=list)
    usages: list[Usage] = field(default_factory=list)
    error: ServiceError | None = None

    @property
    def titles(self) -> list[str]:
        return [it.title for it in self.songs]


@pytest.fixture
async def twin() -> AsyncIterator[OpenAITwin]:
    async with openai_twin() as running:
        yield running


async def ask(twin: OpenAITwin, count: int = 20, memos: FakeStore | None = None, **limits: float) -> Heard:
    """Everything that comes of one question."""
    model = ChatModel("gpt-5-mini", memos or FakeStore(), twin.api_url, twin.key, **limits)
    heard = Heard()
    try:
        async for it in model.propose(BRIEF, count):
            match it:
                case Course():
                    heard.courses.append(it)
                case Proposal():
                    heard.songs.append(it)
                case Usage():
                    heard.usages.append(it)
    except ServiceError as error:
        heard.error = error
    finally:
        await model.close()
    return heard


async def test_an_answer_is_told_while_it_is_written(twin: OpenAITwin) -> None:
    twin.say(playlist(20))
    heard = await ask(twin)
    assert heard.titles == [f"Song {n}" for n in range(1, 21)]
    assert [it.direction for it in heard.courses] == [Direction.MATCH]
    [usage] = heard.usages
    assert (usage.model, usage.read > 0, usage.written > 0) == ("gpt-5-mini", True, True)
    [asked] = twin.asked
    assert asked["response_format"]["json_schema"]["strict"] is True
    assert json.loads(asked["messages"][1]["content"]) == {
        "words": "something for a 2 AM breakup", "count": 20, "direction": "neutral",
    }  # fmt: skip


@pytest.mark.parametrize(("takes", "asked"), [("strict", 1), ("json_schema", 2), ("json_object", 3), ("", 4)])
async def test_the_strictest_form_that_the_server_takes_is_found_and_remembered(
    twin: OpenAITwin, takes: str, asked: int
) -> None:
    twin.takes = frozenset({takes})
    twin.say(playlist(5))
    memos = FakeStore()
    assert len((await ask(twin, 5, memos)).songs) == 5
    assert len(twin.asked) == asked
    assert len((await ask(twin, 5, memos)).songs) == 5
    assert len(twin.asked) == asked + 1
    schema = "valid under this JSON schema" in twin.asked[-1]["messages"][0]["content"]
    assert schema is (takes in ("json_object", ""))


@pytest.mark.parametrize(
    "around",
    [
        "```json\n{}\n```",
        "<think>Maybe {{this}}?</think>\n{}",
        "Sure! Here {{you}} go:\n{}\nEnjoy {{it}}!",
        "{}",
    ],
)
async def test_what_stands_around_an_answer_is_passed_over(twin: OpenAITwin, around: str) -> None:
    twin.say(around.format(json.dumps(playlist(4))))
    heard = await ask(twin, 4)
    assert (len(heard.songs), len(heard.courses), heard.error) == (4, 1, None)


async def test_a_list_that_breaks_off_gives_the_songs_that_were_whole(twin: OpenAITwin) -> None:
    whole = json.dumps(playlist(10))
    twin.say(Says(whole[: len(whole) * 2 // 3], finish="length"))
    heard = await ask(twin, 10)
    assert 5 <= len(heard.songs) <= 7
    assert (len(heard.usages), heard.error) == (1, None)


async def test_bad_songs_are_left_out_and_the_others_stay(twin: OpenAITwin) -> None:
    said = playlist(3)
    said["tracks"][1] = {"title": "", "artist": "Nobody"}
    said["tracks"] += [
        "a song",
        {"title": 5, "artist": "x"},
        {"title": "Only\nthe\x00 least", "artist": "An artist"},
    ]
    twin.say(said)
    heard = await ask(twin, 3)
    assert heard.titles == ["Song 1", "Song 3", "Only the least"]


async def test_prose_is_asked_for_once_more_in_another_form_and_paid_twice(twin: OpenAITwin) -> None:
    twin.say("I would suggest some slow songs.", playlist(4))
    heard = await ask(twin, 4)
    assert (len(heard.songs), len(heard.usages), heard.error) == (4, 2, None)
    assert [it["response_format"]["json_schema"].get("strict") for it in twin.asked] == [True, None]


@pytest.mark.parametrize("words", ["I would suggest some slow songs.", "", "[]", '{"tracks": []}', "{"])
async def test_what_stays_useless_ends_in_a_sentence_with_what_it_took(twin: OpenAITwin, words: str) -> None:
    twin.say(words)
    heard = await ask(twin, 4)
    assert isinstance(heard.error, Unavailable)
    assert (heard.songs, len(heard.usages), len(twin.asked)) == ([], 2, 2)


@pytest.mark.parametrize(
    ("failure", "kind", "calls"),
    [
        (Fails(401), Refused, 1),
        (Fails(403), Refused, 1),
        (Fails(400), Refused, 4),
        (Fails(429, headers={"Retry-After": "0"}), RateLimited, 2),
        (Fails(500, headers={"Retry-After": "0"}), Unavailable, 2),
    ],
)
async def test_an_error_is_a_sentence_after_at_most_one_more_try(
    twin: OpenAITwin, failure: Fails, kind: type[ServiceError], calls: int
) -> None:
    twin.say(failure)
    heard = await ask(twin)
    assert type(heard.error) is kind
    assert len(twin.asked) == calls


async def test_another_key_and_another_model_are_told_apart(twin: OpenAITwin) -> None:
    twin.say(playlist(1))
    twin.models = frozenset()
    assert "no such model" in str((await ask(twin)).error)
    twin.key = ""
    twin.models = frozenset({"gpt-5-mini"})
    assert (await ask(twin, 1)).error is None


async def test_a_refusal_is_one(twin: OpenAITwin) -> None:
    twin.say(Says("", refusal=True))
    assert isinstance((await ask(twin)).error, Refused)


async def test_a_connection_that_is_cut_keeps_what_was_told(twin: OpenAITwin) -> None:
    whole = json.dumps(playlist(10))
    twin.say(Says(whole, cut=len(whole) // 2))
    heard = await ask(twin, 10)
    assert isinstance(heard.error, Unavailable)
    assert 3 <= len(heard.songs) <= 5


async def test_silence_and_an_endless_answer_are_not_waited_for(twin: OpenAITwin) -> None:
    whole = json.dumps(playlist(10))
    twin.say(Says(whole, cut=len(whole) // 2, silent_s=5))
    heard = await ask(twin, 10, silent_s=0.2)
    assert isinstance(heard.error, Unavailable)
    assert len(heard.songs) >= 3
    twin.say(whole)
    twin.every_s = 0.05
    heard = await ask(twin, 10, whole_s=0.5)
    assert str(heard.error) == "The model took too long."


async def test_a_small_model_is_asked_in_chunks_and_for_nothing_twice(twin: OpenAITwin) -> None:
    twin.say(playlist(20), playlist(20, 21), playlist(5, 41))
    heard = await ask(twin, 45, chunk=20)
    assert len(set(heard.titles)) == 45
    asked = [json.loads(it["messages"][1]["content"]) for it in twin.asked]
    assert [it["count"] for it in asked] == [20, 20, 5]
    assert asked[2]["before"] == [f"Song {n} — Artist {n}" for n in range(1, 41)]


async def test_a_server_that_counts_nothing_is_taken_all_the_same(twin: OpenAITwin) -> None:
    twin.say(Says(json.dumps(playlist(3)), usage=False))
    heard = await ask(twin, 3)
    assert (len(heard.songs), heard.usages) == (3, [])


def test_every_format_is_tried() -> None:
    assert len(EVERY_FORMAT) == 4
