"""Rooms in sentences and on buttons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.packing import packed
from bot.chat.places import room_of, room_word, where
from bot.core.model import Room, RoomRef
from bot.errors import NotFound


def test_a_room_is_called_with_its_platform() -> None:
    assert str(where(Room(RoomRef("slack", "T1", "C1"), "music"))) == "music on Slack"


@given(st.builds(RoomRef, st.text(), st.text(), st.text()))
def test_the_word_for_a_room_comes_back_and_splits_nothing(room: RoomRef) -> None:
    try:
        word = room_word(room)
    except UnicodeEncodeError:
        return
    assert room_of(word) == room
    assert not set(word) & set(", \n")


@pytest.mark.parametrize("word", ["", "slack", "slack/T1", "slack/T1/C1/x"])
def test_another_word_is_no_room(word: str) -> None:
    with pytest.raises(NotFound):
        room_of(word)


def test_a_room_fits_on_a_button_beside_its_group() -> None:
    room = RoomRef("discord", "9" * 20, "9" * 20)
    assert packed("rooms.parted", {"room": room_word(room), "@group": "1234567"})
