"""Every import contract is seen to fail: the tree is copied, one forbidden import planted, the linter asked."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# contract name → (file that gets the line, the line). The file is made where it does not exist.
PLANTS = {
    "Layers: who may import whom": ("bot/core/model.py", "import bot.chat"),
    "Every module of bot has a layer": ("bot/helpers.py", '"""A stray module."""'),
    "Features do not know each other": ("cogs/help.py", "import cogs.prove"),
    "Chat platforms do not know each other": ("bot/adapters/pigeon.py", "import bot.adapters.lounge"),
    "Integrations do not know each other": ("bot/integrations/vault.py", "import bot.integrations.exports"),
    "The practice Spotify knows nothing of ours": ("bot/sandbox/__init__.py", "import bot.errors"),
    "The practice Spotify is started by the demo alone": ("bot/app.py", "import bot.sandbox"),
    "Features, flows and the core import no library that does I/O": ("cogs/help.py", "import sqlite3"),
    "The core does no I/O, reads no clock, draws no chance": ("bot/core/model.py", "import asyncio"),
    "Only the core's allow-list of pure libraries": ("bot/services/people.py", "import rapidfuzz"),
    "spotipy has one home": ("bot/web/__init__.py", "import spotipy"),
    "typst and the fonts have one home": ("bot/web/__init__.py", "import typst"),
    "prometheus_client has one home": ("bot/web/__init__.py", "import prometheus_client"),
    "DBOS and its driver have one home": ("bot/web/__init__.py", "import dbos"),
    "discord.py has one home": ("bot/web/__init__.py", "import discord"),
    "Slack's libraries have one home": ("bot/web/__init__.py", "import slack_sdk"),
    "cryptography has one home": ("bot/web/__init__.py", "import cryptography"),
    "Models have one home": ("bot/web/__init__.py", "import openai"),
    "A model is shown no play, song or name of ours": (
        "bot/integrations/llm/prompt.py",
        "import bot.core.named",
    ),
    "SQL has one home": ("bot/web/__init__.py", "import sqlalchemy"),
    "aiohttp's homes: web pages, the practice server, the chat platforms, scrobbles": (
        "bot/integrations/vault.py",
        "import aiohttp",
    ),
}


def _lint(tree: Path) -> str:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tree, env={**os.environ, "PYTHONPATH": str(tree)}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    return done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for package in ("bot", "cogs"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_has_a_plant() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert {contract["name"] for contract in contracts} == set(PLANTS)


def test_the_tree_as_it_is_keeps_every_contract(tree: Path) -> None:
    assert f"Contracts: {len(PLANTS)} kept, 0 broken." in _lint(tree)


@pytest.mark.parametrize("name", PLANTS)
def test_a_contract_fails_when_it_is_broken(tree: Path, name: str) -> None:
    file, line = PLANTS[name]
    target = tree / file
    target.write_text((target.read_text() if target.exists() else "") + f"\n{line}\n")
    assert f"{name} BROKEN" in _lint(tree)
