"""Six sample listeners: who they are, where their clock stands, what they like and when they listen.

They are invented. Their tastes meet in places (Ana and Ben in indie, Ben and Łukasz in rock, Chidi and Ana
in soul, 美咲 and Łukasz in electronic music, نور and Ben in jazz), so that comparing them tells something.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Slot:
    """A usual time to listen. `hour` is local, 5.0 to 28.9 (25.5 is half past one at night)."""

    hour: float
    minutes: float
    """How long it lasts on average."""
    chance: float
    """How likely it is on a day, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Habits:
    """How somebody listens. The rates are per track, except `loop_rate`, which is per session."""

    weekday: tuple[Slot, ...]
    weekend: tuple[Slot, ...]
    skip_rate: float = 0.08
    """Left within 30 seconds."""
    part_rate: float = 0.07
    """Left later, but before the end."""
    loop_rate: float = 0.03
    album_rate: float = 0.12
    private_rate: float = 0.01
    shuffle: bool = True


@dataclass(frozen=True, slots=True)
class Listener:
    """A sample account. `id` is the login name, `zone` an IANA time zone."""

    id: str
    display_name: str
    zone: str
    country: str
    device: str
    platform: str
    """What an export writes in its `platform` field."""
    habits: Habits
    scenes: Mapping[str, float] = field(hash=False)
    """How much of each scene; a scene that is not named is met by accident only."""
    favourites: tuple[str, ...] = ()
    """Artists by name; one the catalogue lacks is no loss."""
    premium: bool = True
    sleepless: bool = True
    """May have the night of one song twelve times."""


ANA = Listener(
    id="ana",
    display_name="Ana",
    zone="Europe/Berlin",
    country="DE",
    device="Ana's phone",
    platform="android",
    habits=Habits(
        weekday=(Slot(7.3, 38, 0.95), Slot(12.6, 22, 0.4), Slot(17.7, 42, 0.9), Slot(20.8, 55, 0.45)),
        weekend=(Slot(10.2, 80, 0.85), Slot(18.5, 70, 0.6)),
        skip_rate=0.12,
    ),
    scenes={"pop": 1.0, "latin": 0.9, "indie": 0.7, "soul": 0.5, "rnb": 0.3},
    favourites=("Rosalía", "Dua Lipa", "Lana Del Rey", "Amy Winehouse", "Natalia Lafourcade", "Lorde"),
)
BEN = Listener(
    id="ben",
    display_name="Ben",
    zone="Europe/Berlin",
    country="DE",
    device="Kitchen",
    platform="windows",
    habits=Habits(
        weekday=(Slot(9.1, 110, 0.95), Slot(11.6, 45, 0.7), Slot(13.9, 120, 0.95), Slot(19.5, 45, 0.4)),
        weekend=(Slot(11.0, 70, 0.6), Slot(16.0, 60, 0.5)),
        skip_rate=0.05,
        album_rate=0.3,
        shuffle=False,
    ),
    scenes={"indie": 1.0, "rock": 0.9, "folk": 0.8, "jazz": 0.35, "soundtrack": 0.3, "country": 0.3},
    favourites=("Radiohead", "Fleetwood Mac", "Bon Iver", "Big Thief", "The National", "Nick Drake"),
)
CHIDI = Listener(
    id="chidi",
    display_name="Chidi",
    zone="America/New_York",
    country="US",
    device="Chidi's headphones",
    platform="ios",
    habits=Habits(
        weekday=(Slot(8.2, 25, 0.7), Slot(18.3, 50, 0.7)),
        weekend=(Slot(10.0, 90, 0.9), Slot(14.0, 110, 0.9), Slot(21.0, 130, 0.85)),
        skip_rate=0.15,
        part_rate=0.1,
    ),
    scenes={"hiphop": 1.0, "afro": 0.9, "rnb": 0.8, "soul": 0.6, "reggae": 0.3, "pop": 0.3},
    favourites=("Burna Boy", "Kendrick Lamar", "Fela Kuti", "Frank Ocean", "Stevie Wonder", "Tems"),
)
MISAKI = Listener(
    id="misaki",
    display_name="美咲",
    zone="Asia/Tokyo",
    country="JP",
    device="美咲のiPhone",
    platform="ios",
    habits=Habits(
        weekday=(Slot(7.0, 45, 0.9), Slot(19.2, 50, 0.8), Slot(22.0, 60, 0.75)),
        weekend=(Slot(9.5, 60, 0.7), Slot(15.0, 80, 0.7), Slot(22.3, 70, 0.7)),
        loop_rate=0.3,
    ),
    scenes={"jpop": 1.0, "electronic": 0.7, "kpop": 0.6, "ambient": 0.4, "pop": 0.4, "soundtrack": 0.4},
    favourites=("宇多田ヒカル", "Hikaru Utada", "YOASOBI", "Perfume", "Aphex Twin", "Björk", "IU"),
)
NOOR = Listener(
    id="noor",
    display_name="نور",
    zone="Europe/Berlin",
    country="DE",
    device="Web Player",
    platform="web_player",
    habits=Habits(
        weekday=(Slot(8.6, 22, 0.7), Slot(21.2, 42, 0.9)),
        weekend=(Slot(10.8, 48, 0.8), Slot(21.5, 40, 0.8)),
        skip_rate=0.03,
        part_rate=0.04,
        album_rate=0.25,
        shuffle=False,
    ),
    scenes={"arabic": 1.0, "jazz": 0.9, "classical": 0.7, "turkish": 0.5, "chanson": 0.4, "folk": 0.4},
    favourites=("Fairuz", "فيروز", "Nina Simone", "John Coltrane", "Bill Evans", "Barış Manço"),
    premium=False,
    sleepless=False,
)
LUKASZ = Listener(
    id="lukasz",
    display_name="Łukasz",
    zone="Europe/Berlin",
    country="DE",
    device="Living room",
    platform="linux",
    habits=Habits(
        weekday=(Slot(16.5, 40, 0.5), Slot(21.8, 90, 0.9), Slot(24.6, 85, 0.75)),
        weekend=(Slot(15.0, 60, 0.7), Slot(21.0, 110, 0.9), Slot(24.5, 120, 0.85)),
        skip_rate=0.1,
        loop_rate=0.06,
    ),
    scenes={"metal": 1.0, "rock": 0.8, "punk": 0.7, "electronic": 0.6, "hiphop": 0.3, "ambient": 0.2},
    favourites=("Metallica", "Joy Division", "Nirvana", "Daft Punk", "Tool", "The Cure", "Nine Inch Nails"),
    sleepless=False,
)

SAMPLE_LISTENERS = (ANA, BEN, CHIDI, MISAKI, NOOR, LUKASZ)

# For those who try the demo: accounts that nobody of the sample group has linked. The week's sleepless night is
# always one of the sample group's, so that its mini-Wrapped tells of it.
SAM = replace(
    ANA, id="sam", display_name="Sam", zone="America/New_York", country="US", device="Sam's phone",
    scenes={"indie": 1.0, "rock": 0.6, "folk": 0.6, "hiphop": 0.5},
    favourites=("Phoebe Bridgers", "Radiohead"), sleepless=False,
)  # fmt: skip
ROBIN = replace(
    CHIDI, id="robin", display_name="Robin", zone="Europe/Berlin", country="DE", device="Robin's laptop",
    scenes={"electronic": 1.0, "pop": 0.7, "soul": 0.5, "jazz": 0.4},
    favourites=("Four Tet", "Robyn"), sleepless=False,
)  # fmt: skip
VISITORS = (SAM, ROBIN)
