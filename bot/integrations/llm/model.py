"""Asks a model over OpenAI's Chat Completions, streamed, in the strictest form that its server understands.

Servers differ in what they take for `response_format`: a strict schema, a schema, a JSON object, or nothing. The best
that works is found out step by step and remembered for each server and model. Whatever comes is read by ourselves, and
usage is told before it is read, so that an answer of which nothing can be used is paid for and counted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import openai
from openai import AsyncOpenAI, AsyncStream
from openai.types.chat import ChatCompletionChunk
from openai.types.completion_usage import CompletionUsage

from bot.core.answers import SCHEMA, Course, Proposal, course_of, proposal_of
from bot.core.briefs import Brief
from bot.errors import RateLimited, Refused, ServiceError, Unavailable
from bot.integrations.llm.prompt import TASK, brief_json, with_schema
from bot.integrations.llm.reading import Answer
from bot.ports import MemoStore, Usage
from bot.text import t

log = logging.getLogger(__name__)

API_URL = "https://api.openai.com/v1"
SILENT_S, WHOLE_S = 45.0, 120.0
TOKENS_A_SONG, TOKENS_BESIDE = 120, 1500
RETRY_S = 30.0  # where a server that wants to be left alone does not say for how long
# From the strictest on.
_FORMATS: tuple[dict[str, Any], ...] = (
    {"type": "json_schema", "json_schema": {"name": "playlist", "strict": True, "schema": SCHEMA}},
    {"type": "json_schema", "json_schema": {"name": "playlist", "schema": SCHEMA}},
    {"type": "json_object"},
    {},
)


@dataclass(frozen=True, slots=True)
class _NotTaken(Exception):
    """The server does not know this format, or the model did not keep to it."""


class ChatModel:
    """A `ports.Model`. `chunk` is how many songs are asked for at once; the rest in further answers."""

    def __init__(
        self,
        model: str,
        memos: MemoStore,
        api_url: str = API_URL,
        api_key: str = "",
        *,
        chunk: int = 60,
        silent_s: float = SILENT_S,
        whole_s: float = WHOLE_S,
    ) -> None:
        self._model = model
        self._memos = memos
        self._api_url = api_url.rstrip("/")
        self._chunk = chunk
        self._silent_s = silent_s
        self._whole_s = whole_s
        timeout = httpx2.Timeout(silent_s, connect=5.0)
        self._client = AsyncOpenAI(
            api_key=api_key or "none", base_url=self._api_url, timeout=timeout, max_retries=1
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def propose(self, brief: Brief, count: int) -> AsyncIterator[Course | Proposal | Usage]:
        """See `ports.Model`."""
        before = list(brief.before)
        while count > 0:
            asked = min(count, self._chunk)
            now = Brief(brief.words, brief.hints, tuple(before))
            told = 0
            async for it in self._answer(now, asked):
                if isinstance(it, Proposal):
                    told += 1
                    before.append(it)
                yield it
            count -= asked
            if not told:
                return

    async def _answer(self, brief: Brief, count: int) -> AsyncIterator[Course | Proposal | Usage]:
        """One answer in the best form that works; where nothing can be used, once more in the next."""
        key = f"llm:{self._api_url}:{self._model}"
        known = await self._memos.memo(key)
        best = int(known) if known is not None and known.isdecimal() else 0
        spoilt = 0
        for level in range(min(best, len(_FORMATS) - 1), len(_FORMATS)):
            answer = Answer()
            try:
                async with asyncio.timeout(self._whole_s):
                    async for it in self._streamed(brief, count, level, answer):
                        yield it
            except TimeoutError:
                raise Unavailable(t("The model took too long.")) from None
            except _NotTaken:
                continue
            if answer.told:
                if level != best:
                    await self._memos.remember(key, str(level))
                return
            spoilt += 1
            if spoilt > 1:
                break
        raise Unavailable(t("The model's answer was of no use."))

    async def _streamed(
        self, brief: Brief, count: int, level: int, answer: Answer
    ) -> AsyncIterator[Course | Proposal | Usage]:
        led = False
        stream = await self._begun(brief, count, level)
        async with stream:
            async for chunk in self._chunks(stream):
                if chunk.usage is not None:
                    yield self._usage(chunk.usage)
                for piece in _pieces(chunk):
                    songs = answer.add(piece)
                    if songs and not led:
                        led = True
                        yield course_of(answer.head)
                    for song in songs:
                        if (found := proposal_of(song)) is not None:
                            yield found
        songs = answer.end()
        if answer.told and not led:
            yield course_of(answer.head)
        for song in songs:
            if (found := proposal_of(song)) is not None:
                yield found

    async def _begun(self, brief: Brief, count: int, level: int) -> AsyncStream[ChatCompletionChunk]:
        format_ = _FORMATS[level]
        task = TASK if format_.get("type") == "json_schema" else with_schema(TASK)
        most = TOKENS_BESIDE + count * TOKENS_A_SONG
        given: dict[str, Any] = {"response_format": format_} if format_ else {}
        given["max_completion_tokens" if self._api_url == API_URL else "max_tokens"] = most
        try:
            stream: AsyncStream[ChatCompletionChunk] = await self._client.chat.completions.create(
                model=self._model,
                messages=[
                    {"role": "system", "content": task},
                    {"role": "user", "content": brief_json(brief, count)},
                ],
                stream=True,
                stream_options={"include_usage": True},
                **given,
            )
            return stream
        except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
            if not format_:
                raise Refused(t("The model's server does not take the question.")) from error
            raise _NotTaken from error
        except openai.OpenAIError as error:
            raise _failed(error) from error

    async def _chunks(self, stream: AsyncStream[ChatCompletionChunk]) -> AsyncIterator[ChatCompletionChunk]:
        """The chunks, as long as each comes in time."""
        chunks = aiter(stream)
        while True:
            try:
                async with asyncio.timeout(self._silent_s):
                    chunk = await anext(chunks)
            except StopAsyncIteration:
                return
            except (openai.APIConnectionError, httpx2.HTTPError, TimeoutError) as error:
                raise Unavailable(t("The model broke off.")) from error
            except openai.OpenAIError as error:
                raise _failed(error) from error
            except ValueError as error:
                raise Unavailable(t("The model's server talks nonsense.")) from error
            yield chunk

    def _usage(self, told: CompletionUsage) -> Usage:
        read, written = told.prompt_tokens_details, told.completion_tokens_details
        return Usage(
            self._model,
            told.prompt_tokens,
            told.completion_tokens,
            (read and read.cached_tokens) or 0,
            (written and written.reasoning_tokens) or 0,
        )


def _pieces(chunk: ChatCompletionChunk) -> Iterator[str]:
    for choice in chunk.choices:
        if choice.delta.refusal:
            raise Refused(t("The model would rather not answer that."))
        if choice.delta.content:
            yield choice.delta.content


def _failed(error: openai.OpenAIError) -> ServiceError:
    """What went wrong, for whoever asked; details are the operator's, and in no sentence."""
    log.warning("the model failed: %s", type(error).__name__)
    match error:
        case openai.RateLimitError():
            wait = error.response.headers.get("retry-after", "")
            return RateLimited(
                t("The model is asked too often."), float(wait) if wait.isdecimal() else RETRY_S
            )
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return Refused(t("The model's server does not take the key; whoever runs me has to look."))
        case openai.NotFoundError():
            return Refused(t("The server has no such model; whoever runs me has to look."))
        case _:
            return Unavailable(t("The model does not answer."))
