"""A draft: read back as it was written, changed song by song, never bringing back what was taken out."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core import drafts
from bot.core.drafts import Draft, DraftSong, Listens, Saving, Step
from bot.core.model import MemberId
from bot.core.reasons import PLAYED_HERE
from bot.core.words.eras import Years
from bot.text import Moment, t

ANA, BEN = MemberId(1), MemberId(2)


def song(n: int, artist: str = "", *, likes: float = 0.5, tier: int = 0, uri: str = "") -> DraftSong:
    name = artist or f"artist {n}"
    return DraftSong(
        n, f"Song {n}", name, t("fits {what}", what="joy"), (name, f"song {n}"), 0.7, {ANA: likes, BEN: 1 - likes},
        year=1990 + n, uri=uri, duration_ms=1000 * n, tier=tier, heard={ANA: Listens(n, 1)},
    )  # fmt: skip


def draft(size: int = 5, spare: int = 5) -> Draft:
    songs = tuple(song(n, likes=n % 2) for n in range(1, size + spare + 1))
    return Draft(
        "joy, please", t("Joy"), (t("joy"), t("{n} songs", n=size)), (t("At {when}.", when=Moment(1, "UTC")),),
        songs[:size], songs[size:], 2, 7, clean=True, years=(Years(1990, None),), exclude_years=(Years(1995, 1996),),
        gone=(("x", "y"),), vetoes=((BEN, ("x", "y")),), searches=3, avoided=4, dropped=1, unheard=(BEN,),
        searched_with="spotify",
        saving=Saving(Step.MADE, ANA, 5, "Joy", "p1", "https://example.org"),
    )  # fmt: skip


def test_a_draft_is_read_back_as_it_was_written() -> None:
    assert drafts.loaded(drafts.dumped(draft())) == draft()
    assert drafts.loaded(drafts.dumped(drafts.swapped(draft(), 1, None))) == drafts.swapped(draft(), 1, None)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"v": 1}', "null", '{"v": 2}', json.dumps({"v": 1, "songs": 3})]
)
def test_what_is_no_draft_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        drafts.loaded(text)


def test_without_a_member_nothing_of_theirs_is_left_and_the_rest_as_it_was() -> None:
    whole = replace(draft(), vetoes=((BEN, ("x", "y")), (ANA, ("v", "w"))), unheard=(BEN, ANA))
    of_ben = replace(song(3), heard={ANA: Listens(1, 1), BEN: Listens(2, 1)})
    of_nobody = replace(song(4), heard={})
    whole = replace(whole, songs=(song(1), song(2), of_ben, of_nobody), reserve=(song(5),))
    rest = drafts.loaded(drafts.redacted(drafts.dumped(whole), ANA))
    assert [one.n for one in rest.songs] == [3, 4]  # what only Ana has played went with her
    assert rest.reserve == ()
    assert [one.heard for one in rest.songs] == [{BEN: Listens(2, 1)}, {}]
    assert all(set(one.worth) == {BEN} for one in rest.songs)
    assert (rest.vetoes, rest.unheard, rest.gone, rest.saving) == (((BEN, ("x", "y")),), (BEN,), (), None)
    assert (rest.words, rest.years, rest.searches) == (whole.words, whole.years, whole.searches)


def test_who_is_not_in_a_draft_changes_nothing_and_an_empty_one_is_none() -> None:
    body = drafts.dumped(draft())
    assert drafts.redacted(body, MemberId(3)) == body
    assert drafts.redacted(body, ANA) == ""
    assert drafts.redacted('{"v": 0}', ANA) == ""


def test_a_swap_takes_from_the_reserve_in_place_and_for_good() -> None:
    before = draft()
    new = drafts.replacement(before, 2)
    assert new is not None
    after = drafts.swapped(before, 2, new)
    assert [one.n for one in after.songs] == [1, new.n, 3, 4, 5]
    assert after.song(2) is None
    assert all(one.key != new.key for one in after.reserve)
    assert after.gone[-1] == ("artist 2", "song 2")


def test_a_veto_is_written_down_with_who() -> None:
    after = drafts.vetoed(draft(), 3, ANA, None)
    assert after.vetoes[-1] == (ANA, ("artist 3", "song 3"))
    assert len(after.songs) == 4


def test_the_replacement_serves_who_got_least() -> None:
    songs = (song(1, likes=1.0), song(2, likes=1.0), song(3, likes=1.0))
    one = Draft("", t("x"), (), (), songs, (song(8, likes=1.0), song(9, likes=0.0)), 2, 1)
    new = drafts.replacement(one, 1)
    assert new is not None
    assert new.n == 9


def test_what_fits_better_comes_before_what_is_near() -> None:
    one = Draft("", t("x"), (), (), (song(1),), (song(8, tier=1, likes=0.0), song(9, likes=1.0)), 2, 1)
    new = drafts.replacement(one, 1)
    assert new is not None
    assert new.n == 9


def test_the_cap_holds_for_replacements() -> None:
    one = Draft("", t("x"), (), (), (song(1, "a"), song(2, "a"), song(3)), (song(4, "a"),), 2, 1)
    assert drafts.replacement(one, 3) is None
    assert drafts.replacement(one, 1) is not None


def test_a_song_that_is_gone_cannot_be_swapped_again() -> None:
    after = drafts.swapped(draft(), 2, None)
    assert drafts.swapped(after, 2, None) == after
    assert drafts.vetoed(after, 2, ANA, None) == after


@given(st.lists(st.tuples(st.integers(1, 12), st.booleans()), max_size=20))
@settings(max_examples=100, deadline=None)
def test_what_was_taken_out_never_comes_back(presses: list[tuple[int, bool]]) -> None:
    one = draft(6, 6)
    out: set[tuple[str, str]] = set()
    for n, veto in presses:
        gone = one.song(n)
        if gone is None:
            continue
        new = drafts.replacement(one, n)
        one = drafts.vetoed(one, n, BEN, new) if veto else drafts.swapped(one, n, new)
        out.add(gone.key)
        keys = [song.key for song in (*one.songs, *one.reserve)]
        assert not out & set(keys)
        assert len(keys) == len(set(keys))
    assert abs(sum(share.part for share in drafts.shares_of(one)) - 1) < 1e-9
    assert drafts.loaded(drafts.dumped(one)) == one


def test_a_found_track_is_filled_in_wherever_the_song_is() -> None:
    after = drafts.filled(
        drafts.filled(draft(), song(2), "spotify:track:b", 9), song(7), "spotify:track:g", 8
    )
    assert after.songs[1].uri == "spotify:track:b"
    assert after.reserve[1].uri == "spotify:track:g"
    assert drafts.without(after, after.reserve[1].key).dropped == draft().dropped + 1


def test_a_found_track_has_to_pass_what_only_it_can_tell() -> None:
    one = draft()
    assert one.found_passes(song(2), year=2013, explicit=False)  # a reissue: our year counts
    assert not one.found_passes(song(2), year=1989, explicit=False)  # older than we thought
    assert not one.found_passes(song(2), year=2013, explicit=True)
    assert not one.found_passes(song(5), year=2013, explicit=False)  # 1995 is refused


def test_what_is_not_shared_any_more_is_not_told_again() -> None:
    book = {("artist 1", "song 1"), ("artist 2", "song 2"), ("artist 6", "song 6")}
    plain = replace(draft(), saving=None)
    known, played, *others = plain.songs
    before = replace(plain, songs=(known, replace(played, why=PLAYED_HERE), *others))
    still = {("artist 3", "song 3"): Listens(2, 0)}
    after = drafts.recounted(before, {ANA: still, BEN: {}}, book)
    # Song 1 is in the songbook, song 3 is played; song 2 said that it was played; the others were only known by plays.
    assert [(one.n, one.heard) for one in after.songs] == [(1, {}), (3, {ANA: Listens(2, 0)})]
    assert [one.n for one in after.reserve] == [6]
    assert drafts.recounted(after, {ANA: still}, book) == after


def test_a_list_that_is_being_saved_keeps_its_songs_and_tells_nobodys_plays() -> None:
    after = drafts.recounted(draft(), {}, ())
    assert [one.n for one in after.songs] == [1, 2, 3, 4, 5]
    assert not any(one.heard for one in (*after.songs, *after.reserve))
