"""What a model's answer costs: genai-prices' own table, read from its package, and what the operator says instead."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from genai_prices import Usage as Tokens
from genai_prices import calc_price

from bot.ports import Usage

MILLION = 1_000_000


class Prices:
    """A `ports.PriceList`. `own`: dollars per million tokens read and written, which go before the table's."""

    def __init__(self, api_url: str, own: tuple[float, float] | None = None) -> None:
        self._api_url = api_url
        self._own = own

    def microdollars(self, usage: Usage, at_ms: int) -> int | None:
        """See `ports.PriceList`."""
        if self._own is not None:
            read, written = (Decimal(str(price)) for price in self._own)
            return round(read * usage.read + written * usage.written)
        tokens = Tokens(input_tokens=usage.read, output_tokens=usage.written, cache_read_tokens=usage.cached)
        try:
            price = calc_price(
                tokens,
                usage.model,
                provider_api_url=self._api_url,
                genai_request_timestamp=datetime.fromtimestamp(at_ms / 1000, UTC),
            )
        except LookupError:
            return None
        return round(price.total_price * MILLION)
