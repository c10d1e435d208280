"""Awards in words: who got which, with which number, and who comes next."""

from __future__ import annotations

from collections.abc import Mapping

from bot.core.awards.model import Candidate
from bot.core.model import MemberId
from bot.text import Text, t


def given(it: Candidate, names: Mapping[MemberId, str]) -> Text:
    """`Night watch: Ana`."""
    return t("{award}: {who}", award=it.title, who=names[it.member])


def reason(it: Candidate, names: Mapping[MemberId, str]) -> Text:
    """`12 plays between 0:00 and 4:59; next is Ben with 9`; of one who nearly leads, who does."""
    if it.next_best is None:
        return t("{says}", says=it.score.says)
    other, score = it.next_best
    who = names[other]
    if score.rank_by > it.score.rank_by:
        return t("{says}; only {who} has more, {n}", says=it.score.says, who=who, n=score.n)
    if score.rank_by == it.score.rank_by:
        return t("{says}; so has {who}", says=it.score.says, who=who)
    return t("{says}; next is {who} with {n}", says=it.score.says, who=who, n=score.n)
