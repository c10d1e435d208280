"""The engine's first start on PostgreSQL, while somebody reads there: each waits for the other, and not for ever."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from tests.contracts.postgres import PostgresServer

BEGIN = """
import asyncio, sys
import asyncpg
from bot.jobs.engine import Engine

async def main(url):
    reader = await asyncpg.connect(url)
    reading = reader.transaction(isolation="repeatable_read")
    await reading.start()
    await reader.fetch("SELECT count(*) FROM pg_class")
    engine = Engine(url, [])
    starting = asyncio.create_task(engine.start())
    await asyncio.wait([starting], timeout=1)
    await reading.commit()
    await starting
    await engine.stop()
    await reader.close()
    print("begun")

asyncio.run(main(sys.argv[1]))
"""


@pytest.mark.postgres
async def test_an_open_transaction_of_ours_does_not_block_the_engine_for_ever(
    postgres: PostgresServer,
) -> None:
    # Whoever blocks the loop could not be told to stop, so this is another process.
    url = await asyncio.to_thread(postgres.empty)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BEGIN, url, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    try:
        said, _ = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert said == b"begun\n"
