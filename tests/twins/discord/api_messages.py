"""REST about the messages of a channel."""

from __future__ import annotations

from typing import Any

from tests.twins.discord import objects, refusals
from tests.twins.discord.api_guilds import channel_for_bot
from tests.twins.discord.components import Json
from tests.twins.discord.humans import Account, Human
from tests.twins.discord.incoming import Incoming
from tests.twins.discord.messages import Message
from tests.twins.discord.places import Channel
from tests.twins.discord.posting import write
from tests.twins.discord.routes import Route
from tests.twins.discord.world import World

NONCE_LIVES_S = 180.0


class MessagesApi:
    """The routes that read, post, edit and delete messages as the bot."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        many, one = "/channels/{channel_id}/messages", "/channels/{channel_id}/messages/{message_id}"
        return [
            Route("GET", many, self._history),
            Route("POST", many, self._create),
            Route("GET", one, self._get),
            Route("PATCH", one, self._edit),
            Route("DELETE", one, self._delete),
            Route("POST", "/channels/{channel_id}/typing", self._typing),
        ]

    async def _history(self, call: Incoming) -> Any:
        place = channel_for_bot(self._world, call)
        if not place.allows(self._world.bot, "READ_MESSAGE_HISTORY"):
            return []
        limit = int(call.query.get("limit", 50))
        found = [it for it in place.messages.values() if it.only_for is None]
        if "after" in call.query:
            found = [it for it in found if it.id > int(call.query["after"])][:limit]
        elif "around" in call.query:
            older = sum(it.id < int(call.query["around"]) for it in found)
            found = found[max(0, older - limit // 2) :][:limit]
        elif "before" in call.query:
            found = [it for it in found if it.id < int(call.query["before"])]
        return [objects.message(it) for it in reversed(found[-limit:])]

    async def _create(self, call: Incoming) -> Any:
        place = channel_for_bot(self._world, call, "SEND_MESSAGES")
        needed = ["ATTACH_FILES"] if call.uploads else []
        needed += ["EMBED_LINKS"] if call.body.get("embeds") else []
        if not place.allows(self._world.bot, *needed):
            raise refusals.missing_permissions()
        if not all(map(self._can_be_written_to, place.people)):
            raise refusals.cannot_send_to_user()
        nonce = call.body.get("nonce")
        if call.body.get("enforce_nonce") and (earlier := self._with_nonce(place, nonce)):
            return objects.message(earlier)
        message = self._world.new_message(place, self._world.bot, nonce=nonce)
        if reference := call.body.get("message_reference"):
            message.reply_to = self._replied_to(place, reference)
            message.kind = 0 if message.reply_to is None else 19
        write(self._world, message, call.body, call.uploads)
        self._world.post(message)
        return objects.message(message)

    async def _get(self, call: Incoming) -> Any:
        channel_for_bot(self._world, call, "READ_MESSAGE_HISTORY")
        return objects.message(self._find(call))

    async def _edit(self, call: Incoming) -> Any:
        channel_for_bot(self._world, call)
        message = self._find(call)
        if message.author is not self._world.bot:
            raise refusals.not_your_message()
        message.edited = self._world.clock()
        write(self._world, message, call.body, call.uploads)
        self._world.edit(message)
        return objects.message(message)

    async def _delete(self, call: Incoming) -> Any:
        place = channel_for_bot(self._world, call)
        message = self._find(call)
        if message.author is not self._world.bot and not place.allows(self._world.bot, "MANAGE_MESSAGES"):
            raise refusals.missing_permissions()
        self._world.remove(message)

    async def _typing(self, call: Incoming) -> Any:
        channel_for_bot(self._world, call, "SEND_MESSAGES")

    def _find(self, call: Incoming) -> Message:
        found = self._world.messages.get(int(call.path["message_id"]))
        if found is None or str(found.channel.id) != call.path["channel_id"] or found.only_for is not None:
            raise refusals.unknown("Message")
        return found

    def _replied_to(self, place: Channel, reference: Json) -> Message | None:
        if not place.allows(self._world.bot, "READ_MESSAGE_HISTORY"):
            raise refusals.cannot_reply()
        found = place.messages.get(int(reference["message_id"]))
        if found is None and reference.get("fail_if_not_exists") is not False:
            raise refusals.unknown_reference()
        return found

    def _can_be_written_to(self, who: Account) -> bool:
        if not isinstance(who, Human):
            return True
        return not who.refuses_dms and (who.shares_guild_with_bot or who.installed)

    def _with_nonce(self, place: Channel, nonce: Any) -> Message | None:
        since = self._world.clock() - NONCE_LIVES_S
        for message in reversed(place.messages.values()):
            if message.at < since:
                return None
            if message.author is self._world.bot and nonce is not None and str(message.nonce) == str(nonce):
                return message
        return None
