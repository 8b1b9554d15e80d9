"""An append-only table, which SQLAlchemy's tables have no words for."""

from typing import Final

from sqlalchemy import DDL, Table, event

CREATE_GUARD: Final[dict[str, tuple[str, ...]]] = {
    "sqlite": (
        """CREATE TRIGGER audit_entries_keep_rows BEFORE UPDATE ON audit_entries
            BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END""",
        """CREATE TRIGGER audit_entries_lose_none BEFORE DELETE ON audit_entries
            BEGIN SELECT RAISE(ABORT, 'audit entries are only ever added'); END""",
    ),
    "postgresql": (
        """CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'audit entries are only ever added'; END $$""",
        """CREATE TRIGGER audit_entries_keep_rows BEFORE UPDATE OR DELETE OR TRUNCATE
            ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()""",
    ),
}
DROP_GUARD: Final[dict[str, tuple[str, ...]]] = {
    "sqlite": (),
    "postgresql": ("DROP FUNCTION IF EXISTS refuse_audit_change() CASCADE",),
}


def attach_guard(audit_entries: Table) -> None:
    """Create and drop the guard together with the table."""
    for dialect, statements in CREATE_GUARD.items():
        for statement in statements:
            event.listen(audit_entries, "after_create", _ddl(statement).execute_if(dialect=dialect))
    for dialect, statements in DROP_GUARD.items():
        for statement in statements:
            event.listen(audit_entries, "before_drop", _ddl(statement).execute_if(dialect=dialect))


def _ddl(statement: str) -> DDL:
    return DDL(statement)  # type: ignore[no-untyped-call]
