"""Linking as a member sees it: the page, Spotify, the way back, undo. Over HTTP with the practice Spotify."""

from __future__ import annotations

import logging
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from html import unescape

import aiohttp
import aiohttp.test_utils
import pytest

from bot.core.model import Identity, LinkState, Member, MemberId
from bot.errors import LinkExpired
from bot.integrations.spotify import SpotifyAccounts, SpotifyListening
from bot.integrations.vault import Keyring
from bot.services.access import Access
from bot.services.linking import (
    BASE_SCOPES,
    LOGIN_MS,
    MORE_SCOPES,
    SCOPE_WORDS,
    UNDO_MS,
    Linked,
    Linking,
    SpotifyApp,
)
from bot.web import WebServer, make_web
from bot.web.pages import linked_page
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.practice import CLIENT_ID, Practice, gateway_to, practice_spotify


@dataclass
class House:
    """The bot's web server before a practice Spotify, with Ana and Ben in chat."""

    url: str
    clock: FakeClock
    store: FakeStore
    practice: Practice
    linking: Linking
    access: Access
    listening: SpotifyListening
    ana: Member
    ben: Member
    checks: dict[str, bool] = field(default_factory=lambda: {"database": True})


@dataclass
class Page:
    """What a browser got."""

    status: int
    html: str
    headers: dict[str, str]

    @property
    def words(self) -> str:
        return unescape(re.sub(r"<[^>]+>", " ", self.html))

    @property
    def link(self) -> str:
        found = re.search(r'class="button" href="([^"]+)"', self.html)
        assert found is not None, self.words
        return unescape(found[1])

    @property
    def undo(self) -> str:
        found = re.search(r'name="token" value="([^"]+)"', self.html)
        assert found is not None, self.words
        return unescape(found[1])


class Browser:
    """Keeps cookies, follows what a member would."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Browser:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.close()

    async def get(self, url: str, **params: str) -> Page:
        async with self.http.get(url, params=params or None) as answer:
            return Page(answer.status, await answer.text(), dict(answer.headers))

    async def post(self, url: str, params: dict[str, str] | None = None, **form: str) -> Page:
        async with self.http.post(url, params=params, data=form) as answer:
            return Page(answer.status, await answer.text(), dict(answer.headers))

    async def link(self, member: Member, listener: str = "ana", *, decision: str = "agree") -> Page:
        """From the card in chat to the page at the end."""
        page = await self.get((await self.house.linking.begin(member)).url)
        back = await self.house.practice.agree(page.link, listener, decision=decision)
        return await self.get(f"{self.house.url}/callback", **back)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    clock, store, vault = FakeClock(), FakeStore(), Keyring({1: b"k" * 32}, 1)
    async with (
        practice_spotify(clock) as practice,
        gateway_to(practice.server.api_url) as gateway,
    ):
        accounts = SpotifyAccounts(gateway, practice.server.accounts_url)
        access = Access(store, store, accounts, vault, clock)
        port = aiohttp.test_utils.unused_port()
        url = f"http://127.0.0.1:{port}"
        app = SpotifyApp(CLIENT_ID, f"{url}/callback", f"{url}/link")
        it = House(
            url=url,
            clock=clock,
            store=store,
            practice=practice,
            linking=Linking(store, store, accounts, access, vault, clock, FakeChance(), app),
            access=access,
            listening=SpotifyListening(gateway),
            ana=await store.add_member("Ana <3", "UTC", Identity("lounge", "ana"), 0),
            ben=await store.add_member("Ben", "UTC", Identity("lounge", "ben"), 0),
        )

        async def ready() -> dict[str, bool]:
            return it.checks

        async def metrics() -> bytes:
            return b"earshot_build_info 1.0\n"

        application = make_web(it.linking, ready, https=False, metrics=metrics)
        server = WebServer(application, "127.0.0.1", port)
        assert await server.start() == port
        try:
            yield it
        finally:
            await server.stop()


async def test_from_the_card_to_a_link_that_is_looked_at_soon(house: House):
    async with Browser(house) as browser:
        page = await browser.get((await house.linking.begin(house.ana)).url)
        assert page.status == 200
        assert "Ana &lt;3" in page.html
        assert "whether I may read which tracks you played" in page.words
        assert "/unlink deletes all of it" in page.words
        back = await house.practice.agree(page.link, "ana")
        page = await browser.get(f"{house.url}/callback", **back)
    assert "Ana on Spotify is now linked to Ana <3 in chat" in page.words
    assert "1 of the app's 5 seats is taken" in page.words
    assert back["code"] not in page.html
    (due,) = await house.store.claim_due("host", house.clock.now, house.clock.now + 1, 10)
    assert due.link.member_id == house.ana.id
    assert due.last_ms == 0
    assert len(await house.access.use(due.link, house.listening.recent)) == 50
    assert due.link.scopes == {"user-read-recently-played"}


async def test_every_page_keeps_its_secrets(house: House):
    async with Browser(house) as browser:
        pages = [
            await browser.link(house.ana),
            await browser.get(f"{house.url}/link", state="nonsense"),
            await browser.get(f"{house.url}/nowhere"),
            await browser.get(f"{house.url}/style.css"),
            await browser.get(f"{house.url}/healthz"),
        ]
    for page in pages:
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert page.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
        assert "<script" not in page.html
        assert "style=" not in page.html
        assert "access_token" not in page.html
    assert [page.status for page in pages] == [200, 400, 404, 200, 200]


async def test_a_login_is_good_for_one_use_and_ten_minutes(house: House):
    async with Browser(house) as browser:
        page = await browser.get((await house.linking.begin(house.ana)).url)
        back = await house.practice.agree(page.link)
        assert (await browser.get(f"{house.url}/callback", **back)).status == 200
        again = await browser.post(f"{house.url}/callback", params=back)
        assert again.status == 400
        assert "used already" in again.words
        url = (await house.linking.begin(house.ana)).url
        assert (await browser.get(url)).status == 200
        house.clock.advance(LOGIN_MS)
        assert (await browser.get(url)).status == 400
        older = (await house.linking.begin(house.ben)).url
        await house.linking.begin(house.ben)
        assert (await browser.get(older)).status == 400


async def test_who_said_no_has_nothing_linked(house: House):
    async with Browser(house) as browser:
        page = await browser.link(house.ana, decision="cancel")
    assert "You said no at Spotify" in page.words
    assert await house.store.links(house.ana.id) == []


async def test_a_login_passed_to_somebody_else_names_whose_it_is(house: House):
    """Ben sends Ana the address of Spotify itself, past the page with his name."""
    async with Browser(house) as bens, Browser(house) as anas:
        page = await bens.get((await house.linking.begin(house.ben)).url)
        back = await house.practice.agree(page.link, "ana")
        page = await anas.get(f"{house.url}/callback", **back)
        assert "Link your Spotify to Ben?" in page.words
        assert await house.store.links(house.ben.id) == []
        assert back["code"] not in page.html
        page = await anas.post(f"{house.url}/callback", params=back)
        assert "Ana on Spotify is now linked to Ben in chat" in page.words


async def test_not_me_takes_the_link_off_again(house: House):
    async with Browser(house) as browser:
        page = await browser.link(house.ben, "ana")
        undone = await browser.post(f"{house.url}/undo", token=page.undo)
        assert "The link is gone" in undone.words
        assert await house.store.links(house.ben.id) == []
        again = await browser.post(f"{house.url}/undo", token=page.undo)
        assert again.status == 400
        assert (await browser.post(f"{house.url}/undo", token="nonsense")).status == 400
        assert (await browser.post(f"{house.url}/undo", token="ü")).status == 400
        later = await browser.link(house.ben, "ana")
        house.clock.advance(UNDO_MS + 1)
        assert (await browser.post(f"{house.url}/undo", token=later.undo)).status == 400
    assert len(await house.store.links(house.ben.id)) == 1


async def test_an_undo_does_not_reach_a_link_made_later(house: House):
    async with Browser(house) as browser:
        first = await browser.link(house.ana)
        (link,) = await house.store.links(house.ana.id)
        house.clock.advance(60_000)
        renewed = await browser.link(house.ana)
        assert "renewed for six months" in renewed.words
        assert "undo" not in renewed.words
        assert (await browser.post(f"{house.url}/undo", token=first.undo)).status == 400
    (kept,) = await house.store.links(house.ana.id)
    assert kept.id == link.id
    assert kept.authorized_at_ms == house.clock.now


async def test_an_account_belongs_to_one_member_and_a_member_to_one_account(house: House):
    async with Browser(house) as browser:
        await browser.link(house.ana, "ana")
        page = await browser.link(house.ben, "ana")
        assert page.status == 400
        assert "another member" in page.words
        page = await browser.link(house.ana, "ben")
        assert page.status == 400
        assert "/unlink there first" in page.words
    assert await house.store.links(house.ben.id) == []
    assert len(await house.store.links(house.ana.id)) == 1


async def test_who_became_one_of_two_members_keeps_both_accounts_and_renews_either(house: House):
    async with Browser(house) as browser:
        await browser.link(house.ana, "ana")
        await browser.link(house.ben, "ben")
        await house.store.merge_members(house.ana.id, house.ben.id)
        for listener in ("ana", "ben"):
            assert "renewed for six months" in (await browser.link(house.ana, listener)).words
        third = list(house.practice.server.listening.listeners)[4]
        assert "/unlink there first" in (await browser.link(house.ana, third)).words
    links = await house.store.links(house.ana.id)
    assert len({link.account for link in links}) == len(links) == 2
    for link in links:
        assert len(await house.access.use(link, house.listening.recent)) == 50


async def test_the_sixth_account_is_told_whom_to_ask(house: House):
    listeners = list(house.practice.server.listening.listeners)
    async with Browser(house) as browser:
        for listener in listeners[:5]:
            member = await house.store.add_member(listener, "UTC", None, 0)
            page = await browser.link(member, listener)
        assert "5 of the app's 5 seats are taken" in page.words
        sixth = await house.store.add_member("Six", "UTC", None, 0)
        page = await browser.link(sixth, listeners[5])
    assert page.status == 502
    assert "the seats of the host's are taken" in page.words
    assert "/link what:app" in page.words
    assert await house.store.links(sixth.id) == []


def test_whoever_links_through_their_own_app_is_not_told_of_the_hosts_seats():
    ana = Member(MemberId(1), "Ana", "UTC")
    linked = Linked(ana, "Ana", True, True, 1, frozenset(), "", 0)
    assert "through your own Spotify app" in linked_page(linked, 5)
    assert "seats" not in linked_page(linked, 5)
    assert "1 of the app's 5 seats" in unescape(linked_page(replace(linked, own=False), 5))


def test_each_permission_that_is_asked_for_has_its_words():
    assert BASE_SCOPES.union(*MORE_SCOPES.values()) == set(SCOPE_WORDS)


async def test_trouble_at_spotify_is_a_page_with_a_sentence(house: House):
    async with Browser(house) as browser:
        for fault in ("503", "html"):
            await house.practice.fault(fault, path="/api/token")
            page = await browser.link(house.ana)
            assert page.status == 502
            assert "try again in a few minutes" in page.words
        await house.practice.fault("quota", path="/v1/me", seconds=50_000)
        assert (await browser.link(house.ana)).status == 502
        calls = await house.store.spent("host", 0)
        assert "asked me to pause" in (await browser.link(house.ana)).words
        assert await house.store.spent("host", 0) == calls
    assert await house.store.links(house.ana.id) == []


async def test_more_is_asked_for_when_needed_and_kept_when_renewed(house: House):
    async with Browser(house) as browser:
        page = await browser.get((await house.linking.begin(house.ana, {"playlists"})).url)
        assert "make and fill playlists" in page.words
        await browser.get(f"{house.url}/callback", **await house.practice.agree(page.link))
        page = await browser.get((await house.linking.begin(house.ana)).url)
        assert "playlist-modify-private" in page.link
        assert "playlist-modify-public" in page.link


async def test_six_months_later_the_member_links_anew(house: House):
    async with Browser(house) as browser:
        await browser.link(house.ana)
        (link,) = await house.store.links(house.ana.id)
        house.clock.advance(184 * 86_400_000)
        with pytest.raises(LinkExpired):
            await house.access.use(link, house.listening.recent)
        (link,) = await house.store.links(house.ana.id)
        assert link.state is LinkState.EXPIRED
        assert "renewed" in (await browser.link(house.ana)).words
    (link,) = await house.store.links(house.ana.id)
    assert link.state is LinkState.ACTIVE
    assert len(await house.access.use(link, house.listening.recent)) == 50


async def test_health_and_readiness(house: House):
    async with Browser(house) as browser:
        alive = await browser.get(f"{house.url}/healthz")
        assert (alive.status, alive.html) == (200, "alive")
        assert (await browser.get(f"{house.url}/readyz")).status == 200
        house.checks["database"] = False
        page = await browser.get(f"{house.url}/readyz")
        assert page.status == 503
        assert '"database": false' in page.html


async def test_metrics_are_there_only_where_they_are_wanted(house: House):
    async with Browser(house) as browser:
        page = await browser.get(f"{house.url}/metrics")
    assert (page.status, page.html) == (200, "earshot_build_info 1.0\n")
    assert page.headers["Content-Type"].startswith("text/plain; version=0.0.4")

    async def ready() -> dict[str, bool]:
        return {}

    server = WebServer(make_web(house.linking, ready, https=False), "127.0.0.1", 0)
    port = await server.start()
    try:
        async with Browser(house) as browser:
            assert (await browser.get(f"http://127.0.0.1:{port}/metrics")).status == 404
    finally:
        await server.stop()


async def test_no_code_state_or_token_is_logged(house: House, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.INFO)
    async with Browser(house) as browser:
        page = await browser.get((await house.linking.begin(house.ana)).url)
        back = await house.practice.agree(page.link)
        await browser.get(f"{house.url}/callback", **back)
        await browser.post(f"{house.url}/callback", params=back)
    ours = [it.getMessage() for it in caplog.records if it.name.startswith("bot.")]
    assert any("NotFound" in line for line in ours)
    assert not [line for line in ours if back["code"] in line or back["state"] in line]
