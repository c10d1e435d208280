"""Exports: the shape of the real ones, what an importer must leave out, and agreement with the feed."""

from __future__ import annotations

import json
import zipfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.sandbox import SAMPLE_LISTENERS, Catalogue, Listening
from bot.sandbox.exports import export, write_export

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
START = NOW - timedelta(weeks=8)
# fmt: off
FIELDS = [
    "ts", "platform", "ms_played", "conn_country", "ip_addr", "master_metadata_track_name",
    "master_metadata_album_artist_name", "master_metadata_album_album_name", "spotify_track_uri",
    "episode_name", "episode_show_name", "spotify_episode_uri", "audiobook_title", "audiobook_uri",
    "audiobook_chapter_uri", "audiobook_chapter_title", "reason_start", "reason_end", "shuffle",
    "skipped", "offline", "offline_timestamp", "incognito_mode",
]
# fmt: on


@pytest.fixture(scope="module")
def listening(catalogue: Catalogue) -> Listening:
    return Listening(7, catalogue, SAMPLE_LISTENERS)


def test_every_row_has_the_twenty_three_fields_and_no_real_address(listening: Listening) -> None:
    for files in (export(listening, who.id, START, NOW) for who in SAMPLE_LISTENERS):
        assert "Streaming_History_Audio_2026_0.json" in files
        for rows in files.values():
            for row in rows:
                assert list(row) == FIELDS
                assert row["ip_addr"].startswith("192.0.2.")
                started = row["offline_timestamp"]
                ended = datetime.strptime(row["ts"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
                assert -1 <= ended - row["ms_played"] / 1000 - started < 1_300
            assert all(a["ts"] <= b["ts"] for a, b in pairwise(rows))


def test_an_importer_has_something_to_leave_out(listening: Listening) -> None:
    audio, video = [], []
    for who in SAMPLE_LISTENERS:
        files = export(listening, who.id, START, NOW)
        audio += [(who.id, row) for row in files["Streaming_History_Audio_2026_0.json"]]
        video += files.get("Streaming_History_Video_2026.json", [])
    assert len([row for _, row in audio if row["spotify_track_uri"] is None and row["episode_name"]]) >= 5
    assert len([row for _, row in audio if row["incognito_mode"]]) >= 5
    assert len([row for _, row in audio if row["ms_played"] < 30_000]) >= 100
    twice = Counter(json.dumps(pair, sort_keys=True) for pair in audio)
    assert sum(count == 2 for count in twice.values()) >= 10
    assert video
    assert all(row["spotify_track_uri"].startswith("spotify:track:") for row in video)


def test_the_export_holds_every_play_once_when_cleaned(listening: Listening) -> None:
    for who in SAMPLE_LISTENERS:
        rows = export(listening, who.id, START, NOW)["Streaming_History_Audio_2026_0.json"]
        songs = {
            (row["ts"], row["spotify_track_uri"], row["ms_played"])
            for row in rows
            if row["spotify_track_uri"]
        }
        plays = listening.history(who.id, int(START.timestamp() * 1000), int(NOW.timestamp() * 1000))
        assert len(songs) == len(plays)
        feed = listening.feed(who.id, int(NOW.timestamp() * 1000))
        stamps = {
            (datetime.fromtimestamp(p.ended_ms // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), p.track.uri)
            for p in feed
        }
        assert stamps <= {(ts, uri) for ts, uri, _ in songs}


def test_a_year_boundary_is_in_the_file_name(listening: Listening) -> None:
    end = datetime(2027, 1, 5, tzinfo=UTC)
    assert "Streaming_History_Audio_2026-2027_0.json" in export(
        listening, "ben", end - timedelta(days=20), end
    )


def test_account_data(listening: Listening) -> None:
    files = export(listening, "ben", START, NOW, "account")
    music = files["StreamingHistory_music_0.json"]
    assert set(music[0]) == {"endTime", "artistName", "trackName", "msPlayed"}
    assert datetime.strptime(music[0]["endTime"], "%Y-%m-%d %H:%M").replace(tzinfo=UTC) >= START
    for rows in (rows for name, rows in files.items() if "podcast" in name):
        assert set(rows[0]) == {"endTime", "podcastName", "episodeName", "msPlayed"}


def test_the_zip(listening: Listening, tmp_path: Path) -> None:
    file = write_export(tmp_path / "ana", listening, "ana", START, NOW)
    assert file == tmp_path / "ana" / "my_spotify_data.zip"
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        assert all(name.startswith("Spotify Extended Streaming History/") for name in names)
        assert any("ReadMe" in name for name in names)
        held = json.loads(
            archive.read("Spotify Extended Streaming History/Streaming_History_Audio_2026_0.json")
        )
    assert held == export(listening, "ana", START, NOW)["Streaming_History_Audio_2026_0.json"]
    again = write_export(tmp_path / "other.zip", listening, "ana", START, NOW)
    assert again.read_bytes() == file.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ana", "other.zip"]


def test_an_empty_span_is_an_empty_export(listening: Listening) -> None:
    assert export(listening, "ana", NOW, NOW) == {}
