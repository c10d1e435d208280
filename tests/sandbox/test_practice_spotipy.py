"""The practice Spotify as the real client library meets it: spotipy over HTTP, in its own thread."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import spotipy
from spotipy.cache_handler import MemoryCacheHandler

from bot.sandbox import Catalogue
from tests.sandbox.conftest import ALL_SCOPES, USED_REDIRECT, Visit, Visitor


@contextmanager
def client(visitor: Visitor, listener: str = "ana") -> Iterator[spotipy.Spotify]:
    """As Earshot should use it: an own session (no sleeping on 429), timeouts, the prefix from settings."""
    with requests.Session() as session:
        sp = spotipy.Spotify(auth=visitor.tokens[listener], requests_session=session, requests_timeout=5)
        sp.prefix = visitor.practice.api_url
        yield sp


async def test_reading(ana: Visitor) -> None:
    def read() -> None:
        with client(ana) as sp:
            assert sp.me()["id"] == "ana"
            assert len(sp.current_user_recently_played(limit=50)["items"]) == 50
            top = sp.current_user_top_tracks(limit=10, time_range="short_term")
            assert len(sp.next(top)["items"]) == 10
            assert sp.current_user_top_artists(limit=3)["items"][0]["name"]
            playing = sp.currently_playing()
            assert playing is None or playing["item"]["name"]
            found = sp.search(q="track:hurt artist:cash", type="track", limit=10)["tracks"]["items"]
            assert found[0]["artists"][0]["name"] == "Johnny Cash"
            assert sp.track(found[0]["id"])["external_ids"]["isrc"]
            assert sp.artist(found[0]["artists"][0]["id"])["name"] == "Johnny Cash"
            assert sp.album(found[0]["album"]["id"])["tracks"]["items"]

    await asyncio.to_thread(read)


async def test_a_playlist_from_first_to_last(ana: Visitor, catalogue: Catalogue) -> None:
    uris = [track.uri for track in list(catalogue.tracks.values())[:5]]

    def keep() -> Any:
        with client(ana) as sp:
            made = sp.current_user_playlist_create(
                "Rain", public=False, collaborative=True, description="A walk"
            )
            sp._post(f"playlists/{made['id']}/items", payload={"uris": uris})
            with pytest.raises(spotipy.SpotifyException) as bare_array:
                sp.playlist_add_items(made["id"], uris)
            assert bare_array.value.http_status == 400
            assert sp.playlist_reorder_items(made["id"], 0, 5)["snapshot_id"]
            assert sp.playlist_remove_all_occurrences_of_items(made["id"], [uris[1]])["snapshot_id"]
            held = [entry["item"]["uri"] for entry in sp.playlist_items(made["id"])["items"]]
            assert held == [uris[2], uris[3], uris[4], uris[0]]
            sp.playlist_change_details(made["id"], name="Sun")
            assert sp.playlist(made["id"])["name"] == "Sun"
            sp.playlist_upload_cover_image(made["id"], "/9j/4AAQSkZJRgABAQAAAQABAAD/2Q==")
            assert len(sp.playlist_cover_image(made["id"])) == 1
            assert sp.current_user_playlists()["total"] == 1
            sp._delete("me/library", uris=made["uri"])
            assert sp.current_user_playlists()["total"] == 0

    await asyncio.to_thread(keep)


@pytest.mark.filterwarnings("ignore:You're using:DeprecationWarning")  # spotipy says so itself
async def test_what_spotipy_still_offers_and_spotify_no_longer(ana: Visitor) -> None:
    def ask() -> list[int]:
        statuses = []
        with client(ana) as sp:
            for call in (
                lambda: sp.tracks(["x"]),
                lambda: sp.user_playlist_create("ana", "Rain"),
                lambda: sp.artist_top_tracks("x"),
                lambda: sp.new_releases(),
                lambda: sp.current_user_unfollow_playlist("x"),
                lambda: sp.user("ana"),
            ):
                with pytest.raises(spotipy.SpotifyException) as refused:
                    call()
                statuses.append(refused.value.http_status)
        return statuses

    assert await asyncio.to_thread(ask) == [403] * 6


async def test_errors_reach_the_caller_whole(ana: Visitor) -> None:
    await ana.fault(kind="quota", seconds=48_925)

    def ask() -> spotipy.SpotifyException:
        with client(ana) as sp, pytest.raises(spotipy.SpotifyException) as refused:
            sp.me()
        return refused.value

    limited = await asyncio.to_thread(ask)
    assert (limited.http_status, limited.reason) == (429, "QUOTA_EXCEEDED")
    assert limited.headers["Retry-After"] == "48925"
    ana.clock.move(hours=2)
    assert (await asyncio.to_thread(ask)).http_status == 401


async def test_a_sixth_listener_gets_the_plain_403(visit: Visit) -> None:
    visitor = await visit(seats=1)
    await visitor.sign_in("ana")
    await visitor.sign_in("ben")

    def ask() -> spotipy.SpotifyException:
        with client(visitor, "ben") as sp, pytest.raises(spotipy.SpotifyException) as refused:
            sp.me()
        return refused.value

    assert (await asyncio.to_thread(ask)).http_status == 403


@pytest.mark.parametrize("rotation", [False, True])
async def test_the_pkce_sign_in_of_spotipy(visit: Visit, rotation: bool) -> None:
    visitor = await visit(rotation=rotation)
    accounts = visitor.practice.accounts_url

    class PracticePKCE(spotipy.SpotifyPKCE):  # type: ignore[misc]
        OAUTH_AUTHORIZE_URL = f"{accounts}/authorize"
        OAUTH_TOKEN_URL = f"{accounts}/api/token"

    with requests.Session() as session:
        pkce = PracticePKCE(
            client_id="own-app",
            redirect_uri=USED_REDIRECT,
            scope=" ".join(ALL_SCOPES),
            state="st4te",
            cache_handler=MemoryCacheHandler(),
            requests_session=session,
            requests_timeout=5,
            open_browser=False,
        )
        asked = {
            name: values[0] for name, values in parse_qs(urlsplit(pkce.get_authorize_url()).query).items()
        }
        page = await visitor.ask("GET", pkce.get_authorize_url())
        assert page.status == 200
        back = await visitor.ask(
            "POST", f"{accounts}/authorize", data={**asked, "listener": "misaki", "decision": "agree"}
        )
        code = pkce.parse_response_code(back.headers["Location"])
        await asyncio.to_thread(pkce.get_access_token, code, check_cache=False)
        first = pkce.cache_handler.get_cached_token()
        visitor.tokens["misaki"] = first["access_token"]
        assert (await visitor.call("GET", "me", "misaki")).json["display_name"] == "美咲"
        second = await asyncio.to_thread(pkce.refresh_access_token, first["refresh_token"])
        assert (second["refresh_token"] != first["refresh_token"]) is rotation
        await visitor.fault(kind="revoke", listener="misaki")
        with pytest.raises(spotipy.SpotifyOauthError) as ended:
            await asyncio.to_thread(pkce.refresh_access_token, second["refresh_token"])
        assert ended.value.error == "invalid_grant"
