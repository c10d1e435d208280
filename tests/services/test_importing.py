"""Imports against an independent recount: exact, idempotent, whatever the order, whatever is broken."""

from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core import calendar
from bot.core.exports import Skip
from bot.core.model import Member, NewPlay, RawTrack, Source
from bot.errors import BadExport
from bot.integrations.exports import FilesOnDisk
from bot.integrations.store import Store, open_store
from bot.services.importing import Importing, ImportSummary, Problem
from bot.services.recap import Recaps, recap_json
from bot.text import Text
from tests import recount
from tests.fakes import FakeChance, FakeClock, FakeStore
from tests.recount import account, extended, old_extended, podcast, write

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Sao_Paulo")
ZIP = "Spotify Extended Streaming History"


async def bring(store: FakeStore | Store, member: Member, *paths: Path) -> ImportSummary:
    summary = await Importing(store, store, FilesOnDisk()).run(member, [str(path) for path in paths])
    assert summary.rows == summary.plays + summary.already_known + sum(summary.skipped.values())
    return summary


async def somebody(store: FakeStore | Store, name: str = "Ana", zone: str = "UTC") -> Member:
    return await store.add_member(name, zone, None, 0)


async def kept(store: FakeStore | Store, member: Member) -> list[tuple[Source, int, str, int]]:
    """Every stored play of a member."""
    told = await store.plays_between([member.id], 0, 2**50)
    tracks = await store.tracks({play.track_id for it in told for play in it.plays})
    return sorted(
        (it.link.source, play.at_ms, tracks[play.track_id].key, play.ms_played)
        for it in told
        for play in it.plays
    )


def zipped(path: Path, files: dict[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in files.items():
            archive.writestr(f"{ZIP}/{name}", json.dumps(rows, indent=1))
    return path


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(f"sqlite:///{tmp_path}/test.sqlite")
    yield opened
    await opened.close()


# --- golden


GOLDEN: dict[str, Any] = {
    "Streaming_History_Audio_2023-2024_0.json": [
        extended("2024-03-01T10:00:00Z", "A"),
        extended("2024-03-01T10:00:00Z", "A"),
        extended("2024-03-01T10:00:00Z", "A", 31_000),
        extended("2024-03-01T10:05:00Z", "B", 29_999),
        extended("2024-03-01T10:06:00Z", "B", incognito_mode=True),
        podcast("2024-03-01T10:07:00Z"),
        extended("2024-03-01T10:08:00Z", "A") | {"master_metadata_track_name": None},
        extended("2024-03-01T10:09:00Z", "C") | {"spotify_track_uri": None},
        extended("2024-03-01T10:10:00Z", None)
        | {"spotify_track_uri": None, "master_metadata_album_artist_name": None},
        "no row",
    ],
    "Streaming_History_Video_2024.json": [
        extended("2024-03-02T09:00:00Z", "Clip"),
        podcast("2024-03-02T10:00:00Z"),
    ],
    "Streaming_History_Audio_2024_1.json": [old_extended("2024-03-02T12:00:30Z", "D")],
    "StreamingHistory_music_0.json": [
        account("2024-03-01 10:00", "A"),
        account("2024-03-02 12:00", "D"),
        account("2024-03-02 12:01", "E"),
        account("2024-03-02 12:01", "E"),
        account("2024-03-02 12:02", "E", 1_000),
        account("2024-03-02 12:03", None),
    ],
    "StreamingHistory_podcast_0.json": [
        {"endTime": "2024-03-05 12:03", "podcastName": "P", "episodeName": "E", "msPlayed": 900_000}
    ],
    "Playlist1.json": {"playlists": [{"name": "secret list"}]},
    "Marquee.json": [{"artistName": "A", "segment": "x"}],
}


async def test_a_small_export_of_both_formats_to_the_last_row(tmp_path: Path) -> None:
    store = FakeStore()
    ana = await somebody(store)
    summary = await bring(store, ana, write(tmp_path, GOLDEN))
    assert summary.as_json() == {
        "files": 5,
        "rows": 20,
        "plays": 8,
        "skipped": {
            "too_short": 2, "not_music": 3, "incognito": 1, "duplicate": 1, "unreadable": 3, "covered": 2,
            "not_kept": 0,
        },
        "already_known": 0,
        "first": "2024-03-01T10:00:00Z",
        "last": "2024-03-02T12:01:00Z",
        "problems": [
            {
                "file": "StreamingHistory_music_0.json",
                "reason": "neither a track nor an artist with a title",
                "rows": 1,
            },
            {
                "file": "Streaming_History_Audio_2023-2024_0.json",
                "reason": "neither a track nor an artist with a title",
                "rows": 1,
            },
            {"file": "Streaming_History_Audio_2023-2024_0.json", "reason": "not a JSON object", "rows": 1},
        ],
        "ignored": ["Marquee.json", "Playlist1.json"],
        "repeated": [],
    }  # fmt: skip
    assert json.loads(json.dumps(summary.as_json())) == summary.as_json()
    told = {it.link.source: it for it in await store.plays_between([ana.id], 0, 2**50)}
    assert set(told) == {Source.EXTENDED, Source.ACCOUNT}
    # Files 0 and 1 follow each other, so the day between them is covered too.
    (span,) = told[Source.EXTENDED].covered
    assert span == (ms("2024-03-01T10:00:00"), ms("2024-03-02T12:00:31"))
    tracks = await store.tracks({play.track_id for play in told[Source.EXTENDED].plays})
    assert sorted(track.title for track in tracks.values()) == ["A", "C", "Clip", "D"]


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


async def test_names_are_filled_in_from_other_rows_of_the_same_track(tmp_path: Path) -> None:
    nameless = extended("2024-03-01T10:08:00Z", "A") | {
        "master_metadata_track_name": None, "master_metadata_album_artist_name": None,
        "master_metadata_album_album_name": None,
    }  # fmt: skip
    store = FakeStore()
    ana = await somebody(store)
    await bring(
        store, ana, write(tmp_path, {"endsong_0.json": [nameless, extended("2024-03-01T11:08:00Z", "A")]})
    )
    (told,) = await store.plays_between([ana.id], 0, 2**50)
    (track,) = (await store.tracks({play.track_id for play in told.plays})).values()
    assert (len(told.plays), track.title, track.artist, track.album) == (2, "A", "Artist of A", "Album of A")


# --- the independent recount


async def test_thousands_of_rows_against_the_recount(tmp_path: Path, store: Store) -> None:
    files = recount.made_up(1, 6_000, datetime(2024, 1, 1, tzinfo=UTC), 300)
    expected = recount.recount(files)
    assert expected.rows > 6_500
    assert all(expected.skipped[skip] for skip in recount.SKIPS)
    ana = await somebody(store)
    summary = await bring(store, ana, write(tmp_path / "export", files))
    assert (summary.rows, summary.plays, summary.already_known) == (expected.rows, len(expected.plays), 0)
    assert {skip.value: n for skip, n in summary.skipped.items() if n} == dict(expected.skipped)
    recaps = Recaps(store, store, store, store, store, FakeClock(), FakeChance())
    for zone in ZONES:
        for first, last in (
            (date(2024, 3, 25), date(2024, 4, 7)),
            (date(2024, 10, 27), date(2024, 10, 27)),
            (date(2024, 3, 10), date(2024, 11, 3)),
            (date(2024, 1, 1), date(2024, 12, 31)),
        ):
            facts = recount.local_facts(expected, first, last, zone)
            told: dict[str, Any] = recap_json(
                await recaps.of_members([ana], calendar.days(first, last, zone), zone, 50), zone
            )
            for name in ("plays", "minutes", "clock"):
                assert told[name] == facts[name], (zone, first, name)
            same, song = recount.same, recount.song
            assert [(song(it["title"], it["artist"]), it["plays"]) for it in told["top_tracks"]] == facts[
                "tracks"
            ][:50]
            assert [((same(it["artist"]),), it["plays"]) for it in told["top_artists"]] == facts["artists"][
                :50
            ]
            assert [
                ((same(it["album"]), same(it["artist"])), it["plays"]) for it in told["top_albums"]
            ] == facts["albums"][:50]
            loops = [
                (song(it["title"], it["artist"]), it["times"], it["from"], it["to"]) for it in told["loops"]
            ]
            assert loops == facts["loops"]


# --- again, and in any order


async def test_the_same_again_adds_nothing_zipped_unzipped_or_both(tmp_path: Path, store: Store) -> None:
    files = recount.made_up(3, 1_500, datetime(2024, 1, 1, tzinfo=UTC), 60)
    expected = len(recount.recount(files).plays)
    folder = write(tmp_path / "export", {f"{ZIP}/{name}": rows for name, rows in files.items()})
    archive = zipped(tmp_path / "export.zip", files)
    ana = await somebody(store)
    first = await bring(store, ana, folder)
    before = await kept(store, ana)
    assert first.plays == len(before) == expected
    for paths in ([folder], [archive], [folder, archive], [*sorted((folder / ZIP).iterdir())]):
        again = await bring(store, ana, *paths)
        # Account rows that were imported count as known or covered; nothing is new either way.
        assert again.plays == 0
        assert (again.first_ms, again.last_ms) == (first.first_ms, first.last_ms)
        assert await kept(store, ana) == before
    both = await bring(store, await somebody(store, "Ben"), folder, archive)
    assert both.plays == expected
    assert len(both.repeated) == 0 or both.repeated[0][1] != both.repeated[0][0]


async def test_one_file_twice_is_read_once(tmp_path: Path) -> None:
    rows = [account("2024-03-02 12:01", "E"), account("2024-03-02 12:01", "E")]
    folder = write(tmp_path, {"a/StreamingHistory0.json": rows, "b/StreamingHistory0.json": rows})
    store = FakeStore()
    summary = await bring(store, await somebody(store), folder)
    assert (summary.files, summary.rows, summary.plays) == (1, 2, 2)
    assert summary.repeated == (("b/StreamingHistory0.json", "a/StreamingHistory0.json"),)


async def test_overlapping_account_exports_count_a_real_repeat_once_each(tmp_path: Path) -> None:
    repeat = [account("2024-03-02 12:01", "E"), account("2024-03-02 12:01", "E")]
    older = write(tmp_path / "older", {"StreamingHistory0.json": [account("2024-03-01 12:00", "D"), *repeat]})
    newer = write(
        tmp_path / "newer", {"StreamingHistory_music_0.json": [*repeat, account("2024-03-03 12:00", "F")]}
    )
    store = FakeStore()
    summary = await bring(store, await somebody(store), older, newer)
    assert (summary.rows, summary.plays, summary.already_known) == (6, 4, 2)


async def test_account_then_extended_is_extended_then_account(tmp_path: Path) -> None:
    files = recount.made_up(4, 1_200, datetime(2024, 1, 1, tzinfo=UTC), 40)
    is_account = {name: "endTime" in rows[0] for name, rows in files.items()}
    one = write(tmp_path / "account", {name: rows for name, rows in files.items() if is_account[name]})
    other = write(tmp_path / "extended", {name: rows for name, rows in files.items() if not is_account[name]})
    told = []
    for paths in ([[one], [other]], [[other], [one]], [[one, other]], [[other, one]]):
        store = FakeStore()
        ana = await somebody(store)
        for some in paths:
            await bring(store, ana, *some)
        recaps = Recaps(store, store, store, store, store, FakeClock(), FakeChance())
        recap = await recaps.of_members([ana], calendar.year(2024, "Europe/Berlin"))
        told.append(recap_json(recap))
        told[-1]["coverage"] = [it["covered"] for it in told[-1]["coverage"]]  # type: ignore[attr-defined]
    assert told[0] == told[1] == told[2] == told[3]
    assert told[0]["plays"] == len(recount.recount(files).plays)


async def test_account_data_inside_an_extended_export_of_an_earlier_import_is_covered(tmp_path: Path) -> None:
    store = FakeStore()
    ana = await somebody(store)
    await bring(store, ana, write(tmp_path / "one", {"endsong_0.json": [
        extended("2024-03-01T10:00:30Z", "A"), extended("2024-03-01T11:00:30Z", "B"),
    ]}))  # fmt: skip
    summary = await bring(store, ana, write(tmp_path / "two", {"StreamingHistory0.json": [
        account("2024-03-01 10:00", "A"), account("2024-03-01 11:00", "B"), account("2024-03-01 11:01", "C"),
    ]}))  # fmt: skip
    assert (summary.plays, summary.skipped[Skip.COVERED]) == (1, 2)


async def test_an_export_takes_the_place_of_what_the_api_told(tmp_path: Path) -> None:
    store = FakeStore()
    ana = await somebody(store)
    api = await store.export_link(ana.id, Source.SPOTIFY)
    track = RawTrack("spotify:track:A", "A", "Artist of A", "Album of A", 200_000)
    for at in ("2024-03-01T10:00:29", "2024-03-01T10:59:00", "2024-03-01T12:00:00"):
        await store.record(api.id, [NewPlay(ms(at), track)])
    await bring(store, ana, write(tmp_path, {"endsong_0.json": [
        extended("2024-03-01T10:00:30Z", "A"), extended("2024-03-01T11:00:30Z", "A"),
    ]}))  # fmt: skip
    recaps = Recaps(store, store, store, store, store, FakeClock(), FakeChance())
    recap = await recaps.of_members([ana], calendar.days(date(2024, 3, 1), date(2024, 3, 1), "UTC"))
    assert recap.plays == 3
    assert dict(recap.coverage[0].sources) == {Source.EXTENDED: 2, Source.SPOTIFY: 1}
    assert not recap.minutes_exact


# --- what breaks


async def test_a_file_that_breaks_off_covers_only_what_was_read(tmp_path: Path) -> None:
    rows = [extended(f"2024-03-0{n}T10:00:00Z", "A") for n in range(1, 5)]
    text = json.dumps(rows)
    cut = text[: text.index("2024-03-04")]
    store = FakeStore()
    ana = await somebody(store)
    summary = await bring(
        store,
        ana,
        write(
            tmp_path,
            {"endsong_0.json": cut.encode(), "endsong_1.json": [extended("2024-03-09T10:00:00Z", "B")]},
        ),
    )
    assert summary.problems == (
        Problem("endsong_0.json", "breaks off in the middle of row 4; the rows before it were read", 1),
    )
    assert (summary.rows, summary.plays, summary.skipped[Skip.UNREADABLE]) == (5, 4, 1)
    (told,) = await store.plays_between([ana.id], 0, 2**50)
    assert [(span.start_ms, span.end_ms) for span in told.covered] == [
        (ms("2024-03-01T10:00:00"), ms("2024-03-03T10:00:01")),
        (ms("2024-03-09T10:00:00"), ms("2024-03-09T10:00:01")),
    ]


async def test_an_export_cut_at_every_position_is_a_summary_or_a_sentence(tmp_path: Path) -> None:
    text = json.dumps(
        [{"endTime": "2024-03-01 10:00", "artistName": "B", "trackName": "A", "msPlayed": 30_000}] * 2
    )
    first = text.index("}") + 1
    second = text.index("}", first) + 1
    for cut in range(len(text)):
        store = FakeStore()
        ana = await somebody(store)
        path = write(tmp_path, {"StreamingHistory0.json": text[:cut].encode()})
        if cut <= 1:
            with pytest.raises(BadExport, match="Nothing could be read"):
                await bring(store, ana, path)
            continue
        summary = await bring(store, ana, path)
        assert summary.plays == (cut >= first) + (cut >= second)
        assert len(summary.problems) == 1


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "holds no JSON file"),
        ({"Playlist1.json": {"a": 1}}, "1 JSON file, but none with plays"),
        ({"a.json": [1], "b.json": []}, "2 JSON files, but none with plays"),
        ({"my_spotify_data.zip": b"PK\x03\x04 half"}, "my_spotify_data.zip is not a complete zip"),
        ({"StreamingHistory0.json": b""}, "StreamingHistory0.json is empty"),
        ({"endsong_0.json": {"a": 1}}, "endsong_0.json is no list of rows"),
    ],
)
async def test_what_holds_no_listening_history_is_said_so(
    tmp_path: Path, files: dict[str, Any], says: str
) -> None:
    store = FakeStore()
    with pytest.raises(BadExport) as caught:
        await bring(store, await somebody(store), write(tmp_path, files))
    assert says in str(caught.value)
    assert "StreamingHistory…json" in str(caught.value)


async def test_a_broken_zip_beside_good_files_is_a_problem_not_the_end(tmp_path: Path) -> None:
    files = {
        "x.zip": b"PK\x03\x04",
        "endsong_0.json": [extended("2024-03-01T10:00:00Z", "A")],
        "StreamingHistory1.json": [],
    }
    store = FakeStore()
    summary = await bring(store, await somebody(store), write(tmp_path, files))
    assert (summary.files, summary.plays, [problem.file for problem in summary.problems]) == (2, 1, ["x.zip"])


# --- how it runs


async def test_nothing_secret_reaches_the_database(tmp_path: Path, store: Store) -> None:
    ana = await somebody(store)
    await bring(store, ana, write(tmp_path / "export", GOLDEN))
    await store.close()
    held = b"".join(path.read_bytes() for path in tmp_path.glob("test.sqlite*"))
    assert b"Artist of A" in held
    for secret in (b"203.0.113", b"secret"):
        assert secret not in held


class Watched:
    """An export of made-up rows that remembers which threads read it."""

    name, group, same_as, problem = "endsong_0.json", "", "", ""
    size, bytes_read = 12_000, 0

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.given = rows
        self.threads: set[int] = set()

    def open(self, paths: Sequence[str]) -> list[Watched]:
        self.threads.add(threading.get_ident())
        return [self]

    def rows(self) -> Iterator[object]:
        for number, row in enumerate(self.given, 1):
            self.bytes_read = number
            self.threads.add(threading.get_ident())
            yield row


async def test_progress_is_told_and_the_event_loop_stays_free() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    export = Watched(
        [extended((start + timedelta(minutes=n)).isoformat(), f"{n % 50}") for n in range(12_000)]
    )
    store = FakeStore()
    told: list[str] = []

    async def progress(text: Text) -> None:
        told.append(str(text))

    await Importing(store, store, export).run(await somebody(store), ["x"], progress)
    assert told == [
        "████████░░░░░░░░░░░░ 41 % · 5,000 rows, 5,000 plays",
        "████████████████░░░░ 83 % · 10,000 rows, 10,000 plays",
        "████████████████████ 100 % · 12,000 rows, 12,000 plays",
    ]
    assert threading.get_ident() not in export.threads


async def test_an_import_that_was_cut_off_counts_nothing_until_it_is_run_again(tmp_path: Path) -> None:
    class Stopped(Exception):
        """The process ends here."""

    async def stop(text: Text) -> None:
        raise Stopped

    start = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [extended((start + timedelta(minutes=n)).isoformat(), f"{n % 50}") for n in range(12_000)]
    paths = [str(write(tmp_path, {"endsong_0.json": rows}))]
    store = FakeStore()
    ana = await somebody(store)
    importing = Importing(store, store, FilesOnDisk())
    with pytest.raises(Stopped):
        await importing.run(ana, paths, stop)
    recaps = Recaps(store, store, store, store, store, FakeClock(), FakeChance())
    year = calendar.year(2024, "UTC")
    assert (await recaps.of_members([ana], year)).plays == 0
    summary = await importing.run(ana, paths)
    assert (summary.plays, summary.already_known) == (7_000, 5_000)
    assert (await recaps.of_members([ana], year)).plays == 12_000
