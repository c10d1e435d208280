"""What a list must not hold, whoever asks: hard constraints, checked in code before and after the search.

A fact that is not known does not pass a gate that asks for it: without a year a song is in no decade.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.hints import Explicit, Hints, Instrumental, clear_axis
from bot.core.lexicon import Kind, Lexicon, Meaning, exact_genres
from bot.core.named import Reading
from bot.core.songbook import Song, SongKey, song_key
from bot.core.words.eras import Years
from bot.core.words.folding import artist_key
from bot.text import Text, t

_AXIS_NOT, _AXIS_LIMIT = (2.5, 3.5), (2.0, 4.0)  # what is left of an axis after "not sad", "not too sad"


@dataclass(frozen=True, slots=True)
class Gates:
    """All that was refused or required. Artists are `artist_key`s, genres and moods the songbook's own.

    Energy and valence are bounds from 1 to 5, both included.
    """

    years: tuple[Years, ...] = ()
    exclude_years: tuple[Years, ...] = ()
    languages: frozenset[str] = frozenset()
    exclude_languages: frozenset[str] = frozenset()
    instrumental: bool | None = None
    clean: bool = False
    exclude_artists: frozenset[str] = frozenset()
    exclude_songs: frozenset[SongKey] = frozenset()
    exclude_genres: frozenset[str] = frozenset()
    avoid_moods: frozenset[str] = frozenset()
    energy: tuple[float, float] = (1.0, 5.0)
    valence: tuple[float, float] = (1.0, 5.0)

    def pass_(self, song: Song) -> bool:
        """Whether nothing speaks against a song."""
        return (
            self._names(song)
            and self.year_passes(song.year)
            and self._language(song)
            and (self.instrumental is None or song.instrumental is self.instrumental)
            and (not self.clean or song.explicit is False)
            and not (self.exclude_genres and (not song.genres or self.exclude_genres & set(song.genres)))
            and not (self.avoid_moods and (not song.moods or self.avoid_moods & set(song.moods)))
            and _within(song.energy, self.energy)
            and _within(song.valence, self.valence)
        )

    def may_pass(self, song: Song) -> bool:
        """Whether nothing that is known speaks against a song of which not all is known yet.

        Once it is found, `found_passes` has the last word.
        """
        return (
            self._names(song)
            and (not song.year or self.year_passes(song.year))
            and not (self.clean and song.explicit)
            and not self.exclude_genres & set(song.genres)
            and not self.avoid_moods & set(song.moods)
            and (not song.energy or _within(song.energy, self.energy))
            and (not song.valence or _within(song.valence, self.valence))
        )

    def year_passes(self, year: int) -> bool:
        """Whether a song of this year (0: unknown) may be in."""
        if not self.years and not self.exclude_years:
            return True
        if year == 0:
            return False
        asked = not self.years or any(span.holds(year) for span in self.years)
        return asked and not any(span.holds(year) for span in self.exclude_years)

    def found_passes(self, song: Song, *, year: int, explicit: bool) -> bool:
        """Whether the track that a search found for a song may be in.

        Its year counts where it is earlier than ours: a reissue is no younger than its song.
        """
        known = [one for one in (song.year, year) if one]
        return self.year_passes(min(known, default=0)) and not (self.clean and explicit)

    def _names(self, song: Song) -> bool:
        artist = song.key[0]
        if artist in self.exclude_artists or song.key in self.exclude_songs:
            return False
        # a guest or a joint credit is excluded too: "no Drake" means "Drake & Future" as well
        return not any(f" {name} " in f" {artist} " for name in self.exclude_artists if " and " in artist)

    def _language(self, song: Song) -> bool:
        if self.languages and song.lang not in self.languages:
            return False
        return not self.exclude_languages or (bool(song.lang) and song.lang not in self.exclude_languages)


def _within(value: float, bounds: tuple[float, float]) -> bool:
    low, high = bounds
    if (low, high) == (1.0, 5.0):
        return True
    return value > 0 and low <= value <= high


def gates_for(reading: Reading, lexicon: Lexicon, notes: list[Text]) -> Gates:
    """The bounds of a reading; what cannot be kept apart is added to `notes`."""
    hints, named = reading.hints, reading.named
    energy, valence = (1.0, 5.0), (1.0, 5.0)
    avoid: set[str] = set()
    for meanings, limits in ((hints.avoid, _AXIS_NOT), (hints.limit, _AXIS_LIMIT)):
        for meaning in meanings:
            own = meaning.label in lexicon.moods and lexicon.moods[meaning.label].says == (meaning.label,)
            activity = meaning.kind is Kind.ACTIVITY
            if limits is _AXIS_NOT and (own or activity):
                avoid |= (
                    {meaning.label} if own else {mood for mood, fits in meaning.tags.items() if fits >= 1.0}
                )
            axis, bounds = _bound(meaning, limits)
            if axis == "energy" and not activity:
                energy = max(energy[0], bounds[0]), min(energy[1], bounds[1])
            elif axis == "valence" and not activity:
                valence = max(valence[0], bounds[0]), min(valence[1], bounds[1])
    wanted_moods = {mood for one in hints.feelings for mood in one.meaning.says}
    for mood in sorted(avoid & wanted_moods):
        notes.append(t("You asked for {mood} and against it; I left it out.", mood=mood))
    return Gates(
        years=hints.years, exclude_years=hints.exclude_years,
        languages=frozenset(hints.languages), exclude_languages=frozenset(hints.exclude_languages),
        instrumental={Instrumental.ONLY: True, Instrumental.AVOID: False}.get(hints.instrumental),
        clean=hints.explicit is Explicit.CLEAN,
        exclude_artists=frozenset(artist_key(one.artist) for one in named.exclude if not one.title),
        exclude_songs=frozenset(song_key(one.title, one.artist) for one in named.exclude if one.title),
        exclude_genres=_excluded(hints, lexicon, notes), avoid_moods=frozenset(avoid),
        energy=energy if energy[0] <= energy[1] else (1.0, 5.0),
        valence=valence if valence[0] <= valence[1] else (1.0, 5.0),
    )  # fmt: skip


def _bound(meaning: Meaning, limits: tuple[float, float]) -> tuple[str, tuple[float, float]]:
    """Which axis a refused mood is about, and what is left of it; ("", …) if it is about neither."""
    axis = clear_axis(meaning)
    if not axis:
        return "", (1.0, 5.0)
    place = (meaning.energy if axis == "energy" else meaning.valence) or 3.0
    return axis, ((limits[0], 5.0) if place < 3.0 else (1.0, limits[1]))


def _excluded(hints: Hints, lexicon: Lexicon, notes: list[Text]) -> frozenset[str]:
    wanted = {name for label in hints.genres for name in exact_genres(label, lexicon)}
    out: set[str] = set()
    for label in hints.exclude_genres:
        genre = lexicon.genres[label]
        if not genre.within:
            out |= exact_genres(label, lexicon)
        elif wanted & set(genre.within):
            notes.append(
                t("I can't tell {narrow} from other {wide}, so some may have slipped in.",
                  narrow=label, wide=genre.within[0])
            )  # fmt: skip
        else:
            out |= set(genre.within)
    asked = {name for label in hints.genres for name in {label} & set(lexicon.genres)}
    return frozenset(out - asked) if not asked & set(hints.exclude_genres) else frozenset(out)
