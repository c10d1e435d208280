"""conversations.*: what the bot can know of channels and what was said there."""

from __future__ import annotations

from collections.abc import Sequence

from tests.twins.slack.calls import Call, serves
from tests.twins.slack.model import Channel, Json, Message, Person, Refused

READ = ("channels:read", "groups:read", "im:read")
SCOPE_WORDS = {"channel": "channels", "group": "groups", "im": "im"}


@serves("conversations.open", "im:write")
def open_(call: Call) -> Json:
    users = [it for it in call.text("users").split(",") if it]
    if call.text("channel"):
        return {"channel": {"id": call.channel().id}}
    if not users:
        raise Refused("users_list_not_supplied")
    if len(users) > 1:
        raise Refused("missing_scope", needed="mpim:write", provided=",".join(call.installation.scopes))
    person = call.team.people.get(users[0])
    if person is None or person.is_bot:
        raise Refused("user_not_found")
    if person.deleted:
        raise Refused("user_disabled")
    if not person.takes_dms:
        raise Refused("user_not_visible")
    return {"channel": {"id": call.team.dm(person).id}}


@serves("conversations.info", *READ)
def info(call: Call) -> Json:
    channel = call.channel()
    call.needs(f"{SCOPE_WORDS[channel.kind]}:read")
    told = _told(channel)
    if call.flag("include_num_members"):
        told["num_members"] = len(channel.members)
    return {"channel": told}


@serves("conversations.list", *READ)
def list_(call: Call) -> Json:
    kinds = (call.text("types") or "public_channel").split(",")
    wanted = {"public_channel": "channel", "private_channel": "group", "im": "im"}
    sought = {wanted[kind] for kind in kinds if kind in wanted}
    for kind in sought:
        call.needs(f"{SCOPE_WORDS[kind]}:read")
    bot = call.team.bot
    known = [it for it in call.team.channels.values() if it.kind in sought and not it.deleted]
    known = [it for it in known if not it.private or it.has(bot)]
    if call.flag("exclude_archived"):
        known = [it for it in known if not it.archived]
    return _page(call, "channels", [_told(channel) for channel in known])


@serves("users.conversations", *READ)
def of_user(call: Call) -> Json:
    listed = list_(call)
    who: Person = call.person() if call.text("user") else call.team.bot
    listed["channels"] = [it for it in listed["channels"] if call.team.channels[it["id"]].has(who)]
    return listed


@serves("conversations.members", *READ)
def members(call: Call) -> Json:
    channel = call.channel()
    call.needs(f"{SCOPE_WORDS[channel.kind]}:read")
    return _page(call, "members", sorted(channel.members))


@serves("conversations.join", "channels:join")
def join(call: Call) -> Json:
    channel = call.channel()
    if channel.archived:
        raise Refused("is_archived")
    if channel.private or channel.im:
        raise Refused("method_not_supported_for_channel_type")
    channel.add_bot()
    return {"channel": _told(channel)}


@serves("conversations.history", "channels:history", "groups:history", "im:history")
def history(call: Call) -> Json:
    channel = _read(call)
    between = [it for it in _spoken(channel) if _within(call, it.ts)]
    return _messages(call, sorted(between, key=lambda it: it.ts, reverse=True))


@serves("conversations.replies", "channels:history", "groups:history", "im:history")
def replies(call: Call) -> Json:
    channel, thread = _read(call), call.text("ts")
    if channel.said(thread) is None:
        raise Refused("thread_not_found")
    return _messages(call, [it for it in _spoken(channel) if thread in (it.ts, it.thread_ts)])


def _read(call: Call) -> Channel:
    channel = call.channel()
    call.needs(f"{SCOPE_WORDS[channel.kind]}:history")
    if not channel.has(call.team.bot):
        raise Refused("not_in_channel")
    return channel


def _spoken(channel: Channel) -> list[Message]:
    return [it for it in channel.messages if not it.only_for and not it.deleted]


def _within(call: Call, ts: str) -> bool:
    oldest, latest, edge = call.text("oldest"), call.text("latest"), call.flag("inclusive")
    after = not oldest or float(ts) > float(oldest) or (edge and float(ts) == float(oldest))
    return after and (not latest or float(ts) < float(latest) or (edge and float(ts) == float(latest)))


def _messages(call: Call, messages: list[Message]) -> Json:
    metadata = call.flag("include_all_metadata")
    page = _page(call, "messages", [it.raw(metadata=metadata) for it in messages])
    return page | {"has_more": bool(page["response_metadata"]["next_cursor"])}


def _page(call: Call, name: str, items: Sequence[object]) -> Json:
    start, most = int(call.text("cursor") or 0), call.number("limit", 100)
    following = str(start + most) if start + most < len(items) else ""
    return {name: items[start : start + most], "response_metadata": {"next_cursor": following}}


def _told(channel: Channel) -> Json:
    person = next((it for it in channel.members if it != channel.team.bot.id), "")
    told: Json = {
        "id": channel.id,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.im,
        "is_private": channel.private or channel.im,
        "is_archived": channel.archived,
        "context_team_id": channel.team.id,
    }
    if channel.im:
        return told | {"user": person}
    return told | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_member": channel.has(channel.team.bot),
    }
