"""`earshot demo`: a practice Spotify, a sample group with eight weeks of listening, and the lounge.

Nothing here is canned: members are linked by the real OAuth pages, their exports are written by the practice server
and imported in the ordinary way, and the app is the same as in `earshot run`. The sample group settles in once in a
data folder; each of its steps asks first whether it was done already, so that a demo that was killed meanwhile goes on
where it stopped. What members undo later stays undone.
"""

from __future__ import annotations

import shutil
import socket
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.adapters.lounge import EveryResident
from bot.app import Earshot, open_earshot, spotify_app
from bot.chat import Card
from bot.config import Data, Settings, Web
from bot.config import Lounge as LoungeSettings
from bot.config import Spotify as SpotifySettings
from bot.core.calendar import When, period_of
from bot.core.consent import Audience, Feature, Previewed
from bot.core.model import Identity, Member, RoomRef, Source
from bot.errors import ConfigError
from bot.logs import start_logging
from bot.sandbox import SAMPLE_LISTENERS, VISITORS, App, PracticeSpotify, StateError, agree, read_catalogue
from bot.services.linking import Linking
from bot.serving import make_lounge, serving, until_stopped

HOST_APP, SAMPLE_APP = "practice-host-app", "practice-sample-app"
WEEKS = 8
ROOM = "music-club"
ZONE = "Europe/Berlin"
# The other accounts are for whoever tries the demo; they link through the host's app.
SAMPLE_GROUP = 5
MARKER = "practice.json"
# The memo that the sample group is there: from then on its members do as they like.
SETTLED = "demo:settled"


async def demo(folder: Path, port: int, seed: int, *, fresh: bool) -> None:
    """Start everything, print the address, serve until stopped. Raises `ConfigError` where a port is taken."""
    began = time.monotonic()
    start_logging("WARNING")
    if fresh:
        _remove(folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    callback, spotify = (0, 0) if port == 0 else (port + 1, port + 2)
    practice = _practice(folder, seed)
    try:
        await practice.start(port=spotify)
    except OSError as error:
        raise ConfigError(
            [f"--port {port}: {spotify} is taken ({error.strerror}). Take another one."]
        ) from error
    try:
        settings = _settings(folder, port, callback or _free_port(), practice)
        async with open_earshot(settings, folder) as earshot:
            token = _token(folder, earshot)
            lounge = make_lounge(
                earshot,
                EveryResident(earshot.store, earshot.people, earshot.chance),
                choosing=True,
                token=token,
            )
            async with serving(earshot, [lounge]):
                room = RoomRef("lounge", "", ROOM)
                if await earshot.store.memo(SETTLED) is None:
                    await _settle_in(earshot, practice, room)
                    await earshot.store.remember(SETTLED, "yes")
                if not await earshot.store.messages(ROOM, "", 0, 1):
                    card = await _first_post(earshot, room)
                    await earshot.ledger.note(card, room, await lounge.post(room, card))
                _say(lounge.url, time.monotonic() - began)
                await until_stopped()
                _say_goodbye(folder)
    finally:
        await practice.stop()


def _practice(folder: Path, seed: int) -> PracticeSpotify:
    redirect = ["http://127.0.0.1/callback"]
    try:
        return PracticeSpotify(
            read_catalogue(), (*VISITORS, *SAMPLE_LISTENERS), seed=seed, clock=lambda: datetime.now(UTC),
            apps=[App(HOST_APP, None, redirect, "host"), App(SAMPLE_APP, None, redirect, "sample")],
            state_file=folder / MARKER,
        )  # fmt: skip
    except StateError as error:
        raise ConfigError([f"{folder / MARKER}: {error} (earshot demo --fresh starts anew)"]) from error


def _settings(folder: Path, lounge_port: int, web_port: int, practice: PracticeSpotify) -> Settings:
    return Settings(
        zone=ZONE,
        log_level="WARNING",
        data=Data(str(folder)),
        spotify=SpotifySettings(HOST_APP, "", practice.accounts_url, practice.api_url, practice.base_url),
        web=Web(port=web_port, public_url=f"http://127.0.0.1:{web_port}"),
        lounge=LoungeSettings(lounge_port, ROOM),
    )


async def _settle_in(earshot: Earshot, practice: PracticeSpotify, room: RoomRef) -> None:
    """The sample members: there, joined (and fine with the group's posts), imported, linked."""
    group = await earshot.store.open_room(room, ROOM, ZONE)
    app = spotify_app(earshot.settings, SAMPLE_APP, "sample")
    linking = Linking(
        earshot.store, earshot.store, earshot.accounts, earshot.access, earshot.vault, earshot.clock, earshot.chance,
        app,
    )  # fmt: skip
    joined = {membership.member.id for membership in await earshot.people.joined(group)}
    for listener in SAMPLE_LISTENERS[:SAMPLE_GROUP]:
        member = await earshot.people.member(
            Identity("lounge", listener.id), listener.display_name, listener.zone
        )
        links = {link.source for link in await earshot.linking.links(member)}
        if Source.EXTENDED not in links:
            await _bring_export(earshot, practice, listener.id, member)
        if Source.SPOTIFY not in links:
            await _link(linking, member, listener.id)
        if member.id not in joined:
            await earshot.store.join(group.id, member.id, list(Feature), [room], earshot.clock.now_ms())
            await earshot.store.answer_preview(group.id, member.id, Previewed(fine=True))


async def _bring_export(earshot: Earshot, practice: PracticeSpotify, listener: str, member: Member) -> None:
    """The feed shows only 50 plays, as the real one does; the weeks before come from the listener's export."""
    now = datetime.now(UTC)
    folder = earshot.folder / "exports" / listener
    folder.mkdir(parents=True, exist_ok=True)
    file = practice.write_export(folder, listener, now - timedelta(weeks=WEEKS), now)
    await earshot.importing.run(member, [str(file)])


async def _link(linking: Linking, member: Member, listener: str) -> None:
    """What a member does in the browser: the page before, Spotify's consent, and back."""
    login = await linking.begin(member)
    invitation = await linking.invitation(login.state)
    back = await agree(invitation.spotify_url, listener)
    await linking.complete(back["state"], back["code"])


async def _first_post(earshot: Earshot, room: RoomRef) -> Card:
    """Last week's mini-Wrapped, as `/wrapped` would show it."""
    group = await earshot.store.open_room(room, ROOM, ZONE)
    period = period_of(When.WEEK, earshot.clock.now_ms(), group.zone)
    told = await earshot.recaps.of_group(Audience(group, frozenset({room})), period, more=True)
    return await earshot.cards.group(told)


def _token(folder: Path, earshot: Earshot) -> str:
    """The lounge's token, the same at every start of this demo, so that an open page goes on working."""
    file = folder / "lounge-token"
    if not file.exists():
        part = file.with_suffix(".part")
        part.touch(mode=0o600)
        part.write_text(earshot.chance.token(), encoding="ascii")
        part.replace(file)
    return file.read_text(encoding="ascii")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _remove(folder: Path) -> None:
    """Delete an earlier demo's data; nothing that is not a demo's."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARKER).exists():
            raise ConfigError(
                [f"{folder}: holds no demo of mine, so I delete nothing there. Take another --data."]
            )
        shutil.rmtree(folder)


def _say(url: str, seconds: float) -> None:
    _print(f"""
Earshot's lounge is open (ready in {seconds:.1f} s):

    {url}

Be one of the sample members or add yourself, then try  /wrapped  /top track  /me  /link  /play rainy sunday
Ctrl-C stops it; everything is kept.
""")


def _say_goodbye(folder: Path) -> None:
    _print(f"\nStopped. Everything is kept in {folder}; `earshot demo` goes on from here.")


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
