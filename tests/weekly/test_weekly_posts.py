"""What people read in a group's post, for groups that are easy to get wrong; and that no line is lost silently.

The words of each post lie beside this file. With EARSHOT_SNAPSHOTS=write they are written anew: read what changed as
a member would before it is kept.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat.cards import Bars, Card, Fields, Lines, Listing, Picture
from bot.core import calendar
from bot.ports import Stage, Why
from bot.text import Text, t
from tests.weekly.cases import CASES, Case, two
from tests.weekly.clubs import WEEK, at, song
from tests.weekly.press import Press

pytestmark = pytest.mark.asyncio(loop_scope="module")
SNAPSHOTS = Path(__file__).parent / "snapshots"
every_case = pytest.mark.parametrize("name", CASES)
# What says that something is not shown for want of room.
CUTS = ("… and {n} more", "… and the details of {n} lists", "Left out here: {what}.")


def written(card: Card) -> str:
    """A card as plain text, in its order."""
    return "\n".join([f"# {card.title}", *_lines(card), "", *_below(card)]) + "\n"


def _lines(card: Card) -> Iterator[str]:
    for block in card.blocks:
        if isinstance(block, Picture):
            yield f"[picture: {block.alt}]"
            continue
        yield "" if block.heading is None else f"\n## {block.heading}"
        if isinstance(block, Lines):
            yield from map(str, block.lines)
        elif isinstance(block, Fields):
            yield from (f"{name} | {value}" for name, value in block.pairs)
        elif isinstance(block, Bars):
            yield from (f"{n} {label}" for label, n in block.bars)
        else:
            for n, row in enumerate(block.rows, 1):
                yield f"{n}. {row.text}" if block.numbered else f"- {row.text}"
                if row.note is not None:
                    yield f"   {row.note}"


def _below(card: Card) -> Iterator[str]:
    yield " ".join(f"[{it.label}]" for it in card.buttons)
    if card.footer is not None:
        yield f"-- {card.footer}"


def sentences(card: Card) -> Iterator[Text]:
    """Every line of the card but what stands in a chart, whose labels a platform may cut."""
    yield card.title
    for block in card.blocks:
        if isinstance(block, Lines):
            yield from block.lines
        elif isinstance(block, Fields):
            yield from (it for pair in block.pairs for it in pair)
        elif isinstance(block, Listing):
            for row in block.rows:
                yield row.text
                if row.note is not None:
                    yield row.note
    if card.footer is not None:
        yield card.footer


def letters(said: str) -> str:
    """Letters and digits alone: what no markup of a platform changes."""
    return "".join(filter(str.isalnum, re.sub(r"\]\([^)]*\)|:\d+>", " ", said)))


def says_what_was_cut(card: Card, said: str) -> bool:
    """Whether a message says, in the language of the card, that not all of it is there."""
    openings = (card.language.said(t(it)).template.partition("{")[0] for it in CUTS)
    return any(it in said for it in openings)


def compare(name: str, found: str) -> None:
    """Against the file of this name."""
    file = SNAPSHOTS / f"{name.replace(' ', '-')}.txt"
    if os.environ.get("EARSHOT_SNAPSHOTS") == "write":
        SNAPSHOTS.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8"), (
        "a post reads otherwise: look at it, then renew with EARSHOT_SNAPSHOTS=write"
    )


@every_case
async def test_a_post_reads_as_it_was_approved(running: Press, name: str) -> None:
    posted = await running.posted(name)
    assert [it.stage for it in posted.deliveries] == [Stage.SENT] * 3
    assert posted.card is not None
    compare(name, written(posted.card))


@every_case
async def test_no_platform_loses_a_line_without_saying_so(running: Press, name: str) -> None:
    posted = await running.posted(name)
    assert posted.card is not None
    assert posted.discord is not None
    assert posted.slack is not None
    wanted = [letters(str(it)) for it in sentences(posted.card)]
    for seen in (posted.discord, posted.slack):
        there = letters(seen.text)
        missing = [it for it in wanted if it not in there]
        assert not missing or says_what_was_cut(posted.card, seen.text), missing
        alts = [str(it.alt) for it in posted.card.blocks if isinstance(it, Picture)]
        assert len(seen.pictures) == len(alts)
        assert all(
            whole.startswith(it.alt.removesuffix("…")) for it, whole in zip(seen.pictures, alts, strict=True)
        )
        assert list(seen.labels) == [str(it.label) for it in posted.card.buttons]
    assert len(posted.discord.text) <= 4_000
    assert not running.violations()


@every_case
async def test_nothing_is_said_twice(running: Press, name: str) -> None:
    posted = await running.posted(name)
    assert posted.card is not None
    lines = [str(it) for block in posted.card.blocks if isinstance(block, Lines) for it in block.lines]
    headings = [str(it.heading) for it in posted.card.blocks if not isinstance(it, Picture) and it.heading]
    assert [it for it, n in Counter([*lines, *headings]).items() if n > 1] == []


async def test_what_a_platform_adds_is_in_the_language_of_the_post(running: Press) -> None:
    posted = await running.posted("german year")
    assert posted.discord is not None
    assert "-# … und die Einzelheiten von 3 Listen" in posted.discord.text
    assert "**3.590** Ana" in posted.discord.text


async def test_where_nobody_consents_nobody_is_named(running: Press) -> None:
    posted = await running.posted("nobody consenting")
    assert posted.discord is not None
    assert posted.slack is not None
    seen = f"{posted.card!r} {posted.discord.raw} {posted.slack.raw}"
    frozen = [await posted.club.store.frozen(it.recap_id) for it in posted.deliveries]
    for name in posted.club.members:
        assert not re.search(rf"\b{name}\b", seen)
        assert all(it is not None and name not in it.facts for it in frozen)


async def test_what_came_late_and_what_was_skipped_is_told(running: Press) -> None:
    club = await running.club("notes")
    await two(club)
    earlier = [
        calendar.week_of(calendar.local_day(at(-7 * n, "12:00"), WEEK.zone), WEEK.zone) for n in (2, 1)
    ]
    await running.deliver(club, Case(two, earlier[0]), [])
    await club.plays("Ben", at(-13, "16:00"), *[song("Late", "Arrival")] * 3)
    await running.deliver(club, Case(two, earlier[1]), [], Why.LATE)
    cards: list[Card] = []
    await running.deliver(club, replace(CASES["two"]), cards)
    assert len(cards) == 3
    compare("notes", written(cards[0]))
    assert "Week 45: 3 plays more than said: Ben 3." in written(cards[0])
    assert "Week 46 was skipped" in written(cards[0])
