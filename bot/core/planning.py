"""From what was asked to a plan: where energy and mood should go, which tags weigh how much, what is out of bounds.

A plan may hold names from plays and songbook, so it stays with us; what a model is shown is a `core.briefs.Brief`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.core.caveats import explain
from bot.core.gates import Gates, gates_for
from bot.core.hints import CLEAR, Direction, Hints, Said
from bot.core.lexicon import Kind, Lexicon, Meaning
from bot.core.named import Reading
from bot.core.songbook import Song, Songbook, SongKey, song_key
from bot.core.words.folding import artist_key
from bot.core.words.names import Mention
from bot.text import Text, t, tn

DEFAULT_SIZE, LEAST, MOST = 20, 5, 50
MINUTES_A_SONG = 3.75  # the usual length of a song, with the gap before the next
ARTIST_CAP = 2
_CLEARLY = 0.9  # how far from the middle (3) a feeling must be for a song to be measured by it
_STEP = 0.5  # "calmer than X": by so much at least
OCCASIONS = frozenset({"christmas"})  # never there unasked, and never missing when asked


@dataclass(frozen=True, slots=True)
class Plan:
    """Energy and valence from the first song to the last, weights of moods and genres (0-1), and the bounds.

    `genres` are the labels that were asked for (any of them will do), `soft_genres` what suits the occasion;
    `clear` names the axes ("energy", "valence") that the words speak clearly of: a song far off is no fit.
    `widened`: what it should be like is left by a comparison or a refusal, so neighbouring genres count as like it.
    `must` are moods without which a song is beside the point (Christmas). `artists` and `seeds` are keys: songs by,
    and songs like. `open`: nothing was asked. `notes` tell the person what became of their words.
    """

    size: int
    energy: tuple[float, float]
    valence: tuple[float, float]
    arc: str
    gates: Gates
    tags: Mapping[str, float] = field(default_factory=dict)
    genres: tuple[str, ...] = ()
    soft_genres: Mapping[str, float] = field(default_factory=dict)
    artists: tuple[str, ...] = ()
    seeds: tuple[SongKey, ...] = ()
    seed_artists: tuple[str, ...] = ()
    familiar: str = ""
    targeted: bool = False
    clear: frozenset[str] = frozenset()
    widened: bool = False
    open: bool = False
    must: frozenset[str] = frozenset()
    size_asked: bool = False
    minutes: int | None = None
    notes: tuple[Text, ...] = ()


def plan_for(reading: Reading, lexicon: Lexicon, book: Songbook) -> Plan:
    """The plan for a reading. Never fails: what cannot be done is in the notes."""
    hints, named = reading.hints, reading.named
    notes: list[Text] = []
    size = _size(hints, notes)
    keys = [song_key(one.title, one.artist) for one in named.like if one.title]
    seeds = [book.by_key[key] for key in keys if key in book.by_key]
    # an unknown song of a known artist stands for its artist
    alike = [artist_key(one.artist) for one in named.like if not one.title or not _known(one, book)]
    asked = tuple(artist_key(one.artist) for one in named.artists)
    base = [*seeds, *(song for artist in alike for song in book.by_artist.get(artist, ()))]
    if hints.compared and not base:
        base = [song for artist in asked for song in book.by_artist.get(artist, ())]
    energy, valence, targeted = _target(hints, base)
    gates = _than(hints, base, gates_for(reading, lexicon, notes), notes)
    energy = _clamp(energy, gates.energy)
    valence = _clamp(valence, gates.valence)
    arc = _arc(hints)
    energies, valences = _course(arc, energy, valence, hints)
    explain(reading, lexicon, book, notes)
    clear = _clear(hints, energy, valence)
    return Plan(
        size=size,
        energy=(_clamp(energies[0], gates.energy), _clamp(energies[1], gates.energy)),
        valence=(_clamp(valences[0], gates.valence), _clamp(valences[1], gates.valence)),
        arc=arc, gates=gates, tags=_tags(hints, gates), genres=hints.genres,
        soft_genres={} if hints.genres else _soft_genres(hints),
        artists=asked, seeds=tuple(song.key for song in seeds), seed_artists=tuple(dict.fromkeys(alike)),
        familiar=hints.familiar, targeted=targeted, clear=clear,
        widened=bool(hints.compared or hints.exclude_genres),
        open=hints.nothing_understood and not (named.artists or named.like or named.exclude),
        must=OCCASIONS & set(hints.moods),
        size_asked=hints.count is not None or hints.minutes is not None, minutes=hints.minutes, notes=tuple(notes),
    )  # fmt: skip


def _known(mention: Mention, book: Songbook) -> bool:
    return song_key(mention.title, mention.artist) in book.by_key


def _size(hints: Hints, notes: list[Text]) -> int:
    if hints.count is not None:
        size = min(max(hints.count, LEAST), MOST)
        if size != hints.count:
            notes.append(
                tn("You asked for {n} song; a list has {least} to {most}, so this one has {size}.",
                   "You asked for {n} songs; a list has {least} to {most}, so this one has {size}.",
                   min(hints.count, 999_999), least=LEAST, most=MOST, size=size)
            )  # fmt: skip
        return size
    if hints.minutes is not None:
        wanted = round(hints.minutes / MINUTES_A_SONG)
        size = min(max(wanted, LEAST), MOST)
        about = tn("{n} minute", "{n} minutes", min(hints.minutes, 99_999))
        notes.append(
            t("{about} is about {size} songs.", about=about, size=size)
            if size == wanted
            else t("{about} would be {wanted} songs; a list has {least} to {most}, so this one has {size}.",
                   about=about, wanted=min(wanted, 99_999), least=LEAST, most=MOST, size=size)
        )  # fmt: skip
        return size
    return DEFAULT_SIZE


# --- energy and valence -------------------------------------------------------------------------------------


def _target(hints: Hints, base: Sequence[Song]) -> tuple[float, float, bool]:
    """Mean energy and valence asked for, and whether anything was said about them."""
    lift = hints.direction is Direction.LIFT
    feelings = [one for one in hints.feelings if not (lift and _bleak(one.meaning))]
    energy = _axis([(one, one.meaning.energy) for one in feelings])
    valence = _axis([(one, one.meaning.valence) for one in feelings])
    if hints.in_crisis:
        return 2.0, 3.4, True
    if hints.tempo_said:
        energy = min(5.0, max(1.0, hints.tempo_said / 35))
    if lift:
        energy, valence = energy if energy is not None else 3.6, max(valence or 0.0, 4.2)
    if base:
        energy = energy if energy is not None else sum(song.energy for song in base) / len(base)
        valence = valence if valence is not None else sum(song.valence for song in base) / len(base)
    for one in hints.compared:
        energy = _shifted(energy, one.meaning.energy, one.degree)
        valence = _shifted(valence, one.meaning.valence, one.degree)
    targeted = energy is not None or valence is not None
    return energy if energy is not None else 3.0, valence if valence is not None else 3.0, targeted


def _axis(values: Sequence[tuple[Said, float | None]]) -> float | None:
    """The mean of what is said on one axis; moods count twice as much as activities."""
    known = [(one, value) for one, value in values if value is not None]
    if not known:
        return None
    weights = [2.0 if one.meaning.kind is Kind.MOOD else 1.0 for one, _ in known]
    total = sum(
        weight * min(5.0, max(1.0, 3.0 + (value - 3.0) * one.degree))
        for weight, (one, value) in zip(weights, known, strict=True)
    )
    return total / sum(weights)


def _shifted(value: float | None, towards: float | None, degree: float) -> float | None:
    """One step (times the degree) towards a mood's own place; without a place to start from, that place itself."""
    if towards is None or abs(towards - 3.0) < 0.5:
        return value
    if value is None:
        return 3.0 + (towards - 3.0) * (degree if degree > 0 else -0.5)
    side = 1.0 if towards > 3.0 else -1.0
    return min(5.0, max(1.0, value + side * 1.2 * degree))


def _clear(hints: Hints, energy: float, valence: float) -> frozenset[str]:
    """The axes on which feelings are clear and do not cancel each other out."""
    compared = {one.meaning.label for one in hints.compared}
    said = [one.meaning for one in hints.feelings if one.degree >= 1.0 and one.meaning.label not in compared]
    if hints.in_crisis or hints.direction is Direction.LIFT or hints.arc:
        return frozenset()
    axes = {"energy": energy, "valence": valence}
    places = {"energy": [one.energy for one in said], "valence": [one.valence for one in said]}
    return frozenset(
        axis
        for axis, target in axes.items()
        if abs(target - 3.0) >= _CLEARLY
        and any(place is not None and abs(place - 3.0) >= _CLEARLY for place in places[axis])
    )


def _than(hints: Hints, base: Sequence[Song], gates: Gates, notes: list[Text]) -> Gates:
    """The gates for "like X but calmer": by a step calmer than X on average, or a note that nothing is."""
    for one in hints.compared if base else ():
        axis, up = _compared_axis(one)
        if not axis:
            continue
        mean = sum(song.energy if axis == "energy" else song.valence for song in base) / len(base)
        low, high = gates.energy if axis == "energy" else gates.valence
        low, high = (
            (max(low, min(5.0, mean + _STEP)), high) if up else (low, min(high, max(1.0, mean - _STEP)))
        )
        if low > high or (mean > 5.0 - _STEP / 2 if up else mean < 1.0 + _STEP / 2):
            label = one.meaning.label.replace("_", " ")
            notes.append(
                t("No song I know is less {label} than that, so I kept close to it.", label=label)
                if one.degree < 0
                else t("No song I know is more {label} than that, so I kept close to it.", label=label)
            )
        elif axis == "energy":
            gates = replace(gates, energy=(low, high))
        else:
            gates = replace(gates, valence=(low, high))
    return gates


def _compared_axis(one: Said) -> tuple[str, bool]:
    """Which axis a comparison is about, and whether it goes up; "" if about neither."""
    energy, valence = (
        (3.0 if place is None else place) - 3.0 for place in (one.meaning.energy, one.meaning.valence)
    )
    if abs(energy) >= max(_CLEARLY, abs(valence)):
        return "energy", (energy > 0) == (one.degree > 0)
    if abs(valence) >= CLEAR:
        return "valence", (valence > 0) == (one.degree > 0)
    return "", False


def _bleak(meaning: Meaning) -> bool:
    return meaning.valence is not None and meaning.valence < 2.8


def _clamp(value: float, bounds: tuple[float, float]) -> float:
    return min(max(value, bounds[0]), bounds[1])


def _arc(hints: Hints) -> str:
    if hints.arc:
        return hints.arc
    if hints.direction is Direction.LIFT:
        return "build"
    return next((one.meaning.arc for one in hints.feelings if one.meaning.arc), "flat")


def _course(
    arc: str, energy: float, valence: float, hints: Hints
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Energy and valence at the first and the last song."""
    if hints.direction is Direction.LIFT:
        return (energy - 0.8, energy + 0.4), (min(valence - 1.0, 3.4), min(5.0, valence + 0.4))
    match arc:
        case "build":
            return (energy - 0.7, energy + 0.6), (valence - 0.1, valence + 0.2)
        case "peak-then-cool":
            return (energy, energy - 0.8), (valence, valence)
        case "sink-then-lift":
            return (energy, energy + 0.5), (valence, valence + 1.0)
        case _:
            return (energy, energy), (valence, valence)


# --- tags ---------------------------------------------------------------------------------------------------


def _tags(hints: Hints, gates: Gates) -> Mapping[str, float]:
    """The songbook's moods and how much each is wanted (the most wanted: 1)."""
    tags: dict[str, float] = {}
    lift = hints.direction is Direction.LIFT
    if lift:
        tags |= {"hopeful": 0.9, "happy": 0.9, "warm": 0.6, "fun": 0.5, "euphoric": 0.5}
    moods_said = any(one.meaning.kind is Kind.MOOD and one.meaning.says for one in hints.feelings)
    for one in (*hints.feelings, *hints.compared):
        if one.degree < 0 or (lift and _bleak(one.meaning)):
            continue
        weight = min(1.0, max(0.5, one.degree)) * (
            0.8 if moods_said and one.meaning.kind is Kind.ACTIVITY else 1.0
        )
        for mood in one.meaning.says:
            tags[mood] = max(tags.get(mood, 0.0), weight)
        for mood, fits in one.meaning.tags.items():
            share = weight * fits * (1.0 if one.meaning.kind is Kind.ACTIVITY else 0.6)
            tags[mood] = max(tags.get(mood, 0.0), share)
    if hints.in_crisis:
        tags = {"hopeful": 1.0, "tender": 0.8, "warm": 0.8, "peaceful": 0.7}
    return {mood: weight for mood, weight in tags.items() if mood not in gates.avoid_moods}


def _soft_genres(hints: Hints) -> Mapping[str, float]:
    genres: dict[str, float] = {}
    for one in hints.feelings:
        for genre, fits in one.meaning.genres.items():
            genres[genre] = max(genres.get(genre, 0.0), fits)
    return genres
