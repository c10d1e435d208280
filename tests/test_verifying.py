"""`earshot verify`: a recap that was shown, counted again by whoever runs Earshot."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from bot import oneshot
from bot.__main__ import main
from bot.config import Settings
from bot.core import calendar, schedule
from bot.core.consent import Audience, Feature
from bot.core.model import Member, NewPlay, RawTrack, RoomRef, Source, Span
from bot.core.schedule import Schedule
from bot.errors import NotFound
from bot.integrations.store import Store, open_data
from bot.ports import FrozenRecap, NewDelivery, Planned, Settled, Stage, Weekly
from bot.services.recap import Recaps
from tests.fakes import FakeChance, FakeClock

WEEK = calendar.week_of(date(2025, 9, 1), "Europe/Berlin")
HELLO = RawTrack("spotify:track:abc1", "Hello\x1b[2J", "Adele", "25", 200_000)


async def played(store: Store, member: Member, hour: int) -> None:
    link = await store.export_link(member.id, Source.EXTENDED)
    at_ms = WEEK.start_ms + hour * calendar.HOUR_MS
    await store.record(link.id, [NewPlay(at_ms + n * 300_000, HELLO, 200_000) for n in range(4)])
    await store.cover(link.id, [Span(WEEK.start_ms, WEEK.end_ms)])


@pytest.fixture
async def told(tmp_path: Path) -> FrozenRecap:
    store = await open_data(tmp_path)
    try:
        ana = await store.add_member("Ana", "Europe/Berlin", None, 0)
        await played(store, ana, 10)
        recaps = Recaps(store, store, store, store, store, FakeClock(), FakeChance())
        return (await recaps.of_member(ana, WEEK)).frozen
    finally:
        await store.close()


# Without a loop of their own, as the command line is.
def test_what_is_the_same_is_said_to_be(
    tmp_path: Path, told: FrozenRecap, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", told.sha256[:16], "--data", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert f"sha256 {told.sha256[:16]}…\nThe document is what was written down then.\n" in said
    assert "Counted again: 8 of 8 numbers are the same." in said
    assert main(["verify", str(told.id), "--data", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["recap"], found["intact"], found["facts"], found["differs"]) == (told.id, True, 8, [])


def test_what_differs_is_named_with_why(
    tmp_path: Path, told: FrozenRecap, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(tmp_path / "earshot.sqlite")) as database, database:
        database.execute("DELETE FROM play WHERE at_ms = (SELECT max(at_ms) FROM play)")
    assert main(["verify", str(told.id), "--data", str(tmp_path)]) == 3
    said = capsys.readouterr().out
    assert "The document is what was written down then." in said
    assert "  Ana: 4 plays: 3 now. It was 4 when it was said; 1 play went since: deleted" in said
    assert "Hello\N{REPLACEMENT CHARACTER}[2J — Adele: 4 plays: 3 now." in said


def test_a_document_that_somebody_changed_is_found_out(
    tmp_path: Path, told: FrozenRecap, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(tmp_path / "earshot.sqlite")) as database, database:
        database.execute("UPDATE recap SET facts = replace(facts, '\"value\":4', '\"value\":5')")
    assert main(["verify", str(told.id), "--data", str(tmp_path)]) == 3
    assert "The document is NOT what was written down then" in capsys.readouterr().out


def test_a_recap_that_is_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "77", "--data", str(tmp_path)]) == 3
    assert "There is no recap “77” here." in capsys.readouterr().err


@pytest.fixture
async def posted(tmp_path: Path) -> int:
    """A group's post about the week: the group's number. Its two rooms were told the same."""
    store = await open_data(tmp_path)
    try:
        ana = await store.add_member("Ana", "Europe/Berlin", None, 0)
        await played(store, ana, 10)
        rooms = [RoomRef("lounge", "", name) for name in ("music", "more")]
        group = await store.open_room(rooms[0], "Club", "Europe/Berlin")
        await store.open_room(rooms[1], "More", "Europe/Berlin")
        await store.move_room(rooms[1], group.id)
        await store.join(group.id, ana.id, [Feature.RECAP], rooms, 0)
        recaps = Recaps(store, store, store, store, store, FakeClock(), FakeChance())
        first = await store.begin_weekly(Weekly(group.id, Schedule("Europe/Berlin")))
        slot = schedule.slot(first.schedule, WEEK)
        await store.plan([Planned(first, first, [NewDelivery(it, slot) for it in rooms])], 0)
        for room, delivery in zip(
            rooms, await store.claim_deliveries("lounge", 2**50, 2**51, 2), strict=True
        ):
            told = await recaps.of_group(Audience(group, frozenset({room})), WEEK)
            await store.say(delivery, told.frozen.id)
            await store.settle(delivery, Settled(Stage.SENT, message="1"))
        return group.id
    finally:
        await store.close()


def test_a_post_is_named_by_its_group_and_period(
    tmp_path: Path, posted: int, capsys: pytest.CaptureFixture[str]
) -> None:
    key = schedule.key_of(WEEK)
    assert main(["verify", f"{posted}/{key}", "--data", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["intact"], found["differs"]) == (True, [])
    for wrong in (f"{posted}/2024-W01", f"9/{key}", f"x/{key}", "/"):
        assert main(["verify", wrong, "--data", str(tmp_path)]) == 3
        assert f"There is no post “{wrong}” here." in capsys.readouterr().err


async def test_a_post_that_says_something_else_in_each_room_names_the_recaps(
    tmp_path: Path, posted: int
) -> None:
    with closing(sqlite3.connect(tmp_path / "earshot.sqlite")) as database, database:
        database.execute("UPDATE delivery SET says = 77 WHERE channel = 'more'")
    with pytest.raises(NotFound, match=r"name one of .*77 in more on lounge"):
        await oneshot.verify(Settings(), tmp_path, f"{posted}/{schedule.key_of(WEEK)}")
