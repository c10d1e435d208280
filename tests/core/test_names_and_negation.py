"""Names and refusals where people leave out commas, capitals and letters, and add a "pls"."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.interpreting import find_hints
from bot.core.named import Named, Reading
from bot.integrations.wordbook import read_wordbook

WORDBOOK = read_wordbook()
GAZETTEER = WORDBOOK.gazetteer()
# Names that are ordinary words, as plays may hold them.
MANY = WORDBOOK.gazetteer([
    "Yes", "Air", "Kiss", "Low", "Dreams", "Train", "Heart", "Love", "Live", "Free", "Rush", "Common", "Future",
    "Happy", "Rain", "Chill", "Party", "Sleep", "Focus", "Beach House", "Green Day", "New Order", "Brand New",
    "The The", "The Band", "Sunday Morning", "Cake", "Home", "Wish",
])  # fmt: skip


def reading(words: str) -> Reading:
    return find_hints(words, WORDBOOK.lexicon, GAZETTEER, WORDBOOK.book.newest)


def wanted(named: Named) -> list[str]:
    return [one.artist for one in (*named.artists, *named.like)]


ASKED = {
    # alone, and with politeness around
    "queen": ["Queen"], "the eagles": ["Eagles"], "guns and roses": ["Guns N' Roses"], "ac/dc": ["AC/DC"],
    "AC DC": ["AC/DC"], "bts": ["BTS"], "oasis": ["Oasis"], "drake": ["Drake"], "the who": ["The Who"],
    "system of a down": ["System Of A Down"], "周杰倫": ["周杰倫"], "김광석": ["김광석"], "queen pls": ["Queen"],
    "hey, can you play queen please": ["Queen"], "nothing but queen": ["Queen"], "only queen": ["Queen"],
    # before "songs", after play
    "queen songs": ["Queen"], "drake songs": ["Drake"], "best queen songs": ["Queen"], "play queen": ["Queen"],
    "some queen": ["Queen"], "put on drake": ["Drake"], "play queen for dinner": ["Queen"], "more drake": ["Drake"],
    # in a list
    "prince and michael jackson dance party": ["Prince", "Michael Jackson"], "bts & blackpink": ["BTS", "BLACKPINK"],
    "blur and oasis britpop": ["Blur", "Oasis"], "queen and abba but no sad ones": ["Queen", "ABBA"],
    "oasis, blur, pulp": ["Oasis", "Blur", "Pulp"],
    "radiohead, muse and coldplay": ["Radiohead", "Muse", "Coldplay"],
    # misspelt or cut short
    "radiohed pls": ["Radiohead"], "metalica for the gym": ["Metallica"], "wu tang": ["Wu-Tang Clan"],
    "metalica and iron maden": ["Metallica", "Iron Maiden"], "kendrick lamar, thanks!": ["Kendrick Lamar"],
    "tylor swift, thanks!": ["Taylor Swift"], "arctic monkies, thanks!": ["Arctic Monkeys"],
    "led zepelin, thanks!": ["Led Zeppelin"], "marvin gay, thanks!": ["Marvin Gaye"],
    "whitney huston, thanks!": ["Whitney Houston"], "depeche mod, thanks!": ["Depeche Mode"],
    "nirvanna, thanks!": ["Nirvana"], "coldpaly, thanks!": ["Coldplay"], "linkin prk, thanks!": ["Linkin Park"],
    "can you make us a playlist: radiohed": ["Radiohead"], "fleetwod mac road trip": ["Fleetwood Mac"],
    "rhianna and beyonse party": ["Rihanna", "Beyoncé"],
    # pointed at, then politeness
    "songs by queen pls": ["Queen"], "rap by common pls": ["Common"], "artists like the cure pls": ["The Cure"],
    "similar to the police pls": ["The Police"], "best songs by queen lol": ["Queen"],
    "songs by queen rn": ["Queen"],
    # praise
    "can't live without abba": ["ABBA"], "i never get tired of abba": ["ABBA"], "nothing beats queen": ["Queen"],
    "songs by the cure for dinner": ["The Cure"],
    "can't get enough of queen": ["Queen"],
}  # fmt: skip


@pytest.mark.parametrize("words", ASKED)
@pytest.mark.parametrize("case", [str, str.upper], ids=["said", "SHOUTED"])
def test_a_name_is_taken_where_nothing_else_can_be_meant(words: str, case: Any) -> None:
    named = reading(case(words)).named
    assert (wanted(named), named.exclude, named.unknown) == (ASKED[words], (), ())


@pytest.mark.parametrize(
    "words",
    [
        "kiss me songs", "kiss me slowly, romantic songs", "low energy", "low key beats", "happy songs",
        "chic dinner party", "cake and tea", "cake and coffee", "air conditioning hum", "rain songs",
        "some home cooking music", "more love songs", "need some air", "heart of gold vibes", "train to nowhere",
        "love is in the air", "live music for a bar", "no live recordings", "not live", "future bass",
        "rush hour traffic", "common ground", "tool time, garage songs", "journey to the stars", "police car chase",
        "boston tea party", "city lights", "dance like a queen", "feel like a queen", "a song for my queen",
        "queen of hearts party", "no rush, just chill", "more energy", "play it cool", "yes please", "yes and no",
        "songs about the police", "the strokes of midnight", "pulp fiction vibes", "oasis in the desert",
        "drake and josh theme", "who let the dogs out", "the national anthem", "ride a bike", "nas férias",
        "un air de fête", "the doors of perception", "the cure for boredom", "play the cure for a broken heart",
        "goldie locks and the three bears", "mono tone reading", "free time music", "beach house party",
    ],
)  # fmt: skip
@pytest.mark.parametrize("case", [str, str.upper, str.title], ids=["said", "SHOUTED", "Titled"])
def test_ordinary_words_stay_words(words: str, case: Any) -> None:
    named = find_hints(case(words).replace("'S", "'s"), WORDBOOK.lexicon, MANY, WORDBOOK.book.newest).named
    assert (named.artists, named.like, named.exclude, named.unknown) == ((), (), (), ())


REFUSED = {
    "no drake": ["Drake"], "no drake please": ["Drake"], "rap but not drake": ["Drake"], "no wham": ["Wham!"],
    "without drake": ["Drake"], "except drake": ["Drake"], "minus drake": ["Drake"], "avoid drake": ["Drake"],
    "i hate drake": ["Drake"], "nothing from drake": ["Drake"], "no queen no abba": ["Queen", "ABBA"],
    "no prince": ["Prince"], "no eagles": ["Eagles"], "no the eagles": ["Eagles"], "no piaf": ["Édith Piaf"],
    "no taylor": ["Taylor Swift"], "no bobby mcferrin": [], "play anything but coldplay": ["Coldplay"],
    "stop playing coldplay": ["Coldplay"], "coldplay? no thanks": ["Coldplay"], "queen? no thanks": ["Queen"],
    "coldplay is banned": ["Coldplay"], "coldplay and queen are banned": ["Coldplay", "Queen"],
    "enough coldplay": ["Coldplay"], "NO TAYLOR SWIFT, NO ED SHEERAN, OTHERWISE POP": ["Taylor Swift", "Ed Sheeran"],
    "No Taylor Swift, No Ed Sheeran, Otherwise Pop": ["Taylor Swift", "Ed Sheeran"],
}  # fmt: skip


@pytest.mark.parametrize("words", REFUSED)
def test_any_exact_name_is_refused(words: str) -> None:
    named = reading(words).named
    assert ([one.artist for one in named.exclude], wanted(named)) == (REFUSED[words], [])


# prompt → genres, genres refused, only or no voices, only clean
SCOPES: dict[str, tuple[list[str], list[str], str, str]] = {
    "no vocals jazz": (["jazz"], [], "only", "any"),
    "no vocals deep house": (["house"], [], "only", "any"),
    "no lyrics techno": (["techno"], [], "only", "any"),
    "sin letra jazz": (["jazz"], [], "only", "any"),
    "sans paroles jazz": (["jazz"], [], "only", "any"),
    "sem letra rock": (["rock"], [], "only", "any"),
    "no swearing rap": (["hip hop"], [], "any", "clean"),
    "no explicit rap": (["hip hop"], [], "any", "clean"),
    "ohne schimpfwörter rap": (["hip hop"], [], "any", "clean"),
    "sin groserías rap": (["hip hop"], [], "any", "clean"),
    "no vocals or swearing": ([], [], "only", "clean"),
    "no bts k-pop": (["k-pop"], [], "any", "any"),
    "no blur britpop": (["alternative"], [], "any", "any"),
    "no Coldplay and pop": ([], ["pop"], "any", "any"),
    "no rap or metal": ([], ["hip hop", "metal"], "any", "any"),
    "i never get tired of jazz": (["jazz"], [], "any", "any"),
    "not enough soul lately": (["soul"], [], "any", "any"),
    "jazz no saxophone": (["jazz"], [], "any", "any"),
    "jazz? no. blues!": (["blues"], ["jazz"], "any", "any"),
    "everyone hates reggaeton so none of that, party mode": ([], ["reggaeton"], "any", "any"),
    "rien d'explicite": ([], [], "any", "clean"),
    "pas d'explicite": ([], [], "any", "clean"),
    "doesn't have to be instrumental": ([], [], "any", "any"),
    "not just instrumental": ([], [], "any", "any"),
    "instrumental not required": ([], [], "any", "any"),
    "lyrics dont matter": ([], [], "any", "any"),
    "NOTHING W LYRICS": ([], [], "only", "any"),
    "not only rock": (["rock"], [], "any", "any"),
    "jazz is fine": (["jazz"], [], "any", "any"),
    "non-instrumental study music": ([], [], "avoid", "any"),
}


@pytest.mark.parametrize("words", SCOPES)
def test_a_refusal_reaches_as_far_as_it_is_meant(words: str) -> None:
    hints = reading(words).hints
    found = (list(hints.genres), list(hints.exclude_genres), hints.instrumental.value, hints.explicit.value)
    assert found == SCOPES[words]


@pytest.mark.parametrize(
    "words",
    [
        "nothing in particular",
        "no genre in particular",
        "not necessarily new",
        "no drake",
        "loud enough to dance",
    ],
)
def test_nobody_is_told_of_a_refusal_they_did_not_make(words: str) -> None:
    hints = reading(words).hints
    assert (hints.unread_refusals, hints.vague_refusals) == ((), ())


def test_enough_is_a_refusal_only_where_a_clause_begins() -> None:
    hints = reading("calm enough to sleep").hints
    assert (hints.moods, hints.activities, hints.avoid) == (("calm",), ("sleeping",), ())


def test_a_mood_refused_through_a_synonym_is_a_limit() -> None:
    hints = reading("sad but not depressing").hints
    assert (hints.moods, hints.avoid, [one.label for one in hints.limit]) == (("sad",), (), ["sad"])


def test_a_genre_refused_through_a_synonym_stays_and_that_is_said() -> None:
    assert reading("jazz no saxophone").hints.vague_refusals == ("saxophone",)


@pytest.mark.parametrize(
    ("words", "song"),
    [
        ("smashing pumpkins 1979", ("The Smashing Pumpkins", "1979")),
        ("queen bohemian rhapsody pls", ("Queen", "Bohemian Rhapsody")),
        ("abba dancing queen", ("ABBA", "Dancing Queen")),
        ("play 9 to 5", ("Dolly Parton", "9 to 5")),
    ],
)
def test_an_artist_beside_a_title_of_theirs_is_that_song(words: str, song: tuple[str, str]) -> None:
    found = reading(words)
    assert [(one.artist, one.title) for one in found.named.like] == [song]
    assert found.hints.years == ()


def test_a_working_day_is_no_song() -> None:
    found = reading("music for my 9 to 5")
    assert found.hints.activities == ("working",)
    assert wanted(found.named) == []
