"""One person on two platforms: a code made on one, typed on the other, and a yes."""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.model import Identity, Member
from bot.errors import NotAllowed, NotFound
from bot.ports import MemberStore, OneTimeCode
from bot.services.codes import Codes, Kind
from bot.text import t


@dataclass(frozen=True, slots=True)
class Other:
    """Who made a code, and on which platform."""

    member: Member
    platform: str


class Pairing:
    """Makes two members one."""

    def __init__(self, members: MemberStore, codes: Codes) -> None:
        self._members = members
        self._codes = codes

    async def offer(self, identity: Identity) -> str:
        """A code for the member behind this identity, to be typed as somebody else."""
        return await self._codes.make(Kind.PERSON, identity)

    async def other(self, typed: str, identity: Identity, member: Member) -> Other:
        """Whom this code would make the member one with; nothing happens yet.

        Raises `NotAllowed` for the member's own code or too many wrong ones, `NotFound` as `Codes.look_up`.
        """
        return (await self._look_up(typed, identity, member))[1]

    async def unite(self, typed: str, identity: Identity, member: Member) -> Member:
        """Make the two one: the older of the two members, who now has all of both. Raises as `other`, and `Stale`."""
        code, other = await self._look_up(typed, identity, member)
        await self._codes.use(code)
        keep, gone = sorted((member, other.member), key=lambda it: it.id)
        await self._members.merge_members(keep.id, gone.id)
        return keep

    async def _look_up(self, typed: str, identity: Identity, member: Member) -> tuple[OneTimeCode, Other]:
        code = await self._codes.look_up(Kind.PERSON, typed, identity)
        maker = await self._members.member_of(code.maker)
        if maker is None:
            raise NotFound(t("Whoever made that code is not here any more."))
        if maker.id == member.id:
            raise NotAllowed(
                t("You made this code yourself. Type it where I know you by another account.")
                if code.maker == identity
                else t("I know already that you are the same person there and here.")
            )
        return code, Other(maker, code.maker.platform)
