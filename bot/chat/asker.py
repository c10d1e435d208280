"""Who asks, as a member."""

from __future__ import annotations

from bot.chat.context import Context
from bot.core.model import Member
from bot.services.people import People


async def asker(people: People, ctx: Context) -> Member:
    """The member who asks; somebody new is written down (`People.member`)."""
    person = ctx.person
    return await people.member(person.identity, person.name, person.zone)
