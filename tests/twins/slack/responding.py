"""`response_url`: five answers within thirty minutes to something that a person did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.twins.slack.asked import Asked
from tests.twins.slack.elements import identified
from tests.twins.slack.images import check_images, share_images
from tests.twins.slack.model import Channel, Json, Message, Refused

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
