"""Opening, making, upgrading and refusing databases; every refusal says what to do."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from bot.core.model import LinkId, NewPlay, RawTrack, Source
from bot.errors import ConfigError, Unavailable
from bot.integrations.store import migrations, open_as_it_is, open_store
from bot.integrations.store.revision import REVISION, is_current
from bot.integrations.store.upgrade import bring_up_to_date

MIGRATIONS = Path(migrations.__file__).parent

# Rebuilds a parent table: with foreign keys on, deleting the old one would take the links' plays with it.
REBUILD = """
from alembic import op
import sqlalchemy as sa
revision, down_revision = "9999", "0003"
def upgrade():
    with op.batch_alter_table("link", recreate="always") as table:
        table.add_column(sa.Column("colour", sa.Text, nullable=False, server_default="red"))
"""
ORPHANS = """
from alembic import op
revision, down_revision = "9999", "0003"
def upgrade():
    op.execute("UPDATE play SET link_id = 99")
"""
BROKEN = """
from alembic import op
revision, down_revision = "9999", "0003"
def upgrade():
    op.execute("CREATE TABLE half_done (id INTEGER)")
    op.execute("UPDATE nothing SET nothing = 1")
"""


def _url(file: Path) -> str:
    return f"sqlite:///{file}"


def _ask(file: Path, question: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(file)) as database:
        return list(database.execute(question))


def _names(folder: Path) -> list[str]:
    return [it.name for it in folder.iterdir()]


async def _with_a_play(file: Path) -> None:
    store = await open_store(_url(file))
    member = await store.add_member("Ana", "UTC", None, 1)
    link = await store.export_link(member.id, Source.EXTENDED)
    await store.record(link.id, [NewPlay(1, RawTrack("spotify:track:1", "Song", "Artist"))])
    await store.close()


async def _upgrade_by(file: Path, revision: str, folder: Path) -> None:
    revisions = Path(shutil.copytree(MIGRATIONS, folder / "migrations"))
    (revisions / "versions" / "rev_9999.py").write_text(revision)
    await bring_up_to_date(make_url(_url(file)).set(drivername="sqlite+aiosqlite"), revisions)


# --- opening


@pytest.mark.parametrize("driver", ["sqlite", "sqlite+aiosqlite", "sqlite+pysqlite"])
async def test_a_file_is_made_with_its_folder_and_found_again(tmp_path: Path, driver: str) -> None:
    file = tmp_path / "new" / "folder" / "earshot.sqlite"
    store = await open_store(f"{driver}:///{file}")
    ana = await store.add_member("Ana", "UTC", None, 1)
    await store.close()
    store = await open_store(f"{driver}:///{file}")
    assert await store.all_members() == [ana]
    await store.close()


async def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    file = tmp_path / "earshot.sqlite"
    await _with_a_play(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_closing_leaves_one_file(tmp_path: Path) -> None:
    await _with_a_play(tmp_path / "earshot.sqlite")
    assert _names(tmp_path) == ["earshot.sqlite"]


async def test_opening_what_is_up_to_date_makes_no_copy(tmp_path: Path) -> None:
    for _ in range(2):
        await _with_a_play(tmp_path / "earshot.sqlite")
    assert _names(tmp_path) == ["earshot.sqlite"]


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = await open_store(_url(tmp_path / "earshot.sqlite"))
    await store.close()
    with pytest.raises(Unavailable, match="closed"):
        await store.all_members()
    with pytest.raises(Unavailable, match="closed"):
        await store.add_member("Ana", "UTC", None, 1)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "has to look like sqlite:///"),
        ("mysql://localhost/earshot", "SQLite or PostgreSQL, not in “mysql”"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("postgresql://earshot@127.0.0.1:1/earshot", "cannot be reached"),
    ],
)
async def test_a_url_that_cannot_be(url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        await open_store(url)


async def test_a_password_is_not_repeated() -> None:
    with pytest.raises(ConfigError) as caught:
        await open_store("postgresql://earshot:s3cret@127.0.0.1:1/earshot")
    assert "s3cret" not in str(caught.value)


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be made or written"):
        await open_store(_url(tmp_path))


async def test_a_file_in_the_way_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(ConfigError, match="cannot be made or written"):
        await open_store(_url(tmp_path / "taken" / "earshot.sqlite"))


async def test_another_kind_of_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Ana, " * 500)
    with pytest.raises(ConfigError, match="not a SQLite database"):
        await open_store(_url(file))
    assert file.read_text() == "Dear Ana, " * 500


async def test_somebody_elses_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite"
    _ask(file, "CREATE TABLE member (fee INTEGER)")
    with pytest.raises(ConfigError, match=r"something else \(member\)"):
        await open_store(_url(file))
    assert _ask(file, "SELECT name FROM sqlite_master") == [("member",)]


async def test_a_newer_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "earshot.sqlite"
    await _with_a_play(file)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="newer Earshot"):
        await open_store(_url(file))
    assert _ask(file, "SELECT version_num FROM alembic_version") == [("9999",)]


# --- upgrading


async def test_an_upgrade_keeps_every_row_and_a_copy_from_before(tmp_path: Path) -> None:
    file = tmp_path / "earshot.sqlite"
    await _with_a_play(file)
    await _upgrade_by(file, REBUILD, tmp_path)
    assert _ask(file, "SELECT colour, (SELECT count(*) FROM play) FROM link") == [("red", 1)]
    copy = tmp_path / "earshot.sqlite.before-9999"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert _ask(copy, "SELECT version_num, (SELECT count(*) FROM play) FROM alembic_version") == [
        (REVISION, 1)
    ]
    with pytest.raises(ConfigError, match="newer Earshot"):
        await open_store(_url(file))
    await _with_a_play(copy)


async def test_an_upgrade_from_the_second_revision_keeps_plays_and_no_leftovers(tmp_path: Path) -> None:
    file, older = tmp_path / "earshot.sqlite", Path(shutil.copytree(MIGRATIONS, tmp_path / "migrations"))
    for later in (older / "versions").glob("rev_000[3-9].py"):
        later.unlink()
    await bring_up_to_date(make_url(f"sqlite+aiosqlite:///{file}"), older)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("PRAGMA secure_delete=OFF")
        database.execute("INSERT INTO member VALUES (1, 'Ana', 'UTC')")
        database.execute("INSERT INTO link VALUES (1, 1, 'extended', '', '', '', '', 0, 'active')")
        database.execute("INSERT INTO track VALUES (1, 'spotify:track:1', 'One', 'A', '', 0, '')")
        database.executemany("INSERT INTO play VALUES (1, ?, 1, 0, 0)", [(n,) for n in range(2_000)])
        database.executemany(
            "INSERT INTO memo VALUES (?, 'QzkWvXnbRtYpLmGh')", [(str(n),) for n in range(500)]
        )
        database.execute("DELETE FROM memo")
    assert b"QzkWvXnbRtYpLmGh" in file.read_bytes()
    store = await open_store(f"sqlite:///{file}")
    assert await store.count_plays(LinkId(1)) == 2_000
    await store.close()
    assert b"QzkWvXnbRtYpLmGh" not in file.read_bytes()
    assert "WITHOUT ROWID" in str(_ask(file, "SELECT sql FROM sqlite_master WHERE name = 'play'"))


@pytest.mark.parametrize(("revision", "error"), [(ORPHANS, ConfigError), (BROKEN, Exception)])
async def test_a_failed_upgrade_leaves_everything_as_it_was(
    tmp_path: Path, revision: str, error: type[Exception]
) -> None:
    file = tmp_path / "earshot.sqlite"
    await _with_a_play(file)
    before = _ask(file, "SELECT * FROM play"), _ask(file, "SELECT name FROM sqlite_master ORDER BY 1")
    with pytest.raises(error):
        await _upgrade_by(file, revision, tmp_path)
    assert (
        _ask(file, "SELECT * FROM play"),
        _ask(file, "SELECT name FROM sqlite_master ORDER BY 1"),
    ) == before
    await _with_a_play(file)


def test_the_revision_in_the_code_is_the_newest_one() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


async def test_a_file_at_this_revision_is_known_at_a_glance(tmp_path: Path) -> None:
    file = tmp_path / "earshot.sqlite"
    assert not is_current(file)
    file.write_bytes(b"not a database at all, but a letter")
    assert not is_current(file)
    file.unlink()
    await (await open_store(_url(file))).close()
    assert is_current(file)


# --- opening as it is


async def test_looking_makes_nothing(tmp_path: Path) -> None:
    assert await open_as_it_is(tmp_path / "new") == (None, ())
    assert _names(tmp_path) == []
    (tmp_path / "earshot.sqlite").touch()
    assert await open_as_it_is(tmp_path) == (None, ())
    assert (tmp_path / "earshot.sqlite").read_bytes() == b""


async def test_looking_upgrades_nothing(tmp_path: Path) -> None:
    file = tmp_path / "earshot.sqlite"
    await _with_a_play(file)
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0001'")
    assert await open_as_it_is(tmp_path) == (None, ["0002", "0003"])
    assert _ask(file, "SELECT version_num FROM alembic_version") == [("0001",)]
    assert _names(tmp_path) == ["earshot.sqlite"]


async def test_what_is_of_this_version_can_be_asked(tmp_path: Path) -> None:
    await _with_a_play(tmp_path / "earshot.sqlite")
    store, missing = await open_as_it_is(tmp_path, _url(tmp_path / "earshot.sqlite"))
    assert store is not None
    assert missing == ()
    assert [it.name for it in await store.all_members()] == ["Ana"]
    await store.check_writable()
    await store.close()
    with pytest.raises(Unavailable, match="closed"):
        await store.check_writable()


async def test_looking_at_what_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "earshot.sqlite"
    file.write_text("Dear Ana, " * 500)
    with pytest.raises(Unavailable, match="not a SQLite database"):
        await open_as_it_is(tmp_path)
    with pytest.raises(Unavailable, match="cannot be reached"):
        await open_as_it_is(tmp_path, "postgresql://earshot@127.0.0.1:1/earshot")
