"""views.*, assistant.threads.*, blocks.validate: forms, the home tab, the status line beside the composer."""

from __future__ import annotations

from tests.twins.slack.calls import Call, serves
from tests.twins.slack.elements import identified
from tests.twins.slack.images import check_images
from tests.twins.slack.model import Channel, Json, Refused, View

DEEPEST = 3


@serves("views.open")
def open_(call: Call) -> Json:
    return _opened(call, None)


@serves("views.push")
def push(call: Call) -> Json:
    below = call.twin.trigger(call.text("trigger_id")).view
    if below is None:
        raise Refused("not_found")
    if _depth(below) >= DEEPEST:
        raise Refused("push_limit_reached")
    return _opened(call, below)


@serves("views.update")
def update(call: Call) -> Json:
    found = call.team.views.get(call.text("view_id"))
    if call.text("external_id"):
        named = (it for it in call.team.views.values() if it.external_id == call.text("external_id"))
        found = next(named, None)
    if found is None or not found.open:
        raise Refused("not_found")
    if call.text("hash") not in ("", found.hash):
        raise Refused("hash_conflict")
    found.show(_body(call))
    return {"view": found.raw()}


@serves("views.publish")
def publish(call: Call) -> Json:
    if not call.twin.app.home_tab:
        raise Refused("not_enabled")
    person = call.team.people.get(call.text("user_id"))
    if person is None or person.is_bot:
        raise Refused("user_not_found")
    home = call.team.homes.get(person.id)
    if home is not None and call.text("hash") not in ("", home.hash):
        raise Refused("hash_conflict")
    if home is None:
        home = View(call.team, person)
        call.team.homes[person.id] = call.team.views[home.id] = home
    home.show(_body(call))
    return {"view": home.raw()}


@serves("assistant.threads.setStatus", "assistant:write", "chat:write")
def set_status(call: Call) -> Json:
    channel = _thread(call)
    channel.status = call.text("status")
    call.twin.changes.tell()
    return {}


@serves("assistant.threads.setSuggestedPrompts", "assistant:write")
def set_prompts(call: Call) -> Json:
    channel = _thread(call)
    channel.prompts = call.json("prompts")
    call.twin.changes.tell()
    return {}


@serves("assistant.threads.setTitle", "assistant:write")
def set_title(call: Call) -> Json:
    _thread(call)
    return {}


@serves("blocks.validate")
def validate(call: Call) -> Json:
    return {}


def _opened(call: Call, below: View | None) -> Json:
    trigger = call.twin.use_trigger(call.text("trigger_id"))
    body = _body(call)
    external_id = body.get("external_id", "")
    if external_id and any(it.open and it.external_id == external_id for it in call.team.views.values()):
        raise Refused("duplicate_external_id")
    return {"view": call.twin.show_view(trigger.asked, body, below).raw()}


def _body(call: Call) -> Json:
    body: Json = call.json("view")
    check_images(call.team, body["blocks"])
    return {**body, "blocks": identified(body["blocks"])}


def _depth(view: View) -> int:
    return 1 if view.previous is None else 1 + _depth(view.previous)


def _thread(call: Call) -> Channel:
    channel = call.channel("channel_id")
    thread = call.text("thread_ts")
    if thread and channel.said(thread) is None:
        raise Refused("invalid_thread_ts")
    return channel
