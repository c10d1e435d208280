"""The app is told: what a person did, and waits for its word; what happened, and tries again."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tests.twins.slack.delivery import Delivery, NotAcked, Posts, Sockets
from tests.twins.slack.images import check_images
from tests.twins.slack.model import Json, Refused, new_secret
from tests.twins.slack.waiting import NoAnswer

if TYPE_CHECKING:
    from tests.twins.slack.server import SlackTwin
    from tests.twins.slack.workspace import Team

ATTEMPTS = 2


class Telling:
    """Over sockets at first, over HTTP once an address is given. `repeats`: every event comes twice."""

    def __init__(self, twin: SlackTwin, sockets: Sockets, ack_within: float) -> None:
        self._twin = twin
        self._sockets = sockets
        self._ack_within = ack_within
        self._delivery: Delivery = sockets
        self.under_way: int = 0
        self.repeats = False

    async def over_http(self, url: str) -> None:
        """From now on to this address. Raises ValueError if it does not answer the challenge."""
        posts = Posts(url, self._twin.signing_secret, self._ack_within)
        if not await posts.challenge():
            raise ValueError(f"{url} does not answer url_verification")
        self._delivery = posts

    async def hand_over(self, kind: str, payload: Json) -> Any:
        """Tell the app what a person did; what its acknowledgement carries. Raises NotAcked."""
        if kind == "interactive" and not self._twin.app.interactive:
            raise NotAcked("dispatch_failed")
        self.under_way += 1
        try:
            said = await self._delivery.send(kind, payload)
        finally:
            self.under_way -= 1
            self._twin.changes.tell()
        if said is not None:
            self._judge(str(payload.get("type", kind)), payload, said)
        return said

    def _judge(self, kind: str, payload: Json, said: Any) -> None:
        self._twin.wrote("ACK", kind, status=200, body=said)
        team_id = payload.get("team_id") or payload["team"]["id"]
        team = next(team for team in self._twin.teams if team.id == team_id)
        try:
            self._twin.check("ACK", kind, query={}, body=said)
            check_images(team, said.get("blocks", ()))
        except Refused as no:
            raise NotAcked(no.code) from no

    def event(self, team: Team, event: Json) -> None:
        """Tell the app that something happened, soon; once more if it does not take it."""
        authorization = {
            "enterprise_id": None,
            "team_id": team.id,
            "user_id": team.bot.id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        payload = {
            "token": "verification-token",
            "team_id": team.id,
            "context_team_id": team.id,
            "api_app_id": team.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{new_secret()[:9].upper()}",
            "event_time": int(self._twin.clock()),
            "authorizations": [authorization],
            "is_ext_shared_channel": False,
        }
        self._twin.spawn(self._told(payload))

    async def _told(self, payload: Json) -> None:
        for attempt in range(ATTEMPTS):
            try:
                await self._delivery.send("events_api", payload, attempt=attempt)
            except NotAcked:
                await self._somebody_hears()
                continue
            if not self.repeats:
                return

    async def _somebody_hears(self) -> None:
        """Slack tries again later: here, as soon as there is a socket."""
        if self._delivery is self._sockets:
            with suppress(NoAnswer):
                await self._twin.connected()
