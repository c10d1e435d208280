"""The routes of the lounge's JSON API, as documented in `docs/lounge-api.md`: parse, ask the desk, answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.adapters.lounge.desk import Asked, Desk
from bot.adapters.lounge.draw import JSON
from bot.adapters.lounge.events import Hub
from bot.adapters.lounge.filled import from_json, from_multipart
from bot.adapters.lounge.guard import Guard
from bot.adapters.lounge.parse import errors, json_body, number, words
from bot.adapters.lounge.pictures import Pictures
from bot.adapters.lounge.residents import LoungeRoom, Residents
from bot.adapters.lounge.rooms import Rooms
from bot.chat.commands import Command
from bot.chat.context import Person
from bot.errors import BadOption, NotAllowed, NotFound
from bot.text import t

MEMBER_HEADER = "X-Earshot-Member"
LINE_MOST = 4000
NAME_MOST = 60
BODY_MOST = 256 * 1024
ANSWER_WAIT_S = 2
ANSWER_WAIT_MOST_S = 60
MESSAGES_MOST = 500
_PAGE = Path(__file__).parent / "page"
_PAGE_TYPES = {".css": "text/css", ".js": "text/javascript"}


@dataclass(frozen=True, slots=True)
class Server:
    """The handlers, with what they need. `choosing`: whether callers may say who they are (the demo)."""

    rooms: Rooms
    desk: Desk
    hub: Hub
    guard: Guard
    pictures: Pictures
    residents: Residents
    choosing: bool
    incoming: Path
    upload_most: int

    def app(self) -> web.Application:
        """The application with every route."""
        app = web.Application(middlewares=[errors, self.guard.middleware], client_max_size=BODY_MOST)
        app.add_routes(
            [
                web.get("/", self.page, allow_head=False),
                web.get("/page/{file}", self.page_file, allow_head=False),
                web.get("/pictures/{file}", self.picture, allow_head=False),
                web.get("/api/rooms", self.get_rooms, allow_head=False),
                web.get("/api/people", self.get_people, allow_head=False),
                web.post("/api/people", self.add_person),
                web.get("/api/commands", self.get_commands, allow_head=False),
                web.get("/api/commands/{name}/suggest", self.suggest, allow_head=False),
                web.get("/api/rooms/{room}/messages", self.get_messages, allow_head=False),
                web.post("/api/rooms/{room}/messages", self.send_line),
                web.get("/api/rooms/{room}/messages/{id}", self.get_message, allow_head=False),
                web.post("/api/rooms/{room}/messages/{id}/buttons/{n}", self.press),
                web.post("/api/rooms/{room}/forms/{id}", self.submit),
                web.get("/api/rooms/{room}/events", self.events, allow_head=False),
            ]
        )
        return app

    async def page(self, request: web.Request) -> web.StreamResponse:
        if "token" in request.query:
            return self.guard.enter(request)
        return web.FileResponse(_PAGE / "index.html")

    async def page_file(self, request: web.Request) -> web.StreamResponse:
        path = _PAGE / request.match_info["file"]
        if path.parent != _PAGE or path.suffix not in _PAGE_TYPES or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Content-Type": f"{_PAGE_TYPES[path.suffix]}; charset=utf-8"})

    async def picture(self, request: web.Request) -> web.StreamResponse:
        path = self.pictures.path(request.match_info["file"])
        if path is None:
            raise web.HTTPNotFound
        # Named by its content, so it never changes.
        return web.FileResponse(path, headers={"Cache-Control": "private, max-age=31536000, immutable"})

    async def get_rooms(self, request: web.Request) -> web.Response:
        rooms = [{"name": room.name, "title": room.title} for room in self.rooms.all()]
        return web.json_response({"rooms": rooms, "choosing": self.choosing})

    async def get_people(self, request: web.Request) -> web.Response:
        return web.json_response({"people": [_person(it) for it in await self._callers()]})

    async def add_person(self, request: web.Request) -> web.Response:
        if not self.choosing:
            raise NotAllowed(t("Adding yourself is only possible in the demo."))
        body = await json_body(request)
        name, zone = words(body, "name", NAME_MOST), words(body, "zone", 64)
        if not await asyncio.to_thread(_is_zone, zone):
            raise BadOption(t("“{zone}” is no time zone; one is “Europe/Vienna”.", zone=zone), "zone")
        return web.json_response({"person": _person(await self.residents.add(name, zone))}, status=201)

    async def get_commands(self, request: web.Request) -> web.Response:
        return web.json_response({"commands": [_command(it) for it in self.desk.features.commands.values()]})

    async def suggest(self, request: web.Request) -> web.Response:
        person = await self._member(request)
        room = self.rooms.room(request.query.get("room", self.rooms.all()[0].name))
        option, typed = request.query.get("option", ""), request.query.get("typed", "")[:200]
        offered = await self.desk.suggestions(room, person, request.match_info["name"], option, typed)
        return web.json_response({"suggestions": list(offered)})

    async def get_messages(self, request: web.Request) -> web.Response:
        room, person = self._room(request), await self._member(request)
        after = number(request.query.get("after", "0"), "after")
        limit = min(MESSAGES_MOST, number(request.query.get("limit", "200"), "limit"))
        # The cursor first: what comes while the messages are read is then sent twice rather than not at all.
        cursor = self.hub.last(room.name)
        seen = await self.rooms.seen(room.name, person.identity.user, after, limit)
        return web.json_response({"messages": seen, "last_event": cursor})

    async def get_message(self, request: web.Request) -> web.Response:
        room, person = self._room(request), await self._member(request)
        message_id = number(request.match_info["id"], "id")
        view = await self.rooms.view(room.name, message_id, person.identity.user)
        return web.json_response({"message": view})

    async def send_line(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        room, person = self._room(request), await self._member(request, body)
        line = words(body, "line", LINE_MOST)
        return await self._asked(_wait_s(request), room, person, await self.desk.line(room, person, line))

    async def press(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        room, person = self._room(request), await self._member(request, body)
        message, n = number(request.match_info["id"], "id"), number(request.match_info["n"], "n")
        rev = body.get("rev")
        if rev is not None and type(rev) is not int:
            raise BadOption(t("“rev” has to be the message's “rev”, a number, or be left out."), "rev")
        return await self._asked(
            _wait_s(request), room, person, await self.desk.press(room, person, message, n, rev)
        )

    async def submit(self, request: web.Request) -> web.Response:
        multipart = request.content_type == "multipart/form-data"
        body = {} if multipart else await json_body(request)
        room, person = self._room(request), await self._member(request, body)
        form_id = number(request.match_info["id"], "id")
        wait_s = _wait_s(request)
        if multipart:
            # Nobody sends half a gigabyte to a form that is not there.
            await self.desk.form(room, person, form_id)
            filled = await from_multipart(request, self.incoming, self.upload_most)
        else:
            filled = from_json(body.get("values"))
        try:
            asked = await self.desk.submit(room, person, form_id, filled)
        except BaseException:
            await asyncio.to_thread(filled.discard)
            raise
        return await self._asked(wait_s, room, person, asked)

    async def events(self, request: web.Request) -> web.StreamResponse:
        room, person = self._room(request), await self._member(request)
        after = request.headers.get("Last-Event-ID", request.query.get("after", ""))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream; charset=utf-8"})
        await response.prepare(request)
        async with aclosing(self.hub.listen(room.name, person.identity.user, after)) as chunks:
            # Who listened is gone: no failure, they come back by the last id they saw.
            with suppress(ConnectionResetError):
                async for chunk in chunks:
                    await response.write(chunk)
        return response

    async def _asked(self, wait_s: int, room: LoungeRoom, person: Person, asked: Asked) -> web.Response:
        """The answer if it comes within `wait_s`, else what stands for it meanwhile."""
        viewer = person.identity.user
        if asked.task is not None:
            await asyncio.wait({asked.task}, timeout=wait_s)
            if not asked.task.done() and await self.rooms.is_gone(asked.landed()):
                # Deleted with everything of whoever asks: the answer can be had nowhere but here.
                await asyncio.wait({asked.task})
        line = None if asked.line is None else await self.rooms.view(room.name, asked.line, viewer)
        answer = asked.unwritten() or await self.rooms.view(room.name, asked.landed(), viewer)
        return web.json_response({"understood": asked.understood, "line": line, "answer": answer})

    def _room(self, request: web.Request) -> LoungeRoom:
        return self.rooms.room(request.match_info["room"])

    async def _callers(self) -> Sequence[Person]:
        """Whom a caller may be: anybody in the demo, else the one resident. Raises `NotAllowed` if unclear."""
        people = await self.residents.people()
        if not self.choosing and len(people) != 1:
            raise NotAllowed(
                t(
                    "Choosing who you are is only possible in the demo. Here you will sign in with a one-time "
                    "code from your chat platform; until that is built, nobody can speak here."
                )
            )
        return people

    async def _member(self, request: web.Request, body: JSON | None = None) -> Person:
        """Who is acting: the header, else `?as=`, else `as` in the JSON; without a choice the one resident.

        Raises `BadOption` where nobody was named, `NotAllowed`, `NotFound`.
        """
        people = await self._callers()
        user = unquote(request.headers.get(MEMBER_HEADER, "")) or request.query.get("as", "")
        user = user or str((body or {}).get("as", ""))
        if not user and self.choosing:
            raise BadOption(t("Say who you are: {header}: user.", header=MEMBER_HEADER), "as")
        for person in people:
            if person.identity.user == user or not user:
                return person
        raise NotFound(t("Nobody here is called “{user}”.", user=user[:50]))


def _wait_s(request: web.Request) -> int:
    """How long a caller waits for an answer. Raises `BadOption`."""
    return min(ANSWER_WAIT_MOST_S, number(request.query.get("wait", str(ANSWER_WAIT_S)), "wait"))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _person(person: Person) -> JSON:
    return {"user": person.identity.user, "name": person.name, "zone": person.zone, "admin": person.admin}


def _command(command: Command) -> JSON:
    return {
        "name": command.name,
        "about": command.about,
        "usage": command.usage,
        "private": command.private,
        "options": [
            {
                "name": option.name,
                "about": option.about,
                "kind": "choice" if option.choices else option.kind.__name__,
                "required": option.required,
                "default": "" if option.required else option.default_words,
                "choices": list(option.choices),
                "least": option.least,
                "most": option.most,
                "has_suggest": option.suggest is not None,
            }
            for option in command.options
        ],
    }
