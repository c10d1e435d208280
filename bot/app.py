"""The composition root: configuration → stores, sources, flows and features, plugged together and closed again.

What listens and what is due comes on top of it, in `bot.serving`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.adapters.lounge.pictures import discard
from bot.chat import Cog, Command
from bot.chat.cards import Card
from bot.chat.ledger import Ledger, Redrawing
from bot.chat.platform import Platforms
from bot.chat.posting import RoomPoster
from bot.chat.previews import preview
from bot.chat.recap_cards import RecapCards
from bot.chat.stories import question
from bot.chat.telling import tell, tell_as
from bot.chat.whispers import Whispers
from bot.config import Settings
from bot.core.addresses import Addresses
from bot.core.lifetimes import Said
from bot.core.model import Group, Member, MemberId, Period, Source
from bot.core.recap.model import Recap
from bot.core.rights import RIGHTS, WITHOUT_SPOTIFY
from bot.core.stories import Story
from bot.integrations.exports import FilesOnDisk
from bot.integrations.languages import read_languages
from bot.integrations.painter import TypstPainter
from bot.integrations.scrobbles import LastfmClient, ListenBrainzClient, ListenBrainzSongs
from bot.integrations.spotify import (
    SpotifyAccounts,
    SpotifyCatalogue,
    SpotifyGateway,
    SpotifyListening,
    SpotifyPlaylists,
)
from bot.integrations.store import Store, database_file, open_data
from bot.integrations.store.backup import Backups
from bot.integrations.system import SystemChance, SystemClock
from bot.integrations.takeout import ZipPacker
from bot.integrations.vault import in_use, open_vault
from bot.integrations.wordbook import read_wordbook
from bot.jobs import Chore
from bot.metrics import PrometheusMeter
from bot.ports import Chance, Clock, MemoStore, Model, PriceList, Vault
from bot.services.access import Access
from bot.services.approving import Approving
from bot.services.choices import Choosing
from bot.services.codes import Codes
from bot.services.deletion import Deletion as Deletions
from bot.services.histories import Histories
from bot.services.importing import Importing
from bot.services.leaving import Leaving
from bot.services.lifetimes import Lifetimes
from bot.services.linking import Linking, SpotifyApp
from bot.services.lookups import Lookups
from bot.services.mixes import Mixes
from bot.services.modelling import Modelling
from bot.services.pairing import Pairing
from bot.services.panel import Panels
from bot.services.people import People
from bot.services.playlists import Playlists
from bot.services.polling import Polling
from bot.services.posting import Posting
from bot.services.previews import Previews
from bot.services.recap import Recaps
from bot.services.redaction import Redaction
from bot.services.retention import Retention
from bot.services.rooms import Rooms
from bot.services.songs import Filing, Songs
from bot.services.stories import Asking, Quotes, Stories
from bot.services.takeout import Takeouts
from bot.services.tastes import Tastes
from bot.services.uploading import Uploading
from bot.services.weekly import Weeklies
from bot.text import Moment, Text
from cogs.account import Account, stopped
from cogs.asides import Asides
from cogs.consent import Consent
from cogs.costs import Costs
from cogs.deletion import Deletion, left, receipt
from cogs.forgetting import Forgetting
from cogs.help import Help
from cogs.home import Home
from cogs.imports import Imports
from cogs.listening import Listening
from cogs.person import SamePerson
from cogs.play import Play
from cogs.posts import Posts
from cogs.previews import PartPreviews
from cogs.privacy import Privacy
from cogs.prove import Prove
from cogs.rooms import GroupRooms
from cogs.scrobbles import Scrobbles
from cogs.songs import GroupSongs
from cogs.spotify import SpotifyLink, reminder
from cogs.story import StoryTelling
from cogs.takeout import Takeout
from cogs.weekly import WeeklyPosts, undelivered
from cogs.wrapped import Wrapped

if TYPE_CHECKING:
    from bot.integrations.llm import ChatModel, Prices

MICRODOLLARS_A_CENT = 10_000


@dataclass(frozen=True, slots=True)
class Earshot:
    """Everything plugged together, before any platform."""

    settings: Settings
    folder: Path
    store: Store
    clock: Clock
    chance: Chance
    vault: Vault
    accounts: SpotifyAccounts
    access: Access
    people: People
    linking: Linking
    polling: Polling
    importing: Importing
    uploading: Uploading
    takeouts: Takeouts
    recaps: Recaps
    cards: RecapCards
    cogs: Sequence[Cog]
    chores: Sequence[Chore]
    meter: PrometheusMeter
    whispers: Whispers
    ledger: Ledger
    redaction: Redaction
    posting: Posting
    platforms: Platforms
    painter: TypstPainter


@asynccontextmanager
async def open_earshot(settings: Settings, folder: Path) -> AsyncIterator[Earshot]:
    """Open what has to be closed, build the flows and the features."""
    async with AsyncExitStack() as stack:
        stack.enter_context(in_use(folder / "keys"))
        store = await open_data(folder, settings.data.url)
        stack.push_async_callback(store.close)
        gateway = SpotifyGateway(settings.spotify.api_url)
        stack.push_async_callback(gateway.close)
        painter = TypstPainter(folder / "fonts")
        stack.callback(painter.close)
        lastfm = lastfm_client(settings)
        if lastfm is not None:
            stack.push_async_callback(lastfm.close)
        listenbrainz = ListenBrainzClient(settings.listenbrainz.api_url)
        stack.push_async_callback(listenbrainz.close)
        songs = songs_client(settings)
        if songs is not None:
            stack.push_async_callback(songs.close)
        model = chat_model(settings, store)
        if model is not None:
            stack.push_async_callback(model[0].close)
        yield _plugged(settings, folder, store, gateway, lastfm, listenbrainz, songs, model, painter)


def _plugged(
    settings: Settings,
    folder: Path,
    store: Store,
    gateway: SpotifyGateway,
    lastfm: LastfmClient | None,
    listenbrainz: ListenBrainzClient,
    songs: ListenBrainzSongs | None,
    model: tuple[Model, PriceList] | None,
    painter: TypstPainter,
) -> Earshot:
    clock, chance = SystemClock(), SystemChance()
    vault = open_vault(folder / "keys")
    spotify = settings.spotify
    secrets = {spotify.client_id: spotify.client_secret} if spotify.client_secret else {}
    accounts = SpotifyAccounts(gateway, spotify.accounts_url, secrets)
    access = Access(store, store, accounts, vault, clock, daily_budget=spotify.calls_per_day)
    people = People(store, store, clock, settings.zone)
    linking = Linking(
        store, store, accounts, access, vault, clock, chance, spotify_app(settings, spotify.client_id)
    )
    platforms = Platforms()
    keepers: dict[Source, LastfmClient | ListenBrainzClient] = {Source.LISTENBRAINZ: listenbrainz}
    if lastfm is not None:
        keepers[Source.LASTFM] = lastfm
    histories = {
        source: Histories(store, store, store, store, it, clock, chance) for source, it in keepers.items()
    }
    addresses = Addresses(spotify.open_url.rstrip("/"))
    quotes = Quotes(store, store, store, store, clock)
    cards = RecapCards(painter, addresses, store, quotes.quotes_for, read_languages())
    unasked = _Unasked(store, platforms, cards)
    rights = RIGHTS if spotify.counted else WITHOUT_SPOTIFY
    polling = Polling(
        store,
        store,
        SpotifyListening(gateway),
        access,
        clock,
        chance,
        histories,
        unasked.stopped,
        rights=rights,
    )
    importing = Importing(store, store, FilesOnDisk())
    public = settings.web.public_url.rstrip("/")
    uploading = Uploading(store, store, importing, clock, chance, f"{public}/upload")
    takeouts = Takeouts(store, store, store, store, ZipPacker(), clock, chance, f"{public}/takeout")
    codes = Codes(store, clock, chance)

    async def freshen(members: Sequence[Member]) -> None:
        await polling.freshen([member.id for member in members])

    recaps = Recaps(store, store, store, store, store, clock, chance, freshen)
    wordbook = read_wordbook()
    tastes = Tastes(people, store, store, store, wordbook.book, clock)
    llm = settings.llm
    daily = MICRODOLLARS_A_CENT * llm.daily_cents
    modelling = None
    if model is not None:
        modelling = Modelling(llm.model, *model, store, clock, daily)
    playlists = Playlists(
        people, tastes, store, store, store, SpotifyCatalogue(gateway), SpotifyPlaylists(gateway), access,
        wordbook, clock, chance, modelling,
    )  # fmt: skip
    mixes = Mixes(people, tastes, playlists, store, store, wordbook.book)
    wrapped = Wrapped(people, recaps, cards, store, clock)
    on_spotify = SpotifyLink(people, linking)
    listening = Listening(people, recaps, clock)
    play = Play(people, playlists, mixes, addresses, hosted=linking.hosted)
    scrobbles = Scrobbles(people, Approving(store, keepers, lastfm, clock))
    imports = Imports(people, importing, uploading)
    same_person = SamePerson(people, Pairing(store, codes))
    panels, choosing = Panels(store, store, store, store, store, store, clock), Choosing(store, store, clock)
    asides, forgetting = Asides(people, choosing, clock), Forgetting(people, choosing, clock)
    takeout = Takeout(people, takeouts)
    cogs: list[Cog] = []

    def all_commands() -> Sequence[Command]:
        return [command for cog in cogs for command in cog.commands()]

    cogs += [
        Account(
            people,
            linking,
            on_spotify.link,
            on_spotify.own_app,
            scrobbles.lastfm,
            scrobbles.listenbrainz,
            imports.bring,
            same_person.offer,
            same_person.redeem,
            on_spotify.address_given,
        ),
        on_spotify,
        scrobbles,
        imports,
        same_person,
        Home(people, panels),
        Consent(people, store, store, clock),
        Privacy(
            people,
            panels,
            choosing,
            recaps,
            clock,
            asides.named,
            forgetting.pause,
            takeout.ask,
            cards.shown,
        ),
        takeout,
        asides,
        forgetting,
        GroupRooms(people, Rooms(store, store, codes), platforms.whisper),
        GroupSongs(people, Songs(store, recaps, clock)),
        wrapped,
        listening,
        Prove(people, recaps, clock),
        play,
        Costs(people, store, clock, "" if model is None else llm.model, daily),
        Help(all_commands),
    ]
    redrawing = Redrawing(
        platforms,
        {"wrapped": cards.again, "top": listening.again, "mix": play.again},
        {"wrapped": cards.language},
    )
    redaction = Redaction(store, recaps, clock, redrawing)

    async def discard_pictures(names: Collection[str]) -> None:
        await asyncio.to_thread(discard, folder / "pictures", names)

    deletions = Deletions(
        store, store, store, store, redaction.take_back, platforms.forget, discard_pictures, clock
    )

    async def forget(member: Member) -> None:
        identities = await store.identities_of(member.id)
        await tell_as(identities, platforms, receipt(await deletions.delete(member)))

    leaving = Leaving(store, store, clock, platforms.present, unasked.left, forget)
    stories = Stories(store, store, store, store, clock, redaction.draw_anew)
    previews = Previews(store, store, store, recaps, clock, unasked.part)
    ledger, wanted = Ledger(store, clock), settings.weekly
    weeklies = Weeklies(store, store, clock, wanted.usual, previews.ask)
    posting = Posting(
        store, store, store, recaps, clock, RoomPoster(platforms, ledger, cards.post), leaving.before_post,
        unasked.undelivered, again=wanted.again,
    )  # fmt: skip
    cogs += [
        Deletion(people, deletions, leaving), Posts(people, redaction),
        StoryTelling(people, stories), PartPreviews(people, previews),
        WeeklyPosts(people, weeklies, posting, cards.post, clock),
    ]  # fmt: skip
    chores = [
        Chore("songs", 60.0, Filing(store).run),
        Chore("lifetimes", 60.0, Lifetimes(store, clock, unasked.link_ends).run),
        Chore("redaction", 60.0, redaction.change_due),
        Chore("leaving", 300.0, leaving.look),
        Chore("stories", 300.0, Asking(store, store, store, clock, unasked.question).run),
        Chore("previews", 300.0, previews.run),
        Chore("weekly", 30.0, weeklies.plan),
        Chore("shredding", 60.0, deletions.shred),
        *_keeping(settings, folder, store, clock),
    ]
    if songs is not None:
        chores.append(Chore("song facts", 600.0, Lookups(store, store, songs, clock).run))
    return Earshot(
        settings, folder, store, clock, chance, vault, accounts, access, people, linking, polling, importing,
        uploading, takeouts, recaps, cards, cogs, chores, PrometheusMeter(), Whispers(store, clock),
        ledger, redaction, posting, platforms, painter,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Unasked:
    """What members are told without having asked, wherever they can be reached."""

    store: Store
    platforms: Platforms
    cards: RecapCards

    async def stopped(self, member_id: MemberId, why: Text) -> None:
        await self._tell(member_id, stopped(why))

    async def link_ends(self, member_id: MemberId, said: Said, until_ms: int) -> None:
        member = await self.store.member(member_id)
        if member is not None:
            await self._tell(member_id, reminder(said, Moment(until_ms, member.zone)))

    async def left(self, member: Member, groups: Sequence[Group], until_ms: int | None) -> None:
        await self._tell(member.id, left(groups, until_ms, member))

    async def question(self, member: Member, story: Story) -> None:
        await self._tell(member.id, question(story, member))

    async def part(self, member: Member, group: Group, period: Period, part: Recap) -> None:
        await self._tell(member.id, preview(await self.cards.shown(part), group, period, part.period))

    async def undelivered(self, member_id: MemberId, why: Text) -> None:
        await self._tell(member_id, undelivered(why))

    async def _tell(self, member_id: MemberId, card: Card) -> None:
        await tell(self.store, self.platforms, member_id, card)


def _keeping(settings: Settings, folder: Path, store: Store, clock: Clock) -> Sequence[Chore]:
    """What sees to it that nothing is kept too long, and that there are backups."""
    spotify = settings.spotify
    # What may not be counted is not kept either.
    days = {Source.SPOTIFY: spotify.keep_days} if spotify.keep_days else {}
    retention = Retention(store, store, clock, days if spotify.counted else {Source.SPOTIFY: 0})
    chores = [Chore("retention", 600.0, retention.run), Chore("sweeping", 3_600.0, retention.sweep)]
    if (file := database_file(folder, settings.data.url)) is not None:
        into = Path(settings.data.backups) if settings.data.backups else None
        backups = Backups(file, into, folder / "backups", settings.data.backup_days, clock)
        chores.append(Chore("backups", 600.0, backups.run))
    return chores


def lastfm_client(settings: Settings) -> LastfmClient | None:
    """How Last.fm is asked; None where no key is configured."""
    it = settings.lastfm
    return LastfmClient(it.api_key, it.secret, it.api_url, it.auth_url) if it.api_key else None


def chat_model(settings: Settings, memos: MemoStore) -> tuple[ChatModel, Prices] | None:
    """The model that proposes songs and its prices; None where none is named, or nothing may be spent on it.

    Its libraries take half a second to load, which nobody waits for without a model.
    """
    it = settings.llm
    if not it.model or not it.daily_cents:
        return None
    from bot.integrations.llm import ChatModel, Prices

    model = ChatModel(it.model, memos, it.api_url, it.api_key, chunk=it.songs_at_once)
    return model, Prices(it.api_url, it.prices)


def songs_client(settings: Settings) -> ListenBrainzSongs | None:
    """Where songs are looked up; None without the token that it takes."""
    it = settings.listenbrainz
    return ListenBrainzSongs(it.token, it.api_url) if it.token else None


def spotify_app(settings: Settings, client_id: str, developer: str = "host") -> SpotifyApp:
    """The app that members link through, and the pages: nobody on Discord or Slack gets to those of this machine."""
    public = settings.web.public_url.rstrip("/")
    elsewhere = settings.discord.token or settings.slack.bot_token or settings.slack.client_id
    pasting = bool(elsewhere) and urlsplit(public).hostname in {"127.0.0.1", "::1"}
    return SpotifyApp(
        client_id, f"{public}/callback", f"{public}/link", developer, pasting, settings.spotify.counted
    )
