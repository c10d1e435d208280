"""REST about interactions: the first answer, and what the token allows for a quarter of an hour after it."""

from __future__ import annotations

from typing import Any

from tests.twins.discord import objects, refusals
from tests.twins.discord.components import EPHEMERAL, LOADING, Json
from tests.twins.discord.forms import read_form
from tests.twins.discord.incoming import Incoming
from tests.twins.discord.interactions import (
    CHOICES,
    COMMAND,
    DEFERRED_MESSAGE,
    DEFERRED_UPDATE,
    MESSAGE,
    MODAL,
    MOST_FOLLOWUPS,
    UPDATE,
    Interaction,
)
from tests.twins.discord.messages import Message
from tests.twins.discord.posting import write
from tests.twins.discord.problems import Problem
from tests.twins.discord.routes import Route
from tests.twins.discord.world import World


class InteractionsApi:
    """The routes that an interaction's token opens."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[Route]:
        hook = "/webhooks/{webhook_id}/{webhook_token}"
        callback = "/interactions/{interaction_id}/{interaction_token}/callback"
        routes = [
            Route("POST", callback, self._callback, public=True),
            Route("POST", hook, self._follow_up, public=True),
        ]
        for name in ("@original", "{message_id}"):
            one = f"{hook}/messages/{name}"
            routes += [
                Route("GET", one, self._get, public=True),
                Route("PATCH", one, self._edit, public=True),
                Route("DELETE", one, self._delete, public=True),
            ]
        return routes

    def edited(self, call: Incoming) -> Message | None:
        """The message that a call is going to change, if it does and there is one."""
        if call.route.endswith("/callback"):
            found = self._world.interactions.find(call.path["interaction_token"])
            updates = isinstance(call.body, dict) and call.body.get("type") == UPDATE
            return found.source if found is not None and updates else None
        if call.method == "PATCH" and call.route.endswith("/@original"):
            found = self._world.interactions.find(call.path["webhook_token"])
            return None if found is None else found.original
        if call.method == "PATCH" and call.path.get("message_id", "").isdigit():
            return self._world.messages.get(int(call.path["message_id"]))
        return None

    async def _callback(self, call: Incoming) -> Any:
        path = call.path
        it = self._world.interactions.to_answer(path["interaction_id"], path["interaction_token"])
        kind, data = call.body["type"], call.body.get("data") or {}
        if kind not in it.allowed:
            raise refusals.invalid_form(
                Problem(("type",), f"{kind} does not answer an interaction of type {it.kind}")
            )
        if it.channel.deleted:
            raise refusals.unknown("Channel")
        it.answered = kind
        choices = [choice["name"] for choice in data.get("choices") or ()] if kind == CHOICES else None
        it.asked.acknowledge(choices)
        if kind in (MESSAGE, DEFERRED_MESSAGE):
            self._answer(it, data, call, thinking=kind == DEFERRED_MESSAGE)
        elif kind in (UPDATE, DEFERRED_UPDATE):
            it.original = it.source
            if kind == UPDATE and it.original is not None:
                self._change(it, it.original, data, call)
        elif kind == MODAL:
            it.asked.opened(read_form(data, it.human, it))
        return self._answered(it, kind) if call.query.get("with_response") in ("1", "true") else None

    def _answer(self, it: Interaction, data: Json, call: Incoming, *, thinking: bool) -> None:
        hidden = (data.get("flags") or 0) & EPHEMERAL
        it.original = self._world.new_message(
            it.channel,
            self._world.bot,
            kind=20 if it.kind == COMMAND else 0,
            flags=hidden | (LOADING if thinking else 0),
            metadata=it.metadata,
            only_for=it.human if hidden else None,
        )
        write(self._world, it.original, data, call.uploads)
        self._world.post(it.original, it.asked)

    def _change(self, it: Interaction, message: Message, body: Json, call: Incoming) -> None:
        if message.is_thinking:
            message.flags &= ~LOADING
        else:
            message.edited = self._world.clock()
        write(self._world, message, body, call.uploads)
        self._world.edit(message, it.asked)

    def _answered(self, it: Interaction, kind: int) -> Json:
        about: Json = {"id": str(it.id), "type": it.kind, "channel_id": str(it.channel.id)}
        if it.channel.guild is not None:
            about["guild_id"] = str(it.channel.guild.id)
        answer: Json = {"interaction": about}
        if it.original is not None:
            about |= {
                "response_message_id": str(it.original.id),
                "response_message_loading": it.original.is_thinking,
                "response_message_ephemeral": it.original.ephemeral,
            }
            if kind in (MESSAGE, DEFERRED_MESSAGE, UPDATE):
                shown = MESSAGE if kind == DEFERRED_MESSAGE else kind
                answer["resource"] = {"type": shown, "message": objects.message(it.original)}
        return answer

    async def _follow_up(self, call: Incoming) -> Any:
        it = self._interaction(call)
        if it.original is not None and it.original.is_thinking:
            self._change(it, it.original, call.body, call)
            return objects.message(it.original)
        if it.only_user_installed and it.followups == MOST_FOLLOWUPS:
            raise refusals.too_many_followups()
        it.followups += 1
        hidden = (call.body.get("flags") or 0) & EPHEMERAL
        message = self._world.new_message(
            it.channel,
            self._world.bot,
            kind=0 if it.original is None else 19,
            flags=hidden,
            metadata=it.metadata,
            only_for=it.human if hidden else None,
            reply_to=it.original,
        )
        write(self._world, message, call.body, call.uploads)
        self._world.post(message, it.asked)
        return objects.message(message)

    async def _get(self, call: Incoming) -> Any:
        return objects.message(self._message(self._interaction(call), call))

    async def _edit(self, call: Incoming) -> Any:
        it = self._interaction(call)
        message = self._message(it, call)
        self._change(it, message, call.body, call)
        return objects.message(message)

    async def _delete(self, call: Incoming) -> Any:
        self._world.remove(self._message(self._interaction(call), call))

    def _interaction(self, call: Incoming) -> Interaction:
        found = self._world.interactions.to_follow(call.path["webhook_id"], call.path["webhook_token"])
        if found.channel.deleted:
            raise refusals.unknown("Channel")
        return found

    def _message(self, it: Interaction, call: Incoming) -> Message:
        if "message_id" in call.path:
            found = self._world.messages.get(int(call.path["message_id"]))
            if found is not None and found is not it.original and found.metadata is not it.metadata:
                found = None
        else:
            found = it.original
        if found is None or found.id not in self._world.messages:
            raise refusals.unknown("Message")
        return found
