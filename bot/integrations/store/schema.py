"""The tables, written once for SQLite and PostgreSQL. `migrations/` builds exactly these; a test compares them.

Instants are ms UTC. Text that is not known is "", a number that is not known is 0.
"""

from __future__ import annotations

import re

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import SchemaItem

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """`text` with what a database cannot keep (NUL, halves of surrogate pairs) replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


class Words(TypeDecorator[str]):
    """Text in any script, made storable on its way in: on writing and on looking up alike."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(value)


class WordSet(TypeDecorator[frozenset[str]]):
    """A set of words without spaces (scopes, features), kept sorted in one text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: frozenset[str] | None, dialect: Dialect) -> str | None:
        return None if value is None else storable(" ".join(sorted(value)))

    def process_result_value(self, value: str | None, dialect: Dialect) -> frozenset[str] | None:
        return None if value is None else frozenset(value.split())


# SQLite makes only a plain INTEGER key the row's own number.
_ID = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _id() -> Column[int]:
    return Column("id", _ID, primary_key=True)


def _words(name: str) -> Column[str]:
    return Column(name, Words, nullable=False)


def _number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _key_part(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _of(table: str, *, key: bool = False, optional: bool = False) -> Column[int]:
    """A reference to a row of another table, named after it."""
    column: Column[int] = Column(
        f"{table.removeprefix('chat_')}_id",
        _ID,
        ForeignKey(f"{table}.id"),
        primary_key=key,
        nullable=optional,
        autoincrement=False,
    )
    return column


def _by_whom() -> tuple[SchemaItem, ...]:
    """A reference to an identity: it follows its member, whoever that is."""
    return (
        _words("platform"),
        _words("user"),
        ForeignKeyConstraint(["platform", "user"], ["identity.platform", "identity.user"]),
        Index(None, "platform", "user"),
    )


# --- people -----------------------------------------------------------------------------------------------

member = Table("member", metadata, _id(), _words("name"), _words("zone"), Index(None, "name"))

identity = Table(
    "identity",
    metadata,
    Column("platform", Words, primary_key=True),
    Column("user", Words, primary_key=True),
    _of("member"),
)

chat_group = Table("chat_group", metadata, _id(), _words("name"), _words("zone"))

room = Table(
    "room",
    metadata,
    Column("platform", Words, primary_key=True),
    Column("place", Words, primary_key=True),
    Column("channel", Words, primary_key=True),
    _of("chat_group"),
    _words("name"),
)

membership = Table(
    "membership",
    metadata,
    _of("chat_group", key=True),
    _of("member", key=True),
    Column("features", WordSet, nullable=False),
    _number("joined_ms"),
    Index(None, "member_id"),
    sqlite_with_rowid=False,
)

# In which rooms of a group a member may be seen. It counts only beside a membership in the room's group.
room_consent = Table(
    "room_consent",
    metadata,
    Column("platform", Words, primary_key=True),
    Column("place", Words, primary_key=True),
    Column("channel", Words, primary_key=True),
    _of("member", key=True),
    ForeignKeyConstraint(["platform", "place", "channel"], ["room.platform", "room.place", "room.channel"]),
    Index(None, "member_id"),
    sqlite_with_rowid=False,
)

# When a member was last looked for in a server or workspace.
presence = Table(
    "presence",
    metadata,
    _of("member", key=True),
    Column("platform", Words, primary_key=True),
    Column("place", Words, primary_key=True),
    _number("looked_ms"),
    sqlite_with_rowid=False,
)

# Since when a member is in no group any more because they have left where it meets; they go if they do not come back.
# `confirmed_ms`: when they were last found to be gone.
departure = Table(
    "departure",
    metadata,
    _of("member", key=True),
    _number("since_ms"),
    _number("confirmed_ms"),
    Index(None, "since_ms"),
)

# --- codes and offers -------------------------------------------------------------------------------------

one_time_code = Table(
    "one_time_code",
    metadata,
    Column("hash", Words, primary_key=True),
    _words("kind"),
    *_by_whom(),
    _of("chat_group", optional=True),
    _number("expires_ms"),
    Column("used", Boolean, nullable=False),
)

wrong_code = Table("wrong_code", metadata, _id(), *_by_whom(), _number("at_ms"))

page_offer = Table(
    "page_offer",
    metadata,
    Column("hash", Words, primary_key=True),
    _words("kind"),
    *_by_whom(),
    _number("expires_ms"),
)

# --- links ------------------------------------------------------------------------------------------------

pending_login = Table(
    "pending_login",
    metadata,
    Column("state", Words, primary_key=True),
    _of("member"),
    Column("verifier", LargeBinary, nullable=False),
    _words("client_id"),
    _words("redirect_uri"),
    Column("scopes", WordSet, nullable=False),
    _number("expires_ms"),
    _words("note"),
    Index(None, "member_id"),
)

# A deleted link's number is never given again: a look that is still under way must not reach the next link.
link = Table(
    "link",
    metadata,
    _id(),
    _of("member"),
    _words("source"),
    _words("account"),
    _words("client_id"),
    _words("developer"),
    Column("scopes", WordSet, nullable=False),
    _number("authorized_at_ms"),
    _words("state"),
    Index(None, "member_id"),
    Index(None, "client_id"),
    sqlite_autoincrement=True,
)
_of_export = link.c.account == ""
Index(
    "uq_link_source_account",
    link.c.source,
    link.c.account,
    unique=True,
    sqlite_where=~_of_export,
    postgresql_where=~_of_export,
)
Index(
    "uq_link_member_export",
    link.c.member_id,
    link.c.source,
    unique=True,
    sqlite_where=_of_export,
    postgresql_where=_of_export,
)

sealed_grant = Table(
    "sealed_grant", metadata, _of("link", key=True), Column("sealed", LargeBinary, nullable=False)
)

# Goes with its link: whose turn it is to refresh the grant, until when at most.
refresh_turn = Table("refresh_turn", metadata, _of("link", key=True), _number("until_ms"))

# Goes with its link: when its grant was refused (0: not yet), what its member was told last, when to look at it next.
lifetime = Table(
    "lifetime",
    metadata,
    _of("link", key=True),
    _number("ended_ms"),
    _words("said"),
    _number("due_ms"),
    Index(None, "due_ms"),
)

# Goes with its link. `developer` and `active` say again what the link says (its state is active), so that what is due
# for a developer account is one range of the index.
poll = Table(
    "poll",
    metadata,
    _of("link", key=True),
    _words("developer"),
    Column("active", Boolean, nullable=False),
    _number("next_ms"),
    _number("last_ms"),
    _number("fails"),
    Index(None, "developer", "active", "next_ms"),
)

# What a source says that an account has.
tally = Table(
    "tally",
    metadata,
    _of("link", key=True),
    _number("told"),
    _number("stored"),
    _number("at_ms"),
    _number("differs_ms"),
)

# What a model's answers to a group have cost. Nobody's words, and nobody's name.
cost = Table(
    "cost",
    metadata,
    _id(),
    _of("chat_group"),
    _number("at_ms"),
    _words("model"),
    *map(_number, ("read", "written", "cached", "thought")),
    _words("outcome"),
    Column("microdollars", BigInteger),
    Index("ix_cost_group_id_at_ms", "group_id", "at_ms"),
)

# --- plays ------------------------------------------------------------------------------------------------

track = Table(
    "track",
    metadata,
    _id(),
    Column("key", Words, nullable=False, unique=True),
    _words("title"),
    _words("artist"),
    _words("album"),
    _number("duration_ms"),
    _words("isrc"),
)

# What was looked up of a track. It goes with the track (`deleting.sweep_tracks`).
song_facts = Table(
    "song_facts",
    metadata,
    _of("track", key=True),
    _words("recording"),
    _words("artists"),
    _words("tags"),
    _number("listens"),
    _number("listeners"),
    _number("artist_listens"),
    _number("artist_listeners"),
    _number("year"),
    _words("area"),
    _number("looked_ms"),
)

# The key is the whole row, in the order in which it is read: one b-tree is table and index at once. A track is no
# foreign key, for to sweep one would then read every play (the key does not begin with it, and a second index would
# double the table); whoever adds plays or sweeps tracks holds the link, so that none is swept that a play is of.
play = Table(
    "play",
    metadata,
    _of("link", key=True),
    _key_part("at_ms"),
    Column("track_id", _ID, primary_key=True, autoincrement=False),
    _key_part("ms_played"),
    _key_part("nth"),
    sqlite_with_rowid=False,
)

covered = Table(
    "covered",
    metadata,
    _of("link", key=True),
    _key_part("start_ms"),
    _number("end_ms"),
    sqlite_with_rowid=False,
)

gap = Table(
    "gap",
    metadata,
    _of("link", key=True),
    _key_part("start_ms"),
    _key_part("end_ms"),
    Column("cause", Words, primary_key=True),
    sqlite_with_rowid=False,
)

# --- songs ------------------------------------------------------------------------------------------------

# Goes with its track: which song it is, by which rules (`core.identity.VERSION`; 0 to be filed before it is counted
# again, -1 some time), and by what it finds its like: hashes of its names and of its ISRC, 0 for none.
song = Table(
    "song",
    metadata,
    _of("track", key=True),
    _number("song_id"),
    _number("version"),
    _number("family"),
    _number("code"),
    Index(None, "version"),
    Index(None, "family"),
    Index(None, "code"),
)

# What an admin of a group says of two tracks. Goes with its maker, who may undo it in any case, and with its tracks.
song_alias = Table(
    "song_alias",
    metadata,
    _id(),
    _of("chat_group"),
    _of("member"),
    _words("verdict"),
    _of("track"),
    Column("other_id", _ID, ForeignKey("track.id"), nullable=False),
    _number("made_ms"),
    Index(None, "group_id"),
    Index(None, "member_id"),
    Index(None, "track_id"),
    Index(None, "other_id"),
)

# --- choices ----------------------------------------------------------------------------------------------

# Plays that are kept and not counted. `key` is a folded name as JSON, the times are 0 where it is about none.
aside = Table(
    "aside",
    metadata,
    _id(),
    _of("member"),
    _words("mark"),
    _words("whole"),
    _words("key"),
    _words("name"),
    _number("start_ms"),
    _number("end_ms"),
    _number("made_ms"),
    Index(None, "member_id"),
)

# Time of which no play of a member is kept; a pause that goes on ends at `choices.FOR_EVER`.
unread = Table(
    "unread",
    metadata,
    _id(),
    _of("member"),
    _number("start_ms"),
    _number("end_ms"),
    Index(None, "member_id"),
)

# A kind of award that a member does not want. Goes with the member; two who become one want neither's.
award_declined = Table(
    "award_declined", metadata, _of("member", key=True), Column("kind", Words, primary_key=True)
)

# Which kind of award a member got in a group's post about a period (`kind`, `first`: its first day), so that they do
# not get it twice running. Goes with the member; two who become one got both.
award = Table(
    "award",
    metadata,
    _of("chat_group", key=True),
    Column("period", Words, primary_key=True),
    Column("first", Words, primary_key=True),
    _of("member", key=True),
    Column("kind", Words, primary_key=True),
    Index(None, "member_id"),
)

# --- stories ----------------------------------------------------------------------------------------------

# A moment that a member was asked about or told of, and their words ("": none). `key` is a song as JSON. It goes with
# the plays from `first_ms` to `last_ms` (`forgetting`).
story = Table(
    "story",
    metadata,
    _id(),
    _of("member"),
    _words("cause"),
    _words("key"),
    _words("title"),
    _words("artist"),
    _number("times"),
    _number("first_ms"),
    _number("last_ms"),
    _number("days"),
    _words("state"),
    _words("words"),
    _number("asked_ms"),
    _number("told_ms"),
    _number("edited_ms"),
    Index(None, "member_id"),
)

# To which groups the words belong. Goes with the story.
story_group = Table(
    "story_group",
    metadata,
    _of("story", key=True),
    _of("chat_group", key=True),
    Index(None, "group_id"),
    sqlite_with_rowid=False,
)

# When a member was asked last, when their plays were looked at for it last, whether they do not want to be asked.
asking = Table(
    "asking",
    metadata,
    _of("member", key=True),
    _number("asked_ms"),
    _number("looked_ms"),
    Column("never", Boolean, nullable=False),
)

# What a member says to their part of a group's posts: when they were shown it last, whether it was `fine` once, from
# the post of which period they are `left_out`. Of two members who become one, the stricter answer stays.
preview = Table(
    "preview",
    metadata,
    _of("chat_group", key=True),
    _of("member", key=True),
    _number("asked_ms"),
    Column("fine", Boolean, nullable=False),
    _words("left_out"),
    Index(None, "member_id"),
    sqlite_with_rowid=False,
)

# --- budget -----------------------------------------------------------------------------------------------

spending = Table(
    "spending",
    metadata,
    Column("developer", Words, primary_key=True),
    _key_part("at_ms"),
    _number("calls"),
    sqlite_with_rowid=False,
)

blocked = Table("blocked", metadata, Column("developer", Words, primary_key=True), _number("until_ms"))

# --- recaps -----------------------------------------------------------------------------------------------

# `owner` is group and member in one (`recaps.owner_of`).
recap = Table(
    "recap",
    metadata,
    _id(),
    _of("chat_group", optional=True),
    _of("member", optional=True),
    _words("owner"),
    _number("made_ms"),
    _words("facts"),
    _words("sha256"),
    UniqueConstraint("owner", "sha256"),
)

# --- posts ------------------------------------------------------------------------------------------------

# What was shown in rooms: which recap, how (`view`), in which message ("": it cannot be edited) of which thread ("": of
# the room itself). `due_ms` is 0 where nothing is to be changed.
post = Table(
    "post",
    metadata,
    _id(),
    _of("recap"),
    _words("view"),
    _words("platform"),
    _words("place"),
    _words("channel"),
    _words("thread"),
    _words("message"),
    _number("posted_ms"),
    _number("due_ms"),
    _number("until_ms"),
    _number("withdrawn"),
    Index(None, "recap_id"),
    Index(None, "due_ms"),
    Index(None, "platform", "place", "channel", "message"),
)

# Whom a post shows. Goes with the post and with the member; two members who become one are shown once.
shown = Table(
    "shown",
    metadata,
    _of("post", key=True),
    _of("member", key=True),
    Index(None, "member_id"),
    sqlite_with_rowid=False,
)

# --- weekly -----------------------------------------------------------------------------------------------

# What a group wants of its posts (`ports.Weekly`): `kinds` and `left_out` are sets of words, `after` is JSON.
weekly = Table(
    "weekly",
    metadata,
    _of("chat_group", key=True),
    Column("active", Boolean, nullable=False),
    _number("weekday"),
    _number("hour"),
    _number("minute"),
    _number("settle_h"),
    Column("kinds", WordSet, nullable=False),
    _words("layout"),
    Column("left_out", WordSet, nullable=False),
    _words("language"),
    _words("skipped"),
    _words("after"),
    _number("next_ms"),
    _number("version"),
    Index(None, "next_ms"),
)

# Who asked for something of the posts. Goes with the member; two who become one asked once.
weekly_admin = Table(
    "weekly_admin",
    metadata,
    _of("chat_group", key=True),
    _of("member", key=True),
    _number("at_ms"),
    Index(None, "member_id"),
)

# The ledger: one row for each post that is or was to be (`ports.Delivery`). It knows no member. `says` is the recap,
# whose members are struck out there; it is no foreign key, for the ledger outlives it: a post is never forgotten, or it
# would come twice. `next_ms` is 0 where there is nothing to do any more.
delivery = Table(
    "delivery",
    metadata,
    _id(),
    _of("chat_group"),
    _words("platform"),
    _words("place"),
    _words("channel"),
    _words("key"),
    _words("kind"),
    _words("first"),
    _words("zone"),
    _words("stage"),
    _words("why"),
    _number("due_ms"),
    _number("next_ms"),
    _number("attempt"),
    _number("started_ms"),
    _words("message"),
    _number("says"),
    _number("posted_ms"),
    UniqueConstraint("group_id", "platform", "place", "channel", "key"),
    Index(None, "next_ms"),
)

# --- playlists --------------------------------------------------------------------------------------------

draft = Table(
    "draft",
    metadata,
    _id(),
    _of("chat_group"),
    _of("member"),
    _number("version"),
    _words("body"),
    _number("made_ms"),
)

playlist = Table(
    "playlist",
    metadata,
    _id(),
    _of("chat_group"),
    _of("member"),
    Column("draft_id", _ID, ForeignKey("draft.id"), nullable=False, unique=True),
    _words("name"),
    _words("words"),
    _words("url"),
    _words("playlist_id"),
    _number("songs"),
    _number("saved_ms"),
    Index(None, "group_id", "saved_ms"),
)

resolution = Table(
    "resolution",
    metadata,
    Column("wanted", Words, primary_key=True),
    Column("found", Boolean, nullable=False),
    _words("uri"),
    _words("title"),
    _words("artist"),
    _words("album"),
    _number("duration_ms"),
    _words("isrc"),
    _number("resolved_ms"),
)

# --- whispers ---------------------------------------------------------------------------------------------

whisper = Table(
    "whisper", metadata, _id(), _of("member"), _words("body"), _number("kept_ms"), Index(None, "member_id")
)

# --- platforms --------------------------------------------------------------------------------------------

memo = Table("memo", metadata, Column("key", Words, primary_key=True), _words("value"))

installation = Table(
    "installation",
    metadata,
    Column("platform", Words, primary_key=True),
    Column("place", Words, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
)

# --- messages ---------------------------------------------------------------------------------------------

# A deleted message's number is never given again: who reads on after it must not miss the next one.
message = Table(
    "message",
    metadata,
    _id(),
    _words("room"),
    _words("author"),
    _words("private_to"),
    _number("made_ms"),
    _words("body"),
    Index(None, "room", "id"),
    sqlite_autoincrement=True,
)
