"""Last.fm as a stranger meets it: linked from a card, counted in the mini-Wrapped, named by the proof."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.chat import Button, Card, Context, Form, Person
from bot.chat import Link as PageLink
from bot.chat.cards import Fields, Lines, Listing
from bot.chat.packing import packed
from bot.core.calendar import When
from bot.core.model import Identity, LinkState, MemberId, Place, Source
from bot.errors import BadOption, NotAllowed, Refused
from bot.integrations.scrobbles import LastfmClient, ListenBrainzClient
from bot.services.approving import Approving
from bot.services.histories import Histories
from bot.services.panel import Panels
from bot.services.people import People
from bot.services.polling import Polling
from bot.services.recap import Recaps
from bot.text import Text
from cogs.home import Home
from cogs.prove import Prove
from cogs.scrobbles import Scrobbles
from cogs.wrapped import Wrapped
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.recap_cards import Easel, recap_cards
from tests.twins.lastfm import KEY, SECRET, LastfmTwin, lastfm_twin
from tests.twins.listenbrainz import listenbrainz_twin

NOW_S = 1_760_000_000
DAY_S = 86_400


class House:
    """The features over an in-memory store and the twin."""

    def __init__(self, twin: LastfmTwin, client: LastfmClient) -> None:
        self.twin, self.store, self.clock = twin, FakeStore(), FakeClock(NOW_S * 1000)
        people = People(self.store, self.store, self.clock, "UTC")
        recaps = Recaps(self.store, self.store, self.store, self.store, self.store, self.clock, FakeChance())
        source = Histories(self.store, self.store, self.store, self.store, client, self.clock, FakeChance())
        nothing: Any = None  # nothing here goes to Spotify
        self.polling = Polling(
            self.store, self.store, nothing, nothing, self.clock, FakeChance(), {Source.LASTFM: source}
        )
        self.scrobbles = Scrobbles(people, Approving(self.store, {Source.LASTFM: client}, client, self.clock))
        self.home = Home(people, Panels(*[self.store] * 6, self.clock))
        cards = recap_cards(self.store, Easel(), self.clock)
        self.wrapped = Wrapped(people, recaps, cards, self.store, self.clock)
        self.prove = Prove(people, recaps, self.clock)

    async def look(self) -> None:
        """Look for as long as something is due."""
        while due := await self.store.claim_due("lastfm", self.clock.now, self.clock.now + 1, 1):
            await self.polling.poll(due[0])


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with lastfm_twin() as twin:
        client = LastfmClient(KEY, SECRET, twin.api_url, twin.auth_url, every_s=0, timeout_s=2)
        yield House(twin, client)
        await client.close()


def context(user: str = "ana") -> Context:
    async def progress(text: Text) -> None:
        assert str(text)

    return Context(Person(Identity("lounge", user), user.title()), Place(None), "r1", progress)


def words(card: Card | Form) -> str:
    assert isinstance(card, Card)
    said: list[object] = [card.title]
    for block in card.blocks:
        match block:
            case Lines(lines):
                said += lines
            case Fields(pairs):
                said += [f"{name}: {value}" for name, value in pairs]
            case Listing(rows):
                said += [part for row in rows for part in (row.text, row.note) if part is not None]
            case _:
                pass
    return "\n".join(map(str, [*said, card.footer or ""]))


def pages(card: Card) -> list[str]:
    return [it.url for it in card.buttons if isinstance(it, PageLink)]


def pressed(card: Card, action: str) -> dict[str, str]:
    [found] = [it for it in card.buttons if isinstance(it, Button) and it.action == action]
    return dict(found.args)


async def test_from_a_card_to_a_proof(house: House) -> None:
    listener = house.twin.listener("Ana FM", NOW_S - 30 * DAY_S)
    for n in range(12):
        listener.scrobble(NOW_S - 8 * DAY_S + n * 300, "Hello", "Adele")
    card = await house.scrobbles.lastfm(context())
    with pytest.raises(Refused, match="press the button again"):
        await house.scrobbles.approved(context(), **pressed(card, "scrobbles.approved"))
    [page] = pages(card)
    await house.twin.say_yes(page, "Ana FM")
    linked = await house.scrobbles.approved(context(), **pressed(card, "scrobbles.approved"))
    assert linked.replaces
    assert "Ana FM" in words(linked)
    assert pages(linked) == ["https://www.last.fm/user/Ana%20FM"]
    assert "Ana FM, not read yet" in words(await house.home.home(context()))
    await house.look()
    assert "Last.fm: Ana FM, read from 2025-09-09" in words(await house.home.home(context()))

    mine = await house.wrapped.me(context(), When.WEEK)
    assert "12 plays" in words(mine)
    rule = "A play at Last.fm is half a track or 4 minutes, counted when it began. Plays from Last.fm."
    assert rule in words(mine)
    assert "30 seconds" not in words(mine)
    assert "Spotify" not in words(mine)
    assert "minutes of music" not in words(mine)
    assert pages(mine) == ["https://www.last.fm"]
    numbers = await house.prove.facts(context(), **pressed(mine, "prove.facts"))
    [listing] = [it for it in numbers.blocks if isinstance(it, Listing)]
    song = next(row.buttons[0] for row in listing.rows if "Hello" in str(row.text))
    proof = await house.prove.fact(context(), **song.args)
    assert "From Last.fm (half a track or 4 minutes, by its beginning): 12 plays" in words(proof)
    assert "began 2025-10-01 08:53 · Last.fm" in words(proof)
    assert "ended" not in words(proof).partition("Your plays")[2]
    assert pages(proof) == ["https://www.last.fm"]


async def test_who_is_linked_is_told_so_and_who_hides_can_link_anew(house: House) -> None:
    card = await house.scrobbles.lastfm(context())
    await house.twin.say_yes(pages(card)[0], "ana")
    await house.scrobbles.approved(context(), **pressed(card, "scrobbles.approved"))
    assert "linked already" in words(await house.scrobbles.lastfm(context()))
    house.twin.listener("ana").hides = True
    await house.look()
    assert "you hide it there" in words(await house.home.home(context()))
    assert pages(await house.scrobbles.lastfm(context()))
    assert await house.store.states() == {LinkState.HIDDEN: 1}


async def test_an_account_with_a_new_name_is_linked_and_read_anew(house: House) -> None:
    async def say_yes(name: str) -> Card:
        card = await house.scrobbles.lastfm(context())
        await house.twin.say_yes(pages(card)[0], name)
        return await house.scrobbles.approved(context(), **pressed(card, "scrobbles.approved"))

    listener = house.twin.listener("old", NOW_S - 30 * DAY_S)
    listener.scrobble(NOW_S - DAY_S)
    await say_yes("old")
    await house.look()
    house.twin.rename("old", "new")
    house.clock.advance(DAY_S * 1000)
    await house.look()
    assert "ended" in words(await house.home.home(context()))
    with pytest.raises(NotAllowed, match="Use /unlink first"):
        await say_yes("new")
    [link] = await house.store.links(MemberId(1))
    await house.store.unlink(link.id)
    await say_yes("new")
    await house.look()
    assert "Last.fm: new, read from" in words(await house.home.home(context()))
    assert await house.store.count_plays((await house.store.links(MemberId(1)))[0].id) == 1


async def test_what_the_source_counts_otherwise_for_days_is_said(house: House) -> None:
    card = await house.scrobbles.lastfm(context())
    assert "yours here, Ana" in words(card)
    await house.twin.say_yes(pages(card)[0], "ana")
    await house.scrobbles.approved(context(), **pressed(card, "scrobbles.approved"))
    listener = house.twin.listener("ana")
    listener.scrobble(NOW_S - DAY_S)
    listener.playcount = 2
    for _ in range(4):
        assert "more than I have read" not in words(await house.home.home(context()))
        await house.look()
        house.clock.advance(DAY_S * 1000 * 9 // 10)
    await house.look()
    assert "Last.fm counts 1 more than I have read" in words(await house.home.home(context()))
    listener.playcount = 0
    house.clock.advance(DAY_S * 1000)
    await house.look()
    assert "Last.fm counts 1 fewer than I have read" in words(await house.home.home(context()))
    listener.playcount = None
    house.clock.advance(DAY_S * 1000)
    await house.look()
    assert "I have read" not in words(await house.home.home(context()))


async def test_somebody_elses_account_is_refused(house: House) -> None:
    for user in ("ana", "ben"):
        card = await house.scrobbles.lastfm(context(user))
        await house.twin.say_yes(pages(card)[0], "shared")
        told = house.scrobbles.approved(context(user), **pressed(card, "scrobbles.approved"))
        if user == "ana":
            await told
        else:
            with pytest.raises(NotAllowed):
                await told


async def test_the_buttons_fit_where_chats_keep_them(house: House) -> None:
    card = await house.scrobbles.lastfm(context())
    assert packed("scrobbles.approved", pressed(card, "scrobbles.approved"))


async def test_listenbrainz_asks_for_a_token_and_names_the_account(house: House) -> None:
    async with listenbrainz_twin() as twin:
        twin.listener("Ana_LB", token="secret")
        client = ListenBrainzClient(twin.api_url, every_s=0, timeout_s=2)
        house.scrobbles.approving = Approving(house.store, {Source.LISTENBRAINZ: client}, None, house.clock)
        form = await house.scrobbles.listenbrainz(context())
        assert isinstance(form, Form)
        assert (form.submit, [it.name for it in form.fields]) == ("scrobbles.token", ["token"])
        with pytest.raises(BadOption, match=r"listenbrainz\.org/settings"):
            await house.scrobbles.token_given(context(), " ")
        with pytest.raises(Refused, match="does not know that token"):
            await house.scrobbles.token_given(context(), "wrong")
        linked = await house.scrobbles.token_given(context(), " secret ")
        assert "ListenBrainz is linked: Ana_LB" in words(linked)
        assert pages(linked) == ["https://listenbrainz.org/user/Ana_LB"]
        assert "linked already" in words(await house.scrobbles.listenbrainz(context()))
        await client.close()
