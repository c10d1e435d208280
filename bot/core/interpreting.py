"""From the pieces of a prompt to hints: what is asked for, what is refused and how far a refusal reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from bot.core.hints import Direction, Explicit, Hints, Instrumental, Said, clear_axis
from bot.core.lexicon import Kind, Lexicon, Meaning
from bot.core.named import Named, Reading
from bot.core.scopes import GROUPS, group, labelled, no_condition, refused_later, refuses_back
from bot.core.words.amounts import Measure
from bot.core.words.eras import Years, narrowest
from bot.core.words.folding import clean_prompt
from bot.core.words.names import Cue, Gazetteer, Mention
from bot.core.words.reading import Piece, read
from bot.core.words.tokens import Break

T = TypeVar("T")

OLDEST_CHILD = 12  # "for a 10 year old": nothing explicit
_DEGREES = {"little": 0.5, "very": 1.35, "less": -0.6, "more": 1.15, "": 1.0}


def find_hints(words: str, lexicon: Lexicon, gazetteer: Gazetteer, newest_year: int) -> Reading:
    """Read a prompt of any length and content; never raises. `newest_year` is what "new" is measured by."""
    text, cut = clean_prompt(words)
    reader = _Reader(lexicon, newest_year)
    reader.take(read(text, lexicon, gazetteer))
    return reader.reading(text, cut)


# What "and" joins under one refusal: "no Coldplay and pop".
_ALONG = {"name": {"name", "style"}, "style": {"name", "style"}}
_CONTENT = frozenset(GROUPS) | {Kind.ARC, Kind.DIRECTION, Kind.FAMILIAR, Kind.CARE}
_WITH = frozenset({"with", "con", "mit", "avec", "com"})
_CLAUSES = (Break.STOP, Break.COMMA)
_BUT = frozenset({"but", "pero", "aber", "sondern", "sino", "mais", "mas"})


@dataclass(slots=True)
class _Found:
    """The lists a reading is made of, while it is made."""

    genres: list[str] = field(default_factory=list)
    feelings: list[Said] = field(default_factory=list)
    compared: list[Said] = field(default_factory=list)
    avoid: list[Meaning] = field(default_factory=list)
    limit: list[Meaning] = field(default_factory=list)
    years: list[Years] = field(default_factory=list)
    exclude_years: list[Years] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    exclude_languages: list[str] = field(default_factory=list)
    exclude_genres: list[str] = field(default_factory=list)
    artists: list[Mention] = field(default_factory=list)
    loose: list[Mention] = field(default_factory=list)
    like: list[Mention] = field(default_factory=list)
    exclude: list[Mention] = field(default_factory=list)
    unknown: list[Mention] = field(default_factory=list)
    directions: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    vague: list[str] = field(default_factory=list)
    # in which words a genre or mood was asked for, and refused
    asked_as: dict[str, set[str]] = field(default_factory=dict)
    refused_as: dict[str, set[str]] = field(default_factory=dict)

    def by_synonym(self, label: str) -> bool:
        """Whether the same thing was asked for in one word and refused in another: `jazz, no saxophone`."""
        asked, refused = self.asked_as.get(label, set()), self.refused_as.get(label, set())
        return bool(asked and refused) and not asked & refused


class _Reader:
    """Goes through the pieces of one prompt, keeping track of what is refused and how strongly things are said."""

    def __init__(self, lexicon: Lexicon, newest_year: int) -> None:
        self._lexicon = lexicon
        self._newest = newest_year
        self._found = _Found()
        self._refusal: Kind | None = None  # NOT or LIMIT while it governs what is read
        self._refused = ""  # the group it governs so far; "" while it has met nothing
        self._degree = ""
        self._explicit = Explicit.ANY
        self._instrumental = Instrumental.ANY
        self._arc = self._familiar = ""
        self._count: int | None = None
        self._minutes: int | None = None
        self._crisis = self._length = False
        self._tempo = 0
        self._wished = False  # something was asked for before the refusal
        self._pending = ""
        self._said = ""
        self._unread_words = 0
        self._alike = False  # "… style" follows
        self._joined = False  # "and" or "or" stands right before
        self._switched = ""  # the label of the switch that is refused

    def take(self, pieces: Sequence[Piece]) -> None:
        """Read the pieces in order."""
        refused, waived = refused_later(pieces), no_condition(pieces)
        for at, piece in enumerate(pieces):
            following = pieces[at + 1] if at + 1 < len(pieces) else None
            if following is not None and self._means_new(piece, following):
                self._era(Years(self._newest - 3, None))
                continue
            self._alike = at + 1 < len(pieces) and self._means_alike(pieces[at + 1])
            self._break(piece, pieces[at:])
            self._joined = at > 0 and Kind.OR in pieces[at - 1].kinds()
            if at in waived:
                self._degree = ""
                continue
            if at in refused:
                self._end_refusal()
                self._refusal = Kind.NOT
                self._content(piece)
                self._end_refusal()
                continue
            if refuses_back(pieces, at):
                self._end_refusal()
                continue
            if not (piece.terms or piece.mention or piece.years or piece.amount):
                self._unread_words += 1
            if not self._content(piece):
                self._grammar(piece, pieces[at + 1 :])

    def reading(self, text: str, cut: int) -> Reading:
        """What was found."""
        self._drop_pending()
        found = self._found
        self._keep_what_was_asked()
        # "Radiohead but happier" wants what is like them, "Radiohead" wants them
        (found.like if found.compared else found.artists).extend(found.loose)
        typed = [mention.typed for mention in (*found.artists, *found.like, *found.unknown)]
        direction = Direction.LIFT if "lift" in found.directions else (
            Direction.MATCH if "match" in found.directions else Direction.NEUTRAL
        )  # fmt: skip
        hints = Hints(
            words=text,
            genres=_once(genre for genre in found.genres if genre not in found.exclude_genres),
            feelings=tuple(one for one in found.feelings if one.meaning not in found.avoid),
            compared=tuple(found.compared), avoid=tuple(found.avoid), limit=tuple(found.limit),
            years=_merged(found.years), exclude_years=tuple(found.exclude_years),
            languages=_once(code for code in found.languages if code not in found.exclude_languages),
            exclude_languages=_once(found.exclude_languages), exclude_genres=_once(found.exclude_genres),
            explicit=self._explicit, instrumental=self._instrumental, direction=direction,
            arc=self._arc, familiar=self._familiar, count=self._count, minutes=self._minutes,
            artists_typed=_once(typed), in_crisis=self._crisis, unread_words=self._unread_words,
            cut=cut, song_length_said=self._length, tempo_said=self._tempo,
            unread_refusals=_once(found.unread), vague_refusals=_once(found.vague),
        )  # fmt: skip
        out = {mention.artist for mention in found.exclude if not mention.title}
        asked = [mention for mention in found.artists if mention.artist not in out]
        named = Named(
            _distinct(asked), _distinct(found.like), _distinct(found.exclude), _distinct(found.unknown)
        )
        return Reading(hints, named)

    def _keep_what_was_asked(self) -> None:
        """A thing asked for and refused through a synonym: a genre stays, a mood has a limit."""
        found = self._found
        for label in {label for label in found.exclude_genres if found.by_synonym(label)}:
            found.exclude_genres = [one for one in found.exclude_genres if one != label]
            found.vague.extend(sorted(found.refused_as[label]))
        found.limit.extend(term for term in found.avoid if found.by_synonym(term.label))
        found.avoid = [term for term in found.avoid if not found.by_synonym(term.label)]

    def _means_alike(self, piece: Piece) -> bool:
        """Whether a piece makes the name before it a likeness: `Nick Drake style`, `Sade vibes`."""
        words = tuple(piece.said.casefold().split())
        return piece.before in (Break.NONE, Break.TIGHT) and words in self._lexicon.frames.get("alike", ())

    def _means_new(self, piece: Piece, following: Piece) -> bool:
        """Whether a piece is the "new" of `new indie`."""
        new = tuple(piece.said.casefold().split()) in self._lexicon.frames.get("new", ())
        return new and not piece.terms and Kind.GENRE in following.kinds()

    # --- grammar ------------------------------------------------------------------------------------------

    def _break(self, piece: Piece, rest: Sequence[Piece]) -> None:
        if piece.before is Break.STOP:
            self._end_refusal()
            self._degree = ""
        elif piece.before is Break.COMMA and self._refusal is not None and not self._list_goes_on(rest):
            self._end_refusal()

    def _list_goes_on(self, rest: Sequence[Piece]) -> bool:
        """Whether what follows a comma is one more refused thing: `no metal, punk or emo`."""
        if not self._refused:
            return False
        if group(rest[0]) != self._refused:
            return False
        if self._refused == "name":
            return True
        for piece in rest:
            if piece.before is Break.STOP or piece.kinds() & {Kind.END, Kind.NOT}:
                break
            if Kind.OR in piece.kinds() and piece.said.casefold() not in ("and", "y", "und", "et", "e", "&"):
                return True
        return self._wished

    def _end_refusal(self) -> None:
        self._drop_pending()
        self._refusal, self._refused = None, ""

    def _drop_pending(self) -> None:
        """Words after a refusal that mean nothing to us: the person should know."""
        if self._pending and not self._refused:
            self._found.unread.append(self._pending.strip())
        self._pending = ""

    def _grammar(self, piece: Piece, rest: Sequence[Piece]) -> None:
        kinds = piece.kinds()
        word = piece.said.casefold()
        opening = labelled(piece, Kind.NOT, "opening") and piece.start and piece.before not in _CLAUSES
        if kinds & {Kind.NOT, Kind.LIMIT} and not opening:
            self._end_refusal()
            self._refusal, self._degree = (Kind.NOT if Kind.NOT in kinds else Kind.LIMIT), ""
        elif Kind.ONLY in kinds and Kind.DEGREE not in kinds:
            self._end_refusal()
        elif Kind.END in kinds or word in _WITH:
            if self._refused or word in _BUT:
                self._end_refusal()
            self._degree = ""
        elif Kind.OR in kinds:
            together = word in ("and", "y", "und", "et", "e", "&")
            following = next((group(one) for one in rest if group(one)), "")
            if self._refused and together and following not in _ALONG.get(self._refused, {self._refused}):
                self._end_refusal()
        elif Kind.PLAY in kinds and self._refused:
            self._end_refusal()  # "no metal and lots of soul"
        if Kind.DEGREE in kinds:
            self._degree = next(term.label for term in piece.terms if term.kind is Kind.DEGREE)
        if not kinds and self._refusal is not None and not self._refused and piece.mention is None:
            self._pending += f"{piece.said} "

    # --- content ------------------------------------------------------------------------------------------

    def _content(self, piece: Piece) -> bool:
        """Take in what a piece asks for or refuses. False if it is grammar."""
        self._said = piece.said
        if self._refused and (self._leads_on(piece) or self._is_complete(piece)):
            self._end_refusal()
        if piece.amount is not None:
            self._amount(piece)
            return True
        if piece.mention is not None:
            self._mention(piece, piece.mention)
        elif piece.years is not None:
            self._era(piece.years)
        else:
            terms = [term for term in piece.terms if term.kind in _CONTENT]
            if not terms:
                return False
            for term in terms:
                self._term(term)
        if self._refusal is None:
            self._wished = True
        elif not self._refused:
            self._refused, self._pending = group(piece) or "other", ""
        self._degree = ""
        return True

    def _is_complete(self, piece: Piece) -> bool:
        """Whether a refusal has all it wants, and this is no part of it: `no vocals | jazz`, `no BTS | k-pop`."""
        said = group(piece)
        if self._refused not in ("switch", "name") or self._joined or not said:
            return False
        if piece.before in _CLAUSES:
            return False  # `_list_goes_on` has decided
        other = bool(self._switched) and all(term.label != self._switched for term in piece.terms)
        return said != self._refused or (said == "switch" and other)

    def _leads_on(self, piece: Piece) -> bool:
        """Whether a term begins with a word that ends a refusal: `ohne Text zum Lernen`."""
        first = piece.said.casefold().split()[0]
        return bool(piece.terms) and any(
            meaning.kind is Kind.END for meaning in self._lexicon.longest([first], 0)[1]
        )

    def _amount(self, piece: Piece) -> None:
        assert piece.amount is not None
        value = piece.amount.value
        match piece.amount.measure:
            case Measure.SONGS:
                self._count = self._count if self._count is not None else value
            case Measure.MINUTES:
                self._minutes = self._minutes if self._minutes is not None else value
            case Measure.LENGTH:
                self._length = True
            case Measure.TEMPO:
                self._tempo = value
            case Measure.AGE if value <= OLDEST_CHILD:
                self._term(Meaning(Kind.SWITCH, "clean"))
            case Measure.HOUR:
                self._term(self._lexicon.moods[_part_of_day(value)])

    def _mention(self, piece: Piece, mention: Mention) -> None:
        if self._refusal is not None:
            self._found.exclude.append(mention)
        elif not mention.known:
            self._found.unknown.append(mention)
        elif piece.cue is Cue.LIKE or mention.title or self._alike:
            self._found.like.append(mention)
        elif piece.cue is not Cue.BY:
            self._found.loose.append(mention)
        else:
            self._found.artists.append(mention)

    def _era(self, years: Years) -> None:
        if self._refusal is None:
            self._found.years.append(years)
        elif years.first is None and years.last is not None:
            self._found.years.append(Years(years.last + 1, None))  # "nothing before 1990"
        elif years.last is None and years.first is not None:
            self._found.years.append(Years(None, years.first - 1))
        else:
            self._found.exclude_years.append(years)

    def _term(self, term: Meaning) -> None:
        found, refused = self._found, self._refusal is not None
        match term.kind:
            case Kind.GENRE:
                self._word_of(term, refused=refused)
                (found.exclude_genres if refused or self._degree == "less" else found.genres).append(
                    term.label
                )
            case Kind.MOOD | Kind.ACTIVITY | Kind.MORE:
                self._feeling(term)
            case Kind.LANGUAGE:
                (found.exclude_languages if refused else found.languages).append(term.label)
            case Kind.SWITCH:
                self._switch(term.label, refused=refused or self._degree == "less")
            case Kind.ERA:
                self._era(_years(term.label, self._newest))
            case Kind.ARC:
                self._arc = self._arc if refused else term.label
            case Kind.FAMILIAR:
                self._familiar = {"known": "fresh", "fresh": "known"}[term.label] if refused else term.label
            case Kind.DIRECTION:
                found.directions.append("match" if refused else term.label)
            case Kind.CARE:
                self._crisis = True

    def _word_of(self, term: Meaning, *, refused: bool) -> None:
        words = self._found.refused_as if refused else self._found.asked_as
        words.setdefault(term.label, set()).add(self._said.casefold())

    def _feeling(self, term: Meaning) -> None:
        found = self._found
        self._word_of(term, refused=self._refusal is Kind.NOT)
        if self._refusal is Kind.NOT and not _tellable(term):
            found.vague.append(self._said)
        elif self._refusal is Kind.NOT:
            found.avoid.append(term)
        elif self._refusal is Kind.LIMIT:
            found.limit.append(term)
        elif term.kind is Kind.MORE or self._degree in ("less", "more"):
            size = _DEGREES[self._degree] if self._degree in ("less", "little") else 1.0
            found.compared.append(Said(term, size))
        else:
            found.feelings.append(Said(term, _DEGREES[self._degree]))
            if term.direction:
                found.directions.append(term.direction)
            if term.kind is Kind.ACTIVITY and term.label == "kids":
                self._explicit = Explicit.CLEAN

    def _switch(self, label: str, *, refused: bool) -> None:
        self._switched = label
        if self._refusal is Kind.LIMIT and label in ("vocals", "instrumental"):
            return
        match label, refused:
            case ("instrumental", False) | ("vocals", True):
                self._instrumental = Instrumental.ONLY
            case ("instrumental", True) | ("vocals", False):
                self._instrumental = Instrumental.AVOID
            case ("clean", False) | ("explicit", True):
                self._explicit = Explicit.CLEAN
            case _:
                self._explicit = Explicit.ANY


def _tellable(term: Meaning) -> bool:
    """Whether songs can be left out for a mood: the songbook names it, or it speaks of energy or valence."""
    return term.kind is Kind.ACTIVITY or term.says == (term.label,) or bool(clear_axis(term))


def _part_of_day(hour: int) -> str:
    """The mood of an hour of the day (0-23)."""
    if hour < 5:
        return "small_hours"
    if hour < 11:
        return "morning"
    if hour < 17:
        return "afternoon"
    return "evening" if hour < 22 else "night"


def _years(label: str, newest: int) -> Years:
    """An era of the lexicon: `1997-2004`, `-1979`, `2015-`, `now-3-` (the last three years)."""
    if label.startswith("now-"):
        return Years(newest - int(label.split("-")[1]), None)
    first, _, last = label.partition("-")
    return Years(int(first) if first else None, int(last) if last else None)


def _merged(years: Sequence[Years]) -> tuple[Years, ...]:
    """Closed spans stay a list of choices; open ends ("after 1990", "before 2000") hold all at once."""
    closed = narrowest([span for span in years if not span.half_open])
    half = [span for span in years if span.half_open]
    if not half:
        return _once(closed)
    firsts = [span.first for span in half if span.first is not None]
    lasts = [span.last for span in half if span.last is not None]
    both = Years(max(firsts) if firsts else None, min(lasts) if lasts else None)
    if both.first is not None and both.last is not None and both.first > both.last:
        return _once((*closed, *half))
    kept = [span for span in closed if both.holds(span.first or 0) or both.holds(span.last or 0)]
    return _once(
        Years(
            max(year for year in (span.first, both.first) if year is not None),
            min(year for year in (span.last, both.last) if year is not None),
        )
        for span in kept
    ) or (both,)


def _distinct(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    return tuple({(one.artist, one.title): one for one in mentions}.values())


def _once(items: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(items))
