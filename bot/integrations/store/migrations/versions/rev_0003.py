"""Listening that can be proven, taken along and taken back: the tables of each of these."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """One function for each subject."""
