"""Recaps made up for drawing: groups of any size, in any script, and what a malicious title may hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import cycle, islice
from zoneinfo import ZoneInfo

from bot.core.model import Member, MemberId, Period, PeriodKind, TrackId
from bot.core.recap.model import BusyHour, Coverage, Kind, Loop, MemberRecap, Ranked, Recap

ZONE = "Europe/Berlin"
WEEK = (PeriodKind.WEEK, date(2026, 11, 16), date(2026, 11, 22))
HOUR_MS = 3_600_000

NAMES = (
    "Łukasz",
    "Beatriz",
    "דנה",
    "अनन्या",
    "みなみ",
    "Сергей",
    "지우",
    "Ömer",
    "Ngọc Ánh",
    "ნინო",
    "Chloé",
    "Zed",
)
SONGS = (
    (
        "The Hounds of Winter (Live at the Royal Albert Hall, 1996)",
        "Sting, Orquesta Sinfónica & Сергей Полунин",
    ),
    ("夜に駆ける 🌃 Racing into the Night", "YOASOBI"),
    ("نور العين (Habibi Ya Nour El Ain) 2024 ريمكس", "Amr Diab · عمرو دياب"),
    ("ज़िन्दगी प्यार का गीत है — कृष्ण श्रृंखला", "लता मंगेशकर"),
    ("밤편지 Through the Night 💌", "아이유 (IU)"),
    ("Группа крови", "Кино"),
    ("ירושלים של זהב", "שולי נתן"),
    ("เพื่อนสนิทที่รู้ใจ ญี่ปุ่น ผู้หญิง", "คาราบาว"),
    ("Χάρτινο το φεγγαράκι", "Μάνος Χατζιδάκις"),
)
HOSTILE = (
    ('\u202egnp.exe *bold* #panic("x") $x$ \x00NUL', "\x00\x01"),
    ("Z̷̢̛͓̝̹̞̺̓̍̀̈́͑a̶̧̨͚̳̣̤͆͂̀̚l̸̡̛̘͙̥͎̈́̆̕g̶o", "ก็็็็็็็็็็็็็็็็ ญี่ปุ่น"),
    ("𝓕𝓪𝓷𝓬𝔂 𝕷𝖊𝖙𝖙𝖊𝖗𝖘 ＦＵＬＬ ① ♪♥★", "ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ საქართველო"),
    ("தமிழ் பாடல்", "ಕನ್ನಡ (Live)"),
    ("🎧👩🏽‍🚀🇯🇵❤️1️⃣🏴\U000e0067\U000e0062\U000e007f", "👨‍👩‍👧‍👦"),
    ("W" * 5000, "אבג " * 400),
    ("\ud800lone \uffff\ufdd0\U0010ffff", ""),
)
HOSTILE_NAMES = (
    "\u202eEvil*#x",
    "Z̷̢̛͓̝̹̞̺a̶l",
    "𝕱𝖆𝖓𝖈𝖞",
    "தமிழ்",
    "🎧👩🏽‍🚀",
    "\x00",
    "مريم عبد العزيز بن عبد الرحمن",
    "W" * 60,
)


def period(kind: PeriodKind, first: date, last: date) -> Period:
    """Local days of Berlin."""

    def midnight(day: date) -> int:
        return int(datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)).timestamp() * 1000)

    return Period(kind, first, last, ZONE, midnight(first), midnight(last + timedelta(days=1)))


def make_recap(
    n: int = 4,
    *,
    name: str = "#music-club",
    names: Sequence[str] = NAMES,
    songs: Sequence[tuple[str, str]] = SONGS,
    days: tuple[PeriodKind, date, date] = WEEK,
    plays: int = 1284,
    before: bool = True,
    loops: bool = True,
    complete: float = 1.0,
) -> Recap:
    """A recap of `n` members. Member i has about a share i + 1 of `plays`; the same arguments, the same recap."""
    when = period(*days)
    people = [Member(MemberId(10 * i + 3), who, ZONE) for i, who in enumerate(islice(cycle(names), n))]
    weights = sum(range(1, n + 1)) or 1
    counts = [plays * (i + 1) // weights for i in range(n)]
    if counts:
        counts[-1] += plays - sum(counts)

    def ranked(kind: Kind) -> tuple[Ranked, ...]:
        lines = []
        for i, (title, artist) in enumerate(songs if plays else ()):
            heard = max(1, plays // (30 + 9 * i))
            each, rest = divmod(heard, max(n, 1))
            shares = [(who.id, each + (rest if not at else 0)) for at, who in enumerate(people)]
            lines.append(
                Ranked(
                    kind,
                    i + 1,
                    "" if kind is Kind.ARTIST else title,
                    artist,
                    heard,
                    tuple(share for share in shares if share[1]),
                    (None, i + 1, i + 3, max(1, i - 1))[i % 4],
                    (TrackId(i),),
                )
            )
        return tuple(lines)

    clock = tuple((plays * hour * hour) // 4324 for hour in range(24))
    week = tuple((plays * ((7 * hour) % 13)) // 1008 for hour in range(168))
    busiest = BusyHour(when.start_ms + 20 * HOUR_MS, ZONE, plays // 20 + 1) if plays else None
    title, artist = songs[0] if songs else ("", "")
    loop = (
        Loop(people[0], title, artist, 12, when.start_ms + 26 * HOUR_MS, when.start_ms + 28 * HOUR_MS, ())
        if n
        else None
    )
    tracks, artists, albums = ranked(Kind.TRACK), ranked(Kind.ARTIST), ranked(Kind.ALBUM)
    parts = tuple(
        MemberRecap(
            who,
            count,
            count * 9 // 10 if before else 0,
            3 * count,
            True,
            tracks,
            artists[i % max(len(artists), 1) :],
            albums,
            clock,
            week,
            busiest,
            (),
        )
        for i, (who, count) in enumerate(zip(people, counts, strict=True))
    )
    return Recap(
        name,
        when,
        plays,
        plays * 9 // 10 if before else 0,
        sum(count > 0 for count in counts),
        3 * plays,
        True,
        tracks,
        artists,
        albums,
        clock,
        week,
        busiest,
        (loop,) if loop and loops and plays else (),
        parts,
        tuple(Coverage(who, complete, (), (), ()) for who in people),
    )


CASES = {
    "one": make_recap(1),
    "two": make_recap(2),
    "four": make_recap(4),
    "six": make_recap(6),
    "twelve": make_recap(12, plays=148_211),
    "thirteen": make_recap(13),
    "nobody": make_recap(0, plays=0),
    "nothing played": make_recap(4, plays=0),
    "one play": make_recap(1, plays=1, songs=SONGS[:1], before=False, loops=False),
    "hostile": make_recap(8, names=HOSTILE_NAMES, songs=HOSTILE, name="\u202eevil \x00 #group " + "x" * 80),
    "hostile and alone": make_recap(1, names=("\x00",), songs=HOSTILE[::-1], name="\x00"),
    "month": make_recap(5, days=(PeriodKind.MONTH, date(2026, 9, 1), date(2026, 9, 30)), complete=0.5),
    "year": make_recap(3, days=(PeriodKind.YEAR, date(2026, 1, 1), date(2026, 12, 31)), plays=1_112_841),
    "days": make_recap(4, days=(PeriodKind.DAYS, date(2026, 12, 28), date(2027, 1, 3)), loops=False),
    "long names": make_recap(
        4, names=("Maximiliane Aurelia von und zu Hohenlohe-Waldenburg-Schill", "みなみ" * 20)
    ),
}
