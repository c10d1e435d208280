"""Listening that can be proven, taken along and taken back: the tables of each of these."""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _reference(name: str) -> sa.Column[int]:
    return sa.Column(name, _ID, nullable=False, autoincrement=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def upgrade() -> None:
    """One function for each subject."""
    _posts()
    _lifetimes()
    _choices()
    _polls()
    _plays()
    _offers()
    _leaving()
    _tallies()
    _song_facts()
    _songs()
    _awards()
    _stories()
    _weekly()
    _messages()
    _costs()


def _posts() -> None:
    """What was shown where, and whom it shows."""
    op.create_table(
        "post",
        sa.Column("id", _ID, nullable=False),
        _reference("recap_id"),
        *map(_words, ("view", "platform", "place", "channel", "thread", "message")),
        *map(_number, ("posted_ms", "due_ms", "until_ms", "withdrawn")),
        sa.ForeignKeyConstraint(["recap_id"], ["recap.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_post_recap_id"), "post", ["recap_id"])
    op.create_index(op.f("ix_post_due_ms"), "post", ["due_ms"])
    op.create_index(
        op.f("ix_post_platform_place_channel_message"), "post", ["platform", "place", "channel", "message"]
    )
    op.create_table(
        "shown",
        _reference("post_id"),
        _reference("member_id"),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"]),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("post_id", "member_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_shown_member_id"), "shown", ["member_id"])


def _choices() -> None:
    """What members have taken out."""
    op.create_table(
        "aside",
        sa.Column("id", _ID, nullable=False),
        _reference("member_id"),
        _words("mark"),
        _words("whole"),
        _words("key"),
        _words("name"),
        _number("start_ms"),
        _number("end_ms"),
        _number("made_ms"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_aside_member_id"), "aside", ["member_id"])
    op.create_table(
        "unread",
        sa.Column("id", _ID, nullable=False),
        _reference("member_id"),
        _number("start_ms"),
        _number("end_ms"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_unread_member_id"), "unread", ["member_id"])


def _polls() -> None:
    """A look knows whose budget it spends, and whether its link is looked at."""
    op.drop_index(op.f("ix_poll_next_ms"), "poll")
    with op.batch_alter_table("poll") as poll:
        poll.add_column(sa.Column("developer", sa.Text, nullable=False, server_default=""))
        poll.add_column(sa.Column("active", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(
        "UPDATE poll SET developer = (SELECT developer FROM link WHERE link.id = link_id),"
        " active = (SELECT state = 'active' FROM link WHERE link.id = link_id)"
    )
    with op.batch_alter_table("poll") as poll:
        poll.alter_column("developer", server_default=None)
        poll.alter_column("active", server_default=None)
    op.create_index(op.f("ix_poll_developer_active_next_ms"), "poll", ["developer", "active", "next_ms"])


def _lifetimes() -> None:
    """Links to Spotify live six months; one that ended already is known to have ended now."""
    op.create_table(
        "refresh_turn",
        _reference("link_id"),
        _number("until_ms"),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"]),
        sa.PrimaryKeyConstraint("link_id"),
    )
    op.create_table(
        "lifetime",
        _reference("link_id"),
        _number("ended_ms"),
        _words("said"),
        _number("due_ms"),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"]),
        sa.PrimaryKeyConstraint("link_id"),
    )
    op.create_index(op.f("ix_lifetime_due_ms"), "lifetime", ["due_ms"])
    op.execute(
        sa.text(
            "INSERT INTO lifetime (link_id, ended_ms, said, due_ms)"
            " SELECT id, CASE state WHEN 'expired' THEN CAST(:now AS BIGINT) ELSE 0 END, '', 0"
            " FROM link WHERE source = 'spotify'"
        ).bindparams(now=time.time_ns() // 1_000_000)
    )


def _plays() -> None:
    """A track that nobody plays any more can be swept without reading every play for it."""
    with op.batch_alter_table("play", table_kwargs={"sqlite_with_rowid": False}) as play:
        play.drop_constraint(op.f("fk_play_track_id"), type_="foreignkey")


def _offers() -> None:
    """A page is offered for one kind of thing; what was offered before, within the hour, can be asked for again."""
    op.drop_table("upload_offer")
    op.create_table(
        "page_offer",
        _words("hash"),
        _words("kind"),
        _words("platform"),
        _words("user"),
        _number("expires_ms"),
        sa.ForeignKeyConstraint(["platform", "user"], ["identity.platform", "identity.user"]),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index(op.f("ix_page_offer_platform_user"), "page_offer", ["platform", "user"])


def _leaving() -> None:
    """Who was looked for where, and who has left."""
    op.create_table(
        "presence",
        _reference("member_id"),
        _words("platform"),
        _words("place"),
        _number("looked_ms"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("member_id", "platform", "place"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "departure",
        _reference("member_id"),
        _number("since_ms"),
        _number("confirmed_ms"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("member_id"),
    )
    op.create_index(op.f("ix_departure_since_ms"), "departure", ["since_ms"])


def _song_facts() -> None:
    """What was looked up of tracks."""
    op.create_table(
        "song_facts",
        _reference("track_id"),
        *map(_words, ("recording", "artists", "tags", "area")),
        *map(_number, ("listens", "listeners", "artist_listens", "artist_listeners", "year", "looked_ms")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"]),
        sa.PrimaryKeyConstraint("track_id"),
    )


def _costs() -> None:
    """What models' answers have cost."""
    op.create_table(
        "cost",
        sa.Column("id", _ID, nullable=False),
        _reference("group_id"),
        _number("at_ms"),
        _words("model"),
        *map(_number, ("read", "written", "cached", "thought")),
        _words("outcome"),
        sa.Column("microdollars", sa.BigInteger, nullable=True),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_cost_group_id_at_ms", "cost", ["group_id", "at_ms"])


def _tallies() -> None:
    """How many plays a source says that an account has."""
    op.create_table(
        "tally",
        _reference("link_id"),
        _number("told"),
        _number("stored"),
        _number("at_ms"),
        _number("differs_ms"),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"]),
        sa.PrimaryKeyConstraint("link_id"),
    )


def _songs() -> None:
    """Which tracks are one song; a track is filed when it is first counted."""
    op.create_table(
        "song",
        _reference("track_id"),
        *map(_number, ("song_id", "version", "family", "code")),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"]),
        sa.PrimaryKeyConstraint("track_id"),
    )
    for name in ("version", "family", "code"):
        op.create_index(op.f(f"ix_song_{name}"), "song", [name])
    op.create_table(
        "song_alias",
        sa.Column("id", _ID, nullable=False),
        _reference("group_id"),
        _reference("member_id"),
        _words("verdict"),
        _reference("track_id"),
        _reference("other_id"),
        _number("made_ms"),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"]),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.ForeignKeyConstraint(["track_id"], ["track.id"]),
        sa.ForeignKeyConstraint(["other_id"], ["track.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    for name in ("group_id", "member_id", "track_id", "other_id"):
        op.create_index(op.f(f"ix_song_alias_{name}"), "song_alias", [name])


def _weekly() -> None:
    """When groups get their posts, and what became of each."""
    op.create_table(
        "weekly",
        _reference("group_id"),
        sa.Column("active", sa.Boolean, nullable=False),
        *map(_number, ("weekday", "hour", "minute", "settle_h")),
        *map(_words, ("kinds", "layout", "left_out", "language", "skipped", "after")),
        *map(_number, ("next_ms", "version")),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"]),
        sa.PrimaryKeyConstraint("group_id"),
    )
    op.create_index(op.f("ix_weekly_next_ms"), "weekly", ["next_ms"])
    op.create_table(
        "weekly_admin",
        _reference("group_id"),
        _reference("member_id"),
        _number("at_ms"),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"]),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("group_id", "member_id"),
    )
    op.create_index(op.f("ix_weekly_admin_member_id"), "weekly_admin", ["member_id"])
    op.create_table(
        "delivery",
        sa.Column("id", _ID, nullable=False),
        _reference("group_id"),
        *map(_words, ("platform", "place", "channel", "key", "kind", "first", "zone", "stage", "why")),
        *map(_number, ("due_ms", "next_ms", "attempt", "started_ms")),
        _words("message"),
        *map(_number, ("says", "posted_ms")),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("group_id", "platform", "place", "channel", "key"),
    )
    op.create_index(op.f("ix_delivery_next_ms"), "delivery", ["next_ms"])


def _awards() -> None:
    """Who got which award, and who does not want which."""
    op.create_table(
        "award_declined",
        _reference("member_id"),
        _words("kind"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("member_id", "kind"),
    )
    op.create_table(
        "award",
        _reference("group_id"),
        _words("period"),
        _words("first"),
        _reference("member_id"),
        _words("kind"),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"]),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("group_id", "period", "first", "member_id", "kind"),
    )
    op.create_index(op.f("ix_award_member_id"), "award", ["member_id"])


def _stories() -> None:
    """Members' own words, and what they say to their part of a post."""
    op.create_table(
        "story",
        sa.Column("id", _ID, nullable=False),
        _reference("member_id"),
        *map(_words, ("cause", "key", "title", "artist")),
        *map(_number, ("times", "first_ms", "last_ms", "days")),
        *map(_words, ("state", "words")),
        *map(_number, ("asked_ms", "told_ms", "edited_ms")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_story_member_id"), "story", ["member_id"])
    op.create_table(
        "story_group",
        _reference("story_id"),
        _reference("group_id"),
        sa.ForeignKeyConstraint(["story_id"], ["story.id"]),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"]),
        sa.PrimaryKeyConstraint("story_id", "group_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_story_group_group_id"), "story_group", ["group_id"])
    op.create_table(
        "asking",
        _reference("member_id"),
        *map(_number, ("asked_ms", "looked_ms")),
        sa.Column("never", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("member_id"),
    )
    op.create_table(
        "preview",
        _reference("group_id"),
        _reference("member_id"),
        _number("asked_ms"),
        sa.Column("fine", sa.Boolean, nullable=False),
        _words("left_out"),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"]),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("group_id", "member_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_preview_member_id"), "preview", ["member_id"])


def _messages() -> None:
    """The number of a message that is deleted is not given again; PostgreSQL never does."""
    if op.get_context().dialect.name == "sqlite":
        with op.batch_alter_table("message", recreate="always", table_kwargs={"sqlite_autoincrement": True}):
            pass
