"""Which rows refer to which, found by walking the schema's foreign keys: a new table needs nothing but its own."""

from __future__ import annotations

from typing import TypeAlias

from sqlalchemy import ColumnElement, Table, or_, select, tuple_

from bot.integrations.store import schema

Condition: TypeAlias = ColumnElement[bool]


def referring(root: Table, which: Condition) -> dict[Table, Condition]:
    """The rows that refer to some rows of a table, directly or by way of others: a condition for each table.

    `root` comes first, whatever refers to a table after it.
    """
    found = {root: which}
    for table in schema.metadata.sorted_tables:
        if table is root:
            continue
        reasons = [
            tuple_(*key.columns).in_(
                select(*(it.column for it in key.elements)).where(found[key.referred_table])
            )
            for key in table.foreign_key_constraints
            if key.referred_table in found
        ]
        if reasons:
            found[table] = or_(*reasons)
    return found
