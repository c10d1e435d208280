"""chat.*: posting, changing, deleting; and who may do so where."""

from __future__ import annotations

from tests.twins.slack.calls import Call, serves
from tests.twins.slack.elements import identified
from tests.twins.slack.images import check_images, share_images
from tests.twins.slack.model import Channel, Json, Message, Refused

LONGEST_TEXT = 40_000


@serves("chat.postMessage", "chat:write")
def post_message(call: Call) -> Json:
    channel = _addressed(call)
    _may_post(call, channel)
    blocks = call.json("blocks") or []
    check_images(call.team, blocks)
    message = call.team.post(
        channel,
        call.team.bot,
        call.text("text")[:LONGEST_TEXT] or call.text("markdown_text"),
        blocks=blocks,
        metadata=call.json("metadata"),
        thread_ts=call.text("thread_ts"),
    )
    share_images(message)
    _echo(message)
    return {"channel": channel.id, "ts": message.ts, "message": message.raw()}


@serves("chat.postEphemeral", "chat:write")
def post_ephemeral(call: Call) -> Json:
    channel = call.channel()
    _may_post(call, channel)
    if call.text("user") not in channel.members or call.person().deleted:
        raise Refused("user_not_in_channel")
    blocks = call.json("blocks") or []
    check_images(call.team, blocks)
    message = call.team.post(
        channel,
        call.team.bot,
        call.text("text") or call.text("markdown_text"),
        blocks=blocks,
        thread_ts=call.text("thread_ts"),
        only_for=call.text("user"),
    )
    return {"message_ts": message.ts}


@serves("chat.update", "chat:write")
def update(call: Call) -> Json:
    channel = call.channel()
    message = _own(call, channel, "ts", "cant_update_message")
    if channel.archived:
        raise Refused("is_archived")
    blocks = call.json("blocks")
    check_images(call.team, blocks or [])
    message.text = call.text("text")[:LONGEST_TEXT] or call.text("markdown_text") or message.text
    if blocks is not None:
        message.blocks = identified(blocks)
    if "metadata" in call.args:
        message.metadata = call.json("metadata")
    message.edited = True
    message.changed()
    share_images(message)
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.raw()}


@serves("chat.delete", "chat:write")
def delete(call: Call) -> Json:
    channel = call.channel()
    message = _own(call, channel, "ts", "cant_delete_message")
    message.deleted = True
    call.twin.changes.tell()
    return {"channel": channel.id, "ts": message.ts}


@serves("chat.getPermalink")
def get_permalink(call: Call) -> Json:
    channel = call.channel()
    message = channel.said(call.text("message_ts"))
    if message is None:
        raise Refused("message_not_found")
    page = f"https://{call.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": page}


def _addressed(call: Call) -> Channel:
    """A conversation by id, by name, or by the person who has it with the bot."""
    asked = call.text("channel")
    if person := call.team.people.get(asked):
        return call.team.dm(person)
    named = (it for it in call.team.channels.values() if not it.im and it.name == asked.removeprefix("#"))
    found = next(named, None)
    return call.channel() if found is None else found


def _may_post(call: Call, channel: Channel) -> None:
    if channel.archived:
        raise Refused("is_archived")
    if channel.im:
        person = next(call.team.people[id_] for id_ in channel.members if id_ != call.team.bot.id)
        if not call.twin.app.messages_tab:
            raise Refused("messages_tab_disabled")
        if person.deleted or not person.takes_dms:
            raise Refused("restricted_action")
    elif channel.read_only:
        raise Refused("restricted_action_read_only_channel")
    elif not channel.has(call.team.bot):
        writes_anywhere = "chat:write.public" in call.installation.scopes
        if channel.private or call.method == "chat.postEphemeral" or not writes_anywhere:
            raise Refused("channel_not_found" if channel.private else "not_in_channel")


def _own(call: Call, channel: Channel, name: str, otherwise: str) -> Message:
    message = channel.said(call.text(name))
    if message is None:
        raise Refused("message_not_found")
    if message.author is not call.team.bot:
        raise Refused(otherwise)
    return message


def _echo(message: Message) -> None:
    """In a direct conversation the app hears what it said itself."""
    if message.channel.im:
        event = {**message.raw(), "channel": message.channel.id, "channel_type": "im"}
        message.channel.team.happens("message", event, subscription="message.im")
