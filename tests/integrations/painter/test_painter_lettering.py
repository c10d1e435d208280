"""Other people's words made fit to print: clean, in their own script and direction, or a chip that says what it was."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.integrations.painter import FontSet
from bot.integrations.painter.lettering import Lettering, Line, clean, clusters


@pytest.fixture(scope="session")
def lettering(packaged: FontSet) -> Lettering:
    return Lettering(packaged.coverage)


@pytest.mark.parametrize(
    ("written", "language", "rtl"),
    [
        ("Aéßğ ễựở", "en", False),
        ("Группа крови", "en", False),
        ("Χάρτινο", "el", False),
        ("نور العين (Habibi)", "ar", True),
        ("ירושלים", "he", True),
        ("Amr Diab · عمرو دياب", "ar", False),
        ("123 שלום", "he", True),
        ("श्रृंखला", "hi", False),
        ("ผู้หญิง", "th", False),
        ("საქართველო", "ka", False),
    ],
)
def test_a_script_with_a_font_is_left_as_written(
    lettering: Lettering, written: str, language: str, rtl: bool
) -> None:
    assert lettering.line(written, "title") == Line(written, language, rtl)


@pytest.mark.parametrize(
    ("written", "chip"),
    [
        ("தமிழ் பாடல்", "Tamil"),
        ("夜に駆ける", "Japanese"),
        ("ラーメン", "Japanese"),
        ("月亮代表我的心", "Chinese"),
        ("밤편지", "Korean"),
        ("မြန်မာ", "Burmese"),
        ("🇯🇵🔥", "Emoji"),
        ("", "Unknown"),
        (" \x00\u202e\u3164 ", "Unknown"),
    ],
)
def test_what_no_font_has_becomes_a_chip_that_names_it(lettering: Lettering, written: str, chip: str) -> None:
    assert lettering.line(written, "title") == Line("", chip=chip, what="title")


def test_what_is_left_stands_after_the_chip(lettering: Lettering) -> None:
    assert lettering.line("夜に駆ける (Racing into the Night)", "title") == Line(
        "Racing into the Night", chip="Japanese"
    )
    assert lettering.line("தமிழ் — …", "title") == Line("", chip="Tamil", what="title")
    assert lettering.line("Fire 🔥", "title") == Line("Fire")


def test_a_plainer_form_of_the_same_letter_is_taken_before_it_is_given_up(lettering: Lettering) -> None:
    assert lettering.line("ＦＵＬＬ", "title").text == "FULL"
    assert lettering.line("ᲡᲐᲥᲐᲠᲗᲕᲔᲚᲝ", "title").text == "საქართველო"


def test_a_missing_script_is_logged_once(lettering: Lettering, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(3):
        lettering.line("ગુજરાતી", "artist")
    assert [record.getMessage() for record in caplog.records] == [
        "no installed font has Gujarati letters: cards show a chip instead"
    ]


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("a\u202eb\u2066c\u2069d", "abcd"),
        ("a\x00b\x1bc\ud800d\ue000e", "abcde"),
        ("  a\n\t b\u2028c\u3000d ", "a b c d"),
        ("soft\u00adhyphen\ufeff\u200b", "softhyphen"),
        ("e\u0301", "é"),
        ("a\u0336\u0335\u0334\u0337", "a\u0336\u0335"),
        ("ก็็็็็", "ก็"),
        ("\u0301\u0301a", "a"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("x\U000e0067", "x"),
    ],
)
def test_cleaning(written: str, left: str) -> None:
    assert clean(written) == left


@pytest.mark.parametrize(
    "letters",
    [
        ["👩🏽‍🚀", "🇯🇵", "🇫🇷", "❤️", "1️⃣"],
        ["👨‍👩‍👧‍👦", "a"],
        ["ก็", "ญี่"],
        ["é", "b"],
        ["🏴\U000e0067\U000e0062\U000e007f", "!"],
    ],
)
def test_letters_stay_with_their_marks(letters: list[str]) -> None:
    assert list(clusters("".join(letters))) == letters


def test_initials(lettering: Lettering) -> None:
    assert [lettering.line(name, "name").initial for name in ("(Ana)", "דנה", "ญี่ปุ่น", "…", "தமிழ்", "7up")] == [
        "A", "ד", "ญี่", "", "", "7",
    ]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_any_text_is_printable_in_the_end(lettering: Lettering, packaged: FontSet, written: str) -> None:
    line = lettering.line(written, "title")
    assert line.text or (line.chip and line.what)
    assert line.text == " ".join(line.text.split())
    assert len(list(clusters(line.text))) <= 4 * 240
    assert not [char for char in line.text if unicodedata.category(char) in ("Cc", "Cs", "Co")]
    assert all(packaged.coverage.covers(cluster) for cluster in clusters(line.text))


@given(st.text())
def test_clusters_lose_nothing(text: str) -> None:
    assert "".join(clusters(text)) == text


@given(st.text(max_size=100))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
