"""files.*: an upload in three steps, and what Slack makes of it a little later."""

from __future__ import annotations

from tests.twins.slack.calls import Call, serves
from tests.twins.slack.model import Channel, File, Json, Refused

LONGEST_ALT = 1000


@serves("files.getUploadURLExternal", "files:write")
def get_upload_url(call: Call) -> Json:
    if len(call.text("alt_txt")) > LONGEST_ALT:
        raise Refused("alt_txt_too_large")
    file = call.team.keep_file(call.team.bot, call.text("filename"), call.number("length", 0))
    file.alt = call.text("alt_txt")
    return {"upload_url": file.upload_url, "file_id": file.id}


@serves("files.completeUploadExternal", "files:write")
def complete_upload(call: Call) -> Json:
    files = [_uploaded(call, asked) for asked in call.json("files")]
    named = [*call.text("channels").split(","), call.text("channel_id")]
    channels = [_target(call, id_) for id_ in named if id_]
    for file in files:
        file.completed = True
    call.twin.later(call.twin.file_delay, lambda: _looked_at(call, files, channels))
    return {"files": [file.raw() for file in files]}


@serves("files.info", "files:read")
def info(call: Call) -> Json:
    return {
        "file": call.file(call.text("file")).raw(),
        "comments": [],
        "response_metadata": {"next_cursor": ""},
    }


@serves("files.delete", "files:write")
def delete(call: Call) -> Json:
    file = call.file(call.text("file"))
    if file.owner is not call.team.bot:
        raise Refused("cant_delete_file")
    file.deleted = True
    return {}


def _uploaded(call: Call, asked: Json) -> File:
    file = call.team.files.get(asked.get("id", ""))
    if file is None or file.data is None or file.completed:
        raise Refused("file_not_found")
    file.title = asked.get("title") or file.name
    return file


def _target(call: Call, id_: str) -> Channel:
    person = call.team.people.get(id_)
    channel = call.team.dm(person) if person is not None else call.team.channels.get(id_)
    if channel is None or channel.deleted or (channel.private and not channel.has(call.team.bot)):
        raise Refused("channel_not_found")
    if not channel.has(call.team.bot):
        raise Refused("not_in_channel")
    if channel.archived:
        raise Refused("posting_to_channel_denied")
    return channel


def _looked_at(call: Call, files: list[File], channels: list[Channel]) -> None:
    """Slack knows the kind of each file now, and the messages that share it appear."""
    for file in files:
        file.ready = True
    for channel in channels:
        about = {"files": files, "thread_ts": call.text("thread_ts"), "blocks": call.json("blocks")}
        ts = call.team.post(channel, call.team.bot, call.text("initial_comment"), **about).ts
        for file in files:
            file.shares.setdefault(channel.id, []).append(ts)
    call.twin.changes.tell()
