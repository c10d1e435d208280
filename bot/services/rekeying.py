"""Seals everything anew with the newest key. Each thing by itself, so it can be killed anywhere and run again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import Unavailable
from bot.ports import Sealed, SealedKind, SealStore, Vault
from bot.services.access import grant_contexts
from bot.services.linking import login_context


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How many things were sealed anew, and how many no key opens."""

    resealed: int
    unopened: int


async def rekey(store: SealStore, vault: Vault, is_current: Callable[[bytes], bool]) -> Rekeyed:
    """Seal anew what is not sealed with the current key. What no key opens stays as it is."""
    resealed = unopened = 0
    for thing in await store.all_sealed():
        if is_current(thing.sealed):
            continue
        opened = _opened(vault, thing)
        if opened is None:
            unopened += 1
        else:
            resealed += await store.reseal(thing, vault.seal(opened, _contexts(thing)[0]))
    return Rekeyed(resealed, unopened)


def _opened(vault: Vault, thing: Sealed) -> str | None:
    for context in _contexts(thing):
        try:
            return vault.unseal(thing.sealed, context)
        except Unavailable:
            continue
    return None


def _contexts(thing: Sealed) -> tuple[str, ...]:
    """What a thing was sealed for; the first one is how it is sealed now."""
    if thing.kind is SealedKind.GRANT:
        return grant_contexts(*thing.words)
    if thing.kind is SealedKind.LOGIN:
        return (login_context(*thing.words),)
    return ("/".join(thing.words),)
