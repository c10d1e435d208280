"""What a request carries, read strictly: numbers within bounds, JSON objects, Spotify URIs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from bot.sandbox.refusals import Refusal

_URI = re.compile(r"spotify:([a-z]+):([0-9A-Za-z._-]+)\Z")


def whole(request: web.Request, name: str, default: int, least: int, most: int) -> int:
    """A whole number of the query. Raises the API's 400 "Invalid <name>" when it is none or out of bounds."""
    text = request.query.get(name)
    if text is None:
        return default
    try:
        number = int(text)
    except ValueError as error:
        raise Refusal(400, f"Invalid {name}") from error
    if not least <= number <= most:
        raise Refusal(400, f"Invalid {name}")
    return number


async def json_object(request: web.Request) -> dict[str, Any]:
    """The body as a JSON object; no body is an empty one. Raises 400, also for an array or a string."""
    text = await request.read()
    if not text.strip():
        return {}
    try:
        body = json.loads(text)
    except ValueError as error:
        raise Refusal(400, "Error parsing JSON.") from error
    if not isinstance(body, dict):
        raise Refusal(400, "Error parsing JSON: the body must be an object.")
    return body


def text_of(body: dict[str, Any], name: str, default: str | None = None) -> str | None:
    """A string of a body, or the default. Raises 400 for anything else."""
    value = body.get(name, default)
    if value is not None and not isinstance(value, str):
        raise Refusal(400, f"Invalid {name}")
    return value


def flag_of(body: dict[str, Any], name: str, default: bool) -> bool:
    """A boolean of a body, or the default. Raises 400 for anything else."""
    value = body.get(name, default)
    if not isinstance(value, bool):
        raise Refusal(400, f"Invalid {name}")
    return value


def number_of(body: dict[str, Any], name: str, default: int | None = None) -> int | None:
    """A whole number, zero or more, of a body, or the default. Raises 400 for anything else."""
    value = body.get(name, default)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
        raise Refusal(400, f"Invalid {name}")
    return value


def uri_parts(uri: str) -> tuple[str, str]:
    """`spotify:<kind>:<id>` as (kind, id). Raises 400 when it is not one."""
    found = _URI.match(uri)
    if found is None:
        raise Refusal(400, f"Invalid Spotify URI: {uri}")
    return found[1], found[2]


def strings(value: object, name: str) -> list[str]:
    """A JSON array of strings. Raises 400 when it is anything else."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Refusal(400, f"Invalid {name}")
    return value


def listed(request: web.Request, name: str) -> list[str]:
    """A comma-separated query value, without empty parts."""
    return [part.strip() for part in request.query.get(name, "").split(",") if part.strip()]


def at_most(items: Iterable[str], most: int, message: str) -> list[str]:
    """The items, when there are not too many of them. Raises 400 with the message."""
    kept = list(items)
    if len(kept) > most:
        raise Refusal(400, message)
    return kept
