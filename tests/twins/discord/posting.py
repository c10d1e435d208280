"""From what the bot sent to what Discord stores: text, components, files, and whom it rings up."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.twins.discord.clock import timestamp
from tests.twins.discord.components import EPHEMERAL, IS_V2, TEXT, Json, stored, walk
from tests.twins.discord.messages import Attachment, Message, Upload

if TYPE_CHECKING:
    from tests.twins.discord.world import World

SENT_FLAGS = IS_V2 | 1 << 2 | 1 << 12  # besides Components V2: no embeds for links, no sound


def write(world: World, message: Message, body: Mapping[str, Any], uploads: Mapping[int, Upload]) -> None:
    """Puts what a request says into a message, new or old; what it does not mention stays."""
    if "flags" in body:
        message.flags |= (body["flags"] or 0) & SENT_FLAGS
    if "content" in body:
        message.content = body["content"] or ""
    _attach(world, message, body, uploads)
    if "embeds" in body:
        message.embeds = [_embed(world, message, it) for it in body["embeds"] or ()]
    if "components" in body:
        message.components = stored(body["components"] or [], lambda url: _unfurled(world, message, url))
    if body.get("poll"):
        message.poll = _poll(world, body["poll"])
    _ring(world, message, body.get("allowed_mentions"))


def _attach(world: World, message: Message, body: Mapping[str, Any], uploads: Mapping[int, Upload]) -> None:
    described = {int(it["id"]): it for it in body.get("attachments") or ()}
    if "attachments" in body:
        message.attachments = [it for it in message.attachments if it.id in described]
    for number, upload in uploads.items():
        about = described.get(number, {})
        kept = world.keep(about.get("filename") or upload.name, upload.data, about.get("description"))
        message.attachments.append(kept)


def _named(message: Message, url: str) -> Attachment | None:
    name = url.removeprefix("attachment://")
    return next((it for it in message.attachments if url == it.url or name == it.name), None)


def _unfurled(world: World, message: Message, url: str) -> Json:
    kept = _named(message, url)
    if kept is None:
        return {"id": str(world.ids.new()), "url": url, "proxy_url": url}
    return {
        "id": str(kept.id),
        "attachment_id": str(kept.id),
        "url": kept.url,
        "proxy_url": kept.url,
        "content_type": kept.content_type,
        "name": kept.name,
        "size": len(kept.data),
    }


def _embed(world: World, message: Message, embed: Json) -> Json:
    kept = {"type": "rich", **{key: value for key, value in embed.items() if value is not None}}
    if "fields" in kept:
        kept["fields"] = [{"inline": False, **pair} for pair in kept["fields"]]
    for key in ("image", "thumbnail"):
        if key in kept:
            media = _unfurled(world, message, kept[key]["url"])
            kept[key] = {"url": media["url"], "proxy_url": media["proxy_url"]}
    return kept


def _poll(world: World, poll: Json) -> Json:
    lasts = timedelta(hours=poll.get("duration") or 24)
    return {
        "question": poll["question"],
        "answers": [
            {"answer_id": number, "poll_media": it["poll_media"]}
            for number, it in enumerate(poll["answers"], 1)
        ],
        "expiry": timestamp(world.clock() + lasts.total_seconds()),
        "allow_multiselect": bool(poll.get("allow_multiselect")),
        "layout_type": poll.get("layout_type") or 1,
        "results": {"answer_counts": [], "is_finalized": False},
    }


def _ring(world: World, message: Message, allowed: Mapping[str, Any] | None) -> None:
    """Works out who is mentioned and who is rung up. Nobody is by an edit, or by what only one person sees."""
    texts = [message.content, *(it["content"] for _, it in walk(message.components) if it["type"] == TEXT)]
    text = "\n".join(texts)
    parse = {"users", "everyone", "roles"} if allowed is None else set(allowed.get("parse") or ())
    users = set() if allowed is None else {str(it) for it in allowed.get("users") or ()}
    numbers = dict.fromkeys(re.findall(r"<@!?(\d+)>", text))
    message.mentions = [world.humans[int(it)] for it in numbers if int(it) in world.humans]
    if message.edited is not None or message.flags & EPHEMERAL:
        return
    pings = [f"@{who.name}" for who in message.mentions if "users" in parse or str(who.id) in users]
    guild = message.channel.guild
    if guild is not None:
        may = message.channel.allows(message.author, "MENTION_EVERYONE") and "everyone" in parse
        pings += [word for word in ("@everyone", "@here") if may and word in text]
        message.mention_everyone = any(word in pings for word in ("@everyone", "@here"))
        roles = set() if allowed is None else {str(it) for it in allowed.get("roles") or ()}
        named = {int(it) for it in re.findall(r"<@&(\d+)>", text)}
        pings += [
            f"@{role.name}"
            for role in guild.roles.values()
            if role.id in named and ("roles" in parse or str(role.id) in roles)
        ]
    message.pings = tuple(pings)
