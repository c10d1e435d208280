"""What a list must not hold, whoever asks: hard constraints, checked in code before and after the search.

A fact that is not known does not pass a gate that asks for it: without a year a song is in no decade.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.core.songbook import Song, SongKey
from bot.core.words.eras import Years


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
