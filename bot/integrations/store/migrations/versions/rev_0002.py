"""What Discord and Slack need: rooms with names and a yes for each, one-time codes, offers to bring a file, words
that wait for a member, memos, where we were let in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _reference(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, _ID, nullable=nullable, autoincrement=False)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


def _of_identity() -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["platform", "user"], ["identity.platform", "identity.user"])


def upgrade() -> None:
    """A room is called like its group so far; who said yes to a group said yes to the rooms it has."""
    with op.batch_alter_table("room") as room:
        room.add_column(sa.Column("name", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE room SET name = (SELECT name FROM chat_group WHERE chat_group.id = room.group_id)")
    with op.batch_alter_table("room") as room:
        room.alter_column("name", server_default=None)
    op.create_table(
        "room_consent",
        _words("platform"),
        _words("place"),
        _words("channel"),
        _reference("member_id"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.ForeignKeyConstraint(
            ["platform", "place", "channel"], ["room.platform", "room.place", "room.channel"]
        ),
        sa.PrimaryKeyConstraint("platform", "place", "channel", "member_id"),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_room_consent_member_id"), "room_consent", ["member_id"])
    op.execute(
        "INSERT INTO room_consent (platform, place, channel, member_id)"
        " SELECT platform, place, channel, member_id FROM membership JOIN room ON room.group_id = membership.group_id"
    )
    op.create_table(
        "one_time_code",
        _words("hash"),
        _words("kind"),
        _words("platform"),
        _words("user"),
        _reference("group_id", nullable=True),
        _number("expires_ms"),
        sa.Column("used", sa.Boolean(), nullable=False),
        _of_identity(),
        sa.ForeignKeyConstraint(["group_id"], ["chat_group.id"]),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index(op.f("ix_one_time_code_platform_user"), "one_time_code", ["platform", "user"])
    op.create_table(
        "wrong_code",
        sa.Column("id", _ID, nullable=False),
        _words("platform"),
        _words("user"),
        _number("at_ms"),
        _of_identity(),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_wrong_code_platform_user"), "wrong_code", ["platform", "user"])
    op.create_table(
        "upload_offer",
        _words("hash"),
        _words("platform"),
        _words("user"),
        _number("expires_ms"),
        _of_identity(),
        sa.PrimaryKeyConstraint("hash"),
    )
    op.create_index(op.f("ix_upload_offer_platform_user"), "upload_offer", ["platform", "user"])
    op.create_table(
        "whisper",
        sa.Column("id", _ID, nullable=False),
        _reference("member_id"),
        _words("body"),
        _number("kept_ms"),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_whisper_member_id"), "whisper", ["member_id"])
    op.create_table("memo", _words("key"), _words("value"), sa.PrimaryKeyConstraint("key"))
    op.create_table(
        "installation",
        _words("platform"),
        _words("place"),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("platform", "place"),
    )
