"""Exports as Spotify sends them: the extended streaming history, and the account data of a year.

A real export holds more than songs heard: addresses (here from 192.0.2.0/24, which belongs to nobody),
podcasts, music videos, private sessions and rows that stand there twice. So does this one, so that an
importer has something to leave out. Podcasts and videos lie in the gaps between plays and are in no feed.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from bot.sandbox.catalogue import Track
from bot.sandbox.chance import draw, fraction, spotify_id
from bot.sandbox.listeners import Listener
from bot.sandbox.listening import Listening, Play
from bot.sandbox.objects import iso_seconds

Kind = Literal["extended", "account"]
ZIP_NAME = "my_spotify_data.zip"
FOLDER = {"extended": "Spotify Extended Streaming History", "account": "Spotify Account Data"}
ROWS_A_FILE = {"extended": 16_000, "account": 10_000}
PODCAST = ("The Practice Hour", "Rehearsals that never end")
READ_ME = (
    "These are the streams of an invented sample listener of the practice Spotify inside Earshot.\n"
    "The files have the shape of a real export. Times are UTC; `ts` is when a stream ended.\n"
)
TWICE = 0.006
ASIDE = 0.12
"""How many of the longer gaps between plays hold a podcast or a video."""
ASIDE_GAP_MS = 3_000_000


@dataclass(frozen=True, slots=True)
class _Row:
    """One stream of any kind; `track` is None for a podcast."""

    started_ms: int
    ended_ms: int
    played_ms: int
    track: Track | None
    video: bool
    private: bool
    skipped: bool
    reason_start: str
    reason_end: str


def export(
    listening: Listening, listener_id: str, start: datetime, end: datetime, kind: Kind = "extended"
) -> dict[str, list[dict[str, Any]]]:
    """The rows of the streams that ended in [start, end), by file name, oldest first. Times must be aware."""
    listener = listening.listeners[listener_id]
    start_ms, end_ms = int(start.timestamp() * 1000), int(end.timestamp() * 1000)
    rows = list(_streams(listener, listening.history(listener_id, start_ms, end_ms)))
    if kind == "account":
        return {
            **_numbered("StreamingHistory_music", [_account_row(row) for row in rows if row.track]),
            **_numbered("StreamingHistory_podcast", [_account_row(row) for row in rows if not row.track]),
        }
    audio = [_extended_row(listener, row) for row in _some_twice(listener, rows) if not row.video]
    video = [_extended_row(listener, row) for row in rows if row.video]
    files = {}
    for number, part in enumerate(_parts(audio, ROWS_A_FILE["extended"])):
        files[f"Streaming_History_Audio_{_years(part)}_{number}.json"] = part
    if video:
        files[f"Streaming_History_Video_{_years(video)}.json"] = video
    return files


def write_export(
    target: Path,
    listening: Listening,
    listener_id: str,
    start: datetime,
    end: datetime,
    kind: Kind = "extended",
) -> Path:
    """Writes the zip to `target` (or into it as my_spotify_data.zip when it is no `.zip`). Gives its path."""
    file = target if target.suffix == ".zip" else target / ZIP_NAME
    file.parent.mkdir(parents=True, exist_ok=True)
    stamp = end.timetuple()[:6]
    with (
        tempfile.NamedTemporaryFile(dir=file.parent, suffix=".part", delete=False) as beside,
        zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        name = "ReadMeFirst_ExtendedStreamingHistory.txt" if kind == "extended" else "ReadMe.txt"
        archive.writestr(zipfile.ZipInfo(f"{FOLDER[kind]}/{name}", stamp), READ_ME)
        for name, rows in export(listening, listener_id, start, end, kind).items():
            member = zipfile.ZipInfo(f"{FOLDER[kind]}/{name}", stamp)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, json.dumps(rows, ensure_ascii=False, indent=1))
    return Path(beside.name).replace(file)


def _streams(listener: Listener, plays: Sequence[Play]) -> Iterator[_Row]:
    """The plays, with a podcast or a video in some of the longer gaps."""
    for index, play in enumerate(plays):
        yield _Row(
            play.started_ms,
            play.ended_ms,
            play.played_ms,
            play.track,
            False,
            play.private,
            play.skipped,
            play.reason_start,
            play.reason_end,
        )
        if index + 1 == len(plays) or plays[index + 1].started_ms - play.ended_ms < ASIDE_GAP_MS:
            continue
        chance = fraction("aside", listener.id, play.started_ms)
        if chance < ASIDE:
            video = chance < ASIDE / 2
            begins = play.ended_ms + 600_000
            length = play.track.duration_ms if video else 900_000 + draw("episode", begins) % 900_000
            track = play.track if video else None
            yield _Row(begins, begins + length, length, track, video, False, False, "clickrow", "endplay")


def _some_twice(listener: Listener, rows: Iterable[_Row]) -> Iterator[_Row]:
    for row in rows:
        yield row
        if fraction("twice", listener.id, row.started_ms) < TWICE:
            yield row


def _extended_row(listener: Listener, row: _Row) -> dict[str, Any]:
    track = row.track
    return {
        "ts": iso_seconds(row.ended_ms),
        "platform": listener.platform,
        "ms_played": row.played_ms,
        "conn_country": listener.country,
        "ip_addr": f"192.0.2.{1 + draw('address', listener.id) % 254}",
        "master_metadata_track_name": track and track.title,
        "master_metadata_album_artist_name": track and track.album.artists[0].name,
        "master_metadata_album_album_name": track and track.album.name,
        "spotify_track_uri": track and track.uri,
        "episode_name": None if track else PODCAST[1],
        "episode_show_name": None if track else PODCAST[0],
        "spotify_episode_uri": None if track else f"spotify:episode:{spotify_id('episode', row.started_ms)}",
        "audiobook_title": None,
        "audiobook_uri": None,
        "audiobook_chapter_uri": None,
        "audiobook_chapter_title": None,
        "reason_start": row.reason_start,
        "reason_end": row.reason_end,
        "shuffle": listener.habits.shuffle and track is not None,
        "skipped": row.skipped,
        "offline": fraction("offline", listener.id, row.started_ms // 3_600_000) < 0.04,
        "offline_timestamp": row.started_ms // 1000,
        "incognito_mode": row.private,
    }


def _account_row(row: _Row) -> dict[str, Any]:
    ended = iso_seconds(row.ended_ms)
    when = {"endTime": f"{ended[:10]} {ended[11:16]}"}
    if row.track is None:
        return {**when, "podcastName": PODCAST[0], "episodeName": PODCAST[1], "msPlayed": row.played_ms}
    artist = row.track.album.artists[0].name
    return {**when, "artistName": artist, "trackName": row.track.title, "msPlayed": row.played_ms}


def _numbered(stem: str, rows: Sequence[dict[str, Any]]) -> Mapping[str, list[dict[str, Any]]]:
    return {f"{stem}_{number}.json": part for number, part in enumerate(_parts(rows, ROWS_A_FILE["account"]))}


def _parts(rows: Sequence[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    for at in range(0, len(rows), size):
        yield list(rows[at : at + size])


def _years(rows: Sequence[dict[str, Any]]) -> str:
    first, last = rows[0]["ts"][:4], rows[-1]["ts"][:4]
    return first if first == last else f"{first}-{last}"
