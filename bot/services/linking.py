"""Linking a Spotify account to a member, and taking it off again.

`begin` makes a login that is good for one use within ten minutes and bound to the member; its page names that member
*before* Spotify is asked, for a link that is passed on must not attach somebody else's account unnoticed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass

from bot.core.model import Link, LinkId, LinkState, Member, Source
from bot.errors import NotAllowed, NotFound, Refused, Unavailable
from bot.ports import Accounts, Chance, Clock, LinkStore, MemberStore, PendingLogin, Vault
from bot.services.access import Access, sealed_grant
from bot.text import t

LOGIN_MS = 10 * 60_000
UNDO_MS = 60 * 60_000
# Spotify ends every grant six months after the member's yes; this is a little less.
GRANT_MS = 180 * 86_400_000
SEATS = (
    5  # a development-mode app's; https://developer.spotify.com/documentation/web-api/concepts/quota-modes
)

BASE_SCOPES = frozenset({"user-read-recently-played", "user-top-read", "user-read-currently-playing"})
MORE_SCOPES = {"playlists": frozenset({"playlist-modify-public", "playlist-modify-private"})}

AGAIN = t("This link was used already, or it is older than ten minutes. Use /link in chat to get a new one.")


@dataclass(frozen=True, slots=True)
class SpotifyApp:
    """The app members link through. `developer` names the account whose daily calls it spends."""

    client_id: str
    redirect_uri: str
    link_page: str
    developer: str = "host"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the page before Spotify says: who will be linked, what will be asked, where to go on."""

    member: Member
    scopes: frozenset[str]
    spotify_url: str


@dataclass(frozen=True, slots=True)
class Linked:
    """What came of a login. `missing` are scopes that were asked for and not given.

    `undo` is a token that takes a first link off again ("" where an older link was renewed).
    """

    member: Member
    account: str
    first_time: bool
    seats: int
    missing: frozenset[str]
    undo: str


class Linking:
    """The flow from `/link` to a stored link, and `/unlink`. Without an `app` only unlinking works."""

    def __init__(
        self,
        members: MemberStore,
        links: LinkStore,
        accounts: Accounts,
        access: Access,
        vault: Vault,
        clock: Clock,
        chance: Chance,
        app: SpotifyApp | None,
    ) -> None:
        self._members = members
        self._links = links
        self._accounts = accounts
        self._access = access
        self._vault = vault
        self._clock = clock
        self._chance = chance
        self._app = app

    async def begin(self, member: Member, more: Collection[str] = frozenset()) -> str:
        """The page to show the member. `more` names groups of scopes (`MORE_SCOPES`) beyond reading.

        What the member's link has already been given is asked for again, so that renewing takes nothing away.
        Raises `Refused` where no app is set up.
        """
        if self._app is None:
            raise Refused(
                t(
                    "Whoever runs me has not set up a Spotify app yet. You can bring your Spotify history as a file "
                    "instead: /link what:export"
                )
            )
        scopes = BASE_SCOPES.union(*(MORE_SCOPES[name] for name in more))
        for link in await self.spotify_links(member):
            scopes |= link.scopes & frozenset[str]().union(*MORE_SCOPES.values())
        state = self._chance.token()
        # 64 hexadecimal digits: RFC 7636 (section 4.1) wants 43 to 128 characters.
        verifier = hashlib.sha256(f"{self._chance.token()}.{self._chance.token()}".encode()).hexdigest()
        await self._links.begin_login(
            PendingLogin(
                state=state,
                member_id=member.id,
                verifier=self._vault.seal(verifier, _login_context(state)),
                client_id=self._app.client_id,
                redirect_uri=self._app.redirect_uri,
                scopes=scopes,
                expires_ms=self._clock.now_ms() + LOGIN_MS,
            )
        )
        return f"{self._app.link_page}?state={state}"

    async def invitation(self, state: str) -> Invitation:
        """What the page of this login says; the login stays usable. Raises `NotFound`."""
        login = await self._links.login(state, self._clock.now_ms())
        if login is None:
            raise NotFound(AGAIN)
        url = self._accounts.authorize_url(
            client_id=login.client_id,
            redirect_uri=login.redirect_uri,
            scopes=login.scopes,
            state=state,
            verifier=self._vault.unseal(login.verifier, _login_context(state)),
        )
        return Invitation(await self._member(login), login.scopes, url)

    async def cancelled(self, state: str) -> None:
        """The member said no at Spotify: the login is used up. Unknown states are no news."""
        await self._links.take_login(state, self._clock.now_ms())

    async def complete(self, state: str, code: str) -> Linked:
        """Spotify sent the member back with a code: exchange it, ask whose it is, store the link, look at it soon.

        Raises `NotFound` for a login that is used or old, `NotAllowed` where the account belongs to another member
        or the member has linked another account, and `ServiceError`s; nothing is stored then.
        """
        now_ms = self._clock.now_ms()
        login = await self._links.take_login(state, now_ms)
        if login is None or self._app is None:
            raise NotFound(AGAIN)
        member = await self._member(login)
        grant = await self._accounts.exchange(
            client_id=login.client_id,
            redirect_uri=login.redirect_uri,
            code=code,
            verifier=self._vault.unseal(login.verifier, _login_context(state)),
            now_ms=now_ms,
        )
        account = await self._access.counted(
            self._app.developer, lambda: self._accounts.account(grant.access_token)
        )
        before = await self.spotify_links(member)
        if before and all(link.account != account.id for link in before):
            raise NotAllowed(
                t(
                    "{who} in chat is linked to another Spotify account already. Use /unlink there first, then "
                    "link {account}.",
                    who=member.name,
                    account=account.name,
                )
            )
        link = Link(
            id=LinkId(0),
            member_id=member.id,
            source=Source.SPOTIFY,
            account=account.id,
            client_id=login.client_id,
            developer=self._app.developer,
            scopes=grant.scopes,
            authorized_at_ms=now_ms,
            state=LinkState.ACTIVE,
        )
        stored = await self._links.link_account(link, sealed_grant(self._vault, link, grant), now_ms)
        return Linked(
            member=member,
            account=account.name,
            first_time=not before,
            seats=await self._links.seats(login.client_id),
            missing=login.scopes - grant.scopes,
            undo="" if before else self._undo_token(stored),
        )

    async def undo(self, token: str) -> int:
        """“Not me”: take the link off that this token was made for. The number of plays deleted.

        Raises `NotFound` if the token is old, or the link is gone or was made anew since.
        """
        link_id, authorized_at_ms = self._undoable(token)
        link = await self._links.link(link_id)
        if link is None or link.authorized_at_ms != authorized_at_ms:
            raise NotFound(t("That link is already gone. Nothing is left to undo."))
        return await self._links.unlink(link_id)

    async def spotify_links(self, member: Member) -> list[Link]:
        """The member's links to Spotify itself, whatever their state."""
        return [link for link in await self._links.links(member.id) if link.source is Source.SPOTIFY]

    async def links(self, member: Member) -> list[Link]:
        """All of the member's links, imported history included."""
        return list(await self._links.links(member.id))

    async def unlink(self, member: Member, sources: Collection[Source]) -> int:
        """Delete the member's links to these sources with everything known through them. The plays deleted."""
        return sum(
            [
                await self._links.unlink(link.id)
                for link in await self._links.links(member.id)
                if link.source in sources
            ]
        )

    async def _member(self, login: PendingLogin) -> Member:
        member = await self._members.member(login.member_id)
        if member is None:
            raise NotFound(AGAIN)
        return member

    def _undo_token(self, link: Link) -> str:
        until_ms = self._clock.now_ms() + UNDO_MS
        sealed = self._vault.seal(json.dumps([link.id, link.authorized_at_ms, until_ms]), "undo")
        return base64.urlsafe_b64encode(sealed).decode("ascii")

    def _undoable(self, token: str) -> tuple[LinkId, int]:
        """The link of a token and when it was authorised. Its own seal makes the token unforgeable."""
        try:
            sealed = base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
            link_id, authorized_at_ms, until_ms = json.loads(self._vault.unseal(sealed, "undo"))
        except (binascii.Error, UnicodeEncodeError, Unavailable):
            raise NotFound(t("That is not an undo I know. Use /unlink in chat instead.")) from None
        if until_ms < self._clock.now_ms():
            raise NotFound(t("It is more than an hour ago. Use /unlink in chat instead."))
        return LinkId(link_id), authorized_at_ms


def _login_context(state: str) -> str:
    return f"login:{state}"
