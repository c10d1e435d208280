"""Where each member stands, for the awards: counted from the same plays as the recap, and from its insights."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

from bot.core.awards.model import Field, Standing
from bot.core.identity import Key
from bot.core.model import Listening, MemberId, TrackId
from bot.core.recap.insights import Insights, Thing, by_local_day
from bot.core.recap.model import Kind, MemberRecap, Recap
from bot.core.recap.origins import NOTHING, Roots
from bot.core.recap.tops import Names


def standings(
    recap: Recap,
    more: Insights,
    listenings: Sequence[Listening],
    names: Names,
    known: Mapping[TrackId, Roots],
) -> Field:
    """Everybody's standing in a recap, members in its order.

    `names` has every track of the listenings, `known` is what was looked up of them.
    """
    played = {play.track_id for it in listenings for play in it.plays}
    keys = {kind: _keys(kind, names, played) for kind in Kind}
    shown: dict[Key, str] = {}
    for kind in Kind:
        for track_id, key in keys[kind].items():
            track = names.tracks[track_id]
            title = {Kind.TRACK: track.title, Kind.ALBUM: track.album, Kind.ARTIST: ""}[kind]
            shown.setdefault(key, f"{title} — {track.artist}" if title else track.artist)
    by_id = {it.member.id: it for it in listenings}
    followed = Counter(chain.steps[0][0].id for chain in more.chains)
    return Field(
        tuple(
            _standing(part, by_id[part.member.id], more, keys, followed, known, recap)
            for part in recap.members
        ),
        shown,
    )


def _standing(
    part: MemberRecap,
    it: Listening,
    more: Insights,
    keys: Mapping[Kind, Mapping[TrackId, Key]],
    followed: Mapping[MemberId, int],
    known: Mapping[TrackId, Roots],
    recap: Recap,
) -> Standing:
    member = part.member.id
    songs = _counted(it, keys[Kind.TRACK])
    songs_of: dict[Key, set[Key]] = defaultdict(set)
    for track_id in {play.track_id for play in it.plays}:
        if (artist := keys[Kind.ARTIST].get(track_id)) is not None:
            songs_of[artist].add(keys[Kind.TRACK][track_id])
    taste = next((found for found in more.tastes if found.member.id == member), None)
    alike = [pair.alike.value for pair in more.pairs if member in (who.id for who in pair.members)]

    def key_of(kind: Kind, track_ids: Iterable[TrackId]) -> Key:
        """Whatever an award is for was played in the period."""
        return next(key for it in track_ids if (key := keys[kind].get(it)) is not None)

    def best(found: Sequence[tuple[Thing, int]]) -> tuple[Key, int] | None:
        if not found:
            return None
        thing, n = max(found, key=lambda pair: pair[1])
        return key_of(thing.kind, thing.track_ids), n

    return Standing(
        member=member,
        plays=part.plays,
        plays_before=part.plays_before or 0,
        hours=part.week,
        days=_days(it, recap),
        artists=_counted(it, keys[Kind.ARTIST]),
        songs=songs,
        albums=_counted(it, keys[Kind.ALBUM]),
        songs_of={artist: len(found) for artist, found in songs_of.items()},
        decades=Counter(decade for play in it.plays if (decade := known.get(play.track_id, NOTHING).decade)),
        busiest_hour=part.busiest.plays if part.busiest is not None else 0,
        loop=(key_of(Kind.TRACK, part.loops[0].track_ids), part.loops[0].times) if part.loops else None,
        run=best([(run.thing, run.times) for run in more.runs if run.member.id == member]),
        days_in_a_row=best([(row.thing, row.days) for row in more.days if row.member.id == member]),
        comeback=best([(back.thing, back.days) for back in more.comebacks if back.member.id == member]),
        kept=_kept(part, keys[Kind.TRACK]),
        new=sum(1 for found in more.discoveries if found.member.id == member),
        followed=followed.get(member, 0),
        effective=taste.effective.value if taste and taste.effective else None,
        alone=taste.alone.value if taste and taste.alone else None,
        alike=fmean(alike) if alike else None,
    )


def _keys(kind: Kind, names: Names, played: Iterable[TrackId]) -> dict[TrackId, Key]:
    """What each of these tracks counts as, under a key of this kind alone."""
    by_number: dict[int, Key] = {}
    found: dict[TrackId, Key] = {}
    for track_id in sorted(played):
        if (number := names.numbers[kind][track_id]) is not None:
            if number not in by_number:
                by_number[number] = (kind.value, *names.name(kind, number))
            found[track_id] = by_number[number]
    return found


def _counted(it: Listening, keys: Mapping[TrackId, Key]) -> dict[Key, int]:
    return dict(Counter(key for play in it.plays if (key := keys.get(play.track_id)) is not None))


def _days(it: Listening, recap: Recap) -> tuple[int, ...]:
    """How many plays on each local day of the period, by the member's own clock."""
    first = recap.period.first.toordinal()
    counts = [0] * (recap.period.last.toordinal() - first + 1)
    for day, plays in by_local_day(it.plays, it.member.zone).items():
        # The group's period may begin or end inside a day of the member's.
        counts[min(max(day - first, 0), len(counts) - 1)] += len(plays)
    return tuple(counts)


def _kept(part: MemberRecap, keys: Mapping[TrackId, Key]) -> Key | None:
    """The member's top song, where it was that before as well."""
    if not part.top_tracks or part.top_tracks[0].was != 1:
        return None
    return keys[part.top_tracks[0].track_ids[0]]
