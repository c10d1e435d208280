"""What adapters remember: memos, and where they were let in (`MemoStore`, `InstallationStore`)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, select

from bot.integrations.store import schema
from bot.integrations.store.engine import OnDatabase

_MEMO = schema.memo.c
_INSTALLED = schema.installation.c


class PlatformNotes(OnDatabase):
    """See `ports.MemoStore` and `ports.InstallationStore`."""

    async def memo(self, key: str) -> str | None:
        async with self._database.read() as connection:
            found = await connection.execute(select(_MEMO.value).where(_MEMO.key == key))
            return found.scalar_one_or_none()

    async def remember(self, key: str, value: str) -> None:
        said = self._database.insert(schema.memo).values(key=key, value=value)
        async with self._database.write() as connection:
            await connection.execute(
                said.on_conflict_do_update(index_elements=["key"], set_={"value": said.excluded.value})
            )

    async def forget(self, key: str) -> bool:
        async with self._database.write() as connection:
            gone = await connection.execute(delete(schema.memo).where(_MEMO.key == key))
            return gone.rowcount == 1

    async def keep_installation(self, platform: str, place: str, sealed: bytes) -> None:
        said = self._database.insert(schema.installation).values(
            platform=platform, place=place, sealed=sealed
        )
        async with self._database.write() as connection:
            await connection.execute(
                said.on_conflict_do_update(
                    index_elements=["platform", "place"], set_={"sealed": said.excluded.sealed}
                )
            )

    async def installation(self, platform: str, place: str) -> bytes | None:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(_INSTALLED.sealed).where(_INSTALLED.platform == platform, _INSTALLED.place == place)
            )
            return found.scalar_one_or_none()

    async def installations(self, platform: str) -> Sequence[str]:
        async with self._database.read() as connection:
            found = await connection.execute(
                select(_INSTALLED.place).where(_INSTALLED.platform == platform).order_by(_INSTALLED.place)
            )
            return found.scalars().all()

    async def forget_installation(self, platform: str, place: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                delete(schema.installation).where(_INSTALLED.platform == platform, _INSTALLED.place == place)
            )
