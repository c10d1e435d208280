"""Zips, folders and files as they come off a disk: broken, odd, hostile. Rows are never lost in silence."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadExport, BrokenOff
from bot.integrations.exports import FilesOnDisk
from bot.integrations.exports import files as on_disk
from bot.integrations.exports.rows import LONGEST_ROW, read_rows
from tests.recount import extended, write

ROWS = [extended(f"2024-03-01T12:0{n}:00Z", f"Sóng “{n}”") for n in range(4)]

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def read(data: bytes, chunk_bytes: int = 1 << 18) -> tuple[list[object], BadExport | None]:
    """The rows, and what stopped the reading."""
    told: list[object] = []
    try:
        told.extend(read_rows(io.BytesIO(data), chunk_bytes))
    except BadExport as error:
        return told, error
    return told, None


def zipped(path: Path, files: dict[str, Any]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, rows in files.items():
            archive.writestr(name, rows if isinstance(rows, bytes) else json.dumps(rows))
    return path


def names(paths: list[Path]) -> list[str]:
    return [file.name for file in FilesOnDisk().open([str(path) for path in paths])]


# --- rows


@given(st.lists(values, max_size=12), st.integers(4, 40), st.sampled_from([None, 1]), st.booleans())
def test_rows_are_what_json_says_whatever_the_chunks(
    rows: list[Any], chunk: int, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps(rows, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "replace")
    told, error = read(text, chunk)
    assert error is None
    assert repr(told) == repr(json.loads(text))


@given(st.binary(max_size=200), st.integers(4, 40))
def test_any_bytes_are_rows_or_a_sentence(data: bytes, chunk: int) -> None:
    told, error = read(b"[" + data, chunk)
    assert error is None or str(error)
    assert all(row is None or isinstance(row, dict | list | str | int | float | bool) for row in told)


@pytest.mark.parametrize("chunk", [4, 7, 1 << 18])
def test_a_file_cut_anywhere_gives_the_rows_before_the_cut(chunk: int) -> None:
    rows = [
        {"ts": "2024-03-01T12:03:04Z", "title": f"}},{{ “{n}” }},{{", "ms_played": 1.5e3} for n in range(3)
    ]
    whole = json.dumps(rows, indent=2, ensure_ascii=False).encode()
    ends = [whole.index(b"1500.0\n  }", whole.index(f"“{n}”".encode())) + 10 for n in range(3)]
    for cut in range(1, len(whole)):
        told, error = read(whole[:cut], chunk)
        assert told == rows[: sum(1 for end in ends if end <= cut)]
        assert isinstance(error, BrokenOff)
        after = whole[max([1, *(end for end in ends if end <= cut)]) : cut].strip(b" \n,")
        assert error.lost == (1 if after else 0)
        assert str(len(told) + error.lost) in str(error)


@pytest.mark.parametrize(
    "odd",
    [
        b'{"ts": NaN}', b'{"ts": -Infinity}', b'{"ts": 1e999}', b'{"ts": "\x00\x01"}', b'{"ts": "\xff\xfe"}',
        b'{"ts": "\\ud800"}', b'{"ts": ' + b"9" * 5000 + b"}", b"{'ts': 1}",
        b'{"ts": }', b"nothing}",
    ],
)  # fmt: skip
def test_one_odd_row_is_one_odd_row(odd: bytes) -> None:
    told, error = read(b'[{"ts": 1},\n' + odd + b',\n{"ts": 2},{"ts": 3}]')
    assert error is None
    assert (told[0], told[2:]) == ({"ts": 1}, [{"ts": 2}, {"ts": 3}])


def test_rows_nested_beyond_any_row_are_passed_over() -> None:
    odd = b"[" * 100_000 + b"]" * 100_000
    told, error = read(b'[{"ts": 1},' + odd + b',{"ts": 2},{"ts": 3}]')
    assert (told, error) == ([{"ts": 1}, None, {"ts": 3}], None)


def test_bytes_marks_and_line_ends_of_other_systems() -> None:
    text = json.dumps(ROWS, indent=1, ensure_ascii=False).replace("\n", "\r\n")
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"):
        assert read(text.encode(encoding), 5) == (ROWS, None)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n ", "empty"),
        (b'{"a": 1}', "no list"),
        (b"%PDF-1.7", "no list"),
        (b'"[]"', "no list"),
    ],
)
def test_what_is_no_list_is_said_so(data: bytes, says: str) -> None:
    told, error = read(data)
    assert (told, type(error)) == ([], BadExport)
    assert says in str(error)


def test_a_row_without_end_takes_no_memory_without_end() -> None:
    told, error = read(b'[{"ts": 1}, {"ts": "' + b"x" * (3 * LONGEST_ROW))
    assert told == [{"ts": 1}]
    assert "longer than any row" in str(error)


# --- files


def test_a_folder_with_a_zip_in_it_and_what_systems_leave_behind(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "b/Streaming_History_Audio_2024_10.json": ROWS[:1],
            "b/Streaming_History_Audio_2024_9.json": ROWS[:2],
            "a.json": [],
            "__MACOSX/x.json": [],
            "b/._y.json": [],
            ".hidden/z.json": [],
            "read me.pdf": b"%PDF",
        },
    )
    zipped(tmp_path / "c.zip", {"d/endsong_0.json": ROWS, "__MACOSX/d/._endsong_0.json": b"", "d/x.png": b""})
    assert names([tmp_path]) == [
        "a.json",
        "c.zip/d/endsong_0.json",
        "b/Streaming_History_Audio_2024_9.json",
        "b/Streaming_History_Audio_2024_10.json",
    ]
    assert names([tmp_path / "c.zip"]) == ["d/endsong_0.json"]


def test_files_of_one_place_are_one_group(tmp_path: Path) -> None:
    write(tmp_path, {"a/x.json": [1], "a/y.json": [2], "b/z.json": [3]})
    zipped(tmp_path / "c.zip", {"d/1.json": [4], "d/2.json": [5], "e/3.json": [6]})
    groups = {file.name: file.group for file in FilesOnDisk().open([str(tmp_path)])}
    assert groups["a/x.json"] == groups["a/y.json"] != groups["b/z.json"]
    assert groups["c.zip/d/1.json"] == groups["c.zip/d/2.json"] != groups["c.zip/e/3.json"]
    alone = FilesOnDisk().open([str(tmp_path / "a" / "x.json"), str(tmp_path / "a" / "y.json")])
    assert {file.group for file in alone} == {groups["a/x.json"]}


def test_the_same_bytes_are_told_once(tmp_path: Path) -> None:
    write(tmp_path, {"x.json": ROWS, "y.json": ROWS, "z.json": [*ROWS[:3], ROWS[0]]})
    zipped(tmp_path / "c.zip", {"x.json": (tmp_path / "x.json").read_bytes()})
    told = FilesOnDisk().open([str(tmp_path), str(tmp_path / "y.json")])
    assert [(file.name, file.same_as) for file in told] == [
        ("c.zip/x.json", ""), ("x.json", "c.zip/x.json"), ("y.json", "c.zip/x.json"), ("z.json", ""),
        ("y.json", "c.zip/x.json"),
    ]  # fmt: skip


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadExport, match=r"no file or folder “gone\.zip”"):
        FilesOnDisk().open([str(tmp_path / "gone.zip")])


def test_a_zip_cut_anywhere_is_rows_or_a_sentence(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "whole.zip", {"endsong_0.json": ROWS}).read_bytes()
    path = tmp_path / "cut.zip"
    for cut in range(0, len(whole), 3):
        path.write_bytes(whole[:cut])
        (file,) = FilesOnDisk().open([str(path)])
        assert (file.name, file.problem) == ("cut.zip", on_disk.INCOMPLETE)


def test_a_zip_with_damage_inside_says_so(tmp_path: Path) -> None:
    many = [extended("2024-03-01T12:00:00Z", f"{n * 7919 % 1013}") for n in range(3000)]
    path = zipped(tmp_path / "x.zip", {"endsong_0.json": many})
    whole = bytearray(path.read_bytes())
    assert [len(list(file.rows())) for file in FilesOnDisk().open([str(path)])] == [3000]
    for at in range(100, len(whole) - 200, len(whole) // 15):
        damaged = bytearray(whole)
        damaged[at] ^= 0xFF
        path.write_bytes(damaged)
        (file,) = FilesOnDisk().open([str(path)])
        assert (file.name, file.problem) == ("endsong_0.json", on_disk.DAMAGED)


def test_zips_that_are_not_opened(tmp_path: Path) -> None:
    encrypted = zipped(tmp_path / "locked.zip", {"endsong_0.json": ROWS})
    data = bytearray(encrypted.read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    encrypted.write_bytes(data)
    zipped(tmp_path / "nested.zip", {"inner.zip": b"PK"})
    zipped(tmp_path / "many.zip", {f"{n}.json": b"" for n in range(on_disk.MOST_ENTRIES + 1)})
    bomb = zipped(tmp_path / "bomb.zip", {"endsong_0.json": ROWS})
    data = bytearray(bomb.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = (on_disk.BIG_BYTES + 1).to_bytes(4, "little")
    bomb.write_bytes(data)
    told = {file.name: file.problem for file in FilesOnDisk().open([str(tmp_path)])}
    assert told == {
        "bomb.zip": on_disk.TOO_MUCH,
        "locked.zip": on_disk.ENCRYPTED,
        "many.zip": on_disk.TOO_MUCH,
        "nested.zip/inner.zip": on_disk.ZIP_IN_ZIP,
    }


def test_a_name_that_is_no_text_can_be_said(tmp_path: Path) -> None:
    import os

    raw = os.fsencode(tmp_path) + b"/\xff.json"
    with open(raw, "wb") as stream:  # noqa: PTH123 - a path of bytes
        stream.write(b"[]")
    (file,) = FilesOnDisk().open([str(tmp_path)])
    assert file.name == "?.json"
    assert list(file.rows()) == []


def test_what_stands_after_the_list_is_said() -> None:
    told, error = read(b'[{"a": 1}] [{"a": 2}]')
    assert told == [{"a": 1}]
    assert isinstance(error, BrokenOff)
    assert "goes on after its list has ended" in str(error)
    assert read(b'[{"a": 1}] \n ') == ([{"a": 1}], None)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "Streaming_History_Audio_2024_0.json")
    (file,) = FilesOnDisk().open([str(tmp_path)])
    assert "no ordinary file" in file.problem


@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every folder")
def test_a_folder_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    (file,) = FilesOnDisk().open([str(tmp_path)])
    assert (file.name, file.problem) == ("closed/", on_disk.NO_ACCESS)
