"""Numbers, years and words in other senses; and lists that are what their notes say of them."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.interpreting import find_hints
from bot.core.offline import Planned, as_json, hints_json, plan_read
from bot.core.planning import plan_for
from bot.integrations.wordbook import read_wordbook

WORDBOOK = read_wordbook()
BOOK = WORDBOOK.book
GAZETTEER = WORDBOOK.gazetteer()


def plan(words: str, seed: int = 1) -> Planned:
    return plan_read(words, WORDBOOK, GAZETTEER, [], seed)


def notes(words: str) -> list[str]:
    return [str(note) for note in plan(words).notes]


def hints(words: str) -> dict[str, Any]:
    reading = find_hints(words, WORDBOOK.lexicon, GAZETTEER, BOOK.newest)
    return hints_json(reading, plan_for(reading, WORDBOOK.lexicon, BOOK).size)


# prompt → some of what is read from it
PROMPTS: dict[str, dict[str, Any]] = {
    # minutes
    "1.5h jazz": {"minutes": 90, "genres": ["jazz"]},
    "two and a half hours": {"minutes": 150},
    "quarter of an hour": {"minutes": 15},
    "three quarters of an hour of jazz": {"minutes": 45},
    "hour long focus": {"minutes": 60, "moods": ["focus"]},
    "½ hour of jazz": {"minutes": 30},
    "1½ hours of jazz": {"minutes": 90},
    "1:30 h of jazz": {"minutes": 90, "moods": []},
    "a 2.5 hour drive": {"minutes": 150, "activities": ["driving"]},
    "from 60 to 90 minutes": {"minutes": 90, "year_from": None},
    "at 1:30": {"minutes": None, "moods": ["night"]},
    # years
    "'87 vibes": {"year_from": 1987, "year_to": 1987},
    "best of '94": {"year_from": 1994, "year_to": 1994},
    "summer of 99": {"year_from": 1999, "year_to": 1999},
    "songs from '99": {"year_from": 1999, "year_to": 1999},
    "songs since 95": {"year_from": 1995, "year_to": None},
    "nineteen eighty four": {"year_from": 1984, "year_to": 1984, "count": None},
    "twenty ten pop": {"year_from": 2010, "year_to": 2010},
    "80s90s": {"year_from": 1980, "year_to": 1999},
    "from 99 to 04": {"year_from": 1999, "year_to": 2004},
    "2020+": {"year_from": 2020, "year_to": None},
    "90s+ rock": {"year_from": 1990, "year_to": None},
    "from 2010 on": {"year_from": 2010, "year_to": None},
    "from 2010 on repeat": {"year_from": 2010, "year_to": 2010},
    "80-90s rock": {"year_from": 1980, "year_to": 1999},
    "stop at 1990": {"year_from": None, "year_to": 1990},
    "nothing past 1975": {"year_from": None, "year_to": 1975},
    "nothing past the 80s": {"year_from": None, "year_to": 1989},
    "80s synthwave only from 1984": {"year_from": 1984, "year_to": 1984},
    "this year": {"year_from": BOOK.newest},
    "last year": {"year_from": BOOK.newest - 1},
    "last 5 years": {"year_from": BOOK.newest - 5},
    "this decade": {"year_from": 2020},
    "only 1984": {"year_from": 1984, "count": None},
    "half past nine": {"year_from": None, "year_to": None},
    # counts
    "25 of them": {"count": 25},
    "make it 40 pls": {"count": 40},
    "playlist of 25": {"count": 25},
    "just 3": {"count": 5},
    "only 8": {"count": 8},
    "10 pls": {"count": 10},
    "15ish songs": {"count": 15},
    "1️⃣0️⃣ songs": {"count": 10},
    "a single song by adele": {"count": 5, "artists": ["Adele"]},
    "just 2 friends": {"count": None},
    "from 20 to 30 songs": {"count": 30, "year_from": None},
    # words in other senses
    "french toast breakfast": {"language": None, "activities": ["breakfast"]},
    "british invasion": {"language": None},
    "swedish house mafia": {"language": None, "genres": []},
    "german beer": {"language": None, "activities": ["drinks"]},
    "turkish coffee": {"language": None, "activities": ["coffee"]},
    "korean bbq": {"language": None, "activities": ["barbecue"]},
    "chinese new year": {"language": None, "activities": ["new year"]},
    "russian roulette": {"language": None},
    "danish hygge": {"language": None, "moods": ["cozy"]},
    "polish my nails": {"language": None},
    "finnish my homework": {"language": None, "activities": ["studying"]},
    "french songs": {"language": "fr"},
    "german, please": {"language": "de"},
    "danish artists": {"language": "da"},
    "spanish party music": {"language": "es", "activities": ["party"]},
    "korean drama music": {"language": "ko"},
    "brazilian carnival songs": {"language": "pt"},
    "house cleaning music": {"genres": [], "activities": ["cleaning"]},
    "pop quiz": {"genres": []},
    "house on fire": {"genres": []},
    "rock paper scissors": {"genres": []},
    "music for my 9 to 5": {"activities": ["working"], "artists": []},
    "play 9 to 5": {"like": ["9 to 5 by Dolly Parton"]},
    "non-instrumental study music": {"instrumental": "avoid", "activities": ["studying"]},
    "dance music": {"genres": [], "moods": ["groovy"]},
    "rythm and blues": {"genres": ["r&b"]},
}


@pytest.mark.parametrize("words", PROMPTS)
def test_a_prompt_is_read_as_it_is_meant(words: str) -> None:
    found = hints(words)
    assert {key: found[key] for key in PROMPTS[words]} == PROMPTS[words]


def test_the_table_is_large_enough() -> None:
    assert len(PROMPTS) >= 70


@pytest.mark.parametrize(
    ("words", "typed", "read", "where", "label"),
    [
        ("tekno", "tekno", "techno", "genres", "techno"),
        ("regaeton", "regaeton", "reggaeton", "genres", "reggaeton"),
        ("clasical for reading", "clasical", "classical", "genres", "classical"),
        ("some electonic", "electonic", "electronic", "genres", "electronic"),
        ("reggea", "reggea", "reggae", "genres", "reggae"),
        ("music for studing", "studing", "studying", "activities", "studying"),
        ("excercise", "excercise", "exercise", "activities", "workout"),
        ("chrismas songs", "chrismas", "christmas", "activities", "christmas"),
    ],
)
def test_a_slip_in_a_word_is_set_right_and_said(
    words: str, typed: str, read: str, where: str, label: str
) -> None:
    found = as_json(plan(words))
    assert label in found["hints"][where]
    assert f"I read “{typed}” as {read}." in found["plan"]["notes"]


@pytest.mark.parametrize(
    "words", ["metallica", "house plants", "songs by Tekno", "zxqw blorb", "jazz", "talking"]
)
def test_names_terms_and_common_words_are_no_slips(words: str) -> None:
    assert not any(" as techno" in note or note.startswith("I read “") for note in notes(words))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("one song", "You asked for 1 song; a list has 5 to 50, so this one has 5."),
        ("phonk for the gym", "I can't tell phonk from other hip hop, so I took hip hop as a whole."),
        ("black metal", "I can't tell black metal from other metal, so I took metal as a whole."),
        ("no dubstep", "I can't tell dubstep from other electronic, so I left all of it out."),
        ("this year", f"My songbook ends in {BOOK.newest}, so I count “this year” back from there."),
        ("songs like Weightless by Marconi Union but calmer",
         "No song I know is more calm than that, so I kept close to it."),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_said(words: str, said: str) -> None:
    assert said in notes(words)


@pytest.mark.parametrize(
    ("words", "energy"),
    [("quiet punk for reading", 2.5), ("low energy punk", 2.5), ("calm techno for sleeping", 2.5),
     ("meditation but heavy metal", 2.5)],
)  # fmt: skip
def test_a_quiet_list_of_a_loud_genre_claims_no_fit_that_is_none(words: str, energy: float) -> None:
    planned = plan(words)
    loud = [one for one in planned.chosen if one.song.energy > energy]
    said = " ".join(notes(words))
    assert "songs that fit, so" not in said
    assert "song of that genre and mood fits" in said
    assert not loud or "in the mood you asked for" in said
    assert all(one.tier > 0 for one in loud)
    assert len(loud) < len(planned.chosen) / 2


def test_a_number_of_songs_is_that_number_though_the_mood_is_rare() -> None:
    planned = plan("10 quiet metal songs")
    assert len(planned.chosen) == 10
    assert "as near as I could get" in " ".join(notes("10 quiet metal songs"))


def test_angry_bossa_nova_is_not_said_to_fit() -> None:
    assert "No song of that genre and mood fits" in " ".join(notes("angry bossa nova"))


@pytest.mark.parametrize(
    ("words", "artist"),
    [("like metallica but calmer", "metallica"), ("so wie rammstein aber ruhiger", "rammstein"),
     ("songs like AC/DC but calmer", "ac dc")],
)  # fmt: skip
def test_calmer_than_an_artist_is_calmer_in_every_song(words: str, artist: str) -> None:
    theirs = [song.energy for song in BOOK.by_artist[artist]]
    chosen = plan(words).chosen
    assert len(chosen) >= 5
    assert max(one.song.energy for one in chosen) < sum(theirs) / len(theirs)


def test_sadder_than_a_song_is_sadder_in_every_song() -> None:
    seed = BOOK.by_key["fleetwood mac", "dreams"]
    chosen = plan("songs like Dreams by Fleetwood Mac but sadder").chosen
    assert len(chosen) >= 10
    assert all(one.song.valence < seed.valence for one in chosen)


def test_like_a_rapper_but_no_rap_stays_next_door() -> None:
    chosen = plan("like kendrick lamar but no rap").chosen
    near = sum(bool({"soul", "r&b", "funk", "jazz", "trip hop"} & set(one.song.genres)) for one in chosen)
    assert near >= 0.9 * len(chosen)
    assert not any("hip hop" in one.song.genres for one in chosen)


def test_dance_music_can_be_danced_to() -> None:
    energies = [one.song.energy for one in plan("dance music").chosen]
    assert sum(energies) / len(energies) >= 3.8


def test_words_that_say_nothing_still_make_their_own_mix() -> None:
    one, other = ({song.key for song in plan(words).chosen} for words in ("zxqw blorb", "flurb gnarg"))
    assert len(one & other) < 10
    assert [song.key for song in plan("zxqw blorb").chosen] == [
        song.key for song in plan("zxqw blorb").chosen
    ]


def test_no_song_is_in_the_book_under_two_credits() -> None:
    assert [song.title for song in BOOK.songs].count("Mas Que Nada") == 1
