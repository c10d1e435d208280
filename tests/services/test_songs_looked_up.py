"""Songs are looked up at ListenBrainz, over its twin: what is found, what is asked about, and what goes wrong."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.model import Link, LinkId, NewPlay, RawTrack, Source, TrackId
from bot.core.songfacts import RENEW_MS, Fame, Of, SongFacts, Tag
from bot.errors import RateLimited, Refused, Unavailable
from bot.integrations.scrobbles import ListenBrainzSongs
from bot.services.lookups import AT_ONCE, Lookups
from tests.fakes import FakeClock, FakeStore
from tests.twins.listenbrainz import ListenBrainzTwin, listenbrainz_twin


class House:
    def __init__(self, twin: ListenBrainzTwin) -> None:
        self.twin = twin
        self.store, self.clock = FakeStore(), FakeClock()
        twin.listener("host", token="secret")
        self.songs = ListenBrainzSongs("secret", twin.api_url, every_s=0, timeout_s=2)
        self.lookups = Lookups(self.store, self.store, self.songs, self.clock)

    async def plays(self, source: Source, *tracks: RawTrack) -> None:
        member = await self.store.add_member("Ana", "UTC", None, 1)
        link = await self.store.link_account(Link(LinkId(0), member.id, source, f"ana{member.id}"), None, 0)
        await self.store.record(link.id, [NewPlay(n + 1, track) for n, track in enumerate(tracks)])

    async def known(self) -> dict[str, SongFacts]:
        """By title."""
        ids = [TrackId(n) for n in range(1, 1000)]
        tracks = await self.store.tracks(ids)
        return {tracks[it].title: facts for it, facts in (await self.store.song_facts(ids)).items()}


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with listenbrainz_twin() as twin:
        house = House(twin)
        yield house
        await house.songs.close()


async def test_ids_tags_fame_year_and_area(house: House) -> None:
    roads = house.twin.song(
        "Portishead", "Roads", tags={"sad": 2, "nothing": 0}, artist_tags={"trip hop": 13, "bristol": 4},
        genres=("trip hop",), listens=900, listeners=80, edition=1994,
        area="United Kingdom",
    )  # fmt: skip
    numb = house.twin.song("Portishead", "Numb", listens=100, listeners=90, edition=20)
    alone = house.twin.song("Ana", "Alone", album="", area="Bristol\x00")
    found = await house.songs.look_up(
        [("Nobody", "Nothing"), ("portishead", "roads"), ("Portishead", "Numb"), ("Ana", "Alone")]
    )
    of_artist = Fame(1000, 90)
    assert found == [
        SongFacts(),
        SongFacts(
            roads.recording, roads.artist_ids,
            (
                Tag("sad", 2, False, Of.RECORDING), Tag("trip hop", 13, True, Of.ARTIST),
                Tag("bristol", 4, False, Of.ARTIST),
            ),
            Fame(900, 80), of_artist, 1994, "United Kingdom",
        ),
        SongFacts(numb.recording, numb.artist_ids, (), Fame(100, 90), of_artist),
        SongFacts(alone.recording, alone.artist_ids, area="Bristol\ufffd"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("date", "edition", "year"),
    [
        ("1970-10-05", 1987, 1970),
        ("1970-10", 1987, 1970),
        ("1970", None, 1970),
        ("", 1987, 1987),
        ("20", 1987, 1987),
        ("-5-01", None, 0),
        (None, None, 0),
    ],
)
async def test_the_year_is_when_the_album_first_came_out(
    house: House, date: str | None, edition: int | None, year: int
) -> None:
    for title in ("Friends", "Tangerine"):
        house.twin.song("Led Zeppelin", title, album="III", date=date, edition=edition)
    found = await house.songs.look_up([("Led Zeppelin", "Friends"), ("Led Zeppelin", "Tangerine")])
    assert [it.year for it in found] == [year, year]
    [sent] = house.twin.traffic.of("albums")
    assert "," not in sent.body["release_group_mbids"]


@pytest.mark.parametrize("date", [1970, "1970-10-05T00:00", "next year", {"year": 1970}, False])
async def test_a_date_that_is_none_is_not_believed(house: House, date: Any) -> None:
    song = house.twin.song("Ana", "Song")
    house.twin.fault("albums", body=json.dumps({song.album_id: {"release_group": {"date": date}}}))
    with pytest.raises(Unavailable):
        await house.songs.look_up([("Ana", "Song")])


async def test_a_thousand_songs_take_some_thirty_calls(house: House) -> None:
    for n in range(1000):
        house.twin.song(f"Artist {n % 300}", f"Song {n}", listens=n, listeners=1)
    found = await house.songs.look_up([(f"Artist {n % 300}", f"Song {n}") for n in range(1000)])
    assert [it.fame.listens for it in found] == list(range(1000))
    assert len(house.twin.traffic.requests) == 20 + 3 + 6
    assert await house.songs.look_up([]) == []
    assert len(house.twin.traffic.requests) == 29


async def test_what_only_spotify_has_told_is_never_asked_about(house: House) -> None:
    for title in ("Told by Spotify", "Told by both", "Told by Last.fm"):
        house.twin.song("Ana", title, listens=5, listeners=1)
    of_both = RawTrack("spotify:track:2", "Told by both", "Ana")
    await house.plays(Source.SPOTIFY, RawTrack("spotify:track:1", "Told by Spotify", "Ana"), of_both)
    await house.plays(Source.EXTENDED, of_both)
    await house.plays(
        Source.LASTFM,
        RawTrack("", "Told by Last.fm", "Ana"),
        RawTrack("", "L" * 250, "Ana"),
        RawTrack("", "Unknown", "Ana"),
    )
    await house.lookups.run()
    asked = {
        it["recording_name"] for sent in house.twin.traffic.of("lookup") for it in sent.body["recordings"]
    }
    assert asked == {"Told by both", "Told by Last.fm", "Unknown"}
    known = await house.known()
    assert set(known) == {*asked, "L" * 250}
    assert known["Told by both"].fame == Fame(5, 1)
    assert known["Unknown"] == known["L" * 250] == SongFacts()


async def test_two_versions_of_a_song_are_asked_about_once(house: House) -> None:
    house.twin.song("Ana", "Song", listens=5, listeners=1)
    versions = (RawTrack(f"spotify:track:{n}", "Song", "Ana", f"Album {n}") for n in range(3))
    await house.plays(Source.EXTENDED, *versions, RawTrack("", "Other", "Ana"))
    await house.lookups.run()
    [sent] = house.twin.traffic.of("lookup")
    assert sorted(it["recording_name"] for it in sent.body["recordings"]) == ["Other", "Song"]
    facts = await house.store.song_facts([TrackId(n) for n in range(1, 9)])
    assert sorted(it.fame.listens for it in facts.values()) == [0, 5, 5, 5]


async def test_each_run_does_a_part_and_all_of_it_is_renewed_after_months(house: House) -> None:
    await house.plays(Source.LASTFM, *(RawTrack("", f"Song {n}", "Ana") for n in range(AT_ONCE + 10)))
    for known in (AT_ONCE, AT_ONCE + 10, AT_ONCE + 10):
        await house.lookups.run()
        assert len(await house.known()) == known
    calls = len(house.twin.traffic.requests)
    await house.lookups.run()
    assert len(house.twin.traffic.requests) == calls
    house.twin.song("Ana", "Song 1", listens=7, listeners=7)
    house.clock.advance(RENEW_MS + 1)
    await house.lookups.run()
    assert (await house.known())["Song 1"].fame == Fame(7, 7)


@pytest.mark.parametrize("what", ["lookup", "metadata", "albums", "popularity"])
@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "",
        "null",
        "7",
        "[7]",
        '[{"index": 9}]',
        '[{"index": 0, "recording_mbid": "x"}]',
        '{"error": 1}',
    ],
)
async def test_nonsense_is_believed_nowhere(house: House, what: str, body: str) -> None:
    house.twin.song("Ana", "Song", listens=1, listeners=1)
    await house.plays(Source.LASTFM, RawTrack("", "Song", "Ana"))
    house.twin.fault(what, body=body)
    with pytest.raises((Unavailable, Refused)):
        await house.songs.look_up([("Ana", "Song")])
    house.twin.fault(what, body=body)
    await house.lookups.run()
    assert await house.known() == {}
    await house.lookups.run()
    assert (await house.known())["Song"].fame == Fame(1, 1)


@pytest.mark.parametrize(
    ("said", "year", "area"),
    [
        ({}, 0, ""),
        ({"release": {}, "artist": {"artists": []}}, 0, ""),
        ({"release": {"year": None}, "artist": {"artists": [{"area": None}]}}, 0, ""),
        ({"release": {"year": 1849}, "artist": {"artists": [{}, {"area": "France"}]}}, 0, ""),
        ({"release": {"year": 1850}, "artist": {"artists": [{"area": "France"}, {}]}}, 1850, "France"),
        ({"release": {"year": 2100}, "artist": {"artists": [{"area": "x" * 501}]}}, 2100, "x" * 500),
        ({"release": {"year": 2101}, "artist": {"artists": [{"area": " "}]}}, 0, ""),
        ({"release": {"year": -5}, "artist": {"artists": [{"area": "\x00\udc80"}]}}, 0, "\ufffd\ufffd"),
    ],
)
async def test_what_musicbrainz_does_not_know_is_not_known(
    house: House, said: Any, year: int, area: str
) -> None:
    song = house.twin.song("Ana", "Song", edition=1994, area="Italy")
    house.twin.fault("metadata", body=json.dumps({song.recording: said}))
    [found] = await house.songs.look_up([("Ana", "Song")])
    assert found == SongFacts(song.recording, song.artist_ids, year=year, area=area)


@pytest.mark.parametrize(
    "said",
    [
        {"release": None},
        {"release": [1994]},
        {"release": {"year": "1994"}},
        {"release": {"year": 1994.5}},
        {"artist": []},
        {"artist": {"artists": {}}},
        {"artist": {"artists": ["Ana"]}},
        {"artist": {"artists": [{"area": {"name": "Italy"}}]}},
    ],
)
async def test_what_it_would_never_say_of_a_song_is_not_believed(house: House, said: Any) -> None:
    song = house.twin.song("Ana", "Song", edition=1994, area="Italy")
    house.twin.fault("metadata", body=json.dumps({song.recording: said}))
    with pytest.raises(Unavailable):
        await house.songs.look_up([("Ana", "Song")])


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


def saying(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An object with these parts, now and then one without them or anything else."""
    whole = st.fixed_dictionaries(parts)
    return st.integers(0, 9).flatmap(
        lambda dice: anything if dice == 8 else st.just({}) if dice == 9 else whole
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    saying(
        release=saying(year=st.none() | st.integers(1800, 2150) | st.integers()),
        artist=saying(artists=st.lists(saying(area=st.none() | st.text(min_size=1)), max_size=2)),
    )
)
async def test_whatever_is_said_of_a_song_can_be_kept_or_is_not_believed(house: House, said: Any) -> None:
    song = house.twin.song("Ana", "Song", edition=1994, area="Italy")
    house.twin.fault("metadata", body=json.dumps({song.recording: said}))
    try:
        [found] = await house.songs.look_up([("Ana", "Song")])
    except Unavailable:
        return
    told = said.get("release", {}).get("year")
    assert found.year == (told if told is not None and 1850 <= told <= 2100 else 0)
    artists = said.get("artist", {}).get("artists", [])
    area = artists[0].get("area") if artists else None
    found.area.encode()
    assert "\x00" not in found.area
    assert not found.area or found.area == area[:500] or "\ufffd" in found.area


async def test_a_pause_is_kept_and_a_wrong_token_is_said(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.plays(Source.LASTFM, RawTrack("", "Song", "Ana"))
    house.twin.fault("lookup", status=429, headers={"X-RateLimit-Reset-In": "70"})
    await house.lookups.run()
    assert await house.store.blocked_until("listenbrainz") == house.clock.now + 70_000
    calls = len(house.twin.traffic.requests)
    await house.lookups.run()
    assert len(house.twin.traffic.requests) == calls
    house.clock.advance(70_000)
    house.twin.listener("host").token = "another"
    caplog.set_level(logging.WARNING)
    await house.lookups.run()
    assert "HTTP 401" in caplog.text
    assert "Song" not in caplog.text
    house.twin.fault("lookup", status=429)
    with pytest.raises(RateLimited):
        await house.songs.look_up([("Ana", "Song")])
