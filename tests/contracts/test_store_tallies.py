"""What sources say an account has, on every store; and names as long as a source may send them."""

from __future__ import annotations

from random import Random

import pytest

from bot.core.foreign import LONGEST_NAME
from bot.core.histories import Tally
from bot.core.model import Link, LinkId, NewPlay, RawTrack
from bot.errors import NotFound
from tests.fakes import EveryStore


async def test_the_last_tally_of_a_link_is_kept_as_long_as_the_link(store: EveryStore, link: Link) -> None:
    assert await store.tallies([link.id]) == {}
    await store.note_tally(link.id, Tally(12, 10, 100, 50))
    await store.note_tally(link.id, Tally(13, 13, 200, 0))
    assert await store.tallies([link.id, LinkId(999)]) == {link.id: Tally(13, 13, 200, 0)}
    await store.unlink(link.id)
    assert await store.tallies([link.id]) == {}
    with pytest.raises(NotFound):
        await store.note_tally(link.id, Tally(1, 1, 1, 0))


@pytest.mark.parametrize(("first", "last"), [(0x4E00, 0x9FFF), (0x1F300, 0x1FAFF)])
async def test_the_longest_names_are_kept_and_found_again(
    store: EveryStore, link: Link, first: int, last: int
) -> None:
    chance = Random(first)
    artist, title, album = (
        "".join(chr(chance.randint(first, last)) for _ in range(LONGEST_NAME)) for _ in range(3)
    )
    play = NewPlay(1, RawTrack("", title, artist, album))
    assert await store.record(link.id, [play]) == 1
    assert await store.record(link.id, [play]) == 0
    [(_, key)] = await store.recent_keys(link.id, 5)
    assert key == play.track.key
    [kept] = await store.plays_between([link.member_id], 0, 2)
    track = (await store.tracks([kept.plays[0].track_id]))[kept.plays[0].track_id]
    assert (track.title, track.artist, track.album, track.uri) == (title, artist, album, "")
