"""What words mean to a playlist: terms of several languages, each with a meaning that needs no language.

The data lies in `bot/lexicon/*.toml`; this module says what it has to look like and reads it from parsed TOML.
A term that ends in a sign declared under `[endings]` stands for several forms: with `"~" = ["", "e", "en"]`,
`traurig~` is traurig, traurige and traurigen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from bot.core.words.tokens import as_tokens


class Kind(StrEnum):
    """What a term is about. The lower half is grammar: it says how to read the words around it."""

    GENRE = "genre"
    MOOD = "mood"
    ACTIVITY = "activity"
    LANGUAGE = "language"
    SWITCH = "switch"  # vocals, lyrics, explicit …: label → what it means asked for, and refused
    ERA = "era"  # "1990-1999", "-1979", "2015-", "now-3-"
    ARC = "arc"
    DIRECTION = "direction"
    FAMILIAR = "familiar"
    MORE = "more"  # "sadder": a mood, compared with what it is said about
    CARE = "care"  # somebody may not be well

    NOT = "not"  # up to the end of the clause
    LIMIT = "limit"  # "not too"
    ONLY = "only"
    END = "end"  # ends what NOT governs: "but", "for"
    OR = "or"
    DEGREE = "degree"
    LIKE = "like"
    BY = "by"
    PLAY = "play"
    SONGS = "songs"
    LINKING = "linking"  # lets NOT pass: "from", "with"
    NEUTRAL = "pass"  # means nothing here, though its words might elsewhere: "why not", "the house"


GRAMMAR = frozenset(
    {
        Kind.NOT, Kind.LIMIT, Kind.ONLY, Kind.END, Kind.OR, Kind.DEGREE, Kind.LIKE, Kind.BY, Kind.PLAY,
        Kind.SONGS, Kind.LINKING, Kind.NEUTRAL,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a term says. Energy and valence go from 1 to 5, None where it says nothing about them.

    `says` are the songbook's moods that are as good as said; `tags` and `genres` weigh (0-1) what fits besides.
    """

    kind: Kind
    label: str
    says: tuple[str, ...] = ()
    tags: Mapping[str, float] = field(default_factory=dict)
    genres: Mapping[str, float] = field(default_factory=dict)
    energy: float | None = None
    valence: float | None = None
    direction: str = ""
    arc: str = ""


@dataclass(frozen=True, slots=True)
class Genre:
    """A genre as people say it.

    `includes`: the songbook's genres that are a kind of it; `near`: neighbours with a weight; `within`: where the
    songbook has no word of its own, what it is a kind of. `narrower`: terms for kinds of it that the songbook
    cannot tell from the rest.
    """

    label: str
    includes: tuple[str, ...] = ()
    near: Mapping[str, float] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    narrower: frozenset[tuple[str, ...]] = frozenset()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """All terms, longest first by first word; the genres; numbers as words; words too common to be a name."""

    terms: Mapping[str, Sequence[tuple[tuple[str, ...], tuple[Meaning, ...]]]]
    moods: Mapping[str, Meaning]
    genres: Mapping[str, Genre]
    numbers: Mapping[str, int]
    decades: Mapping[str, int]
    units: Mapping[str, str]
    frames: Mapping[str, tuple[tuple[str, ...], ...]]
    ordinary: frozenset[str]
    numbered_names: tuple[str, ...]

    def longest(self, words: Sequence[str], at: int) -> tuple[int, tuple[Meaning, ...]]:
        """How many words from `at` on are a term, and its meanings; (0, ()) if none begins here."""
        for term, meanings in self.terms.get(words[at], ()):
            if tuple(words[at : at + len(term)]) == term:
                if term in self.frames.get("before_music", ()) and not self._of_music(words, at + len(term)):
                    continue
                return len(term), meanings
        return 0, ()

    def _of_music(self, words: Sequence[str], at: int) -> bool:
        """Whether "french" speaks of music: nothing, a term or a common word follows, or "music" does soon."""
        if (
            at >= len(words)
            or words[at] in self.ordinary
            or words[at] in self.numbers
            or words[at][0].isdecimal()
        ):
            return True
        nouns = self.frames.get("music", ())
        return words[at] in self.terms or any((word,) in nouns for word in words[at : at + 3])

    def without_politeness(self, words: Sequence[str], at: int) -> int:
        """The index of the first word from `at` on that is more than politeness ("pls", "thanks")."""
        polite = self.frames.get("politeness", ())
        while at < len(words):
            taken = next((len(one) for one in polite if tuple(words[at : at + len(one)]) == one), 0)
            if not taken:
                break
            at += taken
        return at

    @property
    def froms(self) -> frozenset[str]:
        """Single words that say from where on."""
        return frozenset(phrase[0] for phrase in self.frames.get("between", ()) if len(phrase) == 1)

    def knows(self, words: Sequence[str]) -> bool:
        """Whether exactly these words are a term."""
        return bool(words) and self.longest(words, 0)[0] == len(words)


def genres_of(label: str, lexicon: Lexicon) -> Mapping[str, float]:
    """Which of the songbook's genres answer to a label, and how well (0-1)."""
    genre = lexicon.genres[label]
    weights = {near: weight * 0.9 for near, weight in genre.near.items()}
    weights |= dict.fromkeys(genre.includes, 0.9)
    for within in genre.within:
        weights[within] = 1.0
    if not genre.within:
        weights[label] = 1.0
    return weights


def exact_genres(label: str, lexicon: Lexicon) -> frozenset[str]:
    """The songbook's genres that are this genre or a kind of it."""
    return frozenset(name for name, weight in genres_of(label, lexicon).items() if weight >= 0.9)


def lexicon(
    meanings: Mapping[str, Any], genres: Mapping[str, Any], languages: Iterable[Mapping[str, Any]]
) -> Lexicon:
    """The lexicon from `meanings.toml`, `genres.toml` and the files of terms, all parsed.

    Raises `ValueError` for a term without a meaning, or a name that is no kind of meaning.
    """
    table: dict[tuple[str, ...], list[Meaning]] = {}
    known = {
        (kind, label): _meaning(kind, label, says)
        for kind in (Kind.MOOD, Kind.ACTIVITY, Kind.DIRECTION, Kind.CARE)
        for label, says in meanings[kind].items()
    }
    for label, says in genres.items():
        _add(table, [*says.get("terms", []), *says.get("narrower", [])], Meaning(Kind.GENRE, label), {})
    numbers: dict[str, int] = {}
    decades: dict[str, int] = {}
    units: dict[str, str] = {}
    frames: dict[str, list[tuple[str, ...]]] = {}
    ordinary: set[str] = set()
    named: list[str] = []
    for file in languages:
        endings = file.get("endings", {})
        for section, entries in file.items():
            if section == "numbers":
                numbers |= {as_tokens(word)[0]: number for word, number in entries.items()}
            elif section == "decades":
                decades |= {as_tokens(word)[0]: start for word, start in entries.items()}
            elif section == "units":
                units |= {as_tokens(word)[0]: unit for unit, words in entries.items() for word in words}
            elif section == "frames":
                for frame, phrases in entries.items():
                    frames.setdefault(frame, []).extend(as_tokens(phrase) for phrase in phrases)
            elif section == "names":
                ordinary.update(word for line in entries.get("ordinary", []) for word in as_tokens(line))
                named.extend(entries.get("numbered", []))
            elif section != "endings":
                kind = Kind(section)
                for label, terms in entries.items():
                    wanted = Kind.MOOD if kind is Kind.MORE else kind
                    meaning = known.get((wanted, label))
                    if meaning is None:
                        if wanted in (Kind.MOOD, Kind.ACTIVITY):
                            raise ValueError(f"no meaning for {kind} {label!r}")
                        meaning = Meaning(kind, label)
                    elif kind is Kind.MORE:
                        meaning = _meaning(Kind.MORE, label, meanings[Kind.MOOD][label])
                    _add(table, terms, meaning, endings)
    by_first: dict[str, list[tuple[tuple[str, ...], tuple[Meaning, ...]]]] = {}
    for term, found in sorted(table.items(), key=lambda entry: -len(entry[0])):
        by_first.setdefault(term[0], []).append((term, tuple(found)))
    return Lexicon(
        terms=by_first,
        moods={label: meaning for (kind, label), meaning in known.items() if kind is Kind.MOOD},
        genres={label: _genre(label, says) for label, says in genres.items()},
        numbers=numbers,
        decades=decades,
        units=units,
        frames={name: tuple(sorted(phrases, key=len, reverse=True)) for name, phrases in frames.items()},
        ordinary=frozenset(ordinary),
        numbered_names=tuple(named),
    )


def _meaning(kind: Kind, label: str, says: Mapping[str, Any]) -> Meaning:
    unknown = set(says) - {"says", "tags", "genres", "energy", "valence", "direction", "arc"}
    if unknown:
        raise ValueError(f"{kind} {label!r} says something unknown: {sorted(unknown)}")
    return Meaning(
        kind, label, tuple(says.get("says", [label] if kind in (Kind.MOOD, Kind.MORE) else [])),
        says.get("tags", {}), says.get("genres", {}), says.get("energy"), says.get("valence"),
        says.get("direction", ""), says.get("arc", ""),
    )  # fmt: skip


def _genre(label: str, says: Mapping[str, Any]) -> Genre:
    return Genre(
        label, tuple(says.get("includes", [])), says.get("near", {}), tuple(says.get("within", [])),
        frozenset(as_tokens(term) for term in says.get("narrower", [])),
    )  # fmt: skip


def _add(
    table: dict[tuple[str, ...], list[Meaning]],
    terms: Iterable[str],
    meaning: Meaning,
    endings: Mapping[str, Sequence[str]],
) -> None:
    for term in terms:
        for form in _forms(term, endings):
            words = as_tokens(form)
            if not words:
                raise ValueError(f"{meaning.kind} {meaning.label!r}: the term {form!r} has no words")
            if meaning not in table.setdefault(words, []):
                table[words].append(meaning)


def _forms(term: str, endings: Mapping[str, Sequence[str]]) -> list[str]:
    """Every form of a term: each marked word takes each ending of its sign."""
    forms = [""]
    for word in term.split(" "):
        sign = word[-1:]
        spelt = [word[:-1] + ending for ending in endings[sign]] if sign in endings else [word]
        forms = [f"{form} {one}".strip() for form in forms for one in spelt]
    return forms
