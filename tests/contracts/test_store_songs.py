"""What was looked up of songs, on every store."""

from __future__ import annotations

from bot.core.model import Link, LinkId, Member, NewPlay, RawTrack, Source, TrackId
from bot.core.songfacts import Fame, Of, SongFacts, Tag
from tests.fakes import EveryStore

KNOWN = SongFacts(
    "recording",
    ("one", "two"),
    (Tag("naïve 🎷", 3, True, Of.ARTIST),),
    Fame(2**40, 5),
    Fame(7, 6),
    1994,
    "Côte d’Ivoire",
)


async def test_what_something_else_than_spotify_told_is_looked_up_once(
    store: EveryStore, link: Link, ana: Member
) -> None:
    theirs = await store.link_account(Link(LinkId(0), ana.id, Source.SPOTIFY, "ana"), b"", 0)
    await store.record(theirs.id, [NewPlay(1, RawTrack("spotify:track:1", "A", "X"))])
    assert await store.songs_to_look_up(100, 10) == []
    await store.record(link.id, [NewPlay(n, RawTrack(f"spotify:track:{n}", f"T{n}", "X")) for n in (2, 3, 2)])
    told = await store.songs_to_look_up(100, 10)
    assert [it.title for it in told] == ["T2", "T3"]
    assert [it.title for it in await store.songs_to_look_up(100, 1)] == ["T2"]

    await store.keep_facts({told[0].id: KNOWN, TrackId(999): KNOWN}, 100)
    assert [it.title for it in await store.songs_to_look_up(100, 10)] == ["T3"]
    assert len(await store.songs_to_look_up(101, 10)) == 2
    assert await store.song_facts([told[0].id, told[1].id, TrackId(999)]) == {told[0].id: KNOWN}
    # More than a statement takes.
    assert await store.song_facts([told[0].id, *map(TrackId, range(1_000, 41_000))]) == {told[0].id: KNOWN}
    await store.keep_facts({told[0].id: SongFacts()}, 200)
    await store.keep_facts({}, 300)
    assert await store.song_facts([told[0].id]) == {told[0].id: SongFacts()}
