"""The practice Spotify: a loopback server that behaves as Spotify does towards a dev-mode app in 2026.

It has a catalogue of real songs' names, invented listeners who go on listening as time passes, and keeps
playlists. It knows nothing of the rest of Earshot, which talks to it over HTTP as it would to Spotify::

    practice = PracticeSpotify(
        read_catalogue(),
        SAMPLE_LISTENERS,
        seed=7,
        clock=lambda: datetime.now(UTC),
        apps=[App("demo-client", None, ["http://127.0.0.1/callback"])],   # any port, as it names none
        state_file=data / "practice.json",
    )
    await practice.start()
    practice.accounts_url + "/authorize"    # http://127.0.0.1:PORT
    practice.api_url                        # http://127.0.0.1:PORT/v1/, spotipy's `prefix`
    practice.write_export(folder, "ana", now - timedelta(weeks=8), now)     # my_spotify_data.zip
    await practice.stop()

Faults on request, which the real service leaves to luck: POST to /_practice/faults as JSON::

    {"kind": "quota", "times": 3, "seconds": 50000}

- instead of an answer, to the next `times` requests whose path contains `path` (default "/v1/"; use
  "/api/token" for the token endpoint): `429`, `quota` (with QUOTA_EXCEEDED), `429-bare` (no Retry-After),
  `500`, `502`, `503`, `premium` (the app owner's Premium lapsed), `html` (a captive portal), `cut` (half a
  JSON), `empty`, `error-string` (an error body that is no object), `timeout` (hangs for `seconds`), `drop`
  (the connection ends);
- in recently-played, to the next `times` reads (of `listener`, or of anybody): `stale` (the feed is
  `seconds` old), `start-times` (played_at is the start), `omit` (every other row is missing);
- at once, to a `listener`: `revoke` (all tokens), `expire` (access tokens).

GET /_practice tells time, listeners, seats, calls used and waiting faults; DELETE /_practice/faults clears.

What is left out, and differs from the real service: the `fields` and `market` parameters are ignored,
searching finds no playlists, shows or episodes, player commands change nothing but the queue, and the
client-credentials grant is not offered.
"""

from __future__ import annotations

from bot.sandbox.behaviour import App, Behaviour
from bot.sandbox.browser import agree
from bot.sandbox.catalogue import Catalogue, CatalogueError, Track, read_catalogue
from bot.sandbox.listeners import SAMPLE_LISTENERS, VISITORS, Habits, Listener, Slot
from bot.sandbox.listening import Listening, Play
from bot.sandbox.server import PracticeSpotify
from bot.sandbox.state import StateError

__all__ = [
    "SAMPLE_LISTENERS",
    "VISITORS",
    "App",
    "Behaviour",
    "Catalogue",
    "CatalogueError",
    "Habits",
    "Listener",
    "Listening",
    "Play",
    "PracticeSpotify",
    "Slot",
    "StateError",
    "Track",
    "agree",
    "read_catalogue",
]
