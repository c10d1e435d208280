"""Which source counts where: at every instant of a member's time exactly one kind of source.

Extended history counts inside the time it covers, else account data, the Spotify API (but for its gaps), Last.fm and
ListenBrainz, each inside the time it covers. Plays of a weaker source inside a stronger one's time are not counted,
so no play is counted twice, without guessing by time windows which rows of two sources might be the same play. Where
nobody vouches for the time, what the Spotify API happened to show counts.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from operator import attrgetter, itemgetter

from bot.core.model import Counted, Gap, LinkPlays, Member, Origin, Period, Play, Source, Span

STRENGTH = (Source.EXTENDED, Source.ACCOUNT, Source.SPOTIFY, Source.LASTFM, Source.LISTENBRAINZ)

_at_ms = itemgetter(0)


def counted(member: Member, links: Sequence[LinkPlays], period: Period) -> Counted:
    """The member's plays that count in [start, end) of the period, and where they are from.

    `links` are all links of the member with their plays and their whole coverage. A play at an instant that two
    links of the same kind cover counts in both: they are two accounts.
    """
    whole = [Span(period.start_ms, period.end_ms)] if period.start_ms < period.end_ms else []
    vouched = {
        source: intersect(
            union(span for it in links if it.link.source is source for span in _sound(it)), whole
        )
        for source in STRENGTH
    }
    counting: dict[Source, list[Span]] = {}
    free = whole
    for source in STRENGTH:
        counting[source] = intersect(vouched[source], free)
        free = subtract(free, vouched[source])
    counting[Source.SPOTIFY] = union([*counting[Source.SPOTIFY], *free])
    parts = [
        plays
        for source in STRENGTH
        for link in links
        if link.link.source is source and (plays := inside(link.plays, counting[source]))
    ]
    # A gap is the Spotify API's; whoever else vouches for its time repairs it.
    repaired = union(span for source in STRENGTH if source is not Source.SPOTIFY for span in vouched[source])
    gaps = sorted({gap for link in links for gap in link.gaps if gap.start_ms < gap.end_ms})
    return Counted(
        member=member,
        plays=parts[0] if len(parts) == 1 else sorted((play for part in parts for play in part), key=_at_ms),
        covered=intersect(union(span for link in links for span in link.covered), whole),
        gaps=[
            Gap(left.start_ms, left.end_ms, gap.cause)
            for gap in gaps
            for left in subtract(intersect([Span(gap.start_ms, gap.end_ms)], whole), repaired)
        ],
        origins=sorted(
            Origin(span.start_ms, span.end_ms, source) for source in STRENGTH for span in counting[source]
        ),
    )


def _sound(link: LinkPlays) -> list[Span]:
    """What a link vouches for, without its gaps."""
    return subtract(union(link.covered), union(Span(gap.start_ms, gap.end_ms) for gap in link.gaps))


def by_source(plays: Sequence[Play], origins: Sequence[Origin]) -> dict[Source, int]:
    """How many of the plays (in order of time) are of each source; the API's where nothing is said."""
    found: dict[Source, int] = {}
    told = 0
    for start_ms, end_ms, source in origins:
        count = bisect_left(plays, end_ms, key=_at_ms) - bisect_left(plays, start_ms, key=_at_ms)
        if count:
            found[source] = found.get(source, 0) + count
            told += count
    if told < len(plays):
        found[Source.SPOTIFY] = found.get(Source.SPOTIFY, 0) + len(plays) - told
    return found


def source_at(origins: Sequence[Origin], at_ms: int) -> Source:
    """The source that counts at an instant; the API where nothing is said."""
    index = bisect_left(origins, at_ms + 1, key=attrgetter("start_ms")) - 1
    if index >= 0 and at_ms < origins[index].end_ms:
        return origins[index].source
    return Source.SPOTIFY


def inside(plays: Sequence[Play], spans: Sequence[Span]) -> Sequence[Play]:
    """The plays (in order of time) whose instants lie in these disjoint, sorted spans."""
    found: list[Play] = []
    for start_ms, end_ms in spans:
        low = bisect_left(plays, start_ms, key=_at_ms)
        high = bisect_left(plays, end_ms, lo=low, key=_at_ms)
        found.extend(plays[low:high])
    return found


def union(spans: Iterable[Span]) -> list[Span]:
    """Sorted, disjoint, not touching; the same instants."""
    merged: list[Span] = []
    for span in sorted(span for span in spans if span.start_ms < span.end_ms):
        if merged and span.start_ms <= merged[-1].end_ms:
            if span.end_ms > merged[-1].end_ms:
                merged[-1] = Span(merged[-1].start_ms, span.end_ms)
        else:
            merged.append(Span(*span))
    return merged


def intersect(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The instants in both; both sorted and disjoint."""
    found: list[Span] = []
    i = j = 0
    while i < len(spans) and j < len(others):
        start_ms = max(spans[i].start_ms, others[j].start_ms)
        end_ms = min(spans[i].end_ms, others[j].end_ms)
        if start_ms < end_ms:
            found.append(Span(start_ms, end_ms))
        if spans[i].end_ms <= others[j].end_ms:
            i += 1
        else:
            j += 1
    return found


def subtract(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The instants of `spans` that are not in `others`; both sorted and disjoint."""
    left: list[Span] = []
    j = 0
    for span in spans:
        start_ms = span.start_ms
        while j < len(others) and others[j].end_ms <= start_ms:
            j += 1
        k = j
        while k < len(others) and others[k].start_ms < span.end_ms:
            if start_ms < others[k].start_ms:
                left.append(Span(start_ms, others[k].start_ms))
            start_ms = others[k].end_ms
            k += 1
        if start_ms < span.end_ms:
            left.append(Span(start_ms, span.end_ms))
    return left
