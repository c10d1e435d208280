"""Pages for people: what open.spotify.com would show, and the covers. Plain HTML, readable without CSS."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from html import escape

from aiohttp import web

from bot.sandbox.catalogue import Catalogue, Track
from bot.sandbox.chance import draw
from bot.sandbox.listeners import Listener
from bot.sandbox.playlists import Playlist, Playlists

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
STYLE = """
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 44rem; margin: 0 auto; padding: 1.5rem; background: Canvas; color: CanvasText; }
.note { border-inline-start: .3rem solid #1a6b3c; padding-inline-start: .8rem; }
li { margin-block: .35rem; }
.by { opacity: .8; }
fieldset { border: 1px solid; border-radius: .5rem; margin-block: 1rem; padding: .8rem 1rem; }
label { display: block; padding-block: .3rem; }
button { font: inherit; font-weight: 600; padding: .6rem 1.4rem; border-radius: 2rem; border: 2px solid #1a6b3c;
  cursor: pointer; margin-inline-end: .6rem; }
button[value=agree] { background: #1a6b3c; color: #fff; }
:focus-visible { outline: 3px solid #d97706; outline-offset: 2px; }
img { max-width: 12rem; height: auto; }
"""
NOTE = "This is the practice Spotify inside Earshot. It runs on this computer only and nothing here reaches Spotify."


def page(title: str, body: str, status: int = 200) -> web.Response:
    """A whole page. `title` is text, `body` is HTML that is safe already."""
    text = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<title>{escape(title)} - practice Spotify</title>"
        f"<style>{STYLE}</style></head><body><main>{body}"
        f'</main><footer><p class="note">{NOTE}</p></footer></body></html>'
    )
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


def _minutes(ms: int) -> str:
    return f"{ms // 60_000}:{ms // 1000 % 60:02d}"


class Pages:
    """The pages of playlists, tracks, albums, artists and people."""

    def __init__(self, playlists: Playlists, catalogue: Catalogue, listeners: Mapping[str, Listener]) -> None:
        self._playlists = playlists
        self._catalogue = catalogue
        self._listeners = listeners

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.index),
            web.get("/playlist/{id}", self.playlist),
            web.get("/track/{id}", self.track),
            web.get("/album/{id}", self.album),
            web.get("/artist/{id}", self.artist),
            web.get("/user/{id}", self.user),
            web.get("/image/{id}", self.image),
        ]

    async def index(self, request: web.Request) -> web.Response:
        lists = "".join(f"<li>{self._playlist_link(one)}</li>" for one in reversed(self._playlists.all()))
        people = "".join(
            f'<li><a href="/user/{escape(who.id)}">{escape(who.display_name)}</a></li>'
            for who in self._listeners.values()
        )
        nothing = "<p>No playlist yet. One appears here when somebody saves one in the demo.</p>"
        return page(
            "Home",
            f"<h1>Practice Spotify</h1><p>{len(self._catalogue.tracks)} songs, {len(self._listeners)} sample "
            f"listeners.</p><h2>Playlists</h2>{f'<ul>{lists}</ul>' if lists else nothing}"
            f"<h2>Listeners</h2><ul>{people}</ul>",
        )

    async def playlist(self, request: web.Request) -> web.Response:
        one = next((each for each in self._playlists.all() if each.id == request.match_info["id"]), None)
        if one is None:
            return self._missing("playlist")
        tracks = [self._catalogue.tracks.get(entry.track_id) for entry in one.entries]
        known = [track for track in tracks if track is not None]
        cover = f'<p><img src="/image/{one.id}" alt="The playlist\'s cover"></p>' if one.cover else ""
        kind = (
            "Collaborative: whoever has this link may add and remove songs in their Spotify app."
            if one.collaborative
            else "Only the owner can change it."
        )
        shown = "Shown on the owner's profile." if one.public else "Not shown on the owner's profile."
        total = sum(track.duration_ms for track in known)
        return page(
            one.name,
            f"<h1>{escape(one.name)}</h1>{cover}"
            f"<p>{escape(one.description or 'No description.')}</p>"
            f"<p>A playlist by {self._person(one.owner_id)}, {len(known)} songs, {_minutes(total)} minutes. "
            f"{kind} {shown}</p>{self._songs(known)}<p><a href='/'>All playlists</a></p>",
        )

    async def track(self, request: web.Request) -> web.Response:
        track = self._catalogue.tracks.get(request.match_info["id"])
        if track is None:
            return self._missing("song")
        on = [one for one in self._playlists.all() if any(e.track_id == track.id for e in one.entries)]
        lists = "".join(f"<li>{self._playlist_link(one)}</li>" for one in on)
        explicit = "<p>Marked explicit.</p>" if track.explicit else ""
        return page(
            track.title,
            f"<h1>{escape(track.title)}</h1><p>By {self._artists(track)}, on "
            f'<a href="/album/{track.album.id}">{escape(track.album.name)}</a> ({track.album.year}), '
            f"{_minutes(track.duration_ms)}.</p>{explicit}"
            + (f"<h2>On these playlists</h2><ul>{lists}</ul>" if lists else "")
            + "<p><a href='/'>All playlists</a></p>",
        )

    async def album(self, request: web.Request) -> web.Response:
        album = self._catalogue.albums.get(request.match_info["id"])
        if album is None:
            return self._missing("album")
        return page(
            album.name,
            f"<h1>{escape(album.name)}</h1><p>{album.year}. The practice catalogue has these songs of it:</p>"
            f"{self._songs(self._catalogue.on_album(album.id))}<p><a href='/'>All playlists</a></p>",
        )

    async def artist(self, request: web.Request) -> web.Response:
        artist = self._catalogue.artists.get(request.match_info["id"])
        if artist is None:
            return self._missing("artist")
        return page(
            artist.name,
            f"<h1>{escape(artist.name)}</h1><p>The practice catalogue has these songs:</p>"
            f"{self._songs(self._catalogue.by_artist(artist.id))}<p><a href='/'>All playlists</a></p>",
        )

    async def user(self, request: web.Request) -> web.Response:
        listener = self._listeners.get(request.match_info["id"])
        if listener is None:
            return self._missing("person")
        own = [one for one in self._playlists.all() if one.owner_id == listener.id and one.public]
        lists = "".join(f"<li>{self._playlist_link(one)}</li>" for one in own)
        return page(
            listener.display_name,
            f"<h1>{escape(listener.display_name)}</h1><p>An invented sample listener.</p>"
            + (f"<h2>Playlists</h2><ul>{lists}</ul>" if lists else "<p>No public playlist.</p>")
            + "<p><a href='/'>All playlists</a></p>",
        )

    async def image(self, request: web.Request) -> web.Response:
        """A playlist's uploaded cover, or a plain coloured square for an album."""
        wanted = request.match_info["id"]
        for one in self._playlists.all():
            if one.id == wanted and one.cover is not None:
                return web.Response(body=base64.b64decode(one.cover), content_type="image/jpeg")
        album = self._catalogue.albums.get(wanted)
        if album is None:
            raise web.HTTPNotFound
        hue = draw("hue", album.id) % 360
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300" role="img">'
            f"<title>{escape(album.name)}</title>"
            f'<rect width="300" height="300" fill="hsl({hue} 35% 38%)"/><circle cx="150" cy="150" r="{60 + hue % 70}" '
            f'fill="none" stroke="hsl({hue} 60% 80%)" stroke-width="{6 + hue % 20}"/></svg>'
        )
        return web.Response(text=svg, content_type="image/svg+xml", headers=HEADERS)

    def _missing(self, what: str) -> web.Response:
        return page(
            "Not here",
            f"<h1>Not here</h1><p>The practice Spotify has no such {what}. It may have been made before the "
            "demo's data was cleared.</p><p><a href='/'>All playlists</a></p>",
            status=404,
        )

    def _songs(self, tracks: Iterable[Track]) -> str:
        rows = "".join(
            f'<li><a href="/track/{track.id}">{escape(track.title)}</a> '
            f'<span class="by">{self._artists(track)}, {_minutes(track.duration_ms)}</span></li>'
            for track in tracks
        )
        return f"<ol>{rows}</ol>" if rows else "<p>No songs yet.</p>"

    def _artists(self, track: Track) -> str:
        return ", ".join(
            f'<a href="/artist/{artist.id}">{escape(artist.name)}</a>' for artist in track.artists
        )

    def _person(self, listener_id: str) -> str:
        name = self._listeners[listener_id].display_name if listener_id in self._listeners else listener_id
        return f'<a href="/user/{escape(listener_id)}">{escape(name)}</a>'

    def _playlist_link(self, one: Playlist) -> str:
        return (
            f'<a href="/playlist/{one.id}">{escape(one.name)}</a> '
            f'<span class="by">by {self._person(one.owner_id)}, {len(one.entries)} songs</span>'
        )
