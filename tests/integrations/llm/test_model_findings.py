"""What `earshot doctor` says of the model."""

from __future__ import annotations

import pytest

from bot.core.findings import Level
from bot.integrations.llm.checks import model_findings
from tests.twins.openai import OpenAITwin, openai_twin

NOW_MS = 1_790_000_000_000


async def said(
    twin: OpenAITwin, model: str = "gpt-5-mini", prices: tuple[float, float] | None = (0.0, 0.0)
) -> list:
    found = await model_findings(model, twin.api_url, "key", prices, NOW_MS)
    return [(it.level, it.said) for it in found]


async def test_a_model_that_is_there_with_a_price() -> None:
    async with openai_twin() as twin:
        assert await said(twin) == [(Level.OK, "gpt-5-mini is there"), (Level.OK, "its price is known")]
        assert (await said(twin, prices=None))[1] == (
            Level.WARNING, "nobody knows its price, so no budget holds it back",
        )  # fmt: skip


@pytest.mark.parametrize(
    ("key", "model", "wrong"),
    [("other", "gpt-5-mini", "does not take the key"), ("key", "gpt-9", "has no “gpt-9”, but gpt-5-mini")],
)
async def test_what_is_wrong_is_said(key: str, model: str, wrong: str) -> None:
    async with openai_twin() as twin:
        twin.key = key
        [(level, told)] = await said(twin, model)
        assert (level, wrong in told) == (Level.PROBLEM, True)


async def test_a_server_that_is_not_there() -> None:
    [found] = await model_findings("m", "http://127.0.0.1:9/v1", "", None, NOW_MS)
    assert (found.level, found.outside) == (Level.PROBLEM, True)
    assert "does not answer" in found.said
