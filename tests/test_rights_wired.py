"""Earshot as it is plugged together for whoever keeps to the letter of Spotify's terms: `[spotify] counted = false`."""

from __future__ import annotations

import re
from pathlib import Path

from bot.app import open_earshot
from bot.config import Data, Settings, Spotify
from bot.core.model import Link, LinkId, NewPlay, RawTrack, Source, Span
from bot.core.rights import RIGHTS, WITHOUT_SPOTIFY
from bot.services.polling import Outcome

SONG = RawTrack("spotify:track:1", "Halo", "Beyoncé", "", 200_000)
# Nobody listens there: a call would fail.
NOWHERE = "http://127.0.0.1:9/"


async def test_nothing_is_asked_for_read_or_kept(tmp_path: Path) -> None:
    spotify = Spotify(client_id="a" * 32, api_url=NOWHERE, accounts_url=NOWHERE, counted=False)
    settings = Settings(data=Data(folder=str(tmp_path)), spotify=spotify)
    async with open_earshot(settings, tmp_path) as earshot:
        store, now_ms = earshot.store, earshot.clock.now_ms()
        ana = await store.add_member("Ana", "UTC", None, now_ms)
        assert (await earshot.linking.begin(ana)).scopes == frozenset()
        assert "user-read-recently-played" not in (await earshot.linking.begin(ana, {"playlists"})).scopes
        link = await store.link_account(Link(LinkId(0), ana.id, Source.SPOTIFY, "a1"), b"sealed", now_ms)
        export = await store.export_link(ana.id, Source.EXTENDED)
        for it in (link, export):
            await store.record(it.id, [NewPlay(now_ms - 1000, SONG, 180_000)])
            await store.cover(it.id, [Span(now_ms - 9000, now_ms)])
        [report] = await earshot.polling.freshen([ana.id])
        assert (report.outcome, report.problem) == (Outcome.PAUSED, None)
        (retention,) = [it for it in earshot.chores if it.name == "retention"]
        await retention.run()
        kept = {it.link.source: it for it in await store.plays_between([ana.id], 0, now_ms + 1)}
        assert (list(kept[Source.SPOTIFY].plays), list(kept[Source.SPOTIFY].covered)) == ([], [])
        assert len(kept[Source.EXTENDED].plays) == 1


def test_each_source_has_its_rights_and_the_documents_tell_them() -> None:
    assert RIGHTS.keys() == WITHOUT_SPOTIFY.keys() == set(Source)
    document = (Path(__file__).parents[1] / "docs" / "sources.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| (may be [^|]+) \| (.+) \|$", document, re.MULTILINE))
    columns = (Source.SPOTIFY, Source.LASTFM, Source.LISTENBRAINZ, Source.EXTENDED)
    assert told["may be given to a model or another service"].split(" | ") == [
        "yes" if RIGHTS[source].give else "no" for source in columns
    ]
    assert told["may be counted and shown"].split(" | ")[1:] == ["yes"] * 3
    assert "[spotify] counted" in told["may be counted and shown"]
