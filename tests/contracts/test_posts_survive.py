"""SIGKILLs while posting, in short (`benchmarks/posting.py` has the long form): no post is missing, none is doubled.

The bot is another process with the real store, adapters, services and engine; the two platforms outlive it.
"""

from __future__ import annotations

import random

from benchmarks.posting import storm


async def test_whoever_is_killed_while_posting_every_room_has_its_post_once(database_url: str) -> None:
    told = await storm(database_url, kills=2, seed=random.SystemRandom().randrange(1000), groups_a_kill=2)
    assert told["kills"] == 2
    assert told["rooms"] == told["sent"] == 10
    assert (told["missing"], told["doubled"], told["unlike"]) == (0, 0, 0)
