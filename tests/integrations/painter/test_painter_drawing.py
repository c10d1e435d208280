"""The picture itself: the same bytes for the same facts, one page of 1080×1350, no missing glyph, nothing too small."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
import re
import struct
import zlib
from importlib import metadata
from pathlib import Path
from typing import Literal

import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recaps_to_draw import (
    AWARD,
    PICTURES,
    SONGS,
    YEAR,
    make_atlas,
    make_matrix,
    make_months,
    make_poster,
    make_recap,
    make_ticket,
)

import bot.integrations.painter as package
from bot.core.languages import Language
from bot.core.pictures import Hours, JCard, Picture, Theme
from bot.errors import Unavailable
from bot.integrations.languages import read_languages
from bot.integrations.painter import FontSet, TypstPainter, load_fonts
from bot.integrations.painter.layouts import written
from bot.integrations.painter.lettering import Lettering
from bot.text import Text, t

LEAST = 32  # points of 1080: 11 pixels where a picture is 375 wide, as on a phone
TYPST = "0.15.2"
SNAPSHOTS = {
    "jcard four": "fff332c4601b55b84a09cafcccf17f1cd77a6a04bb035e5db02f647154dd5cb4",
    "ticket": "00d0c6f684cd2b40f320df26b8150a307e3554bcc2fbc0e0388d53e9087f2d83",
    "hours four": "d3dd8d796380596b0737ec7bbd75eabc42423e256521c0f71845e30c0edac0c2",
    "poster long": "64be7112f596e1f38ae77e8b8d6b3797cef9edefb718dd92045d5c6ffa5edee1",
    "matrix 6": "db0a3aa27c0113f560eb99187f3a5c0d6ffe84cf6eecd25a3add82e0723692c4",
    "months year": "3e59baabef7f42f46e3d7e4d7f0c64dd236ea3e7b024efe5dd43afcbe8675163",
    "months quarter": "0641b1535ef53678546ccbbd31687550f68dd080f4477401be60baeaa028a9d0",
    "atlas": "425c58c89e76fe8fda358a8163fd6b7f51113cb2101ab4453168f4ad32249b91",
}
TEMPLATES = Path(package.__file__).parent
EMPTY_BOX = "\U0010fffd"  # nothing has a glyph for it


def size(png: bytes) -> tuple[int, int]:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize("case", PICTURES)
def test_every_picture_is_one_page_without_a_warning(
    painter: TypstPainter, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    theme = Theme.DARK if len(case) % 2 else Theme.LIGHT
    assert size(painter.paint(PICTURES[case], theme)) == (1080, 1350)
    assert [r.getMessage() for r in caplog.records if "painter.painter" in r.name] == []


async def test_the_same_facts_give_the_same_bytes_in_every_thread(painter: TypstPainter) -> None:
    pictures = [
        PICTURES[case]
        for case in ("jcard four", "jcard hostile", "hours four", "matrix 6", "months year", "atlas")
    ]
    alone = [painter.paint(picture, Theme.DARK) for picture in pictures]
    together = await asyncio.gather(*(painter.draw(picture, Theme.DARK) for picture in pictures * 4))
    assert list(together) == alone * 4
    assert len(set(alone)) == len(alone)


def test_another_painter_gives_the_same_bytes(painter: TypstPainter, tmp_path: Path) -> None:
    other = TypstPainter(tmp_path, system_fonts=False, threads=1)
    for case in SNAPSHOTS:
        assert other.paint(PICTURES[case], Theme.LIGHT) == painter.paint(PICTURES[case], Theme.LIGHT)
    other.close()


def test_light_and_dark_are_two_pictures(painter: TypstPainter) -> None:
    for case in SNAPSHOTS:
        assert painter.paint(PICTURES[case], Theme.LIGHT) != painter.paint(PICTURES[case], Theme.DARK)


@pytest.mark.parametrize("case", SNAPSHOTS)
def test_a_picture_looks_as_it_did_when_it_was_last_looked_at(painter: TypstPainter, case: str) -> None:
    found = hashlib.sha256(painter.paint(PICTURES[case], Theme.LIGHT)).hexdigest()
    assert found == SNAPSHOTS[case], (
        f"The picture has changed. typst is {metadata.version('typst')}, the snapshot was taken with {TYPST}. "
        "If that is why, or the template was changed on purpose: look at the picture, then set the hash to "
        f"{found}"
    )


def test_a_title_is_never_read_as_code(painter: TypstPainter) -> None:
    drawn = {
        painter.paint(make_poster("words", "name", (title, "artist")), Theme.LIGHT)
        for title in ('#panic("x")', "$x^2$", "*bold*", "bold", "]", '"', "\\", "#{", "<a>", "@a", "//")
    }
    assert len(drawn) == 11


async def test_the_words_are_those_of_the_room(painter: TypstPainter) -> None:
    def in_spanish(text: Text) -> str:
        return {"Admit one": "Entrada"}.get(text.template, str(text))

    ticket = make_ticket(make_recap(2), 1, AWARD)
    assert await painter.draw(ticket, Theme.LIGHT, in_spanish) != await painter.draw(ticket, Theme.LIGHT)


def test_nobody_who_is_not_in_the_recap_gets_a_ticket(painter: TypstPainter) -> None:
    one, other = make_recap(1), make_recap(2)
    with pytest.raises(Unavailable):
        painter.paint(type(make_ticket(one))(one, other.members[1].member.id), Theme.LIGHT)


async def test_a_cache_that_cannot_be_written_is_said_kindly(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("not a folder")
    painter = TypstPainter(in_the_way, system_fonts=False)
    await painter.warm()
    assert "no pictures until the fonts can be unpacked" in caplog.text
    with pytest.raises(Unavailable, match="could not be drawn"):
        await painter.draw(PICTURES["poster short"], Theme.LIGHT)
    painter.close()


async def test_a_closed_painter_is_unavailable(tmp_path: Path) -> None:
    painter = TypstPainter(tmp_path, system_fonts=False)
    painter.close()
    with pytest.raises(Unavailable):
        await painter.draw(PICTURES["poster short"], Theme.LIGHT)


async def test_nothing_is_loaded_before_the_first_picture_or_before_it_is_asked_for(tmp_path: Path) -> None:
    painter = TypstPainter(tmp_path / "fonts", system_fonts=False)
    assert not (tmp_path / "fonts").exists()
    await painter.warm()
    assert list((tmp_path / "fonts").rglob("*.ttf"))
    painter.close()


def data_of(picture: Picture, fonts: FontSet) -> tuple[str, dict[str, object]]:
    return written(picture, Theme.LIGHT, Lettering(fonts.coverage), str)


def compiled(template: str, data: dict[str, object], fonts: FontSet, *, form: Literal["svg", "pdf"]) -> bytes:
    stacks = json.dumps({"labels": fonts.labels, "text": dict(fonts.stacks)})
    page = typst.Compiler(TEMPLATES / template, root=TEMPLATES, font_paths=fonts.typst).compile(
        format=form, sys_inputs={"data": json.dumps(data), "stacks": stacks}
    )
    assert isinstance(page, bytes)
    return page


def sizes(pdf: bytes) -> set[float]:
    """The sizes of all letters in points. Nothing in a template is scaled."""
    found: set[float] = set()
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        with contextlib.suppress(zlib.error):  # fonts and images are packed otherwise
            found |= {float(size) for size in re.findall(rb"/\w+ ([\d.]+) Tf", zlib.decompress(stream))}
    return found


@pytest.mark.parametrize("case", PICTURES)
def test_every_letter_can_be_read_on_a_phone(packaged: FontSet, case: str) -> None:
    template, data = data_of(PICTURES[case], packaged)
    found = sizes(compiled(template, data, packaged, form="pdf"))
    assert found
    assert min(found) >= LEAST


def shapes(template: str, data: dict[str, object], fonts: FontSet) -> set[str]:
    """The outlines of all glyphs, without their sizes."""
    drawing = compiled(template, data, fonts, form="svg").decode()
    return {re.sub("[^A-Za-z]", "", path) for path in re.findall(r'<symbol[^>]*><path d="([^"]*)"', drawing)}


@pytest.fixture(scope="session")
def boxes(packaged: FontSet) -> set[str]:
    """What a missing glyph looks like in text and in labels."""
    template, card = data_of(JCard(make_recap(1)), packaged)
    missing = {"s": EMPTY_BOX, "lang": "en", "dir": "ltr", "chip": "", "what": ""}
    broken = {**card, "kicker": [missing], "discs": [{"look": 0, "initial": missing}]}
    found = shapes(template, broken, packaged) - shapes(template, card, packaged)
    assert found
    return found


@pytest.mark.parametrize(
    "case",
    [
        "jcard hostile", "jcard hostile and alone", "jcard twelve", "jcard long names", "ticket hostile",
        "ticket long 2", "hours twelve", "poster hostile", "poster one word", "poster laughing", "poster no font",
        "matrix twelve long", "months hostile", "months twelve", "months quarter hostile", "atlas hostile",
        "atlas long",
    ],
)  # fmt: skip
def test_no_picture_shows_an_empty_box(packaged: FontSet, boxes: set[str], case: str) -> None:
    assert not shapes(*data_of(PICTURES[case], packaged), packaged) & boxes


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text(min_size=1, max_size=24), min_size=3, max_size=12))
def test_no_text_at_all_gives_an_empty_box(packaged: FontSet, boxes: set[str], words: list[str]) -> None:
    songs = [(title, words[0]) for title in words]
    recap = make_recap(len(words), names=words, songs=songs, name=words[-1])
    drawn = (
        JCard(recap),
        Hours(recap),
        make_ticket(recap),
        make_matrix(3, words),
        make_poster("\n".join(words)),
        make_months(make_recap(len(words), names=words, songs=songs, days=YEAR), songs=songs),
        make_atlas(recap, [(name, 9 + n) for n, name in enumerate(words)]),
    )
    for picture in drawn:
        assert not shapes(*data_of(picture, packaged), packaged) & boxes


def width_when_fitted(text: str, room: int, fonts: FontSet, folder: Path, *, size: int = 31) -> float:
    """How wide `fitted` of library.typ sets `text` where it has `room` points."""
    line = Lettering(fonts.coverage).line(text, "title")
    card = data_of(JCard(make_recap(1)), fonts)[1]
    probe = folder / "probe.typ"
    probe.write_text(
        f'#import "{TEMPLATES / "library.typ"}": *\n#let t = json(bytes(sys.inputs.line))\n'
        f"#context [#metadata(measure(fitted(t, {room}pt, size: {size}pt, weight: 700)).width.pt()) <width>]"
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


MARK = 134  # points of room for the words of a movement, beside the title


@pytest.mark.parametrize("language", read_languages().values(), ids=lambda it: it.code)
def test_the_words_of_a_movement_fit_in_every_language(
    packaged: FontSet, tmp_path: Path, language: Language
) -> None:
    for word in (t("new"), t("back")):
        said = str(language.said(word)).upper()
        assert width_when_fitted(said, 900, packaged, tmp_path, size=LEAST) <= MARK


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
        png = painter.paint(JCard(make_recap(4, songs=SONGS[1:2] + SONGS[4:5])), Theme.LIGHT)
    painter.close()
    assert size(png) == (1080, 1350)
    assert caplog.records == []
    template, data = data_of(JCard(make_recap(4, songs=SONGS[1:2])), fonts)
    assert b"<image" in compiled(template, data, fonts, form="svg"), "emoji are drawn in colour"
