"""The quote poster: a member's own words, large, in their own ink. Words in, plain JSON for poster.typ out."""

from __future__ import annotations

from bot.core.pictures import Poster, Theme
from bot.integrations.painter import times
from bot.integrations.painter.sheet import Data, Sheet
from bot.text import t, tn

_MOST_LINES = 14


def poster(it: Poster, sheet: Sheet) -> Data:
    """All that the template draws, apart from fonts. `whole` is False where not every letter of the words is there."""
    said = it.said
    if said.count("\n") > _MOST_LINES:  # verse that is quoted in a row
        said = " / ".join(filter(None, map(str.strip, said.splitlines())))
    lines, whole = sheet.passage(said, "words")
    facts = []
    if it.times:
        facts.append(sheet.say(tn("{n} time", "{n} times", it.times)))
    if it.span is not None:
        facts.append(sheet.say(times.stretch(it.span.start_ms, it.span.end_ms, it.author.zone)))
    return {
        **sheet.base(),
        **sheet.named(it.author),
        "flooded": sheet.theme is Theme.LIGHT,
        "said": lines,
        "whole": whole,
        "partly": sheet.say(t("Shown in part: the message has all of it.")),
        "title": sheet.line(it.title or it.artist, "title" if it.title else "artist"),
        "artist": sheet.line(it.artist, "artist") if it.title else None,
        "facts": facts,
        "where": sheet.where(it.group, it.period),
    }
