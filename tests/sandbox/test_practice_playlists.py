"""Playlists and library: create, change, fill, order, cover, keep; who may; what a person sees; restarts."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox import Catalogue
from tests.sandbox.conftest import Visit, Visitor

JPEG = b"\xff\xd8\xff\xe0" + bytes(200) + b"\xff\xd9"


async def new(visitor: Visitor, **body: Any) -> Any:
    answer = await visitor.call("POST", "me/playlists", json={"name": "Rain", "public": False, **body})
    assert answer.status == 201, answer.text
    return answer.json


def some(catalogue: Catalogue, count: int, skip: int = 0) -> list[str]:
    return [track.uri for track in list(catalogue.tracks.values())[skip : skip + count]]


async def held(visitor: Visitor, playlist_id: str) -> list[str]:
    answer = await visitor.call("GET", f"playlists/{playlist_id}/items?limit=50")
    return [entry["item"]["uri"] for entry in answer.json["items"]]


async def test_a_collaborative_playlist(ana: Visitor) -> None:
    made = await new(ana, collaborative=True, description="For <everybody>")
    assert made["collaborative"] is True
    assert made["public"] is False
    assert made["owner"]["display_name"] == "Ana"
    assert made["items"]["total"] == 0
    assert "tracks" not in made
    read = (await ana.call("GET", f"playlists/{made['id']}")).json
    assert read == made
    listed = (await ana.call("GET", "me/playlists")).json["items"]
    assert [one["id"] for one in listed] == [made["id"]]
    assert listed[0]["items"]["total"] == 0


@pytest.mark.parametrize(
    "body",
    [
        {"name": "Rain", "collaborative": True},
        {"name": "Rain", "collaborative": True, "public": True},
        {"public": False},
        {"name": " "},
        {"name": 3},
        {"name": "Rain", "public": "no"},
        {"name": "Rain", "description": 3},
    ],
)
async def test_what_cannot_be_created(ana: Visitor, body: dict[str, Any]) -> None:
    answer = await ana.call("POST", "me/playlists", json=body)
    assert answer.status == 400
    assert (await ana.call("GET", "me/playlists")).json["total"] == 0


async def test_public_is_the_default_and_details_change(ana: Visitor) -> None:
    made = (await ana.call("POST", "me/playlists", json={"name": "Rain"})).json
    assert made["public"] is True
    path = f"playlists/{made['id']}"
    assert (await ana.call("PUT", path, json={"collaborative": True})).status == 400
    changed = await ana.call("PUT", path, json={"collaborative": True, "public": False, "name": "Sun"})
    assert changed.status == 200
    read = (await ana.call("GET", path)).json
    assert (read["name"], read["public"], read["collaborative"]) == ("Sun", False, True)
    assert read["snapshot_id"] != made["snapshot_id"]
    assert (await ana.call("PUT", path, json={"name": ""})).status == 400


async def test_items_are_added_at_the_end_or_at_a_position(ana: Visitor, catalogue: Catalogue) -> None:
    made = await new(ana)
    path, uris = f"playlists/{made['id']}/items", some(catalogue, 4)
    first = await ana.call("POST", path, json={"uris": uris[:2]})
    assert (first.status, list(first.json)) == (201, ["snapshot_id"])
    await ana.call("POST", path, json={"uris": [uris[2]], "position": 0})
    await ana.call("POST", f"{path}?position=1&uris={uris[3]}")
    assert await held(ana, made["id"]) == [uris[2], uris[3], uris[0], uris[1]]
    entry = (await ana.call("GET", path)).json["items"][0]
    assert entry["added_by"]["id"] == "ana"
    assert entry["added_at"] == "2026-11-22T06:00:00Z"
    assert (await ana.call("GET", f"playlists/{made['id']}")).json["items"]["total"] == 4
    page = (await ana.call("GET", f"{path}?limit=3")).json
    assert len((await ana.call("GET", page["next"].removeprefix(ana.practice.api_url))).json["items"]) == 1


@pytest.mark.parametrize(
    "body",
    [
        ["spotify:track:0000000000000000000000"],
        {"uris": ["spotify:track:0000000000000000000000"]},
        {"uris": ["spotify:local:a:b:c:1"]},
        {"uris": ["https://open.spotify.com/track/1"]},
        {"uris": "spotify:track:x"},
        {"uris": []},
        {},
        "text",
    ],
)
async def test_what_cannot_be_added(ana: Visitor, body: Any) -> None:
    made = await new(ana)
    answer = await ana.call("POST", f"playlists/{made['id']}/items", json=body)
    assert answer.status == 400
    assert await held(ana, made["id"]) == []


async def test_a_hundred_at_once_and_not_one_more(ana: Visitor, catalogue: Catalogue) -> None:
    made = await new(ana)
    path = f"playlists/{made['id']}/items"
    assert (await ana.call("POST", path, json={"uris": some(catalogue, 101)})).status == 400
    assert (await ana.call("POST", path, json={"uris": some(catalogue, 100)})).status == 201
    assert (await ana.call("POST", path, json={"uris": some(catalogue, 1), "position": 101})).status == 400
    assert (await ana.call("POST", path, json={"uris": some(catalogue, 1), "position": -1})).status == 400


@pytest.mark.parametrize(
    ("start", "before", "length", "order"),
    [(0, 5, 1, "bcdea"), (4, 0, 1, "eabcd"), (1, 4, 2, "adbce"), (3, 1, 2, "adebc"), (1, 2, 2, "abcde")],
)
async def test_reordering(
    ana: Visitor, catalogue: Catalogue, start: int, before: int, length: int, order: str
) -> None:
    made, uris = await new(ana), some(catalogue, 5)
    path = f"playlists/{made['id']}/items"
    await ana.call("POST", path, json={"uris": uris})
    body = {"range_start": start, "insert_before": before, "range_length": length}
    assert (await ana.call("PUT", path, json=body)).status == 200
    assert await held(ana, made["id"]) == [uris["abcde".index(letter)] for letter in order]
    assert (await ana.call("PUT", path, json={"range_start": 5, "insert_before": 0})).status == 400
    assert (await ana.call("PUT", path, json={"range_start": 0})).status == 400


async def test_replacing_and_removing(ana: Visitor, catalogue: Catalogue) -> None:
    made, uris = await new(ana), some(catalogue, 3)
    path = f"playlists/{made['id']}/items"
    await ana.call("POST", path, json={"uris": [*uris, uris[0]]})
    gone = await ana.call("DELETE", path, json={"items": [{"uri": uris[0]}]})
    assert (gone.status, await held(ana, made["id"])) == (200, uris[1:])
    assert (await ana.call("DELETE", path, json={"tracks": [{"uri": uris[1]}]})).status == 400
    assert (await ana.call("PUT", path, json={"uris": [uris[0]]})).status == 200
    assert await held(ana, made["id"]) == [uris[0]]
    assert (await ana.call("PUT", path, json={"uris": []})).status == 200
    assert await held(ana, made["id"]) == []


async def test_others_may_look_at_the_head_and_no_more(ana: Visitor, catalogue: Catalogue) -> None:
    made = await new(ana, collaborative=True)
    await ana.call("POST", f"playlists/{made['id']}/items", json={"uris": some(catalogue, 1)})
    await ana.sign_in("ben")
    head = (await ana.call("GET", f"playlists/{made['id']}", "ben")).json
    assert head["name"] == "Rain"
    assert "items" not in head
    path = f"playlists/{made['id']}"
    for method, where, body in (
        ("GET", f"{path}/items", None),
        ("POST", f"{path}/items", {"uris": some(catalogue, 1)}),
        ("PUT", f"{path}/items", {"uris": []}),
        ("DELETE", f"{path}/items", {"items": [{"uri": some(catalogue, 1)[0]}]}),
        ("PUT", path, {"name": "Mine"}),
        ("PUT", f"{path}/images", None),
    ):
        answer = await ana.call(method, where, "ben", json=body)
        assert (answer.status, answer.json["error"]["status"]) == (403, 403), (method, where)
    assert len(await held(ana, made["id"])) == 1


@pytest.mark.parametrize(
    ("scopes", "body", "status"),
    [
        (["playlist-modify-private"], {"public": False}, 201),
        (["playlist-modify-public"], {"public": False}, 403),
        (["playlist-modify-public"], {"public": True}, 201),
        (["playlist-modify-private"], {"public": True}, 403),
        (["playlist-modify-private"], {"public": False, "collaborative": True}, 403),
        (
            ["playlist-modify-private", "playlist-modify-public"],
            {"public": False, "collaborative": True},
            201,
        ),
    ],
)
async def test_scopes_of_creating(visit: Visit, scopes: list[str], body: dict[str, Any], status: int) -> None:
    visitor = await visit()
    await visitor.sign_in("ana", scopes)
    assert (await visitor.call("POST", "me/playlists", json={"name": "Rain", **body})).status == status


async def test_a_cover(ana: Visitor) -> None:
    made = await new(ana)
    path = f"playlists/{made['id']}/images"
    assert (await ana.call("GET", path)).json == []
    jpeg = {"Content-Type": "image/jpeg"}
    sent = await ana.call("PUT", path, data=base64.b64encode(JPEG), headers=jpeg)
    assert (sent.status, sent.text) == (202, "")
    image = (await ana.call("GET", path)).json[0]
    async with ana.session.get(image["url"]) as reply:
        assert (reply.content_type, await reply.read()) == ("image/jpeg", JPEG)
    for data, headers, status in (
        (base64.b64encode(b"PNG, honest"), jpeg, 400),
        (JPEG, jpeg, 400),
        (base64.b64encode(JPEG), {"Content-Type": "image/png"}, 400),
        (base64.b64encode(JPEG + bytes(256 * 1024)), jpeg, 413),
    ):
        assert (await ana.call("PUT", path, data=data, headers=headers)).status == status


async def test_the_library_keeps_tracks_albums_and_playlists(ana: Visitor, catalogue: Catalogue) -> None:
    track = next(iter(catalogue.tracks.values()))
    album = f"spotify:album:{track.album.id}"
    assert (await ana.call("PUT", f"me/library?uris={track.uri},{album}")).status == 200
    asked = await ana.call("GET", f"me/library/contains?uris={track.uri},{album},spotify:track:other")
    assert asked.json == [True, True, False]
    assert (await ana.call("GET", "me/tracks")).json["items"][0]["track"]["id"] == track.id
    assert (await ana.call("GET", "me/albums")).json["items"][0]["album"]["id"] == track.album.id
    assert (await ana.call("DELETE", f"me/library?uris={track.uri}")).status == 200
    assert (await ana.call("GET", "me/tracks")).json["total"] == 0
    assert (await ana.call("GET", "me/shows")).json["items"] == []
    for query in ("", "?uris=nonsense", "?uris=spotify:mood:blue", f"?uris={','.join([track.uri] * 41)}"):
        assert (await ana.call("PUT", f"me/library{query}")).status == 400


async def test_removing_a_playlist_takes_it_from_the_list_not_from_its_link(ana: Visitor) -> None:
    made = await new(ana)
    assert (await ana.call("GET", f"me/library/contains?uris={made['uri']}")).json == [True]
    assert (await ana.call("DELETE", f"me/library?uris={made['uri']}")).status == 200
    assert (await ana.call("GET", "me/playlists")).json["total"] == 0
    assert (await ana.call("GET", f"playlists/{made['id']}")).status == 200


async def test_playlists_outlive_a_restart(visit: Visit, catalogue: Catalogue, tmp_path: Path) -> None:
    before = await visit(tmp_path / "practice.json")
    await before.sign_in("ana")
    made, uris = await new(before, collaborative=True, description="雨"), some(catalogue, 3)
    await before.call("POST", f"playlists/{made['id']}/items", json={"uris": uris})
    await before.call(
        "PUT",
        f"playlists/{made['id']}/images",
        data=base64.b64encode(JPEG),
        headers={"Content-Type": "image/jpeg"},
    )
    after = await visit(tmp_path / "practice.json")
    after.tokens = before.tokens
    assert await held(after, made["id"]) == uris
    read = (await after.call("GET", f"playlists/{made['id']}")).json
    assert (read["description"], read["collaborative"], len(read["images"])) == ("雨", True, 1)


async def test_a_person_can_look_at_the_playlist(ana: Visitor, catalogue: Catalogue) -> None:
    made = await new(ana, collaborative=True, name="<Rain> & sun", description="For <everybody>")
    uris = some(catalogue, 2)
    await ana.call("POST", f"playlists/{made['id']}/items", json={"uris": uris})
    page = await ana.ask("GET", made["external_urls"]["spotify"])
    assert page.status == 200
    assert "<h1>&lt;Rain&gt; &amp; sun</h1>" in page.text
    assert "For &lt;everybody&gt;" in page.text
    assert "Collaborative" in page.text
    assert "Ana" in page.text
    assert page.text.count('href="/track/') == 2
    assert "practice Spotify" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    index = await ana.ask("GET", f"{ana.practice.base_url}/")
    assert f'href="/playlist/{made["id"]}"' in index.text


async def test_every_link_a_page_shows_leads_somewhere(ana: Visitor, catalogue: Catalogue) -> None:
    made = await new(ana, public=True)
    await ana.call("POST", f"playlists/{made['id']}/items", json={"uris": some(catalogue, 1)})
    track = next(iter(catalogue.tracks.values()))
    for kind, item_id in (
        ("track", track.id),
        ("album", track.album.id),
        ("artist", track.artists[0].id),
        ("user", "ana"),
        ("playlist", made["id"]),
        ("image", track.album.id),
    ):
        page = await ana.ask("GET", f"{ana.practice.base_url}/{kind}/{item_id}")
        assert page.status == 200, kind
        missing = await ana.ask("GET", f"{ana.practice.base_url}/{kind}/nowhere")
        assert missing.status == 404
    assert 'href="/playlist/' in (await ana.ask("GET", f"{ana.practice.base_url}/track/{track.id}")).text
