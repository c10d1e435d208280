"""Plans and their songs: what was asked is kept to the letter, what gave way is said, and the same in, the same out."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.affinity import NEUTRAL, Taste, affinity, taste
from bot.core.candidates import Candidate
from bot.core.model import Listening, Member, MemberId, Play, RawTrack, SongId, Track, TrackId
from bot.core.offline import Planned, as_json, plan_read
from bot.core.songbook import Song, songbook
from bot.core.words.folding import artist_key
from bot.integrations.wordbook import read_wordbook

WORDBOOK = read_wordbook()
BOOK, LEXICON = WORDBOOK.book, WORDBOOK.lexicon
GAZETTEER = WORDBOOK.gazetteer()
NOW = 1_795_000_000_000
DAY = 86_400_000


def plan(words: str, tastes: Sequence[Taste] = (), seed: int = 1) -> Planned:
    return plan_read(words, WORDBOOK, GAZETTEER, tastes, seed)


def heard_by(member: int, plays: list[Play]) -> Listening:
    """A member's plays, all of which others may count."""
    return Listening(Member(MemberId(member), str(member), "UTC"), plays, plays, {}, (), ())


def listener(member: int, *artists: str, plays: int = 6) -> Taste:
    """Somebody who plays every song of the book by these artists, and one song the book does not know."""
    tracks: dict[TrackId, Track] = {}
    heard: list[Play] = []
    for artist in artists:
        songs = BOOK.by_artist[artist_key(artist)]
        for title in [*(song.title for song in songs), f"Rarity of {artist}"]:
            track_id = TrackId(len(tracks) + 1)
            tracks[track_id] = Track(track_id, f"spotify:track:{member}x{track_id}", title, artist, "")
            heard += [Play(NOW - n * DAY, track_id, 200_000) for n in range(plays)]
    return taste(heard_by(member, heard), tracks, BOOK, NOW, NOW - 3 * DAY)


ANA = listener(1, "Fleetwood Mac", "The Beatles", "Adele", "Radiohead")
BEN = listener(2, "Kendrick Lamar", "Beyoncé", "Daft Punk")
CEM = listener(3, "Johann Sebastian Bach", "Miles Davis")

# words → what every song of the list and of the reserve must be
CONSTRAINTS = {
    "90s": lambda song: 1990 <= song.year <= 1999,
    "before 1980": lambda song: song.year <= 1979,
    "since 2015": lambda song: song.year >= 2015,
    "nothing from the 80s": lambda song: not 1980 <= song.year <= 1989,
    "no explicit": lambda song: song.explicit is False,
    "no metal": lambda song: "metal" not in song.genres,
    "no rock": lambda song: (
        not {"rock", "indie rock", "classic rock", "hard rock", "punk", "metal"} & set(song.genres)
    ),
    "without vocals": lambda song: song.instrumental is True,
    "with vocals only": lambda song: song.instrumental is False,
    "in Spanish": lambda song: song.lang == "es",
    "not in English": lambda song: song.lang != "en",
    "anything but Coldplay": lambda song: song.artist != "Coldplay",
    "nothing sad": lambda song: "sad" not in song.moods and song.valence >= 2.5,
    "not too loud": lambda song: song.energy <= 4,
    "no christmas": lambda song: "christmas" not in song.moods,
}
WISHES = [
    "",
    "upbeat",
    "for a rainy day",
    "rock",
    "jazz",
    "songs like Radiohead",
    "by Queen",
    "12 songs",
    "for running",
]


CONTRADICTORY = [{"90s", "before 1980", "since 2015"}, {"without vocals", "with vocals only"}]


@pytest.mark.parametrize("one", CONSTRAINTS)
@pytest.mark.parametrize("other", ["", *CONSTRAINTS])
def test_constraints_are_kept_by_every_song(one: str, other: str) -> None:
    if one != other and any({one, other} <= group for group in CONTRADICTORY):
        other = ""
    planned = plan(f"{one}, {other}" if other else one)
    for candidate in (*planned.chosen, *planned.reserve):
        assert CONSTRAINTS[one](candidate.song)
        assert not other or CONSTRAINTS[other](candidate.song)
    _never_silent(planned)


@given(st.sampled_from(WISHES), st.sets(st.sampled_from(sorted(CONSTRAINTS)), max_size=3), st.integers(0, 9))
@settings(max_examples=60, deadline=None)
def test_constraints_are_kept_whatever_is_wished_for(wish: str, asked: set[str], seed: int) -> None:
    for group in CONTRADICTORY:
        asked = asked - group | set(sorted(asked & group)[:1])
    planned = plan(". ".join([wish, *sorted(asked)]), [ANA, BEN], seed)
    for candidate in (*planned.chosen, *planned.reserve):
        assert all(CONSTRAINTS[one](candidate.song) for one in asked)
    _never_silent(planned)


def _never_silent(planned: Planned) -> None:
    """Fewer songs than meant come with a reason."""
    assert len(planned.chosen) <= planned.plan.size
    assert len(planned.chosen) == planned.plan.size or planned.notes


@given(st.text(max_size=300), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_any_text_gives_songs_or_a_reason(words: str, seed: int) -> None:
    planned = plan(words, seed=seed)
    assert planned.chosen or planned.notes
    _never_silent(planned)
    json.dumps(as_json(planned))


@pytest.mark.parametrize(
    "words", ["songs from 2050", "Polish songs", "instrumental songs in Spanish from the 1950s"]
)
def test_an_empty_list_says_what_it_kept_to(words: str) -> None:
    planned = plan(words)
    assert planned.chosen == ()
    assert str(planned.notes[-1]).startswith(
        "No song I know fits all of that, and I keep to what you asked: "
    )


@pytest.mark.parametrize("words", ["upbeat songs", "", "90s hip hop", "something for a 2 AM breakup"])
def test_members_and_their_order_change_nothing_by_themselves(words: str) -> None:
    first = plan(words, [ANA, BEN, CEM])
    for tastes in ([CEM, BEN, ANA], [BEN, ANA, CEM]):
        assert _keys(plan(words, tastes)) == _keys(first)
    assert _keys(plan(words, [ANA, BEN, CEM])) == _keys(first)


def _keys(planned: Planned) -> list[tuple[str, str]]:
    return [one.key for one in (*planned.chosen, *planned.reserve)]


def test_another_seed_gives_another_list_that_fits_as_well() -> None:
    one, other = plan("upbeat songs", seed=1), plan("upbeat songs", seed=2)
    assert {song.key for song in one.chosen} != {song.key for song in other.chosen}
    assert abs(_mean_fit(one.chosen) - _mean_fit(other.chosen)) < 0.05


def _mean_fit(songs: Sequence[Candidate]) -> float:
    return sum(song.fit for song in songs) / len(songs)


def test_a_number_of_songs_is_that_number() -> None:
    for count in (5, 10, 33, 50):
        assert len(plan(f"{count} happy songs").chosen) == count


def test_no_artist_more_than_twice_unless_asked_for() -> None:
    songs = [one.key[0] for one in plan("happy songs", [ANA, BEN]).chosen]
    assert max(songs.count(artist) for artist in songs) <= 2
    queen = [one.song.artist for one in plan("songs by Queen").chosen]
    assert queen.count("Queen") == len(BOOK.by_artist["queen"])


def test_a_genre_is_not_watered_down_without_need() -> None:
    planned = plan("90s hip hop for coding, no explicit")
    assert all("hip hop" in one.song.genres for one in planned.chosen)
    assert len(planned.chosen) >= 10


def test_neighbours_of_a_genre_come_in_only_for_a_number_and_are_said() -> None:
    planned = plan("30 tango songs")
    tango = sum("tango" in one.song.genres for one in planned.chosen)
    assert 0 < tango < len(planned.chosen)
    assert f"Only {tango} songs of that genre fit" in str(planned.notes[-1])


def test_sadder_than_a_song_is_sadder_and_still_like_it() -> None:
    seed = BOOK.by_key["fleetwood mac", "dreams"]
    planned = plan("songs like Dreams by Fleetwood Mac but sadder")
    mean = sum(one.song.valence for one in planned.chosen) / len(planned.chosen)
    assert mean < seed.valence - 0.5
    assert (
        sum(bool(set(seed.moods) & set(one.song.moods)) for one in planned.chosen) > len(planned.chosen) / 2
    )


def test_cheering_up_climbs_and_heartbreak_stays() -> None:
    lifted, kept = plan("cheer me up after a breakup"), plan("a 2 AM breakup")
    assert lifted.plan.valence[1] > lifted.plan.valence[0]
    assert not any({"heartbreak", "sad"} & set(one.fits) for one in lifted.chosen)
    assert sum("heartbreak" in one.song.moods for one in kept.chosen) > len(kept.chosen) / 2
    half = len(lifted.chosen) // 2
    assert _valence(lifted.chosen[half:]) > _valence(lifted.chosen[:half])


def _valence(songs: Sequence[Candidate]) -> float:
    return sum(song.song.valence for song in songs) / len(songs)


def test_christmas_is_there_when_asked_and_never_else() -> None:
    assert all("christmas" in one.song.moods for one in plan("10 christmas songs").chosen)
    for words in ("cozy winter evening", "warm", "happy songs", ""):
        assert not any(
            "christmas" in one.song.moods for one in plan(words).chosen if words != "cozy winter evening"
        )


def test_an_empty_line_is_what_the_group_plays_and_says_so() -> None:
    planned = plan("", [ANA, BEN])
    assert "mix of what this group plays" in str(planned.notes[0])
    assert sum(bool(one.heard) for one in planned.chosen) > len(planned.chosen) / 2
    assert "nobody here shares their plays" in str(plan("").notes[0])


def test_a_played_song_without_annotation_is_used_where_an_artist_is_asked_for() -> None:
    titles = {one.song.title for one in plan("20 songs by Radiohead", [ANA]).chosen}
    assert "Rarity of Radiohead" in titles
    assert not any(one.song.title.startswith("Rarity") for one in plan("90s", [ANA]).chosen)


def test_everybody_gets_a_part_of_a_list_for_three_tastes() -> None:
    planned = plan("20 songs", [ANA, BEN, CEM])
    for member in (1, 2, 3):
        assert sum(MemberId(member) in one.heard for one in planned.chosen) >= 3


def test_taste_counts_plays_and_knows_this_week() -> None:
    heard = ANA.songs["fleetwood mac", "dreams"]
    assert (heard.plays, heard.recent) == (6, 4)  # now and one, two, three days ago
    assert heard.uri.startswith("spotify:track:1x")


def test_a_remaster_is_the_song_and_a_live_take_is_not() -> None:
    tracks = {
        TrackId(1): Track(TrackId(1), "spotify:track:a", "Dreams - 2004 Remaster", "Fleetwood Mac", ""),
        TrackId(2): Track(TrackId(2), "spotify:track:b", "Dreams - Live", "Fleetwood Mac", ""),
    }
    both = [Play(NOW, TrackId(1), 0), Play(NOW, TrackId(2), 0)]
    mine = taste(heard_by(1, both), tracks, BOOK, NOW, NOW)
    assert set(mine.songs) == {("fleetwood mac", "dreams"), ("fleetwood mac", "dreams [live]")}


def test_liking_goes_from_the_song_over_its_artist_to_its_genre() -> None:
    known, of_artist = BOOK.by_key["fleetwood mac", "dreams"], Song("Unheard", "Fleetwood Mac")
    of_genre, other = Song("X", "Nobody", genres=("classic rock",)), Song("X", "Nobody", genres=("techno",))
    values = [affinity(ANA, song) for song in (known, of_artist, of_genre, other)]
    assert all(one > next_one for one, next_one in pairwise(values))
    nobody = taste(heard_by(9, []), {}, BOOK, NOW, NOW)
    assert affinity(nobody, known) == NEUTRAL


def test_the_songbook_and_the_lexicon_speak_of_the_same_moods_and_genres() -> None:
    moods = {mood for song in BOOK.songs for mood in song.moods}
    genres = {genre for song in BOOK.songs for genre in song.genres}
    assert moods <= set(LEXICON.moods)
    assert genres <= set(LEXICON.genres)
    for meaning in LEXICON.moods.values():
        assert {*meaning.says, *meaning.tags} <= moods
    for label, genre in LEXICON.genres.items():
        assert {*genre.includes, *genre.near, *genre.within} <= genres, label


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        (["title\tartist"], "header"),
        (["\t".join(("title", "artist", "year", "genres", "moods", "energy", "valence", "lang", "vocal", "explicit")),
          "Song\tArtist\tsoon\tpop\tsad\t1\t1\ten\tsung\t0"], "line 2"),
        (["\t".join(("title", "artist", "year", "genres", "moods", "energy", "valence", "lang", "vocal", "explicit")),
          "Song\tArtist"], "line 2"),
    ],
)  # fmt: skip
def test_a_broken_songbook_names_its_line(lines: list[str], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        songbook(lines)


def test_reasons_are_facts() -> None:
    planned = plan("90s hip hop")
    for one, suggestion in zip(planned.chosen, planned.suggestions, strict=True):
        assert str(one.song.year) in suggestion.why
        assert "hip hop" in suggestion.why


def test_the_json_has_the_keys_that_are_promised() -> None:
    found = as_json(plan("10 upbeat songs"))
    assert set(found) == {"hints", "plan", "suggestions"}
    assert {"energy", "valence", "arc", "size", "notes"} <= set(found["plan"])
    assert len(found["suggestions"]) == 10
    assert all(set(one) == {"title", "artist", "why"} for one in found["suggestions"])


def test_markup_is_never_echoed_from_the_words() -> None:
    found = as_json(plan("@everyone <!channel> **bold** [x](http://evil.example) play some metal"))
    said = json.dumps([found["plan"], found["suggestions"]])
    assert not any(mark in said for mark in ("@everyone", "<!", "**", "evil"))
    assert found["hints"]["genres"] == ["metal"]


def test_pairs_of_members_are_treated_alike() -> None:
    for one, other in combinations((ANA, BEN, CEM), 2):
        worth = [sum(planned.worth[member] for planned in _options(plan("20 songs", [one, other])))
                 for member in (one.member_id, other.member_id)]  # fmt: skip
        assert min(worth) > 0.7 * max(worth)


def _options(planned: Planned):  # type: ignore[no-untyped-def]
    return [planned.options[one.key] for one in planned.chosen]


def test_the_versions_of_a_song_are_heard_as_one() -> None:
    """Joined by ISRC or by lengths, whatever each of them is called."""
    both = [
        RawTrack("spotify:track:1", "Dreams", "Fleetwood Mac"),
        RawTrack("spotify:track:2", "Träume", "Fleetwood Mac"),
    ]
    tracks = {
        TrackId(n): Track(TrackId(n), it.key, it.title, it.artist, "", song=SongId(1))
        for n, it in enumerate(both, 1)
    }
    plays = [Play(n, TrackId(1 + n % 2), 60_000) for n in range(5)]
    heard = taste(heard_by(1, plays), tracks, BOOK, NOW, NOW)
    assert [(it.title, it.plays) for it in heard.songs.values()] == [("Dreams", 5)]
