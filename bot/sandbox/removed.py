"""What dev-mode apps lost in November 2024 and February 2026: each answers a bare 403, token or not."""

from __future__ import annotations

from aiohttp import web

from bot.sandbox.refusals import forbidden

REMOVED = (
    ("GET", "/albums"),
    ("GET", "/artists"),
    ("GET", "/artists/{id}/top-tracks"),
    ("GET", "/artists/{id}/related-artists"),
    ("GET", "/shows"),
    ("GET", "/episodes"),
    ("GET", "/audiobooks"),
    ("GET", "/chapters"),
    ("GET", "/tracks"),
    ("GET", "/markets"),
    *(
        (method, f"/me/{kind}")
        for kind in ("albums", "audiobooks", "episodes", "shows", "tracks")
        for method in ("PUT", "DELETE")
    ),
    *(
        ("GET", f"/me/{kind}/contains")
        for kind in ("albums", "audiobooks", "episodes", "shows", "tracks", "following")
    ),
    ("PUT", "/me/following"),
    ("DELETE", "/me/following"),
    *((method, "/playlists/{id}/tracks") for method in ("GET", "POST", "PUT", "DELETE")),
    ("PUT", "/playlists/{id}/followers"),
    ("DELETE", "/playlists/{id}/followers"),
    ("GET", "/playlists/{id}/followers/contains"),
    ("GET", "/users/{id}"),
    ("GET", "/users/{id}/playlists"),
    ("POST", "/users/{id}/playlists"),
    ("GET", "/browse/featured-playlists"),
    ("GET", "/browse/categories"),
    ("GET", "/browse/categories/{id}"),
    ("GET", "/browse/categories/{id}/playlists"),
    ("GET", "/browse/new-releases"),
    ("GET", "/audio-features"),
    ("GET", "/audio-features/{id}"),
    ("GET", "/audio-analysis/{id}"),
    ("GET", "/recommendations"),
    ("GET", "/recommendations/available-genre-seeds"),
)


async def _gone(request: web.Request) -> web.StreamResponse:
    raise forbidden()


def removed_routes() -> list[web.RouteDef]:
    return [web.route(method, f"/v1{path}", _gone) for method, path in REMOVED]
