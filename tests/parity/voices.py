"""One way to ask on three platforms, so that the same test runs on each: what a person does, and what they see."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import aiohttp

from bot.chat.features import Features
from bot.chat.lines import option_words, split_command
from tests.twins import discord, slack


@dataclass(frozen=True)
class Seen:
    """An answer as a person sees it. `menus` are rows' buttons by their words; `alts` the pictures' words,
    `pings` whom it calls."""

    text: str
    labels: tuple[str, ...]
    menus: Mapping[str, tuple[str, ...]]
    alts: tuple[str, ...]
    private: bool
    pings: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    raw: Any = field(default=None, repr=False)


class Voice(Protocol):
    """One person on one platform, in the group's room there."""

    platform: str

    async def types(self, line: str) -> Seen:
        """A command line; the answer or the form."""
        ...

    async def presses(self, seen: Seen, label: str) -> Seen: ...

    async def picks(self, seen: Seen, label: str, row: str) -> Seen:
        """What the button `label` of the row that begins with `row` does."""
        ...

    async def fills(self, form: Seen, values: Mapping[str, Any]) -> Seen:
        """Send a form: values by the label of their field."""
        ...

    async def looks_again(self, seen: Seen) -> Seen:
        """The same message in the room, as it is now."""
        ...

    async def looks_around(self) -> list[Seen]:
        """Every card that they see in the room."""
        ...


@dataclass
class LoungeVoice:
    """Through the lounge's JSON API."""

    http: aiohttp.ClientSession
    base: str
    token: str
    room: str
    user: str
    platform: str = "lounge"

    async def types(self, line: str) -> Seen:
        return self._seen((await self._post(f"rooms/{self.room}/messages", line=line))["answer"])

    async def presses(self, seen: Seen, label: str) -> Seen:
        button = next(it for it in self._buttons(seen.raw) if it["label"]["text"] == label)
        return await self._press(seen, button["n"])

    async def picks(self, seen: Seen, label: str, row: str) -> Seen:
        rows = [it for block in seen.raw["card"]["blocks"] for it in block.get("rows", ())]
        wanted = next(it for it in rows if it["text"]["text"].startswith(row))
        return await self._press(
            seen, next(it["n"] for it in wanted["buttons"] if it["label"]["text"] == label)
        )

    async def fills(self, form: Seen, values: Mapping[str, Any]) -> Seen:
        names = {it["label"]["text"]: it["name"] for it in form.raw["form"]["fields"]}
        sent = {names[label]: value for label, value in values.items()}
        said = await self._post(f"rooms/{self.room}/forms/{form.raw['id']}", values=sent)
        return self._seen(said["answer"])

    async def looks_again(self, seen: Seen) -> Seen:
        path = f"{self.base}/api/rooms/{self.room}/messages/{seen.raw['id']}"
        async with self.http.get(path, headers=self._headers()) as answer:
            assert answer.status < 300, await answer.text()
            return self._seen((await answer.json())["message"])

    async def looks_around(self) -> list[Seen]:
        path = f"{self.base}/api/rooms/{self.room}/messages"
        async with self.http.get(path, headers=self._headers()) as answer:
            assert answer.status < 300, await answer.text()
            return [self._seen(it) for it in (await answer.json())["messages"] if it["kind"] == "card"]

    async def _press(self, seen: Seen, n: int) -> Seen:
        path = f"rooms/{self.room}/messages/{seen.raw['id']}/buttons/{n}"
        return self._seen((await self._post(path))["answer"])

    async def _post(self, path: str, **body: Any) -> Any:
        async with self.http.post(f"{self.base}/api/{path}", json=body, headers=self._headers()) as answer:
            assert answer.status < 300, await answer.text()
            return await answer.json()

    def _headers(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self.token}", "X-Earshot-Member": self.user}

    def _buttons(self, message: Any) -> list[Any]:
        return [it for it in message["card"]["buttons"] if "n" in it]

    def _seen(self, message: Any) -> Seen:
        if message["kind"] == "form":
            fields = tuple(it["label"]["text"] for it in message["form"]["fields"])
            return Seen(message["form"]["title"]["text"], (), {}, (), message["private"], (), fields, message)
        assert message["kind"] == "card", message
        card = message["card"]
        words, menus, alts = [card["title"]["text"]], {}, []
        for block in card["blocks"]:
            words += [block["heading"]["text"]] if block.get("heading") else []
            words += [it["text"] for it in block.get("lines", ())]
            words += [it["text"] for pair in block.get("pairs", ()) for it in pair]
            words += [f"{it['label']['text']} {it['n']:,}" for it in block.get("bars", ())]
            for row in block.get("rows", ()):
                words += [row["text"]["text"], *([row["note"]["text"]] if row["note"] else [])]
                for button in row["buttons"]:
                    menus.setdefault(button["label"]["text"], []).append(row["text"]["text"])
            alts += [block["alt"]] if block["kind"] == "picture" else []
        words += [card["footer"]["text"]] if card["footer"] else []
        labels = tuple(it["label"]["text"] for it in self._buttons(message))
        rows = {label: tuple(it) for label, it in menus.items()}
        return Seen("\n".join(words), labels, rows, tuple(alts), message["private"], (), (), message)


@dataclass
class DiscordVoice:
    """A person in Discord's client."""

    human: discord.Human
    room: discord.Channel
    features: Features
    platform: str = "discord"

    async def types(self, line: str) -> Seen:
        name, rest = split_command(line)
        options = self.features.command(name).options
        typed = option_words(options, rest)
        values = {
            it.name: int(typed[it.name]) if it.kind is int else typed[it.name]
            for it in options
            if it.name in typed
        }
        return await self._outcome(await self.human.types(self.room, f"/{name}", **values))

    async def presses(self, seen: Seen, label: str) -> Seen:
        return await self._outcome(await self.human.clicks(seen.raw, label))

    async def picks(self, seen: Seen, label: str, row: str) -> Seen:
        menu, option = _menu(seen, label, row)
        return await self._outcome(await self.human.picks(seen.raw, menu, option))

    async def fills(self, form: Seen, values: Mapping[str, Any]) -> Seen:
        return await self._outcome(await self.human.fills(form.raw, dict(values)))

    async def looks_again(self, seen: Seen) -> Seen:
        return self._seen(next(it for it in self.human.sees(self.room) if it.id == seen.raw.id))

    async def looks_around(self) -> list[Seen]:
        return [self._seen(it) for it in self.human.sees(self.room)]

    async def _outcome(self, asked: discord.Asked) -> Seen:
        first = await asked.shown()
        if isinstance(first, discord.Form):
            return Seen(first.title, (), {}, (), True, (), tuple(it.label for it in first.fields), first)
        return self._seen(await asked.answer(_is_final))

    def _seen(self, said: discord.Answer) -> Seen:
        menus = {it.placeholder: it.options for it in said.selects}
        alts = tuple(it.alt for it in said.pictures)
        return Seen(said.text, said.labels, menus, alts, said.ephemeral, said.pings, (), said)


@dataclass
class SlackVoice:
    """A member of a workspace."""

    human: slack.Human
    room: slack.Channel
    platform: str = "slack"

    async def types(self, line: str) -> Seen:
        return await self._outcome(await self.human.types(self.room, f"/earshot {line.removeprefix('/')}"))

    async def presses(self, seen: Seen, label: str) -> Seen:
        return await self._outcome(await self.human.clicks(seen.raw, label))

    async def picks(self, seen: Seen, label: str, row: str) -> Seen:
        menu, option = _menu(seen, label, row)
        return await self._outcome(await self.human.picks(seen.raw, menu, option))

    async def fills(self, form: Seen, values: Mapping[str, Any]) -> Seen:
        before = len(self.human.sees(self.room))
        sent = await self.human.fills(form.raw, dict(values))
        assert not sent.errors, sent.errors
        # It is answered where the form was asked for.
        async with asyncio.timeout(10):
            while len(seen := self.human.sees(self.room)) == before:  # noqa: ASYNC110 – nothing tells
                await asyncio.sleep(0.02)
        return self._seen(seen[-1])

    async def looks_again(self, seen: Seen) -> Seen:
        same = seen.raw.message.ts
        return self._seen(next(it for it in self.human.sees(self.room) if it.message.ts == same))

    async def looks_around(self) -> list[Seen]:
        return [self._seen(it) for it in self.human.sees(self.room)]

    async def _outcome(self, asked: slack.Asked) -> Seen:
        return self._seen(await asked.answer(lambda it: _is_final(it) and not self._aside(it)))

    def _aside(self, shown: slack.Shown) -> bool:
        """Whether it is in her own conversation with the bot: where the picture of a private answer goes."""
        return shown.kind == "message" and shown.message.channel is self.human.dm()

    def _seen(self, said: slack.Shown) -> Seen:
        if said.kind == "modal":
            return Seen(said.title, (), {}, (), True, (), said.fields, said)
        aside = self.human.sees(self.human.dm())[-1:] if "where only you see it" in said.text else []
        alts = tuple(picture.alt for it in (said, *aside) for picture in it.pictures)
        return Seen(said.text, said.labels, said.selects, alts, said.ephemeral, tuple(said.pings), (), said)


def _is_final(seen: discord.Answer | slack.Shown) -> bool:
    """Whether it is more than progress, which is one line that ends with dots."""
    return bool(seen.text) and ("\n" in seen.text or not seen.text.endswith("…"))


def _menu(seen: Seen, label: str, row: str) -> tuple[str, str]:
    """The menu that stands for the rows' buttons, and the option for a row."""
    menu = next(it for it in seen.menus if it.startswith(label))
    return menu, next(it for it in seen.menus[menu] if row in it)
