"""Everything that is kept about a member, to take along: which file says what, as JSON and CSV that people can read.

Nothing is kept of a takeout: it is read out while it is sent.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from bot.core import drafts, frozen
from bot.core.calendar import iso_utc
from bot.core.model import Member, MemberId
from bot.ports import (
    Chance,
    Clock,
    Document,
    FrozenRecap,
    LinkStore,
    MemberStore,
    OfferStore,
    Packer,
    PlayRow,
    Record,
    TakeoutStore,
    TextFile,
)
from bot.services.pages import Pages
from bot.text import t

D = TypeVar("D", FrozenRecap, Document)

AT_ONCE = 1_000
DOCUMENTS_AT_ONCE = 20

# Which records are in which file, and what the README says of it.
FILES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "profile.json": (("member", "identity"), "who you are here, and on which platforms"),
    "links.json": (
        ("link", "poll", "tally", "lifetime", "pending_login", "spending", "blocked"),
        "your accounts at Spotify, Last.fm and ListenBrainz, your imports, when I look at them",
    ),
    "coverage.json": (("covered", "gap"), "of which time plays are known, and where some may be missing"),
    "groups.json": (
        (
            "chat_group",
            "room",
            "membership",
            "room_consent",
            "presence",
            "departure",
            "weekly_admin",
            "award",
        ),
        "your groups, what you let them see in which rooms, when I last saw you there, whose posts you set up",
    ),
    "choices.json": (
        ("aside", "unread", "song_alias", "award_declined"),
        "what you hid or set aside, the time that is not kept, which songs you said are the same, awards you declined",
    ),
    "stories.json": (
        ("story", "story_group", "asking", "preview"),
        "your own words, what I asked you about, and what you said to your part of your groups' posts",
    ),
    "playlists.json": (("playlist",), "playlists you asked for, and those made of your drafts"),
    "posts.json": (("post", "shown"), "messages in rooms that show numbers of yours"),
    "messages.json": (
        ("message", "whisper"),
        "what you wrote and were told in private in the lounge, and what still waits to be told you",
    ),
    "codes.json": (
        ("one_time_code", "page_offer", "wrong_code"),
        "codes and pages you asked for (without the codes themselves), and wrong codes you typed",
    ),
}
# What is in no file, and why.
NOT_IN_IT: Mapping[str, str] = {
    "sealed_grant": "the keys that Spotify gave me: whoever had one could act as you",
    "refresh_turn": "which of my processes renews such a key, for a few seconds",
}
PAGED: Mapping[str, str] = {
    "plays.csv": "every play, for a spreadsheet: source, time (UTC), title, artist, album, address, ms played",
    "plays.json": "the same, one JSON object on each line",
    "recaps.json": "numbers that were said of you: your own recaps, and your part of your groups'",
    "drafts.json": "drafts of playlists that you asked for, and your part of your groups'",
}
COLUMNS = ("link", "source", "played_at", "played_at_ms", "title", "artist", "album", "uri", "ms_played")


class Takeouts(Pages):
    """Offers of a page, and the packed file it gives. `page` is the address before the token."""

    def __init__(
        self,
        members: MemberStore,
        links: LinkStore,
        kept: TakeoutStore,
        offers: OfferStore,
        packer: Packer,
        clock: Clock,
        chance: Chance,
        page: str,
    ) -> None:
        gone = t(
            "This page was used already, or it is older than an hour. Use /privacy in chat to get a new one."
        )
        super().__init__("takeout", page, gone, members, offers, clock, chance)
        self._links = links
        self._kept = kept
        self._packer = packer

    def packed(self, member: Member) -> AsyncIterator[bytes]:
        """Everything kept about a member as one packed file, in pieces."""
        now_ms = self._clock.now_ms()
        return self._packer.pack(self._files(member, now_ms), now_ms)

    def name(self) -> str:
        """What the file is called today."""
        return f"earshot-{iso_utc(self._clock.now_ms())[:10]}.zip"

    async def _files(self, member: Member, now_ms: int) -> AsyncIterator[TextFile]:
        yield "README.txt", _whole(readme(member, now_ms))
        records = await self._kept.kept_about(member.id)
        for name, (tables, _) in FILES.items():
            yield (
                name,
                _whole(_json({table: list(map(readable, records.get(table, ()))) for table in tables})),
            )
        yield "recaps.json", _parts(self._kept.recaps_about, recap_part, member.id)
        yield "drafts.json", _parts(self._kept.drafts_about, draft_part, member.id)
        yield "plays.csv", self._plays_csv(member)
        yield "plays.json", self._plays_json(member)

    async def _plays(self, member: Member) -> AsyncIterator[tuple[int, str, Sequence[PlayRow]]]:
        """The plays of each link, in pages."""
        for link in await self._links.links(member.id):
            after: PlayRow | None = None
            while page := await self._kept.plays_of(link.id, after, AT_ONCE):
                yield link.id, link.source.value, page
                after = page[-1]

    async def _plays_csv(self, member: Member) -> AsyncIterator[str]:
        yield _lines([COLUMNS])
        async for link_id, source, page in self._plays(member):
            yield _lines([tuple(map(safe_cell, _play(link_id, source, play))) for play in page])

    async def _plays_json(self, member: Member) -> AsyncIterator[str]:
        async for link_id, source, page in self._plays(member):
            rows = (dict(zip(COLUMNS, _play(link_id, source, play), strict=True)) for play in page)
            yield "".join(map(_json_line, rows))


def readable(record: Record) -> dict[str, object]:
    """A record for people: times as ISO 8601 beside their milliseconds, sets as lists, JSON in JSON as what it says."""
    said: dict[str, object] = {}
    for name, value in record.items():
        if isinstance(value, frozenset):
            said[name] = sorted(value)
        elif name in {"body", "key"} and isinstance(value, str):
            said[name] = _said_in(value)
        else:
            said[name] = value
        if name.endswith("_ms") and isinstance(value, int) and 0 < value < _LAST_MS:
            said[name.removesuffix("_ms")] = _iso(value)
    return said


def recap_part(recap: FrozenRecap, member_id: MemberId) -> dict[str, object] | None:
    """What a frozen recap says of one member; None where it does not know them."""
    facts = frozen.thaw(recap.facts)
    own = recap.member_id == member_id
    if not own and member_id not in {it[0] for it in facts.members}:
        return None
    about = [
        it
        for it in facts.facts
        if own
        or it.about == (member_id,)
        or (member_id in it.whose if it.whose else dict(it.shares).get(member_id, 0) > 0)
    ]
    return {
        "recap": recap.id,
        "group": recap.group_id,
        "made": iso_utc(recap.made_ms),
        "from": iso_utc(facts.period.start_ms),
        "to": iso_utc(facts.period.end_ms),
        "sha256": recap.sha256,
        "facts": [
            {
                "id": it.id,
                "said": str(it.words),
                "counts": it.measure.value,
                "value": it.value,
                "your plays": dict(it.shares).get(member_id),
            }
            for it in about
        ],
    }


def draft_part(document: Document, member_id: MemberId) -> dict[str, object] | None:
    """What a draft holds of one member: all of it where it is theirs, else what they heard, vetoed and saved."""
    draft = drafts.loaded(document.body)
    own = document.member_id == member_id
    if not own and drafts.redacted(document.body, member_id) == document.body:
        return None
    songs = [
        {
            "title": it.title,
            "artist": it.artist,
            "why": str(it.why) if own else None,
            "plays": it.heard[member_id].plays if member_id in it.heard else 0,
            "worth": it.worth.get(member_id),
        }
        for it in (*draft.songs, *draft.reserve)
        if own or member_id in it.heard or member_id in it.worth
    ]
    saving = draft.saving
    return {
        "draft": document.id,
        "group": document.group_id,
        "yours": own,
        "words": draft.words if own else None,
        "title": str(draft.title),
        "songs": songs,
        "vetoes": [list(song) for who, song in draft.vetoes if who == member_id],
        "saved": saving.name if saving is not None and saving.member_id == member_id else None,
    }


def readme(member: Member, now_ms: int) -> str:
    """What each file is, when it was made, what is not in it."""
    described = {name: about for name, (_, about) in FILES.items()} | dict(PAGED)
    listed = "\n".join(f"  {name:<15} {about}" for name, about in sorted(described.items()))
    left_out = "\n".join(f"  {about}" for about in NOT_IN_IT.values())
    return f"""Everything that Earshot keeps about {member.name}, made {_iso(now_ms)} (UTC).

What is in it:
{listed}

recaps.json, drafts.json and plays.json hold one JSON object on each line. Times are UTC; a name that ends in _ms is
the same time in milliseconds since 1970. In plays.csv an apostrophe stands before words that a spreadsheet would take
for a formula.

What is not in it:
{left_out}
  what others listened to, wrote or said yes to

No copy of this file is kept. /privacy deletes everything that it tells of.
"""


_LAST_MS = 253_402_300_800_000  # the year 10000: a pause that goes on ends later
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _iso(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _play(link_id: int, source: str, play: PlayRow) -> tuple[object, ...]:
    uri = "" if play.key.startswith("name:") else play.key
    return (
        link_id,
        source,
        _iso(play.at_ms),
        play.at_ms,
        play.title,
        play.artist,
        play.album,
        uri,
        play.ms_played or None,
    )


def safe_cell(value: object) -> object:
    """A value that no spreadsheet runs as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _lines(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _said_in(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


async def _parts(
    about: Callable[[MemberId, int, int], Awaitable[Sequence[D]]],
    part_of: Callable[[D, MemberId], dict[str, object] | None],
    member_id: MemberId,
) -> AsyncIterator[str]:
    """What documents `about` a member say of them, one on each line."""
    after_id = 0
    while page := await about(member_id, after_id, DOCUMENTS_AT_ONCE):
        for document in page:
            if said := part_of(document, member_id):
                yield _json_line(said)
        after_id = page[-1].id


def _json_line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


async def _whole(text: str) -> AsyncIterator[str]:
    yield text
