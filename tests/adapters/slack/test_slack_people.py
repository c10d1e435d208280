"""People and places as Slack tells of them: whose conversation it is, what a channel is called, how long it is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.adapters.slack.asked import Asked, identity
from bot.adapters.slack.failures import No, Silence
from bot.adapters.slack.installs import Grant, Installs
from bot.adapters.slack.people import KEPT_MOST, KEPT_MS, People
from bot.adapters.slack.workspaces import Workspaces
from bot.chat import Person
from bot.core.model import Place, RoomRef
from bot.integrations.vault import Keyring
from tests.fakes import FakeClock, FakeStore


class Told:
    """The SDK's client as far as people need it."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.channel: dict[str, Any] = {"name": "music"}
        self.profile: dict[str, Any] = {"display_name": "Ana\n\u202e"}

    async def users_info(self, user: str) -> dict[str, Any]:
        self.asked["users"] += 1
        return {"user": {"id": user, "name": "ana.l", "tz": "Europe/Lisbon", "profile": self.profile}}

    async def conversations_info(self, channel: str) -> dict[str, Any]:
        self.asked["names"] += 1
        return {"channel": self.channel}

    async def conversations_open(self, users: str) -> dict[str, Any]:
        self.asked["dms"] += 1
        return {"channel": {"id": f"D-{users}"}}


class Office(Workspaces):
    """One workspace that answers without any Slack; `failure` is what it says instead."""

    def __init__(self) -> None:
        store = FakeStore()
        super().__init__(
            "https://slack.com/api/", Installs(store, Keyring({1: b"k" * 32}, 1)), FakeClock(), "", ""
        )
        self.static = ("T1", Grant("xoxb-1", "B1", "U0", installer="U9"))
        self.told = Told()
        self.failure: Exception | None = None

    async def do(self, team: str, call: Callable[[Any], Awaitable[Any]], *care: Any) -> dict[str, Any]:
        if self.failure is not None:
            raise self.failure
        answer: dict[str, Any] = await call(self.told)
        return answer


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def people(office: Office, clock: FakeClock) -> People:
    return People(office, clock)


async def test_a_conversation_with_us_alone_is_no_room(people: People) -> None:
    assert await people.place(Asked("T1", "U1", channel="D-U1", channel_name="directmessage")) == Place(None)
    assert await people.place(Asked("T1", "U1", channel="D-U1", direct=True)) == Place(None)
    assert await people.place(Asked("T1", "U1", home=True)) == Place(None)


async def test_a_conversation_of_two_others_is_a_room_of_its_own(people: People, office: Office) -> None:
    office.told.channel = {"id": "D-other"}
    place = await people.place(Asked("T1", "U1", channel="D-other", channel_name="directmessage"))
    assert place == Place(RoomRef("slack", "T1", "D-other"), "this conversation")


async def test_a_conversation_of_several_is_a_room_without_a_name_made_of_theirs(
    people: People, office: Office
) -> None:
    office.told.channel = {"name": "mpdm-ana--ben--cy-1"}
    for name in ("mpdm-ana--ben--cy-1", "privategroup", ""):
        place = await people.place(Asked("T1", "U1", channel="C7", channel_name=name))
        assert place == Place(RoomRef("slack", "T1", "C7"), "this conversation")


@pytest.mark.parametrize("failure", [No("http_500"), Silence("TimeoutError")])
async def test_where_slack_does_not_tell_whose_it_is_it_is_taken_for_private(
    people: People, office: Office, failure: Exception
) -> None:
    office.failure = failure
    asked = Asked("T1", "U1", "ana.l", channel="D-U1", channel_name="directmessage")
    assert await people.is_own(asked) is None
    assert await people.place(asked) == Place(None)
    assert await people.asker(asked) == Person(identity("T1", "U1"), "ana.l")
    assert await people.asker(Asked("T1", "U1")) == Person(identity("T1", "U1"), "somebody")


async def test_who_installed_the_app_is_an_admin(people: People) -> None:
    assert not (await people.asker(Asked("T1", "U1"))).admin
    assert (await people.asker(Asked("T1", "U9"))).admin


async def test_a_name_is_one_line_and_falls_back(people: People, office: Office) -> None:
    assert (await people.asker(Asked("T1", "U1"))).name == "Ana \ufffd"
    office.told.profile = {"display_name": "", "real_name": "Ana Lopes"}
    assert (await people.asker(Asked("T1", "U2"))).name == "Ana Lopes"
    office.told.profile = {}
    assert (await people.asker(Asked("T1", "U3"))).name == "ana.l"


async def test_what_slack_told_is_kept_for_some_minutes(
    people: People, office: Office, clock: FakeClock
) -> None:
    asked = Asked("T1", "U1", channel="C1", channel_name="privategroup")
    for _ in range(3):
        await people.asker(asked)
        await people.place(asked)
    assert office.told.asked == {"users": 1, "names": 1}
    clock.advance(KEPT_MS)
    await people.asker(asked)
    assert office.told.asked["users"] == 2


async def test_not_everybody_is_kept_for_ever(people: People, office: Office) -> None:
    for n in range(KEPT_MOST + 1):
        await people.asker(Asked("T1", f"U{n}"))
    await people.asker(Asked("T1", "U0"))
    assert office.told.asked["users"] == KEPT_MOST + 2


@pytest.mark.parametrize("typed", ["<@U1>", "<@U1|ana>", "U123", "T1/U123", " <@W1> "])
async def test_somebody_is_found_by_what_stands_for_them(people: People, typed: str) -> None:
    assert await people.who("T1", typed) is not None


@pytest.mark.parametrize("typed", ["@ana", "ana", "", "<!channel>", "<#C1>", "U", "D123", "<@U1> and"])
async def test_nobody_is_found_by_anything_else(people: People, typed: str) -> None:
    assert await people.who("T1", typed) is None
