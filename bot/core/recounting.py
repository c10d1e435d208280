"""Counting again what is more than plays: streaks, first times, silences, shares, matches, awards.

By the fact's own words and the plays of now, with the same arithmetic as when it was said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.core import taste
from bot.core.awards.catalogue import score_of
from bot.core.awards.model import Field
from bot.core.calendar import DAY_MS
from bot.core.facts import Fact, Facts, Measure, Tracks, meant
from bot.core.identity import Key, keys_of
from bot.core.model import Heard, Listening, MemberId, Period, Play, Span, TrackId
from bot.core.recap import firsts, streaks
from bot.core.recap.firsts import Past
from bot.core.recap.insights import History, by_local_day
from bot.core.recap.origins import NOTHING, Roots, listeners, recent
from bot.core.taste import Interval

Recount = tuple[int, tuple[int, int] | None]


@dataclass(frozen=True, slots=True)
class Background:
    """What a fact is counted again with, beside the plays.

    What the members had played before, as far as it counts for whoever looks, where each stands for awards, and what
    was looked up of the songs.
    """

    histories: Mapping[MemberId, History] = field(default_factory=dict)
    standings: Field = field(default_factory=lambda: Field((), {}))
    roots: Mapping[TrackId, Roots] = field(default_factory=dict)


NO_BACKGROUND = Background()


@dataclass(frozen=True, slots=True)
class _Looked:
    """A fact and all that it is counted again from. `ids` are the tracks that it names."""

    fact: Fact
    period: Period
    listenings: Sequence[Listening]
    tracks: Tracks
    background: Background
    ids: frozenset[int]

    def of(self, plays: Sequence[Play]) -> list[Play]:
        """The plays of what the fact names."""
        return [play for play in plays if play.track_id in self.ids]

    def history(self, who: MemberId) -> History:
        return self.background.histories[who]

    def heard(self, who: MemberId) -> list[Heard]:
        """What the member had heard before of what the fact names."""
        return [it for number, it in self.history(who).memory.heard.items() if number in self.ids]

    def artists(self) -> dict[MemberId, Counter[Key]]:
        """Each member's plays by artist, of those who played any with a name."""
        found: dict[MemberId, Counter[Key]] = {}
        for it in self.listenings:
            keys = (keys_of(self.tracks[play.track_id]).artist for play in it.plays)
            if counts := Counter(key for key in keys if key is not None):
                found[it.member.id] = counts
        return found

    def rooted(self) -> Counter[Roots]:
        """All plays by what was looked up of their songs."""
        roots = self.background.roots
        return Counter(roots.get(play.track_id, NOTHING) for one in self.listenings for play in one.plays)


def compared(facts: Facts) -> frozenset[MemberId]:
    """Who was compared with others when these facts were said."""
    return frozenset(who for fact in facts.facts if fact.measure in _AMONG for who, _ in fact.shares)


def recounted(
    fact: Fact, period: Period, listenings: Sequence[Listening], tracks: Tracks, background: Background
) -> Recount:
    """The number and its interval as they are now; 0 where there is nothing (any more) that it could be said of.

    `listenings` are those of the members whom it counts, `tracks` has also what they had played before.
    """
    ids = frozenset() if fact.kind is None else frozenset(meant(fact.kind, fact.key, tracks))
    return _COUNTING[fact.measure](_Looked(fact, period, listenings, tracks, background, ids))


def _before(it: _Looked) -> Recount:
    return sum(len(it.of(it.history(one.member.id).usual.plays)) for one in it.listenings), None


def _discovery(it: _Looked) -> Recount:
    known = any(it.heard(one.member.id) for one in it.listenings)
    return 0 if known else sum(len(it.of(one.plays)) for one in it.listenings), None


def _days(it: _Looked) -> Recount:
    [one] = it.listenings
    plays = it.of([*it.history(one.member.id).usual.plays, *one.plays])
    days = by_local_day(plays, one.member.zone)
    rows = streaks.days_in_a_row(
        lambda day: {("",)} if day in days else set(),
        it.period.first.toordinal(),
        it.period.last.toordinal(),
        1,
    )
    return (rows[0].days if rows else 0), None


def _silence(it: _Looked) -> Recount:
    for one in it.listenings:
        now, before = it.of(one.plays), it.heard(one.member.id)
        if now and before:
            return (now[0].at_ms - max(heard.last_ms for heard in before)) // DAY_MS, None
    return 0, None


def _followed(it: _Looked) -> Recount:
    plays = {one.member.id: [(play.at_ms, ("",)) for play in it.of(one.plays)] for one in it.listenings}
    pasts = {}
    for who in plays:
        heard = it.heard(who)
        known: dict[Key, Heard] = {}
        if heard:
            first_ms, last_ms = min(one.first_ms for one in heard), max(one.last_ms for one in heard)
            known["",] = Heard(first_ms, last_ms)
        pasts[who] = Past(it.history(who).memory.since_ms, known)
    chains = firsts.followed(plays, pasts, Span(it.period.start_ms, it.period.end_ms))
    return (len(chains[0].steps) if chains else 0), None


def _joined(it: _Looked) -> Recount:
    return sum(1 for one in it.listenings if it.of(one.plays)), None


def _effective(it: _Looked) -> Recount:
    return _whole(next((taste.effective(counts) for counts in it.artists().values()), None), 10)


def _repeated(it: _Looked) -> Recount:
    songs: Counter[Key] = Counter(
        (str(it.tracks[play.track_id].song),) for one in it.listenings for play in one.plays
    )
    return _whole(taste.repeated(songs))


def _explored(it: _Looked) -> Recount:
    [one] = it.listenings
    memory = it.history(one.member.id).memory
    known = {it.tracks[number].song for number in memory.heard}
    new = sum(1 for play in one.plays if it.tracks[play.track_id].song not in known)
    return _whole(taste.share(new, len(one.plays)) if one.plays else None)


def _alone(it: _Looked) -> Recount:
    artists = it.artists()
    [who] = it.fact.whose
    return _whole(taste.alone(who, artists) if who in artists else None)


def _alike(it: _Looked) -> Recount:
    artists = it.artists()
    one, other = it.fact.whose
    if not {one, other} <= artists.keys():
        return _whole(None)
    found = taste.match(one, artists[one], other, artists[other], taste.rarity(artists.values()))
    return _whole(None if found is None else found.alike)


def _recent(it: _Looked) -> Recount:
    return _whole(recent(it.rooted(), it.period))


def _listeners(it: _Looked) -> Recount:
    return _whole(listeners(it.rooted()), 1)


def _award(it: _Looked) -> Recount:
    [who] = it.fact.whose
    score = score_of(it.background.standings, it.fact.award, who)
    return (0 if score is None else score.n), None


def _whole(it: Interval | None, scale: int = 100) -> Recount:
    return (0, None) if it is None else it.whole(scale)


_COUNTING: Mapping[Measure, Callable[[_Looked], Recount]] = {
    Measure.BEFORE: _before,
    Measure.DISCOVERY: _discovery,
    Measure.DAYS: _days,
    Measure.SILENCE: _silence,
    Measure.FOLLOWED: _followed,
    Measure.JOINED: _joined,
    Measure.EFFECTIVE: _effective,
    Measure.REPEATED: _repeated,
    Measure.EXPLORED: _explored,
    Measure.ALONE: _alone,
    Measure.ALIKE: _alike,
    Measure.RECENT: _recent,
    Measure.FAME: _listeners,
    Measure.AWARD: _award,
}
# What weighs in the plays of exactly the members in the fact's `shares`.
COMPARING = frozenset({Measure.FOLLOWED, Measure.JOINED, Measure.ALONE, Measure.ALIKE, Measure.AWARD})
_AMONG = COMPARING - {Measure.AWARD}
_LOOKING_BACK = frozenset({
    Measure.BEFORE, Measure.DISCOVERY, Measure.DAYS, Measure.SILENCE, Measure.FOLLOWED, Measure.EXPLORED, Measure.AWARD,
    Measure.RECENT, Measure.FAME,
})  # fmt: skip


def needs_background(fact: Fact) -> bool:
    """Whether a fact cannot be counted again from the plays of its period alone."""
    return fact.measure in _LOOKING_BACK or bool(fact.decade or fact.area)
