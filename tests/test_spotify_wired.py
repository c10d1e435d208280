"""Earshot as it is plugged together, without a public address: an own app, a pasted address, and an end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

import aiohttp
import pytest

from bot.app import open_earshot
from bot.chat import Button, Card, Context, Form, Link, Person
from bot.chat.features import Features
from bot.config import Data, Discord, Settings, Spotify
from bot.core.model import Identity, LinkState, Place
from bot.errors import LinkExpired
from bot.sandbox import SAMPLE_LISTENERS, App, PracticeSpotify, agree, read_catalogue

OWN = "a" * 32
ANA = Identity("discord", "1")


class Room:
    """Keeps what is whispered, as a platform does that reaches nobody."""

    name = "discord"
    connected = True

    def __init__(self) -> None:
        self.whispered: list[tuple[Identity, Card]] = []

    async def whisper(self, identity: Identity, card: Card) -> None:
        self.whispered.append((identity, card))


async def nobody(typed: str) -> None:
    """Nobody is asked about here."""


def context() -> Context:
    async def progress(text: object) -> None: ...

    return Context(Person(ANA, "Ana"), Place(None), "r1", progress)


async def revoke(practice: PracticeSpotify, listener: str) -> None:
    """The listener takes every app off their account."""
    fault = {"kind": "revoke", "listener": listener}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{practice.base_url}/_practice/faults", json=fault) as answer,
    ):
        assert answer.status < 300


async def test_from_a_typed_client_id_to_the_word_that_it_was_taken_back(tmp_path: Path) -> None:
    practice = PracticeSpotify(
        read_catalogue(), SAMPLE_LISTENERS, seed=7, clock=lambda: datetime.now(UTC),
        apps=[App(OWN, None, ["http://127.0.0.1:8888/callback"])],
    )  # fmt: skip
    await practice.start()
    settings = Settings(
        data=Data(folder=str(tmp_path)),
        discord=Discord("a token that nobody uses"),
        spotify=Spotify("", "", practice.accounts_url, practice.api_url, practice.base_url),
    )
    try:
        async with open_earshot(settings, tmp_path) as earshot:
            features, room = Features(earshot.cogs), Room()
            earshot.platforms.add(cast(Any, room))

            async def ask(name: str, **args: str) -> Card | Form:
                return await (await features.call(name, args, nobody)).run(context())

            card = await ask("/link", app=OWN)
            assert isinstance(card, Card)
            [page] = [it.url for it in card.buttons if isinstance(it, Link)]
            [paste] = [it for it in card.buttons if isinstance(it, Button) and it.strong]
            form = await ask(paste.action, **paste.args)
            assert isinstance(form, Form)
            address = f"http://127.0.0.1:8888/callback?{urlencode(await agree(page, 'ana'))}"
            done = await ask(form.submit, **{form.fields[0].name: address})
            assert isinstance(done, Card)
            assert "Ana on Spotify is now linked to you" in str(done.title)
            member = await earshot.store.member_of(ANA)
            assert member is not None
            (report,) = await earshot.polling.freshen([member.id])
            assert report.new == 50

            (link,) = await earshot.store.links(member.id)
            (chore,) = [it for it in earshot.chores if it.name == "lifetimes"]
            await chore.run()
            assert room.whispered == []
            await revoke(practice, "ana")
            with pytest.raises(LinkExpired):
                await earshot.access.use(link, earshot.accounts.account)
            await chore.run()
            await chore.run()
            [(whom, told)] = room.whispered
            assert whom == ANA
            assert "taken back there" in str(told.blocks)
            (ended,) = await earshot.store.links(member.id)
            assert ended.state is LinkState.EXPIRED
            panel = await ask("account.home")
            assert "and ended: link it again before" in str(panel)
    finally:
        await practice.stop()
