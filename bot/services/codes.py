"""One-time codes that somebody makes in one place and types in another, within ten minutes."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256

from bot.core.calendar import HOUR_MS
from bot.core.model import GroupId, Identity
from bot.errors import NotFound, Stale
from bot.ports import Chance, Clock, CodeStore, OneTimeCode
from bot.text import t

CODE_MS = 10 * 60_000
# So many wrong codes an hour may somebody type: with 40 bits in a code, nobody guesses one.
WRONG_MOST = 5
# Nothing in it looks like something else: no 0 and O, no 1 and I.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
LENGTH = 8


class Kind(StrEnum):
    """What a code is for."""

    PERSON = "person"
    ROOM = "room"


class Codes:
    """Makes codes and knows them again; only their hashes are stored."""

    def __init__(self, store: CodeStore, clock: Clock, chance: Chance) -> None:
        self._store = store
        self._clock = clock
        self._chance = chance

    async def make(self, kind: Kind, maker: Identity, group_id: GroupId | None = None) -> str:
        """A code like `ABCD-2345`; an earlier one of the same maker and kind is good for nothing any more."""
        now_ms = self._clock.now_ms()
        code = _code_from(self._chance.token())
        await self._store.keep_code(
            OneTimeCode(_hash(code), kind.value, maker, group_id, now_ms + CODE_MS), now_ms
        )
        return f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"

    async def look_up(self, kind: Kind, typed: str, identity: Identity) -> OneTimeCode:
        """The code that this identity typed, in whichever spelling; it stays usable.

        Raises `NotFound` for a wrong one, one that is used or too old, and one for something else; `NotAllowed`
        after too many wrong ones.
        """
        now_ms = self._clock.now_ms()
        code = await self._store.find_code(
            _hash(_as_written(typed)),
            identity,
            now_ms=now_ms,
            since_ms=now_ms - HOUR_MS,
            most_wrong=WRONG_MOST,
        )
        if code is None:
            raise NotFound(
                t("I know no such code. Look at it again; a newer one takes the place of an older one.")
            )
        if code.kind != kind.value:
            raise NotFound(
                t("That code is for a room: one of its admins uses it with /rooms.")
                if kind is Kind.PERSON
                else t("That code is for a person: use it with /link, in private.")
            )
        if code.used:
            raise NotFound(t("That code was used already. Make a new one."))
        if code.expires_ms <= now_ms:
            raise NotFound(t("That code is older than ten minutes. Make a new one."))
        return code

    async def use(self, code: OneTimeCode) -> None:
        """Use it up. Raises `Stale` where somebody was quicker."""
        if not await self._store.use_code(code.hash):
            raise Stale(t("That code was used in this moment. Make a new one."))


def _code_from(token: str) -> str:
    """Five bits a character, from a token that nobody can guess."""
    bits = int.from_bytes(sha256(token.encode()).digest())
    return "".join(ALPHABET[bits >> 5 * n & 31] for n in range(LENGTH))


def _as_written(typed: str) -> str:
    return "".join(it for it in typed.upper() if it in ALPHABET)


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
