"""Saying things in Slack: in a room, to one person's eyes, in their own conversation with us."""

from __future__ import annotations

import logging
from dataclasses import replace

from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.adapters.slack.asked import Asked
from bot.adapters.slack.client import Care, library_log, retries
from bot.adapters.slack.draw import draw, fallback, quiet_line
from bot.adapters.slack.failures import No, Silence, heard_url
from bot.adapters.slack.people import People
from bot.adapters.slack.phrases import Phrases
from bot.adapters.slack.pictures import pictures_of, shared, uploaded, without_pictures
from bot.adapters.slack.words import JSON, escaped, spoken
from bot.adapters.slack.workspaces import Workspaces
from bot.chat.cards import Card, Link
from bot.chat.whispers import Whispers
from bot.text import Text, t

log = logging.getLogger(__name__)

_LINE_MOST = 300
# How far the clocks of Slack and ours may be apart, and how many messages Slack tells at once.
_APART_MS = 5 * 60 * 1000
_PAGE = 200


class Speech:
    """Says cards. Unless it is written otherwise, each raises `No` and `Silence`."""

    def __init__(self, workspaces: Workspaces, people: People, whispers: Whispers, phrases: Phrases) -> None:
        self._workspaces = workspaces
        self._people = people
        self._whispers = whispers
        self._phrases = phrases

    async def post(
        self,
        team: str,
        channel: str,
        card: Card,
        *,
        thread: str = "",
        about: Text | None = None,
        key: str = "",
    ) -> str:
        """A new message for everybody there; its time stamp, which is its id. It carries the `key`, see `find`."""
        card = self._phrases.of(card)
        pictures = pictures_of(card)
        files = await uploaded(self._workspaces, team, pictures)
        try:
            return await self._post(
                team, channel, fallback(card), draw(card, files=files, about=about), thread, key=key
            )
        except No as no:
            if no.code != "invalid_blocks" or not any(files):
                raise
        # It was the pictures: the words first, then the files below them.
        log.warning("Slack does not show a file in the message itself; it goes into the thread")
        message = await self._post(team, channel, fallback(card), draw(card, about=about), thread, key=key)
        await shared(self._workspaces, team, channel, thread or message, pictures)
        return message

    async def find(self, team: str, channel: str, key: str, since_ms: int) -> str | None:
        """The message of ours that carries this key, of those since then; None where there is none."""
        grant = await self._workspaces.grant(team)
        oldest, cursor = f"{(since_ms - _APART_MS) / 1000:.6f}", ""
        while True:
            told = await self._page(team, channel, oldest, cursor)
            for message in told["messages"]:
                ours = grant is not None and message.get("bot_id") == grant.bot
                if ours and (message.get("metadata") or {}).get("event_payload") == _carried(key):
                    return str(message["ts"])
            cursor = str((told.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return None

    async def _page(self, team: str, channel: str, oldest: str, cursor: str) -> JSON:
        """Some of what was said since then, with what our own messages carry."""
        return await self._workspaces.do(
            team,
            lambda slack: slack.conversations_history(
                channel=channel,
                oldest=oldest,
                include_all_metadata=True,
                limit=_PAGE,
                cursor=cursor or None,
            ),
        )

    async def update(
        self, team: str, channel: str, message: str, card: Card, *, about: Text | None = None
    ) -> None:
        """Another card in place of a message of ours."""
        card = self._phrases.of(card)
        pictures = pictures_of(card)
        files = await uploaded(self._workspaces, team, pictures)
        try:
            await self._update(team, channel, message, fallback(card), draw(card, files=files, about=about))
        except No as no:
            if no.code != "invalid_blocks" or not any(files):
                raise
        else:
            return
        log.warning("Slack does not show a file in the message itself; it goes into the thread")
        await self._update(team, channel, message, fallback(card), draw(card, about=about))
        await shared(self._workspaces, team, channel, message, pictures)

    async def remark(
        self, team: str, channel: str, text: Text, *, thread: str = "", message: str = ""
    ) -> str:
        """One small line as a message, or in place of `message`; its id. Said at once or not at all."""
        words, blocks = escaped(spoken(text, _LINE_MOST)), quiet_line(text)
        if not message:
            return await self._post(team, channel, words, blocks, thread, Care.HURRY)
        await self._update(team, channel, message, words, blocks, Care.HURRY)
        return message

    async def remove(self, team: str, channel: str, message: str) -> None:
        """Take a message of ours away."""
        await self._workspaces.do(team, lambda slack: slack.chat_delete(channel=channel, ts=message))

    async def respond(
        self,
        asked: Asked,
        card: Card,
        *,
        public: bool = False,
        replace_original: bool = False,
        about: Text | None = None,
    ) -> None:
        """Answer through the request itself: it works where our token does not reach, five times in half an hour."""
        if not asked.response_url:
            raise No("no_response_url")
        card = self._phrases.of(card)
        body: JSON = {
            "text": fallback(card),
            "blocks": draw(card, about=about),
            "response_type": "in_channel" if public else "ephemeral",
            "replace_original": replace_original,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        client = AsyncWebhookClient(
            asked.response_url,
            session=self._workspaces.http,
            logger=library_log,
            retry_handlers=retries(Care.ONCE),
        )
        await heard_url(client.send_dict(body))

    async def quietly(self, asked: Asked, card: Card, *, replace_original: bool = False) -> None:
        """For the asker's eyes only, in the best way that is left. Raises nothing; the last way is to keep it."""
        card = await self._pictures_apart(asked, card)
        try:
            await self._quietly(asked, card, replace_original)
        except Silence as silence:
            # It may have been seen; it is not said twice.
            log.warning("a private answer may not have arrived: %s", silence)

    async def directly(self, team: str, user: str, card: Card, *, thread: str = "") -> tuple[str, str]:
        """In somebody's own conversation with us; the channel and the message."""
        channel = await self._people.dm(team, user)
        return channel, await self.post(team, channel, card, thread=thread)

    async def _quietly(self, asked: Asked, card: Card, replace_original: bool) -> None:
        """Try the ways that are left, best first."""

        async def through_the_request() -> None:
            await self.respond(asked, card, replace_original=replace_original)

        async def in_the_channel() -> None:
            await self._ephemerally(asked, card)

        async def alone() -> None:
            await self.directly(asked.team, asked.user, card, thread=asked.thread if asked.direct else "")

        ways = [through_the_request, in_the_channel, alone]
        # A response_url knows no threads.
        if (asked.thread or asked.late) and not replace_original:
            ways = [in_the_channel, through_the_request, alone]
        for way in ways:
            try:
                await way()
            except No as no:
                log.info("%s: %s", way.__name__, no.code)
            else:
                return
        await self._whispers.keep(asked.identity, card)

    async def _ephemerally(self, asked: Asked, card: Card) -> None:
        if not asked.channel or asked.direct:
            raise No("no_channel")
        card = self._phrases.of(card)
        words, blocks = fallback(card), draw(card)
        await self._workspaces.do(
            asked.team,
            lambda slack: slack.chat_postEphemeral(
                channel=asked.channel,
                user=asked.user,
                text=words,
                blocks=blocks,
                thread_ts=asked.thread or None,
            ),
            Care.ONCE,
        )

    async def _pictures_apart(self, asked: Asked, card: Card) -> Card:
        """The card without its pictures, which are in the asker's own conversation then."""
        pictures = pictures_of(card)
        if not pictures:
            return card
        try:
            channel, message = await self.directly(
                asked.team, asked.user, replace(card, blocks=tuple(pictures), buttons=(), footer=None)
            )
            told = await self._workspaces.do(
                asked.team, lambda slack: slack.chat_getPermalink(channel=channel, message_ts=message)
            )
        except (No, Silence) as failure:
            log.info("a private picture stays words: %s", failure)
            return card
        where = t("The picture is in your own conversation with me, where only you see it.")
        link = Link(t("Show the picture"), str(told["permalink"]))
        return replace(without_pictures(card, where), buttons=(link, *card.buttons))

    async def _post(
        self,
        team: str,
        channel: str,
        words: str,
        blocks: list[JSON],
        thread: str,
        care: Care = Care.ONCE,
        key: str = "",
    ) -> str:
        told = await self._workspaces.do(
            team,
            lambda slack: slack.chat_postMessage(
                channel=channel,
                text=words,
                blocks=blocks,
                thread_ts=thread or None,
                metadata={"event_type": "earshot_post", "event_payload": _carried(key)} if key else None,
                unfurl_links=False,
                unfurl_media=False,
            ),
            care,
        )
        return str(told["ts"])

    async def _update(
        self, team: str, channel: str, message: str, words: str, blocks: list[JSON], care: Care = Care.REPEAT
    ) -> None:
        await self._workspaces.do(
            team,
            lambda slack: slack.chat_update(channel=channel, ts=message, text=words, blocks=blocks),
            care,
        )


def _carried(key: str) -> JSON:
    """A key as the metadata of a message has it, where nobody sees it."""
    return {"key": key}
