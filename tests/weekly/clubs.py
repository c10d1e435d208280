"""Clubs made up for posts: who is in them and what they play, the same every time."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import accumulate, count

from bot.core import calendar
from bot.core.calendar import DAY_MS
from bot.core.consent import Feature, Previewed
from bot.core.model import (
    Gap,
    Group,
    LinkId,
    Member,
    NewPlay,
    RawTrack,
    RoomRef,
    Source,
    Span,
)
from bot.core.songfacts import Fame, SongFacts
from bot.core.stories import Cause, Occasion
from bot.ports import Polled
from tests.fakes import EveryStore

ZONE = "Europe/Berlin"
WEEK = calendar.week_of(date(2026, 11, 16), ZONE)
MINUTE_MS = 60_000

# Artist, year, country, album, songs.
SHELF: Sequence[tuple[str, int, str, str, Sequence[str]]] = (
    ("Blur", 1997, "United Kingdom", "Blur", ("Song 2", "Beetlebum", "On Your Own")),
    ("Can", 1972, "Germany", "Ege Bamyasi", ("Vitamin C", "Spoon", "One More Night")),
    ("Sade", 1984, "United Kingdom", "Diamond Life", ("Smooth Operator", "Your Love Is King")),
    ("Björk", 1997, "Iceland", "Homogenic", ("Jóga", "Bachelorette", "Hunter")),
    ("Fela Kuti", 1976, "Nigeria", "Zombie", ("Zombie", "Mister Follow Follow")),
    ("Rosalía", 2018, "Spain", "El mal querer", ("Malamente", "Pienso en tu mirá", "Bagdad")),
    ("Khruangbin", 2018, "United States", "Con todo el mundo", ("Maria también", "August 10")),
    ("Nina Simone", 1965, "United States", "I Put a Spell on You", ("Feeling Good", "Ne me quitte pas")),
    ("Portishead", 1994, "United Kingdom", "Dummy", ("Glory Box", "Roads", "Sour Times")),
    ("Kraftwerk", 1978, "Germany", "Die Mensch-Maschine", ("Das Model", "Die Roboter")),
    ("Beach House", 2010, "United States", "Teen Dream", ("Zebra", "Take Care", "10 Mile Stereo")),
    ("Tinariwen", 2007, "Mali", "Aman Iman", ("Cler Achel", "Matadjem Yinmixan")),
    ("Stromae", 2013, "Belgium", "Racine carrée", ("Papaoutai", "Formidable", "Carmen")),
    ("Charli xcx", 2024, "United Kingdom", "BRAT", ("360", "Von dutch", "Apple")),
    ("YOASOBI", 2019, "Japan", "THE BOOK", ("夜に駆ける", "群青")),
    ("Molchat Doma", 2018, "Belarus", "Этажи", ("Судно", "Клетка")),
    ("Mercedes Sosa", 1971, "Argentina", "Homenaje a Violeta Parra", ("Gracias a la vida",)),
    ("Big Thief", 2019, "United States", "U.F.O.F.", ("Cattails", "Orange", "Century")),
    ("Aphex Twin", 1992, "Ireland", "Selected Ambient Works 85–92", ("Xtal", "Ageispolis")),
    ("Tricky", 1995, "United Kingdom", "Maxinquaye", ("Overcome", "Hell Is Round the Corner")),
)
EVERYTHING = frozenset(Feature)
NAMES = ("Ana", "Ben", "Cem", "Dora", "Emil", "Fatou", "Gio", "Hana", "Ines", "Jakub", "Kim", "Luz")


def song(title: str, artist: str, album: str = "") -> RawTrack:
    """A track of 200 seconds as an export tells it."""
    return RawTrack("", title, artist, album, 200_000)


def shelf() -> list[RawTrack]:
    """Every song there is."""
    return [song(title, artist, album) for artist, _, _, album, titles in SHELF for title in titles]


def at(day: int, clock: str) -> int:
    """An instant of the week: day 0 is Monday; 7 and more and less than 0 lie around it."""
    hour, minute = clock.split(":")
    return calendar.at_local(WEEK.first + timedelta(days=day), int(hour), int(minute), ZONE)


@dataclass
class Club:
    """A group in its rooms, on a store. What is written to it is what `Posting` then counts."""

    store: EveryStore
    group: Group
    rooms: Sequence[RoomRef]
    members: dict[str, Member] = field(default_factory=dict)
    _links: dict[str, LinkId] = field(default_factory=dict)
    _stories: count[int] = field(default_factory=lambda: count(1))

    async def joins(self, *names: str, features: Collection[Feature] = EVERYTHING, fine: bool = True) -> None:
        """Members who share with all rooms and have looked at their part."""
        for name in names:
            member = await self.store.add_member(name, ZONE, None, 1)
            self.members[name] = member
            await self.store.join(self.group.id, member.id, [*features], [*self.rooms], 5)
            await self.store.answer_preview(self.group.id, member.id, Previewed(fine=fine))
            self._links[name] = (await self.store.export_link(member.id, Source.EXTENDED)).id

    async def plays(self, name: str, at_ms: int, *tracks: RawTrack, every_ms: int = 4 * MINUTE_MS) -> None:
        """Somebody plays these one after the other; the first ends then."""
        plays = [NewPlay(at_ms + n * every_ms, track, 180_000) for n, track in enumerate(tracks)]
        await self.store.record(self._links[name], plays)

    async def vouched(self, *names: str, since_ms: int = 0) -> None:
        """All of their time until the end of the week is known."""
        for name in names or self.members:
            await self.store.cover(self._links[name], [Span(since_ms, WEEK.end_ms + DAY_MS)])

    async def nothing_known(self, name: str, start_ms: int, end_ms: int, cause: str) -> None:
        """A gap in somebody's week, all the rest of which is known."""
        link = self._links[name]
        await self.store.cover(link, [Span(0, start_ms), Span(end_ms, WEEK.end_ms + DAY_MS)])
        await self.store.record_poll(Polled(link, end_ms, (), None, Gap(start_ms, end_ms, cause), end_ms))

    async def listens(
        self, name: str, days: int, per_day: int, *, since: int = 0, tracks: Sequence[RawTrack] = ()
    ) -> None:
        """Somebody with a taste of their own plays about so many songs a day, from the day `since` of the week on."""
        chance = random.Random(f"{name} {since}")
        liked = sorted(tracks or shelf(), key=lambda it: random.Random(f"{name} {it.title}").random())
        weights = list(accumulate(1 / (rank + 1) for rank in range(len(liked))))
        plays: list[NewPlay] = []
        for day in range(since, since + days):
            at_ms = at(day, "00:00") + chance.randrange(7 * 60, 12 * 60) * MINUTE_MS
            for _ in range(chance.randrange(per_day // 2, per_day + per_day // 2 + 1)):
                at_ms += chance.choice((4, 4, 4, 5, 45)) * MINUTE_MS
                if at_ms < at(day, "23:50"):
                    plays.append(NewPlay(at_ms, chance.choices(liked, cum_weights=weights)[0], 180_000))
        await self.store.record(self._links[name], plays)

    async def tells(self, name: str, track: RawTrack, at_ms: int, times: int, words: str) -> None:
        """Somebody told what a song was to them."""
        last_ms = at_ms + (times - 1) * 4 * MINUTE_MS
        occasion = Occasion(
            Cause.LOOP if times > 1 else Cause.OWN,
            (track.key, track.artist.casefold(), track.title.casefold()),
            track.title, track.artist, times, at_ms, last_ms,
        )  # fmt: skip
        await self.store.new_story(
            self.members[name].id, occasion, words, [self.group.id], WEEK.end_ms + next(self._stories)
        )

    async def knows_its_songs(self) -> None:
        """MusicBrainz was asked about everything on the shelf."""
        roots = {artist: (year, country) for artist, year, country, _, _ in SHELF}
        known = {}
        for track in await self.store.songs_to_look_up(1, 10_000):
            year, area = roots.get(track.artist, (0, ""))
            fame = Fame(9_000, 700 * len(track.artist))
            known[track.id] = SongFacts("r", ("a",), artist_fame=fame, year=year, area=area)
        await self.store.keep_facts(known, 1)
