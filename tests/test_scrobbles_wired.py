"""Earshot as it is plugged together, with its database: somebody links Last.fm, is looked at, counted and told."""

from __future__ import annotations

import time
from pathlib import Path

from bot.app import open_earshot
from bot.chat import Button, Card, Context, Link, Person
from bot.chat.features import Features
from bot.config import Data, Lastfm, Listenbrainz, Settings
from bot.core.frozen import thaw
from bot.core.model import Identity, NewPlay, Place, RawTrack, Source
from bot.core.songfacts import Fame
from tests.twins.lastfm import KEY, SECRET, lastfm_twin
from tests.twins.listenbrainz import listenbrainz_twin


async def nobody(typed: str) -> None:
    """Nobody is asked about here."""


def context() -> Context:
    async def progress(text: object) -> None:
        assert str(text)

    return Context(Person(Identity("lounge", "ana"), "Ana"), Place(None), "r1", progress)


async def test_from_link_to_a_frozen_count(tmp_path: Path) -> None:
    now_s = int(time.time())
    async with lastfm_twin() as twin:
        listener = twin.listener("ana_fm", now_s - 40 * 86_400)
        for n in range(39 * 20):
            listener.scrobble(now_s - 60 - n * 4320, f"Song {n % 9}")
        settings = Settings(
            data=Data(folder=str(tmp_path)), lastfm=Lastfm(KEY, SECRET, twin.api_url, twin.auth_url)
        )
        async with open_earshot(settings, tmp_path) as earshot:
            features = Features(earshot.cogs)

            async def ask(name: str, **args: str) -> Card:
                answer = await (await features.call(name, args, nobody)).run(context())
                assert isinstance(answer, Card)
                return answer

            card = await ask("/link", what="lastfm")
            [page] = [it.url for it in card.buttons if isinstance(it, Link)]
            [button] = [it for it in card.buttons if isinstance(it, Button)]
            await twin.say_yes(page, "ana_fm")
            await ask(button.action, **button.args)
            member = await earshot.store.member_of(Identity("lounge", "ana"))
            assert member is not None
            while due := (await earshot.polling.claim("lastfm", 1)).links:
                await earshot.polling.poll(due[0])
            [link] = await earshot.store.links(member.id)
            assert await earshot.store.count_plays(link.id) == len(listener.scrobbles)
            mine = await ask("/me", when="week")
            assert "Plays from Last.fm" in str(mine.footer)
            [recap] = {
                it.args["recap"] for it in mine.buttons if isinstance(it, Button) and "recap" in it.args
            }
            frozen = await earshot.store.frozen(int(recap))
            assert frozen is not None
            assert next(it.value for it in thaw(frozen.facts).facts if it.id == "plays") == 140


async def test_songs_are_looked_up_by_a_chore_where_there_is_a_token(tmp_path: Path) -> None:
    async with listenbrainz_twin() as twin:
        twin.listener("host", token="secret")
        twin.song("Ana", "Song", listens=5, listeners=2)
        for token in ("", "secret"):
            folder = tmp_path / (token or "without")
            settings = Settings(
                data=Data(folder=str(folder)), listenbrainz=Listenbrainz(token=token, api_url=twin.api_url)
            )
            async with open_earshot(settings, folder) as earshot:
                chores = [it for it in earshot.chores if it.name == "song facts"]
                assert len(chores) == (1 if token else 0)
                ana = await earshot.store.add_member("Ana", "UTC", None, 1)
                link = await earshot.store.export_link(ana.id, Source.EXTENDED)
                await earshot.store.record(link.id, [NewPlay(1, RawTrack("spotify:track:1", "Song", "Ana"))])
                for chore in chores:
                    await chore.run()
                [kept] = await earshot.store.plays_between([ana.id], 0, 2)
                facts = await earshot.store.song_facts([kept.plays[0].track_id])
                assert [it.fame for it in facts.values()] == ([Fame(5, 2)] if token else [])
