"""Everything that was sealed (`SealStore`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, and_, cast, select, update
from sqlalchemy.types import String

from bot.integrations.store import schema
from bot.integrations.store.engine import OnDatabase
from bot.ports import Sealed, SealedKind

_LINK = schema.link.c

# Where each kind is kept.
COLUMNS: dict[SealedKind, Column[bytes]] = {
    SealedKind.GRANT: schema.sealed_grant.c.sealed,
    SealedKind.LOGIN: schema.pending_login.c.verifier,
    SealedKind.INSTALLATION: schema.installation.c.sealed,
}
# The thing, then the words that say which it is.
_ROWS: dict[SealedKind, Select[Any]] = {
    SealedKind.GRANT: select(
        COLUMNS[SealedKind.GRANT], _LINK.source, _LINK.account, cast(_LINK.member_id, String)
    ).join(schema.link),
    SealedKind.LOGIN: select(COLUMNS[SealedKind.LOGIN], schema.pending_login.c.state),
    SealedKind.INSTALLATION: select(
        COLUMNS[SealedKind.INSTALLATION], schema.installation.c.platform, schema.installation.c.place
    ),
}


class Seals(OnDatabase):
    """See `ports.SealStore`."""

    async def all_sealed(self) -> Sequence[Sealed]:
        async with self._database.read() as connection:
            return [
                Sealed(kind, tuple(words), sealed)
                for kind, rows in _ROWS.items()
                for sealed, *words in await connection.execute(rows)
            ]

    async def reseal(self, before: Sealed, sealed: bytes) -> bool:
        column = COLUMNS[before.kind]
        async with self._database.write() as connection:
            changed = await connection.execute(
                update(column.table).where(_is(before), column == before.sealed).values({column: sealed})
            )
            return changed.rowcount == 1


def _is(thing: Sealed) -> ColumnElement[bool]:
    if thing.kind is SealedKind.GRANT:
        source, account, _ = thing.words
        of = select(_LINK.id).where(_LINK.source == source, _LINK.account == account)
        return schema.sealed_grant.c.link_id.in_(of)
    if thing.kind is SealedKind.LOGIN:
        return schema.pending_login.c.state == thing.words[0]
    platform, place = thing.words
    return and_(schema.installation.c.platform == platform, schema.installation.c.place == place)
