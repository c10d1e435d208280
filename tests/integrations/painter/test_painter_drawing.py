"""The picture itself: the same bytes for the same facts, one page of 1080×1350, no missing glyph, nothing too wide."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import re
import struct
from importlib import metadata
from pathlib import Path

import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recaps_to_draw import CASES, SONGS, make_recap

import bot.integrations.painter as package
from bot.core.recap.model import Recap
from bot.errors import Unavailable
from bot.integrations.painter import FontSet, TypstPainter, load_fonts
from bot.integrations.painter.jcard import jcard
from bot.integrations.painter.lettering import Lettering

SNAPSHOT = ("0.15.2", "3cb03f6ae0059b67b38f187ae9d7cc7e2838976e9fd675f5a865658d59f113f6")
TEMPLATES = Path(package.__file__).parent
EMPTY_BOX = "\U0010fffd"  # nothing has a glyph for it


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("case", CASES)
def test_every_card_is_one_page_without_a_warning(
    painter: TypstPainter, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    png = painter.draw_recap(CASES[case])
    assert size(png) == (1080, 1350)
    assert [r.getMessage() for r in caplog.records if "painter.painter" in r.name] == []


async def test_the_same_facts_give_the_same_bytes_in_every_thread(painter: TypstPainter) -> None:
    recaps = [CASES["four"], CASES["hostile"]]
    alone = [painter.draw_recap(recap) for recap in recaps]
    together = await asyncio.gather(*(painter.recap(recap) for recap in recaps * 4))
    assert list(together) == alone * 4
    assert alone[0] != alone[1]


def test_another_painter_gives_the_same_bytes(painter: TypstPainter, tmp_path: Path) -> None:
    other = TypstPainter(tmp_path, system_fonts=False, threads=1)
    assert other.draw_recap(CASES["twelve"]) == painter.draw_recap(CASES["twelve"])
    other.close()


def test_the_card_looks_as_it_did_when_it_was_last_looked_at(painter: TypstPainter) -> None:
    version, expected = SNAPSHOT
    found = hashlib.sha256(painter.draw_recap(CASES["four"])).hexdigest()
    assert found == expected, (
        f"The card has changed. typst is {metadata.version('typst')}, the snapshot was taken with {version}. "
        "If that is why, or the template was changed on purpose: look at the picture, then set "
        f"SNAPSHOT to {found}"
    )


def test_a_title_is_never_read_as_code(painter: TypstPainter) -> None:
    drawn = {
        painter.draw_recap(make_recap(2, songs=((title, "artist"),)))
        for title in ('#panic("x")', "$x^2$", "*bold*", "bold", "]", '"', "\\", "#{", "<a>", "@a", "//")
    }
    assert len(drawn) == 11


async def test_a_cache_that_cannot_be_written_is_said_kindly(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    painter = TypstPainter(in_the_way, system_fonts=False)
    with pytest.raises(Unavailable, match="could not be drawn"):
        await painter.recap(CASES["one"])
    painter.close()


async def test_a_closed_painter_is_unavailable(tmp_path: Path) -> None:
    painter = TypstPainter(tmp_path, system_fonts=False)
    painter.close()
    with pytest.raises(Unavailable):
        await painter.recap(CASES["one"])


def test_nothing_is_loaded_before_the_first_picture(tmp_path: Path) -> None:
    TypstPainter(tmp_path / "fonts", system_fonts=False).close()
    assert not (tmp_path / "fonts").exists()


def svg(recap: Recap, fonts: FontSet) -> str:
    data = json.dumps(jcard(recap, Lettering(fonts.coverage)))
    return svg_of(data, fonts)


def svg_of(data: str, fonts: FontSet) -> str:
    stacks = json.dumps({"labels": fonts.labels, "text": dict(fonts.stacks)})
    page = typst.Compiler(TEMPLATES / "jcard.typ", root=TEMPLATES, font_paths=fonts.typst).compile(
        format="svg", sys_inputs={"data": data, "stacks": stacks}
    )
    assert isinstance(page, bytes)
    return page.decode()


def shapes(drawing: str) -> set[str]:
    """The outlines of all glyphs, without their sizes."""
    return {re.sub("[^A-Za-z]", "", path) for path in re.findall(r'<symbol[^>]*><path d="([^"]*)"', drawing)}


@pytest.fixture(scope="session")
def boxes(packaged: FontSet) -> set[str]:
    """What a missing glyph looks like in text and in labels."""
    card = jcard(make_recap(1), Lettering(packaged.coverage))
    missing = {"s": EMPTY_BOX, "lang": "en", "dir": "ltr", "chip": "", "what": ""}
    broken = {**card, "kicker": [missing], "discs": [{"look": 0, "initial": missing}]}
    found = shapes(svg_of(json.dumps(broken), packaged)) - shapes(svg_of(json.dumps(card), packaged))
    assert found
    return found


@pytest.mark.parametrize("case", ["hostile", "hostile and alone", "twelve", "long names"])
def test_no_card_shows_an_empty_box(packaged: FontSet, boxes: set[str], case: str) -> None:
    assert not shapes(svg(CASES[case], packaged)) & boxes


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(min_size=1, max_size=24), min_size=3, max_size=12))
def test_no_text_at_all_gives_an_empty_box(packaged: FontSet, boxes: set[str], words: list[str]) -> None:
    songs = [(title, words[0]) for title in words]
    recap = make_recap(len(words), names=words, songs=songs, name=words[-1])
    assert not shapes(svg(recap, packaged)) & boxes


def width_when_fitted(text: str, room: int, fonts: FontSet, folder: Path) -> float:
    """How wide `fitted` of library.typ sets `text` where it has `room` points."""
    line = Lettering(fonts.coverage).line(text, "title")
    card = jcard(make_recap(1), Lettering(fonts.coverage))
    probe = folder / "probe.typ"
    probe.write_text(
        f'#import "{TEMPLATES / "library.typ"}": *\n#let t = json(bytes(sys.inputs.line))\n'
        f"#context [#metadata(measure(fitted(t, {room}pt, size: 31pt, weight: 700)).width.pt()) <width>]"
    )
    data = {"s": line.text, "lang": line.language, "dir": "rtl" if line.rtl else "ltr", "chip": line.chip}
    found = typst.query(
        str(probe), "<width>", field="value", one=True, root="/", font_paths=fonts.typst,
        sys_inputs={
            "data": json.dumps(card), "line": json.dumps({**data, "what": line.what}),
            "stacks": json.dumps({"labels": fonts.labels, "text": dict(fonts.stacks)}),
        },
    )  # fmt: skip
    return float(json.loads(found))


@pytest.mark.parametrize(
    "text", [*(title for title, _ in SONGS), "W" * 500, "שיר ארוך " * 20, "தமிழ் (Live at the Hall)", "ก็" * 90]
)
def test_a_line_never_takes_more_than_its_room(packaged: FontSet, tmp_path: Path, text: str) -> None:
    assert 0 < width_when_fitted(text, 200, packaged, tmp_path) <= 200.01


def test_a_line_uses_its_room_and_a_short_one_is_left_whole(packaged: FontSet, tmp_path: Path) -> None:
    assert width_when_fitted("i" * 300, 200, packaged, tmp_path) > 185
    natural = width_when_fitted("Short", 900, packaged, tmp_path)
    assert natural == width_when_fitted("Short", 200, packaged, tmp_path) < 120


def test_system_fonts_bring_the_scripts_that_the_packaged_ones_lack(
    font_cache: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fonts = load_fonts(font_cache)
    if not {"Noto Sans CJK JP", "Noto Color Emoji"} <= set(fonts.typst.families()):
        pytest.skip("fonts-noto-cjk and fonts-noto-color-emoji are not installed")
    painter = TypstPainter(font_cache)
    with caplog.at_level(logging.WARNING):
        png = painter.draw_recap(make_recap(4, songs=SONGS[1:2] + SONGS[4:5]))
    painter.close()
    assert size(png) == (1080, 1350)
    assert caplog.records == []
    drawn = svg(make_recap(4, songs=SONGS[1:2]), fonts)
    assert "<image" in drawn, "emoji are drawn in colour"
