"""Messages of the rooms: written down first, then shown; what each viewer gets of them.

A body is JSON of one of five kinds: `line` (a member typed it), `pending` (an answer on its way), `card`, `form`
and `gone` (a placeholder that was not needed). What is for the server's eyes only (`presses`, `submit`, `again`, the
`key` of a post) never leaves it. An answer that is pending but that nobody works on was cut off by a restart; whoever
looks at it first turns it into a card that says so, with a button that asks again.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence

from bot.adapters.lounge.draw import JSON, Drawn, sentence
from bot.adapters.lounge.events import Hub
from bot.adapters.lounge.pictures import Pictures, pictures_in
from bot.adapters.lounge.residents import LoungeRoom
from bot.chat.cards import Card
from bot.chat.context import Person
from bot.errors import NotFound
from bot.ports import Clock, Message, MessageStore
from bot.text import t

# The revision of what comes after everything that was written down.
_AFTER_ALL = 1 << 31
_SECRET = ("presses", "submit", "again", "hidden", "author_name", "key")
_LOOK_BACK = 500


class Rooms:
    """The rooms and their messages. `working` holds the ids of pending answers that somebody works on."""

    def __init__(
        self, rooms: Sequence[LoungeRoom], store: MessageStore, clock: Clock, pictures: Pictures, hub: Hub
    ) -> None:
        self._rooms = {room.name: room for room in rooms}
        self._store = store
        self._clock = clock
        self._pictures = pictures
        self._hub = hub
        self._writing = asyncio.Lock()
        self.working: set[int] = set()

    def all(self) -> Sequence[LoungeRoom]:
        """In the order they were given."""
        return tuple(self._rooms.values())

    def room(self, name: str) -> LoungeRoom:
        """Raises `NotFound`."""
        try:
            return self._rooms[name]
        except KeyError:
            raise NotFound(t("There is no room “{name}” here.", name=name[:50])) from None

    async def add(
        self,
        room: str,
        body: JSON,
        *,
        author: Person | None = None,
        private_to: str = "",
        show: bool = True,
    ) -> Message:
        """Write a message down, then show it (unless its body says `hidden`, or it is to be shown later)."""
        user = "" if author is None else author.identity.user
        whole = {"rev": 0, "author_name": "" if author is None else author.name, **body}
        async with self._writing:
            message = await self._store.append(
                room, user, private_to, json.dumps(whole), self._clock.now_ms()
            )
            if show and not body.get("hidden"):
                self.show(message)
        return message

    async def change(self, message_id: int, body: JSON) -> Message:
        """Replace what a message says, then show it. Its revision grows. Raises `NotFound`."""
        async with self._writing:
            return await self._change(message_id, body)

    def show_unwritten(self, room: str, message_id: int, private_to: str, body: JSON) -> JSON:
        """Show a message that is written down nowhere; what its viewer gets of it."""
        whole = {"rev": _AFTER_ALL, "author_name": "", **body}
        message = Message(message_id, room, "", private_to, self._clock.now_ms(), json.dumps(whole))
        self.show(message)
        return _view(message, whole)

    async def _change(self, message_id: int, body: JSON) -> Message:
        before = await self._store.message(message_id)
        if before is None:
            raise NotFound(t("That message is not there any more."))
        old = json.loads(before.body)
        kept = {name: old[name] for name in ("author_name", "key") if name in old}
        whole = {**kept, **body, "rev": old["rev"] + 1}
        message = await self._store.rewrite(message_id, json.dumps(whole))
        if message is None:
            raise NotFound(t("That message is not there any more."))
        if not (old.get("hidden") and body["kind"] == "gone"):
            self.show(message)
        await self._drop_unshown(pictures_in(before.body) - pictures_in(message.body))
        return message

    async def _drop_unshown(self, pictures: Collection[str]) -> None:
        """Delete the pictures that no message shows any more: what was taken back is in them."""
        unshown = [it for it in pictures if not await self._store.holds(it)]
        if unshown:
            await asyncio.to_thread(self._pictures.drop, unshown)

    async def message(self, room: str, message_id: int, viewer: str) -> tuple[Message, JSON]:
        """A message that this viewer may see, with its whole body. Raises `NotFound`."""
        message = await self._store.message(message_id)
        if message is None or message.room != room or message.private_to not in ("", viewer):
            raise NotFound(t("There is no such message here."))
        return await self._settled(message)

    async def is_gone(self, message_id: int) -> bool:
        """Whether no message has this id (any more)."""
        return await self._store.message(message_id) is None

    async def view(self, room: str, message_id: int, viewer: str) -> JSON:
        """That message as the page gets it, an answer on its way included."""
        message, body = await self.message(room, message_id, viewer)
        return _view(message, body)

    async def seen(self, room: str, viewer: str, after: int, limit: int) -> list[JSON]:
        """What this viewer sees of the newest `limit` messages after an id, oldest first."""
        views = []
        for stored in await self._store.messages(room, viewer, after, limit):
            message, body = await self._settled(stored)
            if body["kind"] != "gone" and not body.get("hidden"):
                views.append(_view(message, body))
        return views

    async def carrying(self, room: str, key: str, since_ms: int) -> Message | None:
        """The newest message of ours that was added with this `key` in its body since then."""
        latest = await self._store.messages(room, "", 0, _LOOK_BACK)
        found = [it for it in latest if it.made_ms >= since_ms and json.loads(it.body).get("key") == key]
        return found[-1] if found else None

    async def card_body(self, card: Card, about: Mapping[str, object]) -> JSON:
        """A card as a body, its pictures kept on the disk. `about` says whom it answers."""
        drawn = Drawn(self._pictures.keep)
        body = await asyncio.to_thread(drawn.card, card)
        return {**about, "kind": "card", "card": body, "presses": drawn.presses}

    async def _settled(self, message: Message) -> tuple[Message, JSON]:
        body: JSON = json.loads(message.body)
        if body["kind"] != "pending" or message.id in self.working:
            return message, body
        async with self._writing:
            now = await self._store.message(message.id)
            still = now is not None and json.loads(now.body)["kind"] == "pending"
            if still and message.id not in self.working:
                now = await self._change(message.id, _interrupted(body))
        settled = now or message
        return settled, json.loads(settled.body)

    def show(self, message: Message) -> None:
        """Tell everybody who may see it."""
        body: JSON = json.loads(message.body)
        kind = "gone" if body["kind"] == "gone" else "message"
        data = {"id": message.id} if kind == "gone" else _view(message, body)
        self._hub.publish(message.room, message.private_to, kind, data)


def _view(message: Message, body: JSON) -> JSON:
    author = {"user": message.author, "name": body["author_name"]} if message.author else None
    return {
        "id": message.id,
        "room": message.room,
        "author": author,
        "private": message.private_to != "",
        "made_ms": message.made_ms,
        **{name: value for name, value in body.items() if name not in _SECRET},
    }


def _interrupted(body: JSON) -> JSON:
    """The card in the place of an answer that was cut off; `again` is what its button runs."""
    buttons = [{"n": 0, "label": sentence(t("Ask again")), "strong": True}]
    return {
        "kind": "card",
        "for": body["for"],
        "pressed": body["pressed"],
        "card": {
            "title": sentence(t("I was restarted before I could finish this; please ask again.")),
            "blocks": [],
            "buttons": buttons,
            "footer": None,
        },
        "presses": [body["again"]],
    }
