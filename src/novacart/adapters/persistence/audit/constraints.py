"""The constraints that the database itself should have."""

import re
from typing import Final

from sqlalchemy import (
    CheckConstraint,
    Connection,
    ForeignKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from novacart.adapters.persistence.schema import belongs, complete_metadata
from novacart.application.ports.audit_reader import CheckResult

_SQLITE: Final = text("SELECT tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
_POSTGRESQL: Final = text("""
    SELECT c.relname AS tbl_name, k.conname AS name
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT tablename, indexname FROM pg_indexes WHERE schemaname = current_schema()
""")
_NAMED: Final = re.compile(r"\bCONSTRAINT\s+\"?(\w+)", re.IGNORECASE)


def inspect_guards(connection: Connection) -> CheckResult:
    """Compare the names of every CHECK, UNIQUE and foreign key with what stands there."""
    standing = _standing(connection)
    promised = {
        (table.name, name)
        for table in complete_metadata().sorted_tables
        if belongs(table, connection.dialect.name)
        for name in _promised(table)
    }
    missing = sorted(promised - standing)
    return CheckResult(
        looked_at=len(promised),
        contradictions=[f"{table} lacks {name}." for table, name in missing],
    )


def _promised(table: Table) -> set[str]:
    guards = (CheckConstraint, UniqueConstraint, ForeignKeyConstraint)
    named = {each.name for each in table.constraints if isinstance(each, guards)}
    unique = {index.name for index in table.indexes if index.unique}
    return {str(name) for name in named | unique}


def _standing(connection: Connection) -> set[tuple[str, str]]:
    if connection.dialect.name == "postgresql":
        return {(row.tbl_name, row.name) for row in connection.execute(_POSTGRESQL)}
    rows = connection.execute(_SQLITE).all()
    return {(row.tbl_name, row.name) for row in rows} | {
        (row.tbl_name, name) for row in rows for name in _NAMED.findall(row.sql)
    }
