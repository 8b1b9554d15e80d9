"""Statements on the driver's cursor behave as SQLAlchemy's, on both databases."""

from collections.abc import Iterator
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.waiting import Wait
from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy import Enum as EnumType
from sqlalchemy.exc import DBAPIError, IntegrityError

from novacart.adapters.persistence import postgresql_connection, statements
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.metadata import UtcDateTime
from novacart.adapters.persistence.statements import (
    DriverStatement,
    KeyLookup,
    MultiRowInsert,
    StatementCache,
    driver_of,
    insert_rows,
    rows_in,
)
from novacart.domain.shared.errors import ConcurrentChange
from tests.support.query_counter import counted_statements
from tests.support.races import statement_delay
from tests.support.round_trips import count_round_trips, traced


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


marks = Table(
    "marks",
    MetaData(),
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("name", String(40), nullable=False, unique=True),
    Column("colour", EnumType(Colour, native_enum=False)),
    Column("is_new", Boolean),
    Column("made_at", UtcDateTime),
    Column("facts", JSON(none_as_null=True)),
)

ADD = DriverStatement(insert(marks))
ADD_NAME = DriverStatement(insert(marks).values(name=bindparam("name")))
ADD_RETURNING = DriverStatement(
    insert(marks)
    .values(id=bindparam("id"), name=bindparam("name"), made_at=bindparam("made_at"))
    .returning(marks.c.id, marks.c.made_at)
)
RENAME = DriverStatement(
    update(marks).where(marks.c.id == bindparam("mark_id")).values(name=bindparam("new_name"))
)
DELETE = DriverStatement(delete(marks).where(marks.c.id == bindparam("mark_id")))
ALL = DriverStatement(select(marks).order_by(marks.c.id))
BY_NAME = DriverStatement(
    select(marks.c.id).where(marks.c.name == bindparam("name"), marks.c.id > 0).limit(5),
    generic_plan=True,
)

NOON = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=UTC)
INDIA = timezone(timedelta(hours=5, minutes=30))
FIRST = (1, "100% 'first' \\ :x $1", Colour.RED, True, NOON, {"a": [1, None]})
EMPTY = (2, "empty", None, None, None, None)


def row(values: tuple[object, ...]) -> dict[str, object]:
    return dict(zip(marks.c.keys(), values, strict=True))


@pytest.fixture
def marked(database: Database) -> Database:
    """A database with the table `marks` and two rows."""
    with database.writing() as connection:
        marks.create(connection)
        ADD.execute_many(connection, [row(FIRST), row(EMPTY)])
        connection.commit()
    return database


def names(database: Database) -> list[str]:
    return [name for _, name, *_ in database.fetch(ALL)]


def test_values_are_converted_by_the_types_of_the_columns(marked: Database) -> None:
    assert [tuple(each) for each in marked.fetch(ALL)] == [FIRST, EMPTY]
    with marked.reading() as connection:
        assert [tuple(each) for each in connection.execute(select(marks).order_by(marks.c.id))] == [
            FIRST,
            EMPTY,
        ]


def test_parameters_are_converted_and_literals_kept(marked: Database) -> None:
    assert [tuple(each) for each in marked.fetch(BY_NAME, {"name": FIRST[1]})] == [(1,)]
    with pytest.raises(ValueError, match="time zone"), marked.writing() as connection:
        ADD_RETURNING.fetch(
            connection, {"id": 3, "name": "naive", "made_at": NOON.replace(tzinfo=None)}
        )


def test_values_of_a_statement_that_is_not_prepared_are_not_part_of_its_sql(
    marked: Database,
) -> None:
    named = select(marks.c.id).where(marks.c.name == FIRST[1])
    with counted_statements(marked) as statements:
        rows = marked.fetch(DriverStatement(named, is_prepared=False))
        assert rows == marked.fetch(DriverStatement(named))
    assert len(rows) == 1
    assert "first" not in statements[0]


def test_integers_of_any_size_share_one_prepared_statement(postgresql_url: str) -> None:
    database = Database.connect(postgresql_url)
    statement = DriverStatement(select(bindparam("number", type_=BigInteger)))
    prepared = DriverStatement(text("SELECT count(*) FROM pg_prepared_statements"))
    try:
        for number in (1, 70_000, 2**40, -(2**63), 2**63 - 1):
            assert database.fetch(statement, {"number": number})[0][0] == number
        assert database.fetch(prepared)[0][0] == 2
    finally:
        database.dispose()


def test_lists_have_integers_of_any_size(postgresql_url: str) -> None:
    """psycopg keeps how it sends the first list of a connection."""
    database = Database.connect(postgresql_url)
    numbers = DriverStatement(select(func.unnest(bindparam("numbers", type_=ARRAY(BigInteger)))))
    try:
        for number in (1, 2**15, 2**40, -(2**63)):
            [row] = database.fetch(numbers, {"numbers": [number]})
            assert tuple(row) == (number,)
    finally:
        database.dispose()


def test_returning_update_and_delete_in_a_transaction(marked: Database) -> None:
    with marked.writing() as connection:
        parameters = {"id": 3, "name": "third", "made_at": NOON.astimezone(INDIA)}
        assert [tuple(each) for each in ADD_RETURNING.fetch(connection, parameters)] == [(3, NOON)]
        assert RENAME.execute(connection, {"mark_id": 3, "new_name": "renamed"}) == 1
        assert RENAME.execute(connection, {"mark_id": 4, "new_name": "renamed"}) == 0
        assert DELETE.execute(connection, {"mark_id": 2}) == 1
        assert len(connection.execute(select(marks)).all()) == 2
        connection.commit()
    assert names(marked) == [FIRST[1], "renamed"]


def test_what_is_not_committed_is_rolled_back(marked: Database) -> None:
    with marked.writing() as connection:
        DELETE.execute(connection, {"mark_id": 1})
        assert names(marked) == [FIRST[1], "empty"]
    with marked.writing() as connection:
        connection.commit()
        # A statement after a commit begins a transaction, as in SQLAlchemy.
        DELETE.execute(connection, {"mark_id": 1})
    assert names(marked) == [FIRST[1], "empty"]


def test_later_statements_are_executed_in_order_before_any_other(marked: Database) -> None:
    count = select(func.count()).select_from(marks)
    with marked.writing() as connection:
        RENAME.execute_later(connection, {"mark_id": 2, "new_name": "second"})
        DELETE.execute_later(connection, {"mark_id": 1})
        assert [name for _, name, *_ in ALL.fetch(connection)] == ["second"]
        ADD.execute_later(connection, row((3, "a", *EMPTY[2:])))
        assert connection.execute(count).scalar_one() == 2
        ADD.execute_later(connection, row((4, "b", *EMPTY[2:])))
        DELETE.execute_many(connection, [{"mark_id": 2}, {"mark_id": 3}])
        RENAME.execute_later(connection, {"mark_id": 2, "new_name": "it is deleted"})
        assert names(marked) == [FIRST[1], "empty"]
        connection.commit()
        ADD_NAME.execute_later(connection, {"name": "it is not committed"})
    with marked.writing() as connection:
        MultiRowInsert(marks, ["id", "name"]).execute_later(
            connection, [{"id": number, "name": f"{number}"} for number in (30, 31)]
        )
        connection.commit()
    stored = set(names(marked))
    assert {"b", "30", "31"} <= stored
    assert not stored & {"second", "it is deleted", "it is not committed"}


@pytest.mark.parametrize("raised_by", ["commit", "statement", "cursor"])
def test_error_of_a_later_statement_is_raised_by_the_next_one(
    marked: Database, raised_by: str
) -> None:
    with pytest.raises(IntegrityError), marked.writing() as connection:  # noqa: PT012 (raised at the end of the block)
        DELETE.execute_later(connection, {"mark_id": 2})
        RENAME.execute_later(connection, {"mark_id": 2, "new_name": "ignored"})
        ADD_NAME.execute_later(connection, {"name": FIRST[1]})
        if raised_by == "statement":
            ALL.fetch(connection)
        elif raised_by == "cursor":
            connection.execute(select(marks))
        else:
            connection.commit()
    assert names(marked) == [FIRST[1], "empty"]
    with marked.writing() as connection:
        RENAME.execute_later(connection, {"mark_id": 2, "new_name": "renamed"})
        connection.commit()
    assert names(marked) == [FIRST[1], "renamed"]


def test_rows_are_inserted_ahead_while_the_process_goes_on(postgresql_url: str) -> None:
    database = Database.connect(postgresql_url)
    rows = [{"id": number, "name": f"{number}"} for number in range(3, 6)]
    try:
        with database.writing() as other:
            marks.create(other)
            other.commit()
            ADD_NAME.execute(other, {"name": "4"})
            with database.writing() as connection:
                # PostgreSQL waits for the end of the other transaction, this process does not.
                insert_rows(connection, marks, rows, is_ahead=True)
                other.rollback()
                # It is prepared after the answer to the statement before.
                RENAME.execute_later(connection, {"mark_id": 5, "new_name": "five"})
                assert [name for _, name, *_ in ALL.fetch(connection)] == ["3", "4", "five"]
                connection.commit()
        assert names(database) == ["3", "4", "five"]
    finally:
        database.dispose()


def test_rows_inserted_ahead_are_committed_by_the_first_commit_of_a_connection(
    postgresql_url: str,
) -> None:
    """COMMIT is prepared then, after the answers to the statements before."""
    database, other = (Database.connect(postgresql_url) for _ in range(2))
    try:
        with other.writing() as connection:
            marks.create(connection)
            connection.commit()
        rows = [{"id": 8, "name": "a"}, {"id": 9, "name": "b"}]
        with database.writing() as connection:
            insert_rows(connection, marks, rows, is_ahead=True)
            connection.commit()
        assert names(other) == ["a", "b"]
    finally:
        database.dispose()
        other.dispose()


@pytest.mark.parametrize("raised_by", ["commit", "statement", "cursor", "nothing"])
def test_error_of_rows_inserted_ahead_is_raised_by_the_next_statement(
    postgresql_url: str, raised_by: str
) -> None:
    database = Database.connect(postgresql_url)

    def insert_twice() -> None:
        with database.writing() as connection:
            insert_rows(connection, marks, [{"id": 8, "name": "a"}] * 2, is_ahead=True)
            insert_rows(connection, marks, [{"id": 8, "name": "b"}] * 2, is_ahead=True)
            if raised_by == "statement":
                ALL.fetch(connection)
            elif raised_by == "cursor":
                connection.execute(select(marks))
            elif raised_by == "commit":
                connection.commit()

    try:
        with database.writing() as connection:
            marks.create(connection)
            connection.commit()
        # The transaction is not committed, so it is rolled back.
        with nullcontext() if raised_by == "nothing" else pytest.raises(IntegrityError):
            insert_twice()
        with database.writing() as connection:
            insert_rows(connection, marks, [{"id": 8, "name": "a"}, {"id": 9, "name": "b"}])
            connection.commit()
        assert names(database) == ["a", "b"]
    finally:
        database.dispose()


@pytest.mark.parametrize("raised_by", ["commit", "statement", "cursor"])
def test_interrupt_while_rows_are_inserted_ahead_is_no_error_of_the_database(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch, raised_by: str
) -> None:
    """A command that a person interrupts does not report that the database can't be reached."""
    database = Database.connect(postgresql_url)
    rows = [{"id": 8, "name": "a"}, {"id": 9, "name": "b"}]

    def interrupt(_libpq: object, _count: int) -> Iterator[int]:
        yield Wait.W
        raise KeyboardInterrupt

    def insert_and_wait() -> None:
        with database.writing() as connection:
            insert_rows(connection, marks, rows, is_ahead=True)
            monkeypatch.setattr(postgresql_connection, "_received", interrupt)
            if raised_by == "statement":
                ALL.fetch(connection)
            elif raised_by == "cursor":
                connection.execute(select(marks))
            else:
                connection.commit()

    try:
        with database.writing() as connection:
            marks.create(connection)
            ALL.fetch(connection)
            connection.commit()
        with pytest.raises(KeyboardInterrupt):
            insert_and_wait()
        monkeypatch.undo()
        with database.writing() as connection:
            insert_rows(connection, marks, rows)
            connection.commit()
        assert names(database) == ["a", "b"]
    finally:
        database.dispose()


@pytest.mark.parametrize(("is_later", "round_trips"), [(True, 1), (False, 3)])
def test_round_trips_of_a_transaction(
    postgresql_url: str, tmp_path: Path, *, is_later: bool, round_trips: int
) -> None:
    database = Database.connect(postgresql_url)
    statement = DriverStatement(text("SELECT pg_current_xact_id()"))
    path = tmp_path / "messages"
    try:
        # The first transaction prepares the statements.
        for _ in range(2):
            with database.writing() as connection, traced(driver_of(connection), path):
                execute = statement.execute_later if is_later else statement.execute
                execute(connection)
                execute(connection)
                connection.commit()
    finally:
        database.dispose()
    assert count_round_trips(path) == round_trips


def test_insert_without_key_uses_the_sequence_of_the_database(marked: Database) -> None:
    with marked.writing() as connection:
        DELETE.execute_many(connection, [{"mark_id": 1}, {"mark_id": 2}])
        ADD_NAME.execute_many(connection, [{"name": "a"}, {"name": "b"}])
        connection.commit()
    assert sorted(names(marked)) == ["a", "b"]


def test_statement_that_was_not_used_longest_is_built_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(StatementCache, "MAX_SIZE", 2)
    cache = StatementCache()
    built = []

    def use(name: str) -> None:
        def build() -> DriverStatement:
            built.append(name)
            return DriverStatement(select(marks.c.name))

        cache.get((name,), build)

    for name in ("first", "second", "first", "third", "first", "third", "second"):
        use(name)
    assert built == ["first", "second", "third", "second"]


@pytest.mark.parametrize("count", [1, MultiRowInsert.MAX_ROWS, 3 * MultiRowInsert.MAX_ROWS])
@pytest.mark.parametrize("facts", [{}, {"facts": [1, "a"]}], ids=["plain", "with JSON"])
def test_rows_are_inserted_in_one_statement(
    marked: Database, count: int, facts: dict[str, object]
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": number,
            "name": f"100% 'new' \\ \"x\" é 🎈 {number}",
            "colour": [Colour.BLUE, None][number % 2],
            "is_new": [True, False, None][number % 3],
            "made_at": [NOON.astimezone(INDIA), None][number % 2],
            **facts,
        }
        for number in range(3, 3 + count)
    ]
    insertion = MultiRowInsert(marks, rows[0])
    with counted_statements(marked) as sent, marked.writing() as connection:
        insertion.execute(connection, rows)
        insertion.execute(connection, [])
        insert_rows(
            connection,
            marks,
            [{**each, "id": each["id"] + 500, "name": f"{each['id']}"} for each in rows],
        )
        insert_rows(connection, marks, [])
        connection.commit()
    assert len(sent) == 2
    expected = [(*each.values(), *(() if facts else (None,))) for each in rows]
    stored = [tuple(each) for each in marked.fetch(ALL)[2:]]
    assert stored[:count] == expected
    assert [each[2:] for each in stored[count:]] == [each[2:] for each in expected]


def test_rows_of_many_values_are_read_in_several_statements(
    marked: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(statements, "_MAX_VALUES", 2)
    with marked.writing() as connection:
        insert_rows(
            connection, marks, [{"id": number, "name": f"{number}"} for number in range(3, 8)]
        )
        found = rows_in(connection, select(marks.c.id), marks.c.id, [7, 5, 1, 9, 5, 3])
        assert [number for (number,) in found] == [1, 3, 5, 7]
        assert rows_in(connection, select(marks.c.id), marks.c.id, []) == []


def test_keys_of_any_number_share_one_statement(marked: Database) -> None:
    lookup = KeyLookup(select(marks.c.id).where(marks.c.id < bindparam("end")), marks.c.name)
    with counted_statements(marked) as sent, marked.writing() as connection:
        for keys, found in (
            ([FIRST[1]], [1]),
            (["empty", "é 🎈", '"', FIRST[1], "empty"], [1, 2]),
            (["\n"], []),
            ([], []),
        ):
            rows = lookup.fetch(connection, keys, {"end": 3})
            assert sorted(number for (number,) in rows) == found
    assert len(sent) == 3
    assert len(set(sent)) == 1


def test_statement_that_must_match_raises_if_it_changes_no_row(marked: Database) -> None:
    with marked.writing() as connection:
        RENAME.execute_many(connection, [{"mark_id": 2, "new_name": "two"}], must_match=True)
        with pytest.raises(ConcurrentChange):
            RENAME.execute_many(connection, [{"mark_id": 9, "new_name": "nine"}], must_match=True)


def test_violated_constraint_raises_the_error_of_sqlalchemy(marked: Database) -> None:
    with pytest.raises(IntegrityError) as error, marked.writing() as connection:
        RENAME.execute(connection, {"mark_id": 2, "new_name": FIRST[1]})
    assert "UPDATE marks" in str(error.value)
    with pytest.raises(IntegrityError), marked.writing() as connection:
        ADD_NAME.execute_many(connection, [{"name": "canary"}, {"name": "canary"}])
    assert names(marked) == [FIRST[1], "empty"]


def test_transaction_that_failed_is_not_committed_silently(postgresql_url: str) -> None:
    database = Database.connect(postgresql_url)
    broken = DriverStatement(text("SELECT 1 / 0"))

    def commit_after_an_error() -> None:
        with database.writing() as connection:
            with suppress(DBAPIError):
                broken.fetch(connection)
            connection.commit()

    try:
        # PostgreSQL answers such a COMMIT with ROLLBACK, without an error.
        with pytest.raises(DBAPIError, match="failed before"):
            commit_after_an_error()
        with database.writing() as connection:
            marks.create(connection)
            connection.commit()
        assert names(database) == []
    finally:
        database.dispose()


def test_error_message_omits_parameters(database: Database) -> None:
    missing = DriverStatement(text("SELECT no_such_column WHERE '' = :email"))
    with pytest.raises(DBAPIError) as error:
        database.fetch(missing, {"email": "canary@example.com"})
    assert "no_such_column" in str(error.value)
    assert "canary" not in str(error.value)


def test_list_of_unknown_length_is_refused(database: Database) -> None:
    statement = DriverStatement(select(marks.c.id).where(marks.c.id.in_([1, 2])))
    with pytest.raises(ValueError, match="length"):
        database.fetch(statement)


def test_listeners_see_the_statements(marked: Database) -> None:
    with counted_statements(marked) as statements:
        marked.fetch(ALL)
        with marked.writing() as connection:
            DELETE.execute(connection, {"mark_id": 1})
            DELETE.execute_many(connection, [{"mark_id": 2}])
    assert [statement.split()[0] for statement in statements] == ["SELECT", "DELETE", "DELETE"]
    with statement_delay(marked, 0.001):
        marked.fetch(ALL)


def test_prepared_statements_survive_a_rollback_and_ddl(postgresql_url: str) -> None:
    database = Database.connect(postgresql_url, pool_size=1, max_overflow=0)
    number = DriverStatement(select(bindparam("number", type_=BigInteger)))
    try:
        for _ in range(2):
            with database.writing() as connection:
                # psycopg deallocates all statements if it has prepared one of its own.
                for _ in range(7):
                    connection.exec_driver_sql("SELECT 1")
                assert number.fetch(connection, {"number": 5}) == [(5,)]
                connection.rollback()
            with database.writing() as connection:
                for _ in range(7):
                    connection.exec_driver_sql("SELECT 1")
                assert number.fetch(connection, {"number": 6}) == [(6,)]
                connection.exec_driver_sql("CREATE TEMPORARY TABLE marks (id int)")
                connection.exec_driver_sql("DROP TABLE marks")
                assert number.fetch(connection, {"number": 7}) == [(7,)]
    finally:
        database.dispose()


def test_few_statements_stay_prepared(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql_connection, "_MAX_PREPARED", 3)
    database = Database.connect(postgresql_url)
    statements = [DriverStatement(text(f"SELECT {number}")) for number in range(5)]
    prepared = DriverStatement(text("SELECT count(*) FROM pg_prepared_statements"))
    try:
        for _ in range(2):
            for expected, statement in enumerate(statements):
                assert database.fetch(statement) == [(expected,)]
        assert database.fetch(prepared) == [(3,)]
    finally:
        database.dispose()


def test_statement_is_prepared_again_when_a_column_has_changed(postgresql_url: str) -> None:
    """A release migrates while processes of the one before have prepared statements."""
    database = Database.connect(postgresql_url, pool_size=1, max_overflow=1)
    named = DriverStatement(text("SELECT name FROM marks"))
    often = text("SELECT name AS psycopg_prepares_it FROM marks")

    def read() -> list[str]:
        with database.reading() as connection:
            names = [connection.execute(often).scalar_one() for _ in range(8)]
        return [*names, *(row[0] for row in database.fetch(named))]

    def migrate(statement: str) -> None:
        with psycopg.connect(postgresql_url.replace("+psycopg", "")) as migration:
            migration.execute(statement.encode())

    try:
        migrate("CREATE TABLE marks (name varchar(40))")
        migrate("INSERT INTO marks VALUES ('Ash')")
        assert set(read()) == {"Ash"}
        migrate("ALTER TABLE marks ALTER COLUMN name TYPE varchar(80)")
        assert set(read()) == {"Ash"}
        migrate("ALTER TABLE marks ALTER COLUMN name TYPE text")
        assert set(read()) == {"Ash"}
    finally:
        database.dispose()


@pytest.mark.parametrize("prepared_by", ["libpq", "psycopg"])
def test_transaction_fails_once_when_a_column_has_changed(
    postgresql_url: str, prepared_by: str
) -> None:
    database = Database.connect(postgresql_url, pool_size=1, max_overflow=0)
    statements = [
        DriverStatement(text(each))
        for each in ("SELECT name FROM marks", "SELECT name, 1 FROM marks")
    ]

    def use_case() -> list[str]:
        with database.writing() as connection:
            connection.exec_driver_sql("INSERT INTO marks VALUES ('Ash')")
            if prepared_by == "libpq":
                rows = [row for each in statements for row in each.fetch(connection)]
            else:
                rows = [
                    row
                    for _ in range(8)
                    for row in connection.exec_driver_sql("SELECT name FROM marks").all()
                ]
            connection.commit()
        return [row[0] for row in rows]

    try:
        with psycopg.connect(postgresql_url.replace("+psycopg", "")) as migration:
            migration.execute("CREATE TABLE marks (name varchar(40))")
        use_case()
        with psycopg.connect(postgresql_url.replace("+psycopg", "")) as migration:
            migration.execute("ALTER TABLE marks ALTER COLUMN name TYPE varchar(80)")
        with pytest.raises(ConcurrentChange):
            use_case()
        # What failed was rolled back.
        assert len(use_case()) == len(statements if prepared_by == "libpq" else range(8)) * 2
    finally:
        database.dispose()
