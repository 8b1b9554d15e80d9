"""Rules for migrations that run on PostgreSQL while an older release serves customers."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Sent:
    """A statement that a migration has sent."""

    sql: str
    has_parameters: bool = False
    in_transaction: bool = True


_NAME: Final = r'(?:public\.)?"?(?P<table>\w+)"?'
_NULL_CHECK: Final = re.compile(r'CHECK \(+"?(\w+)"? IS NOT NULL\)+')

# Pattern of the statement, and what is wrong with it.
_RULES: Final = tuple(
    (re.compile(pattern.replace("TABLE_NAME", _NAME)), reason)
    for pattern, reason in (
        (
            r"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).* ON (?:ONLY )?TABLE_NAME",
            "creates an index without CONCURRENTLY",
        ),
        (r"LOCK (?:TABLE )?(?:ONLY )?TABLE_NAME", "locks a table"),
        (r"TRUNCATE (?:TABLE )?TABLE_NAME", "truncates a table"),
        (r"DROP TABLE (?:IF EXISTS )?TABLE_NAME", "drops what the release before uses"),
        (r"(?:REINDEX|CLUSTER|VACUUM FULL) .*?TABLE_NAME$", "rewrites under a lock"),
    )
)
_ALTER: Final = re.compile(
    rf"ALTER TABLE (?:IF EXISTS )?(?:ONLY )?{_NAME} (?P<action>.+)", re.DOTALL
)
_WRITE: Final = re.compile(rf"(?:UPDATE|DELETE FROM) (?:ONLY )?{_NAME}")
_ACTIONS: Final = tuple(
    (re.compile(pattern), reason)
    for pattern, reason in (
        (r"ALTER (?:COLUMN )?\S+ (?:SET DATA )?TYPE\b", "rewrites the table"),
        (r"ADD CONSTRAINT (?!.*(?:NOT VALID|USING INDEX))", "adds a constraint without NOT VALID"),
        (
            r"ADD (?:COLUMN )?(?!CONSTRAINT).*\b(?:CHECK|REFERENCES|UNIQUE|PRIMARY KEY)\b",
            "adds a column with a constraint, which scans the table",
        ),
        (
            r"ADD (?:COLUMN )?(?!CONSTRAINT)(?=.*\bNOT NULL\b)(?!.*\bDEFAULT\b)",
            "adds a column that the release before does not fill",
        ),
        (
            r"ADD .*\b(?:GENERATED\b|(?:random|nextval|clock_timestamp|gen_random_uuid)\()",
            "adds a column whose values are computed for each row",
        ),
        (r"(?:DROP (?!CONSTRAINT|NOT NULL)|RENAME\b)", "removes what the release before uses"),
    )
)
_SET_NOT_NULL: Final = re.compile(r'ALTER (?:COLUMN )?"?(\w+)"? SET NOT NULL')
_ADD_CHECK: Final = re.compile(r'ADD CONSTRAINT "?(\w+)"? (CHECK .+) NOT VALID')
_VALIDATE: Final = re.compile(r'VALIDATE CONSTRAINT "?(\w+)"?')


def violations(statements: Iterable[Sent], existing: frozenset[str]) -> Iterator[str]:
    """Yield what would lock one of the `existing` tables for long or break the release before.

    Other tables are created by the migration and not in use.
    """
    checks: dict[str, tuple[str, str]] = {}
    never_null: set[tuple[str, str]] = set()
    for sent in statements:
        sql = " ".join(sent.sql.split())
        for reason in _reasons(sent, sql, existing, checks, never_null):
            yield f"{reason}: {sql[:100]}"


def _reasons(
    sent: Sent,
    sql: str,
    existing: frozenset[str],
    checks: dict[str, tuple[str, str]],
    never_null: set[tuple[str, str]],
) -> Iterator[str]:
    for pattern, reason in _RULES:
        if (match := pattern.match(sql)) and match["table"] in existing:
            yield reason
    if (match := _WRITE.match(sql)) and match["table"] in existing and not sent.has_parameters:
        yield "changes all rows in one statement"
    match = _ALTER.match(sql)
    if match is None or match["table"] not in existing:
        return
    table, action = match["table"], match["action"]
    yield from (reason for pattern, reason in _ACTIONS if pattern.search(action))
    if (added := _ADD_CHECK.search(action)) and (column := _NULL_CHECK.search(added[2])):
        checks[added[1]] = (table, column[1])
    if validated := _VALIDATE.search(action):
        if sent.in_transaction:
            yield "scans the table in a transaction that may hold locks"
        if validated[1] in checks:
            never_null.add(checks[validated[1]])
    if (column := _SET_NOT_NULL.search(action)) and (table, column[1]) not in never_null:
        yield "scans for NULL without a validated CHECK"
