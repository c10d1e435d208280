"""Each source on its worst days: whatever comes instead of an answer, nothing wrong is stored or vouched for.

The real clients read the twins through a proxy that spoils the lists of plays. Each case is one way to spoil them.
"""

from __future__ import annotations

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from bot.core.model import Link, LinkId, LinkPlays, LinkState, Member, MemberId, Source, Span
from bot.integrations.scrobbles import LastfmClient, ListenBrainzClient
from bot.integrations.spotify import SpotifyAccounts, SpotifyGateway, SpotifyListening
from bot.integrations.vault import open_vault
from bot.ports import DueLink, HistorySource
from bot.services.access import Access, sealed_grant
from bot.services.histories import MOST_PAGES, Histories
from bot.services.polling import Outcome, Polling, PollReport
from bot.text import Text
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.practice import CLIENT_ID, REDIRECT_URI, Practice, practice_spotify
from tests.twins.crooked import Answer, Crooked, Spoil, crooked
from tests.twins.lastfm import KEY, SECRET, LastfmTwin, lastfm_twin
from tests.twins.listenbrainz import ListenBrainzTwin, listenbrainz_twin

NOW_S = 1_760_000_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
TIMEOUT_S = 1.0
RECENT_SCOPE = "user-read-recently-played"
VERIFIER = "v" * 64


class Scene(ABC):
    """A source, two who listen there, and what is between them and us."""

    source: Source
    plays_at: str
    """What is in the address of a request for plays."""

    def __init__(self, between: Crooked, clock: FakeClock) -> None:
        self.between = between
        self.clock = clock
        self.store = FakeStore()
        self.told: list[MemberId] = []
        self.polling: Polling

    async def tell(self, member_id: MemberId, why: Text) -> None:
        self.told.append(member_id)

    @abstractmethod
    async def linked(self, name: str) -> Member: ...

    @abstractmethod
    async def listen(self) -> None:
        """Time passes, and both listen to something."""

    @abstractmethod
    async def truth(self, name: str) -> set[int]:
        """When each play that the source has ever shown was, in ms."""

    @abstractmethod
    def rows(self, body: Any) -> list[Any]:
        """The rows in an answer, to be changed in place."""

    @abstractmethod
    def date(self, row: Any, year: int) -> None: ...

    @abstractmethod
    def name(self, row: Any, words: str) -> None: ...

    async def due(self, member: Member) -> DueLink:
        [due] = await self.store.looks([member.id])
        return due

    async def look(self, member: Member) -> PollReport:
        return await self.polling.poll(await self.due(member))

    async def look_when_due(self, member: Member) -> PollReport:
        self.clock.now = max(self.clock.now, (await self.due(member)).next_ms)
        return await self.look(member)

    async def kept(self, member: Member) -> LinkPlays:
        [kept] = await self.store.plays_between([member.id], 0, 10**15)
        return kept

    async def times(self, member: Member) -> set[int]:
        return {play.at_ms for play in (await self.kept(member)).plays}


class SpotifyScene(Scene):
    source = Source.SPOTIFY
    plays_at = "recently-played"

    def __init__(self, between: Crooked, practice: Practice, clock: FakeClock, folder: Path) -> None:
        super().__init__(between, clock)
        self.practice = practice
        self.gateway, self.straight = (
            SpotifyGateway(url, timeout_s=(TIMEOUT_S, TIMEOUT_S), pause_s=0.01)
            for url in (f"{between.url}/v1/", practice.server.api_url)
        )
        self.accounts = SpotifyAccounts(self.straight, practice.server.accounts_url)
        self.vault = open_vault(folder / "key")
        self.access = Access(self.store, self.store, self.accounts, self.vault, clock)
        self.polling = Polling(
            self.store, self.store, SpotifyListening(self.gateway), self.access, clock, FakeChance(),
            tell=self.tell,
        )  # fmt: skip
        self.links: dict[str, Link] = {}
        self.shown: dict[str, set[int]] = {}

    async def linked(self, name: str) -> Member:
        member = await self.store.add_member(name, "UTC", None, self.clock.now)
        address = self.accounts.authorize_url(
            client_id=CLIENT_ID,
            redirect_uri=REDIRECT_URI,
            scopes=[RECENT_SCOPE],
            state=name,
            verifier=VERIFIER,
        )
        code = (await self.practice.agree(address, name))["code"]
        grant = await self.accounts.exchange(
            client_id=CLIENT_ID,
            redirect_uri=REDIRECT_URI,
            code=code,
            verifier=VERIFIER,
            now_ms=self.clock.now,
        )
        link = Link(LinkId(0), member.id, self.source, name, CLIENT_ID, "host", grant.scopes, self.clock.now)
        sealed = sealed_grant(self.vault, link, grant)
        self.links[name] = await self.store.link_account(link, sealed, self.clock.now)
        await self.truth(name)
        return member

    async def listen(self) -> None:
        self.clock.advance(3 * HOUR_MS)

    async def truth(self, name: str) -> set[int]:
        rows = await self.access.use(self.links[name], SpotifyListening(self.straight).recent)
        shown = self.shown.setdefault(name, set())
        shown |= {row.at_ms for row in rows}
        return shown

    def rows(self, body: Any) -> list[Any]:
        found: list[Any] = body["items"]
        return found

    def date(self, row: Any, year: int) -> None:
        row["played_at"] = f"{year}-01-01T00:00:00.000Z"

    def name(self, row: Any, words: str) -> None:
        row["track"]["name"] = words


class KeeperScene(Scene):
    """Last.fm and ListenBrainz, which keep all there is."""

    def __init__(self, between: Crooked, clock: FakeClock, client: HistorySource) -> None:
        super().__init__(between, clock)
        self.played: list[int] = []
        histories = Histories(self.store, self.store, self.store, self.store, client, clock, FakeChance())
        nothing: object = None  # nothing here goes to Spotify
        self.polling = Polling(
            self.store, self.store, nothing, nothing, clock, FakeChance(), {self.source: histories}, self.tell  # type: ignore[arg-type]
        )  # fmt: skip

    async def linked(self, name: str) -> Member:
        member = await self.store.add_member(name, "UTC", None, self.clock.now)
        link = Link(LinkId(0), member.id, self.source, name, developer=self.source.value)
        await self.store.link_account(link, None, self.clock.now)
        for n in range(40):
            self.play(name, self.clock.now // 1000 - 600 * (n + 1))
        return member

    async def listen(self) -> None:
        self.clock.advance(DAY_MS)
        for n in range(20):
            for name in ("ana", "ben"):
                self.play(name, self.clock.now // 1000 - 300 * (n + 1))

    @abstractmethod
    def play(self, name: str, at_s: int) -> None: ...


class LastfmScene(KeeperScene):
    source = Source.LASTFM
    plays_at = "getRecentTracks"

    def __init__(self, between: Crooked, clock: FakeClock, client: LastfmClient, twin: LastfmTwin) -> None:
        super().__init__(between, clock, client)
        self.twin = twin

    def play(self, name: str, at_s: int) -> None:
        self.twin.listener(name, NOW_S - 30 * 86_400).scrobble(at_s)

    async def truth(self, name: str) -> set[int]:
        return {it.at_s * 1000 for it in self.twin.listener(name).scrobbles}

    def rows(self, body: Any) -> list[Any]:
        found: list[Any] = body["recenttracks"]["track"]
        return found

    def date(self, row: Any, year: int) -> None:
        row["date"]["uts"] = str((year - 1970) * 31_556_952)

    def name(self, row: Any, words: str) -> None:
        row["name"] = words


class ListenBrainzScene(KeeperScene):
    source = Source.LISTENBRAINZ
    plays_at = "/listens"

    def __init__(
        self, between: Crooked, clock: FakeClock, client: ListenBrainzClient, twin: ListenBrainzTwin
    ) -> None:
        super().__init__(between, clock, client)
        self.twin = twin

    def play(self, name: str, at_s: int) -> None:
        self.twin.listener(name).listen(at_s)

    async def truth(self, name: str) -> set[int]:
        return {it["listened_at"] * 1000 for it in self.twin.listener(name).listens}

    def rows(self, body: Any) -> list[Any]:
        found: list[Any] = body["payload"]["listens"]
        return found

    def date(self, row: Any, year: int) -> None:
        row["listened_at"] = (year - 1970) * 31_556_952

    def name(self, row: Any, words: str) -> None:
        row["track_metadata"]["track_name"] = words


@asynccontextmanager
async def scene_of(source: Source, folder: Path) -> AsyncIterator[Scene]:
    clock = FakeClock(NOW_S * 1000)
    async with AsyncExitStack() as stack:
        if source is Source.LASTFM:
            twin = await stack.enter_async_context(lastfm_twin())
            between = await stack.enter_async_context(crooked(twin.url))
            lastfm = LastfmClient(
                KEY, SECRET, f"{between.url}/2.0/", twin.auth_url, every_s=0, timeout_s=TIMEOUT_S
            )
            stack.push_async_callback(lastfm.close)
            yield LastfmScene(between, clock, lastfm, twin)
        elif source is Source.LISTENBRAINZ:
            other = await stack.enter_async_context(listenbrainz_twin())
            between = await stack.enter_async_context(crooked(other.api_url))
            brainz = ListenBrainzClient(between.url, every_s=0, timeout_s=TIMEOUT_S)
            stack.push_async_callback(brainz.close)
            yield ListenBrainzScene(between, clock, brainz, other)
        else:
            practice = await stack.enter_async_context(practice_spotify(clock))
            between = await stack.enter_async_context(crooked(practice.server.base_url))
            scene = SpotifyScene(between, practice, clock, folder)
            stack.push_async_callback(scene.gateway.close)
            stack.push_async_callback(scene.straight.close)
            yield scene


# --- ways to spoil an answer


def instead(status: int, body: Any, **headers: str) -> Callable[[Scene], Spoil]:
    """Another answer. Underscores in the names of headers are hyphens."""

    async def spoil(true: Answer) -> Answer:
        said = true.saying(body)
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        return Answer(status, said.body, {**said.headers, **more}, said.asked)

    return lambda scene: spoil


def changed(change: Callable[[Scene, Any], Any]) -> Callable[[Scene], Spoil]:
    """The true answer with something changed in place, or replaced by what `change` returns."""

    def how(scene: Scene) -> Spoil:
        async def spoil(true: Answer) -> Answer:
            body = true.json
            other = change(scene, body)
            return true.saying(body if other is None else other)

        return spoil

    return how


async def _lost(true: Answer) -> None:
    return None


async def _slow(true: Answer) -> Answer:
    await asyncio.sleep(20 * TIMEOUT_S)
    return true


async def _cut(true: Answer) -> Answer:
    return true.saying(true.body[: len(true.body) // 2])


def _each(change: Callable[[Scene, Any], None]) -> Callable[[Scene], Spoil]:
    """Change every other row."""

    def all_rows(scene: Scene, body: Any) -> None:
        for row in scene.rows(body)[::2]:
            change(scene, row)

    return changed(all_rows)


def _somebody_else(scene: Scene, body: Any) -> Any:
    return json.dumps(body).replace('"ana"', '"ben"')


def _list_is_a_word(scene: Scene, body: Any) -> Any:
    return json.dumps(body).replace(json.dumps(scene.rows(body)), '"words"')


def _rows_are_numbers(scene: Scene, body: Any) -> None:
    scene.rows(body)[:] = [7] * len(scene.rows(body))


def _without_track(scene: Scene, body: Any) -> None:
    for row in scene.rows(body):
        scene.name(row, "")
        for part in (row, row.get("track"), row.get("track_metadata")):
            if isinstance(part, dict):
                part.update({key: 0 for key in ("uri", "artist", "artists", "artist_name") if key in part})


def _a_full_page(scene: Scene, body: Any, tag: str = "") -> None:
    """As many rows as fit, all of one second, with more to come."""
    rows = scene.rows(body)
    if not rows:
        return
    rows[:] = [json.loads(json.dumps(rows[-1])) for _ in range(1000)]
    for n, row in enumerate(rows):
        scene.name(row, f"{tag}{n}")
    if "recenttracks" in body:
        body["recenttracks"]["@attr"]["totalPages"] = "100000"


def _nothing(scene: Scene, body: Any) -> None:
    """As of an account without plays."""
    scene.rows(body).clear()
    if "payload" in body:
        body["payload"]["oldest_listen_ts"] = 0
    else:
        body["recenttracks"]["@attr"]["totalPages"] = "0"


def _endless(scene: Scene) -> Spoil:
    pages = count()
    return changed(lambda scene, body: _a_full_page(scene, body, f"{next(pages)}:"))(scene)


KEEPERS = (Source.LASTFM, Source.LISTENBRAINZ)
EVERYWHERE = (Source.SPOTIFY, *KEEPERS)


@dataclass(frozen=True)
class Case:
    """`taken`: the answer is odd, but true. `pause_s`: everybody at this source waits so long."""

    name: str
    how: Callable[[Scene], Spoil] | None
    sources: tuple[Source, ...] = EVERYWHERE
    taken: bool = False
    pause_s: tuple[int, int] | None = None


HTML = "<!doctype html><title>Welcome</title><p>Please accept the terms of this network."
CASES = [
    Case("down", None),
    Case("the connection ends", lambda scene: _lost),
    Case("slow", lambda scene: _slow),
    Case("500", instead(500, {"error": {"status": 500, "message": "Server error"}})),
    Case("502 with HTML", instead(502, HTML, Content_Type="text/html")),
    Case("403 with HTML", instead(403, HTML, Content_Type="text/html")),
    Case("404 of whoever is between", instead(404, {"error": "not found"})),
    Case("200 with HTML", instead(200, HTML, Content_Type="text/html")),
    Case("200 with an error inside", instead(200, {"error": 8, "message": "Operation failed", "code": 500})),
    Case("cut off", lambda scene: _cut),
    Case("empty", instead(200, "")),
    Case("null", instead(200, "null")),
    Case("another object", instead(200, {"items": None, "recenttracks": [], "payload": 7})),
    Case("nested without end", instead(200, "[" * 100_000)),
    Case("a word for the list", changed(_list_is_a_word)),
    Case("numbers for the rows", changed(_rows_are_numbers)),
    Case("rows that name nothing", changed(_without_track)),
    Case("somebody else's plays", changed(_somebody_else), KEEPERS),  # Spotify's answer names nobody
    Case("plays of next year", _each(lambda scene, row: scene.date(row, 2027))),
    Case("plays of 1970", _each(lambda scene, row: scene.date(row, 1970))),
    Case("a redirect", instead(302, "", Location="/elsewhere")),
    Case("broken gzip", instead(200, b"\x1f\x8b\x08 this is not gzip", Content_Encoding="gzip")),
    Case("429 with Retry-After", instead(429, {}, Retry_After="777"), pause_s=(777, 777)),
    Case("429 without", instead(429, HTML), pause_s=(20, 120)),
    Case("the same page for ever", changed(_a_full_page), KEEPERS),
    Case("pages without end", _endless, KEEPERS),
    Case("out of order", changed(lambda scene, body: scene.rows(body).reverse()), taken=True),
    Case("names of 10,000 letters", _each(lambda scene, row: scene.name(row, "語" * 10_000)), taken=True),
    Case("names no database takes", _each(lambda scene, row: scene.name(row, "a\0b\ud800\x1f")), taken=True),
]


@pytest.mark.parametrize(
    ("source", "case"),
    [pytest.param(it, case, id=f"{it}: {case.name}") for case in CASES for it in case.sources],
)
async def test_whatever_comes_nothing_wrong_is_stored(source: Source, case: Case, tmp_path: Path) -> None:
    async with scene_of(source, tmp_path) as scene:
        ana, ben = await scene.linked("ana"), await scene.linked("ben")
        for member in (ana, ben):
            while (await scene.due(member)).next_ms <= scene.clock.now:
                assert (await scene.look(member)).outcome is Outcome.LOOKED
        await scene.listen()
        before = await scene.kept(ana)
        calls = scene.between.calls
        if case.how is None:
            await scene.between.down()
        else:
            scene.between.spoil(scene.plays_at, case.how(scene))

        report = await scene.look_when_due(ana)
        due = await scene.due(ana)
        if case.taken:
            assert report.outcome is Outcome.LOOKED, report.problem
            assert await scene.times(ana) == await scene.truth("ana")
            assert (await scene.look_when_due(ana)).outcome is Outcome.LOOKED
            again = await scene.kept(ana)
            assert {play.at_ms for play in again.plays} == await scene.truth("ana")
            assert len(again.plays) == len({play.at_ms for play in again.plays})
        else:
            assert (report.outcome, bool(report.problem), report.new) == (Outcome.FAILED, True, 0)
            assert await scene.kept(ana) == before
            assert due.next_ms > scene.clock.now
        assert scene.between.calls - calls <= MOST_PAGES + 5

        if case.how is None:
            await scene.between.up()
        else:
            scene.between.spoil(scene.plays_at, None)
        if case.pause_s is not None:
            least, most = case.pause_s
            assert 1000 * least <= due.next_ms - scene.clock.now <= 1100 * most
            assert due.fails == 0
            calls = scene.between.calls
            assert (await scene.look(ben)).outcome is Outcome.FAILED
            assert scene.between.calls == calls
            scene.clock.now = max(due.next_ms, (await scene.due(ben)).next_ms)
        assert (await scene.look(ben)).outcome is Outcome.LOOKED
        assert await scene.times(ben) == await scene.truth("ben")
        assert (await scene.look_when_due(ana)).outcome is Outcome.LOOKED
        kept = await scene.kept(ana)
        assert {play.at_ms for play in kept.plays} == await scene.truth("ana")
        assert (len(kept.covered), kept.gaps) == (1, [])
        # None of this is for the member to mend.
        assert scene.told == []
        assert {link.state for it in (ana, ben) for link in await scene.store.links(it.id)} == {
            LinkState.ACTIVE
        }


@pytest.mark.parametrize("source", KEEPERS)
async def test_an_empty_past_is_believed_when_it_is_read_twice(source: Source, tmp_path: Path) -> None:
    async with scene_of(source, tmp_path) as scene:
        assert isinstance(scene, KeeperScene)
        ana = await scene.linked("ana")
        for n in range(50):
            scene.play("ana", NOW_S - 20 * 86_400 - 300 * n)
        assert (await scene.look(ana)).new == 40
        before = await scene.kept(ana)
        scene.between.spoil(scene.plays_at, changed(_nothing)(scene))
        assert (await scene.look(ana)).outcome is Outcome.FAILED
        assert await scene.kept(ana) == before
        scene.clock.now = (await scene.due(ana)).next_ms
        assert (await scene.look(ana)).outcome is Outcome.FAILED
        assert await scene.kept(ana) == before
        scene.between.spoil(scene.plays_at, None)
        assert (await scene.look_when_due(ana)).new == 50
        assert await scene.times(ana) == await scene.truth("ana")


@pytest.mark.parametrize("source", KEEPERS)
async def test_what_only_the_member_can_mend_is_told_once(source: Source, tmp_path: Path) -> None:
    async with scene_of(source, tmp_path) as scene:
        assert isinstance(scene, LastfmScene | ListenBrainzScene)
        ana, ben = await scene.linked("ana"), await scene.linked("ben")
        await scene.look(ana)
        before = await scene.kept(ana)
        scene.twin.close_account("ana")
        scene.clock.advance(DAY_MS)
        assert (await scene.look(ana)).outcome is Outcome.FAILED
        assert scene.told == [ana.id]
        [link] = await scene.store.links(ana.id)
        assert link.state is LinkState.EXPIRED
        assert await scene.store.looks([ana.id]) == []
        assert await scene.polling.freshen([ana.id]) == []
        assert scene.told == [ana.id]
        assert (await scene.kept(ana)).plays == before.plays
        assert (await scene.look(ben)).outcome is Outcome.LOOKED


async def test_forgotten_times_are_no_difference_of_counts(tmp_path: Path) -> None:
    async with scene_of(Source.LASTFM, tmp_path) as scene:
        ana = await scene.linked("ana")
        await scene.look(ana)
        await scene.store.forget_time(ana.id, Span((NOW_S - 9_000) * 1000, (NOW_S - 3_000) * 1000))
        for _ in range(5):
            scene.clock.advance(DAY_MS)
            while (await scene.due(ana)).next_ms <= scene.clock.now:
                assert (await scene.look(ana)).outcome is Outcome.LOOKED
        kept = await scene.kept(ana)
        assert len(kept.plays) < len(await scene.truth("ana"))
        [tally] = (await scene.store.tallies([kept.link.id])).values()
        assert not tally.lasting
