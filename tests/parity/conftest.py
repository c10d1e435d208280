"""One group that meets in the lounge, on Discord and on Slack, served by one process; Ana and Ben are in all three."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
import pytest_asyncio

from bot.adapters.lounge import EveryResident
from bot.app import Earshot, open_earshot
from bot.chat.features import Features
from bot.config import Data, Discord, Lounge, Settings, Slack, Web
from bot.core.calendar import When, period_of
from bot.core.consent import Feature
from bot.core.model import Group, Identity, Member, NewPlay, RawTrack, RoomRef, Source, Span
from bot.serving import chat_platforms, make_lounge, serving
from tests.parity.voices import DiscordVoice, LoungeVoice, SlackVoice, Voice
from tests.twins import discord, slack
from tests.twins.discord import discord_twin
from tests.twins.slack import slack_twin

ZONE = "Europe/Berlin"
HELLO = RawTrack("spotify:track:abc1", "Hello", "Adele", "25")
CREEP = RawTrack("spotify:track:abc2", "Creep", "Radiohead", "Pablo Honey")
TEARDROP = RawTrack("spotify:track:abc3", "Teardrop", "Massive Attack", "Mezzanine")


@dataclass
class Everywhere:
    """The running bot, both twins, and Ana's and Ben's voices on each platform."""

    earshot: Earshot
    discord: discord.DiscordTwin
    slack: slack.SlackTwin
    voices: Mapping[tuple[str, str], Voice]
    group: Group
    members: Mapping[str, Member]
    rooms: Mapping[str, RoomRef]
    places: Mapping[str, Any]

    def voice(self, platform: str, name: str = "Ana") -> Voice:
        return self.voices[platform, name]


@asynccontextmanager
async def everywhere(folder: Path, named: str = "{name}") -> AsyncIterator[Everywhere]:
    """Start all of it; `named` makes the names of the group and its members.

    At the end nothing was sent that a platform would not take.
    """
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
            lounge=Lounge(0, "music"),
        )
        guild, team = in_discord.guild("Friends"), in_slack.team("Work")
        places: dict[str, Any] = {"discord": guild.channel("music"), "slack": team.channel("music")}
        users = {"discord": lambda human: str(human.id), "slack": lambda human: f"{team.id}/{human.id}"}
        people = {
            name: {"discord": guild.human(name), "slack": team.human(name, tz=ZONE)}
            for name in ("Ana", "Ben")
        }
        earshot = await stack.enter_async_context(open_earshot(settings, folder))
        residents = EveryResident(earshot.store, earshot.people, earshot.chance)
        lounge = make_lounge(earshot, residents, choosing=True)
        platforms, routes = chat_platforms(earshot)
        await stack.enter_async_context(serving(earshot, [lounge, *platforms], routes))
        rooms = {
            "lounge": RoomRef("lounge", "", "music"),
            "discord": RoomRef("discord", str(guild.id), str(places["discord"].id)),
            "slack": RoomRef("slack", team.id, places["slack"].id),
        }
        group, members = await _settle(
            earshot,
            {
                name: [Identity(it, users[it](human)) for it, human in known.items()]
                for name, known in people.items()
            },
            rooms,
            named,
        )
        http = await stack.enter_async_context(aiohttp.ClientSession())
        token = parse_qs(urlsplit(lounge.url).query)["token"][0]
        voices: dict[tuple[str, str], Voice] = {}
        for name, known in people.items():
            base = lounge.url.split("/?")[0]
            voices["lounge", name] = LoungeVoice(http, base, token, "music", name.casefold())
            voices["discord", name] = DiscordVoice(
                known["discord"], places["discord"], Features(earshot.cogs)
            )
            voices["slack", name] = SlackVoice(known["slack"], places["slack"])
        yield Everywhere(earshot, in_discord, in_slack, voices, group, members, rooms, places)
        assert in_discord.violations == []
        assert in_slack.violations == []


async def _settle(
    earshot: Earshot,
    identities: Mapping[str, Sequence[Identity]],
    rooms: Mapping[str, RoomRef],
    named: str,
) -> tuple[Group, dict[str, Member]]:
    """The group with its three rooms, and both members with a week of plays and an identity on each platform."""
    store = earshot.store
    group = await store.open_room(rooms["lounge"], named.replace("{name}", "music"), ZONE)
    for platform in ("discord", "slack"):
        await store.open_room(rooms[platform], "music", ZONE)
        await store.move_room(rooms[platform], group.id)
    week = period_of(When.WEEK, earshot.clock.now_ms(), ZONE)
    members = {}
    for name, played in (("Ana", [HELLO] * 4 + [TEARDROP]), ("Ben", [HELLO, CREEP, CREEP])):
        called = named.replace("{name}", name)
        member = await store.add_member(called, ZONE, Identity("lounge", name.casefold()), week.start_ms)
        for user in identities[name]:
            other = await store.add_member(name, ZONE, user, week.start_ms)
            await store.merge_members(member.id, other.id)
        await store.join(group.id, member.id, list(Feature), list(rooms.values()), week.start_ms)
        link = await store.export_link(member.id, Source.EXTENDED)
        start = week.start_ms + 36 * 3_600_000
        await store.record(
            link.id, [NewPlay(start + n * 200_000, it, 180_000) for n, it in enumerate(played)]
        )
        await store.cover(link.id, [Span(week.start_ms - 7 * 86_400_000, week.end_ms)])
        members[name] = member
    return group, members


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Everywhere]:
    """Started once for a module."""
    async with everywhere(tmp_path_factory.mktemp("everywhere")) as running:
        yield running
