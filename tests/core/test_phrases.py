"""The phrase book: every wording can be filled in, the same facts are told in the same words, and no kind twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from string import Formatter

from bot.core import calendar
from bot.core.model import Member, MemberId, TrackId
from bot.core.phrases import BOOK, headlines
from bot.core.recap.compute import recap
from bot.core.recap.insights import Chain, Comeback, DaysRow, Discovery, Insights, Moment, Run, Thing
from bot.core.recap.model import Kind, Loop, Ranked

ANA, BEN, CEM = (Member(MemberId(n), name, "UTC") for n, name in enumerate(("Ana", "Ben", "Cem"), 1))
SONG = Thing(Kind.TRACK, "Song 2", "Blur", (TrackId(1),))
ARTIST = Thing(Kind.ARTIST, "", "Blur", (TrackId(1),))
AT = 1_763_985_600_000
DAY = 86_400_000


QUIET = replace(recap("The Group", [], {}, calendar.week_of(date(2026, 11, 16), "UTC"), []), listeners=3, plays=90,
                plays_before=80)  # fmt: skip


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def test_all_wordings_of_a_kind_tell_the_same_and_there_is_more_than_one() -> None:
    for kind, wordings in BOOK.items():
        assert len(wordings) > 1, kind
        told = {frozenset(fields(wording) - {"n"}) for wording in wordings}
        assert len(told) == 1, kind


def test_every_kind_is_told_and_each_wording_comes_up() -> None:
    first = Ranked(Kind.TRACK, 1, "Song 2", "Blur", 9, ((ANA.id, 5), (BEN.id, 4)), None, (TrackId(1),))
    of_all = replace(first, was=1, shares=((ANA.id, 4), (BEN.id, 3), (CEM.id, 2)))
    loop = Loop(ANA, "Song 2", "Blur", 12, AT, AT + 7_200_000, (TrackId(1),))
    worth = {
        "loop": (replace(QUIET, loops=(loop,)), Insights()),
        "moment": (QUIET, Insights(moments=(Moment(ANA, SONG, 12, 1, 0.2, 40.0, None),))),
        "run": (QUIET, Insights(runs=(Run(ANA, ARTIST, 8, AT, AT + 7_200_000),))),
        "days": (QUIET, Insights(days=(DaysRow(ANA, SONG, 6, 1, 6),))),
        "discovery": (QUIET, Insights(discoveries=(Discovery(ANA, ARTIST, AT, 9, 0),))),
        "comeback": (QUIET, Insights(comebacks=(Comeback(ANA, SONG, AT, 3, AT - 400 * DAY),))),
        "chain": (QUIET, Insights(chains=(Chain(ARTIST, ((ANA, AT), (BEN, AT + DAY), (CEM, AT + 2 * DAY))),))),
        "entry": (replace(QUIET, top_tracks=(first,)), Insights()),
        "stay": (replace(QUIET, top_tracks=(replace(first, was=1),)), Insights()),
        "climb": (replace(QUIET, top_tracks=(replace(first, was=9),)), Insights()),
        "all": (replace(QUIET, top_tracks=(of_all,)), Insights()),
        "both": (replace(QUIET, listeners=2, top_tracks=(replace(first, was=1),)), Insights()),
    }  # fmt: skip
    assert worth.keys() == BOOK.keys()
    for kind, (told_of, more) in worth.items():
        seen = set()
        for name in map(str, range(60)):
            of_a_group = replace(told_of, name=name)
            told = headlines(of_a_group, more)
            assert told == headlines(of_a_group, more)
            seen |= {it.text.template for it in told}
            assert all("{" not in str(it.text) for it in told)
        assert set(BOOK[kind]) <= seen, kind


def test_the_best_two_are_of_different_kinds_and_members() -> None:
    loops = tuple(
        Loop(who, "Song 2", "Blur", n, AT, AT + 1, (TrackId(1),)) for who, n in ((ANA, 20), (BEN, 19))
    )
    more = Insights(
        runs=(Run(ANA, ARTIST, 30, AT, AT + 9), Run(BEN, ARTIST, 8, AT, AT + 9)),
        days=(DaysRow(ANA, SONG, 5, 1, 5),),
    )
    told = headlines(replace(QUIET, loops=loops), more)
    assert [it.tells for it in told] == [loops[0], more.runs[1]]
    assert headlines(QUIET, Insights()) == ()


def test_a_run_that_is_a_loop_is_told_once() -> None:
    loop = Loop(ANA, "Song 2", "Blur", 12, AT, AT + 9, (TrackId(1),))
    more = Insights(runs=(Run(ANA, ARTIST, 12, AT, AT + 9),))
    assert [it.tells for it in headlines(replace(QUIET, loops=(loop,)), more)] == [loop]
