"""Posts of made-up clubs, made as `bot.app` makes them, in the rooms of all three platforms at once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.adapters.lounge import EveryResident, Lounge, LoungeRoom
from bot.app import Earshot, open_earshot
from bot.chat.cards import Card
from bot.chat.ledger import Ledger
from bot.chat.posting import RoomPoster
from bot.chat.recap_cards import RecapCards
from bot.config import Data, Discord, Settings, Slack, Web
from bot.core.addresses import Addresses
from bot.core.calendar import HOUR_MS
from bot.core.model import GroupId, MemberId, RoomRef
from bot.core.pictures import Picture, Theme
from bot.core.schedule import Schedule, Slot, key_of
from bot.integrations.languages import read_languages
from bot.ports import Delivery, NewDelivery, Painter, Planned, Weekly, Why
from bot.services.posting import Posting
from bot.services.recap import Recaps, Told
from bot.services.stories import Quotes
from bot.serving import chat_platforms
from bot.text import Text
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.twins import discord, slack
from tests.twins.discord import discord_twin
from tests.twins.discord.places import Guild
from tests.twins.slack import slack_twin
from tests.twins.slack.workspace import Team
from tests.weekly.cases import CASES, Case
from tests.weekly.clubs import ZONE, Club

# In which order the rooms of a case come.
PLATFORMS = ("lounge", "discord", "slack")


@dataclass(frozen=True)
class Posted:
    """What became of a case: the deliveries in the order of `PLATFORMS`, the card, and what people see."""

    deliveries: Sequence[Delivery]
    club: Club
    card: Card | None = None
    discord: discord.Answer | None = None
    slack: slack.Shown | None = None


class Once:
    """Draws equal pictures once."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._drawn: dict[object, bytes] = {}

    async def draw(self, picture: Picture, theme: Theme, say: Callable[[Text], str] = str) -> bytes:
        key = (repr(picture), theme, say(picture.alt()))
        if key not in self._drawn:
            self._drawn[key] = await self._painter.draw(picture, theme, say)
        return self._drawn[key]


@dataclass
class Press:
    """The running platforms."""

    earshot: Earshot
    lounge: Lounge
    guild: Guild
    team: Team
    people: tuple[discord.Human, slack.Human]
    violations: Callable[[], Sequence[object]]
    folder: Path
    stack: AsyncExitStack
    places: dict[str, tuple[str, discord.Channel, slack.Channel]] = field(default_factory=dict)
    _posted: dict[str, Posted] = field(default_factory=dict)

    async def posted(self, name: str) -> Posted:
        """The post of a case, made once."""
        if name not in self._posted:
            self._posted[name] = await self._post(name, CASES[name])
        return self._posted[name]

    async def club(self, name: str) -> Club:
        """An empty club on a store of its own."""
        store = FakeStore()
        called = name.replace(" ", "-")
        there, elsewhere = self.guild.channel(called), self.team.channel(called)
        self.places[name] = called, there, elsewhere
        rooms = [
            RoomRef("lounge", "", called),
            RoomRef("discord", str(self.guild.id), str(there.id)),
            RoomRef("slack", self.team.id, elsewhere.id),
        ]
        group = await store.open_room(rooms[0], "Night Owls", ZONE)
        for room in rooms[1:]:
            await store.open_room(room, "Night Owls", ZONE)
            await store.move_room(room, group.id)
        return Club(store, group, rooms)

    async def _post(self, name: str, case: Case) -> Posted:
        club = await self.club(name)
        await case.play(club)
        cards: list[Card] = []
        deliveries = await self.deliver(club, case, cards)
        if not cards:
            return Posted(deliveries, club)
        _, there, elsewhere = self.places[name]
        [on_discord] = self.people[0].sees(there)
        [on_slack] = self.people[1].sees(elsewhere)
        return Posted(deliveries, club, cards[0], on_discord, on_slack)

    async def deliver(
        self, club: Club, case: Case, cards: list[Card], why: Why = Why.NONE
    ) -> Sequence[Delivery]:
        """Every room's post about the case's period, at its hour; the cards that were drawn are added to `cards`."""
        store, clock = club.store, FakeClock(case.period.end_ms + 18 * HOUR_MS)
        recaps = Recaps(store, store, store, store, store, clock, FakeChance())
        quotes = Quotes(store, store, store, store, clock)
        drawing = RecapCards(
            Once(self.earshot.painter), Addresses(), store, quotes.quotes_for, read_languages()
        )

        async def draw(told: Told, weekly: Weekly, notes: Sequence[Text]) -> Card:
            cards.append(await drawing.post(told, weekly, notes))
            return cards[-1]

        poster = RoomPoster(self.earshot.platforms, Ledger(store, clock), draw)
        posting = Posting(store, store, store, recaps, clock, poster, _nothing, _unwanted)
        wanted = Weekly(
            club.group.id, Schedule(ZONE, kinds=frozenset({case.period.kind})), True, case.layout,
            case.left_out, case.language,
        )  # fmt: skip
        wanted = await store.begin_weekly(wanted)
        slot = Slot(case.period, clock.now)
        await store.plan(
            [Planned(wanted, wanted, [NewDelivery(it, slot, why) for it in club.rooms])], clock.now
        )
        for platform in PLATFORMS:
            if (due := await posting.claim(platform)) is not None:
                await posting.post(due)
        made = {it.room: it for it in await store.deliveries(club.group.id, key_of(case.period))}
        return [made[room] for room in club.rooms]


async def _nothing(group_id: GroupId) -> None:
    """Nobody has left."""


async def _unwanted(member_id: MemberId, why: Text) -> None:
    raise AssertionError(why)


@asynccontextmanager
async def press(folder: Path) -> AsyncIterator[Press]:
    """Start it."""
    async with AsyncExitStack() as stack:
        in_discord = await stack.enter_async_context(discord_twin())
        in_slack = await stack.enter_async_context(slack_twin())
        settings = Settings(
            zone=ZONE,
            log_level="WARNING",
            data=Data(str(folder)),
            discord=Discord(in_discord.token, in_discord.api_url),
            slack=Slack(in_slack.bot_token, in_slack.app_token, api_url=in_slack.api_url),
            web=Web(port=0),
        )
        guild, team = in_discord.guild("Friends"), in_slack.team("Work")
        earshot = await stack.enter_async_context(open_earshot(settings, folder))
        lounge = Lounge(
            cogs=earshot.cogs, messages=earshot.store, whispers=earshot.whispers, ledger=earshot.ledger,
            meter=earshot.meter, clock=earshot.clock, chance=earshot.chance,
            residents=EveryResident(earshot.store, earshot.people, earshot.chance),
            rooms=[LoungeRoom(it.replace(" ", "-"), it) for it in (*CASES, "notes")],
            pictures=folder / "pictures", token=earshot.chance.token(), choosing=True,
        )  # fmt: skip
        await earshot.painter.warm()
        platforms, _ = chat_platforms(earshot)
        for platform in (lounge, *platforms):
            earshot.platforms.add(platform)
            await platform.start()
            stack.push_async_callback(platform.stop)
        yield Press(
            earshot,
            lounge,
            guild,
            team,
            (guild.human("Zoe"), team.human("Zoe")),
            lambda: [*in_discord.violations, *in_slack.violations],
            folder,
            stack,
        )
