"""A Slack on loopback with the real adapter in it, and a small feature to ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.slack import Slack, manifest
from bot.chat import Button, Card, Cog, Context, Fields, Form, FormField, Lines, Picture, action, command
from bot.chat.features import Features
from bot.chat.ledger import Ledger
from bot.chat.whispers import Whispers
from bot.core.model import RoomRef
from bot.integrations.vault import Keyring
from bot.text import t
from tests.adapters.sample import Sample, png
from tests.fakes import FakeChance, FakeClock, FakeMeter, FakeStore
from tests.twins.slack import Channel, Human, SlackTwin, Team, slack_twin

HEARTBEAT_S = 0.2
PUBLIC_URL = "https://earshot.example"
SHORT = ("top", "who_plays", "play", "privacy", "ask_all", "wrapped", "match", "me", "group", "whoami", "crash",
         "hostile")  # fmt: skip


class Panel(Cog):
    """What the home tab shows."""

    def __init__(self) -> None:
        self.hidden = False

    @action("panel.home", private=True)
    async def home(self, ctx: Context) -> Card:
        return Card(
            t("Your own panel, {name}", name=ctx.person.name),
            (Fields(((t("Hidden"), t("{x}", x="yes" if self.hidden else "no")),)),),
            buttons=(
                Button(t("Hide"), "panel.hide"),
                Button(t("Rename"), "panel.ask"),
                Button(t("Vote"), "top.vote"),
            ),
        )

    @action("panel.hide", private=True)
    async def hide(self, ctx: Context) -> Card:
        self.hidden = not self.hidden
        return Card(
            t("Hidden from now on"),
            (Lines((t("Until you press again."),)),),
            (Button(t("Again"), "panel.hide"),),
        )

    @action("panel.ask", private=True)
    async def ask(self, ctx: Context) -> Form:
        return Form(t("A new name"), (FormField("name", t("Name")),), "panel.rename")

    @action("panel.rename", private=True)
    async def rename(self, ctx: Context, name: str) -> Card:
        return Card(t("You are {name} now", name=name))


@dataclass
class House:
    """A running adapter, what it was built from, and a workspace with a channel and two people."""

    twin: SlackTwin
    slack: Slack
    sample: Sample
    panel: Panel
    store: FakeStore
    whispers: Whispers
    meter: FakeMeter
    clock: FakeClock
    incoming: Path
    team: Team
    room: Channel
    ana: Human
    ben: Human

    def called(self, method: str) -> Sequence[Any]:
        """The arguments of the calls of one method so far."""
        return [{**it.query, **(it.body or {})} for it in self.twin.traffic.of(f"/api/{method}")]


Build = Callable[..., Awaitable[House]]


def features(sample: Sample | None = None, panel: Panel | None = None) -> Features:
    """What the tests ask."""
    return Features([sample or Sample(), panel or Panel()])


class Portrait(Cog):
    """A picture for one pair of eyes."""

    @command("A picture", private=True)
    async def wrapped(self, ctx: Context) -> Card:
        return Card(t("Your week"), (Picture(png(8, 8), t("Ana played 120 songs this week.")),))


def private_pictures() -> Features:
    """A feature whose picture is private."""
    return Features([Portrait()])


def button(action: str, label: str) -> Button:
    return Button(t("{label}", label=label), action)


def room_of(house: House) -> RoomRef:
    """The channel as others know it."""
    return RoomRef("slack", house.team.id, house.room.id)


async def eventually(true: Callable[[], bool], within_s: float = 10) -> None:
    """Wait until something is so."""
    late = asyncio.get_running_loop().time() + within_s
    while not true():
        assert asyncio.get_running_loop().time() < late, "it did not become so"
        await asyncio.sleep(0.02)


@pytest.fixture
async def twin(request: pytest.FixtureRequest) -> AsyncIterator[SlackTwin]:
    """Slack, with the app of our own manifest; with `history` it may read channels, too.

    Whatever the tests send it has to be well-formed.
    """
    history = getattr(request, "param", "") == "history"
    async with slack_twin(manifest=manifest(features(), PUBLIC_URL, True, SHORT, history=history)) as slack:
        yield slack
        assert slack.violations == []


@pytest.fixture
async def build(twin: SlackTwin, tmp_path: Path) -> AsyncIterator[Build]:
    """Build and start an adapter; `store=` takes an older one's memory, other arguments go to `Slack`."""
    team = twin.team("Work")
    ana, ben = team.human("Ana", tz="Europe/Lisbon", admin=True), team.human("Ben", tz="Europe/Vienna")
    room = team.channel("music")
    # One for all, as a restarted process draws other tokens than the one before.
    chance = FakeChance()
    async with AsyncExitStack() as stack:

        async def built(*, store: FakeStore | None = None, start: bool = True, **more: Any) -> House:
            sample, panel, store, meter, clock = (
                Sample(),
                Panel(),
                store or FakeStore(),
                FakeMeter(),
                FakeClock(),
            )
            whispers = Whispers(store, clock)
            arguments: dict[str, Any] = {
                "bot_token": twin.bot_token, "app_token": twin.app_token, "signing_secret": "", "client_id": "",
                "client_secret": "", "public_url": PUBLIC_URL, "features": features(sample, panel),
                "home": "panel.home", "meter": meter, "whispers": whispers, "ledger": Ledger(store, clock),
                "chance": chance, "clock": clock,
                "memos": store, "installations": store, "vault": Keyring({1: b"k" * 32}, 1),
                "incoming": tmp_path / "incoming", "api_url": twin.api_url, "finish_s": 0.2, "grace_s": 0.3,
                "heartbeat_s": HEARTBEAT_S,
            }  # fmt: skip
            slack = Slack(**{**arguments, **more})
            stack.push_async_callback(slack.stop)
            if start:
                await slack.start()
            return House(
                twin,
                slack,
                sample,
                panel,
                store,
                whispers,
                meter,
                clock,
                tmp_path / "incoming",
                team,
                room,
                ana,
                ben,
            )

        yield built


@pytest.fixture
async def house(build: Build) -> House:
    return await build()
