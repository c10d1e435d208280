"""A request as it came in, read once: path, query, body, files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.twins.discord import refusals
from tests.twins.discord.messages import Upload
from tests.twins.discord.problems import Problem


@dataclass(frozen=True, slots=True)
class Incoming:
    """`route` is the path's template, `path` what its names stand for, `uploads` the files by their number."""

    method: str
    route: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    uploads: Mapping[int, Upload]
    authorization: str

    @property
    def files(self) -> tuple[dict[str, Any], ...]:
        """What is written down of the files."""
        body = self.body if isinstance(self.body, dict) else {}
        listed = body.get("attachments") or (body.get("data") or {}).get("attachments") or ()
        about = {str(it.get("id")): it for it in listed if isinstance(it, dict)}
        return tuple(
            {
                "id": number,
                "name": about.get(str(number), {}).get("filename") or it.name,
                "size": len(it.data),
                "description": about.get(str(number), {}).get("description"),
            }
            for number, it in self.uploads.items()
        )


async def read(request: web.Request, route: str) -> Incoming:
    """Reads a request to its end. Raises Refusal when its body cannot be understood."""
    body: Any = None
    uploads: dict[int, Upload] = {}
    if request.content_type == "multipart/form-data":
        form = await request.post()
        for name, value in form.items():
            if isinstance(value, web.FileField):
                uploads[_number(name)] = Upload(value.filename, value.file.read())
            elif name == "payload_json":
                body = _parsed(str(value))
    elif raw := await request.text():
        body = _parsed(raw)
    return Incoming(
        request.method,
        route,
        dict(request.match_info),
        dict(request.query),
        body,
        uploads,
        request.headers.get("Authorization", ""),
    )


def _parsed(text: str) -> Any:
    try:
        parsed = json.loads(text)
        json.dumps(parsed, ensure_ascii=False).encode()
    except ValueError:
        raise refusals.invalid_json() from None
    return parsed


def _number(name: str) -> int:
    digits = name.removeprefix("files[").removesuffix("]")
    if not digits.isdigit():
        raise refusals.invalid_form(Problem((name,), "no name of a file"))
    return int(digits)
