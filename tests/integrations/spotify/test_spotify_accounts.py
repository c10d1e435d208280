"""Linking over HTTP: consent, code, tokens, refresh, whose account it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.errors import LinkExpired, NotAllowlisted, RateLimited, Refused, TokenRejected, Unavailable
from bot.integrations.spotify import SpotifyAccounts
from bot.ports import Grant
from tests.fakes import FakeClock
from tests.practice import (
    CLIENT_ID,
    REDIRECT_URI,
    SECRET,
    SECRET_CLIENT_ID,
    Practice,
    gateway_to,
    practice_spotify,
)

VERIFIER = "v" * 64
SCOPES = frozenset({"user-read-recently-played", "user-top-read"})


@dataclass
class Setup:
    clock: FakeClock
    practice: Practice
    accounts: SpotifyAccounts

    async def grant(self, listener: str = "ana", client_id: str = CLIENT_ID) -> Grant:
        url = self.accounts.authorize_url(
            client_id=client_id, redirect_uri=REDIRECT_URI, scopes=SCOPES, state="s", verifier=VERIFIER
        )
        back = await self.practice.agree(url, listener)
        assert back["state"] == "s"
        return await self.accounts.exchange(
            client_id=client_id,
            redirect_uri=REDIRECT_URI,
            code=back["code"],
            verifier=VERIFIER,
            now_ms=self.clock.now,
        )


@pytest.fixture(params=[False, True], ids=["kept", "rotated"])
async def setup(request: pytest.FixtureRequest) -> AsyncIterator[Setup]:
    clock = FakeClock()
    async with (
        practice_spotify(clock, rotation=request.param) as practice,
        gateway_to(practice.server.api_url) as gateway,
    ):
        yield Setup(
            clock,
            practice,
            SpotifyAccounts(gateway, practice.server.accounts_url, {SECRET_CLIENT_ID: SECRET}),
        )


async def test_the_url_names_everything_and_keeps_the_verifier(setup: Setup):
    url = setup.accounts.authorize_url(
        client_id=CLIENT_ID, redirect_uri=REDIRECT_URI, scopes=SCOPES, state="abc", verifier=VERIFIER
    )
    asked = parse_qs(urlsplit(url).query)
    assert url.startswith(f"{setup.practice.server.base_url}/authorize?")
    assert asked["client_id"] == [CLIENT_ID]
    assert asked["state"] == ["abc"]
    assert asked["code_challenge_method"] == ["S256"]
    assert set(asked["scope"][0].split()) == SCOPES
    assert VERIFIER not in url


@pytest.mark.parametrize("client_id", [CLIENT_ID, SECRET_CLIENT_ID])
async def test_a_code_becomes_a_grant_of_an_account(setup: Setup, client_id: str):
    grant = await setup.grant(client_id=client_id)
    assert grant.scopes == SCOPES
    assert grant.expires_ms == setup.clock.now + 3_600_000
    account = await setup.accounts.account(grant.access_token)
    assert account.name == "Ana"
    assert account.id


async def test_a_refresh_keeps_or_replaces_the_refresh_token(setup: Setup):
    grant = await setup.grant()
    setup.clock.advance(3_600_000)
    with pytest.raises(TokenRejected):
        await setup.accounts.account(grant.access_token)
    for _ in range(3):
        grant = await setup.accounts.refresh(client_id=CLIENT_ID, grant=grant, now_ms=setup.clock.now)
        assert (await setup.accounts.account(grant.access_token)).name == "Ana"
        assert grant.scopes == SCOPES


async def test_dead_codes_and_grants_are_expired_links(setup: Setup):
    grant = await setup.grant()
    for code in ("nonsense", ""):
        with pytest.raises(LinkExpired):
            await setup.accounts.exchange(
                client_id=CLIENT_ID, redirect_uri=REDIRECT_URI, code=code, verifier=VERIFIER, now_ms=0
            )
    await setup.practice.fault("revoke", listener="ana")
    with pytest.raises(LinkExpired):
        await setup.accounts.refresh(client_id=CLIENT_ID, grant=grant, now_ms=setup.clock.now)


async def test_a_wrong_verifier_gets_nothing(setup: Setup):
    url = setup.accounts.authorize_url(
        client_id=CLIENT_ID, redirect_uri=REDIRECT_URI, scopes=SCOPES, state="s", verifier=VERIFIER
    )
    back = await setup.practice.agree(url)
    with pytest.raises(LinkExpired):
        await setup.accounts.exchange(
            client_id=CLIENT_ID, redirect_uri=REDIRECT_URI, code=back["code"], verifier="w" * 64, now_ms=0
        )


async def test_an_unknown_app_is_the_operators_matter(setup: Setup):
    grant = Grant("", "whatever", 0, frozenset())
    with pytest.raises(Refused, match="client ID"):
        await setup.accounts.refresh(client_id="nobody", grant=grant, now_ms=0)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("502", Unavailable),
        ("html", Unavailable),
        ("cut", Unavailable),
        ("429", RateLimited),
        ("drop", Unavailable),
    ],
)
async def test_trouble_at_the_token_endpoint(setup: Setup, fault: str, error: type[Exception]):
    grant = await setup.grant()
    await setup.practice.fault(fault, path="/api/token")
    with pytest.raises(error):
        await setup.accounts.refresh(client_id=CLIENT_ID, grant=grant, now_ms=setup.clock.now)


async def test_the_sixth_member_is_sent_to_the_host(setup: Setup):
    for listener in list(setup.practice.server.listening.listeners)[:5]:
        await setup.grant(listener)
    sixth = list(setup.practice.server.listening.listeners)[5]
    grant = await setup.grant(sixth)
    with pytest.raises(NotAllowlisted, match="Ask the host to add your Spotify e-mail in the dashboard"):
        await setup.accounts.account(grant.access_token)
