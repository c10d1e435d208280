"""Interactions: how the bot is told of them, how long they live, and what may be answered to which."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.twins.discord import objects, refusals
from tests.twins.discord.components import Json
from tests.twins.discord.messages import Message
from tests.twins.discord.permissions import bits
from tests.twins.discord.seeing import Asked

if TYPE_CHECKING:
    from tests.twins.discord.humans import Human
    from tests.twins.discord.places import Channel
    from tests.twins.discord.world import World

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL_SUBMIT = 2, 3, 4, 5
MESSAGE, DEFERRED_MESSAGE, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
IN_GUILD, IN_BOT_DM, IN_PRIVATE = 0, 1, 2
ACKNOWLEDGE_WITHIN_S = 3.0
TOKEN_LIVES_S = 900.0
MOST_FOLLOWUPS = 5
FILE_BYTES = 10 * 1024 * 1024
BROUGHT_ALONG = bits("ATTACH_FILES", "EMBED_LINKS", "MENTION_EVERYONE")


@dataclass(eq=False, slots=True)
class Interaction:
    """One interaction. `source` is the message that was clicked, `original` the answer as `@original` names it."""

    id: int
    token: str
    kind: int
    human: Human
    channel: Channel
    data: Json
    opened: float
    asked: Asked
    owners: dict[str, str]
    source: Message | None = None
    trigger: Json | None = None
    answered: int | None = None
    original: Message | None = None
    followups: int = 0
    expired: bool = False
    metadata: Json = field(default_factory=dict)

    @property
    def only_user_installed(self) -> bool:
        """Whether the bot is here only because the person brought it along."""
        return "0" not in self.owners

    @property
    def allowed(self) -> frozenset[int]:
        """The kinds of answer this kind of interaction takes."""
        if self.kind == AUTOCOMPLETE:
            return frozenset({CHOICES})
        takes = {MESSAGE, DEFERRED_MESSAGE}
        if self.source is not None:
            takes |= {DEFERRED_UPDATE, UPDATE}
        if self.kind != MODAL_SUBMIT:
            takes.add(MODAL)
        return frozenset(takes)


class Interactions:
    """Every interaction there was; `by_token` in the order they were opened."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.by_token: dict[str, Interaction] = {}

    async def open(
        self,
        kind: int,
        human: Human,
        channel: Channel,
        data: Json,
        what: str,
        *,
        source: Message | None = None,
        trigger: Interaction | None = None,
    ) -> Interaction:
        """Tells the bot that a person did something. Waits until there is a session to tell."""
        await self._world.gateway.connected()
        number = self._world.ids.new()
        interaction = Interaction(
            number,
            f"token-{number}",
            kind,
            human,
            channel,
            data,
            self._world.clock(),
            Asked(what),
            self._owners(human, channel),
            source=source,
            trigger=None if trigger is None else trigger.metadata,
        )
        interaction.metadata = self._metadata(interaction)
        self.by_token[interaction.token] = interaction
        self._world.gateway.interaction(self._payload(interaction), channel)
        return interaction

    def expire(self) -> None:
        """Fifteen minutes pass for every interaction so far."""
        for interaction in self.by_token.values():
            interaction.expired = True

    def find(self, token: str) -> Interaction | None:
        """The interaction with this token, whatever its state."""
        return self.by_token.get(token)

    def to_answer(self, number: str, token: str) -> Interaction:
        """The interaction that a callback answers. Raises Refusal when it is too late, or done already."""
        found = self.by_token.get(token)
        if found is None or str(found.id) != number:
            raise refusals.unknown("interaction")
        if found.answered is not None:
            raise refusals.already_acknowledged()
        if found.expired or self._age(found) > ACKNOWLEDGE_WITHIN_S:
            raise refusals.unknown("interaction")
        return found

    def to_follow(self, application: str, token: str) -> Interaction:
        """The answered interaction behind a webhook's token. Raises Refusal when the token is dead or unknown."""
        found = self.by_token.get(token)
        if found is None or application != str(self._world.application_id) or found.answered is None:
            raise refusals.unknown("Webhook")
        if found.expired or self._age(found) > TOKEN_LIVES_S:
            raise refusals.invalid_token()
        return found

    def _age(self, interaction: Interaction) -> float:
        return self._world.clock() - interaction.opened

    def _owners(self, human: Human, channel: Channel) -> dict[str, str]:
        owners = {}
        if channel.guild is not None and channel.guild.has_bot:
            owners["0"] = str(channel.guild.id)
        elif channel.guild is None and self._world.bot in channel.people and human.shares_guild_with_bot:
            owners["0"] = "0"
        if human.installed:
            owners["1"] = str(human.id)
        return owners

    def _payload(self, it: Interaction) -> Json:
        world, place, human = self._world, it.channel, it.human
        drawn = objects.channel(place)
        drawn["permissions"] = str(place.permissions_of(human))
        payload: Json = {
            "id": str(it.id),
            "application_id": str(world.application_id),
            "type": it.kind,
            "token": it.token,
            "version": 1,
            "data": it.data,
            "channel": drawn,
            "channel_id": str(place.id),
            "app_permissions": str(place.permissions_of(world.bot) or BROUGHT_ALONG),
            "locale": human.locale,
            "entitlements": [],
            "authorizing_integration_owners": it.owners,
            "context": context_of(place),
            "attachment_size_limit": FILE_BYTES,
        }
        if place.guild is None:
            payload["user"] = objects.user(human)
        else:
            payload |= {
                "guild_id": str(place.guild.id),
                "guild": {"id": str(place.guild.id), "locale": place.guild.locale, "features": []},
                "guild_locale": place.guild.locale,
                "member": {
                    **objects.member(place.guild, human),
                    "permissions": str(place.permissions_of(human)),
                },
            }
        if it.source is not None:
            payload["message"] = objects.message(it.source)
        return payload

    def _metadata(self, it: Interaction) -> Json:
        drawn: Json = {
            "id": str(it.id),
            "type": it.kind,
            "user": objects.user(it.human),
            "authorizing_integration_owners": it.owners,
        }
        if it.kind == COMPONENT and it.source is not None:
            drawn["interacted_message_id"] = str(it.source.id)
        if it.kind == MODAL_SUBMIT:
            drawn["triggering_interaction_metadata"] = it.trigger
        return drawn


def context_of(place: Channel) -> int:
    """Where an interaction happens, as Discord numbers it."""
    if place.guild is not None:
        return IN_GUILD
    return IN_BOT_DM if place.world.bot in place.people else IN_PRIVATE
