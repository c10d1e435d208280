"""A loopback twin of ListenBrainz' API: listeners with their tokens, and what they listened to.

    async with listenbrainz_twin() as twin:
        ana = twin.listener("ana_lb", token="secret")
        ana.listen(1_700_000_000, "Song", "Artist", duration_ms=200_000)     # seconds, when it began
        source = ListenBrainzClient(twin.api_url)
        twin.fault("listens", status=429, headers={"X-RateLimit-Reset-In": "7"})   # for the next call; see `Fault`

        twin.song("Artist", "Song", artist_tags={"rock": 9}, listens=1_000, listeners=90, date="1994-08-22")
        songs = ListenBrainzSongs("secret", twin.api_url)

Like the real one it shows what is older than `max_ts` (excluded), the newest first, at most 1,000 rows and 25 unless
asked; it tells each time when the first and the last listen of the account were; it answers a token that it does not
know with 200. Songs are told to whoever shows a token, 50 by their names or 1,000 by their IDs at once, and albums as
many as an address is long enough for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.twins.traffic import Traffic

MOST_ROWS = 1000
MOST_LOOKUPS = 50
INCLUDED = {"artist", "tag", "release", "recording", "release_group"}
LONGEST_LOOKUP = 250
LONGEST_ADDRESS = 4000


def mbid(kind: int, number: int) -> str:
    return f"{kind:08x}-0000-4000-8000-{number:012x}"


@dataclass(frozen=True)
class Song:
    """A song that MusicBrainz knows; tags with how many gave them. Fame is None where nobody listened.

    `date` is when its album first came out ("1970", "1970-10-05"; "" or None where not known), `edition` the year of
    the release that is told with it. That and `area` are None where not known; without `album` it is on no release.
    """

    artist: str
    title: str
    recording: str
    artist_ids: tuple[str, ...]
    tags: Mapping[str, int]
    artist_tags: Mapping[str, int]
    genres: tuple[str, ...]
    listens: int | None
    listeners: int | None
    album: str
    album_id: str
    date: str | None
    edition: int | None
    area: str | None


@dataclass
class Listener:
    """An account. `listens` are rows as they are shown; `counted` is what it says it has, where that is not true."""

    name: str
    token: str
    listens: list[dict[str, Any]] = field(default_factory=list)
    counted: int | None = None

    def listen(self, at_s: int, title: str = "Song", artist: str = "Artist", **info: Any) -> dict[str, Any]:
        row = {
            "listened_at": at_s,
            "inserted_at": at_s + 1,
            "recording_msid": "0" * 8,
            "user_name": self.name,
            "track_metadata": {
                "track_name": title,
                "artist_name": artist,
                "release_name": "Album",
                "additional_info": info,
            },
        }
        self.listens.append(row)
        return row


@dataclass
class Fault:
    """What the next `times` calls meet. `about`: they are answered as if asked about somebody else."""

    what: str
    status: int = 200
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    times: int = 1


class ListenBrainzTwin:
    """See the module."""

    def __init__(self) -> None:
        self.api_url = ""
        self.traffic = Traffic("listenbrainz")
        self._listeners: dict[str, Listener] = {}
        self._faults: list[Fault] = []
        self._songs: list[Song] = []

    def song(
        self,
        artist: str,
        title: str,
        *,
        tags: Mapping[str, int] | None = None,
        artist_tags: Mapping[str, int] | None = None,
        genres: tuple[str, ...] = (),
        listens: int | None = None,
        listeners: int | None = None,
        album: str = "Album",
        date: str | None = "",
        edition: int | None = None,
        area: str | None = None,
    ) -> Song:
        number = len(self._songs)
        known = next((it.artist_ids for it in self._songs if it.artist == artist), (mbid(2, number),))
        albums = [it.album_id for it in self._songs if (it.artist, it.album) == (artist, album)]
        song = Song(
            artist, title, mbid(1, number), known, tags or {}, artist_tags or {}, genres, listens, listeners,
            album, albums[0] if albums else mbid(4, number), date, edition, area,
        )  # fmt: skip
        self._songs.append(song)
        return song

    def listener(self, name: str, token: str = "") -> Listener:
        """The account of this name, made if absent."""
        return self._listeners.setdefault(name.casefold(), Listener(name, token or f"token-of-{name}"))

    def close_account(self, name: str) -> None:
        del self._listeners[name.casefold()]

    def fault(self, what: str, **more: Any) -> None:
        """`what` is `validate-token`, `listen-count`, `listens`, `lookup`, `metadata`, `albums` or `popularity`."""
        self._faults.append(Fault(what, **more))

    async def answer(self, request: web.Request) -> web.Response:
        what = request.match_info.get("what", "validate-token")
        fault = next((it for it in self._faults if it.what == what), None)
        about = ""
        if fault is not None:
            about = fault.about
            fault.times -= 1
            if not fault.times:
                self._faults.remove(fault)
        assert "earshot" in request.headers["User-Agent"].lower()
        if fault is not None and not about:
            self.traffic.add("GET", what, status=fault.status, query=request.query)
            return web.Response(
                status=fault.status, text=fault.body or "", headers=fault.headers, content_type="text/html"
            )
        status, body = self._body(what, request, about)
        self.traffic.add("GET", what, status=status, query=request.query)
        return web.json_response(body, status=status)

    async def answer_songs(self, request: web.Request) -> web.Response:
        names = {"lookup/": "lookup", "recording/": "metadata", "release_group/": "albums"}
        what = names.get(request.match_info["what"], "popularity")
        body = await request.json() if request.method == "POST" else dict(request.query)
        fault = next((it for it in self._faults if it.what == what), None)
        if fault is not None:
            self._faults.remove(fault)
            self.traffic.add(request.method, what, status=fault.status, body=body)
            return web.Response(status=fault.status, text=fault.body or "", headers=fault.headers)
        token = request.headers.get("Authorization", "").removeprefix("Token ")
        if token not in {it.token for it in self._listeners.values()}:
            self.traffic.add(request.method, what, status=401, body=body)
            return web.json_response({"code": 401, "error": "Invalid authorization token."}, status=401)
        status, told = {
            "lookup": self._lookup, "metadata": self._metadata, "albums": self._albums,
            "popularity": self._popularity,
        }[what](body)  # fmt: skip
        self.traffic.add(request.method, what, status=status, body=body)
        return web.json_response(told, status=status)

    def _lookup(self, body: Any) -> tuple[int, Any]:
        asked = body["recordings"]
        if not 0 < len(asked) <= MOST_LOOKUPS or any(
            len(it["artist_name"]) + len(it["recording_name"]) > LONGEST_LOOKUP for it in asked
        ):
            return 400, {"code": 400, "error": "too many, or too long"}
        rows = []
        for index, it in enumerate(asked):
            row: dict[str, Any] = {
                "index": index, "artist_name_arg": it["artist_name"], "recording_name_arg": it["recording_name"]
            }  # fmt: skip
            for song in self._songs:
                if (song.artist.casefold(), song.title.casefold()) == (
                    it["artist_name"].casefold(),
                    it["recording_name"].casefold(),
                ):
                    row |= {"recording_mbid": song.recording, "artist_mbids": list(song.artist_ids)}
            rows.append(row)
        return 200, rows

    def _metadata(self, body: Any) -> tuple[int, Any]:
        included = set(body["inc"].split())
        if not 0 < len(body["recording_mbids"]) <= MOST_ROWS or not included <= INCLUDED:
            return 400, {"code": 400, "error": "wrong"}

        def rows(tags: Mapping[str, int], song: Song) -> list[dict[str, Any]]:
            return [
                {"tag": tag, "count": count, **({"genre_mbid": mbid(3, 1)} if tag in song.genres else {})}
                for tag, count in tags.items()
            ]

        def parts(song: Song) -> dict[str, Any]:
            artists: list[dict[str, Any]] = [
                {"name": song.artist, "join_phrase": "", "type": "Group", "artist_mbid": it}
                for it in song.artist_ids
            ]
            if song.area is not None:
                artists[0]["area"] = song.area
            release: dict[str, Any] = {}
            if song.album:
                release = {"name": song.album, "mbid": mbid(5, 1), "release_group_mbid": song.album_id}
            if release and song.edition is not None:
                release["year"] = song.edition
            return {
                "recording": {"name": song.title, "rels": []},
                "artist": {"name": song.artist, "artist_credit_id": 1, "artists": artists},
                "release": release,
                "tag": {
                    "recording": rows(song.tags, song),
                    "artist": rows(song.artist_tags, song),
                    "release_group": [],
                },
            }

        return 200, {
            song.recording: {
                part: told for part, told in parts(song).items() if part in {*included, "recording"}
            }
            for song in self._songs
            if song.recording in body["recording_mbids"]
        }

    def _albums(self, body: Any) -> tuple[int, Any]:
        asked = body["release_group_mbids"].split(",")
        if len(body["release_group_mbids"]) > LONGEST_ADDRESS:
            return 414, {"code": 414, "error": "too long"}
        return 200, {
            song.album_id: {
                "release_group": {"name": song.album, "date": song.date, "type": "Album", "rels": []}
            }
            for song in self._songs
            if song.album_id in asked
        }

    def _popularity(self, body: Any) -> tuple[int, Any]:
        [(key, asked)] = body.items()
        if not 0 < len(asked) <= MOST_ROWS:
            return 400, {"code": 400, "error": "too many"}
        told = []
        for it in asked:
            songs = [song for song in self._songs if it in (song.recording, *song.artist_ids)]
            listens, listeners = [song.listens for song in songs], [song.listeners for song in songs]
            known = None not in listens and None not in listeners
            told.append(
                {
                    key.removesuffix("s"): it,
                    "total_listen_count": sum(filter(None, listens)) if known else None,
                    "total_user_count": max(filter(None, listeners), default=0) if known else None,
                }
            )
        return 200, told

    def _body(self, what: str, request: web.Request, about: str) -> tuple[int, dict[str, Any]]:
        if what == "validate-token":
            token = request.headers.get("Authorization", "").removeprefix("Token ")
            known = [it.name for it in self._listeners.values() if it.token == token]
            if not known:
                return 200, {"code": 200, "message": "Token invalid.", "valid": False}
            return 200, {"code": 200, "message": "Token valid.", "valid": True, "user_name": known[0]}
        found = self._listeners.get((about or request.match_info["name"]).casefold())
        if found is None:
            return 404, {"code": 404, "error": f"Cannot find user: {request.match_info['name']}"}
        if what == "listen-count":
            count = len(found.listens) if found.counted is None else found.counted
            return 200, {"payload": {"count": count}}
        before_s = int(request.query.get("max_ts", 2**40))
        most = min(int(request.query.get("count", 25)), MOST_ROWS)
        rows = sorted(found.listens, key=lambda it: -it["listened_at"])
        shown = [it for it in rows if it["listened_at"] < before_s][:most]
        payload = {
            "count": len(shown),
            "user_id": found.name,
            "listens": shown,
            "latest_listen_ts": rows[0]["listened_at"] if rows else 0,
            "oldest_listen_ts": rows[-1]["listened_at"] if rows else 0,
        }
        return 200, {"payload": payload}


@asynccontextmanager
async def listenbrainz_twin() -> AsyncIterator[ListenBrainzTwin]:
    """A ListenBrainz that listens on loopback, and stops at the end."""
    twin = ListenBrainzTwin()
    app = web.Application()
    app.router.add_get("/1/validate-token", twin.answer)
    app.router.add_get("/1/user/{name}/{what}", twin.answer)
    app.router.add_post("/1/metadata/{what:(lookup|recording)/}", twin.answer_songs)
    app.router.add_get("/1/metadata/{what:release_group/}", twin.answer_songs)
    app.router.add_post("/1/popularity/{what}", twin.answer_songs)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    twin.api_url = "http://{}:{}".format(*runner.addresses[0][:2])
    try:
        yield twin
    finally:
        await runner.cleanup()
