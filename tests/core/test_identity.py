"""When two tracks are the same song: a table of cases, each told in both directions; and what a derivation must be."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.identity import (
    Alias,
    Verdict,
    clues_of,
    derive,
    fold,
    lasting,
    name_of,
    regrouped,
    tracks_meant,
)
from bot.core.model import Track, TrackId


class T(NamedTuple):
    """A track of a case. `on`: in Spotify's catalogue, a local file, or by its names alone."""

    artist: str
    title: str
    ms: int = 0
    isrc: str = ""
    on: str = "spotify:track:"
    album: str = ""


NAMES, LOCAL = "", "spotify:local:"


def tracks(*told: T) -> list[Track]:
    """The tracks, numbered from one."""
    return [
        Track(TrackId(n), f"{it.on or 'name:'}{n}", it.title, it.artist, it.album, it.ms, it.isrc)
        for n, it in enumerate(told, 1)
    ]


def named(artist: str, title: str, ms: int = 0) -> T:
    return T(artist, title, ms, on=NAMES)


SAME = [
    # Written otherwise.
    (T("Adele", "Hello"), T("adele", "HELLO ")),
    (T("Beyoncé", "Déjà Vu"), T("Beyonce", "Deja Vu")),
    (T("Mötley Crüe", "Girls"), T("Motley Crue", "Girls")),
    (T("Sigur Rós", "Hoppípolla"), T("Sigur Ros", "Hoppipolla")),
    (T("Simon & Garfunkel", "The Boxer"), T("Simon and Garfunkel", "The Boxer")),
    (T("Ke$ha", "TiK ToK"), T("Kesha", "Tik Tok")),
    (T("P!nk", "So What"), T("Pink", "So What")),
    (T("Guns N' Roses", "Don't Cry"), T("Guns N’ Roses", "Don’t Cry")),
    (T("AC/DC", "T.N.T."), T("AC-DC", "T N T")),
    (T("Ａ", "ﬀ"), T("a", "FF")),
    (T("Die Ärzte", "Straße"), T("DIE ARZTE", "STRASSE")),
    (T("宇多田ヒカル", "ﾌﾟﾚｲ・ﾎﾞｰﾙ"), T("宇多田ヒカル", "プレイ・ボール")),
    (T("Ed Sheeran", "÷"), T("ed sheeran", "÷")),
    (T("X", "★"), T("X", " ★ ")),
    # Additions that are harmless, where a whole bracket or suffix is one.
    (T("Queen", "Bohemian Rhapsody"), T("Queen", "Bohemian Rhapsody - Remastered 2011")),
    (T("Queen", "Bohemian Rhapsody"), T("Queen", "Bohemian Rhapsody - 2011 Remaster")),
    (T("Queen", "Bohemian Rhapsody"), T("Queen", "Bohemian Rhapsody (Remastered)")),
    (T("Queen", "Bohemian Rhapsody"), T("Queen", "Bohemian Rhapsody [2011 Remastered Version]")),
    (T("The Beatles", "Help!"), T("The Beatles", "Help! – Remastered 2009")),
    (T("Pixies", "Debaser"), T("Pixies", "Debaser - 2003 Digital Remaster")),
    (T("Toto", "Africa"), T("Toto", "Africa (Album Version)")),
    (T("Toto", "Africa"), T("Toto", "Africa - LP Version")),
    (T("Toto", "Africa"), T("Toto", "Africa - Standard Version")),
    (T("Muse", "Fury"), T("Muse", "Fury (Bonus Track)")),
    (T("Eminem", "Stan"), T("Eminem", "Stan (Explicit)")),
    (T("Eminem", "Stan (Clean)"), T("Eminem", "Stan [Explicit Version]")),
    (T("Lorde", "Royals"), T("Lorde", "Royals (Deluxe Edition)")),
    (T("Eagles", "Hotel California (Live)"), T("Eagles", "Hotel California (Live) [Remastered]")),
    (T("Stones", "(I Can't Get No) Satisfaction"), T("Stones", "(I Can't Get No) Satisfaction - Remastered")),
    # Written otherwise, and yet a version of the same kind.
    (T("Oasis", "Wonderwall - Live"), T("Oasis", "Wonderwall (Live)")),
    # Lengths.
    (T("Adele", "Hello", 295_000), T("Adele", "Hello", 298_000)),
    (T("Sunn O)))", "Aghartha", 1_055_000), T("Sunn O)))", "Aghartha", 1_075_000)),
    (T("Adele", "Hello", 295_000), T("Adele", "Hello")),
    # ISRC.
    (T("Blur", "Song 2", 121_000, "GBAYE9600015"), T("Blur", "Song Two", 123_000, "GB-AYE-96-00015")),
    (T("t.A.T.u.", "Нас не догонят", 275_000, "X1"), T("t.A.T.u.", "Not Gonna Get Us", 275_000, "x1")),
    (T("A", "One", 0, "X1"), T("B", "Two", 200_000, "X1")),
    # Across sources.
    (T("Adele", "Hello", 295_000), named("ADELE", "Hello")),
    (T("Adele", "Hello - Remastered", 295_000), named("Adele", "hello", 294_000)),
    (T("Drake", "One Dance (feat. Wizkid & Kyla)", 173_000), named("Drake", "One Dance")),
    (T("Drake", "One Dance (feat. Wizkid & Kyla)", 173_000), named("Drake", "One Dance", 174_000)),
    (T("Lil Nas X", "Old Town Road", 157_000), named("Lil Nas X", "Old Town Road (ft. Billy Ray Cyrus)")),
    (T("Zedd", "Stay (with Alessia Cara)"), named("Zedd", "Stay")),
    (T("Zedd", "Stay"), named("Zedd feat. Alessia Cara", "Stay")),
    (T("Zedd", "Stay"), named("Zedd, Alessia Cara", "Stay")),
    (T("Gorillaz", "Feel Good Inc."), named("Gorillaz ft. De La Soul", "Feel Good Inc")),
    (T("Earth, Wind & Fire", "September"), named("Earth, Wind & Fire", "September")),
    (T("Tyler, The Creator", "EARFQUAKE"), named("Tyler, the Creator", "Earfquake")),
    # Local files among themselves.
    (T("Me", "Demo", 100_000, on=LOCAL), T("me", "demo", 101_000, on=LOCAL)),
]  # fmt: skip

APART = [
    (T("Adele", "Hello"), T("Lionel Richie", "Hello")),
    (T("Adele", "Hello"), T("Adele", "Hello Again")),
    (T("The Band", "Rag"), T("Band", "Rag")),
    # Scripts in which a mark makes another letter.
    (T("X", "か"), T("X", "が")),
    (T("X", "и"), T("X", "й")),
    (T("X", "★"), T("X", "☆")),
    (T("Ed Sheeran", "÷"), T("Ed Sheeran", "=")),
    # Other recordings and versions.
    (T("Taylor Swift", "Red"), T("Taylor Swift", "Red (Taylor's Version)")),
    (T("Taylor Swift", "All Too Well"), T("Taylor Swift", "All Too Well (10 Minute Version)")),
    (T("Taylor Swift", "Better Man"), T("Taylor Swift", "Better Man (From the Vault)")),
    (T("Taylor Swift", "Nothing New (Taylor's Version)"),
     T("Taylor Swift", "Nothing New (Taylor's Version) (From The Vault)")),
    (T("Nirvana", "Lithium"), T("Nirvana", "Lithium - Live")),
    (T("Nirvana", "Lithium"), T("Nirvana", "Lithium (Live at Reading)")),
    (T("Queen", "Love of My Life"), T("Queen", "Love of My Life - Live / Remastered 2009")),
    (T("Nirvana", "Polly"), T("Nirvana", "Polly (Acoustic)")),
    (T("Moby", "Porcelain"), T("Moby", "Porcelain - Clubbed to Death Remix")),
    (T("Blur", "Boys"), T("Blur", "Boys - 2012 Mix")),
    (T("Blur", "Boys"), T("Blur", "Boys (Original Mix)")),
    (T("Air", "Sexy Boy"), T("Air", "Sexy Boy - Radio Edit")),
    (T("Air", "Sexy Boy"), T("Air", "Sexy Boy (Edit)")),
    (T("Air", "Sexy Boy"), T("Air", "Sexy Boy - Single Version")),
    (T("Beck", "Loser"), T("Beck", "Loser (Demo)")),
    (T("Beck", "Loser"), T("Beck", "Loser (Instrumental)")),
    (T("Beck", "Loser"), T("Beck", "Loser (Karaoke Version)")),
    (T("Rosa", "Snow"), T("Rosa", "Snow (Slowed + Reverb)")),
    (T("Rosa", "Snow"), T("Rosa", "Snow - Sped Up")),
    (T("Def Leppard", "Hysteria"), T("Def Leppard", "Hysteria (Re-Recorded)")),
    (T("The Beatles", "Help!"), T("The Beatles", "Help! (Mono)")),
    (T("Pink Floyd", "Another Brick in the Wall, Pt. 1"), T("Pink Floyd", "Another Brick in the Wall, Pt. 2")),
    (T("Metallica", "The Unforgiven"), T("Metallica", "The Unforgiven II")),
    (T("Queen", "Remastered"), T("Queen", "Deluxe")),
    (T("X", "Deluxe Remaster Live"), T("X", "Live")),
    # Lengths.
    (T("Adele", "Hello", 295_000), T("Adele", "Hello", 305_000)),
    (T("Adele", "Hello", 60_000), T("Adele", "Hello", 64_000)),
    # ISRC.
    (T("A", "One", 200_000, "X1"), T("B", "Two", 203_001, "X1")),
    (T("A", "One", 200_000, ""), T("B", "Two", 200_000, "")),
    # Guests within one source, and where titles are known as songs of their own.
    (T("Drake", "One Dance", 173_000), T("Drake", "One Dance (feat. Kyla)", 173_000)),
    (T("Zedd", "Stay (feat. A)"), named("Zedd", "Stay (feat. B)")),
    (T("Drake", "One Dance (feat. Wizkid)", 173_000), named("Drake", "One Dance", 200_000)),
    # Credits.
    (T("Now, Now", "SGL"), T("Now", "SGL")),
    (T("Earth, Wind & Fire", "September"), T("Earth", "September")),
    # Local files are nobody else's.
    (T("Adele", "Hello", 295_000), T("Adele", "Hello", 295_000, on=LOCAL)),
    (named("Adele", "Hello"), T("Adele", "Hello", on=LOCAL)),
    # Without a name nothing is like anything.
    (T("", "Hello"), T("", "Hello")),
    (T("Adele", ""), T("Adele", "")),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME, ids=str)
def test_the_same_song(one: T, other: T) -> None:
    for pair in ((one, other), (other, one)):
        assert len(set(derive(tracks(*pair)).values())) == 1


@pytest.mark.parametrize(("one", "other"), APART, ids=str)
def test_two_songs(one: T, other: T) -> None:
    for pair in ((one, other), (other, one)):
        assert len(set(derive(tracks(*pair)).values())) == 2


def partition(found: Iterable[Track]) -> set[frozenset[TrackId]]:
    """The numbers of each song's tracks."""
    songs: dict[int, set[TrackId]] = {}
    for track in found:
        songs.setdefault(track.song, set()).add(track.id)
    return set(map(frozenset, songs.values()))


def derived(found: Sequence[Track]) -> list[Track]:
    songs = derive(found)
    return [replace(track, song=songs[track.id]) for track in found]


@pytest.mark.parametrize(
    ("told", "songs"),
    [
        pytest.param(
            [T("A", "X", 180_000), T("A", "X", 240_000), T("A", "X", 241_000), named("A", "x")],
            [{1}, {2, 3, 4}],
            id="what has no length goes with the recording that most tracks are of, and joins no two",
        ),
        pytest.param(
            [T("A", "X", 180_000), T("A", "X", 183_000), T("A", "X", 186_000)],
            [{1, 2, 3}],
            id="lengths agree as neighbours do",
        ),
        pytest.param(
            [T("A", "X", 180_000, "I1"), T("A", "Y", 180_000, "I1"), T("A", "y", 181_000), T("A", "x", 179_000)],
            [{1, 2, 3, 4}],
            id="an ISRC joins the songs of two names",
        ),
        pytest.param(
            [T("A", "X", 180_000), T("A", "X (feat. B)", 240_000), named("A", "X")],
            [{1, 3}, {2}],
            id="a title that is listed as it is has no guests to be added",
        ),
        pytest.param(
            [T("A", "X", 180_000), T("A", "X (feat. B)", 240_000), named("A", "X", 239_000)],
            [{1}, {2, 3}],
            id="but where lengths agree",
        ),
        pytest.param(
            [T("A", "X (feat. B)", 180_000), T("A", "X (feat. C)", 240_000), named("A", "X")],
            [{1}, {2}, {3}],
            id="which of two guests is meant nobody can tell",
        ),
        pytest.param(
            [T("A", "X (feat. B)", 180_000), T("A", "X (feat. C)", 240_000), named("A", "X", 240_000)],
            [{1}, {2, 3}],
            id="but by its length",
        ),
        pytest.param(
            [T("A", "X"), named("A", "X (feat. B)"), named("A", "X"), T("A", "X - Remastered")],
            [{1, 2, 3, 4}],
            id="a guest whom no catalogue knows",
        ),
    ],
)  # fmt: skip
def test_more_than_two(told: list[T], songs: list[set[int]]) -> None:
    assert sorted(map(sorted, partition(derived(tracks(*told))))) == sorted(map(sorted, songs))


any_track = st.builds(
    T,
    artist=st.sampled_from(["A", "a", "B", "A, B", "A feat. B", ""]),
    title=st.sampled_from(["X", "x", "X (feat. B)", "X (feat. C)", "X (Live)", "X - Remastered 2009", "Y", ""]),
    ms=st.sampled_from([0, 0, 100_000, 102_000, 104_500, 110_000, 200_000, 203_000]),
    isrc=st.sampled_from(["", "", "I1", "i-1", "I2"]),
    on=st.sampled_from(["spotify:track:", "spotify:track:", NAMES, LOCAL]),
)  # fmt: skip


@settings(max_examples=120)
@given(st.lists(any_track, max_size=12), st.randoms(use_true_random=False))
def test_songs_are_the_same_in_whatever_order_tracks_came(told: list[T], chance: random.Random) -> None:
    came = tracks(*told)
    numbers = [track.id for track in came]
    chance.shuffle(numbers)
    renumbered = dict(zip(numbers, (track.id for track in came), strict=True))
    other = [replace(track, id=renumbered[track.id], song=renumbered[track.id]) for track in came]
    chance.shuffle(other)
    assert {frozenset(renumbered[it] for it in song) for song in partition(derived(came))} == partition(
        derived(other)
    )


@settings(max_examples=120)
@given(st.lists(any_track, max_size=12))
def test_a_song_has_the_number_of_its_first_track_and_is_derived_again_as_it_was(told: list[T]) -> None:
    once = derived(tracks(*told))
    assert derived(once) == once
    assert all(track.song == min(song) for track in once for song in partition(once) if track.id in song)


@settings(max_examples=120)
@given(st.lists(any_track, max_size=12))
def test_what_shares_no_clue_has_no_part_in_a_song(told: list[T]) -> None:
    """So that a store may derive a few tracks with all that they share clues with, instead of everything."""
    whole = derived(tracks(*told))
    left = {track.id: track for track in whole}
    parts: list[Track] = []
    while left:
        _, first = left.popitem()
        family, clues = [first], {(n, clue) for n, clue in enumerate(clues_of(first)) if clue}
        while some := [it for it in left.values() if clues & set(enumerate(clues_of(it)))]:
            family += some
            clues |= {(n, clue) for it in some for n, clue in enumerate(clues_of(it)) if clue}
            for it in some:
                del left[it.id]
        parts += derived(family)
    assert partition(parts) == partition(whole)


def older(name: str) -> str:
    """How names were folded before."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold()).split())


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_folding_is_done_once(name: str) -> None:
    assert fold(fold(name)) == fold(name)


@given(
    st.text(st.characters(codec="latin-1"))
    | st.sampled_from(["が", "Ёлка", "ﾌﾟﾚｲ", "ﬀ", "Straße", "İ", "Ａ・B"])
)
def test_a_name_that_was_written_down_folded_is_found(name: str) -> None:
    assert fold(older(name)) == fold(name)


# --- written down


def test_a_song_that_was_written_down_is_found_by_its_track_or_else_by_its_names() -> None:
    told = (
        T("Adele", "Hello", 295_000),
        T("Adele", "Hello - Remastered", 295_000),
        T("Adele", "Hello", 200_000),
    )
    found = {it.id: it for it in derived(tracks(*told, T("Adele", "Hello (Live)")))}
    written = lasting(found[TrackId(2)])
    assert tracks_meant(written, found) == {1, 2}
    del found[TrackId(2)]
    assert tracks_meant(written, found) == {1, 3}
    assert tracks_meant(("adele", "hello"), found) == {1, 3}
    assert tracks_meant(("adele", "hello (live)"), found) == {4}
    assert tracks_meant(("spotify:track:9",), found) == set()


def test_a_song_without_a_name_is_written_down_by_its_raw_key() -> None:
    (nameless,) = tracks(T("", "Hello"))
    assert lasting(nameless) == ("spotify:track:1",)
    assert tracks_meant(lasting(nameless), {nameless.id: nameless}) == {nameless.id}


def test_a_name_tells_its_guests() -> None:
    (track,) = tracks(T("Drake", "One Dance (feat. Wizkid & Kyla) - Remastered"))
    assert name_of(track) == ("drake", "one dance", "wizkid and kyla", False)


# --- aliases


def alias(number: int, verdict: Verdict, one: Track, other: Track) -> Alias:
    return Alias(number, verdict, one, other)


verdicts = st.lists(st.tuples(st.sampled_from(Verdict), st.integers(0, 7), st.integers(0, 7)), max_size=8)


@given(verdicts, st.randoms(use_true_random=False))
def test_what_a_group_says_counts_in_whatever_order_it_was_said(
    said: list[tuple[Verdict, int, int]], chance: random.Random
) -> None:
    found = derived(tracks(*(T("A", title) for title in "XXXYYZZW")))
    known = {it.id: it for it in found}
    aliases = [alias(n, verdict, found[one], found[other]) for n, (verdict, one, other) in enumerate(said)]
    grouped = regrouped(known, aliases)
    shuffled = chance.sample(aliases, len(aliases))
    assert partition(regrouped(known, shuffled).values()) == partition(grouped.values())
    for it in aliases:
        if it.verdict is Verdict.SAME:
            assert grouped[it.track.id].song == grouped[it.other.id].song
    assert {number: replace(it, song=known[number].song) for number, it in grouped.items()} == known


def test_a_track_that_is_apart_leaves_the_others_together() -> None:
    found = derived(tracks(T("A", "X"), T("A", "x"), T("A", "X - Remastered")))
    known = {it.id: it for it in found}
    parted = regrouped(known, [alias(1, Verdict.APART, found[0], found[1])])
    assert partition(parted.values()) == {frozenset({TrackId(1)}), frozenset({TrackId(2), TrackId(3)})}
