"""What the documents name is there: commands with their options, settings, pages, files, lines of the log."""

from __future__ import annotations

import argparse
import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import _parser
from bot.config import Settings
from bot.invite import declared

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
OPERATORS = [ROOT / "docs" / name for name in ("install-discord.md", "install-slack.md", "operating.md")]
each = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda it: str(it.relative_to(ROOT)))


def read(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def command_line() -> dict[str, argparse.ArgumentParser]:
    """The parser of each command."""
    [commands] = [it for it in _parser()._actions if isinstance(it, argparse._SubParsersAction)]
    return dict(commands.choices)


def flags(parser: argparse.ArgumentParser) -> set[str]:
    """Its options by their long names, without help."""
    return {name for it in parser._actions for name in it.option_strings if name.startswith("--")} - {
        "--help"
    }


def code(text: str) -> Iterator[str]:
    """What stands in code: each line of a block, each piece within a line."""
    blocks = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
    for block in blocks.findall(text):
        yield from block.splitlines()[1:-1]
    yield from re.findall(r"`([^`\n]+)`", blocks.sub("", text))


def told_commands(text: str) -> Iterator[tuple[str, set[str]]]:
    """The commands that a document tells to type, with their flags."""
    for piece in code(text):
        found = re.match(r"(?:docker compose exec earshot )?(?:\.venv/bin/)?earshot ([a-z]+)(.*)", piece)
        if found:
            yield found[1], set(re.findall(r"(?<!\S)\[?(--[a-z]+)", found[2].partition("#")[0]))


def settings() -> dict[str, str]:
    """Every setting as the documents write it, and its name in the environment."""
    names = {}
    for it in dataclasses.fields(Settings()):
        value = getattr(Settings(), it.name)
        if dataclasses.is_dataclass(value):
            for inner in dataclasses.fields(value):
                names[f"[{it.name}] {inner.name}"] = f"EARSHOT_{it.name}_{inner.name}".upper()
        else:
            names[it.name] = f"EARSHOT_{it.name}".upper()
    return names


@each
def test_every_command_that_is_told_exists(document: Path) -> None:
    known = command_line()
    for name, given in told_commands(read(document)):
        assert name in known, f"earshot {name}"
        assert given <= flags(known[name]), f"earshot {name}: {given - flags(known[name])}"


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("install-discord.md", ["doctor", "invite", "run"]),
        ("install-slack.md", ["manifest", "doctor", "run"]),
        ("operating.md", ["doctor", "run", "doctor"]),
    ],
)
def test_the_steps_of_an_installation_are_found(name: str, steps: list[str]) -> None:
    assert [command for command, _ in told_commands(read(ROOT / "docs" / name))][: len(steps)] == steps


@pytest.mark.parametrize("name", command_line())
def test_every_command_and_each_of_its_options_is_told(name: str) -> None:
    text = read(ROOT / "docs" / "command-line.md")
    opening, *sections = re.split(r"^## earshot ", text, flags=re.MULTILINE)
    [section] = [it for it in sections if it.split()[0] == name]
    for flag in flags(command_line()[name]):
        assert flag in section or flag in opening, f"earshot {name} {flag}"


@each
def test_every_setting_that_is_named_exists(document: Path) -> None:
    text = read(document)
    known = settings()
    for piece in code(text):
        for section, name in re.findall(r"\[(\w+)\] (\w+)", piece):
            if section in {it.name for it in dataclasses.fields(Settings())}:
                assert f"[{section}] {name}" in known
    for named in re.findall(r"\bEARSHOT_[A-Z_]+\b", text):
        if named != "EARSHOT_RECORD":  # the twins' own, in the tests
            assert named.removesuffix("_FILE") in known.values(), named


def test_every_setting_is_told_with_what_it_is_for() -> None:
    example = read(ROOT / "config.example.toml")
    section, told = "", set()
    for line in example.splitlines():
        if found := re.fullmatch(r"\[(\w+)\]", line):
            section = f"[{found[1]}] "
        elif found := re.match(r"(\w+) = ", line):
            told.add(section + found[1])
    assert told == set(settings())
    # Each block of settings begins with a comment that says what it is.
    for block in re.split(r"\n\n|\n(?=\[)", example):
        assert "#" in block, block


@each
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", read(document)):
        assert (document.parent / target).exists(), target


@pytest.mark.parametrize("document", OPERATORS, ids=lambda it: it.name)
def test_every_chat_command_that_is_told_exists(document: Path) -> None:
    features = declared().commands
    told = {
        name
        for piece in code(read(document))
        if (found := re.match(r"/(?:earshot )?(\w+)", piece))
        for name in [found[1]]
    }
    pages = {"healthz", "readyz", "metrics", "slack"}
    assert told - pages - {"earshot", "invite"} <= features.keys()  # /invite is Slack's own


def test_every_line_of_the_log_that_is_explained_is_written_somewhere() -> None:
    table = read(ROOT / "docs" / "operating.md").partition("| in the log |")[2].partition("\n\n")[0]
    lines = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    assert len(lines) > 10
    source = "\n".join(read(it) for it in (ROOT / "bot").rglob("*.py"))
    for line in lines:
        assert line in source, line
    for document in OPERATORS:
        for line in re.findall(r"`([^`]+)` (?:at the start|in the log) \|", read(document)):
            assert line in source, line


def test_every_count_that_is_explained_is_counted() -> None:
    from bot.metrics import PrometheusMeter, Standing

    meter = PrometheusMeter()
    meter.answered("discord", "/top", "bug", 0.1)
    exposed = meter.exposition(Standing({}, {}, {"discord": True})).decode()
    for name in re.findall(r"\bearshot_[a-z_]+\b", read(ROOT / "docs" / "operating.md")):
        assert name in exposed, name


def test_pages_that_a_proxy_passes_are_the_ones_there_are() -> None:
    passed = re.search(r"@ours path (.*)", read(ROOT / "docs" / "operating.md"))
    assert passed is not None
    source = "".join(read(it) for it in (ROOT / "bot" / "web").glob("*.py"))
    served = {f"/{it}" for it in re.findall(r'"/(\w[\w.]*)[/"]', source)}
    kept = {"/healthz", "/readyz", "/metrics"}
    assert {it.removesuffix("/*") for it in passed[1].split()} == served - kept | {"/slack"}
