"""`earshot keys rotate`: everything is sealed anew, whenever it is killed; nothing secret is printed."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.core.model import Link, LinkId, Source
from bot.errors import ConfigError, Unavailable
from bot.integrations.store import open_data, schema
from bot.integrations.store.seals import COLUMNS
from bot.integrations.vault import Keyring, add_key, alone, in_use, open_vault, retire_older, sealed_by
from bot.ports import PendingLogin
from bot.services.access import grant_contexts
from bot.services.linking import login_context
from bot.services.rekeying import rekey
from tests.fakes import FakeStore

ROOT = Path(__file__).parents[1]


def command(folder: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "bot", "keys", "rotate", "--data", str(folder), *options]


def rotate(folder: Path, *options: str) -> dict[str, Any]:
    done = subprocess.run(
        command(folder, "--json", *options), capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")
    for line in (folder / "keys").read_text().splitlines():
        assert line.split()[1] not in done.stdout
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def accounts(folder: Path, many: int) -> None:
    """So many links, a login on its way and an installation, sealed with the key of the folder."""

    async def fill() -> None:
        store = await open_data(folder)
        vault = open_vault(folder / "keys")
        member = await store.add_member("Ana", "UTC", None, 1)
        for n in range(many):
            sealed = vault.seal(f"grant {n}", grant_contexts("spotify", f"a{n}", "")[0])
            await store.link_account(Link(LinkId(0), member.id, Source.SPOTIFY, f"a{n}"), sealed, 1)
        old = vault.seal("grant old", grant_contexts("spotify", "old", str(member.id))[1])
        await store.link_account(Link(LinkId(0), member.id, Source.SPOTIFY, "old"), old, 1)
        sealed = vault.seal("verifier", login_context("state"))
        await store.begin_login(PendingLogin("state", member.id, sealed, "", "", frozenset(), 10**15))
        await store.keep_installation("slack", "T1", vault.seal("bot token", "slack/T1"))
        await store.close()

    asyncio.run(fill())


def opened(folder: Path) -> dict[str, str]:
    """Every secret of `accounts` as the folder's keys open it, and whether all of them are sealed by the last one."""

    async def look() -> dict[str, str]:
        store = await open_data(folder)
        vault = open_vault(folder / "keys")
        found = {}
        for thing in await store.all_sealed():
            context = {
                "grant": lambda words: grant_contexts(*words)[0],
                "login": lambda words: login_context(*words),
                "installation": "/".join,
            }[thing.kind.value](thing.words)
            found[context] = vault.unseal(thing.sealed, context)
            assert sealed_by(thing.sealed) == vault.current
        await store.close()
        return found

    return asyncio.run(look())


def expected(many: int) -> dict[str, str]:
    return {
        **{f"link:spotify:a{n}": f"grant {n}" for n in range(many)},
        "link:spotify:old": "grant old",
        "login:state": "verifier",
        "slack/T1": "bot token",
    }


def test_whatever_is_kept_sealed_is_known_to_it() -> None:
    binary = [
        column
        for table in schema.metadata.tables.values()
        for column in table.c
        if column.type.python_type is bytes
    ]
    assert len(binary) >= 3
    assert set(binary) == set(COLUMNS.values())


def test_a_new_key_seals_everything_and_the_old_one_goes(tmp_path: Path) -> None:
    accounts(tmp_path, 3)
    before = (tmp_path / "keys").read_text()
    assert rotate(tmp_path) == {"key": 2, "resealed": 6, "unopened": 0, "retired": [1]}
    assert (tmp_path / "keys").read_text() != before
    assert open_vault(tmp_path / "keys").older == frozenset()
    assert (tmp_path / "keys").stat().st_mode & 0o077 == 0
    assert opened(tmp_path) == expected(3)
    files = [it for it in tmp_path.rglob("*") if it.is_file() and it.name != "keys"]
    assert not any(before.split()[1].encode() in it.read_bytes() for it in files)


def test_an_old_key_can_be_kept_and_goes_the_next_time(tmp_path: Path) -> None:
    accounts(tmp_path, 1)
    assert rotate(tmp_path, "--keep-old") == {"key": 2, "resealed": 4, "unopened": 0, "retired": []}
    assert open_vault(tmp_path / "keys").older == {1}
    assert rotate(tmp_path) == {"key": 3, "resealed": 4, "unopened": 0, "retired": [1, 2]}
    assert opened(tmp_path) == expected(1)


def test_what_no_key_opens_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    accounts(tmp_path, 1)
    (tmp_path / "keys").unlink()
    assert rotate(tmp_path)["unopened"] == 4


def test_while_an_earshot_runs_the_keys_stay_as_they_are(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    with in_use(keys), in_use(keys):
        done = subprocess.run(
            command(tmp_path), capture_output=True, text=True, timeout=60, check=False, cwd=ROOT
        )
        assert done.returncode == 2
        assert "an Earshot is running with these keys. Stop it first." in done.stderr
        with pytest.raises(ConfigError), alone(keys):
            pass
    with alone(keys), pytest.raises(ConfigError, match="being changed"), in_use(keys):
        pass


def resealed(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "earshot.sqlite")) as database:
        return sum(sealed[0] != 1 for (sealed,) in database.execute("SELECT sealed FROM sealed_grant"))


@pytest.mark.parametrize(
    "reached",
    [
        lambda folder: len((folder / "keys").read_text().splitlines()) == 2,
        lambda folder: resealed(folder) > 10,
        lambda folder: resealed(folder) > 50,
    ],
    ids=["the new key is there", "some are sealed anew", "many are"],
)
def test_killed_anywhere_it_goes_on(reached: Callable[[Path], bool], tmp_path: Path) -> None:
    accounts(tmp_path, 80)
    running = subprocess.Popen(command(tmp_path), cwd=ROOT, stdout=subprocess.DEVNULL)
    ends = time.monotonic() + 30
    while not reached(tmp_path) and running.poll() is None:
        assert time.monotonic() < ends
        time.sleep(0.001)
    running.kill()
    running.wait()
    cut_off = len((tmp_path / "keys").read_text().splitlines()) == 2
    assert rotate(tmp_path)["key"] == (2 if cut_off else 3)
    assert open_vault(tmp_path / "keys").older == frozenset()
    assert opened(tmp_path) == expected(80)


async def test_what_was_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    store, keys = FakeStore(), tmp_path / "keys"
    old = open_vault(keys)
    await store.keep_installation("slack", "T1", old.seal("first", "slack/T1"))
    (before,) = await store.all_sealed()
    await store.keep_installation("slack", "T1", old.seal("second", "slack/T1"))
    assert not await store.reseal(before, b"anything")
    new = add_key(keys)
    assert (await rekey(store, new, lambda sealed: sealed_by(sealed) == new.current)).resealed == 1
    (after,) = await store.all_sealed()
    assert new.unseal(after.sealed, "slack/T1") == "second"
    retire_older(keys)
    with pytest.raises(Unavailable):
        open_vault(keys).unseal(old.seal("x", "y"), "y")


def test_the_number_of_a_key_comes_again_when_all_are_used_up(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    open_vault(keys)
    for _ in range(254):
        add_key(keys)
        retire_older(keys)
    assert open_vault(keys).current == 255
    assert add_key(keys).current == 1
    assert isinstance(open_vault(keys), Keyring)


@pytest.mark.parametrize("end", ["", "\n\n"])
def test_a_copy_put_back_with_another_end_loses_no_key(tmp_path: Path, end: str) -> None:
    keys = tmp_path / "keys"
    sealed = open_vault(keys).seal("secret", "context")
    keys.write_text(keys.read_text().rstrip("\n") + end)
    new = add_key(keys)
    assert new.unseal(sealed, "context") == "secret"
    sealed = new.seal("secret", "context")
    keys.write_text(keys.read_text().rstrip("\n") + end)
    retire_older(keys)
    assert open_vault(keys).unseal(sealed, "context") == "secret"
