"""How Discord writes its things as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.twins.discord.clock import timestamp
from tests.twins.discord.components import Json

if TYPE_CHECKING:
    from tests.twins.discord.humans import Account
    from tests.twins.discord.messages import Attachment, Message
    from tests.twins.discord.places import Channel, Guild, Role
    from tests.twins.discord.world import World

JOINED = "2026-01-01T12:00:00.000000+00:00"


def user(who: Account) -> Json:
    """A user as anybody sees them."""
    return {
        "id": str(who.id),
        "username": who.username,
        "global_name": None if who.is_bot else who.name,
        "discriminator": "0",
        "avatar": None,
        "bot": who.is_bot,
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    }


def me(bot: Account) -> Json:
    """The bot as it sees itself."""
    return {**user(bot), "locale": "en-US", "mfa_enabled": True, "verified": True}


def member(guild: Guild, who: Account) -> Json:
    """A user as a member of a guild."""
    return {
        "user": user(who),
        "roles": [str(role) for role in sorted(guild.members[who.id][1])],
        "nick": None,
        "avatar": None,
        "banner": None,
        "joined_at": JOINED,
        "premium_since": None,
        "communication_disabled_until": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
    }


def role(it: Role, position: int) -> Json:
    colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    return {
        "id": str(it.id),
        "name": it.name,
        "permissions": str(it.permissions),
        "position": position,
        "color": 0,
        "colors": colors,
        "hoist": False,
        "managed": it.managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def roles(guild: Guild) -> list[Json]:
    return [role(it, position) for position, it in enumerate(guild.roles.values())]


def channel(it: Channel) -> Json:
    """A channel, of a guild or private."""
    last = str(max(it.messages)) if it.messages else None
    drawn: Json = {"id": str(it.id), "type": it.kind, "flags": 0, "last_message_id": last}
    if it.guild is None:
        others = [user(who) for who in it.people if who is not it.world.bot]
        private: Json = {**drawn, "recipients": others}
        if it.kind == 3:
            private |= {"name": it.name, "icon": None, "owner_id": others[0]["id"]}
        return private
    overwrites = [
        {"id": str(who), "type": 1, "allow": "0", "deny": str(denied)} for who, denied in it.denied.items()
    ]
    return {
        **drawn,
        "guild_id": str(it.guild.id),
        "name": it.name,
        "position": list(it.guild.channels).index(it.id),
        "topic": None,
        "nsfw": False,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "permission_overwrites": overwrites,
    }


def guild(it: Guild, *, whole: bool = False) -> Json:
    """A guild; `whole` as the gateway sends it, with its channels and the bot as a member."""
    drawn: Json = {
        "id": str(it.id),
        "name": it.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": str(it.world.owner.id),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": roles(it),
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": it.locale,
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
    }
    if whole:
        bot = it.world.bot
        drawn |= {
            "joined_at": JOINED,
            "large": False,
            "unavailable": False,
            "member_count": len(it.members),
            "members": [member(it, bot)],
            "channels": [
                channel(place) for place in it.channels.values() if place.allows(bot, "VIEW_CHANNEL")
            ],
            "threads": [],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
    return drawn


def attachment(it: Attachment) -> Json:
    drawn: Json = {
        "id": str(it.id),
        "filename": it.name,
        "size": len(it.data),
        "url": it.url,
        "proxy_url": it.url,
        "content_type": it.content_type,
    }
    if it.description is not None:
        drawn["description"] = it.description
    if it.ephemeral:
        drawn["ephemeral"] = True
    return drawn


def message(it: Message) -> Json:
    """A message as REST answers it and as interactions carry it."""
    drawn: Json = {
        "id": str(it.id),
        "channel_id": str(it.channel.id),
        "type": it.kind,
        "author": user(it.author),
        "content": it.content,
        "embeds": it.embeds,
        "components": it.components,
        "attachments": [attachment(file) for file in it.attachments],
        "mentions": [user(who) for who in it.mentions],
        "mention_roles": [],
        "mention_everyone": it.mention_everyone,
        "timestamp": timestamp(it.at),
        "edited_timestamp": None if it.edited is None else timestamp(it.edited),
        "flags": it.flags,
        "pinned": False,
        "tts": False,
    }
    if it.nonce is not None:
        drawn["nonce"] = it.nonce
    if it.poll is not None:
        drawn["poll"] = it.poll
    if it.author.is_bot:
        drawn["application_id"] = str(it.channel.world.application_id)
    if it.metadata is not None:
        drawn["webhook_id"] = str(it.channel.world.application_id)
        drawn["interaction_metadata"] = it.metadata
    if it.reply_to is not None:
        reference = {"type": 0, "channel_id": str(it.channel.id), "message_id": str(it.reply_to.id)}
        if it.channel.guild is not None:
            reference["guild_id"] = str(it.channel.guild.id)
        drawn["message_reference"] = reference
    return drawn


def message_event(it: Message, *, hidden: bool) -> Json:
    """A message as the gateway sends it; `hidden` keeps back what needs the message content intent."""
    drawn = message(it)
    guild_of = it.channel.guild
    if guild_of is not None:
        drawn["guild_id"] = str(guild_of.id)
        if it.author.id in guild_of.members and not it.author.is_bot:
            drawn["member"] = {
                key: value for key, value in member(guild_of, it.author).items() if key != "user"
            }
    drawn["channel_type"] = it.channel.kind
    if hidden:
        drawn |= {"content": "", "embeds": [], "attachments": [], "components": []}
    return drawn


def application(world: World) -> Json:
    """The application as its owner sees it."""
    install = {"scopes": ["applications.commands", "bot"], "permissions": "0"}
    return {
        "id": str(world.application_id),
        "name": world.bot.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "integration_types_config": {
            "0": {"oauth2_install_params": install},
            "1": {"oauth2_install_params": {"scopes": ["applications.commands"], "permissions": "0"}},
        },
        "install_params": install,
        "verify_key": "0" * 64,
        "flags": world.application_flags,
        "flags_new": str(world.application_flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(world.owner),
        "approximate_guild_count": sum(it.has_bot for it in world.guilds.values()),
        "approximate_user_install_count": sum(it.installed for it in world.humans.values()),
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
    }
