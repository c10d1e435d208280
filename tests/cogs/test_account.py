"""Linking, importing, joining and leaving, as features return them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.chat import Button, Card, Context, Form, Person
from bot.chat import Link as PageLink
from bot.chat.cards import Fields, Lines, Listing
from bot.core.consent import Feature
from bot.core.model import Identity, Link, LinkId, LinkState, NewPlay, Place, RawTrack, RoomRef, Source, Span
from bot.errors import BadOption, NotFound, Refused, UserError
from bot.integrations.exports import FilesOnDisk
from bot.integrations.vault import Keyring
from bot.ports import Grant
from bot.sandbox import SAMPLE_LISTENERS, App, PracticeSpotify, read_catalogue
from bot.services.access import Access, sealed_grant
from bot.services.approving import Approving
from bot.services.codes import Codes
from bot.services.importing import Importing
from bot.services.linking import BASE_SCOPES, MORE_SCOPES, Linking, SpotifyApp
from bot.services.pairing import Pairing
from bot.services.panel import Panels
from bot.services.people import People
from bot.services.uploading import Uploading
from bot.text import Text, t
from cogs.account import Account, What, stopped
from cogs.consent import Consent
from cogs.home import Home
from cogs.imports import Imports
from cogs.person import SamePerson
from cogs.scrobbles import Scrobbles
from cogs.spotify import SpotifyLink
from tests.fakes import FakeChance, FakeClock, FakeStore

ROOM = RoomRef("lounge", "", "music-club")
APP = SpotifyApp("client", "http://127.0.0.1:8888/callback", "http://127.0.0.1:8888/link")


@dataclass
class Attached:
    name: str
    path: str


class ConsentPage:
    """All of Spotify that is needed here."""

    def authorize_url(self, *, client_id: str, state: str, **_: object) -> str:
        return f"https://accounts.spotify.com/authorize?client_id={client_id}&state={state}"


class House:
    """The features over an in-memory store."""

    def __init__(self, app: SpotifyApp = APP, page: str = "https://earshot.example/upload") -> None:
        self.clock, self.store = FakeClock(), FakeStore()
        self.vault = Keyring({1: b"k" * 32}, 1)
        accounts: Any = ConsentPage()
        access = Access(self.store, self.store, accounts, self.vault, self.clock)
        people = People(self.store, self.store, self.clock, "UTC")
        chance = FakeChance()
        linking = Linking(self.store, self.store, accounts, access, self.vault, self.clock, chance, app)
        importing = Importing(self.store, self.store, FilesOnDisk())
        uploading = Uploading(self.store, self.store, importing, self.clock, chance, page)
        pairing = Pairing(self.store, Codes(self.store, self.clock, chance))
        self.scrobbles = Scrobbles(people, Approving(self.store, {}, None, self.clock))
        self.imports = Imports(people, importing, uploading)
        self.person = SamePerson(people, pairing)
        self.home = Home(people, Panels(*[self.store] * 6, self.clock))
        self.spotify = SpotifyLink(people, linking)
        self.account = Account(
            people,
            linking,
            self.spotify.link,
            self.spotify.own_app,
            self.scrobbles.lastfm,
            self.scrobbles.listenbrainz,
            self.imports.bring,
            self.person.offer,
            self.person.redeem,
            self.spotify.address_given,
        )
        self.consent = Consent(people, self.store, self.store, self.clock)
        self.people = people
        self.progress: list[Text] = []

    def ctx(
        self,
        name: str = "Ana",
        *,
        platform: str = "lounge",
        room: RoomRef | None = ROOM,
        file: Path | None = None,
        upload_most: int = 512 << 20,
    ) -> Context:
        async def progress(text: Text) -> None:
            self.progress.append(text)

        uploads = {"file": Attached(file.name, str(file))} if file else {}
        person = Person(Identity(platform, name), name)
        place = Place(room, "music-club" if room else "")
        return Context(person, place, "request", progress, uploads, upload_most)

    async def linked(self, more: frozenset[str] = frozenset(), state: LinkState = LinkState.ACTIVE) -> Link:
        ctx = self.ctx()
        member = await self.people.member(ctx.person.identity, ctx.person.name)
        scopes = BASE_SCOPES | more
        link = Link(
            LinkId(0), member.id, Source.SPOTIFY, "acc", "client", "host", scopes, self.clock.now, state
        )
        grant = Grant("a", "r", 0, scopes)
        return await self.store.link_account(link, sealed_grant(self.vault, link, grant), 0)

    async def group_features(self) -> list[frozenset[str]]:
        group = await self.store.open_room(ROOM, "music-club", "UTC")
        return [it.features for it in await self.store.memberships(group.id)]


@pytest.fixture
def house() -> House:
    return House()


def words(card: Card | Form) -> str:
    """Everything a card says."""
    assert isinstance(card, Card)
    said = [str(card.title), str(card.footer or "")]
    for block in card.blocks:
        match block:
            case Lines(lines, heading):
                said += [str(heading or ""), *map(str, lines)]
            case Fields(pairs):
                said += [f"{name}: {value}" for name, value in pairs]
            case Listing(rows, heading):
                said += [str(heading or ""), *(f"{row.text}: {row.note}" for row in rows)]
            case _:
                raise AssertionError(block)
    return "\n".join(said)


def buttons(card: Card | Form) -> list[tuple[str, dict[str, str]]]:
    assert isinstance(card, Card)
    return [(it.action, dict(it.args)) for it in card.buttons if isinstance(it, Button)]


def page(card: Card | Form) -> str:
    assert isinstance(card, Card)
    (found,) = [it.url for it in card.buttons if isinstance(it, PageLink)]
    return found


# --- link -------------------------------------------------------------------------------------------------


async def test_link_leads_to_the_page_that_names_the_member(house: House):
    card = await house.account.link(house.ctx())
    state = page(card).removeprefix("http://127.0.0.1:8888/link?state=")
    login = await house.store.login(state, house.clock.now)
    assert login is not None
    assert login.scopes == BASE_SCOPES
    assert login.verifier[:1] == b"\x01"
    assert "The page says Ana" in words(card)
    assert "whether I may read which tracks you played" in words(card)
    assert "playlists" not in words(card)


async def test_who_is_linked_is_told_so_and_can_renew_or_unlink(house: House):
    await house.linked()
    card = await house.account.link(house.ctx())
    assert "linked already" in words(card)
    assert buttons(card) == [
        ("account.link", {"again": "yes"}), ("account.app", {}), ("account.unlink.ask", {}), ("account.home", {})
    ]  # fmt: skip
    assert "1 of the 5 seats of the host's app is taken" in words(card)
    assert page(await house.spotify.link_pressed(house.ctx(), again="yes"))


@pytest.mark.parametrize("state", [LinkState.EXPIRED, LinkState.NOT_ALLOWLISTED])
async def test_a_link_that_does_not_work_is_renewed_at_once(house: House, state: LinkState):
    await house.linked(state=state)
    assert page(await house.account.link(house.ctx()))


async def test_more_is_asked_for_once(house: House):
    await house.linked()
    card = await house.spotify.link_pressed(house.ctx(), more="playlists")
    state = page(card).rpartition("=")[2]
    login = await house.store.login(state, house.clock.now)
    assert login is not None
    assert login.scopes == BASE_SCOPES | MORE_SCOPES["playlists"]
    await house.linked(MORE_SCOPES["playlists"])
    assert "linked already" in words(await house.spotify.link_pressed(house.ctx(), more="playlists"))
    with pytest.raises(BadOption):
        await house.spotify.link_pressed(house.ctx(), more="everything")


async def test_without_an_app_the_export_is_named_and_how_to_make_one():
    house = House(app=replace(APP, client_id=""))
    card = await house.account.link(house.ctx())
    assert "/link what:export" in words(card)
    assert "enter exactly this: http://127.0.0.1:8888/callback" in words(card)
    assert buttons(card) == [("account.app.enter", {})]


async def test_without_a_key_last_fm_says_so(house: House):
    with pytest.raises(Refused, match=r"has not set up Last\.fm"):
        await house.account.link(house.ctx(), What.LASTFM)


async def test_what_stopped_is_told_with_what_stays():
    card = stopped(t("It is hidden."))
    assert "It is hidden." in words(card)
    assert "until you say /unlink" in words(card)


# --- import -----------------------------------------------------------------------------------------------


async def test_an_export_is_read_and_every_row_accounted_for(house: House, tmp_path: Path):
    form = await house.account.link(house.ctx(), What.EXPORT)
    assert isinstance(form, Form)
    assert form.submit == "account.import"
    assert form.fields[0].file
    now = datetime.fromtimestamp(house.clock.now / 1000, UTC)
    practice = PracticeSpotify(
        read_catalogue(), SAMPLE_LISTENERS, seed=7, clock=lambda: now, apps=[App("c", None, [])]
    )
    file = practice.write_export(tmp_path, "ana", now - timedelta(weeks=4), now)
    first = words(await house.imports.import_export(house.ctx(file=file), file=file.name))
    assert "Already known: 0" in first
    assert "under 30 seconds" in first
    again = words(await house.imports.import_export(house.ctx(file=file), file=file.name))
    assert again.startswith("0 plays added")
    assert house.progress
    member = await house.people.member(Identity("lounge", "Ana"), "Ana")
    (stored,) = await house.store.plays_between([member.id], 0, 10**15)
    assert first.startswith(f"{len(stored.plays):,} plays added")
    form = await house.account.unlink(house.ctx())
    assert isinstance(form, Form)
    deleted = await house.account.unlink_now(house.ctx(), form.fields[0].value)
    assert f"{len(stored.plays):,} plays were deleted" in words(deleted)
    assert not [it for it in deleted.buttons if isinstance(it, PageLink)]


async def test_where_a_form_takes_little_there_is_a_page(house: House):
    card = await house.account.link(house.ctx(upload_most=10 << 20), What.EXPORT)
    assert "Files of up to 10 MB can be chosen here" in words(card)
    assert buttons(card) == [("account.bring.here", {})]
    assert isinstance(await house.imports.bring_here(house.ctx()), Form)
    address, _, token = page(card).rpartition("/")
    assert address == "https://earshot.example/upload"
    offer = await house.imports.uploading.look(token)
    assert (offer.identity, offer.member.name) == (Identity("lounge", "Ana"), "Ana")
    assert "only on the machine" not in words(card)
    assert isinstance(await house.account.link(house.ctx(upload_most=200 << 20), What.EXPORT), Form)


async def test_where_a_form_takes_no_file_there_is_only_the_page(house: House):
    card = await house.account.link(house.ctx(upload_most=0), What.EXPORT)
    assert "can be chosen here" not in words(card)
    assert buttons(card) == []
    assert page(card)


@pytest.mark.parametrize("host", ["127.0.0.1:8888", "[::1]:8888"])
async def test_a_page_without_a_public_address_says_where_it_opens(host: str):
    house = House(page=f"http://{host}/upload")
    card = await house.account.link(house.ctx(upload_most=0), What.EXPORT)
    assert "opens only on the machine that I run on" in words(card)


async def test_a_form_without_a_file_says_what_to_choose(house: House):
    with pytest.raises(BadOption, match="zip from Spotify"):
        await house.imports.import_export(house.ctx())


async def test_an_address_in_place_of_a_code_is_taken_as_pasted(house: House):
    with pytest.raises(BadOption, match="page on which Spotify asks"):
        await house.account.link(
            house.ctx(), code="https://accounts.spotify.com/authorize?response_type=code&state=abc"
        )
    with pytest.raises(NotFound, match="/link"):  # read well, and nobody has begun that login
        await house.account.link(house.ctx(), code="http://127.0.0.1:8888/callback?code=AQD&state=abc")


# --- the same person, and all that is theirs


async def test_link_makes_and_takes_codes(house: House):
    offered = await house.account.link(house.ctx(platform="discord"), What.PERSON)
    assert isinstance(offered, Card)
    code = str(offered.title).rpartition(" ")[2]
    asked = await house.account.link(house.ctx("Anna", platform="slack"), What.SPOTIFY, code)
    assert "the same person as Ana, known here from Discord" in words(asked)
    member = await house.people.known(Identity("slack", "Anna"))
    assert member is not None
    assert buttons(asked) == [("person.unite", {"code": code, "asked": str(member.id)})]


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (LinkState.ACTIVE, "Spotify: linked on 2025-10-09 08:53, lives until about 2026-04-07 08:53"),
        (LinkState.EXPIRED, "Spotify: linked on 2025-10-09 08:53, and ended: link it again"),
        (LinkState.NOT_ALLOWLISTED, "whoever runs me has to add you at Spotify first"),
    ],
)
async def test_the_panel_says_since_when_and_until_when(house: House, state: LinkState, said: str):
    await house.linked(state=state)
    card = await house.home.home(house.ctx())
    assert said in words(card)
    renew = ("account.link", {"again": "yes"} if state is LinkState.ACTIVE else {})
    assert buttons(card) == [
        renew,
        ("account.bring", {}),
        ("person.code", {}),
        ("privacy.panel", {}),
        ("account.unlink.ask", {}),
    ]


async def test_the_panel_says_when_spotify_is_silent_for_longer_than_usual(house: House):
    link = await house.linked()
    song = RawTrack("spotify:track:1", "Song", "Somebody")
    await house.store.record(link.id, [NewPlay(house.clock.now - at * 60_000, song) for at in range(30)])
    sentence = "Spotify has told me of no play since 2025-10-09 08:53, which is longer than usual for you"
    assert sentence not in words(await house.home.home(house.ctx()))
    house.clock.advance(86_400_000)
    assert sentence in words(await house.home.home(house.ctx()))


async def test_the_panel_says_of_which_time_an_import_is(house: House):
    link = await house.linked()
    imported = await house.store.export_link(link.member_id, Source.EXTENDED)
    assert "Extended streaming history: imported\n" in words(await house.home.home(house.ctx()))
    await house.store.cover(imported.id, [Span(0, 60_000), Span(86_400_000, 172_800_000)])
    said = words(await house.home.home(house.ctx()))
    assert "Extended streaming history: imported, from 1970-01-01 00:00 to 1970-01-03 00:00" in said


# --- unlink -----------------------------------------------------------------------------------------------


async def test_unlink_asks_which_then_deletes_and_tells_how_much(house: House):
    assert "nothing to delete" in words(await house.account.unlink(house.ctx()))
    link = await house.linked()
    track = RawTrack("spotify:track:1", "Song", "One")
    await house.store.record(link.id, [NewPlay(at, track) for at in range(3)])
    await house.store.export_link(link.member_id, Source.EXTENDED)
    form = await house.account.unlink(house.ctx())
    assert isinstance(form, Form)
    assert [it.value for it in form.fields[0].choices] == ["spotify", "extended"]
    assert form.fields[0].value == "spotify"
    with pytest.raises(BadOption, match="nothing was deleted"):
        await house.account.unlink_now(house.ctx(), "")
    card = await house.account.unlink_now(house.ctx(), "spotify")
    assert "3 plays were deleted" in words(card)
    assert "spotify.com/account/apps" in page(card)
    assert "your groups and your choices stay" in words(card)
    assert buttons(card) == [("posts.count_again", {}), ("deletion.ask", {})]
    assert [it.source for it in await house.store.links(link.member_id)] == [Source.EXTENDED]


async def test_unlinking_last_fm_says_where_the_yes_still_stands(house: House):
    member = (await house.linked()).member_id
    await house.store.link_account(Link(LinkId(0), member, Source.LASTFM, "ana_fm"), None, 0)
    form = await house.account.unlink(house.ctx())
    assert isinstance(form, Form)
    assert [it.value for it in form.fields[0].choices] == ["spotify", "lastfm"]
    card = await house.account.unlink_now(house.ctx(), "lastfm")
    assert page(card) == "https://www.last.fm/settings/applications"
    assert [it.source for it in await house.store.links(member)] == [Source.SPOTIFY]


async def test_nobody_unlinks_for_somebody_else(house: House):
    link = await house.linked()
    card = await house.account.unlink_now(house.ctx("Ben"), "spotify")
    assert "0 plays were deleted" in words(card)
    assert await house.store.link(link.id) == link


# --- join and leave ---------------------------------------------------------------------------------------


async def test_join_offers_each_feature_and_keeps_what_was_chosen(house: House):
    form = await house.consent.join(house.ctx())
    assert form.fields[0].value == ""  # nothing is a default
    assert [it.value for it in form.fields[0].choices] == list(Feature)
    assert await house.group_features() == []
    card = await house.consent.join_now(house.ctx(), "recap,playlists")
    assert "Mini-Wrapped" in words(card)
    assert "Comparisons" not in words(card)
    assert buttons(card) == [("account.link", {}), ("privacy.preview", {"@group": "1"})]
    assert await house.group_features() == [{Feature.RECAP, Feature.PLAYLISTS}]
    assert (await house.consent.join(house.ctx())).fields[0].value == "recap,playlists"
    with pytest.raises(BadOption, match="/leave"):
        await house.consent.join_now(house.ctx(), "")
    assert len(await house.group_features()) == 1


@pytest.mark.parametrize("features", ["compare", "nights,playlists", "stories"])
async def test_a_part_of_the_mini_wrapped_needs_the_yes_to_it(house: House, features: str):
    with pytest.raises(BadOption, match="parts of the mini-Wrapped") as refused:
        await house.consent.join_now(house.ctx(), features)
    assert refused.value.option == "features"
    assert await house.group_features() == []
    card = await house.consent.join_now(house.ctx(), f"recap,{features}")
    assert "(in the mini-Wrapped)" in words(card)
    assert await house.group_features() == [{"recap", *features.split(",")}]


async def test_leave_asks_first(house: House):
    assert "not joined" in words(await house.consent.leave(house.ctx()))
    await house.consent.join_now(house.ctx(), "recap")
    assert buttons(await house.consent.leave(house.ctx())) == [
        ("account.leave", {}),
        ("account.unlink.ask", {}),
        ("deletion.ask", {}),
    ]
    assert len(await house.group_features()) == 1
    assert "You have left" in words(await house.consent.leave_now(house.ctx()))
    assert await house.group_features() == []


async def test_joining_needs_a_group(house: House):
    for ask in (house.consent.join, house.consent.leave, house.consent.join_now):
        with pytest.raises(UserError, match="the group's room"):
            await ask(
                house.ctx(room=None), **({"features": "recap"} if ask == house.consent.join_now else {})
            )


def test_everything_here_is_private(house: House):
    for cog in (house.account, house.spotify, house.imports, house.person, house.home, house.consent):
        assert all(it.private for it in (*cog.commands(), *cog.actions()))
    assert [it.name for it in house.account.commands()] == ["link", "unlink"]
    assert [it.name for it in house.consent.commands()] == ["join", "leave"]
