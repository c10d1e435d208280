"""The small parts by themselves: long calls kept in memory, files on their way, places."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.discord.forms import Attached
from bot.adapters.discord.people import place_of, user_in
from bot.adapters.discord.presses import button_id, call_in, menu_id
from bot.adapters.discord.shelf import Shelf
from bot.adapters.discord.uploads import fetched
from bot.chat.packing import PACKED_MOST
from bot.core.model import Place, RoomRef
from bot.errors import BadOption, NotFound
from tests.adapters import strange


@given(
    st.sampled_from(["draft.swap", "/play"]),
    st.dictionaries(st.sampled_from(["a", "words"]), strange.words, max_size=2),
)
def test_any_call_can_be_carried(name: str, args: dict[str, str]) -> None:
    shelf = Shelf()
    packed = shelf.packed(name, args)
    assert len(packed) <= PACKED_MOST
    assert len(button_id(166, packed)) <= 100
    assert call_in(button_id(166, packed)) == packed
    assert shelf.unpacked(packed) == (name, args)


def test_of_long_calls_the_newest_are_remembered() -> None:
    shelf = Shelf(most=2)
    marks = [shelf.packed("/play", {"words": "x" * 200 + str(n)}) for n in range(3)]
    with pytest.raises(NotFound, match="restarted"):
        shelf.unpacked(marks[0])
    assert shelf.unpacked(marks[2]) == ("/play", {"words": "x" * 200 + "2"})


@given(st.text(max_size=120))
def test_any_id_can_be_read(custom_id: str) -> None:
    Shelf().unpacked(call_in(custom_id))
    assert call_in(menu_id(3)) == ""


async def test_a_file_that_is_too_large_is_not_fetched(tmp_path: Path) -> None:
    async def never(url: str) -> bytes:
        raise AssertionError("not to be fetched")

    with pytest.raises(BadOption, match="up to 2 MiB") as raised:
        async with fetched(
            {"file": Attached("big.zip", "https://x", 3_000_000)}, never, tmp_path, 2 * 1024 * 1024
        ):
            raise AssertionError("not to be reached")
    assert raised.value.option == "file"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("typed", "user"),
    [
        ("<@12>", 12),
        ("<@!12>", 12),
        (" 12 ", 12),
        ("@ana", 0),
        ("", 0),
        ("<@&12>", 0),
        ("1" * 30, 0),
        ("١٢", 0),
    ],
)
def test_an_id_is_found_in_a_mention(typed: str, user: int) -> None:
    assert user_in(typed) == user


def test_places() -> None:
    channel = SimpleNamespace(id=5, name="listening")
    assert place_of(channel, 7, with_us=False) == Place(RoomRef("discord", "7", "5"), "listening")
    assert place_of(channel, None, with_us=True) == Place(None)
    assert place_of(None, 7, with_us=False) == Place(None)
    assert place_of(SimpleNamespace(id=5), None, with_us=False) == Place(
        RoomRef("discord", "", "5"), "Private chat"
    )


@pytest.mark.parametrize("known", [True, False])
def test_a_thread_is_its_channel(known: bool) -> None:
    parent = SimpleNamespace(id=5, name="listening") if known else None
    guild: Any = SimpleNamespace(id=7, get_channel=lambda number: parent)
    data: Any = {
        "id": "9", "parent_id": "5", "owner_id": "1", "name": "about Low", "type": 11, "message_count": 0,
        "member_count": 1, "thread_metadata": {"archived": False, "auto_archive_duration": 60,
                                               "archive_timestamp": "2026-11-22T00:00:00+00:00", "locked": False},
    }  # fmt: skip
    state: Any = None
    thread = discord.Thread(guild=guild, state=state, data=data)
    place = place_of(thread, 7, with_us=False)
    assert place == Place(RoomRef("discord", "7", "5"), "listening" if known else "about Low")
