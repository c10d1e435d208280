"""One-time codes, and offers of a page (`CodeStore`, `OfferStore`)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, delete, func, insert, select, update

from bot.core.model import Identity
from bot.errors import NotAllowed
from bot.integrations.store import schema
from bot.integrations.store.engine import AnyRow, OnDatabase
from bot.ports import OneTimeCode
from bot.text import t

_CODE = schema.one_time_code.c
_WRONG = schema.wrong_code.c
_OFFER = schema.page_offer.c
_DAY_MS = 86_400_000


class Codes(OnDatabase):
    """See `ports.CodeStore` and `ports.OfferStore`."""

    async def keep_code(self, code: OneTimeCode, now_ms: int) -> None:
        of_maker = and_(
            _CODE.kind == code.kind, _CODE.platform == code.maker.platform, _CODE.user == code.maker.user
        )
        async with self._database.write() as connection:
            await connection.execute(delete(schema.one_time_code).where(of_maker))
            await connection.execute(delete(schema.one_time_code).where(_CODE.expires_ms <= now_ms - _DAY_MS))
            await connection.execute(
                insert(schema.one_time_code).values(
                    hash=code.hash,
                    kind=code.kind,
                    **code.maker._asdict(),
                    group_id=code.group_id,
                    expires_ms=code.expires_ms,
                    used=code.used,
                )
            )

    async def find_code(
        self, hash_: str, identity: Identity, *, now_ms: int, since_ms: int, most_wrong: int
    ) -> OneTimeCode | None:
        asker = and_(schema.identity.c.platform == identity.platform, schema.identity.c.user == identity.user)
        theirs = and_(_WRONG.platform == identity.platform, _WRONG.user == identity.user)
        async with self._database.write() as connection:
            # One guess of an asker after the other, so that all are counted.
            await connection.execute(select(schema.identity.c.user).where(asker).with_for_update())
            await connection.execute(delete(schema.wrong_code).where(theirs, _WRONG.at_ms < since_ms))
            wrong = await connection.scalar(select(func.count()).select_from(schema.wrong_code).where(theirs))
            if (wrong or 0) >= most_wrong:
                raise NotAllowed(t("Those were too many wrong codes. Try again in an hour."))
            found = await connection.execute(select(schema.one_time_code).where(_CODE.hash == hash_))
            row = found.one_or_none()
            if row is None:
                await connection.execute(insert(schema.wrong_code).values(**identity._asdict(), at_ms=now_ms))
                return None
            return _code(row)

    async def use_code(self, hash_: str) -> bool:
        async with self._database.write() as connection:
            used = await connection.execute(
                update(schema.one_time_code).where(_CODE.hash == hash_, ~_CODE.used).values(used=True)
            )
            return used.rowcount == 1

    async def offer_page(self, kind: str, hash_: str, identity: Identity, expires_ms: int) -> None:
        theirs = and_(_OFFER.kind == kind, _OFFER.platform == identity.platform, _OFFER.user == identity.user)
        async with self._database.write() as connection:
            await connection.execute(delete(schema.page_offer).where(theirs))
            await connection.execute(
                insert(schema.page_offer).values(
                    hash=hash_, kind=kind, **identity._asdict(), expires_ms=expires_ms
                )
            )

    async def page_offer(self, kind: str, hash_: str, now_ms: int) -> Identity | None:
        async with self._database.read() as connection:
            found = await connection.execute(select(schema.page_offer).where(_is_good(kind, hash_, now_ms)))
            return _identity(found.one_or_none())

    async def take_page(self, kind: str, hash_: str, now_ms: int) -> Identity | None:
        async with self._database.write() as connection:
            taken = await connection.execute(
                delete(schema.page_offer).where(_is_good(kind, hash_, now_ms)).returning(*_OFFER)
            )
            return _identity(taken.one_or_none())


def _is_good(kind: str, hash_: str, now_ms: int) -> ColumnElement[bool]:
    return and_(_OFFER.kind == kind, _OFFER.hash == hash_, _OFFER.expires_ms > now_ms)


def _identity(row: AnyRow | None) -> Identity | None:
    return None if row is None else Identity(row.platform, row.user)


def _code(row: AnyRow) -> OneTimeCode:
    return OneTimeCode(
        row.hash, row.kind, Identity(row.platform, row.user), row.group_id, row.expires_ms, row.used
    )
