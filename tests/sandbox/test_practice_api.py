"""The Web API's reading side: feed, now, top, catalogue, search, what is removed, what is no longer sent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.sandbox import Catalogue
from bot.sandbox.removed import REMOVED
from tests.sandbox.conftest import Visitor

GONE = {
    "popularity",
    "available_markets",
    "followers",
    "country",
    "email",
    "product",
    "explicit_content",
    "linked_from",
    "label",
}


def keys(value: Any) -> set[str]:
    """Every key anywhere inside."""
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in keys(inner)}
    if isinstance(value, list):
        return {key for inner in value for key in keys(inner)}
    return set()


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


@pytest.mark.parametrize("path", ["me", "me/"])
async def test_the_profile_has_an_account_id_and_nothing_private(ana: Visitor, path: str) -> None:
    answer = await ana.call("GET", path)
    assert answer.status == 200
    assert answer.json["id"] == "ana"
    assert answer.json["display_name"] == "Ana"
    assert len(answer.json["account_id"]) == 22
    assert not keys(answer.json) & GONE


async def test_recently_played_shows_fifty_rows_newest_first_with_milliseconds(ana: Visitor) -> None:
    answer = await ana.call("GET", "me/player/recently-played?limit=50")
    stamps = [moment(row["played_at"]) for row in answer.json["items"]]
    assert len(stamps) == 50
    assert stamps == sorted(stamps, reverse=True)
    assert stamps[0] <= ana.clock.now
    assert any(stamp.microsecond for stamp in stamps)
    assert answer.json["next"] is None
    assert not keys(answer.json) & GONE
    assert len((await ana.call("GET", "me/player/recently-played")).json["items"]) == 20


async def test_paging_back_ends_at_the_fiftieth_row(ana: Visitor) -> None:
    whole = (await ana.call("GET", "me/player/recently-played?limit=50")).json["items"]
    first = (await ana.call("GET", "me/player/recently-played?limit=30")).json
    path = first["next"].removeprefix(ana.practice.api_url)
    second = (await ana.call("GET", path)).json
    assert first["items"] + second["items"] == whole
    beyond = (await ana.call("GET", f"me/player/recently-played?before={second['cursors']['before']}")).json
    assert beyond["items"] == []
    assert beyond["cursors"] is None
    after = (await ana.call("GET", f"me/player/recently-played?after={second['cursors']['after']}")).json
    assert after["items"] == whole[:20]  # 30 rows are newer; a page is the newest 20 of them


async def test_the_feed_goes_on_as_time_passes(ana: Visitor) -> None:
    before = (await ana.call("GET", "me/player/recently-played?limit=50")).json["items"]
    ana.clock.move(minutes=50)
    after = (await ana.call("GET", "me/player/recently-played?limit=50")).json["items"]
    while after == before:  # a quiet morning; the token lasts an hour, so sign in again for each step
        ana.clock.move(hours=3)
        await ana.sign_in("ana")
        after = (await ana.call("GET", "me/player/recently-played?limit=50")).json["items"]
    new = [row for row in after if row not in before]
    assert after == (new + before)[:50]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("limit=51", "Invalid limit"),
        ("limit=0", "Invalid limit"),
        ("limit=many", "Invalid limit"),
        ("after=1&before=2", "Only one of before and after can be specified"),
    ],
)
async def test_recently_played_refuses(ana: Visitor, query: str, message: str) -> None:
    answer = await ana.call("GET", f"me/player/recently-played?{query}")
    assert (answer.status, answer.json) == (400, {"error": {"status": 400, "message": message}})


async def moved_to(visitor: Visitor, playing: bool) -> None:
    """Moves the clock until Ana is listening, or is not."""
    while True:
        now = int(visitor.clock.now.timestamp() * 1000)
        if (visitor.practice.listening.playing("ana", now) is not None) is playing:
            break
        visitor.clock.move(minutes=2)
    await visitor.sign_in("ana")


async def test_playing_now(ana: Visitor) -> None:
    await moved_to(ana, playing=True)
    now = (await ana.call("GET", "me/player/currently-playing")).json
    assert now["is_playing"] is True
    assert now["item"]["type"] == "track"
    assert 0 <= now["progress_ms"] <= now["item"]["duration_ms"]
    state = (await ana.call("GET", "me/player")).json
    assert state["item"] == now["item"]
    assert state["device"]["is_active"] is True
    assert len((await ana.call("GET", "me/player/devices")).json["devices"]) == 1


async def test_nothing_playing_is_a_204(ana: Visitor) -> None:
    await moved_to(ana, playing=False)
    for path in ("me/player/currently-playing", "me/player"):
        answer = await ana.call("GET", path)
        assert (answer.status, answer.text) == (204, "")
    assert (await ana.call("GET", "me/player/devices")).json == {"devices": []}


async def test_queueing_needs_premium_and_a_device(ana: Visitor, catalogue: Catalogue) -> None:
    track = next(iter(catalogue.tracks.values()))
    await moved_to(ana, playing=False)
    nowhere = await ana.call("POST", f"me/player/queue?uri={track.uri}")
    assert (nowhere.status, nowhere.json["error"]["reason"]) == (404, "NO_ACTIVE_DEVICE")
    await moved_to(ana, playing=True)
    assert (await ana.call("POST", f"me/player/queue?uri={track.uri}")).status == 204
    assert [item["id"] for item in (await ana.call("GET", "me/player/queue")).json["queue"]] == [track.id]
    assert (await ana.call("PUT", "me/player/pause")).status == 204
    assert (await ana.call("POST", "me/player/queue")).status == 400
    await ana.sign_in("noor")
    for method, path in (("POST", f"me/player/queue?uri={track.uri}"), ("PUT", "me/player/play")):
        free = await ana.call(method, path, "noor")
        assert (free.status, free.json["error"]["reason"]) == (403, "PREMIUM_REQUIRED")


@pytest.mark.parametrize("kind", ["tracks", "artists"])
async def test_top_is_ranked_and_pages(ana: Visitor, kind: str) -> None:
    first = (await ana.call("GET", f"me/top/{kind}?limit=5&time_range=short_term")).json
    second = (await ana.call("GET", first["next"].removeprefix(ana.practice.api_url))).json
    both = (await ana.call("GET", f"me/top/{kind}?limit=10&time_range=short_term")).json
    assert first["items"] + second["items"] == both["items"]
    assert len({item["id"] for item in both["items"]}) == 10
    assert both["items"][0]["type"] == kind.removesuffix("s")
    assert not keys(both) & GONE
    assert (await ana.call("GET", f"me/top/{kind}?time_range=ever")).status == 400


async def test_top_tracks_are_what_was_played_most(ana: Visitor) -> None:
    top = (await ana.call("GET", "me/top/tracks?limit=5&time_range=short_term")).json["items"]
    now = int(ana.clock.now.timestamp() * 1000)
    start = now - int(timedelta(days=28).total_seconds() * 1000)
    heard = [play.track.id for play in ana.practice.listening.history("ana", start, now)]
    assert all(heard.count(track["id"]) >= 5 for track in top)


async def test_single_objects_and_their_links(ana: Visitor, catalogue: Catalogue) -> None:
    track = next(track for track in catalogue.tracks.values() if len(track.artists) > 1)
    shown = (await ana.call("GET", f"tracks/{track.id}")).json
    assert shown["name"] == track.title
    assert [artist["name"] for artist in shown["artists"]] == [artist.name for artist in track.artists]
    assert shown["external_ids"] == {"isrc": track.isrc}
    assert shown["album"]["release_date"] == str(track.album.year)
    assert shown["external_urls"]["spotify"] == f"{ana.practice.base_url}/track/{track.id}"
    for href in (shown["href"], shown["album"]["href"], shown["artists"][0]["href"]):
        assert (await ana.call("GET", href.removeprefix(ana.practice.api_url))).json["href"] == href
    album = (await ana.call("GET", f"albums/{track.album.id}")).json
    assert track.id in [item["id"] for item in album["tracks"]["items"]]
    assert (await ana.call("GET", f"albums/{track.album.id}/tracks")).json["total"] == album["total_tracks"]
    albums = (await ana.call("GET", f"artists/{track.artists[0].id}/albums")).json
    assert track.album.id in [item["id"] for item in albums["items"]]
    assert not keys([shown, album, albums]) & GONE


@pytest.mark.parametrize(
    "path", ["tracks/x", "albums/x", "artists/x", "albums/x/tracks", "playlists/x", "shows/x"]
)
async def test_what_is_not_there_is_a_404(ana: Visitor, path: str) -> None:
    answer = await ana.call("GET", path)
    assert (answer.status, answer.json["error"]["message"]) == (404, "Resource not found")
    unknown = await ana.call("GET", "me/feelings")
    assert (unknown.status, unknown.json["error"]["message"]) == (404, "Service not found")


async def search(visitor: Visitor, text: str, kind: str = "track", limit: int = 5) -> list[Any]:
    answer = await visitor.call("GET", "search", params={"q": text, "type": kind, "limit": str(limit)})
    assert answer.status == 200, answer.text
    return list(answer.json[f"{kind}s"]["items"])


@pytest.mark.parametrize(
    ("text", "title", "artist"),
    [
        ("someone like you adele", "Someone Like You", "Adele"),
        ("SOMEONE LIKE YOU", "Someone Like You", "Adele"),
        ("sinead o'connor nothing compares", "Nothing Compares 2 U", "Sinéad O'Connor"),
        ("bjork", None, "Björk"),
        ("skiny love bon iver", "Skinny Love", "Bon Iver"),
        ('track:"back to black" artist:"amy winehouse"', "Back To Black", "Amy Winehouse"),
        ("track:hurt artist:cash", "Hurt", "Johnny Cash"),
        ("album:rumours landslide fleetwood", None, "Fleetwood Mac"),
        ("jolene", "Jolene", "Dolly Parton"),
    ],
)
async def test_search_finds_what_a_person_means(
    ana: Visitor, text: str, title: str | None, artist: str
) -> None:
    found = await search(ana, text)
    assert found[0]["artists"][0]["name"] == artist
    if title is not None:
        assert found[0]["name"] == title


async def test_search_filters_hold(ana: Visitor, catalogue: Catalogue) -> None:
    for track in await search(ana, "year:1990-1994", limit=10):
        assert 1990 <= int(track["album"]["release_date"]) <= 1994
    for track in await search(ana, "genre:jazz", limit=10):
        assert catalogue.tracks[track["id"]].scene == "jazz"
    isrc = next(iter(catalogue.tracks.values())).isrc
    assert {track["external_ids"]["isrc"] for track in await search(ana, f"isrc:{isrc}")} == {isrc}
    assert await search(ana, "year:soon") == []
    assert await search(ana, "qqq zzz") == []
    assert [artist["name"] for artist in await search(ana, "beyonce", "artist", 1)] == ["Beyoncé"]
    assert (await search(ana, "rumours", "album"))[0]["name"].startswith("Rumours")


async def test_search_near_misses_are_shown_as_on_the_real_service(ana: Visitor) -> None:
    """A song that is not there brings others by the artist, which a resolver must not take for it."""
    found = await search(ana, "a song never written adele")
    assert all(track["name"] != "A Song Never Written" for track in found)


async def test_search_pages_and_takes_several_types(ana: Visitor) -> None:
    first = (await ana.call("GET", "search?q=love&type=track,album&limit=3")).json
    assert set(first) == {"tracks", "albums"}
    again = (await ana.call("GET", first["tracks"]["next"].removeprefix(ana.practice.api_url))).json
    assert not {t["id"] for t in first["tracks"]["items"]} & {t["id"] for t in again["tracks"]["items"]}
    assert len((await ana.call("GET", "search?q=love&type=track")).json["tracks"]["items"]) == 5
    assert (await ana.call("GET", "search?q=love&type=show,playlist")).json["shows"]["items"] == []


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("q=love&type=track&limit=11", "Invalid limit"),
        ("q=love&type=track&limit=0", "Invalid limit"),
        ("q=love&type=track&offset=1001", "Invalid offset"),
        ("type=track", "No search query"),
        ("q=love", "Missing parameter type"),
        ("q=love&type=song", "Bad search type field song"),
    ],
)
async def test_search_refuses(ana: Visitor, query: str, message: str) -> None:
    answer = await ana.call("GET", f"search?{query}")
    assert (answer.status, answer.json["error"]["message"]) == (400, message)


async def test_every_removed_operation_is_a_bare_403(ana: Visitor) -> None:
    for method, path in REMOVED:  # with or without a slash at the end
        answer = await ana.call(method, path.replace("{id}", "x").removeprefix("/"))
        assert (answer.status, answer.text, answer.json) == (403, "Forbidden", None), (method, path)
        assert (await ana.call(method, f"{path[1:]}/".replace("{id}", "x"))).text == "Forbidden"


async def test_a_request_by_a_foreign_name_is_refused(ana: Visitor) -> None:
    answer = await ana.ask("GET", f"{ana.practice.base_url}/", headers={"Host": "rebound.example"})
    assert answer.status == 421


async def test_a_body_in_another_encoding_is_refused_not_a_crash(ana: Visitor) -> None:
    broken = "Ärger".encode("latin-1")
    assert (await ana.call("POST", "me/playlists", data=broken)).status == 400
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in ("/authorize", "/api/token"):
        assert (
            await ana.ask("POST", f"{ana.practice.base_url}{path}", data=broken, headers=form)
        ).status == 400
