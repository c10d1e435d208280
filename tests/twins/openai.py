"""A loopback twin of a server that speaks OpenAI's Chat Completions, as strict or as lax as one makes it.

    async with openai_twin() as twin:
        twin.say(playlist(20))                     # the next answers, in turn; the last one stays
        model = ChatModel("gpt-5-mini", memos, twin.api_url, "key")

`takes` are the kinds of `response_format` that it knows: what it does not know is a 400, as the real one answers; a
server may also take a schema and not keep to it (say prose). Answers are streamed in pieces of a few letters, `every_s`
apart after `first_s`, and end with what they took.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

PIECE = 12
EVERY_FORMAT = frozenset({"strict", "json_schema", "json_object", ""})


def playlist(count: int, first: int = 1, **head: Any) -> dict[str, Any]:
    """An answer as a model that keeps to the schema gives it."""
    course = {"title": "Late", "direction": "match", "energy_start": 2, "energy_end": 2, "valence_start": 2,
              "valence_end": 3}  # fmt: skip
    tracks = [
        {"title": f"Song {n}", "artist": f"Artist {n}", "native_title": "", "year": 1990 + n % 30, "energy": 2,
         "valence": 2, "familiarity": "known", "why": f"slow and late {n}"}
        for n in range(first, first + count)
    ]  # fmt: skip
    return {**course, **head, "tracks": tracks}


@dataclass(frozen=True)
class Says:
    """One answer. `cut` ends the connection after so many letters, `silent_s` waits there; or a `refusal`."""

    words: str
    finish: str = "stop"
    cut: int | None = None
    silent_s: float = 0.0
    refusal: bool = False
    usage: bool = True


@dataclass(frozen=True)
class Fails:
    """An error instead of an answer."""

    status: int
    code: str = "server_error"
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class OpenAITwin:
    """The server. `asked` are the bodies that came."""

    api_url: str = ""
    key: str = "key"
    models: frozenset[str] = frozenset({"gpt-5-mini"})
    takes: frozenset[str] = EVERY_FORMAT
    first_s: float = 0.0
    every_s: float = 0.0
    answers: list[Says | Fails] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    def say(self, *answers: Says | Fails | str | dict[str, Any]) -> None:
        """What it answers from now on."""
        self.answers = [_said(it) for it in answers]

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """POST /v1/chat/completions."""
        body = await request.json()
        self.asked.append(body)
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return _error(401, "invalid_api_key", "Incorrect API key provided.")
        if body["model"] not in self.models:
            return _error(404, "model_not_found", "The model does not exist.")
        if unknown := set(body) - _PARAMETERS:
            return _error(400, "unknown_parameter", f"Unknown parameter: {sorted(unknown)}")
        if _format(body) not in self.takes:
            return _error(400, "invalid_request_error", "Invalid parameter: 'response_format'.")
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Fails):
            return _error(answer.status, answer.code, "It failed.", answer.headers)
        return await self._streamed(request, body, answer)

    async def list_models(self, request: web.Request) -> web.Response:
        """GET /v1/models."""
        if self.key and request.headers.get("Authorization") != f"Bearer {self.key}":
            return _error(401, "invalid_api_key", "Incorrect API key provided.")
        data = [{"id": it, "object": "model", "created": 1, "owned_by": "twin"} for it in sorted(self.models)]
        return web.json_response({"object": "list", "data": data})

    async def _streamed(self, request: web.Request, body: dict[str, Any], answer: Says) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await asyncio.sleep(self.first_s)

        async def send(choices: Sequence[dict[str, Any]], usage: dict[str, Any] | None = None) -> None:
            chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": body["model"],
                     "choices": choices, "usage": usage}  # fmt: skip
            await response.write(f"data: {json.dumps(chunk)}\n\n".encode())

        await send([_choice({"role": "assistant", "content": ""})])
        if answer.refusal:
            await send([_choice({"refusal": "I cannot help with that."})])
        for at in range(0, len(answer.words), PIECE):
            if answer.cut is not None and at >= answer.cut:
                if answer.silent_s:
                    await asyncio.sleep(answer.silent_s)
                assert request.transport is not None
                request.transport.abort()
                return response
            await send([_choice({"content": answer.words[at : at + PIECE]})])
            if self.every_s:
                await asyncio.sleep(self.every_s)
        await send([_choice({}, answer.finish)])
        if answer.usage and (body.get("stream_options") or {}).get("include_usage"):
            read, written = len(json.dumps(body["messages"])) // 4, len(answer.words) // 4
            await send(
                [], {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}
            )
        await response.write(b"data: [DONE]\n\n")
        return response


# What is sent to this endpoint (shared/contracts has no description of it; from OpenAI's own reference).
_PARAMETERS = {
    "model", "messages", "stream", "stream_options", "response_format", "max_completion_tokens", "max_tokens",
}  # fmt: skip


def _said(it: Says | Fails | str | dict[str, Any]) -> Says | Fails:
    if isinstance(it, Says | Fails):
        return it
    return Says(it if isinstance(it, str) else json.dumps(it))


def _format(body: dict[str, Any]) -> str:
    given = body.get("response_format") or {}
    kind: str = given.get("type", "")
    return "strict" if kind == "json_schema" and given["json_schema"].get("strict") else kind


def _choice(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "finish_reason": finish}


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> web.Response:
    said = {"error": {"message": message, "type": "invalid_request_error", "param": None, "code": code}}
    return web.json_response(said, status=status, headers=headers)


@asynccontextmanager
async def openai_twin() -> AsyncIterator[OpenAITwin]:
    """Start it on a free port of loopback."""
    twin = OpenAITwin()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", twin.complete)
    app.router.add_get("/v1/models", twin.list_models)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    twin.api_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield twin
    finally:
        await runner.cleanup()
