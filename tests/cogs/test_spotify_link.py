"""Linking Spotify from the chat alone: pasted addresses, apps of one's own, seats. With the practice Spotify."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from bot.chat import Button, Card, Context, Form, Person
from bot.chat import Link as Page
from bot.chat.cards import Lines
from bot.core.calendar import DAY_MS
from bot.core.lifetimes import Said
from bot.core.model import Identity, Link, LinkState, Place
from bot.errors import BadOption, NotAllowed, NotAllowlisted, NotFound, Refused, ServiceError, UserError
from bot.integrations.spotify import SpotifyAccounts, SpotifyGateway, SpotifyListening
from bot.integrations.system import SystemChance
from bot.integrations.vault import Keyring
from bot.ports import Grant
from bot.sandbox import SAMPLE_LISTENERS, VISITORS, App, PracticeSpotify, agree, read_catalogue
from bot.services.access import Access
from bot.services.linking import LOGIN_MS, SCOPE_WORDS, SEATS, UNDO_MS, Linking, SpotifyApp
from bot.services.people import People
from bot.text import Moment
from cogs.spotify import DASHBOARD, SpotifyLink, reminder
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.practice import gateway_to

HOST, ANAS, BENS = "0" * 32, "a" * 32, "b" * 32
CALLBACK = "http://127.0.0.1:8888/callback"


class Accounts(SpotifyAccounts):
    """Writes down which app refreshed."""

    def __init__(self, gateway: SpotifyGateway, accounts_url: str) -> None:
        super().__init__(gateway, accounts_url)
        self.refreshed: list[str] = []

    async def refresh(self, *, client_id: str, grant: Grant, now_ms: int) -> Grant:
        self.refreshed.append(client_id)
        return await super().refresh(client_id=client_id, grant=grant, now_ms=now_ms)


@dataclass
class House:
    """The feature before a practice Spotify that knows the host's app and one of Ana's and of Ben's."""

    clock: FakeClock
    store: FakeStore
    people: People
    accounts: Accounts
    listening: SpotifyListening

    def __post_init__(self) -> None:
        self.vault = Keyring({1: b"k" * 32}, 1)
        self.access = Access(self.store, self.store, self.accounts, self.vault, self.clock)
        self.spotify = self.hosted_by(HOST)

    def hosted_by(self, client_id: str) -> SpotifyLink:
        """The feature with this app of the host's, without a public address."""
        app = SpotifyApp(client_id, CALLBACK, "http://127.0.0.1:8888/link", pasting=True)
        linking = Linking(
            self.store, self.store, self.accounts, self.access, self.vault, self.clock, FakeChance(), app
        )
        return SpotifyLink(self.people, linking)

    def ctx(self, name: str = "ana") -> Context:
        async def progress(text: object) -> None: ...

        return Context(Person(Identity("discord", name), name.title()), Place(None), "request", progress)

    async def agreed(self, card: Card, listener: str = "ana", decision: str = "agree") -> str:
        """The address that the browser ends on, from the card on."""
        back = await agree(page(card), listener, decision)
        return f"{CALLBACK}?{urlencode(back)}"

    async def linked(self, name: str = "ana", listener: str = "", app: str = "") -> Card:
        """All of it: the card, Spotify, the pasted address."""
        card = await self.spotify.link(self.ctx(name), app)
        return await self.spotify.address_given(self.ctx(name), await self.agreed(card, listener or name))

    async def links(self, name: str = "ana") -> list[Link]:
        member = await self.people.known(Identity("discord", name))
        return [] if member is None else list(await self.store.links(member.id))


@pytest.fixture
async def house() -> AsyncIterator[House]:
    clock, store = FakeClock(), FakeStore()
    server = PracticeSpotify(
        read_catalogue(), (*SAMPLE_LISTENERS, *VISITORS), seed=7,
        clock=lambda: datetime.fromtimestamp(clock.now / 1000, UTC),
        apps=[App(HOST, None, [CALLBACK]), App(ANAS, None, [CALLBACK], "ana"), App(BENS, None, [CALLBACK], "ben")],
    )  # fmt: skip
    await server.start()
    try:
        async with gateway_to(server.api_url) as gateway:
            accounts = Accounts(gateway, server.accounts_url)
            people = People(store, store, clock, "UTC")
            yield House(clock, store, people, accounts, SpotifyListening(gateway))
    finally:
        await server.stop()


def words(card: Card) -> str:
    said = [str(card.title)]
    for block in card.blocks:
        assert isinstance(block, Lines)
        said += [str(block.heading or ""), *map(str, block.lines)]
    return "\n".join(said)


def page(card: Card) -> str:
    return next(it.url for it in card.buttons if isinstance(it, Page))


def button(card: Card, action: str) -> Button:
    return next(it for it in card.buttons if isinstance(it, Button) and it.action == action)


def has(card: Card, action: str) -> bool:
    return any(isinstance(it, Button) and it.action == action for it in card.buttons)


# --- pasting


async def test_from_the_card_to_the_link_without_a_page_of_ours(house: House) -> None:
    card = await house.spotify.link(house.ctx())
    assert page(card).startswith(house.accounts.authorize_url(
        client_id=HOST, redirect_uri=CALLBACK, scopes=(), state="", verifier="v" * 64
    ).partition("?")[0])  # fmt: skip
    assert parse_qs(urlsplit(page(card)).query)["scope"] == ["user-read-recently-played"]
    said = words(card)
    assert "will belong to you, Ana" in said
    assert "read which tracks you played" in said
    assert "/unlink deletes it all" in said
    assert "a page that does not load, and that is right" in said
    form = await house.spotify.ask_address(house.ctx())
    assert isinstance(form, Form)
    assert (form.submit, form.fields[0].name) == ("account.pasted", "address")
    done = await house.spotify.address_given(house.ctx(), await house.agreed(card))
    assert str(done.title) == "Ana on Spotify is now linked to you, Ana"
    assert "1 of the 5 seats of the host's app is taken" in words(done)
    (link,) = await house.links()
    assert (link.client_id, link.developer) == (HOST, "host")
    assert len(await house.access.use(link, house.listening.recent)) == 50


@pytest.mark.parametrize("around", ["{} ok?", "Here it is:\n{}\nand now?", "{0} {0}"])
async def test_what_stands_around_a_pasted_address_does_no_harm(house: House, around: str) -> None:
    address = await house.agreed(await house.spotify.link(house.ctx()))
    done = await house.spotify.address_given(house.ctx(), around.format(address))
    assert str(done.title) == "Ana on Spotify is now linked to you, Ana"


async def test_the_address_of_spotify_fits_on_a_button_with_every_permission() -> None:
    accounts = SpotifyAccounts(SpotifyGateway())
    longest = accounts.authorize_url(
        client_id=HOST, redirect_uri="http://127.0.0.1:65535/callback", scopes=SCOPE_WORDS,
        state=SystemChance().token(), verifier="v" * 64,
    )  # fmt: skip
    assert len(longest) <= 512, "Discord takes no longer one"


async def test_not_me_takes_it_off_again_within_an_hour(house: House) -> None:
    undo = button(await house.linked("ben", "ana"), "account.undo")
    with pytest.raises(NotFound, match="already gone"):
        await house.spotify.undo(house.ctx("ana"), **undo.args)
    assert len(await house.links("ben")) == 1
    assert "The link is gone" in words(await house.spotify.undo(house.ctx("ben"), **undo.args))
    assert await house.links("ben") == []
    with pytest.raises(NotFound, match="already gone"):
        await house.spotify.undo(house.ctx("ben"), **undo.args)
    later = button(await house.linked("ben", "ana"), "account.undo")
    house.clock.advance(UNDO_MS + 1)
    with pytest.raises(NotFound, match="more than an hour"):
        await house.spotify.undo(house.ctx("ben"), **later.args)
    with pytest.raises(NotFound, match="another version"):
        await house.spotify.undo(house.ctx("ben"), "²")


async def test_renewing_says_so_and_has_no_undo(house: House) -> None:
    await house.linked()
    house.clock.advance(DAY_MS)
    pressed = await house.spotify.link_pressed(house.ctx(), again="yes")
    done = await house.spotify.address_given(house.ctx(), await house.agreed(pressed))
    assert "renewed for six months" in words(done)
    assert not has(done, "account.undo")
    (link,) = await house.links()
    assert link.authorized_at_ms == house.clock.now


async def test_an_address_is_good_once_for_ten_minutes_and_for_who_began(house: House) -> None:
    card = await house.spotify.link(house.ctx())
    address = await house.agreed(card)
    with pytest.raises(NotAllowed, match="Somebody else has begun"):
        await house.spotify.address_given(house.ctx("ben"), address)
    await house.spotify.address_given(house.ctx(), address)
    with pytest.raises(NotFound, match="used already"):
        await house.spotify.address_given(house.ctx(), address)
    with pytest.raises(NotFound, match="used already"):
        await house.spotify.address_given(house.ctx("ben"), address)
    late = await house.agreed(await house.spotify.link(house.ctx("ben")), "ben")
    house.clock.advance(LOGIN_MS)
    with pytest.raises(NotFound, match="older than ten minutes"):
        await house.spotify.address_given(house.ctx("ben"), late)
    assert await house.links("ben") == []


async def test_an_older_card_is_good_for_nothing_once_there_is_a_newer_one(house: House) -> None:
    older = await house.agreed(await house.spotify.link(house.ctx()))
    newer = await house.agreed(await house.spotify.link(house.ctx()))
    with pytest.raises(NotFound):
        await house.spotify.address_given(house.ctx(), older)
    await house.spotify.address_given(house.ctx(), newer)


async def test_who_says_no_is_told_so_and_the_login_is_used_up(house: House) -> None:
    address = await house.agreed(await house.spotify.link(house.ctx()), decision="cancel")
    with pytest.raises(Refused, match="You said no at Spotify"):
        await house.spotify.address_given(house.ctx(), address)
    with pytest.raises(NotFound):
        await house.spotify.address_given(house.ctx(), address)
    assert await house.links() == []


async def test_a_made_up_code_links_nothing(house: House) -> None:
    card = await house.spotify.link(house.ctx())
    state = parse_qs(urlsplit(page(card)).query)["state"][0]
    with pytest.raises(ServiceError):
        await house.spotify.address_given(house.ctx(), f"{CALLBACK}?code=nonsense&state={state}")
    with pytest.raises(BadOption):
        await house.spotify.address_given(house.ctx(), page(card))
    assert await house.links() == []


# --- apps of one's own


async def test_an_own_app_has_its_own_budget_and_refreshes_by_itself(house: House) -> None:
    card = await house.spotify.own_app(house.ctx())
    assert f"enter exactly this: {CALLBACK}" in words(card)
    assert page(card) == DASHBOARD
    form = await house.spotify.enter_app(house.ctx())
    assert form.submit == "account.app.given"
    way = await house.spotify.app_given(house.ctx(), f" {ANAS.upper()}\n")
    assert "through your own Spotify app" in words(way)
    done = await house.spotify.address_given(house.ctx(), await house.agreed(way))
    assert "through your own Spotify app" in words(done)
    (link,) = await house.links()
    assert (link.client_id, link.developer) == (ANAS, f"app:{ANAS}")
    house.clock.advance(2 * 3_600_000)
    assert await house.access.use(link, house.listening.recent)
    assert house.accounts.refreshed == [ANAS]
    assert await house.store.spent(f"app:{ANAS}", 0) == 2
    assert await house.store.spent("host", 0) == 0


async def test_an_own_app_is_kept_until_it_is_changed(house: House) -> None:
    await house.linked(app=ANAS)
    already = await house.spotify.link(house.ctx())
    assert "linked already" in words(already)
    assert "through your own Spotify app" in words(already)
    renewing = await house.spotify.link_pressed(house.ctx(), more="playlists")
    await house.spotify.address_given(house.ctx(), await house.agreed(renewing))
    (link,) = await house.links()
    assert link.client_id == ANAS
    assert "playlist-modify-private" in link.scopes
    back = button(await house.spotify.own_app(house.ctx()), "account.link")
    changing = await house.spotify.link_pressed(house.ctx(), **back.args)
    await house.spotify.address_given(house.ctx(), await house.agreed(changing))
    (link,) = await house.links()
    assert (link.client_id, link.developer) == (HOST, "host")
    assert "playlist-modify-private" in link.scopes
    assert await house.store.spent(f"app:{ANAS}", 0) == 0, "nothing is kept of an app that is used no more"
    await house.linked(app=BENS)
    (link,) = await house.links()
    assert link.developer == f"app:{BENS}"
    assert await house.store.spent(f"app:{BENS}", 0) == 1


@pytest.mark.parametrize("typed", [HOST, "host", "HOST "])
async def test_the_hosts_client_id_is_the_hosts_app(house: House, typed: str) -> None:
    await house.linked(app=typed)
    (link,) = await house.links()
    assert link.developer == "host"


async def test_a_malformed_client_id_says_what_is_wrong(house: House) -> None:
    for typed, said in ((ANAS[:-1], "32 characters, and that has 31"), ("my-app", "“m” is in no client ID")):
        with pytest.raises(BadOption, match=said):
            await house.spotify.link(house.ctx(), typed)
    with pytest.raises(BadOption, match="missing"):
        await house.spotify.app_given(house.ctx(), " ")


async def test_without_an_app_of_the_hosts_an_own_one_links(house: House) -> None:
    house.spotify = house.hosted_by("")
    card = await house.spotify.link(house.ctx())
    assert "has no Spotify app" in words(card)
    assert "How to make one" in words(card)
    assert not has(card, "account.link")
    await house.linked(app=ANAS)
    (link,) = await house.links()
    assert link.developer == f"app:{ANAS}"
    assert await house.access.use(link, house.listening.recent)


# --- seats


async def test_the_sixth_is_told_before_and_after_and_gets_in_by_an_own_app(house: House) -> None:
    everybody = [it.id for it in (*SAMPLE_LISTENERS, *VISITORS)]
    for listener in everybody[:SEATS]:
        await house.linked(listener)
    sixth = everybody[SEATS]
    card = await house.spotify.link(house.ctx(sixth))
    assert "All 5 seats of the host's app seem to be taken" in words(card)
    assert has(card, "account.app")
    address = await house.agreed(card, sixth)
    with pytest.raises(NotAllowlisted, match="a Spotify app of your own"):
        await house.spotify.address_given(house.ctx(sixth), address)
    assert await house.links(sixth) == []
    await house.linked(sixth, app=BENS)
    (link,) = await house.links(sixth)
    assert await house.access.use(link, house.listening.recent)
    renewing = await house.spotify.link_pressed(house.ctx(everybody[0]), again="yes")
    assert "seem to be taken" not in words(renewing)


async def test_without_a_seat_in_an_own_app_its_owner_is_told_where_to_add_themselves(house: House) -> None:
    everybody = [it.id for it in (*SAMPLE_LISTENERS, *VISITORS)]
    for listener in everybody[:SEATS]:
        await house.linked(listener, app=ANAS)
    with pytest.raises(NotAllowlisted, match="Add yourself to it"):
        await house.linked(everybody[SEATS], app=ANAS)
    assert await house.store.spent(f"app:{ANAS}", 0) == SEATS + 1
    with pytest.raises(NotAllowed, match="another member"):
        await house.linked("zoe", everybody[0], app=BENS)
    assert await house.store.spent(f"app:{BENS}", 0) == 0


# --- reminders


@pytest.mark.parametrize("said", [it for it in Said if it])
def test_every_reminder_has_a_date_or_what_follows_and_one_tap_to_link_again(said: Said) -> None:
    card = reminder(said, Moment(1_780_000_000_000, "Europe/Berlin"))
    assert "2026-05-28 22:26" in words(card)
    assert "ink it again" in words(card)
    again = button(card, "account.link")
    assert (again.args, again.strong) == ({"again": "yes"}, True)
    assert has(card, "account.unlink.ask") is (said not in (Said.SOON, Said.SOONER))


async def test_an_ended_link_is_linked_again_by_one_tap(house: House) -> None:
    await house.linked()
    (link,) = await house.links()
    await house.store.set_state(link.id, LinkState.EXPIRED)
    card = await house.spotify.link_pressed(
        house.ctx(), **button(reminder(Said.OVER, Moment(0)), "account.link").args
    )
    await house.spotify.address_given(house.ctx(), await house.agreed(card))
    (again,) = await house.links()
    assert (again.id, again.state) == (link.id, LinkState.ACTIVE)
    with pytest.raises(UserError):
        await house.spotify.link_pressed(house.ctx(), more="everything")
