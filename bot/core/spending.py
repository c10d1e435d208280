"""What a model costs, in words. Money is in millionths of a US dollar; None is a price that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.calendar import DAY_MS
from bot.text import Text, t

BUDGET_MS = DAY_MS


@dataclass(frozen=True, slots=True)
class Bill:
    """What was asked of a model for one thing: its name, tokens read and written, and money as far as it is known.

    `priced` is False where a price was not known for a part of it.
    """

    model: str
    read: int = 0
    written: int = 0
    microdollars: int = 0
    priced: bool = True
    answers: int = 0


def summed(prices: Iterable[int | None]) -> tuple[int, bool]:
    """What is known of a sum, and whether that is all of it."""
    told = list(prices)
    return sum(price for price in told if price is not None), None not in told


def dollars(microdollars: int) -> str:
    """`$0.0054`: four digits after the point, rounded up, so that nothing costs nothing that does."""
    hundredths_of_cents = -(-microdollars // 100)
    return f"${hundredths_of_cents // 10_000}.{hundredths_of_cents % 10_000:04}"


def money(microdollars: int, *, priced: bool) -> Text:
    """`$0.0054`, `at least $0.0054`, or that nobody knows."""
    if priced:
        return t("{money}", money=dollars(microdollars))
    if microdollars:
        return t("at least {money}", money=dollars(microdollars))
    return t("a price that I do not know")


def billed(bill: Bill) -> Text:
    """`gpt-5-mini: 1,500 tokens in, 2,500 out, $0.0054`."""
    return t(
        "{model}: {read} tokens in, {written} out, {money}",
        model=bill.model,
        read=bill.read,
        written=bill.written,
        money=money(bill.microdollars, priced=bill.priced),
    )
