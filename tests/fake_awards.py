"""The part of the fake store that knows who got which award, and who does not want which."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from bot.core.model import GroupId, MemberId, Period
from bot.errors import NotFound
from bot.text import t


class FakeAwards:
    """Beside the rest of the fake store, which says who is there."""

    _members: dict[MemberId, Any]

    def __init__(self) -> None:
        super().__init__()
        self._declined: set[tuple[MemberId, str]] = set()
        self._awards: set[tuple[GroupId, str, str, MemberId, str]] = set()

    def _declined_by(self, member_id: MemberId) -> frozenset[str]:
        return frozenset(kind for who, kind in self._declined if who == member_id)

    async def decline_award(self, member_id: MemberId, kind: str) -> None:
        if member_id not in self._members:
            raise NotFound(t("You are not known here (any more)."))
        self._declined.add((member_id, kind))

    async def allow_award(self, member_id: MemberId, kind: str) -> None:
        self._declined.discard((member_id, kind))

    async def awarded(
        self, group_id: GroupId, period: Period, given: Collection[tuple[MemberId, str]]
    ) -> None:
        self._awards |= {
            (group_id, period.kind.value, period.first.isoformat(), who, kind)
            for who, kind in given
            if who in self._members
        }

    async def last_awards(self, group_id: GroupId, period: Period) -> Mapping[MemberId, frozenset[str]]:
        before = [
            it
            for it in self._awards
            if it[:2] == (group_id, period.kind.value) and it[2] < period.first.isoformat()
        ]
        last = max((it[2] for it in before), default="")
        found: dict[MemberId, frozenset[str]] = {}
        for _, _, first, who, kind in before:
            if first == last:
                found[who] = found.get(who, frozenset()) | {kind}
        return found

    def _merge_awards(self, keep: MemberId, gone: MemberId) -> None:
        self._declined = {(keep if who == gone else who, kind) for who, kind in self._declined}
        self._awards = {(*it[:3], keep if it[3] == gone else it[3], it[4]) for it in self._awards}

    def _delete_awards(self, member_id: MemberId) -> int:
        there = len(self._declined) + len(self._awards)
        self._declined = {it for it in self._declined if it[0] != member_id}
        self._awards = {it for it in self._awards if it[3] != member_id}
        return there - len(self._declined) - len(self._awards)
