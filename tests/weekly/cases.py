"""Clubs whose posts are easy to get wrong: too few, too many, too much alike, too little known, too long."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.core import calendar
from bot.core.consent import Feature
from bot.core.model import Period
from bot.core.recap.sections import Section
from tests.weekly.clubs import MINUTE_MS, NAMES, WEEK, ZONE, Club, at, song

MONTH = calendar.month(2026, 10, ZONE)
QUARTER = calendar.quarter_of(date(2026, 8, 1), ZONE)
YEAR = calendar.year(2025, ZONE)
HELLO = song("Hello", "Adele", "25")
# Sixty characters each.
LONG_NAMES = (
    "Maximiliana-Theodora von und zu Hohenstein-Wolkenkuckucksheim",
    "Константинопольский-Александровский Святослав Владиславович А",
    "とてもとても長い名前の人が毎日毎日音楽を聴いているのでこの欄に入りきらないかもしれません本当に長いです",
    "عبد الرحمن بن عبد العزيز بن محمد بن عبد الله بن خالد الأندلسي",
    "👩🏽‍🚀🎧🌃 Łucja-Żaneta Brzęczyszczykiewicz-Chrząszczyżewoszycka 🌃",
    "कृष्णमूर्ति वेंकटेश्वरन सुब्रमण्यम राधाकृष्णन चन्द्रशेखरन अय्यर जी",
)
LONG_SONGS = (
    song(
        "The Hounds of Winter (Live at the Royal Albert Hall, 1996, Remastered)",
        "Sting, Orquesta Sinfónica & Сергей Полунин and Somebody Else",
    ),
    song("夜に駆ける 🌃 Racing into the Night and a very long subtitle of the night", "YOASOBI"),
    song("نور العين (Habibi Ya Nour El Ain) 2024 ريمكس طويل جدا جدا جدا جدا", "Amr Diab · عمرو دياب"),
    song("*bold* _it_ `code` [link](https://example.org) @everyone <@1>", "~~gone~~ ||spoiler||"),
)


@dataclass(frozen=True)
class Case:
    """What a club did, what it wishes of its posts, and what the post is about."""

    play: Callable[[Club], Awaitable[None]]
    period: Period = WEEK
    language: str = "en"
    layout: str = "jcard"
    left_out: frozenset[str] = frozenset()


async def one(club: Club) -> None:
    """A member alone, with a past."""
    await club.joins("Ana")
    await club.listens("Ana", 84, 12, since=-84)
    await club.listens("Ana", 7, 12)
    await club.vouched()


async def two(club: Club) -> None:
    """Two members, with a past."""
    await club.joins("Ana", "Ben")
    for name in ("Ana", "Ben"):
        await club.listens(name, 84, 12, since=-84)
        await club.listens(name, 7, 12)
    await club.plays("Ana", at(1, "14:00"), *[song("Song 2", "Blur", "Blur")] * 7)
    await club.vouched()


async def nobody_active(club: Club) -> None:
    """Three are linked, and none played."""
    await club.joins("Ana", "Ben", "Cem")
    await club.vouched()


async def same_song(club: Club) -> None:
    """All of them played one song and nothing else."""
    await club.joins(*NAMES[:4])
    for n, name in enumerate(NAMES[:4]):
        await club.plays(name, at(n, "18:00"), *[HELLO] * (2 + n))
    await club.vouched()


async def three_and_five_thousand(club: Club) -> None:
    """One member hardly played, another without a pause."""
    await club.joins("Ana", "Ben", "Cem")
    await club.plays("Ana", at(2, "18:00"), HELLO, song("Roads", "Portishead", "Dummy"), HELLO)
    songs = [song(f"Part {n}", f"Ensemble {n % 71}", f"Volume {n % 71}") for n in range(310)]
    played = [songs[n * n % 97 if n % 3 else n % 310] for n in range(5_000)]
    await club.plays("Ben", at(0, "00:02"), *played, every_ms=2 * MINUTE_MS)
    await club.listens("Cem", 7, 9)
    await club.vouched()


async def outage(club: Club) -> None:
    """Spotify did not answer for a day, for two of three."""
    await club.joins("Ana", "Ben", "Cem")
    for name in ("Ana", "Ben", "Cem"):
        await club.listens(name, 84, 10, since=-84)
    await club.listens("Ana", 1, 10)
    await club.listens("Ana", 4, 10, since=3)
    await club.listens("Ben", 2, 10)
    await club.listens("Cem", 7, 10)
    await club.nothing_known("Ana", at(1, "03:00"), at(2, "21:30"), "outage")
    await club.nothing_known("Ben", at(2, "03:00"), at(7, "00:00"), "outage")
    await club.vouched("Cem")


async def long_names(club: Club) -> None:
    """Names of sixty characters in many scripts, songs with longer ones."""
    await club.joins(*LONG_NAMES)
    for n, name in enumerate(LONG_NAMES):
        await club.listens(name, 84, 6, since=-84)
        await club.listens(name, 7, 9, tracks=LONG_SONGS)
        await club.plays(name, at(n, "15:00"), *[LONG_SONGS[n % 4]] * (5 + n))
    await club.vouched()


async def nobody_consenting(club: Club) -> None:
    """They joined and play, and say yes to being asked for stories only, or have not answered."""
    await club.joins("Ana", "Ben", features=[Feature.STORIES, Feature.PLAYLISTS])
    await club.joins("Cem", fine=False)
    for name in ("Ana", "Ben", "Cem"):
        await club.listens(name, 7, 10)
    await club.vouched()


async def many(club: Club, names: tuple[str, ...], per_day: int) -> None:
    """So many members with a past of ten weeks."""
    await club.joins(*names)
    for n, name in enumerate(names):
        await club.listens(name, 70, per_day, since=-70)
        await club.listens(name, 7, 3 + per_day * (n % 4))
    await club.plays(names[1], at(2, "15:00"), *[song("Roads", "Portishead", "Dummy")] * 9)
    await club.plays(names[2], at(4, "20:00"), *[song("Brandneu", "Die Neuen", "Neu")] * 6)
    await club.plays(names[3], at(5, "20:00"), *[song("Brandneu", "Die Neuen", "Neu")] * 3)
    await club.vouched()


async def twelve(club: Club) -> None:
    """A club of twelve."""
    await many(club, NAMES, 8)


async def fifty(club: Club) -> None:
    """A club of fifty."""
    await many(club, tuple(f"{name} {n}" for n in range(1, 6) for name in NAMES)[:50], 3)


async def first_week(club: Club) -> None:
    """Linked this very week: there is nothing to compare it with."""
    await club.joins("Ana", "Ben", "Cem")
    for name in ("Ana", "Ben", "Cem"):
        await club.listens(name, 5, 9, since=2)
    await club.plays("Cem", at(4, "16:00"), *[HELLO] * 6)
    await club.vouched(since_ms=at(2, "00:00"))


async def with_history(club: Club) -> None:
    """Five members who brought a year along."""
    names = NAMES[:5]
    await club.joins(*names)
    for name in names:
        await club.listens(name, 364, 6, since=-364)
        await club.listens(name, 7, 12)
    returned, new = song("Halo", "Beyoncé", "I Am… Sasha Fierce"), song("Neue Welle", "Ätna", "Desire")
    await club.plays("Ana", at(-301, "12:00"), returned, returned)
    await club.plays("Ana", at(3, "19:00"), *[returned] * 4)
    await club.plays("Ben", at(1, "13:00"), *[song("Jóga", "Björk", "Homogenic")] * 11)
    await club.plays("Cem", at(0, "17:00"), *[new] * 5)
    await club.plays("Dora", at(2, "17:00"), *[new] * 4)
    await club.plays("Emil", at(4, "20:30"), new, song("Home", "Ätna", "Desire"), new, new)
    for day in range(7):
        await club.plays(
            "Emil", at(day, "06:10"), song("Feeling Good", "Nina Simone", "I Put a Spell on You")
        )
    await club.vouched()


async def known_songs(club: Club) -> None:
    """The same, and the songs were looked up."""
    await with_history(club)
    await club.knows_its_songs()


async def quoted(club: Club) -> None:
    """Members said something, and not all of it was nice to lay out."""
    await with_history(club)
    joga, halo = song("Jóga", "Björk", "Homogenic"), song("Halo", "Beyoncé", "I Am… Sasha Fierce")
    new = song("Neue Welle", "Ätna", "Desire")
    await club.tells("Ben", joga, at(1, "13:00"), 11, "Aaaaaa" * 40)
    await club.tells(
        "Ana", halo, at(3, "19:00"), 4, "@everyone **look** 👩‍👩‍👧‍👦🎉\n# not a heading\n> nor a quote ||x||"
    )
    await club.tells("Cem", new, at(0, "17:00"), 5, "It rained, and the window was open.")
    await club.tells("Dora", new, at(2, "17:00"), 4, "Cem made me.")
    await club.tells("Emil", new, at(4, "20:30"), 1, "Nach Feierabend.")


async def long_time(club: Club, first: int, days: int, per_day: int) -> None:
    """Six members over a long time, each season with somebody of its own, and as long before."""
    names = NAMES[:6]
    await club.joins(*names)
    for name in names:
        await club.listens(name, days, per_day, since=first - days)
        await club.listens(name, days, per_day, since=first)
    quarter = days // 4
    for n, artist in enumerate(("Stromae", "Fela Kuti", "Khruangbin", "Molchat Doma")):
        liked = [song(f"{artist} {k}", artist, "Live") for k in range(4)]
        await club.listens("Ana", quarter, 6, since=first + n * quarter, tracks=liked)
        await club.listens("Fatou", quarter, 4, since=first + n * quarter, tracks=liked)
    await club.vouched()


async def month(club: Club) -> None:
    """October."""
    await long_time(club, -46, 31, 6)


async def quarter(club: Club) -> None:
    """July to September."""
    await long_time(club, -138, 92, 4)


async def year(club: Club) -> None:
    """All of 2025, with what is known of its songs."""
    await long_time(club, -684, 365, 4)
    await club.knows_its_songs()


CASES: Mapping[str, Case] = {
    "one": Case(one),
    "two": Case(two),
    "nobody active": Case(nobody_active),
    "same song": Case(same_song),
    "3 and 5000": Case(three_and_five_thousand),
    "outage": Case(outage),
    "long names": Case(long_names),
    "nobody consenting": Case(nobody_consenting),
    "twelve": Case(twelve),
    "fifty": Case(fifty),
    "first week": Case(first_week),
    "with history": Case(with_history, layout=""),
    "known songs": Case(known_songs, layout="matrix"),
    "songs alone": Case(with_history, left_out=frozenset(set(Section) - {Section.SONGS})),
    "quoted": Case(quoted, layout="poster"),
    "german": Case(quoted, language="de"),
    "spanish": Case(known_songs, language="es", layout="hours dark"),
    "month": Case(month, MONTH),
    "quarter": Case(quarter, QUARTER, layout=""),
    "year": Case(year, YEAR, layout=""),
    "german year": Case(year, YEAR, language="de", layout="hours"),
}
