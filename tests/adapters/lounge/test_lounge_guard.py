"""No page of another site, no other machine, nobody without the token."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.lounge.conftest import ROOM, TOKEN, Build, House

ANA = {"X-Earshot-Member": "ana"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}


async def status(house: House, path: str, headers: dict[str, str], **more: Any) -> int:
    method = "POST" if "json" in more else "GET"
    url = house.caller.base + path
    async with house.caller.http.request(
        method, url, headers=headers, allow_redirects=False, **more
    ) as response:
        for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"):
            assert name in response.headers, (path, name)
        assert "Access-Control-Allow-Origin" not in response.headers
        return response.status


async def cookie(house: House) -> dict[str, str]:
    async with house.caller.http.get(house.lounge.url, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/")
        set_cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in set_cookie
        assert "SameSite=Strict" in set_cookie
        return {"Cookie": set_cookie.split(";")[0]}


@pytest.mark.parametrize(
    "path", ["/", "/page/lounge.js", "/pictures/x.png", "/api/rooms", "/api/people", "/nothing"]
)
async def test_without_the_token_nothing_is_given(house: House, path: str) -> None:
    assert await status(house, path, ANA) == 401
    assert await status(house, path, {**ANA, "Authorization": "Bearer wrong"}) == 401
    assert await status(house, path, {**ANA, "Authorization": f"Basic {TOKEN}"}) == 401
    assert await status(house, f"{path}?token=wrong", ANA) == 401
    assert await status(house, f"{path}?token=%ff%00é", ANA) == 401


async def test_nobody_speaks_without_the_token(house: House) -> None:
    said = {"json": {"line": "/top"}}
    path = f"/api/rooms/{ROOM}/messages"
    assert await status(house, path, ANA, **said) == 401
    assert await status(house, f"{path}?token={TOKEN}", ANA, **said) == 401
    assert await status(house, path, {**ANA, **BEARER}, **said) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}", ""],
)
async def test_a_foreign_host_is_refused(house: House, host: str) -> None:
    port = house.caller.base.rsplit(":", 1)[1]
    headers = {**ANA, **BEARER, "Host": host.format(port=port)}
    assert await status(house, "/api/rooms", headers) == 403
    assert await status(house, f"/?token={TOKEN}", headers) == 403


async def test_our_own_names_are_taken(house: House) -> None:
    port = house.caller.base.rsplit(":", 1)[1]
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}"):
        assert await status(house, "/api/rooms", {**BEARER, "Host": host}) == 200


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://127.0.0.1",
        "http://127.0.0.1:1",
        "file://",
        "",
        "http://[",
        "chrome://x",
    ],
)
async def test_a_foreign_origin_is_refused(house: House, origin: str) -> None:
    headers = {**ANA, **BEARER, "Origin": origin}
    assert await status(house, "/api/rooms", headers) == 403
    assert await status(house, f"/api/rooms/{ROOM}/messages", headers, json={"line": "/top"}) == 403
    assert await house.caller.seen() == []


async def test_our_own_origin_is_taken(house: House) -> None:
    assert await status(house, "/api/rooms", {**BEARER, "Origin": house.caller.base}) == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_another_page_cannot_load_ours_into_itself(house: House, site: str) -> None:
    kept = await cookie(house)
    loads = {**kept, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
    assert await status(house, "/page/lounge.js", loads) == 403
    assert (
        await status(house, f"/api/rooms/{ROOM}/messages?as=ana", {**loads, "Sec-Fetch-Mode": "cors"}) == 403
    )
    follows = {**kept, "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
    assert await status(house, "/", follows) == 200
    assert await status(house, "/api/rooms", follows) == 403


async def test_the_token_leaves_the_address_and_the_cookie_opens_the_page(house: House) -> None:
    kept = await cookie(house)
    assert await status(house, "/", kept) == 200
    assert await status(house, "/page/lounge.css", kept) == 200
    assert await status(house, "/api/rooms", kept) == 200


async def test_the_cookie_alone_cannot_change_anything(house: House) -> None:
    kept = {**await cookie(house), **ANA}
    path = f"/api/rooms/{ROOM}/messages"
    assert await status(house, path, kept, json={"line": "/top"}) == 403
    assert await status(house, path, {**kept, "X-Earshot-Lounge": "1"}, json={"line": "/top"}) == 200


async def test_a_proxy_on_this_machine_can_be_named(build: Build) -> None:
    house = await build(origins=["lounge.example:8443"])
    headers = {**BEARER, "Host": "lounge.example:8443", "Origin": "https://lounge.example:8443"}
    assert await status(house, "/api/rooms", headers) == 200


async def test_the_policy_lets_nothing_foreign_run(house: House) -> None:
    async with house.caller.http.get(house.caller.base + "/", headers=BEARER) as response:
        policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; img-src 'self' data:;")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
