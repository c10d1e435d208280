"""The songbook and the practice catalogue keep their promises: columns, vocabularies, spread, agreement."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CATALOGUE_COLUMNS = ("title", "artist", "album", "year", "seconds", "explicit", "lang", "scene")
SONGBOOK_COLUMNS = (
    "title", "artist", "year", "genres", "moods", "energy", "valence", "lang", "vocal", "explicit",
)  # fmt: skip


def words(text: str, between: str = " ") -> frozenset[str]:
    """The vocabulary listed in `text`."""
    return frozenset(text.split(between))


SCENES = words(
    "pop rock indie hiphop rnb electronic jazz classical metal folk country latin kpop jpop bollywood arabic "
    "mandopop afro reggae soul punk ambient soundtrack chanson turkish hebrew thai greek russian"
)
GENRES = words(
    "pop,indie pop,indie rock,rock,classic rock,alternative,hard rock,punk,metal,grunge,emo,new wave,"
    "post-punk,shoegaze,dream pop,hip hop,r&b,soul,funk,disco,gospel,house,techno,electronic,synthwave,"
    "ambient,lo-fi,trip hop,drum and bass,post-rock,jazz,bossa nova,blues,classical,soundtrack,folk,"
    "singer-songwriter,country,reggae,dancehall,afrobeats,latin,bolero,reggaeton,salsa,cumbia,flamenco,"
    "tango,fado,chanson,schlager,k-pop,j-pop,city pop,mandopop,cantopop,bollywood,arabic pop,turkish,"
    "hebrew pop,thai pop,greek,russian rock,world",
    ",",
)
MOODS = words(
    "sad heartbreak melancholic lonely tender romantic calm dreamy peaceful hopeful happy euphoric fun "
    "energetic angry defiant dark tense nostalgic cozy focus epic sexy groovy chill warm rainy night summer "
    "winter christmas party workout driving dinner morning sleep"
)
ISO_639_1_USED = words("en es pt fr de it ko ja zh ru el he ar hi th tr sv is la ig wo xh zxx")
SCRIPTS = {
    "Cyrillic": "[Ѐ-ӿ]",
    "Greek": "[Ͱ-Ͽἀ-῿]",
    "Arabic": "[؀-ۿ]",
    "Hebrew": "[֐-׿]",
    "Devanagari": "[ऀ-ॿ]",
    "Thai": "[฀-๿]",
    "Japanese kana": "[぀-ヿ]",
    "Korean": "[가-힯]",
    "Latin with diacritics": "[À-ÖØ-öø-ž]",
}
# How a service marks another cut of the same recording; the songbook keeps only the plain title.
MASTERING = re.compile(r" - (?=[^-]*(?:Remaster|Mono|Single Version|Edit|Version)).*$")
CREDIT = re.compile(r" [(\[](?:feat\.|with) [^)\]]*[)\]]")
ORIGIN = re.compile(r" (?:- From \".*\"|\[From .*\])$")


def rows_of(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """The rows of a tab separated file, each with exactly `columns`, which must also be its header."""
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    assert tuple(lines[0].split("\t")) == columns
    rows: list[dict[str, str]] = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        assert len(cells) == len(columns), f"{path.name} line {number}: {len(cells)} cells"
        assert all(cell and cell == cell.strip() for cell in cells), (
            f"{path.name} line {number}: blank or padded"
        )
        rows.append(dict(zip(columns, cells, strict=True)))
    return rows


def plain(title: str) -> str:
    """A catalogue title without mastering notes, guest credits and the film it is from."""
    return ORIGIN.sub("", CREDIT.sub("", MASTERING.sub("", title)))


def repeated(keys: Iterable[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The keys that occur more than once."""
    return [key for key, count in Counter(keys).items() if count > 1]


@pytest.fixture(scope="module")
def catalogue() -> list[dict[str, str]]:
    return rows_of(ROOT / "bot" / "sandbox" / "catalogue.tsv", CATALOGUE_COLUMNS)


@pytest.fixture(scope="module")
def songbook() -> list[dict[str, str]]:
    return rows_of(ROOT / "bot" / "songbook" / "songs.tsv", SONGBOOK_COLUMNS)


def test_catalogue_cells_are_in_range(catalogue: list[dict[str, str]]) -> None:
    for row in catalogue:
        assert 1920 <= int(row["year"]) <= 2026, row
        assert 30 <= int(row["seconds"]) <= 1500, row
        assert row["explicit"] in {"0", "1"}, row
        assert row["lang"] in ISO_639_1_USED, row
        assert row["scene"] in SCENES, row
        assert all(name and name == name.strip() for name in row["artist"].split("; ")), row


def test_catalogue_has_no_exact_duplicates(catalogue: list[dict[str, str]]) -> None:
    assert repeated(tuple(row.values()) for row in catalogue) == []


def test_catalogue_is_wide(catalogue: list[dict[str, str]]) -> None:
    assert len(catalogue) >= 680
    decades = Counter(int(row["year"]) // 10 * 10 for row in catalogue)
    assert set(decades) == set(range(1920, 2030, 10))
    assert all(decades[decade] >= 40 for decade in range(1960, 2030, 10)), decades
    artists = Counter(row["artist"].split("; ")[0] for row in catalogue)
    assert sum(count >= 2 for count in artists.values()) >= 60
    assert {row["scene"] for row in catalogue} == SCENES
    nineties = [row for row in catalogue if row["scene"] == "hiphop" and row["year"].startswith("199")]
    assert len(nineties) >= 25
    assert {row["explicit"] for row in nineties} == {"0", "1"}


@pytest.mark.parametrize("script", SCRIPTS)
def test_catalogue_has_native_titles(catalogue: list[dict[str, str]], script: str) -> None:
    assert sum(bool(re.search(SCRIPTS[script], row["title"])) for row in catalogue) >= 8


def test_catalogue_has_chinese_titles(catalogue: list[dict[str, str]]) -> None:
    assert sum(row["lang"] == "zh" and bool(re.search("[一-鿿]", row["title"])) for row in catalogue) >= 8


def test_catalogue_tempts_a_resolver(catalogue: list[dict[str, str]]) -> None:
    titles = Counter(row["title"] for row in catalogue)
    assert all(titles[title] >= 2 for title in ("Hurt", "Hallelujah", "Dreams", "Angel", "Stay", "Creep"))
    variant = re.compile(
        r"Live|Acoustic|Karaoke|Tribute|Lullaby|Made Famous|Sped Up|Instrumental|Taylor's Version|Radio Edit"
        r"|Remix|Mix$|[Cc]lean|Edited"
    )
    assert sum(bool(variant.search(row["title"] + " " + row["album"])) for row in catalogue) >= 50
    whole = {(row["title"], row["artist"]): set[str]() for row in catalogue}
    for row in catalogue:
        whole[row["title"], row["artist"]].add(row["explicit"])
    assert sum(marks == {"0", "1"} for marks in whole.values()) >= 5, "clean and explicit twins"


def test_songbook_cells_are_in_range(songbook: list[dict[str, str]]) -> None:
    for row in songbook:
        assert 1500 <= int(row["year"]) <= 2026, row
        genres, moods = row["genres"].split(","), row["moods"].split(",")
        assert 1 <= len(genres) == len(set(genres)) <= 3, row
        assert 1 <= len(moods) == len(set(moods)) <= 5, row
        assert set(genres) <= GENRES, row
        assert set(moods) <= MOODS, row
        assert row["energy"] in set("12345"), row
        assert row["valence"] in set("12345"), row
        assert row["lang"] in ISO_639_1_USED, row
        assert row["vocal"] == ("instrumental" if row["lang"] == "zxx" else "sung"), row
        assert row["explicit"] in {"0", "1"}, row
        assert ";" not in row["artist"], row
        assert plain(row["title"]) == row["title"], row


def test_songbook_names_each_song_once(songbook: list[dict[str, str]]) -> None:
    assert repeated((row["title"].casefold(), row["artist"].casefold()) for row in songbook) == []


def test_songbook_is_wide(songbook: list[dict[str, str]]) -> None:
    assert len(songbook) >= 620
    genres = Counter(genre for row in songbook for genre in row["genres"].split(","))
    moods = Counter(mood for row in songbook for mood in row["moods"].split(","))
    assert {genre: genres[genre] for genre in GENRES if genres[genre] < 4} == {}
    assert {mood: moods[mood] for mood in MOODS if moods[mood] < 15} == {}
    assert sum(row["vocal"] == "instrumental" for row in songbook) >= 50


def test_songbook_and_catalogue_agree(
    songbook: list[dict[str, str]], catalogue: list[dict[str, str]]
) -> None:
    known: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in catalogue:
        known.setdefault((plain(row["title"]), row["artist"].split("; ")[0]), []).append(row)
    absent = [row for row in songbook if (row["title"], row["artist"]) not in known]
    assert 20 <= len(absent) <= 40, [row["title"] for row in absent]
    for row in songbook:
        releases = known.get((row["title"], row["artist"]), [])
        for column in ("lang", "explicit"):
            assert not releases or row[column] in {release[column] for release in releases}, row
        assert all(int(row["year"]) <= int(release["year"]) for release in releases), row
