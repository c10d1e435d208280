"""A playlist before it is saved: a document that members change step by step, and that survives as JSON.

Songs have a number of their own that stays with them, so that two members who press at once mean what they saw.
What may take a song's place was gated like the songs themselves; who vetoed what is kept with the draft.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, TypeVar

from bot.core.choosing import Option, Share, choose, shares
from bot.core.gates import Gates
from bot.core.model import MemberId
from bot.core.reasons import PLAYED_HERE
from bot.core.songbook import Song, SongKey
from bot.core.spending import Bill
from bot.core.words.eras import Years
from bot.text import Text, from_json, to_json

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Listens:
    """How often a member played a song, and how often in the week of the draft."""

    plays: int
    recent: int


@dataclass(frozen=True, slots=True)
class DraftSong:
    """A song of a draft. `uri` is "" until it is found at Spotify. `worth` and `heard` by member id."""

    n: int
    title: str
    artist: str
    why: Text
    key: SongKey
    fit: float
    worth: Mapping[MemberId, float]
    year: int = 0
    uri: str = ""
    duration_ms: int = 0
    familiar: bool = False
    tier: int = 0
    heard: Mapping[MemberId, Listens] = field(default_factory=dict)
    native_title: str = ""


class Step(StrEnum):
    """How far saving has come, written down before each step is taken."""

    MAKING = "making"
    MADE = "made"  # it exists, and surely nothing is in it yet
    ADDING = "adding"
    SAVED = "saved"


@dataclass(frozen=True, slots=True)
class Saving:
    """A save under way or done: who began it and when (ms UTC), the playlist as far as it exists."""

    step: Step
    member_id: MemberId
    at_ms: int
    name: str
    playlist_id: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft. `reserve` is what may come in, best first; `gone` are songs that may not come back.

    `years` and `clean` are the gates that a search's result has to pass as well. `searches` were spent, `avoided`
    were not needed, `unheard` are members without plays, `dropped` songs were not found or not fit when found.
    `recap` is the number of the recap whose songs the list is of, 0 where it is of words.
    """

    words: str
    title: Text
    understood: tuple[Text, ...]
    notes: tuple[Text, ...]
    songs: tuple[DraftSong, ...]
    reserve: tuple[DraftSong, ...]
    cap: int
    seed: int
    clean: bool = False
    years: tuple[Years, ...] = ()
    exclude_years: tuple[Years, ...] = ()
    gone: tuple[SongKey, ...] = ()
    vetoes: tuple[tuple[MemberId, SongKey], ...] = ()
    searches: int = 0
    avoided: int = 0
    dropped: int = 0
    bill: Bill | None = None  # what a model took, where one was asked
    unheard: tuple[MemberId, ...] = ()
    searched_with: str = ""  # "spotify", or "" where nobody's account could be used
    saving: Saving | None = None
    recap: int = 0

    def song(self, n: int) -> DraftSong | None:
        """The song with this number, None if it is not there (any more)."""
        return next((song for song in self.songs if song.n == n), None)

    def found_passes(self, song: DraftSong, *, year: int, explicit: bool) -> bool:
        """Whether the track found for a song passes the gates that its own facts are needed for."""
        gates = Gates(years=self.years, exclude_years=self.exclude_years, clean=self.clean)
        return gates.found_passes(Song(song.title, song.artist, song.year), year=year, explicit=explicit)


def replacement(draft: Draft, n: int) -> DraftSong | None:
    """Which song of the reserve would take the place of song `n`: the fairest for the group; None if none is left."""
    others = [_option(song) for song in draft.songs if song.n != n]
    for tier in sorted({song.tier for song in draft.reserve}):
        options = [_option(song) for song in draft.reserve if song.tier == tier]
        picked = choose(options, 1, cap=draft.cap, seed=draft.seed, taken=others)
        if picked:
            return next(song for song in draft.reserve if song.key == picked[0].key)
    return None


def swapped(draft: Draft, n: int, new: DraftSong | None) -> Draft:
    """Song `n` gone for good, and `new` (from the reserve) in its place; without `new` the list is one shorter."""
    old = draft.song(n)
    if old is None:
        return draft
    songs = [new if song.n == n else song for song in draft.songs]
    return replace(
        draft,
        songs=tuple(song for song in songs if song is not None),
        reserve=tuple(song for song in draft.reserve if new is None or song.key != new.key),
        gone=(*draft.gone, old.key),
    )


def vetoed(draft: Draft, n: int, who: MemberId, new: DraftSong | None) -> Draft:
    """As `swapped`, and written down as this member's veto."""
    old = draft.song(n)
    return draft if old is None else replace(swapped(draft, n, new), vetoes=(*draft.vetoes, (who, old.key)))


def without(draft: Draft, key: SongKey) -> Draft:
    """The draft without a song of the reserve that could not be found."""
    return replace(
        draft,
        reserve=tuple(song for song in draft.reserve if song.key != key),
        gone=(*draft.gone, key),
        dropped=draft.dropped + 1,
    )


def filled(draft: Draft, song: DraftSong, uri: str, duration_ms: int) -> Draft:
    """The draft with the track that was found for a song, wherever the song is."""
    done = replace(song, uri=uri, duration_ms=duration_ms)
    return replace(
        draft,
        songs=tuple(done if one.key == song.key else one for one in draft.songs),
        reserve=tuple(done if one.key == song.key else one for one in draft.reserve),
    )


def recounted(
    draft: Draft, heard: Mapping[MemberId, Mapping[SongKey, Listens]], elsewhere: Container[SongKey]
) -> Draft:
    """The draft as these members let it be told now, who may have taken plays out since it was made.

    A song that is in it because of plays of which none counts any more goes; what is known from `elsewhere` stays,
    unless it is said of it that the group plays it. Of a list that is being saved all songs stay.
    """

    def told(songs: Sequence[DraftSong]) -> tuple[DraftSong, ...]:
        now = []
        for song in songs:
            left = {who: heard[who][song.key] for who in song.heard if song.key in heard.get(who, {})}
            because = song.heard and (song.key not in elsewhere or song.why == PLAYED_HERE)
            if left or not because or draft.saving is not None:
                now.append(replace(song, heard=left))
        return tuple(now)

    return replace(draft, songs=told(draft.songs), reserve=told(draft.reserve))


def without_member(draft: Draft, who: MemberId) -> Draft:
    """The draft as if it knew nothing of a member: what they played, vetoed and saved.

    Songs that nobody else has played go with them, and so does which songs may not come back: those might be theirs.
    """

    def kept(songs: Sequence[DraftSong]) -> tuple[DraftSong, ...]:
        return tuple(
            replace(song, worth=_without(song.worth, who), heard=_without(song.heard, who))
            for song in songs
            if set(song.heard) != {who}
        )

    saved = draft.saving is not None and draft.saving.member_id == who
    return replace(
        draft,
        songs=kept(draft.songs),
        reserve=kept(draft.reserve),
        gone=(),
        vetoes=tuple(veto for veto in draft.vetoes if veto[0] != who),
        unheard=tuple(one for one in draft.unheard if one != who),
        saving=None if saved else draft.saving,
    )


def redacted(body: str, who: MemberId) -> str:
    """A draft's JSON without a member; unchanged where it does not know them.

    "" where no song is left, and where it cannot be read (any more), for then nobody knows what is in it.
    """
    try:
        draft = loaded(body)
    except ValueError:
        return ""
    rest = without_member(draft, who)
    if replace(rest, gone=draft.gone) == draft:
        return body
    return dumped(rest) if rest.songs else ""


def _without(known: Mapping[MemberId, V], who: MemberId) -> dict[MemberId, V]:
    return {one: value for one, value in known.items() if one != who}


def shares_of(draft: Draft) -> list[Share]:
    """What each member gets out of the list as it stands."""
    return shares(
        [_option(song) for song in draft.songs], [_option(song) for song in draft.reserve], draft.cap
    )


def _option(song: DraftSong) -> Option[SongKey]:
    return Option(song.key, song.key[0], song.fit, song.worth, song.familiar)


# --- JSON ---------------------------------------------------------------------------------------------------

VERSION = 1


def dumped(draft: Draft) -> str:
    """The draft as JSON text."""
    body = asdict(replace(draft, title=_NOTHING, understood=(), notes=(), songs=(), reserve=()))
    body |= {
        "v": VERSION,
        "title": to_json(draft.title),
        "understood": [to_json(text) for text in draft.understood],
        "notes": [to_json(text) for text in draft.notes],
        "songs": [_song_json(song) for song in draft.songs],
        "reserve": [_song_json(song) for song in draft.reserve],
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def loaded(text: str) -> Draft:
    """The draft from its JSON. Raises `ValueError` if it is none of ours."""
    try:
        body = json.loads(text)
        if body.pop("v") != VERSION:
            raise ValueError("a draft of another version")
        saving, bill = body.pop("saving"), body.pop("bill", None)
        return Draft(
            **body
            | {
                "title": from_json(body["title"]),
                "understood": tuple(from_json(one) for one in body["understood"]),
                "notes": tuple(from_json(one) for one in body["notes"]),
                "songs": tuple(_song(one) for one in body["songs"]),
                "reserve": tuple(_song(one) for one in body["reserve"]),
                "years": tuple(Years(**span) for span in body["years"]),
                "exclude_years": tuple(Years(**span) for span in body["exclude_years"]),
                "unheard": tuple(MemberId(who) for who in body.get("unheard", [])),
                "gone": tuple(_key(key) for key in body["gone"]),
                "vetoes": tuple((MemberId(who), _key(key)) for who, key in body["vetoes"]),
                "bill": None if bill is None else Bill(**bill),
                "saving": None if saving is None else Saving(**saving | {"step": Step(saving["step"])}),
            }
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a draft: {error}") from error


_NOTHING = Text("")


def _song_json(song: DraftSong) -> dict[str, Any]:
    body = asdict(replace(song, why=_NOTHING))
    return body | {"why": to_json(song.why)}


def _song(body: Mapping[str, Any]) -> DraftSong:
    return DraftSong(
        **dict(body)
        | {
            "why": from_json(body["why"]),
            "key": _key(body["key"]),
            "worth": {MemberId(int(who)): float(value) for who, value in body["worth"].items()},
            "heard": {MemberId(int(who)): Listens(**plays) for who, plays in body["heard"].items()},
        }
    )


def _key(key: Sequence[str]) -> SongKey:
    artist, title = key
    return artist, title
