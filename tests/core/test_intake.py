"""What takes more than one row to tell: equal rows, covered time, and sums that come out even."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.calendar import iso_utc
from bot.core.exports import Format, Skip, file_name
from bot.core.intake import Intake
from bot.core.model import NewPlay, Span
from tests.recount import account, extended, podcast

MINUTES = [f"2024-03-01T12:{n:02d}:{n:02d}Z" for n in range(6)]
HISTORY = "Streaming_History_Audio_2024_0.json"
TOLD = "StreamingHistory0.json"

extended_rows = st.lists(
    st.builds(
        lambda ts, title, ms, more: extended(ts, title, ms) | more,
        st.sampled_from(MINUTES),
        st.sampled_from("AB"),
        st.sampled_from([29_999, 30_000, 60_000]),
        st.sampled_from([{}, {"incognito_mode": True}, {"ts": "never"}, {"spotify_track_uri": None}]),
    )
    | st.builds(podcast, st.sampled_from(MINUTES))
    | st.none(),
    max_size=12,
)
account_rows = st.lists(
    st.builds(
        account,
        st.sampled_from([f"2024-03-01 {hour}:{n:02d}" for hour in (11, 12, 13) for n in (0, 3, 59)]),
        st.sampled_from("AB"),
        st.sampled_from([29_999, 30_000]),
    ),
    max_size=12,
)


def take(intake: Intake, name: str, rows: list[Any], group: str = "") -> list[NewPlay]:
    family = file_name(name)
    assert family.format is not None
    tally = intake.file(name, group, family, family.format)
    return [play for play in intake.take(tally, rows) if play is not None]


@given(extended_rows, account_rows)
def test_the_sums_come_out_even_and_equal_rows_are_told_apart(history: list[Any], told: list[Any]) -> None:
    intake = Intake()
    plays = take(intake, HISTORY, history)
    assert len({(play.at_ms, play.track.uri or play.track[1:3], play.ms_played) for play in plays}) == len(
        plays
    )
    more = take(intake, TOLD, told)
    assert len(set(more)) == len(more)
    assert intake.rows == len(history) + len(told) == len(plays) + len(more) + intake.skipped.total()
    assert intake.skipped[Skip.UNREADABLE] == intake.unreadable.total()
    stamps = [row["ts"] for row in history if row is not None and row["ts"] != "never"]
    covered = [
        row
        for row in told
        if stamps and min(stamps)[:16] <= row["endTime"].replace(" ", "T") <= max(stamps)[:16]
    ]
    assert intake.skipped[Skip.COVERED] == sum(1 for row in covered if row["msPlayed"] >= 30_000)
    counts = Counter((row["endTime"], row["trackName"]) for row in told if row["msPlayed"] >= 30_000)
    assert all(play.nth < max(counts.values()) for play in more)


@given(account_rows)
def test_the_same_rows_get_the_same_numbers_again(told: list[Any]) -> None:
    one, other = take(Intake(), TOLD, told), take(Intake(), TOLD, told)
    assert one == other
    both = Intake()
    assert take(both, TOLD, told, "one") + take(both, TOLD, told, "other") == one + other


def spans(*files: tuple[str, str, list[str]], group: str = "", cut: str = "") -> list[tuple[str, str]]:
    """What these files (name, group, times) cover, as times."""
    intake = Intake()
    for name, place, stamps in files:
        take(intake, name, [extended(ts, "A") for ts in stamps], place)
        if name == cut:
            intake.lost(intake.files[-1], "breaks off", 0)
    return [(iso_utc(span.start_ms), iso_utc(span.end_ms)) for span in intake.coverage(Format.EXTENDED)]


ONE = ["2024-03-01T12:00:30Z", "2024-03-01T13:00:30Z"]
TWO = ["2024-03-02T12:00:30Z", "2024-03-02T13:00:30Z"]
APART = [("2024-03-01T12:00:00Z", "2024-03-01T13:00:31Z"), ("2024-03-02T12:00:00Z", "2024-03-02T13:00:31Z")]
JOINED = [("2024-03-01T12:00:00Z", "2024-03-02T13:00:31Z")]


@pytest.mark.parametrize(
    ("one", "two", "expected"),
    [
        ("endsong_0.json", "endsong_1.json", JOINED),
        ("endsong_9.json", "endsong_10.json", JOINED),
        ("Streaming_History_Audio_2019-2020_4.json", "Streaming_History_Audio_2020-2022_5.json", JOINED),
        ("Streaming_History_Audio_2023.json", "Streaming_History_Audio_2024.json", JOINED),
        ("Streaming_History_Audio_2022-2023.json", "Streaming_History_Audio_2023-2024.json", JOINED),
        ("endsong_0.json", "endsong_2.json", APART),
        ("endsong_1.json", "endsong_0.json", APART),
        ("endsong_0.json", "Streaming_History_Audio_2020_1.json", APART),
        ("Streaming_History_Audio_2021.json", "Streaming_History_Audio_2023.json", APART),
        ("a.json", "b.json", APART),
    ],
)
def test_files_that_follow_each_other_cover_the_pause_between_them(
    one: str, two: str, expected: list[tuple[str, str]]
) -> None:
    if file_name(one).format is None:
        one, two = f"Streaming_History_{one}", f"Streaming_History_{two}"
    assert spans((one, "", ONE), (two, "", TWO)) == expected


def test_what_is_not_told_is_not_covered() -> None:
    first, second = ("endsong_0.json", "", ONE), ("endsong_1.json", "", TWO)
    assert spans(first, second, cut="endsong_0.json") == APART
    assert spans(first, second, cut="endsong_1.json") == APART
    assert spans(first, ("endsong_1.json", "another folder", TWO)) == APART
    # Two exports in one folder: nobody knows which file goes on where.
    assert spans(first, second, ("endsong_1 (1).json", "", TWO)) == APART
    # A video file tells nothing about the time between its rows.
    assert spans(("Streaming_History_Video_2024.json", "", ONE)) == [
        ("2024-03-01T12:00:00Z", "2024-03-01T12:00:31Z"),
        ("2024-03-01T13:00:00Z", "2024-03-01T13:00:31Z"),
    ]
    assert spans(("Streaming_History_Audio_2024.json", "", [])) == []


def test_stored_extended_history_covers_too() -> None:
    start = Span(0, 2**50)
    intake = Intake([start])
    assert take(intake, TOLD, [account("2024-03-01 12:00", "A")]) == []
    assert intake.skipped == {Skip.COVERED: 1}
