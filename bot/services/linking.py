"""Linking a Spotify account to a member, and taking it off again.

`begin` makes a login that is good for one use within ten minutes and bound to the member. Before Spotify is asked, that
member is named: on our page, or, where no other machine's browser reaches us, on the card in chat. There the browser
ends on an address that does not load, and the member pastes it (`paste`).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bot.core.apps import client_id_of, is_own, own_developer
from bot.core.model import Link, LinkId, LinkState, Member, Source
from bot.core.returned import read_address
from bot.errors import NotAllowed, NotAllowlisted, NotFound, Refused, Unavailable
from bot.ports import Accounts, Chance, Clock, LinkStore, MemberStore, PendingLogin, Vault
from bot.services.access import Access, not_allowlisted, sealed_grant
from bot.text import Text, t

LOGIN_MS = 10 * 60_000
UNDO_MS = 60 * 60_000
SEATS = (
    5  # a development-mode app's; https://developer.spotify.com/documentation/web-api/concepts/quota-modes
)
HOST = "host"  # what is typed instead of a client ID to go back to the host's app

BASE_SCOPES = frozenset({"user-read-recently-played"})
MORE_SCOPES = {"playlists": frozenset({"playlist-modify-public", "playlist-modify-private"})}
# In plain words, what each permission is asked for.
SCOPE_WORDS: Mapping[str, Text] = {
    "user-read-recently-played": t("read which tracks you played (the newest 50, about once an hour)"),
    "playlist-modify-public": t(
        "make and fill playlists in your account that others see, each time you say so"
    ),
    "playlist-modify-private": t(
        "make and fill playlists that are not on your profile, each time you say so"
    ),
}

AGAIN = t("This link was used already, or it is older than ten minutes. Use /link in chat to get a new one.")


class NoApp(Refused):
    """There is no app to link through: the host has none, and the member has named none."""


@dataclass(frozen=True, slots=True)
class SpotifyApp:
    """The host's app ("" as `client_id`: none), and the pages around Spotify's consent.

    `developer` names the account whose daily calls it spends. `pasting`: the redirect leads to the member's own
    machine, where only the host has us. `reading`: whether what members play is read at all.
    """

    client_id: str
    redirect_uri: str
    link_page: str
    developer: str = "host"
    pasting: bool = False
    reading: bool = True


@dataclass(frozen=True, slots=True)
class Login:
    """A login that was begun: where to send the member, and what the card there has to say.

    `own`: through the member's own app. `full`: the app's seats are taken by others, as far as we know. `pasting`:
    `url` is Spotify itself, and the address it ends on has to be pasted.
    """

    state: str
    url: str
    scopes: frozenset[str]
    own: bool
    full: bool
    pasting: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """What the page before Spotify says: who will be linked, what will be asked, where to go on."""

    member: Member
    scopes: frozenset[str]
    spotify_url: str


@dataclass(frozen=True, slots=True)
class Linked:
    """What came of a login. `missing` are scopes that were asked for and not given; `own`: the app is the member's.

    `undo` is a token that takes a first link off again ("" where an older link was renewed).
    """

    member: Member
    account: str
    first_time: bool
    own: bool
    seats: int
    missing: frozenset[str]
    undo: str
    authorized_at_ms: int


class Linking:
    """The flow from `/link` to a stored link, and `/unlink`."""

    def __init__(
        self,
        members: MemberStore,
        links: LinkStore,
        accounts: Accounts,
        access: Access,
        vault: Vault,
        clock: Clock,
        chance: Chance,
        app: SpotifyApp,
    ) -> None:
        self._members = members
        self._links = links
        self._accounts = accounts
        self._access = access
        self._vault = vault
        self._clock = clock
        self._chance = chance
        self._app = app

    @property
    def redirect_uri(self) -> str:
        """What an app has to have registered, letter by letter."""
        return self._app.redirect_uri

    @property
    def hosted(self) -> bool:
        """Whether the host has an app for everybody."""
        return bool(self._app.client_id)

    async def begin(self, member: Member, more: Collection[str] = frozenset(), app: str = "") -> Login:
        """Make a login. `more` names groups of scopes (`MORE_SCOPES`) beyond reading.

        `app` is the client ID of the member's own app, as typed, or `HOST`; "" means the one that their link was made
        through, else the host's. What the link has already been given is asked for again, so that renewing takes
        nothing away. Raises `BadOption` for what is no client ID, and `NoApp`.
        """
        links = await self.spotify_links(member)
        client_id = self._client_id(links, app)
        scopes = (BASE_SCOPES if self._app.reading else frozenset[str]()).union(
            *(MORE_SCOPES[name] for name in more)
        )
        for link in links:
            scopes |= link.scopes & frozenset[str]().union(*MORE_SCOPES.values())
        state = self._chance.token()
        # 64 hexadecimal digits: RFC 7636 (section 4.1) wants 43 to 128 characters.
        verifier = hashlib.sha256(f"{self._chance.token()}.{self._chance.token()}".encode()).hexdigest()
        login = PendingLogin(
            state=state,
            member_id=member.id,
            verifier=self._vault.seal(verifier, login_context(state)),
            client_id=client_id,
            redirect_uri=self._app.redirect_uri,
            scopes=scopes,
            expires_ms=self._clock.now_ms() + LOGIN_MS,
        )
        await self._links.begin_login(login)
        seated = any(link.client_id == client_id for link in links)
        return Login(
            state=state,
            url=self._spotify_url(login) if self._app.pasting else f"{self._app.link_page}?state={state}",
            scopes=scopes,
            own=client_id != self._app.client_id,
            full=not seated and await self._links.seats(client_id) >= SEATS,
            pasting=self._app.pasting,
        )

    async def invitation(self, state: str) -> Invitation:
        """What the page of this login says; the login stays usable. Raises `NotFound`."""
        login = await self._links.login(state, self._clock.now_ms())
        if login is None:
            raise NotFound(AGAIN)
        return Invitation(await self._member(login), login.scopes, self._spotify_url(login))

    async def cancelled(self, state: str) -> None:
        """The member said no at Spotify: the login is used up. Unknown states are no news."""
        await self._links.take_login(state, self._clock.now_ms())

    async def complete(self, state: str, code: str) -> Linked:
        """Spotify sent the member back with a code: exchange it, ask whose it is, store the link, look at it soon.

        Raises `NotFound` for a login that is used or old, `NotAllowed` where the account belongs to another member
        or the member has linked another account, and `ServiceError`s; nothing is stored then.
        """
        login = await self._links.take_login(state, self._clock.now_ms())
        if login is None:
            raise NotFound(AGAIN)
        member = await self._member(login)
        before = await self.spotify_links(member)
        try:
            return await self._linked(login, code, member, before)
        finally:
            # Nothing is kept of an app through which nothing is linked (any more).
            tried = {own_developer(login.client_id), *(link.developer for link in before)}
            for developer in filter(is_own, tried):
                await self._links.forget_developer(developer)

    async def _linked(self, login: PendingLogin, code: str, member: Member, before: Sequence[Link]) -> Linked:
        now_ms = self._clock.now_ms()
        own = login.client_id != self._app.client_id
        developer = own_developer(login.client_id) if own else self._app.developer
        grant = await self._accounts.exchange(
            client_id=login.client_id,
            redirect_uri=login.redirect_uri,
            code=code,
            verifier=self._vault.unseal(login.verifier, login_context(login.state)),
            now_ms=now_ms,
        )
        try:
            account = await self._access.counted(
                developer, lambda: self._accounts.account(grant.access_token)
            )
        except NotAllowlisted as error:
            raise await self._no_seat(error, login.client_id, own=own) from error
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
            developer=developer,
            scopes=grant.scopes,
            authorized_at_ms=now_ms,
            state=LinkState.ACTIVE,
        )
        stored = await self._links.link_account(link, sealed_grant(self._vault, link, grant), now_ms)
        return Linked(
            member=member,
            account=account.name,
            first_time=not before,
            own=own,
            seats=await self._links.seats(login.client_id),
            missing=login.scopes - grant.scopes,
            undo="" if before else self._undo_token(stored),
            authorized_at_ms=now_ms,
        )

    async def paste(self, member: Member, pasted: str) -> Linked:
        """What `complete` does, for the address that the member's browser ended on.

        Raises `BadOption` where it is another address, `NotAllowed` where somebody else has begun that login (which
        stays usable), `Refused` where Spotify was told no, and what `complete` raises.
        """
        for back in read_address(pasted):
            login = await self._links.login(back.state, self._clock.now_ms())
            if login is not None:
                break
        else:
            raise NotFound(AGAIN)
        if login.member_id != member.id:
            raise NotAllowed(
                t("Somebody else has begun that with /link, and only they can go on. Use /link for your own.")
            )
        if back.error:
            await self.cancelled(back.state)
            raise Refused(
                t("You said no at Spotify, so nothing was linked. Use /link whenever you like.")
                if back.error == "access_denied"
                else t("Spotify ended the login by itself, so nothing was linked. Use /link to try again.")
            )
        return await self.complete(back.state, back.code)

    async def undo(self, token: str) -> int:
        """“Not me”: take the link off that this token was made for. The number of plays deleted.

        Raises `NotFound` if the token is old, or the link is gone or was made anew since.
        """
        link_id, authorized_at_ms = self._undoable(token)
        link = await self._links.link(link_id)
        if link is None or link.authorized_at_ms != authorized_at_ms:
            raise NotFound(t("That link is already gone. Nothing is left to undo."))
        return await self._links.unlink(link_id)

    async def undo_own(self, member: Member, authorized_at_ms: int) -> int:
        """“Not me”, said in chat: take the member's link off that was made then. As `undo`."""
        if authorized_at_ms + UNDO_MS < self._clock.now_ms():
            raise NotFound(t("It is more than an hour ago. Use /unlink in chat instead."))
        for link in await self.spotify_links(member):
            if link.authorized_at_ms == authorized_at_ms:
                return await self._links.unlink(link.id)
        raise NotFound(t("That link is already gone. Nothing is left to undo."))

    async def spotify_links(self, member: Member) -> list[Link]:
        """The member's links to Spotify itself, whatever their state."""
        return [link for link in await self._links.links(member.id) if link.source is Source.SPOTIFY]

    async def seats(self, link: Link) -> int:
        """How many seats are taken of the app that this link is made through."""
        return await self._links.seats(link.client_id)

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

    def _client_id(self, links: Sequence[Link], typed: str) -> str:
        """The app to link through."""
        kept = next((link.client_id for link in links if is_own(link.developer)), "")
        if typed.strip().lower() == HOST or not (typed.strip() or kept):
            if not self._app.client_id:
                raise NoApp(
                    t(
                        "Whoever runs me has no Spotify app. You can link through one of your own, or bring your "
                        "Spotify history as a file: /link what:export"
                    )
                )
            return self._app.client_id
        return client_id_of(typed) if typed.strip() else kept

    def _spotify_url(self, login: PendingLogin) -> str:
        return self._accounts.authorize_url(
            client_id=login.client_id,
            redirect_uri=login.redirect_uri,
            scopes=login.scopes,
            state=login.state,
            verifier=self._vault.unseal(login.verifier, login_context(login.state)),
        )

    async def _no_seat(self, said: NotAllowlisted, client_id: str, *, own: bool) -> NotAllowlisted:
        """What to do about it, as far as it is known better than Spotify's refusal says."""
        if own:
            return not_allowlisted(own=True)
        if await self._links.seats(client_id) < SEATS:
            return said
        return NotAllowlisted(
            t(
                "Spotify lets {seats} people in through one app, and the seats of the host's are taken. Link through "
                "a Spotify app of your own (/link what:app says how), or bring your history: /link what:export",
                seats=SEATS,
            )
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


def login_context(state: str) -> str:
    """What the verifier of a login is sealed for."""
    return f"login:{state}"
