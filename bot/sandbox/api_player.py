"""The Web API's view of listening: recently played, playing now, top, queue, profile.

Player commands are checked (scope, Premium, an active device) and answered, but the sample listeners go
on as they would have: only the queue remembers what was put in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from bot.sandbox.accounts import Grant
from bot.sandbox.catalogue import Catalogue
from bot.sandbox.faults import Faults
from bot.sandbox.gate import Gate
from bot.sandbox.listening import COUNTED_MS, Listening, Play
from bot.sandbox.objects import Objects, iso
from bot.sandbox.parameters import uri_parts, whole
from bot.sandbox.refusals import Refusal, not_found

DAY_MS = 86_400_000
TOP_DAYS = {"short_term": 28, "medium_term": 182, "long_term": 365}
HALF_LIFE_DAYS = {"short_term": 14, "medium_term": 60, "long_term": 120}
"""Affinity is not a count: newer plays weigh more. Our guess; Spotify tells neither formula nor figure."""
COMMANDS = (
    ("PUT", ""),
    ("PUT", "/play"),
    ("PUT", "/pause"),
    ("POST", "/next"),
    ("POST", "/previous"),
    ("PUT", "/seek"),
    ("PUT", "/repeat"),
    ("PUT", "/volume"),
    ("PUT", "/shuffle"),
)


class PlayerApi:
    """Handlers over the listening process."""

    def __init__(
        self,
        listening: Listening,
        catalogue: Catalogue,
        objects: Objects,
        faults: Faults,
        now_ms: Callable[[], int],
    ) -> None:
        self._listening = listening
        self._catalogue = catalogue
        self._objects = objects
        self._faults = faults
        self._now_ms = now_ms
        self._queues: defaultdict[str, list[str]] = defaultdict(list)

    def routes(self, gate: Gate) -> list[web.RouteDef]:
        playing, state, control = (
            "user-read-currently-playing",
            "user-read-playback-state",
            "user-modify-playback-state",
        )
        return [
            web.get("/v1/me", gate.open_to(self.me)),
            web.get(
                "/v1/me/player/recently-played",
                gate.open_to(self.recently_played, "user-read-recently-played"),
            ),
            web.get("/v1/me/player/currently-playing", gate.open_to(self.currently_playing, playing)),
            web.get("/v1/me/player", gate.open_to(self.player, state)),
            web.get("/v1/me/player/devices", gate.open_to(self.devices, state)),
            web.get("/v1/me/player/queue", gate.open_to(self.queue, playing, state)),
            web.post("/v1/me/player/queue", gate.open_to(self.add_to_queue, control)),
            *(
                web.route(method, f"/v1/me/player{path}", gate.open_to(self.command, control))
                for method, path in COMMANDS
            ),
            web.get("/v1/me/top/{kind:tracks|artists}", gate.open_to(self.top, "user-top-read")),
        ]

    async def me(self, request: web.Request, grant: Grant) -> web.Response:
        return web.json_response(self._objects.me(self._listening.listeners[grant.listener_id]))

    async def recently_played(self, request: web.Request, grant: Grant) -> web.Response:
        limit = whole(request, "limit", 20, 1, 50)
        after = whole(request, "after", -1, 0, 10**15)
        before = whole(request, "before", -1, 0, 10**15)
        if after >= 0 and before >= 0:
            raise Refusal(400, "Only one of before and after can be specified")
        rows = self._feed(grant.listener_id)
        if after >= 0:
            rows = [row for row in rows if row[0] > after]
        if before >= 0:
            rows = [row for row in rows if row[0] < before]
        shown, more = rows[:limit], len(rows) > limit
        href = f"{self._objects.base_url}/v1/me/player/recently-played"
        asked = {name: str(value) for name, value in (("after", after), ("before", before)) if value >= 0}
        following = urlencode({"before": shown[-1][0], "limit": limit}) if shown else ""
        return web.json_response(
            {
                "items": [
                    {
                        "track": self._objects.track(play.track),
                        "played_at": iso(at),
                        "context": self._objects.context(play),
                    }
                    for at, play in shown
                ],
                "next": f"{href}?{following}" if more else None,
                "cursors": {"after": str(shown[0][0]), "before": str(shown[-1][0])} if shown else None,
                "limit": limit,
                "href": f"{href}?{urlencode({**asked, 'limit': limit})}",
            }
        )

    async def currently_playing(self, request: web.Request, grant: Grant) -> web.Response:
        play = self._listening.playing(grant.listener_id, self._now_ms())
        return web.Response(status=204) if play is None else web.json_response(self._now(play))

    async def player(self, request: web.Request, grant: Grant) -> web.Response:
        play = self._listening.playing(grant.listener_id, self._now_ms())
        if play is None:
            return web.Response(status=204)
        listener = self._listening.listeners[grant.listener_id]
        state = {
            "device": self._objects.device(listener),
            "repeat_state": "off",
            "shuffle_state": listener.habits.shuffle and not play.album_run,
        }
        return web.json_response({**state, **self._now(play)})

    async def devices(self, request: web.Request, grant: Grant) -> web.Response:
        listener = self._listening.listeners[grant.listener_id]
        on = self._listening.playing(grant.listener_id, self._now_ms()) is not None
        return web.json_response({"devices": [self._objects.device(listener)] if on else []})

    async def queue(self, request: web.Request, grant: Grant) -> web.Response:
        play = self._listening.playing(grant.listener_id, self._now_ms())
        waiting = [self._catalogue.tracks[track_id] for track_id in self._queues[grant.listener_id]]
        return web.json_response(
            {
                "currently_playing": None if play is None else self._objects.track(play.track),
                "queue": [self._objects.track(track) for track in waiting],
            }
        )

    async def add_to_queue(self, request: web.Request, grant: Grant) -> web.Response:
        uri = request.query.get("uri")
        if not uri:
            raise Refusal(400, "Required parameter uri missing")
        kind, track_id = uri_parts(uri)
        self._may_command(grant)
        if kind != "track" or track_id not in self._catalogue.tracks:
            raise not_found()
        self._queues[grant.listener_id].append(track_id)
        return web.Response(status=204)

    async def command(self, request: web.Request, grant: Grant) -> web.Response:
        self._may_command(grant)
        return web.Response(status=204)

    async def top(self, request: web.Request, grant: Grant) -> web.Response:
        time_range = request.query.get("time_range", "medium_term")
        if time_range not in TOP_DAYS:
            raise Refusal(400, "Invalid time range")
        limit, offset = whole(request, "limit", 20, 1, 50), whole(request, "offset", 0, 0, 100_000)
        kind = request.match_info["kind"]
        affinity: defaultdict[str, float] = defaultdict(float)
        now = self._now_ms()
        half_life = HALF_LIFE_DAYS[time_range] * DAY_MS
        for play in self._listening.history(grant.listener_id, now - TOP_DAYS[time_range] * DAY_MS, now):
            if play.played_ms >= COUNTED_MS and not play.private:
                key = play.track.id if kind == "tracks" else play.track.artists[0].id
                affinity[key] += 0.5 ** ((now - play.ended_ms) / half_life)
        ranked = [key for key, _ in sorted(affinity.items(), key=lambda row: (-row[1], row[0]))]
        shown: list[dict[str, Any]] = [
            self._objects.track(self._catalogue.tracks[key])
            if kind == "tracks"
            else self._objects.full_artist(self._catalogue.artists[key])
            for key in ranked[offset : offset + limit]
        ]
        return web.json_response(
            self._objects.page(f"me/top/{kind}", shown, limit, offset, len(ranked), time_range=time_range)
        )

    def _feed(self, listener_id: str) -> list[tuple[int, Play]]:
        """The 50 rows with their `played_at` (the END of the play), unless a fault says otherwise."""
        fault = self._faults.for_feed(listener_id)
        now = self._now_ms()
        if fault is not None and fault.kind == "stale":
            now -= int(fault.seconds * 1000)
        rows = [(play.ended_ms, play) for play in self._listening.feed(listener_id, now)]
        if fault is not None and fault.kind == "start-times":
            rows = [(play.started_ms, play) for _, play in rows]
        if fault is not None and fault.kind == "omit":
            rows = rows[::2]
        return rows

    def _now(self, play: Play) -> dict[str, Any]:
        now = self._now_ms()
        return {
            "timestamp": play.started_ms,
            "context": self._objects.context(play),
            "progress_ms": min(now - play.started_ms, play.track.duration_ms),
            "is_playing": True,
            "item": self._objects.track(play.track),
            "currently_playing_type": "track",
            "actions": {"disallows": {"resuming": True}},
        }

    def _may_command(self, grant: Grant) -> None:
        """Raises 403 for a listener without Premium, 404 when nothing is playing anywhere."""
        if not self._listening.listeners[grant.listener_id].premium:
            raise Refusal(403, "Player command failed: Premium required", reason="PREMIUM_REQUIRED")
        if self._listening.playing(grant.listener_id, self._now_ms()) is None:
            raise Refusal(404, "Player command failed: No active device found", reason="NO_ACTIVE_DEVICE")
