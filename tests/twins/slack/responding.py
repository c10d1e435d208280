"""`response_url`: five answers within thirty minutes to something that a person did."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from tests.twins.slack.api import Dropped, refused_by
from tests.twins.slack.asked import Asked
from tests.twins.slack.elements import identified
from tests.twins.slack.images import check_images, share_images
from tests.twins.slack.model import Channel, Json, Message, Refused, new_secret

if TYPE_CHECKING:
    from tests.twins.slack.server import SlackTwin

LIFE_S = 1800
MOST_USES = 5


@dataclass
class ResponseUrl:
    """One address. `origin` is the message whose button was pressed; a command has none."""

    asked: Asked
    channel: Channel
    expires_at: float
    origin: Message | None = None
    uses: int = 0

    def use(self, twin: SlackTwin, said: Json) -> None:
        """Answer once more. Raises Refused once it counts no more, and for what cannot be shown."""
        if twin.clock() >= self.expires_at:
            raise Refused("expired_url")
        if self.uses >= MOST_USES:
            raise Refused("used_url")
        check_images(self.channel.team, said.get("blocks") or [])
        self.uses += 1
        if said.get("delete_original") in (True, "true"):
            self._delete(twin)
        elif said.get("replace_original") in (True, "true") and self.origin is not None:
            self._replace(self.origin, twin, said)
        else:
            twin.answer_to(self.asked, self.channel, said)

    def _delete(self, twin: SlackTwin) -> None:
        if self.origin is not None:
            self.origin.deleted = True
            twin.changes.tell()

    def _replace(self, message: Message, twin: SlackTwin, said: Json) -> None:
        twin.answers[message] = self.asked
        message.text = said.get("text", "")
        message.blocks = identified(said.get("blocks") or [])
        message.edited = True
        message.changed()
        if not message.only_for:
            share_images(message)


class ResponseUrls:
    """All that were given out."""

    def __init__(self, twin: SlackTwin) -> None:
        self._twin = twin
        self._given: dict[str, ResponseUrl] = {}

    def new(self, asked: Asked, channel: Channel, origin: Message | None = None) -> str:
        """One for what a person just did there."""
        kind = "commands" if origin is None else "actions"
        path = f"/{kind}/{channel.team.id}/{len(self._given)}/{new_secret()}"
        self._given[path] = ResponseUrl(asked, channel, self._twin.clock() + LIFE_S, origin)
        return self._twin.url + path

    def expire(self) -> None:
        """All of them are too old now."""
        for url in self._given.values():
            url.expires_at = self._twin.clock()

    async def handle(self, request: web.Request) -> web.Response:
        """The app answers."""
        said: Json = json.loads(await request.text() or "{}")
        fault = await self._twin.faults.met("respond")
        if fault is not None and not fault.lost:
            status, answer, headers = refused_by(fault)
        else:
            (status, answer), headers = self._used(request.path, said), {}
        self._twin.wrote("POST", _route(request.path), status=status, body=said)
        if fault is not None and fault.lost:
            raise Dropped
        return web.json_response(answer, status=status, headers=headers)

    def _used(self, path: str, said: Json) -> tuple[int, Json]:
        try:
            if path not in self._given:
                raise Refused("expired_url")
            self._twin.check("POST", _route(path), query={}, body=said)
            self._given[path].use(self._twin, said)
        except Refused as no:
            status = 404 if no.code in ("expired_url", "used_url") else 400
            return status, {"ok": False, "error": no.code}
        return 200, {"ok": True}


def _route(path: str) -> str:
    return f"/{path.split('/')[1]}/{{team}}/{{number}}/{{secret}}"
