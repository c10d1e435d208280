"""Songs are filed a bounded part at a time, all of them when asked; what was filed by older rules counts meanwhile."""

from __future__ import annotations

from bot.core.model import NewPlay, RawTrack, Source
from bot.services.songs import AT_ONCE, TIMES, Filing
from tests.fakes import FakeStore

TRACKS = 2 * AT_ONCE + 10


class Endless(FakeStore):
    """A store in which there is always more to file."""

    def __init__(self) -> None:
        super().__init__()
        self.filed = 0

    async def file_songs(self, most: int) -> int:
        self.filed += most
        return most


async def full() -> FakeStore:
    store = FakeStore()
    ana = await store.add_member("Ana", "UTC", None, 0)
    link = await store.export_link(ana.id, Source.EXTENDED)
    await store.record(
        link.id,
        [NewPlay(n, RawTrack(f"spotify:track:{n}", f"Song {n}", "Ana"), 60_000) for n in range(TRACKS)],
    )
    return store


async def test_a_run_ends_however_much_there_is() -> None:
    store = Endless()
    await Filing(store).run()
    assert store.filed == AT_ONCE * TIMES


async def test_a_run_files_all_that_it_can() -> None:
    store = await full()
    await Filing(store).run()
    assert await store.file_songs(1) == 0


async def test_all_are_filed_again_when_asked() -> None:
    store = await full()
    filing = Filing(store)
    assert await filing.finish() == TRACKS
    assert await filing.finish() == 0
    assert await filing.rebuild() == TRACKS
    assert await filing.finish() == 0
