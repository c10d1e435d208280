"""A row is a play or a reason; whatever a row holds, it is one of the two."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.exports import (
    NO_LENGTH,
    NO_OBJECT,
    NO_TIME,
    NO_TRACK,
    Format,
    Skip,
    Skipped,
    file_name,
    format_of,
    read_row,
)
from bot.core.model import NewPlay, RawTrack
from tests.recount import account, extended, old_extended, podcast

TS = "2024-03-01T12:03:04Z"
AT_MS = int(datetime(2024, 3, 1, 12, 3, 4, tzinfo=UTC).timestamp()) * 1000
NO_NAMES = {"master_metadata_track_name": None, "master_metadata_album_artist_name": None}

anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.just(TS)
    | st.just("2024-03-01 12:03"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
fields = st.sampled_from([*extended(TS, "x"), *account("", "x"), "episodeName"])
rows = st.dictionaries(fields, anything) | anything


def read(row: object, form: Format = Format.EXTENDED) -> NewPlay | Skipped:
    return read_row(row, form)


@given(rows, st.sampled_from(Format), st.booleans())
def test_any_row_is_a_play_or_a_reason(row: object, form: Format, spoken: bool) -> None:
    told = read_row(row, form, spoken=spoken)
    if isinstance(told, NewPlay):
        assert told.ms_played >= 30_000
        assert told.track.uri or (told.track.artist and told.track.title)
        assert "".join(told.track[:4]).encode() is not None
    else:
        assert bool(told.why) == (told.skip is Skip.UNREADABLE)


def test_new_and_old_extended_rows() -> None:
    expected = NewPlay(AT_MS, RawTrack("spotify:track:A", "A", "Artist of A", "Album of A"), 180_000)
    assert read(extended(TS, "A")) == expected
    assert read(old_extended(TS, "A")) == expected


def test_account_rows_end_at_their_minute() -> None:
    told = read_row(account("2024-03-01 12:03", "A"), Format.ACCOUNT)
    assert told == NewPlay(AT_MS - 4000, RawTrack("", "A", "Artist of A"), 180_000)


@pytest.mark.parametrize(
    ("changes", "skip", "why"),
    [
        ({"ms_played": 29_999}, Skip.TOO_SHORT, ""),
        ({"ms_played": 29_999.9}, Skip.TOO_SHORT, ""),
        ({"ms_played": -5}, Skip.TOO_SHORT, ""),
        ({"ms_played": "12"}, Skip.TOO_SHORT, ""),
        ({"incognito_mode": True}, Skip.INCOGNITO, ""),
        ({"incognito_mode": True, "ms_played": 1}, Skip.INCOGNITO, ""),
        ({"spotify_track_uri": None, "episode_name": "E"}, Skip.NOT_MUSIC, ""),
        ({"spotify_track_uri": None, "audiobook_title": "E", "ms_played": 1}, Skip.NOT_MUSIC, ""),
        ({"spotify_track_uri": "spotify:episode:1"}, Skip.NOT_MUSIC, ""),
        ({"spotify_track_uri": None} | NO_NAMES, Skip.UNREADABLE, NO_TRACK),
        ({"spotify_track_uri": "  ", "master_metadata_track_name": "\t"}, Skip.UNREADABLE, NO_TRACK),
        ({"spotify_track_uri": "nonsense"} | NO_NAMES, Skip.UNREADABLE, NO_TRACK),
        ({"ts": None}, Skip.UNREADABLE, NO_TIME),
        ({"ts": "2024-03-01"}, Skip.UNREADABLE, NO_TIME),
        ({"ts": "2024-02-30T00:00:00Z"}, Skip.UNREADABLE, NO_TIME),
        ({"ts": 1_709_294_584}, Skip.UNREADABLE, NO_TIME),
        ({"ts": "1970-01-01T00:00:00Z"}, Skip.UNREADABLE, NO_TIME),
        ({"ts": "0001-01-01T00:00:00+14:00"}, Skip.UNREADABLE, NO_TIME),
        ({"ts": "9999-12-31T23:59:59-10:00"}, Skip.UNREADABLE, NO_TIME),
        ({"ms_played": None}, Skip.UNREADABLE, NO_LENGTH),
        ({"ms_played": True}, Skip.UNREADABLE, NO_LENGTH),
        ({"ms_played": float("nan")}, Skip.UNREADABLE, NO_LENGTH),
        ({"ms_played": float("inf")}, Skip.UNREADABLE, NO_LENGTH),
        ({"ms_played": "long"}, Skip.UNREADABLE, NO_LENGTH),
        ({"ms_played": 10**12}, Skip.UNREADABLE, NO_LENGTH),
    ],
)  # fmt: skip
def test_why_a_row_is_no_play(changes: dict[str, Any], skip: Skip, why: str) -> None:
    told = read(extended(TS, "A") | changes)
    assert isinstance(told, Skipped)
    assert (told.skip, told.why) == (skip, why)


@pytest.mark.parametrize("ms", [30_000, 30_000.0, "30000", "30000.0", 30_000.9])
def test_lengths_as_numbers_and_words(ms: object) -> None:
    told = read(extended(TS, "A", ms))
    assert isinstance(told, NewPlay)
    assert told.ms_played == 30_000


@pytest.mark.parametrize(
    ("ts", "more_ms"),
    [
        ("2024-03-01T12:03:04", 0),
        ("2024-03-01 12:03:04 UTC", 0),
        ("2024-03-01T12:03:04.250Z", 250),
        ("2024-03-01T13:03:04+01:00", 0),
        ("2024-03-01T06:33:04-05:30", 0),
        (" 2024-03-01T12:03:04Z ", 0),
        ("2024-03-01T12:03Z", -4000),
    ],
)
def test_times_in_odd_forms(ts: str, more_ms: int) -> None:
    assert read(extended(ts, "A")).at_ms == AT_MS + more_ms


def test_rows_known_by_uri_or_by_names_alone_count() -> None:
    assert read(extended(TS, "A") | NO_NAMES) == NewPlay(
        AT_MS, RawTrack("spotify:track:A", "", "", "Album of A"), 180_000
    )
    told = read(extended(TS, "A") | {"spotify_track_uri": None})
    assert isinstance(told, NewPlay)
    assert told.track.uri == ""
    # A music video is a row like any other; an episode next to a track URI does not undo it.
    assert isinstance(read(extended(TS, "A", episode_name="odd")), NewPlay)


def test_names_are_kept_as_written_but_for_what_no_database_keeps() -> None:
    told = read(
        extended(TS, "A")
        | {"master_metadata_track_name": " ¿Qué?\x00\ud800 ", "spotify_track_uri": "spotify:track:1"}
    )
    assert isinstance(told, NewPlay)
    assert told.track.title == " ¿Qué?\ufffd\ufffd "


@pytest.mark.parametrize("row", [None, 1, "x", [], [["ts", TS]]])
def test_what_is_no_object_is_unreadable(row: object) -> None:
    assert read(row) == Skipped(None, Skip.UNREADABLE, NO_OBJECT)


def test_spoken_words_are_no_music_in_account_data() -> None:
    row = {"endTime": "2024-03-01 12:03", "podcastName": "P", "episodeName": "E", "msPlayed": 900_000}
    assert read(row, Format.ACCOUNT).skip is Skip.NOT_MUSIC  # type: ignore[union-attr]
    assert read_row(account("2024-03-01 12:03", "A"), Format.ACCOUNT, spoken=True)[1] is Skip.NOT_MUSIC


@pytest.mark.parametrize(
    ("name", "family", "number", "form"),
    [
        ("StreamingHistory0.json", "streaminghistory", 0, Format.ACCOUNT),
        ("MyData/StreamingHistory_music_12.json", "streaminghistory_music", 12, Format.ACCOUNT),
        ("StreamingHistory_podcast_0.json", "streaminghistory_podcast", 0, Format.ACCOUNT),
        ("endsong_3.json", "endsong", 3, Format.EXTENDED),
        ("Streaming_History_Audio_2019-2020_5.json", "streaming_history_audio", 5, Format.EXTENDED),
        ("Streaming_History_Audio_2024.json", "streaming_history_audio", None, Format.EXTENDED),
        ("Streaming_History_Audio_2020_1 (1).JSON", "streaming_history_audio", 1, Format.EXTENDED),
        ("Streaming_History_Video_2018-2024.json", "streaming_history_video", None, Format.EXTENDED),
        ("Playlist1.json", "playlist", 1, None),
        ("anything.txt", "", None, None),
    ],
)
def test_names_of_files(name: str, family: str, number: int | None, form: Format | None) -> None:
    told = file_name(name)
    assert (told.family, told.number, told.format) == (family, number, form)
    assert told.is_spoken == ("podcast" in name)
    assert told.is_video == ("Video" in name)


def test_files_are_known_by_what_is_in_them() -> None:
    assert format_of([None, 3, podcast(TS)]) is Format.EXTENDED
    assert format_of([account("2024-03-01 12:03", None)]) is Format.ACCOUNT
    assert format_of([{"name": "a playlist", "tracks": []}, "x"]) is None
    assert format_of([]) is None
