"""What is stated beyond tops, clock and loops, one fact after the other: of streaks, of what was new or came back, of
how members compare, and of awards.

A number that compares members weighs in the plays of all who are in its `shares`, whoever it is about: it goes with
each of them (decision 0021).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from bot.core.awards.model import Candidate, Score
from bot.core.facts import Fact, Measure, Tracks, written
from bot.core.identity import Key
from bot.core.model import Member, MemberId, TrackId
from bot.core.recap.insight_words import number, percent
from bot.core.recap.insights import Insights, Taste, Thing
from bot.core.recap.model import Kind, Recap
from bot.core.taste import Interval
from bot.text import Text, t, tn

# Of each kind so many are stated, the most remarkable ones: more than any card shows.
MOST = 20
MOST_PAIRS = 66  # of twelve members

Shares = tuple[tuple[MemberId, int], ...]


def stated_more(
    recap: Recap,
    more: Insights,
    awards: Sequence[Candidate],
    comparing: Collection[MemberId],
    tracks: Tracks,
    played: Collection[TrackId],
) -> Iterator[Fact]:
    """The facts of the insights into a recap, and of its awards.

    `tracks` has every track that they name, `played` are those of them that were played in the period.
    """
    told = _Told(recap, comparing, tracks, played)
    yield from told.streaks(more)
    yield from told.news(more)
    yield from told.moments(more)
    for taste in more.tastes:
        yield from told.taste(taste)
    yield from told.compared(more)
    for award in awards:
        yield from told.award(award)


class _Told:
    def __init__(
        self, recap: Recap, comparing: Collection[MemberId], tracks: Tracks, played: Collection[TrackId]
    ) -> None:
        self._tracks = tracks
        self._played = played
        self._alone = len(recap.members) == 1
        self._plays = {it.member.id: it.plays for it in recap.members}
        self._names = {it.member.id: it.member.name for it in recap.members}
        self._comparing: Shares = tuple((who, n) for who, n in self._plays.items() if n and who in comparing)

    def streaks(self, more: Insights) -> Iterator[Fact]:
        for at, run in enumerate(more.runs[:MOST], 1):
            words = t("{who}: {n} plays of {artist} with nobody else in between", who=run.member.name, n=run.times,
                      artist=run.thing.artist)  # fmt: skip
            yield self._own(f"run:{at}", words, Measure.PLAYS, run.times, "run", run.member, run.thing,
                            start_ms=run.first_ms, end_ms=run.last_ms + 1)  # fmt: skip
        for at, row in enumerate(more.days[:MOST], 1):
            words = _of(row.thing, "{who}: {artist} on {n} days in a row",
                        "{who}: {title} — {artist} on {n} days in a row", who=row.member.name, n=row.days)  # fmt: skip
            yield self._own(f"days:{at}", words, Measure.DAYS, row.days, "days", row.member, row.thing)

    def news(self, more: Insights) -> Iterator[Fact]:
        for at, new in enumerate(more.discoveries[:MOST], 1):
            words = tn("{who}: {artist} for the first time, {n} play", "{who}: {artist} for the first time, {n} plays",
                       new.plays, who=new.member.name, artist=new.thing.artist)  # fmt: skip
            yield self._own(
                f"first:{at}", words, Measure.DISCOVERY, new.plays, "first", new.member, new.thing
            )
        for at, back in enumerate(more.comebacks[:MOST], 1):
            words = _of(back.thing, "{who}: {artist} again after {n} days",
                        "{who}: {title} — {artist} again after {n} days", who=back.member.name,
                        n=back.days)  # fmt: skip
            yield self._own(
                f"back:{at}", words, Measure.SILENCE, back.days, "comeback", back.member, back.thing
            )
        for at, chain in enumerate(more.chains[:MOST], 1):
            words = t("{artist}: {n} members began with it, one after another", artist=chain.thing.artist,
                      n=len(chain.steps))  # fmt: skip
            shares = tuple((member.id, 1) for member, _ in chain.steps)
            yield self._together(
                f"chain:{at}", words, Measure.FOLLOWED, len(shares), "chain", shares, chain.thing
            )

    def moments(self, more: Insights) -> Iterator[Fact]:
        for at, it in enumerate(more.moments[:MOST], 1):
            names = {"who": it.member.name, "title": it.thing.title, "artist": it.thing.artist}
            words = tn("{who} played {title} — {artist} once", "{who} played {title} — {artist} {n} times", it.times,
                       **names)  # fmt: skip
            yield self._own(f"moment:{at}", words, Measure.PLAYS, it.times, "moment", it.member, it.thing)
            words = tn("{who}: {n} play of {title} — {artist} in the time before",
                       "{who}: {n} plays of {title} — {artist} in the time before", it.before, **names)  # fmt: skip
            yield self._own(f"usual:{at}", words, Measure.BEFORE, it.before, "usual", it.member, it.thing)

    def taste(self, it: Taste) -> Iterator[Fact]:
        who = it.member
        if it.effective is not None:
            words = t(
                "{who}: as if {n} artists had been played equally", who=who.name, n=number(it.effective)
            )
            yield self._measured("effective", words, Measure.EFFECTIVE, it.effective, who, scale=10)
        if it.repeated is not None:
            words = t(
                "{who}: {n} of the plays were not the first of their song",
                who=who.name,
                n=percent(it.repeated),
            )
            yield self._measured("repeated", words, Measure.REPEATED, it.repeated, who)
        if it.explored is not None:
            words = t("{who}: {n} of the plays were of new songs", who=who.name, n=percent(it.explored))
            yield self._measured("explored", words, Measure.EXPLORED, it.explored, who)
        if it.alone is not None:
            words = t("{who}: {n} of the plays were of artists that nobody else here played", who=who.name,
                      n=percent(it.alone))  # fmt: skip
            yield self._measured("alone", words, Measure.ALONE, it.alone, who, shares=self._comparing)

    def compared(self, more: Insights) -> Iterator[Fact]:
        for at, pair in enumerate(more.pairs[:MOST_PAIRS], 1):
            one, other = pair.members
            words = t("{one} and {other}: {n} alike", one=one.name, other=other.name, n=percent(pair.alike))
            value, interval = pair.alike.whole()
            yield Fact(f"alike:{at}", words, Measure.ALIKE, value, "alike", self._everybody(), self._comparing,
                       whose=(one.id, other.id), interval=interval)  # fmt: skip
        for at, thing in enumerate(more.common[:MOST], 1):
            yield self._joined(f"common:{at}", "common", thing, len(self._comparing))
        if more.bridge is not None:
            yield self._joined("bridge", "bridge", more.bridge.thing, len(more.bridge.shares))

    def award(self, it: Candidate) -> Iterator[Fact]:
        yield self._score("award", it, it.member, it.score)
        if it.next_best is not None:
            yield self._score("next", it, *it.next_best)

    def _score(self, fact: str, it: Candidate, member: MemberId, score: Score) -> Fact:
        words = t("{award}: {who}, {says}", award=it.title, who=self._names[member], says=score.says)
        kind, key = _narrowed(score.of)
        return Fact(f"{fact}:{it.member}", words, Measure.AWARD, score.n, "award", tuple(who for who, _ in it.among),
                    it.among, kind, key, hours=score.hours, whose=(member,), award=it.id,
                    decade=score.decade)  # fmt: skip

    def _own(
        self,
        fact_id: str,
        words: Text,
        measure: Measure,
        value: int,
        rule: str,
        member: Member,
        thing: Thing,
        start_ms: int | None = None,
        end_ms: int | None = None,
    ) -> Fact:
        shares = ((member.id, value),) if measure is Measure.PLAYS else ()
        return Fact(fact_id, words, measure, value, rule, (member.id,), shares, thing.kind, self._key(thing), start_ms,
                    end_ms)  # fmt: skip

    def _together(
        self, fact_id: str, words: Text, measure: Measure, value: int, rule: str, shares: Shares, thing: Thing
    ) -> Fact:
        about = tuple(who for who, _ in shares)
        return Fact(fact_id, words, measure, value, rule, about, shares, thing.kind, self._key(thing))

    def _joined(self, fact_id: str, rule: str, thing: Thing, value: int) -> Fact:
        words = tn(
            "{artist}: played by {n} member", "{artist}: played by {n} members", value, artist=thing.artist
        )
        return self._together(fact_id, words, Measure.JOINED, value, rule, self._comparing, thing)

    def _measured(
        self, name: str, words: Text, measure: Measure, it: Interval, member: Member, *, shares: Shares = (),
        scale: int = 100,
    ) -> Fact:  # fmt: skip
        value, interval = it.whole(scale)
        about = tuple(who for who, _ in shares) or (member.id,)
        prefix = "" if self._alone else f"member:{member.id}:"
        return Fact(f"{prefix}{name}", words, measure, value, name, about, shares, whose=(member.id,),
                    interval=interval)  # fmt: skip

    def _everybody(self) -> tuple[MemberId, ...]:
        return tuple(who for who, _ in self._comparing)

    def _key(self, thing: Thing) -> Key:
        """By a track that was played in the period, where there is one: what is counted again knows that."""
        track_id = next((it for it in thing.track_ids if it in self._played), thing.track_ids[0])
        return written(thing.kind, self._tracks[track_id])


def _of(thing: Thing, artist: str, song: str, **values: str | int) -> Text:
    """The sentence for an artist or the one for a song."""
    if thing.kind is Kind.ARTIST:
        return Text(artist, {**values, "artist": thing.artist})
    return Text(song, {**values, "title": thing.title, "artist": thing.artist})


def _narrowed(of: Key) -> tuple[Kind | None, Key]:
    """A key of the awards (`standings`) as facts write it down."""
    return (Kind(of[0]), of[:0:-1]) if of else (None, ())
