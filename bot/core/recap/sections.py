"""The parts of a group's post that can be left out, in the order in which they stand there."""

from __future__ import annotations

from enum import StrEnum

from bot.text import t


class Section(StrEnum):
    """One part."""

    PICTURE = "picture"
    WORDS = "words"
    AWARDS = "awards"
    SONGS = "songs"
    ARTISTS = "artists"
    ALBUMS = "albums"
    COMPARED = "compared"
    ALIKE = "alike"
    NEW = "new"
    REPEAT = "repeat"
    MONTHS = "months"
    ORIGINS = "origins"


HEADINGS = {
    Section.PICTURE: t("Picture"),
    Section.WORDS: t("In your own words"),
    Section.AWARDS: t("Awards"),
    Section.SONGS: t("Songs"),
    Section.ARTISTS: t("Artists"),
    Section.ALBUMS: t("Albums"),
    Section.COMPARED: t("Who played how much"),
    Section.ALIKE: t("How alike you are"),
    Section.NEW: t("New and back again"),
    Section.REPEAT: t("On repeat"),
    Section.MONTHS: t("Month by month"),
    Section.ORIGINS: t("When and where it is from"),
}
