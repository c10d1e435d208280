"""Accounts at sources, their sealed grants, logins on their way, and when to look next (`LinkStore`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, bindparam, delete, distinct, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.apps import is_own
from bot.core.model import Link, LinkId, LinkState, MemberId, Source
from bot.errors import NotAllowed, NotFound
from bot.integrations.store import schema
from bot.integrations.store.engine import AnyRow, OnDatabase
from bot.integrations.store.forgetting import forget_stories
from bot.integrations.store.referring import referring
from bot.ports import DueLink, PendingLogin
from bot.text import t

_LOOKS = (
    select(schema.link, schema.poll.c.next_ms, schema.poll.c.last_ms, schema.poll.c.fails)
    .join(schema.poll)
    .where(schema.poll.c.active)
)
_GIVEN_BACK = (
    update(schema.poll)
    .where(schema.poll.c.link_id == bindparam("claimed"), schema.poll.c.next_ms == bindparam("until_ms"))
    .values(next_ms=bindparam("due_ms"))
)


def _due_developers() -> Select[tuple[str]]:
    """Steps from one developer account to the next along the index, whatever the number of their links."""
    first = select(func.min(schema.poll.c.developer).label("name"))
    step = first.cte("developers", recursive=True)
    following = (
        select(func.min(schema.poll.c.developer))
        .where(schema.poll.c.developer > step.c.name)
        .scalar_subquery()
    )
    developers = step.union_all(select(following).where(step.c.name.is_not(None)))
    due = (
        select(1)
        .where(
            schema.poll.c.developer == developers.c.name,
            schema.poll.c.active,
            schema.poll.c.next_ms <= bindparam("now_ms"),
        )
        .exists()
    )
    return select(developers.c.name).where(due).order_by(developers.c.name)


_DUE_DEVELOPERS = _due_developers()


class Links(OnDatabase):
    """See `ports.LinkStore`."""

    async def begin_login(self, login: PendingLogin) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                select(schema.member.c.id)
                .where(schema.member.c.id == login.member_id)
                .with_for_update(key_share=True)
            )
            await connection.execute(
                delete(schema.pending_login).where(schema.pending_login.c.member_id == login.member_id)
            )
            await connection.execute(
                insert(schema.pending_login).values(
                    state=login.state,
                    member_id=login.member_id,
                    verifier=login.verifier,
                    client_id=login.client_id,
                    redirect_uri=login.redirect_uri,
                    scopes=login.scopes,
                    expires_ms=login.expires_ms,
                    note=login.note,
                )
            )

    async def login(self, state: str, now_ms: int) -> PendingLogin | None:
        async with self._database.read() as connection:
            row = (
                await connection.execute(
                    select(schema.pending_login).where(
                        schema.pending_login.c.state == state, schema.pending_login.c.expires_ms > now_ms
                    )
                )
            ).one_or_none()
        return None if row is None else _login(row)

    async def take_login(self, state: str, now_ms: int) -> PendingLogin | None:
        async with self._database.write() as connection:
            taken = await connection.execute(
                delete(schema.pending_login)
                .where(schema.pending_login.c.state == state)
                .returning(*schema.pending_login.c)
            )
            row = taken.one_or_none()
            await connection.execute(
                delete(schema.pending_login).where(schema.pending_login.c.expires_ms <= now_ms)
            )
        return None if row is None or row.expires_ms <= now_ms else _login(row)

    async def link_account(self, link: Link, sealed_grant: bytes | None, next_poll_ms: int) -> Link:
        link_of_account = schema.link.c.source == link.source.value, schema.link.c.account == link.account
        async with self._database.write() as connection:
            found = None
            while found is None:  # again where the link that was in the way has just been deleted
                await connection.execute(
                    self._database.insert(schema.link).values(_columns(link)).on_conflict_do_nothing()
                )
                found = (
                    await connection.execute(
                        select(schema.link).where(*link_of_account).with_for_update(key_share=True)
                    )
                ).one_or_none()
            stored = link_of_row(found)
            if stored.member_id != link.member_id:
                raise NotAllowed(
                    t(
                        "This account is linked to another member already. "
                        "If that was you, unlink it there first; if not, link an account of your own."
                    )
                )
            renewed = await connection.execute(
                update(schema.link)
                .where(schema.link.c.id == stored.id)
                .values(_columns(link))
                .returning(*schema.link.c)
            )
            if sealed_grant is not None:
                await self._keep_grant(connection, stored.id, sealed_grant)
                await self._live_anew(connection, stored.id, link.authorized_at_ms)
            due = {
                "developer": link.developer,
                "active": link.state is LinkState.ACTIVE,
                "next_ms": next_poll_ms,
                "fails": 0,
            }
            looked = self._database.insert(schema.poll).values(link_id=stored.id, last_ms=0, **due)
            await connection.execute(looked.on_conflict_do_update(index_elements=["link_id"], set_=due))
            return link_of_row(renewed.one())

    async def export_link(self, member_id: MemberId, source: Source) -> Link:
        wanted = select(schema.link).where(
            schema.link.c.member_id == member_id,
            schema.link.c.source == source.value,
            schema.link.c.account == "",
        )
        async with self._database.write() as connection:
            await connection.execute(
                self._database.insert(schema.link)
                .values(_columns(Link(LinkId(0), member_id, source)))
                .on_conflict_do_nothing()
            )
            return link_of_row((await connection.execute(wanted)).one())

    async def links(self, member_id: MemberId) -> Sequence[Link]:
        async with self._database.read() as connection:
            return await links_of(connection, [member_id])

    async def link(self, link_id: LinkId) -> Link | None:
        async with self._database.read() as connection:
            row = (
                await connection.execute(select(schema.link).where(schema.link.c.id == link_id))
            ).one_or_none()
        return None if row is None else link_of_row(row)

    async def sealed_grant(self, link_id: LinkId) -> bytes | None:
        async with self._database.read() as connection:
            sealed: bytes | None = await connection.scalar(
                select(schema.sealed_grant.c.sealed).where(schema.sealed_grant.c.link_id == link_id)
            )
        return sealed

    async def renew_grant(self, link_id: LinkId, before: bytes, sealed_grant: bytes) -> bool:
        async with self._database.write() as connection:
            renewed = await connection.execute(
                update(schema.sealed_grant)
                .where(schema.sealed_grant.c.link_id == link_id, schema.sealed_grant.c.sealed == before)
                .values(sealed=sealed_grant)
            )
            return renewed.rowcount > 0

    async def take_turn(self, link_id: LinkId, now_ms: int, until_ms: int) -> bool:
        turn = self._database.insert(schema.refresh_turn).values(link_id=link_id, until_ms=until_ms)
        async with self._database.write() as connection:
            await require_link(connection, link_id)
            taken = await connection.execute(
                turn.on_conflict_do_update(
                    index_elements=["link_id"],
                    set_={"until_ms": until_ms},
                    where=schema.refresh_turn.c.until_ms <= now_ms,
                ).returning(schema.refresh_turn.c.until_ms)
            )
            return taken.first() is not None

    async def end_turn(self, link_id: LinkId, until_ms: int) -> None:
        async with self._database.write() as connection:
            await connection.execute(
                delete(schema.refresh_turn).where(
                    schema.refresh_turn.c.link_id == link_id, schema.refresh_turn.c.until_ms == until_ms
                )
            )

    async def end_link(self, link_id: LinkId, refused: bytes, now_ms: int) -> bool:
        async with self._database.write() as connection:
            await require_link(connection, link_id)
            still = await connection.scalar(
                select(schema.sealed_grant.c.link_id)
                .where(schema.sealed_grant.c.link_id == link_id, schema.sealed_grant.c.sealed == refused)
                .with_for_update()
            )
            if still is None:
                return False
            await _set_state(connection, link_id, LinkState.EXPIRED)
            await connection.execute(
                update(schema.lifetime)
                .where(schema.lifetime.c.link_id == link_id, schema.lifetime.c.ended_ms == 0)
                .values(ended_ms=now_ms, due_ms=now_ms)
            )
            return True

    async def set_state(self, link_id: LinkId, state: LinkState) -> None:
        async with self._database.write() as connection:
            await require_link(connection, link_id)
            await _set_state(connection, link_id, state)

    async def unlink(self, link_id: LinkId) -> int:
        async with self._database.write() as connection:
            return await forget_link(connection, link_id)

    async def forget_developer(self, developer: str) -> None:
        async with self._database.write() as connection:
            await _forget_developer(connection, developer)

    async def seats(self, client_id: str) -> int:
        async with self._database.read() as connection:
            seats = await connection.scalar(
                select(func.count(distinct(schema.link.c.account))).where(
                    schema.link.c.client_id == client_id, schema.link.c.account != ""
                )
            )
        return seats or 0

    async def states(self) -> Mapping[LinkState, int]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                select(schema.link.c.state, func.count())
                .where(schema.link.c.account != "")
                .group_by(schema.link.c.state)
            )
            return {LinkState(state): links for state, links in rows}

    async def developers(self, source: Source) -> Sequence[str]:
        named = (
            select(schema.link.c.developer)
            .where(schema.link.c.source == source.value, schema.link.c.account != "")
            .distinct()
            .order_by(schema.link.c.developer)
        )
        async with self._database.read() as connection:
            return list(await connection.scalars(named))

    async def due_developers(self, now_ms: int) -> Sequence[str]:
        async with self._database.read() as connection:
            return list(await connection.scalars(_DUE_DEVELOPERS, {"now_ms": now_ms}))

    async def claim_due(self, developer: str, now_ms: int, until_ms: int, limit: int) -> Sequence[DueLink]:
        wanted = (
            _LOOKS.where(schema.poll.c.developer == developer, schema.poll.c.next_ms <= now_ms)
            .order_by(schema.poll.c.next_ms)
            .limit(limit)
            .with_for_update(of=schema.poll, skip_locked=True)
        )
        async with self._database.write() as connection:
            due = [_due(row) for row in await connection.execute(wanted)]
            if due:
                await connection.execute(
                    update(schema.poll)
                    .where(schema.poll.c.link_id.in_([it.link.id for it in due]))
                    .values(next_ms=until_ms)
                )
        return due

    async def give_back(self, claimed: Sequence[DueLink], until_ms: int) -> None:
        if not claimed:
            return
        async with self._database.write() as connection:
            await connection.execute(
                _GIVEN_BACK,
                [{"claimed": it.link.id, "until_ms": until_ms, "due_ms": it.next_ms} for it in claimed],
            )

    async def looks(self, member_ids: Collection[MemberId]) -> Sequence[DueLink]:
        async with self._database.read() as connection:
            rows = await connection.execute(
                _LOOKS.where(schema.link.c.member_id.in_(list(member_ids))).order_by(schema.link.c.id)
            )
            return [_due(row) for row in rows]

    async def _keep_grant(self, connection: AsyncConnection, link_id: LinkId, sealed: bytes) -> None:
        await connection.execute(
            self._database.insert(schema.sealed_grant)
            .values(link_id=link_id, sealed=sealed)
            .on_conflict_do_update(index_elements=["link_id"], set_={"sealed": sealed})
        )

    async def _live_anew(self, connection: AsyncConnection, link_id: LinkId, authorized_at_ms: int) -> None:
        anew = {"ended_ms": 0, "said": "", "due_ms": authorized_at_ms}
        await connection.execute(
            self._database.insert(schema.lifetime)
            .values(link_id=link_id, **anew)
            .on_conflict_do_update(index_elements=["link_id"], set_=anew)
        )


async def links_of(connection: AsyncConnection, member_ids: Sequence[MemberId]) -> list[Link]:
    """The links of these members, oldest first."""
    rows = await connection.execute(
        select(schema.link).where(schema.link.c.member_id.in_(member_ids)).order_by(schema.link.c.id)
    )
    return [link_of_row(row) for row in rows]


async def forget_link(connection: AsyncConnection, link_id: LinkId) -> int:
    """Delete a link with everything that belongs to it. The number of plays deleted."""
    link = (
        await connection.execute(
            select(schema.link.c.developer, schema.link.c.member_id)
            .where(schema.link.c.id == link_id)
            .with_for_update()
        )
    ).one_or_none()
    going = referring(schema.link, schema.link.c.id == link_id)
    deleted = {
        table: (await connection.execute(delete(table).where(going[table]))).rowcount
        for table in reversed(going)
    }
    if link is not None:
        await forget_stories(connection, link.member_id)
        if is_own(link.developer):
            await _forget_developer(connection, link.developer)
    return deleted[schema.play]


async def _forget_developer(connection: AsyncConnection, developer: str) -> None:
    """Forget what a developer account has spent, once no link is made through it."""
    unused = ~select(schema.link.c.id).where(schema.link.c.developer == developer).exists()
    for table in (schema.spending, schema.blocked):
        await connection.execute(delete(table).where(table.c.developer == developer, unused))


async def hold_members(connection: AsyncConnection, *members: MemberId) -> bool:
    """Hold on to members and their links until the end of the transaction: nothing new becomes theirs meanwhile.

    False where one of them is not there (any more).
    """
    held = await connection.execute(
        select(schema.member.c.id)
        .where(schema.member.c.id.in_(members))
        .order_by(schema.member.c.id)
        .with_for_update()
    )
    if len(held.all()) < len(members):
        return False
    # Also with whoever writes plays right now: what comes in while rows are changed would escape the change.
    await connection.execute(
        select(schema.link.c.id)
        .where(schema.link.c.member_id.in_(members))
        .order_by(schema.link.c.id)
        .with_for_update()
    )
    return True


async def require_member(connection: AsyncConnection, member_id: MemberId) -> None:
    """As `hold_members`. Raises `NotFound` where the member is not there (any more)."""
    if not await hold_members(connection, member_id):
        raise NotFound(t("You are not known here (any more)."))


async def _set_state(connection: AsyncConnection, link_id: LinkId, state: LinkState) -> None:
    """Change the state of a link that the transaction holds."""
    await connection.execute(update(schema.link).where(schema.link.c.id == link_id).values(state=state.value))
    await connection.execute(
        update(schema.poll).where(schema.poll.c.link_id == link_id).values(active=state is LinkState.ACTIVE)
    )


async def require_link(connection: AsyncConnection, link_id: LinkId) -> None:
    """Hold on to a link until the end of the transaction, so that its writers take turns.

    Raises `NotFound` where it was unlinked in the meantime.
    """
    held = await connection.scalar(
        select(schema.link.c.id).where(schema.link.c.id == link_id).with_for_update(key_share=True)
    )
    if held is None:
        raise NotFound(t("This account is not linked any more. /link links it again."))


def _columns(link: Link) -> dict[str, Any]:
    return {
        "member_id": link.member_id,
        "source": link.source.value,
        "account": link.account,
        "client_id": link.client_id,
        "developer": link.developer,
        "scopes": link.scopes,
        "authorized_at_ms": link.authorized_at_ms,
        "state": link.state.value,
    }


def _login(row: AnyRow) -> PendingLogin:
    return PendingLogin(
        state=row.state,
        member_id=row.member_id,
        verifier=row.verifier,
        client_id=row.client_id,
        redirect_uri=row.redirect_uri,
        scopes=row.scopes,
        expires_ms=row.expires_ms,
        note=row.note,
    )


def _due(row: AnyRow) -> DueLink:
    return DueLink(link_of_row(row), row.next_ms, row.last_ms, row.fails)


def link_of_row(row: AnyRow) -> Link:
    """The link of a row that has its columns."""
    return Link(
        id=row.id,
        member_id=row.member_id,
        source=Source(row.source),
        account=row.account,
        client_id=row.client_id,
        developer=row.developer,
        scopes=row.scopes,
        authorized_at_ms=row.authorized_at_ms,
        state=LinkState(row.state),
    )
