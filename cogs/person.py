"""The same person on another platform: a code from here, a code from there."""

from __future__ import annotations

from bot.chat import Button, Card, Cog, Context, Lines, action
from bot.chat.asker import asker
from bot.chat.places import platform_name
from bot.errors import NotAllowed
from bot.services.pairing import Pairing
from bot.services.people import People
from bot.text import t


class SamePerson(Cog):
    """Two accounts in chat that are one member."""

    def __init__(self, people: People, pairing: Pairing) -> None:
        self.people = people
        self.pairing = pairing

    @action("person.code", private=True)
    async def offer(self, ctx: Context) -> Card:
        """A code, and what to do with it."""
        await asker(self.people, ctx)
        code = await self.pairing.offer(ctx.person.identity)
        return Card(
            t("Your code: {code}", code=code),
            (
                Lines(
                    (
                        t(
                            "Where I know you by another account (on another platform, or in another workspace), "
                            "say /link code:{code}",
                            code=code,
                        ),
                        t("It is good for ten minutes and for one use."),
                        t("Give it to nobody: whoever uses it becomes the same person as you."),
                    )
                ),
            ),
        )

    async def redeem(self, ctx: Context, code: str) -> Card:
        """For `/link code:…`: whom it would make the member one with, and the question."""
        member = await asker(self.people, ctx)
        other = await self.pairing.other(code, ctx.person.identity, member)
        return Card(
            t("Is {name} you?", name=other.member.name),
            (
                Lines(
                    (
                        t(
                            "This makes you the same person as {name}, known here from {platform}. Only say yes if you "
                            "made this code yourself.",
                            name=other.member.name,
                            platform=platform_name(other.platform),
                        ),
                        t("Links, imports, lists and groups of both become yours, wherever you talk to me."),
                        t(
                            "In a group where I know you both ways, only what you agreed to both times stays shown."
                        ),
                    )
                ),
            ),
            (
                Button(
                    t("Yes, that is me"), "person.unite", {"code": code, "asked": str(member.id)}, strong=True
                ),
            ),
        )

    @action("person.unite", private=True)
    async def unite(self, ctx: Context, code: str, asked: str) -> Card:
        """The member's yes; nobody else's, whoever a platform lets press."""
        member = await asker(self.people, ctx)
        if asked != str(member.id):
            raise NotAllowed(t("That question was for somebody else."))
        member = await self.pairing.unite(code, ctx.person.identity, member)
        return Card(
            t("You are one person now"),
            (Lines((t("Here and there I know you as {name}.", name=member.name),)),),
            (Button(t("All that is yours"), "account.home"),),
            replaces=True,
        )
