"""Pictures made up for drawing: groups of any size, in any script, and what a malicious title may hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import cycle, islice
from zoneinfo import ZoneInfo

from bot.core import calendar
from bot.core.model import Member, MemberId, Period, PeriodKind, Span, TrackId
from bot.core.pictures import (
    Atlas,
    Compared,
    Honour,
    Hours,
    JCard,
    Matrix,
    Months,
    Picture,
    Poster,
    Ticket,
)
from bot.core.recap.insights import Bridge, Pair, Thing
from bot.core.recap.model import BusyHour, Coverage, Kind, Loop, MemberRecap, Ranked, Recap
from bot.core.recap.months import Month, Season
from bot.core.recap.origins import Area, Origins
from bot.core.taste import Interval
from bot.text import t, tn

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


def _week(plays: int, i: int, n: int) -> tuple[int, ...]:
    """A member's plays over the hours of the week: each has an evening of their own, and everybody sleeps."""
    weights = [
        0
        if hour % 24 in range(2, 7)
        else (7 * hour + 5 * i) % 13 + (40 if hour // 24 == (i + 4) % 7 and hour % 24 > 17 else 0)
        for hour in range(168)
    ]
    return tuple(
        plays * weight // sum(weights) + (hour == 20 + i % 3 and plays > 0)
        for hour, weight in enumerate(weights)
    )


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
                    back=i > 0,
                )
            )
        return tuple(lines)

    clock = tuple((plays * hour * hour) // 4324 for hour in range(24))
    weeks = [_week(count, i, n) for i, count in enumerate(counts)]
    week = tuple(map(sum, zip(*weeks, strict=True))) if weeks else (0,) * 168
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
            weeks[i],
            busiest if count else None,
            (loop,) if loop and loops and not i and count else (),
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
        tuple(Coverage(who, complete, (), (), (), until_ms=when.end_ms) for who in people),
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


QUOTES = {
    "short": "Again.",
    "long": (
        "Put ‘Through the Night’ on at 2 a.m. while the rain hit the tin roof, and my whole flat stopped arguing for "
        "exactly four minutes. Someone said «ещё раз» — so we did, three times, and then nobody wanted to be the one "
        "to turn it off, so we just sat there until it got light outside."
    ),
    "lines": "roses are red\n\nviolets are blue\nthis bassline\nis longer than you",
    "arabic": "سمعتها في الطريق إلى البيت وتوقفت السيارة كلها عن الكلام حتى انتهت الأغنية (مرتين)",
    "hebrew": "שמעתי את זה ב-3 בלילה ולא הצלחתי להפסיק",
    "thai": "เพลงนี้ทำให้คิดถึงบ้านทุกครั้งที่ได้ยิน ผู้หญิงในญี่ปุ่นร้องเพลงใหญ่ ๆ แบบนี้ไม่มีใครเหมือน",
    "hindi": "यह गीत सुनकर मुझे अपनी दादी की रसोई याद आ गई, जहाँ रेडियो हमेशा चलता रहता था।",
    "japanese": "夜中の二時に雨の音を聞きながらこの曲を流したら、家中の喧嘩がちょうど四分間だけ止まった。"
    * 6,
    "emoji": "🎧👩🏽‍🚀🇯🇵❤️🔥" * 56,
    "one word": "N" + "o" * 278 + "!",
    "laughing": "ه" * 120,
    "no font": "இந்தப் பாடல் என் பாட்டியின் சமையலறையை நினைவூட்டியது",
    "too long": "It goes on. " * 40,
    "many lines": "\n".join("abcdefghijklmnopqrstuvwxyz"[i % 26] for i in range(140)),
    "hostile": '*bold* #panic("x") $x$ \u202egnp.exe Z̷̢̛͓̝̹̞̺̓̍a̶l̸g̶o',
}


def make_poster(said: str, name: str = "みなみ", song: tuple[str, str] = SONGS[0], times: int = 12) -> Poster:
    """A quote of somebody who played a song some times on a Tuesday night."""
    when = period(*WEEK)
    span = Span(when.start_ms + 26 * HOUR_MS, when.start_ms + 28 * HOUR_MS) if times else None
    return Poster(
        said,
        Member(MemberId(13), name, ZONE),
        *song,
        "#music-club",
        when,
        times,
        span,
        (MemberId(3), MemberId(13)),
    )


def make_matrix(n: int, names: Sequence[str] = NAMES, *, plays: int = 100, bridge: bool = True) -> Matrix:
    """A matrix of `n` members, of whom every fifth has played too little."""
    people = [Member(MemberId(10 * i + 3), who, ZONE) for i, who in enumerate(islice(cycle(names), n))]
    compared = tuple(Compared(who, 3 if i % 5 == 4 else plays + i) for i, who in enumerate(people))
    pairs = []
    for i, one in enumerate(compared):
        for j, other in enumerate(compared[:i]):
            if min(one.plays, other.plays) < 30:
                continue
            value = 1.0 if (i, j) == (1, 0) and n == 12 else (37 * i + 23 * j) % 100 / 100
            shared = tuple(Thing(Kind.ARTIST, "", artist, ()) for _, artist in SONGS[j % 4 : j % 4 + 3])
            near = Interval(value, max(0.0, value - 0.11), min(1.0, value + 0.08))
            pairs.append(Pair((other.member, one.member), near, shared))
    joining = Bridge(
        Thing(Kind.ARTIST, "", "아이유 (IU)", ()), tuple((who, 0.3 / (i + 1)) for i, who in enumerate(people))
    )
    return Matrix("#music-club", period(*WEEK), compared, tuple(pairs), joining if bridge and n > 1 else None)


LONG = (
    "Maximiliane Aurelia von und zu Hohenlohe-Waldenburg-Schillin",
    "みなみ" * 20,
    "نورالهدى" * 7,
    "W" * 60,
)
AWARD = Honour(t("Night owl"), tn("{n} play after midnight", "{n} plays after midnight", 41))


def make_ticket(recap: Recap, at: int = 0, award: Honour | None = None) -> Ticket:
    """The ticket of the member at this place."""
    return Ticket(recap, recap.members[at].member.id, award)


YEAR = (PeriodKind.YEAR, date(2026, 1, 1), date(2026, 12, 31))
QUARTER = (PeriodKind.QUARTER, date(2026, 4, 1), date(2026, 6, 30))
WORLD = (
    ("United States", 412), ("United Kingdom", 236), ("South Korea", 88), ("Japan", 75), ("Germany", 61),
    ("Sweden", 44), ("France", 40), ("Canada", 38), ("Australia", 22), ("Brazil", 20), ("Mali", 17), ("Iceland", 16),
    ("Norway", 15), ("Ireland", 15), ("Netherlands", 14), ("Belgium", 9), ("[Worldwide]", 8), ("Spain", 8),
    ("Italy", 7), ("Denmark", 6), ("Egypt", 5), ("India", 5), ("New Zealand", 4), ("Jamaica", 3), ("Scotland", 3),
    ("Türkiye", 2), ("Georgia", 2), ("Tuvalu", 1), ("Chile", 1), ("South Africa", 1),
)  # fmt: skip


def shared(recap: Recap, plays: int, turn: int = 0) -> tuple[tuple[MemberId, int], ...]:
    """So many plays among the members, another one of them with most at each turn."""
    people = [part.member.id for part in recap.members]
    weights = [1 + (i + turn) % max(len(people), 1) for i in range(len(people))]
    parts = [plays * weight // sum(weights) for weight in weights]
    parts[turn % len(parts)] += plays - sum(parts)
    return tuple((who, n) for who, n in zip(people, parts, strict=True) if n)


def make_months(
    recap: Recap, *, empty: Sequence[int] = (), songs: Sequence[tuple[str, str]] = SONGS, seasons: int = 4
) -> Months:
    """The months of a recap, of which those that are `empty` (1 for January) have no plays."""
    period, days = recap.period, []
    while not days or days[-1].last < period.last:
        day = days[-1].last + timedelta(days=1) if days else period.first
        days.append(calendar.month_of(day, ZONE))

    def top(plays: int, turn: int) -> Ranked:
        artist = songs[turn % len(songs)][1]
        return Ranked(Kind.ARTIST, 1, "", artist, plays, shared(recap, plays, turn), None, ())

    months = []
    for i, month in enumerate(days):
        plays = 0 if month.first.month in empty else recap.plays * (3 + 5 * i % 7) // (6 * len(days))
        months.append(
            Month(
                month,
                plays,
                shared(recap, plays, i) if plays else (),
                top(plays // 9, i) if plays > 8 else None,
            )
        )
    found = [
        Season(
            calendar.quarter_of(date(period.first.year, 3 * i + 1, 1), ZONE),
            top(recap.plays // 40, i + 2),
            top(recap.plays // 30, i + 2),
        )
        for i in range(seasons if period.kind is PeriodKind.YEAR else 0)
    ]
    return Months(recap, tuple(months), tuple(found))


def make_atlas(recap: Recap, world: Sequence[tuple[str, int]] = WORLD) -> Atlas:
    """A map of these areas with their plays."""
    areas = tuple(Area(name, n, shared(recap, n, i)) for i, (name, n) in enumerate(world))
    placed = sum(n for _, n in world)
    return Atlas(recap, Origins(recap.plays, placed, placed, (), areas))


PICTURES: dict[str, Picture] = {
    **{f"jcard {name}": JCard(recap) for name, recap in CASES.items()},
    "jcard one song": JCard(make_recap(4, songs=[("Dancing On My Own", "Robyn")])),
    "ticket": make_ticket(make_recap(4), 1, AWARD),
    "ticket loop": make_ticket(make_recap(4)),
    "ticket busy": make_ticket(make_recap(12, plays=60_000), 11),
    "ticket pattern": make_ticket(make_recap(9), 6, AWARD),
    "ticket three plays": make_ticket(make_recap(1, plays=3, songs=SONGS[:1], before=False, loops=False)),
    "ticket nothing": make_ticket(make_recap(4, plays=0), 2),
    "ticket year": make_ticket(CASES["year"], 2),
    **{f"ticket long {i}": make_ticket(make_recap(4, names=LONG), i, AWARD) for i in range(4)},
    "ticket hostile": make_ticket(CASES["hostile"], 3),
    "hours one": Hours(CASES["one"]),
    "hours two": Hours(CASES["two"]),
    "hours four": Hours(CASES["four"]),
    "hours twelve": Hours(CASES["twelve"]),
    "hours thirteen": Hours(CASES["thirteen"]),
    "hours nobody": Hours(CASES["nobody"]),
    "hours three plays": Hours(make_recap(1, plays=3)),
    "hours month": Hours(CASES["month"]),
    "hours year": Hours(CASES["year"]),
    "hours long": Hours(make_recap(4, names=LONG, name="x" * 80)),
    **{f"poster {name}": make_poster(said) for name, said in QUOTES.items()},
    "poster long names": make_poster(
        QUOTES["long"], LONG[0], ("A title without end " * 9, "An artist " * 20)
    ),
    "poster plain": make_poster(QUOTES["short"], "Ana", ("", "Kino"), 0),
    **{f"matrix {n}": make_matrix(n) for n in (0, 1, 2, 3, 4, 6, 9, 12, 15)},
    "matrix too little": make_matrix(3, plays=5, bridge=False),
    "matrix long": make_matrix(6, LONG),
    "matrix twelve long": make_matrix(12, LONG),
    "months year": make_months(make_recap(4, days=YEAR, plays=15_284)),
    "months one": make_months(make_recap(1, days=YEAR, plays=9_120), empty=(2, 3), seasons=2),
    "months twelve": make_months(make_recap(12, days=YEAR, plays=1_112_841)),
    "months fifty": make_months(make_recap(50, days=YEAR, plays=148_211), seasons=1),
    "months few": make_months(make_recap(2, days=YEAR, plays=60, loops=False), empty=range(4, 13), seasons=0),
    "months nothing": make_months(make_recap(3, days=YEAR, plays=0), empty=range(1, 13), seasons=0),
    "months nobody": make_months(make_recap(0, days=YEAR, plays=0), empty=range(1, 13), seasons=0),
    "months hostile": make_months(
        make_recap(
            8, days=YEAR, plays=3_000, names=HOSTILE_NAMES, songs=HOSTILE, name="\u202eevil \x00 " + "x" * 80
        ),
        songs=HOSTILE,
    ),
    "months long": make_months(make_recap(6, days=YEAR, names=LONG), songs=[(it, it) for it in LONG]),
    "months quarter": make_months(make_recap(4, days=QUARTER, plays=4_284)),
    "months quarter one": make_months(make_recap(1, days=QUARTER, plays=2_211), empty=(5,)),
    "months quarter fifty": make_months(make_recap(50, days=QUARTER, plays=44_211)),
    "months quarter hostile": make_months(
        make_recap(8, days=QUARTER, plays=900, names=HOSTILE_NAMES, songs=HOSTILE), songs=HOSTILE
    ),
    "months quarter nothing": make_months(make_recap(3, days=QUARTER, plays=0), empty=(4, 5, 6)),
    "months two": make_months(
        make_recap(3, days=(PeriodKind.DAYS, date(2026, 11, 1), date(2026, 12, 31)), plays=1_201)
    ),
    "atlas": make_atlas(make_recap(4)),
    "atlas year": make_atlas(make_recap(12, days=YEAR, plays=1_112_841), [(it, 811 * n) for it, n in WORLD]),
    "atlas one": make_atlas(make_recap(1)),
    "atlas fifty": make_atlas(make_recap(50)),
    "atlas two": make_atlas(make_recap(2), WORLD[2:4]),
    "atlas europe": make_atlas(
        make_recap(3), [it for it in WORLD if it[0] not in ("United States", "Japan")][1:]
    ),
    "atlas nowhere": make_atlas(make_recap(3), (("[Worldwide]", 31), ("Hamburg", 12), ("California", 2))),
    "atlas hostile": make_atlas(
        make_recap(8, names=HOSTILE_NAMES, songs=HOSTILE, name="\u202eevil \x00 " + "x" * 80),
        [*((artist, 40 - i) for i, (_, artist) in enumerate(HOSTILE)), ("W" * 300, 9), ("Japan", 3)],
    ),
    "atlas long": make_atlas(
        make_recap(6, names=LONG),
        [
            ("Democratic Republic of the Congo", 40),
            ("South Georgia and the South Sandwich Islands", 39),
            *WORLD[4:],
        ],
    ),
}
