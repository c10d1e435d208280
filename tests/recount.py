"""Synthetic exports, and an independent recount of them: slow, plain, sharing no code with Earshot.

Files are `{name: rows}`. The recount reads what the files say with `json` and `zoneinfo`, a row at a time.
"""

from __future__ import annotations

import json
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

Rows = Sequence[Any]
SKIPS = ("too_short", "not_music", "incognito", "duplicate", "unreadable", "covered")


def extended(ts: str, title: str | None, ms: Any = 180_000, **more: Any) -> dict[str, Any]:
    """A row of the extended history as Spotify writes it now, with things in it that must never be kept."""
    row: dict[str, Any] = {
        "ts": ts, "platform": "secret-device", "ms_played": ms, "conn_country": "DE", "ip_addr": "203.0.113.77",
        "master_metadata_track_name": title, "master_metadata_album_artist_name": "Artist of " + (title or ""),
        "master_metadata_album_album_name": "Album of " + (title or ""),
        "spotify_track_uri": f"spotify:track:{title}", "episode_name": None, "episode_show_name": None,
        "spotify_episode_uri": None, "audiobook_title": None, "audiobook_uri": None,
        "reason_start": "trackdone", "reason_end": "trackdone", "shuffle": False, "skipped": None,
        "offline": False, "offline_timestamp": 0, "incognito_mode": False,
    }  # fmt: skip
    return row | more


def old_extended(ts: str, title: str, ms: Any = 180_000, **more: Any) -> dict[str, Any]:
    """The same as it was written until 2023."""
    row = extended(ts, title, ms, username="secret-user", ip_addr_decrypted="203.0.113.78", **more)
    row["user_agent_decrypted"] = "secret-agent"
    for gone in ("ip_addr", "audiobook_title", "audiobook_uri"):
        del row[gone]
    return row


def account(end_time: str, title: str | None, ms: Any = 180_000, **more: Any) -> dict[str, Any]:
    """A row of the account data."""
    return {
        "endTime": end_time,
        "artistName": "Artist of " + (title or ""),
        "trackName": title,
        "msPlayed": ms,
    } | more


def podcast(ts: str, ms: int = 900_000) -> dict[str, Any]:
    """A podcast in the extended history."""
    nothing = dict.fromkeys(
        ("master_metadata_track_name", "master_metadata_album_artist_name",
         "master_metadata_album_album_name", "spotify_track_uri")
    )  # fmt: skip
    return extended(ts, None, ms, **nothing, episode_name="Episode", spotify_episode_uri="spotify:episode:1")


def write(folder: Path, files: Mapping[str, Any]) -> Path:
    """The files in a folder; text and bytes are written as they are."""
    for name, rows in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(rows, bytes):
            path.write_bytes(rows)
        else:
            path.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
    return folder


@dataclass
class Recount:
    """What an export holds: the summary's numbers, and the plays as (instant, title, artist, album, ms)."""

    rows: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    plays: list[tuple[datetime, str, str, str, int]] = field(default_factory=list)


def recount(files: Mapping[str, Rows]) -> Recount:
    """Count by the published rules. Times are well-formed or None; extended files cover first to last row."""
    found = Recount()
    seen: set[tuple[Any, ...]] = set()
    spans: list[tuple[datetime, datetime]] = []
    for _, rows in sorted(files.items()):
        if not rows or "ts" not in rows[0]:
            continue
        stamps = [datetime.fromisoformat(row["ts"]) for row in rows if row["ts"]]
        spans.append((min(stamps).replace(second=0), max(stamps)))
        for row in rows:
            found.rows += 1
            uri, title = row["spotify_track_uri"], row["master_metadata_track_name"]
            artist = row["master_metadata_album_artist_name"]
            if row["ts"] is None or not isinstance(row["ms_played"], int):
                found.skipped["unreadable"] += 1
            elif uri is None and row["episode_name"]:
                found.skipped["not_music"] += 1
            elif uri is None and not (title and artist):
                found.skipped["unreadable"] += 1
            elif row["incognito_mode"]:
                found.skipped["incognito"] += 1
            elif row["ms_played"] < 30_000:
                found.skipped["too_short"] += 1
            else:
                identity = (uri or (artist, title), row["ts"], row["ms_played"])
                if identity in seen:
                    found.skipped["duplicate"] += 1
                    continue
                seen.add(identity)
                album = row["master_metadata_album_album_name"]
                found.plays.append(
                    (datetime.fromisoformat(row["ts"]), title, artist, album, row["ms_played"])
                )
    for _, rows in sorted(files.items()):
        if not rows or "endTime" not in rows[0]:
            continue
        for row in rows:
            found.rows += 1
            at = datetime.strptime(row["endTime"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
            if row["msPlayed"] < 30_000:
                found.skipped["too_short"] += 1
            elif any(start <= at <= end for start, end in spans):
                found.skipped["covered"] += 1
            else:
                found.plays.append((at, row["trackName"], row["artistName"], "", row["msPlayed"]))
    found.plays.sort(key=lambda play: play[0])
    return found


def local_facts(found: Recount, first: date, last: date, zone: str) -> dict[str, Any]:
    """The facts of some local days, each play put on the clock with zoneinfo."""
    info = ZoneInfo(zone)
    plays = [
        (local, title, artist, album, ms)
        for at, title, artist, album, ms in found.plays
        if first <= (local := at.astimezone(info)).date() <= last
    ]
    clock = Counter(local.hour for local, *_ in plays)
    loops: list[tuple[tuple[str, str], int, str, str]] = []
    run: list[tuple[Any, ...]] = []
    for play in [*plays, None]:
        if run and (play is None or song(*play[1:3]) != song(*run[0][1:3])):
            if len(run) >= 3:
                loops.append((song(*run[0][1:3]), len(run), run[0][0].isoformat(), run[-1][0].isoformat()))
            run = []
        if play is not None:
            run.append(play)
    return {
        "plays": len(plays),
        "minutes": sum(ms for *_, ms in plays) // 60_000,
        "clock": [clock[hour] for hour in range(24)],
        "tracks": most_common(song(title, artist) for _, title, artist, _, _ in plays),
        "artists": most_common((same(artist),) for _, _, artist, _, _ in plays),
        "albums": most_common((same(album), same(artist)) for _, _, artist, album, _ in plays if album),
        "loops": sorted(loops, key=lambda loop: (-loop[1], loop[2])),
    }


def song(title: str, artist: str) -> tuple[str, str]:
    """A remaster is the song, a live take is none of it (of the titles that are made up here)."""
    return same(re.sub(r" - Remastered \d{4}$", "", title)), same(artist)


def same(name: str) -> str:
    """A Latin name without case, accents and punctuation."""
    bare = (it for it in unicodedata.normalize("NFKD", name).casefold() if not unicodedata.combining(it))
    return " ".join("".join(it if it.isalnum() else " " for it in bare).split())


def most_common(names: Any) -> list[tuple[tuple[str, ...], int]]:
    return sorted(Counter(names).items(), key=lambda item: (-item[1], item[0]))


def made_up(seed: int, rows: int, first: datetime, days: int) -> dict[str, Rows]:
    """An export of both formats with everything in it that has to be told apart."""
    draw = random.Random(seed)
    songs = [f"Song {n:03d} Ünï {n % 7}" for n in range(300)]
    at = first
    step = days * 86_400 / rows
    history: list[dict[str, Any]] = []
    title = songs[0]
    for _ in range(rows):
        at += timedelta(seconds=1 + int(draw.expovariate(1 / step)))
        if draw.random() > 0.3:
            title = songs[int(draw.paretovariate(0.6)) % len(songs)]
        stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        ms = draw.choice([0, 12_000, 29_999, 30_000, 30_001, draw.randrange(60_000, 400_000)])
        version = draw.choice(["", "", "", "", " - Remastered 2011", " (Live)"])
        row = draw.choice([extended, old_extended])(stamp, title + version, ms)
        row["master_metadata_album_artist_name"] = f"Artist {songs.index(title) % 40}"
        kind = draw.random()
        if kind < 0.02:
            row["incognito_mode"] = True
        elif kind < 0.05:
            row = podcast(stamp)
        elif kind < 0.07:
            row["spotify_track_uri"] = None
        elif kind < 0.08:
            row |= draw.choice([{"ts": None}, {"ms_played": None}])
        history.append(row)
        if kind > 0.97:
            history.append(dict(row))
        if kind > 0.99:
            history.append(row | {"ms_played": ms + 31_000})
    third = len(history) // 3
    files: dict[str, Rows] = {
        "Streaming_History_Audio_2019-2020_0.json": history[:third],
        "Streaming_History_Audio_2020-2021_1.json": history[third : 2 * third],
        "Streaming_History_Audio_2021_3.json": history[2 * third :],
    }
    told: list[dict[str, Any]] = []
    minute = at - timedelta(days=days // 2)
    while minute < at + timedelta(days=30):
        minute += timedelta(minutes=draw.randrange(1, 200))
        for _ in range(draw.choice([1, 1, 1, 2])):
            told.append(
                account(minute.strftime("%Y-%m-%d %H:%M"), draw.choice(songs), draw.choice([20_000, 200_000]))
            )
    files["StreamingHistory_music_0.json"] = told
    return files
