"""Check that the database has every declared constraint."""

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

from novacart.adapters.persistence.schema import complete_metadata, has_table
from novacart.application.ports.audit_reader import CheckResult

_SQLITE: Final = text("SELECT tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
_POSTGRESQL: Final = text("""
    SELECT c.relname AS tbl_name, k.conname AS name
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
    WHERE c.relnamespace = current_schema()::regnamespace
    UNION ALL
    SELECT tablename, indexname FROM pg_indexes WHERE schemaname = current_schema()
""")
_CONSTRAINT_NAME: Final = re.compile(r"\bCONSTRAINT\s+\"?(\w+)", re.IGNORECASE)


def check_constraints(connection: Connection) -> CheckResult:
    """Compare the names of CHECK, UNIQUE and foreign key constraints with the database."""
    declared = {
        (table.name, name)
        for table in complete_metadata().sorted_tables
        if has_table(connection.dialect.name, table)
        for name in _constraint_names(table)
    }
    missing = sorted(declared - _existing(connection))
    return CheckResult(
        checked=len(declared),
        violations=[f"Table {table} has no constraint {name}." for table, name in missing],
    )


def _constraint_names(table: Table) -> set[str]:
    kinds = (CheckConstraint, UniqueConstraint, ForeignKeyConstraint)
    constraints = {each.name for each in table.constraints if isinstance(each, kinds)}
    unique_indexes = {index.name for index in table.indexes if index.unique}
    return {str(name) for name in constraints | unique_indexes}


def _existing(connection: Connection) -> set[tuple[str, str]]:
    if connection.dialect.name == "postgresql":
        return {(row.tbl_name, row.name) for row in connection.execute(_POSTGRESQL)}
    rows = connection.execute(_SQLITE).all()
    return {(row.tbl_name, row.name) for row in rows} | {
        (row.tbl_name, name) for row in rows for name in _CONSTRAINT_NAME.findall(row.sql)
    }
