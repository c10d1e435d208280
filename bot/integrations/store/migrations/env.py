"""Alembic's entry: runs the revisions on the connection, and in the transaction, of `store.upgrade`."""

from __future__ import annotations

from alembic import context
from sqlalchemy import MetaData

from bot.integrations.store import schema

# Only for the names of constraints: what a revision builds is what the revision says.
names = MetaData(naming_convention=schema.metadata.naming_convention)
context.configure(connection=context.config.attributes["connection"], target_metadata=names)
context.run_migrations()
