"""A form as somebody filled it in: JSON or multipart in, checked values and files on the disk out."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from aiohttp import BodyPartReader, web

from bot.adapters.lounge.draw import JSON
from bot.errors import BadOption
from bot.text import t

UPLOAD_MOST = 512 * 1024 * 1024
_CHUNK = 256 * 1024
_PARTS_MOST = 50
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class LoungeUpload:
    """A `bot.chat.context.Upload`: the name the file had on the member's machine, and where it is now."""

    name: str
    path: str


@dataclass(slots=True)
class Filled:
    """The values by field name (several where several may be chosen), and the files."""

    values: dict[str, list[str]] = field(default_factory=dict)
    uploads: dict[str, LoungeUpload] = field(default_factory=dict)
    folder: Path | None = None

    def discard(self) -> None:
        """Delete the files. Blocking; more than once does no harm."""
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def from_json(values: Any) -> Filled:
    """From `{"name": "words"}` or `{"name": ["several", "words"]}`. Raises `BadOption` for anything else."""
    filled = Filled()
    if not isinstance(values, Mapping):
        raise BadOption(t("“values” has to be an object with a value for each field."))
    for name, value in values.items():
        listed = value if isinstance(value, list) else [value]
        if not all(isinstance(word, str) for word in listed):
            raise BadOption(t("“{name}” has to be text, or a list of texts.", name=name[:50]), name)
        filled.values[name] = listed
    return filled


async def from_multipart(request: web.Request, incoming: Path, most_bytes: int) -> Filled:
    """Stream the parts: files to a folder of their own below `incoming`, the rest to values.

    Raises HTTP 413 past `most_bytes` of files. What was written is deleted when it goes wrong.
    """
    filled = Filled(folder=Path(await asyncio.to_thread(tempfile.mkdtemp, dir=incoming)))
    try:
        left = most_bytes
        reader = await request.multipart()
        for _ in range(_PARTS_MOST):
            part = await reader.next()
            if part is None:
                return filled
            if not isinstance(part, BodyPartReader) or not part.name:
                raise BadOption(t("Every part of the form needs a name."))
            if part.filename is None:
                filled.values.setdefault(part.name, []).append(await part.text())
            else:
                left = await _take_file(part, filled, left)
        raise BadOption(t("A form has {most} parts at most.", most=_PARTS_MOST))
    except BaseException:
        await asyncio.to_thread(filled.discard)
        raise


async def _take_file(part: BodyPartReader, filled: Filled, left: int) -> int:
    """Write one file down; how many bytes the others may still have."""
    assert part.name is not None
    assert part.filename is not None
    assert filled.folder is not None
    path = filled.folder / str(len(filled.uploads))
    with path.open("wb") as file:
        while chunk := await part.read_chunk(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise web.HTTPRequestEntityTooLarge(max_size=0, actual_size=0)
            await asyncio.to_thread(file.write, chunk)
    # A browser sends an unchosen file as an empty one without a name.
    if part.filename:
        filled.uploads[part.name] = LoungeUpload(PurePath(part.filename).name, str(path))
    return left


def checked(fields: Sequence[JSON], filled: Filled) -> dict[str, str]:
    """Each field's value as one string: several choices joined by commas, a file by its name, "" if left out.

    Raises `BadOption` with the field's name where a value is missing, too long, or not offered.
    """
    known = {it["name"] for it in fields}
    for name in (*filled.values, *filled.uploads):
        if name not in known:
            raise BadOption(t("This form has no field “{name}”.", name=name[:50]), name)
    return {it["name"]: _value(it, filled) for it in fields}


def _value(it: JSON, filled: Filled) -> str:
    name, label = it["name"], it["label"]["text"]
    words = (
        _CONTROLS.sub("", word.encode("utf-8", "replace").decode()) for word in filled.values.get(name, [])
    )
    given = [word for word in words if word.strip()]
    if it["file"]:
        upload = filled.uploads.get(name)
        given = [upload.name] if upload else []
    if not given:
        if it["required"]:
            raise BadOption(t("“{label}” is missing.", label=label), name)
        return ""
    if len(given) > 1 and not it["many"]:
        raise BadOption(t("“{label}” takes one value.", label=label), name)
    offered = {choice["value"] for choice in it["choices"]}
    if offered and not offered.issuperset(given):
        raise BadOption(t("“{label}” has to be one of those offered.", label=label), name)
    value = ",".join(given)
    if not it["file"] and len(value) > it["most"]:
        raise BadOption(
            t(
                "“{label}” can have {most} characters at most; this has {n}.",
                label=label,
                most=it["most"],
                n=len(value),
            ),
            name,
        )
    return value
