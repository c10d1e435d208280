"""What the fonts can draw, read by us and by fontTools alike, remembered, and told to `doctor`."""

from __future__ import annotations

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from bot.core.findings import Level
from bot.integrations.painter import FontSet, scripts
from bot.integrations.painter.checks import font_findings
from bot.integrations.painter.cmap import BadFont, characters, joined
from bot.integrations.painter.coverage import Coverage, Face, read_coverage


def test_character_maps_are_read_as_fonttools_reads_them(packaged: FontSet, font_cache: Path) -> None:
    files = sorted(font_cache.rglob("*.[ot]tf"))
    assert len(files) == 11
    for file in files:
        with TTFont(file, lazy=True) as font:
            assert characters(file) == joined(sorted(font.getBestCmap())), file.name


def test_the_fourth_face_of_a_collection_is_read_too() -> None:
    collections = sorted(Path("/usr/share/fonts").rglob("NotoSansCJK-Regular.ttc"))
    if not collections:
        pytest.skip("fonts-noto-cjk is not installed")
    with TTFont(collections[0], fontNumber=3, lazy=True) as font:
        assert characters(collections[0], 3) == joined(sorted(font.getBestCmap()))


@pytest.mark.parametrize(
    "content", [b"", b"ttcf\x00\x01", b"\x00\x01\x00\x00\x00\xff\x00\x00\x00\x00\x00\x00cmap", b"x" * 99]
)
def test_what_is_no_font_is_said(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.ttf"
    file.write_bytes(content)
    with pytest.raises(BadFont, match=r"broken\.ttf"):
        characters(file)


def test_a_broken_font_is_left_out(
    font_cache: Path, packaged: FontSet, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"not a font")
    good = next(font_cache.rglob("figo.ttf"))
    coverage = read_coverage(
        {"Broken": [Face(str(broken), 0)], "FiraGO": [Face(str(good), 0)]}, tmp_path / "c.json"
    )
    assert coverage.covers("é")
    assert "font left out" in caplog.text


def test_a_known_face_is_not_read_again_and_a_changed_one_is(font_cache: Path, tmp_path: Path) -> None:
    font = tmp_path / "font.ttf"
    font.write_bytes(next(font_cache.rglob("figo.ttf")).read_bytes())
    store = tmp_path / "coverage.json"
    families = {"A": [Face(str(font), 0)]}
    assert read_coverage(families, store).covers("é")
    size, time = font.stat().st_size, font.stat().st_mtime_ns
    store.write_text(f'{{"0|{size}|{time}|{font}":[65,66]}}')
    remembered = read_coverage(families, store)
    assert remembered.covers("A")
    assert not remembered.covers("é")
    font.write_bytes(next(font_cache.rglob("notos.ttf")).read_bytes())
    assert read_coverage(families, store).covers("é")
    store.write_text("{ cut off")
    assert read_coverage(families, store).covers("é")


def test_a_letter_and_its_marks_have_to_be_in_one_family() -> None:
    coverage = Coverage({"letters": [65, 91], "marks": [0x300, 0x310]})
    assert coverage.covers("A")
    assert coverage.covers("\u0300")
    assert not coverage.covers("A\u0300")
    assert coverage.covers("A\ufe0f")


def test_a_family_has_only_what_both_weights_have(font_cache: Path, tmp_path: Path) -> None:
    mono, text = (next(font_cache.rglob(name)) for name in ("spacemo.ttf", "figo.ttf"))
    coverage = read_coverage({"Mixed": [Face(str(mono), 0), Face(str(text), 0)]}, tmp_path / "c.json")
    assert coverage.covers("é")
    assert not coverage.covers("Ж")


def test_doctor_learns_what_to_install(packaged: FontSet) -> None:
    found = {report.script: report for report in scripts(packaged.coverage)}
    able = {"Latin", "Vietnamese", "Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari", "Thai", "Georgian"}
    assert {script for script, report in found.items() if report.ok} == able
    assert found["Japanese"].hint == "apt install fonts-noto-cjk"
    assert found["Emoji"].hint == "apt install fonts-noto-color-emoji"
    assert found["Tamil"].hint == "apt install fonts-noto-core"
    assert found["Latin"].hint == ""


def test_doctor_says_which_package_would_show_more() -> None:
    drawn, *chips = font_findings(system_fonts=False)
    assert (drawn.level, drawn.said) == (Level.OK, "pictures can show 9 of the 21 scripts that were tried")
    assert {it.level for it in chips} == {Level.WARNING}
    assert {it.do.rpartition(" ")[2]: it.said.count(",") + 1 for it in chips} == {
        "fonts-noto-core": 7,
        "fonts-noto-cjk": 4,
        "fonts-noto-color-emoji": 1,
    }
