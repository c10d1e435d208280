"""Facts as they were said, written down so that each member can take their part back and the rest stays verifiable.

A document names its group and its time, and commits to each of its parts by a sha256: one part for each member (name,
coverage, their own facts), one for each of the group's facts. What is hashed is the part with the salt of every member
whom it counts. The document's own sha256 is over these commitments alone, so it stays the same when a member is taken
out: their salt, their part and the group's facts that count them are struck out, the commitments remain, and without
the salt (`Chance.token`) nothing can be guessed back from them.

The group's facts go with whoever they count because the others' numbers stand beside them: a sum less the other parts
would give the missing one away. One member's salt is the same in all documents of a group, so that equal facts are an
equal document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from bot.core.facts import Fact, Facts, Measure, Tracks, stated
from bot.core.model import MemberId, Period, PeriodKind
from bot.core.recap.model import Coverage, Kind, Recap
from bot.text import from_json, to_json

# Documents of version 1 hold everything in the open and were hashed as a whole.
VERSION = 2
JSON = dict[str, Any]


def freeze(
    recap: Recap, tracks: Tracks, salts: Mapping[MemberId, str], more: Iterable[Fact] = ()
) -> tuple[str, str]:
    """The facts of a recap (each member on their own clock), and `more` of it, as canonical JSON, and its sha256.

    `salts` has one of at least 128 bits for each member.
    """
    coverage = {it.member.id: it for it in recap.coverage}
    own: dict[MemberId, list[JSON]] = {it.member.id: [] for it in recap.members}
    facts: list[JSON] = []
    for fact in (*stated(recap, tracks), *more):
        (own[fact.about[0]] if len(fact.about) == 1 else facts).append(_fact_json(fact))
    members = [
        {
            "id": it.member.id,
            "name": it.member.name,
            "zone": it.member.zone,
            **_coverage_json(coverage[it.member.id]),
            "facts": own[it.member.id],
        }
        for it in recap.members
    ]
    document: JSON = {
        "members": members,
        "salts": [salts[it.member.id] for it in recap.members],
        "facts": facts,
    }
    written = _parts(document)
    alone = len(recap.members) == 1
    said = {
        "version": VERSION,
        # A member's own recap is named after them: the name is in their part.
        "name": "" if alone and recap.name == recap.members[0].member.name else recap.name,
        "period": _period_json(recap.period),
        "parts": _commitments(document, written),
    }
    # The canonical form of all of it, put together from the parts that are written already.
    whole = (
        f'{{"facts":[{",".join(written[len(members) :])}],"members":[{",".join(written[: len(members)])}],'
        f'"said":{_canonical(said)},"salts":{_canonical(document["salts"])},"version":{VERSION}}}'
    )
    return whole, _sha256(_canonical(said))


def thaw(frozen: str) -> Facts:
    """The facts of a document, as far as they were not taken back: the group's, its longest loops, each member's."""
    document: JSON = json.loads(frozen)
    said = document if document["version"] == 1 else document["said"]
    members = [it for it in document["members"] if it is not None]
    if document["version"] == 1:
        facts = [_fact(it, it["about"]) for it in document["facts"]]
    else:
        everybody = [it["id"] for it in members]
        facts = [_fact(it, everybody) for it in document["facts"] if it is not None]
        facts += sorted(
            (_fact(it, [part["id"]]) for part in members for it in part["facts"]), key=_told_first
        )
    return Facts(
        said["name"] or "".join(it["name"] for it in members),
        _period(said["period"]),
        tuple((MemberId(it["id"]), it["name"], it["zone"]) for it in members),
        tuple(facts),
        len(document["members"]) - len(members),
    )


def verify(frozen: str, sha256_then: str) -> bool:
    """Whether what is left of a document is what was said when its sha256 was made.

    A document of version 1 cannot be verified any more once a member was taken out.
    """
    try:
        document: JSON = json.loads(frozen)
        if document["version"] == 1:
            return _sha256(_canonical(document)) == sha256_then
        said = document["said"]
        if document["version"] != said["version"]:
            return False
        made = _commitments(document, _parts(document))
        return _sha256(_canonical(said)) == sha256_then and all(
            now in (None, then) for now, then in zip(made, said["parts"], strict=True)
        )
    except (KeyError, TypeError, ValueError):
        return False  # not even a document any more


def redacted(frozen: str, member_id: MemberId) -> str:
    """The document without a member: nothing in it names or counts them, and what is left can be verified.

    The same text where the member is not in it. In a document of version 1 there are no commitments; the member is
    taken out all the same.
    """
    document: JSON = json.loads(frozen)
    formerly: JSON = document.pop("formerly", {})
    theirs = {member_id, *(int(former) for former, now in formerly.items() if now == member_id)}
    for number in theirs:
        _strike_out(document, number)
    left = {former: now for former, now in formerly.items() if now != member_id}
    if left:
        document["formerly"] = left
    return _canonical(document)


def _strike_out(document: JSON, member_id: int) -> None:
    at = {it["id"]: n for n, it in enumerate(document["members"]) if it is not None}
    if member_id not in at:
        return
    kept = [
        None if it is None or member_id in _counted(it, it.get("about", at)) else it
        for it in document["facts"]
    ]
    document["members"][at[member_id]] = None
    if document["version"] == 1:
        document["facts"] = [_without(it, member_id) for it in kept if it is not None]
        document["coverage"] = [it for it in document["coverage"] if it["member"] != member_id]
        if not any(document["members"]):
            document["name"] = ""
    else:
        document["facts"] = kept
        document["salts"][at[member_id]] = None


def handed_over(frozen: str, gone: MemberId, keep: MemberId) -> str:
    """The document after `gone` turned out to be `keep`: what it says stays, and `redacted` takes out both as one."""
    document: JSON = json.loads(frozen)
    formerly: JSON = document.get("formerly", {})
    known = {it["id"] for it in document["members"] if it is not None}
    moved = {former: keep if now == gone else now for former, now in formerly.items()}
    if gone in known:
        moved[str(gone)] = keep
    if moved == formerly:
        return frozen
    return _canonical({**document, "formerly": moved})


def salts_of(frozen: str) -> dict[MemberId, str]:
    """The salts of the members who are still in a document."""
    document: JSON = json.loads(frozen)
    salts = document.get("salts", [None] * len(document["members"]))
    return {
        MemberId(it["id"]): salt
        for it, salt in zip(document["members"], salts, strict=True)
        if it is not None and salt is not None
    }


def _parts(document: JSON) -> list[str]:
    """Each member's part, then each of the group's facts, as canonical JSON."""
    return [_canonical(it) for it in (*document["members"], *document["facts"])]


def _commitments(document: JSON, written: Sequence[str]) -> list[str | None]:
    """Of each part of a document, as it is written; None for those that were taken out."""
    salts = {
        it["id"]: salt
        for it, salt in zip(document["members"], document["salts"], strict=True)
        if it is not None
    }
    members = [(it, [] if it is None else [it["id"]]) for it in document["members"]]
    facts = [(it, [] if it is None else _counted(it, salts)) for it in document["facts"]]
    return [
        None
        if part is None
        else _sha256(f"[{number},{_canonical([salts[member_id] for member_id in who])},{text}]")
        for number, ((part, who), text) in enumerate(zip([*members, *facts], written, strict=True))
    ]


def _counted(fact: JSON, everybody: Iterable[int]) -> list[int]:
    """Whom a fact counts: those with a share in it, everybody where no shares are told."""
    return [member_id for member_id, n in fact.get("shares", ()) if n] or list(everybody)


def _without(fact: JSON, member_id: int) -> JSON:
    """A fact of version 1 that counts nothing of this member, without their number."""
    shares = [share for share in fact.get("shares", ()) if share[0] != member_id]
    return {**fact, "about": [it for it in fact["about"] if it != member_id], "shares": shares}


def _told_first(fact: Fact) -> tuple[bool, int]:
    """Loops of the group before what is told of each member; those have numbers over all members."""
    kind, _, number = fact.id.partition(":")
    return kind == "member", int(number) if kind == "loop" else 0


# --- as JSON ----------------------------------------------------------------------------------------------


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _sha256(written: str) -> str:
    return sha256(written.encode()).hexdigest()


def _period_json(period: Period) -> JSON:
    return {
        "kind": period.kind.value,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "zone": period.zone,
        "start_ms": period.start_ms,
        "end_ms": period.end_ms,
    }


def _period(said: JSON) -> Period:
    return Period(
        PeriodKind(said["kind"]),
        date.fromisoformat(said["first"]),
        date.fromisoformat(said["last"]),
        said["zone"],
        said["start_ms"],
        said["end_ms"],
    )


def _coverage_json(it: Coverage) -> JSON:
    return {
        "covered": [list(span) for span in it.covered],
        "gaps": [list(gap) for gap in it.gaps],
        "sources": {source.value: count for source, count in it.sources},
    }


def _fact_json(fact: Fact) -> JSON:
    """Without whom it is about, and without the fields that narrow nothing."""
    said: JSON = {
        "id": fact.id,
        "words": to_json(fact.words),
        "measure": fact.measure.value,
        "value": fact.value,
        "rule": fact.rule,
    }
    if fact.shares:
        said["shares"] = [list(share) for share in fact.shares]
    if fact.kind is not None:
        said |= {"kind": fact.kind.value, "key": list(fact.key)}
    if fact.start_ms is not None:
        said |= {"start_ms": fact.start_ms, "end_ms": fact.end_ms}
    if fact.hour is not None:
        said["hour"] = fact.hour
    for name in ("hours", "whose", "interval", "days"):
        if value := getattr(fact, name):
            said[name] = list(value)
    for name in ("award", "decade", "area"):
        if value := getattr(fact, name):
            said[name] = value
    return said


def _fact(said: JSON, about: Iterable[int]) -> Fact:
    return Fact(
        id=said["id"],
        words=from_json(said["words"]),
        measure=Measure(said["measure"]),
        value=said["value"],
        rule=said["rule"],
        about=tuple(map(MemberId, about)),
        shares=tuple((MemberId(member_id), n) for member_id, n in said.get("shares", ())),
        kind=Kind(said["kind"]) if "kind" in said else None,
        key=tuple(said.get("key", ())),
        start_ms=said.get("start_ms"),
        end_ms=said.get("end_ms"),
        hour=said.get("hour"),
        hours=tuple(said.get("hours", ())),
        whose=tuple(map(MemberId, said.get("whose", ()))),
        interval=None if "interval" not in said else (said["interval"][0], said["interval"][1]),
        award=said.get("award", ""),
        days=tuple(said.get("days", ())),
        decade=said.get("decade", 0),
        area=said.get("area", ""),
    )
