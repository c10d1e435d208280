"""What the planner knows by heart: the lexicon and the songbook, as one thing to hand around."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.lexicon import Lexicon
from bot.core.songbook import Songbook
from bot.core.words.names import Gazetteer


@dataclass(frozen=True, slots=True)
class Wordbook:
    """The lexicon and the songbook."""

    lexicon: Lexicon
    book: Songbook

    def gazetteer(self, artists_known: Iterable[str] = ()) -> Gazetteer:
        """Every name that can be said: of the songbook, and these."""
        own = self.book.artists()
        songs = [(song.title, song.artist) for song in self.book.songs]
        return Gazetteer([*own, *artists_known], songs, self.lexicon, shorthand=own)
