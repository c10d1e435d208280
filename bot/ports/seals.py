"""What is kept sealed, whatever it is: for sealing all of it anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class SealedKind(StrEnum):
    """Which sealed things there are."""

    GRANT = "grant"
    LOGIN = "login"
    INSTALLATION = "installation"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed thing, and the words that say which: of a grant source, account and the member's id, of a login its
    state, of an installation platform and place.
    """

    kind: SealedKind
    words: tuple[str, ...]
    sealed: bytes


class SealStore(Protocol):
    """Everything that was sealed by `Vault`."""

    async def all_sealed(self) -> Sequence[Sealed]: ...

    async def reseal(self, before: Sealed, sealed: bytes) -> bool:
        """Put the same thing, sealed anew, in its place. False where it is not as it was `before` any more."""
        ...
