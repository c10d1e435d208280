"""Who gets which award: everybody active one of their own that they really lead, or nearly, and none twice running.

Of all ways to give each member a different award the one is taken that serves most members and is worth most in all
(an assignment problem, solved by the Hungarian method: H. W. Kuhn, 1955). The same facts give the same awards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from bot.core.awards.catalogue import CATALOGUE, Scores
from bot.core.awards.model import Candidate, Field
from bot.core.model import MemberId
from bot.text import Text

NEARLY = 0.9
# A general award before one for an artist, and those before the hour of a clock, where both are led as clearly.
_LESS = {"keeper": 0.2, "deep": 0.2, "decade": 0.2, "clock": 0.6}
# What it adds that nobody else has done enough to be measured.
_ALONE = 0.1
_UNSERVED = -1_000.0
_FEW = 8


def candidates(it: Field) -> list[Candidate]:
    """Everything that somebody leads or nearly leads."""
    return [
        candidate
        for award in CATALOGUE
        for parameter, title, scores in award.measured(it)
        for candidate in _leading(award.kind, parameter, title, scores, it if award.of_all else None)
    ]


def chosen(
    found: Iterable[Candidate],
    members: Sequence[MemberId],
    not_again: Mapping[MemberId, Collection[str]],
) -> list[Candidate]:
    """An award for each of these members as far as there is one, in the members' order.

    `not_again` are the kinds that a member had the time before or does not want.
    """
    options: dict[MemberId, list[Candidate]] = {member: [] for member in members}
    for one in found:
        if one.member in options and one.kind not in not_again.get(one.member, ()):
            options[one.member].append(one)
    for of_member in options.values():
        of_member.sort(key=lambda it: (-it.worth, it.id))
    most = sum(1 for of_member in options.values() if of_member)
    # The best few of each are nearly always enough; as many as there are members always are.
    told = _best(members, options, _FEW)
    return told if len(told) == most else _best(members, options, max(_FEW, len(members)))


def _best(
    members: Sequence[MemberId], options: Mapping[MemberId, Sequence[Candidate]], few: int
) -> list[Candidate]:
    able = {(member, it.id): it for member in members for it in options[member][:few]}
    ids = sorted({award for _, award in able})
    worth = [
        [able[member, award].worth if (member, award) in able else _UNSERVED for award in ids]
        # Nobody has to take what they do not lead: there is an empty place for each.
        + [_UNSERVED / 2] * len(members)
        for member in members
    ]
    places = _assigned(worth)
    return [
        able[member, ids[place]]
        for member, place in zip(members, places, strict=True)
        if place < len(ids) and (member, ids[place]) in able
    ]


def _leading(
    kind: str, parameter: str, title: Text, scores: Scores, everybody: Field | None
) -> list[Candidate]:
    ranked = sorted(scores.items(), key=lambda it: (-it[1].rank_by, it[0]))
    if not ranked:
        return []
    best = ranked[0][1].rank_by
    among = tuple((member, score.n) for member, score in ranked)
    if everybody is not None:
        among = tuple((one.member, one.plays) for one in everybody.standings if one.plays)
    found = []
    for place, (member, score) in enumerate(ranked):
        if score.rank_by < NEARLY * best:
            break
        other = ranked[0] if place else ranked[1] if len(ranked) > 1 else None
        if score.rank_by == best:
            second = next((it.rank_by for _, it in ranked if it.rank_by < best), 0.0)
            worth = 1 + (_ALONE if len(ranked) == 1 else 0.5 * (best - second) / best if second else 0)
        else:
            worth = score.rank_by / best - 0.3
        found.append(
            Candidate(
                f"{kind}:{parameter}" if parameter else kind,
                kind,
                title,
                member,
                score,
                other,
                worth - _LESS.get(kind, 0.0),
                among,
            )
        )
    return found


def _assigned(worth: Sequence[Sequence[float]]) -> list[int]:
    """The column for each row, each column once, so that the sum is largest. No fewer columns than rows."""
    rows, columns = len(worth), len(worth[0]) if worth else 0
    row_price, column_price = [0.0] * (rows + 1), [0.0] * (columns + 1)
    owner, way = [0] * (columns + 1), [0] * (columns + 1)
    for row in range(1, rows + 1):
        owner[0], column = row, 0
        least, used = [float("inf")] * (columns + 1), [False] * (columns + 1)
        while owner[column]:
            used[column] = True
            current, step, following = owner[column], float("inf"), 0
            for other in range(1, columns + 1):
                if used[other]:
                    continue
                cost = -worth[current - 1][other - 1] - row_price[current] - column_price[other]
                if cost < least[other]:
                    least[other], way[other] = cost, column
                if least[other] < step:
                    step, following = least[other], other
            for other in range(columns + 1):
                if used[other]:
                    row_price[owner[other]] += step
                    column_price[other] -= step
                else:
                    least[other] -= step
            column = following
        while column:
            owner[column], column = owner[way[column]], way[column]
    places = [0] * rows
    for column in range(1, columns + 1):
        if owner[column]:
            places[owner[column] - 1] = column - 1
    return places
