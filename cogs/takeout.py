"""Taking everything along: a page that gives a zip of all that is kept about whoever asks."""

from __future__ import annotations

from bot.chat import Card, Cog, Context, Lines, Link, action
from bot.services.people import People
from bot.services.takeout import Takeouts
from bot.text import t


class Takeout(Cog):
    """Offers the page."""

    def __init__(self, people: People, takeouts: Takeouts) -> None:
        self.people = people
        self.takeouts = takeouts

    @action("takeout.ask", private=True)
    async def ask(self, ctx: Context) -> Card:
        """The way to the page, in place of one that was offered before."""
        member = await self.people.known(ctx.person.identity)
        if member is None:
            return Card(t("Nothing is kept about you, so there is nothing to take along."))
        page = Link(t("Open the page"), await self.takeouts.offer(ctx.person.identity))
        lines = [
            t("A zip with everything I keep about you, in JSON and CSV. A README in it says what is what."),
            t(
                "The page gives it once, within an hour. Whoever has its address can take it: pass it to nobody."
            ),
        ]
        if self.takeouts.only_here:
            lines.append(
                t(
                    "It opens only on the machine that I run on, for I have no public address. Whoever runs me can "
                    "give me one ([web] public_url)."
                )
            )
        return Card(t("Take everything along"), (Lines(tuple(lines)),), (page,))
