"""Accounts at sources: logins on their way, sealed grants, when to look again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.model import (
    Link,
    LinkId,
    LinkState,
    MemberId,
    Source,
)


@dataclass(frozen=True, slots=True)
class PendingLogin:
    """A login that was begun: `state` is single-use and bound to the member; `verifier` is PKCE's, sealed."""

    state: str
    member_id: MemberId
    verifier: bytes
    client_id: str
    redirect_uri: str
    scopes: frozenset[str]
    expires_ms: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What the token endpoint gave. Lives in memory only; the store keeps it sealed."""

    access_token: str
    refresh_token: str
    expires_ms: int
    scopes: frozenset[str]


class Vault(Protocol):
    """Encryption at rest. `context` is bound to the ciphertext, so that it cannot be moved to another row."""

    def seal(self, secret: str, context: str) -> bytes: ...

    def unseal(self, sealed: bytes, context: str) -> str:
        """Raises `Unavailable` where key or context do not fit."""
        ...


@dataclass(frozen=True, slots=True)
class DueLink:
    """A link to look at: when it is due, the last look that succeeded (0: none yet), how many failed since."""

    link: Link
    next_ms: int
    last_ms: int
    fails: int


class LinkStore(Protocol):
    """Accounts at sources, their sealed grants, and logins on their way."""

    async def begin_login(self, login: PendingLogin) -> None:
        """Remember a login; older ones of the same member are dropped."""
        ...

    async def login(self, state: str, now_ms: int) -> PendingLogin | None:
        """The login of this state without using it up; None if unknown, used or expired."""
        ...

    async def take_login(self, state: str, now_ms: int) -> PendingLogin | None:
        """The login of this state, which is used up by this; None if unknown, used or expired."""
        ...

    async def link_account(self, link: Link, sealed_grant: bytes | None, next_poll_ms: int) -> Link:
        """Store a new link (its `id` is ignored), or renew the member's link to the same account.

        `sealed_grant` is None where a source shows plays without one.
        Raises `NotAllowed` where another member has linked this account.
        """
        ...

    async def export_link(self, member_id: MemberId, source: Source) -> Link:
        """The member's link for exports of this kind, made if absent."""
        ...

    async def links(self, member_id: MemberId) -> Sequence[Link]: ...

    async def link(self, link_id: LinkId) -> Link | None: ...

    async def sealed_grant(self, link_id: LinkId) -> bytes | None: ...

    async def renew_grant(self, link_id: LinkId, before: bytes, sealed_grant: bytes) -> bool:
        """Put a grant in the place of the one that it was made from; False where that is not there any more."""
        ...

    async def take_turn(self, link_id: LinkId, now_ms: int, until_ms: int) -> bool:
        """Be the only one who refreshes this link's grant, until then at most; False while somebody else is.

        Raises `NotFound` where the link is gone.
        """
        ...

    async def end_turn(self, link_id: LinkId, until_ms: int) -> None:
        """Let the next one refresh, unless the turn that went until then is over already."""
        ...

    async def end_link(self, link_id: LinkId, refused: bytes, now_ms: int) -> bool:
        """The grant was refused for good: the link is `EXPIRED` since now, and its lifetime is due.

        False where this grant is not there any more: the link was renewed. Raises `NotFound` where it is gone.
        """
        ...

    async def set_state(self, link_id: LinkId, state: LinkState) -> None: ...

    async def unlink(self, link_id: LinkId) -> int:
        """Delete the link with its grant, plays, coverage and polls. The number of plays deleted."""
        ...

    async def forget_developer(self, developer: str) -> None:
        """Forget what a developer account has spent and until when it is paused, unless a link is made through it."""
        ...

    async def seats(self, client_id: str) -> int:
        """How many different accounts are linked through this client ID."""
        ...

    async def states(self) -> Mapping[LinkState, int]:
        """How many API links are in each state; states that no link is in are left out."""
        ...

    async def developers(self, source: Source) -> Sequence[str]:
        """The developer accounts that links of this source spend the calls of, by name."""
        ...

    async def due_developers(self, now_ms: int) -> Sequence[str]:
        """The developer accounts of active links whose next look is due, by name."""
        ...

    async def claim_due(self, developer: str, now_ms: int, until_ms: int, limit: int) -> Sequence[DueLink]:
        """Take active links of this developer account whose next look is due, most overdue first.

        Nobody else is given them before `until_ms`, when they are due again: by then whoever took them has recorded
        the look (`record_poll`), given them back, or died. The `next_ms` of the answer is when they were due.
        """
        ...

    async def give_back(self, claimed: Sequence[DueLink], until_ms: int) -> None:
        """Make links due again as they were before they were claimed until then, unless they were looked at since."""
        ...

    async def looks(self, member_ids: Collection[MemberId]) -> Sequence[DueLink]:
        """The active API links of these members, due or not, by link id."""
        ...
