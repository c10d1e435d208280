"""Artists and songs named in a prompt: exactly, cut short or misspelt, and never a word that only looks like one.

A name of ordinary words ("Yes", "Low", "Queen") counts where it is all that was asked for, before "songs", after
play or no, in a list with other names, or where something points at it (like, by …) and it is written like a name.
A misspelt name is looked for in the same places. `words.places` tells what stands around it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.lexicon import GRAMMAR, Lexicon
from bot.core.words.folding import without_the
from bot.core.words.places import Places
from bot.core.words.tokens import Break, Token, as_tokens

CLOSE_ENOUGH = 0.83  # optimal string alignment: one slip in six letters, two in twelve
SHORTEST_MISSPELT = 5
_LONGEST = 6  # words of a name that are looked at


class Cue(IntEnum):
    """How clearly the words before point at a name."""

    NONE = 0
    WEAK = 1  # from, or right after a name
    PLAY = 2  # play, more, some
    LISTED = 3  # joined to a name by a comma, and, or
    NOT = 4
    LIKE = 5
    BY = 6


@dataclass(frozen=True, slots=True)
class Mention:
    """A name in a prompt. `typed` is the member's own spelling; `artist` and `title` are as we know them.

    `known` is false for a name that is in neither plays nor songbook; `title` is "" where only an artist is meant.
    """

    typed: str
    artist: str
    title: str = ""
    known: bool = True

    @property
    def misspelt(self) -> bool:
        """Whether what was typed is not quite the name."""
        typed, name = (" ".join(as_tokens(words)) for words in (self.typed, self.title or self.artist))
        return self.known and without_the(name).replace(" ", "") not in typed.replace(" ", "")


class Gazetteer:
    """Every artist and song that can be named."""

    def __init__(
        self,
        artists: Iterable[str],
        songs: Iterable[tuple[str, str]],
        lexicon: Lexicon,
        shorthand: Iterable[str] = (),
    ) -> None:
        """`artists` from plays and songbook, `songs` as (title, artist); `shorthand`: artists one name of whom is
        enough ("Kendrick") where it is the only one of that name."""
        self._lexicon = lexicon
        self._exact: dict[tuple[str, ...], str] = {}
        for name in artists:
            words = as_tokens(name)
            bare = as_tokens(without_the(" ".join(words)))
            spelt = {tuple(_AND.get(word, word) for word in form) for form in (words, bare)}
            for form in {words, bare, ("".join(words),), *spelt}:
                if form and form != ("",):
                    self._exact.setdefault(form, name)
        self._fuzzy = {" ".join(form): name for form, name in self._exact.items() if len("".join(form)) > 4}
        self._spellings = list(self._fuzzy)
        self._titles: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for title, artist in songs:
            form = as_tokens(title)
            if form:
                self._titles.setdefault(form, []).append((title, artist))
        self._numbered = {as_tokens(name) for name in lexicon.numbered_names}
        self._parts: dict[str, set[str]] = {}
        for name in shorthand:
            for word in as_tokens(name):
                if len(word) >= 4 and not self._common(word):
                    self._parts.setdefault(word, set()).add(name)
        self._starts: dict[tuple[str, ...], set[str]] = {}
        for form, name in self._exact.items():
            for n in range(2, len(form)):
                if not self._ordinary(form[:n]):
                    self._starts.setdefault(form[:n], set()).add(name)

    def find(
        self, tokens: Sequence[Token], words: Sequence[str], at: int, cue: Cue
    ) -> tuple[int, Mention] | None:
        """The name that begins at token `at`, and how many tokens it takes."""
        places = Places(tokens, words, self._lexicon)
        song = self._song(tokens, words, at, cue, places)
        if song is not None:
            return song
        own = self._own_song(tokens, words, at, cue, places)
        if own is not None:
            return own
        term, meanings = self._lexicon.longest(words, at)
        is_content = any(meaning.kind not in GRAMMAR for meaning in meanings)
        for n in range(min(_LONGEST, len(words) - at), 0, -1):
            name = self._exact.get(tuple(words[at : at + n]))
            if name is None and words[at] == "the" and n > 1:
                name = self._exact.get(tuple(words[at + 1 : at + n]))
                if name is not None and self._placed(places, words, at, n, cue):
                    return n, self._mention(tokens, at, n, name)
                continue
            if name is None or (n < term and not (cue and tokens[at].quote)):
                continue
            if not self._ordinary(words[at : at + n]):
                if n > term or not is_content or cue >= Cue.LIKE:
                    return n, self._mention(tokens, at, n, name)
            elif self._placed(places, words, at, n, cue) or self._pointed_at(
                tokens, words, at, n, cue, places, content=is_content and term == n
            ):
                return n, self._mention(tokens, at, n, name)
        for n in range(min(_LONGEST, len(words) - at), 1, -1):
            if tuple(words[at : at + n]) in self._numbered and (cue or not (is_content and term >= n)):
                songs = self._titles.get(tuple(words[at : at + n]), [])
                if songs and cue:
                    return n, self._mention(tokens, at, n, songs[0][1], songs[0][0])
                typed = self._mention(tokens, at, n, "").typed
                return n, Mention(typed, typed, known=False)
        return self._misspelt(tokens, words, at, cue, places)

    def unknown(
        self, tokens: Sequence[Token], words: Sequence[str], at: int, cue: Cue
    ) -> tuple[int, Mention] | None:
        """Words that stand where a name should, are written like one, and are none we know."""
        places = Places(tokens, words, self._lexicon)
        if (
            cue is Cue.NONE
            or places.shouting
            or (places.titled and cue < Cue.LIKE)
            or self._lexicon.longest(words, at)[0]
            or not (tokens[at].capital or tokens[at].quote)
        ):
            return None
        end = at + 1
        while (
            end < len(words)
            and end - at < _LONGEST
            and tokens[end].before in (Break.NONE, Break.TIGHT)
            and (tokens[end].capital or (tokens[end].quote and tokens[end].quote == tokens[at].quote))
        ):
            end += 1
        if (
            all(word in self._lexicon.ordinary or word.isdecimal() for word in words[at:end])
            and not tokens[at].quote
        ):
            return None
        mention = self._mention(tokens, at, end - at, "")
        return end - at, Mention(mention.typed, mention.typed, known=False)

    def _mention(self, tokens: Sequence[Token], at: int, n: int, artist: str, title: str = "") -> Mention:
        return Mention(" ".join(token.said for token in tokens[at : at + n]), artist, title)

    def _common(self, word: str) -> bool:
        return word in self._lexicon.ordinary or word in self._lexicon.numbers or self._lexicon.knows([word])

    def _ordinary(self, words: Sequence[str]) -> bool:
        joined = "".join(words)
        if joined.isalnum() and not joined.isalpha() and not joined.isdecimal():
            return False  # U2, 2Pac
        if not joined.isascii():
            return len(joined) < 2 or all(self._common(word) for word in words)
        if len(joined) <= 3 and (len(words) > 1 or len(joined) < 3):
            return True
        return joined.isdecimal() or all(self._common(word) or len(word) < 2 for word in words)

    def _placed(self, places: Places, words: Sequence[str], at: int, n: int, cue: Cue) -> bool:
        """Whether an exact name stands where nothing else can be meant, however it is written."""
        bare = at + 1 if words[at] == "the" and n > 1 else at
        an = bool(at) and words[at - 1] in _ARTICLES
        if an or self._lexicon.knows(words[bare : at + n]) or places.overrun(at, n):
            return False
        end = at + n
        leads = at == places.start
        if n - (bare - at) >= 4 or (leads and (end >= places.end or places.songs(end))):
            return True
        match cue:
            case Cue.PLAY:
                return places.closes(end)
            case Cue.LISTED | Cue.NOT:
                return places.closes(end) or places.content(end)
            case Cue.NONE:
                return leads and (places.refused(end) or self._lists_on(places, words, end))
            case _:
                return False

    def _lists_on(self, places: Places, words: Sequence[str], end: int) -> bool:
        """Whether another name is joined on at `end`."""
        following = places.joined(end)
        found = self._artist(words, following) if following >= 0 else None
        if found is None or self._lexicon.knows(words[following : following + found[0]]):
            return False
        after = following + found[0]
        return not self._ordinary(words[following:after]) or places.closes(after) or places.content(after)

    def _pointed_at(
        self,
        tokens: Sequence[Token],
        words: Sequence[str],
        at: int,
        n: int,
        cue: Cue,
        places: Places,
        *,
        content: bool,
    ) -> bool:
        """Whether ordinary words are meant as a name here. `content`: the lexicon has a meaning for all of them."""
        end = at + n
        following = end >= places.end or places.closes(end)
        quoted = tokens[at].quote and all(token.quote == tokens[at].quote for token in tokens[at:end])
        whole = end >= len(words) or tokens[end].quote != tokens[at].quote
        if quoted and cue and whole:
            return True
        after = tokens[end] if end < len(tokens) else None
        closes = after is None or after.before in (Break.STOP, Break.COMMA) or following
        if at and words[at - 1] in _ARTICLES:
            return False
        # Where every word has a capital, a capital says nothing.
        others = [token for token in (*tokens[1:at], *tokens[max(end, 1) :]) if token.said[:1].isalpha()]
        titled = len(others) > 1 and sum(token.capital for token in others) > len(others) / 2
        told = not (places.shouting or places.titled) and not (titled and content and cue < Cue.LIKE)
        if told and all(token.capital for token in tokens[at:end]):
            runs_on = after is not None and after.before is Break.NONE and after.capital and not following
            if cue and not runs_on:
                return True
            return n > 1 and not content and not titled and not runs_on
        if content:
            return False
        return cue >= Cue.LIKE and closes if n == 1 else cue >= Cue.WEAK and closes

    def _song(
        self, tokens: Sequence[Token], words: Sequence[str], at: int, cue: Cue, places: Places
    ) -> tuple[int, Mention] | None:
        """`Dreams by Fleetwood Mac`, or the title alone of a song we know."""
        for n in range(min(9, len(words) - at - 2), 0, -1):
            if words[at + n] not in _BY_WORDS:
                continue
            found = self._artist(words, at + n + 1)
            if found is None:
                continue
            taken, artist = found
            title = words[at : at + n]
            known = next((song for song in self._titles.get(tuple(title), []) if song[1] == artist), None)
            quoted = tokens[at].quote and tokens[at + n - 1].quote == tokens[at].quote
            number = n == 1 and words[at].isdecimal()  # "1999 by Prince" is no year
            said = (cue is Cue.LIKE or number) and not any(places.songs(at + i) for i in range(n))
            if known or quoted or said:
                typed = " ".join(token.said for token in tokens[at : at + n])
                return n + 1 + taken, Mention(typed, artist, known[0] if known else typed)
        for n in range(min(9, len(words) - at), 0, -1):
            songs = self._titles.get(tuple(words[at : at + n]), [])
            if not songs or tuple(words[at : at + n]) in self._exact or cue is Cue.NONE or cue is Cue.BY:
                continue
            quoted = bool(tokens[at].quote) and tokens[at + n - 1].quote == tokens[at].quote
            capital = tokens[at].capital and not places.shouting
            alone = at + n >= len(words) or tokens[at + n].quote != tokens[at].quote or places.closes(at + n)
            rare = n >= 3 or not all(self._common(word) for word in words[at : at + n])
            plain = self._lexicon.longest(words, at)[0] < n
            if (quoted and alone) or (cue is Cue.LIKE and alone and plain and (capital or rare)) or (
                Cue.WEAK <= cue <= Cue.NOT and capital and rare and n > 1 and plain
            ):  # fmt: skip
                title, artist = songs[0]
                return n, self._mention(tokens, at, n, artist, title)
        return None

    def _own_song(
        self, tokens: Sequence[Token], words: Sequence[str], at: int, cue: Cue, places: Places
    ) -> tuple[int, Mention] | None:
        """`Smashing Pumpkins 1979`: an artist right before the title of one of their songs."""
        for n in range(min(_LONGEST, len(words) - at - 1), 0, -1):
            artist = self._exact.get(tuple(words[at : at + n]))
            if artist is None or (self._ordinary(words[at : at + n]) and not cue and at != places.start):
                continue
            for end in range(min(len(words), at + n + 8), at + n, -1):
                title = tuple(words[at + n : end])
                song = next((one for one in self._titles.get(title, []) if one[1] == artist), None)
                apart = any(token.before is not Break.NONE for token in tokens[at + n : at + n + 1])
                if song is None or apart or cue is Cue.NOT or not places.closes(end) or places.songs(end):
                    continue
                if len(title) > 1 or title[0].isdecimal() or not self._lexicon.knows(title):
                    return end - at, self._mention(tokens, at, end - at, artist, song[0])
        return None

    def _artist(self, words: Sequence[str], at: int) -> tuple[int, str] | None:
        for n in range(min(_LONGEST, len(words) - at), 0, -1):
            name = self._exact.get(tuple(words[at : at + n])) or self._near(words[at : at + n])
            if name is not None:
                return n, name
        return None

    def _misspelt(
        self, tokens: Sequence[Token], words: Sequence[str], at: int, cue: Cue, places: Places
    ) -> tuple[int, Mention] | None:
        end = at + 1
        while end < len(words) and end - at < _LONGEST and tokens[end].before in (Break.NONE, Break.TIGHT):
            end += 1
        if self._common(words[at]) and words[at] != "the" and self._lexicon.longest(words, at)[0]:
            return None
        for n in range(end - at, 0, -1):
            after = at + n
            typed = words[at:after]
            closes = places.closes(after)
            clear = closes or (places.content(after) and len(" ".join(typed)) >= 7)
            if not (cue or places.songs(after) or (at == places.start and clear)):
                continue
            if all(self._common(word) for word in typed):
                continue
            name = self._near(typed)
            if name is None and n > 1:
                name = _only(self._starts.get(tuple(typed), set()))
            if name is None and n == 1 and (closes or places.content(after)):
                name = self._short_for(words[at], cue)
            if name is not None:
                return n, self._mention(tokens, at, n, name)
        return None

    def _short_for(self, word: str, cue: Cue) -> str | None:
        """The one artist whom a first or last name means."""
        if len(word) < SHORTEST_MISSPELT and cue < Cue.NOT:
            return None
        names = self._parts.get(word, set())
        return _only(names) or _only({name for name in names if as_tokens(name)[0] == word})

    def _near(self, words: Sequence[str]) -> str | None:
        typed = " ".join(words)
        if len(typed) < SHORTEST_MISSPELT or all(self._common(word) for word in words):
            return None
        best = process.extractOne(
            typed,
            self._spellings,
            scorer=OSA.normalized_similarity,
            score_cutoff=CLOSE_ENOUGH,
            processor=None,
        )
        return None if best is None else self._fuzzy[best[0]]


_BY_WORDS = frozenset({"by", "de", "von", "from", "par", "por", "do", "da"})
_ARTICLES = frozenset({"a", "an", "my", "your", "our"})  # "dance like a queen"
_AND = {"n": "and"}  # Guns N' Roses


def _only(names: set[str]) -> str | None:
    """The name, if it is the only one."""
    return next(iter(names)) if len(names) == 1 else None
