"""A feature whose answers show a member's numbers, and what the ledger knows of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.chat import Button, Card, Cog, Context, action, command
from bot.chat.cards import Shown
from bot.core.model import MemberId
from bot.ports import Post
from bot.text import t
from tests.fakes import FakeStore


class Posting(Cog):
    """Shows Ana's numbers, at once or after `gate` is set."""

    def __init__(self, store: FakeStore) -> None:
        self.store = store
        self.gate = asyncio.Event()
        self.member = MemberId(0)

    async def _card(self, *, replaces: bool = False) -> Card:
        if not self.member:
            self.member = (await self.store.add_member("Ana", "UTC", None, 0)).id
        recap = await self.store.freeze(None, None, 0, "[]", "aa")
        shows = Shown(recap.id, "posted", frozenset({self.member}))
        return Card(t("Ana: 7 plays"), (), (Button(t("Again"), "posting.again"),), None, replaces, shows)

    @command("Ana's numbers")
    async def numbers(self, ctx: Context) -> Card:
        return await self._card()

    @command("Ana's numbers, later")
    async def later(self, ctx: Context) -> Card:
        await self.gate.wait()
        return await self._card()

    @command("Ana's numbers, for one pair of eyes", private=True)
    async def quietly(self, ctx: Context) -> Card:
        return await self._card()

    @action("posting.again")
    async def again(self, ctx: Context) -> Card:
        return await self._card(replaces=True)

    async def noted(self) -> Sequence[Post]:
        """What is written down, the newest first."""

        def same(facts: str, member_id: MemberId) -> str:
            return facts

        return await self.store.strike_out(self.member, None, same, 1, 2, stays=True)
