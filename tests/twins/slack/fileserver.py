"""Where files are brought and fetched: the upload address, and `url_private` for who may read the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from tests.twins.slack.api import refused_by
from tests.twins.slack.model import File

if TYPE_CHECKING:
    from tests.twins.slack.server import SlackTwin


class FileServer:
    """The files of every workspace."""

    def __init__(self, twin: SlackTwin) -> None:
        self._twin = twin

    async def upload(self, request: web.Request) -> web.Response:
        """The bytes of a file that was announced. 400 for any other, or another size than was said."""
        data = await request.read()
        if request.content_type.startswith("multipart/"):
            data = await _first_part(request)
        fault = await self._twin.faults.met("upload")
        status = 200 if fault is None else refused_by(fault)[0]
        file = self._file(request.match_info["file"])
        if fault is None and (file is None or file.completed or file.size != len(data)):
            status = 400
        if file is not None and status == 200:
            file.data = data
        about = {
            "name": file.name if file else "",
            "size": len(data),
            "description": file.alt if file else "",
        }
        self._twin.wrote("POST", "/upload/v1/{file}", status=status, files=(about,))
        return web.Response(text=f"OK - {len(data)}" if status == 200 else "", status=status)

    async def download(self, request: web.Request) -> web.Response:
        """The bytes of a file, to an app that may read it."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        installed = self._twin.installations.get(token)
        file = self._file(request.match_info["ids"].rpartition("-")[2])
        self._twin.wrote("GET", "/files-pri/{ids}/{name}", status=200)
        allowed = installed is not None and not installed.refusal and "files:read" in installed.scopes
        mine = file is not None and installed is not None and file.team is installed.team
        if file is None or file.data is None or not (allowed and mine and file.team.bot_sees(file)):
            # Slack sends its sign-in page, with 200, to whoever may not read the file.
            return web.Response(text="<!DOCTYPE html><title>Slack</title>", content_type="text/html")
        return web.Response(body=file.data, content_type=file.mimetype)

    def _file(self, id_: str) -> File | None:
        return next((team.files[id_] for team in self._twin.teams if id_ in team.files), None)


async def _first_part(request: web.Request) -> bytes:
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""
