"""For `earshot doctor`: whether the server is there, takes the key and has the model, and whether a price is known."""

from __future__ import annotations

import openai
from openai import AsyncOpenAI

from bot.core.findings import Finding, failed, fine, warning, wrong
from bot.integrations.llm.prices import Prices
from bot.ports import Usage

ABOUT = "model"
WAIT_S = 8.0


async def model_findings(
    model: str, api_url: str, api_key: str, own_prices: tuple[float, float] | None, now_ms: int
) -> list[Finding]:
    """What there is to say. The list of models is asked for, which costs nothing."""
    client = AsyncOpenAI(api_key=api_key or "none", base_url=api_url, timeout=WAIT_S, max_retries=0)
    try:
        known = {it.id async for it in client.models.list()}
    except (openai.AuthenticationError, openai.PermissionDeniedError):
        return [wrong(ABOUT, "its server does not take the key", "Make a new one, and set [llm] api_key.")]
    except openai.NotFoundError:
        found = warning(ABOUT, "its server has no list of models", "Ask with /play whether it answers.")
        return [found, _priced(model, api_url, own_prices, now_ms)]
    except openai.OpenAIError as error:
        said = f"its server does not answer ({type(error).__name__})"
        return [
            failed(ABOUT, said, "Is [llm] api_url right, and is it running? Lists come from the planner.")
        ]
    finally:
        await client.close()
    if model not in known:
        some = ", ".join(sorted(known)[:5])
        return [
            wrong(ABOUT, f"its server has no “{model}”, but {some}", "Set [llm] model to one of its names.")
        ]
    return [fine(ABOUT, f"{model} is there"), _priced(model, api_url, own_prices, now_ms)]


def _priced(model: str, api_url: str, own_prices: tuple[float, float] | None, now_ms: int) -> Finding:
    if Prices(api_url, own_prices).microdollars(Usage(model, 1_000_000, 0), now_ms) is not None:
        return fine(ABOUT, "its price is known")
    return warning(
        ABOUT,
        "nobody knows its price, so no budget holds it back",
        'Set [llm] read_price and write_price; "0" for a model of your own.',
    )
