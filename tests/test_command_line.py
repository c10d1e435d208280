"""The command line as scripts use it: JSON, exit codes, sentences on stderr."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.slack.manifest import SHORT

ROOT = Path(__file__).parents[1]


def earshot(*arguments: str | Path, given: str | None = None, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *map(str, arguments)],
        capture_output=True, text=True, timeout=60, check=False, input=given, cwd=cwd,
    )  # fmt: skip


def row(ts: str, title: str, artist: str = "Low", ms: int = 180_000) -> dict[str, Any]:
    return {
        "ts": ts, "ms_played": ms, "spotify_track_uri": f"spotify:track:{title}", "ip_addr": "192.0.2.7",
        "master_metadata_track_name": title, "master_metadata_album_artist_name": artist,
        "master_metadata_album_album_name": "An album", "incognito_mode": False,
    }  # fmt: skip


@pytest.fixture
def export(tmp_path: Path) -> Path:
    rows = [
        row("2026-03-28T22:59:59Z", "A"),  # Berlin: 23:59 on Saturday
        row("2026-03-28T23:00:00Z", "A"),  # 00:00 on Sunday
        row("2026-03-29T01:00:00Z", "B"),  # 03:00, right after the gap
        row("2026-03-29T01:00:00Z", "B"),  # the same row again
        row("2026-03-29T21:59:59Z", "B", ms=29_999),
        row("2026-03-29T22:00:00Z", "C"),  # Monday
    ]
    file = tmp_path / "my_spotify_data.zip"
    with zipfile.ZipFile(file, "w") as container:
        container.writestr("Spotify/Streaming_History_Audio_2026_0.json", json.dumps(rows))
        container.writestr("Spotify/Playlist1.json", '{"playlists": []}')
    return file


def test_an_import_says_what_it_read_and_adds_nothing_twice(tmp_path: Path, export: Path) -> None:
    first = earshot("import", export, "--member", "Ana", "--data", "data", "--json", cwd=tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    said = json.loads(first.stdout)
    assert (said["files"], said["rows"], said["plays"], said["already_known"]) == (1, 6, 4, 0)
    assert (said["skipped"]["too_short"], said["skipped"]["duplicate"]) == (1, 1)
    assert (said["first"], said["last"]) == ("2026-03-28T22:59:59Z", "2026-03-29T22:00:00Z")
    again = json.loads(
        earshot("import", export, "--member", "Ana", "--data", "data", "--json", cwd=tmp_path).stdout
    )
    assert (again["plays"], again["already_known"]) == (0, 4)


def test_a_recap_counts_local_days(tmp_path: Path, export: Path) -> None:
    earshot("import", export, "--member", "Ana", "--data", "data", cwd=tmp_path)
    day = ("--from", "2026-03-29", "--to", "2026-03-29", "--tz", "Europe/Berlin", "--data", "data")
    done = earshot("recap", *day, "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert facts["plays"] == 2
    assert {hour: n for hour, n in enumerate(facts["clock"]) if n} == {0: 1, 3: 1}
    assert facts["top_artists"] == [{"artist": "Low", "plays": 2}]
    stated = json.loads(earshot("recap", *day, "--facts", "--json", cwd=tmp_path).stdout)
    assert {**stated, "facts": None} == {**json.loads(done.stdout), "facts": None}
    assert {it["id"]: it["value"] for it in stated["facts"]}["plays"] == stated["plays"]
    assert {tuple(it["members"]) for it in stated["facts"]} == {("Ana",)}
    spoken = earshot("recap", *day, "--picture", "card.png", cwd=tmp_path)
    assert "2 plays by 1 of 1" in spoken.stdout
    assert (tmp_path / "card.png").read_bytes().startswith(b"\x89PNG")


def test_nothing_of_a_row_but_what_was_played_is_stored(tmp_path: Path, export: Path) -> None:
    earshot("import", export, "--member", "Ana", "--data", "data", cwd=tmp_path)
    kept = b"".join(file.read_bytes() for file in (tmp_path / "data").rglob("*") if file.is_file())
    assert b"An album" in kept
    assert b"192.0.2.7" not in kept


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["import", "nowhere.zip", "--member", "Ana"], 3, "nowhere.zip"),
        (["import", "letter.txt", "--member", "Ana"], 3, "no listening history in this"),
        (["import", "letter.txt", "--member", " "], 2, "the name is empty"),
        (["import", "letter.txt", "--member", "Ana", "--tz", "Mars"], 2, "no time zone I know"),
        (["recap", "--from", "2026-01-02", "--to", "2026-01-01"], 2, "lies before"),
        (["recap", "--from", "yesterday", "--to", "2026-01-01"], 2, "is no day"),
        (["recap", "--from", "2026-01-01", "--to", "2026-01-01"], 3, "nobody here yet"),
        (["recap", "--member", "Zoe", "--from", "2026-01-01", "--to", "2026-01-01"], 3, "no member “Zoe”"),
        (
            ["recap", "--from", "2026-01-01", "--to", "2026-01-01", "--tz", "Nowhere"],
            2,
            "no time zone I know",
        ),
        (["run", "--config", "missing.toml"], 2, "missing.toml: cannot be read"),
        (["run"], 2, "nothing to serve yet"),
        (["invite"], 2, "Which application?"),
        (["manifest", "slack", "--short", "fly"], 2, "There is no command /fly"),
        (["fly"], 2, "invalid choice"),
    ],
)
def test_what_cannot_be_done_gets_a_sentence_and_a_code(
    tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    (tmp_path / "letter.txt").write_text("Dear Ana")
    done = earshot(*arguments, cwd=tmp_path)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_question_makes_no_database(tmp_path: Path) -> None:
    planned = earshot("plan", "90s hip hop, no explicit", "--json", cwd=tmp_path)
    hints = json.loads(planned.stdout)["hints"]
    assert (hints["genres"], hints["year_from"], hints["explicit"]) == (["hip hop"], 1990, "clean")
    assert earshot("recap", "--from", "2026-01-01", "--to", "2026-01-01", cwd=tmp_path).returncode == 3
    assert list(tmp_path.iterdir()) == []


def test_prompts_by_line_are_answered_by_line(tmp_path: Path) -> None:
    done = earshot("plan", "--lines", "--json", given="calm jazz\n\nno metal\n", cwd=tmp_path)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [it["hints"]["exclude_genres"] for it in answers] == [[], [], ["metal"]]
    assert all(it["suggestions"] for it in answers)


def test_an_artist_is_known_from_the_plays(tmp_path: Path, export: Path) -> None:
    earshot("import", export, "--member", "Ana", "--data", "data", cwd=tmp_path)
    planned = earshot("plan", "songs like Low", "--json", "--data", "data", cwd=tmp_path)
    assert json.loads(planned.stdout)["hints"]["like"] == ["Low"]


def test_doctor_examines_a_fresh_folder_and_makes_nothing(tmp_path: Path) -> None:
    done = earshot("doctor", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (2, "")
    told = json.loads(done.stdout)
    assert told["ok"] is False
    assert [it["about"] for it in told["findings"] if it["level"] == "problem"] == ["platforms"]
    assert list(tmp_path.iterdir()) == []


def test_doctor_tells_what_is_wrong_from_what_failed(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[lounge]\nname = "Ana"\nport = 0\n[web]\nport = 0\npublic_url = "https://earshot.example"\n'
    )
    well = earshot("doctor", cwd=tmp_path)
    assert (well.returncode, well.stderr) == (0, "")
    assert "configured: the lounge" in well.stdout
    (tmp_path / "earshot-data").mkdir(mode=0o700)
    (tmp_path / "earshot-data" / "earshot.sqlite").write_text("Dear Ana, " * 500)
    failed = earshot("doctor", cwd=tmp_path)
    assert failed.returncode == 4
    assert "problem  database: The database file is not a SQLite database." in failed.stdout


def test_the_ways_in_are_printed(tmp_path: Path) -> None:
    invited = earshot("invite", "--application", "1187654321098765432", cwd=tmp_path)
    assert (invited.returncode, invited.stderr) == (0, "")
    assert invited.stdout.count("https://discord.com/oauth2/authorize?client_id=1187654321098765432") == 2
    made = earshot("manifest", "slack", "--short", "top", cwd=tmp_path)
    assert (made.returncode, made.stderr) == (0, "")
    commands = json.loads(made.stdout)["features"]["slash_commands"]
    assert [it["command"] for it in commands] == ["/earshot", "/top"]
    assert f"(default: {' '.join(SHORT)};" in " ".join(
        earshot("manifest", "--help", cwd=tmp_path).stdout.split()
    )
    assert list(tmp_path.iterdir()) == []


def test_every_command_teaches(tmp_path: Path) -> None:
    for name in ("demo", "run", "doctor", "invite", "manifest", "import", "recap", "plan"):
        taught = earshot(name, "--help", cwd=tmp_path).stdout
        assert "examples:" in taught
        assert "exit codes:" in taught
        assert f"## earshot {name}" in (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
