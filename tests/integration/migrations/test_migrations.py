"""Migrations create the schema of the table definitions, and remove it again."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from novacart.adapters.persistence.accounts.queries import SqlAccountQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import configuration, downgrade, upgrade
from novacart.adapters.persistence.revisions import current, heads
from novacart.adapters.persistence.schema import complete_metadata, has_table
from novacart.domain.shared.ids import UserId
from scripts.new_migration import migrated_database

Schema = dict[str, list[str]]

# Every schema object with its definition.
_POSTGRESQL = (
    """SELECT 'column ' || table_name || '.' || column_name, concat_ws(' ', data_type,
        character_maximum_length, is_nullable, column_default)
        FROM information_schema.columns WHERE table_schema = 'public'""",
    """SELECT 'constraint ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace""",
    "SELECT 'index ' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT 'trigger ' || tgname, pg_get_triggerdef(oid) FROM pg_trigger
        WHERE NOT tgisinternal""",
    """SELECT 'function ' || proname, prosrc FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace""",
    """SELECT 'sequence ' || sequencename, concat_ws(' ', start_value, increment_by)
        FROM pg_sequences WHERE schemaname = 'public'""",
)
_SQLITE = ("SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_master",)


def schema(database: Database) -> Schema:
    """Return the sorted parts of each schema object's definition, by its name."""
    queries = _POSTGRESQL if database.dialect == "postgresql" else _SQLITE
    parts = str.splitlines if database.dialect == "postgresql" else _sqlite_parts
    with database.reading() as connection:
        return {
            name: sorted(" ".join(part.split()) for part in parts(definition))
            for query in queries
            for name, definition in connection.execute(text(query))
            if "alembic_version" not in name
        }


def _sqlite_parts(definition: str) -> list[str]:
    """Split a definition into its columns and constraints.

    A column that was added later is stored after the constraints, with its own constraints, of
    which a foreign key does not name the column. The parentheses of an index are stored as they
    were written, one pair or two.
    """
    if not definition.startswith("CREATE TABLE"):
        return [definition.replace("((", "(").replace("))", ")")]
    parts, depth, start = [], 0, definition.index("(") + 1
    for position in range(start, len(definition)):
        depth += {"(": 1, ")": -1}.get(definition[position], 0)
        if depth < 0 or (depth == 0 and definition[position] == ","):
            part = re.sub(r"FOREIGN KEY ?\(\w+\) ", "", definition[start:position].strip())
            parts += re.split(r"(?<!^) (?=CONSTRAINT )", part)
            start = position + 1
    return parts


def create_tables(connection: Connection) -> None:
    tables = complete_metadata()
    included = [
        table for table in tables.sorted_tables if has_table(connection.dialect.name, table)
    ]
    tables.create_all(connection, tables=included)


def test_migrated_schema_equals_the_table_definitions(
    database: Database, database_url: str
) -> None:
    by_migration = schema(database)
    downgrade(database_url, "base")
    with database.writing() as connection:
        create_tables(connection)
        connection.commit()
    assert by_migration == schema(database)


def test_draft_of_a_migration_is_empty_for_unchanged_tables() -> None:
    with migrated_database() as config:
        command.check(config)


def test_downgrade_removes_everything_and_upgrade_restores_it(
    database: Database, database_url: str
) -> None:
    before = schema(database)
    assert before
    downgrade(database_url, "base")
    assert schema(database) == {}
    upgrade(database_url)
    assert schema(database) == before


def test_upgrade_reaches_the_only_head(database: Database) -> None:
    assert heads() == tuple(ScriptDirectory.from_config(configuration()).get_heads())
    assert len(heads()) == 1
    with database.reading() as connection:
        assert current(connection) == heads()


def test_second_upgrade_changes_nothing(database: Database, database_url: str) -> None:
    before = schema(database)
    upgrade(database_url)
    assert schema(database) == before


def test_upgrade_leaves_the_schema_of_a_later_release(
    database: Database, database_url: str
) -> None:
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.commit()
    before = schema(database)
    upgrade(database_url)
    assert schema(database) == before
    with database.reading() as connection:
        assert current(connection) == ("9999",)


def test_concurrent_upgrades_succeed(database: Database, database_url: str) -> None:
    before = schema(database)
    downgrade(database_url, "base")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: upgrade(database_url), range(4)))
    assert schema(database) == before


def test_ids_come_from_a_sequence_or_from_a_counter_table(database: Database) -> None:
    objects = schema(database)
    assert ("table identity_counter" in objects) == (database.dialect == "sqlite")
    assert ("sequence identities" in objects) == (database.dialect == "postgresql")


def test_skeletons_are_filled_for_staff_and_the_oldest_accounts_first(
    database: Database, database_url: str
) -> None:
    downgrade(database_url, "0007")
    users = [(1, "root", "customer"), (2, "r00t", "owner"), (3, "ravi", "customer")]
    with database.writing() as connection:
        for user_id, name, role in users:
            connection.execute(
                text(
                    "INSERT INTO users (id, username, username_key, email, email_key,"
                    " password_hash, first_name, last_name, role, is_active, created_at,"
                    " password_changed_at, password_generation, version) VALUES (:id, :name, :name,"
                    " :email, :email, '', '', '', :role, true, :at, :at, 1, 1)"
                ),
                {
                    "id": user_id,
                    "name": name,
                    "email": f"{name}@example.com",
                    "role": role,
                    "at": "2026-01-02 03:04:05+00:00",
                },
            )
        connection.commit()
    upgrade(database_url)
    with database.reading() as connection:
        rows = connection.execute(text("SELECT id, username_skeleton FROM users ORDER BY id"))
        filled = {row.id: row.username_skeleton is not None for row in rows}
    assert filled == {1: False, 2: True, 3: True}


def insert(connection: Connection, table: str, **values: object) -> None:
    names = ", ".join(values)
    parameters = ", ".join(f":{name}" for name in values)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({parameters})"), values)  # noqa: S608


def test_orders_whose_late_payment_was_refunded_become_refunded(
    database: Database, database_url: str
) -> None:
    downgrade(database_url, "0009")
    at = "2026-01-02 03:04:05+00:00"
    with database.writing() as connection:
        insert(
            connection,
            "users",
            id=1,
            **dict.fromkeys(("username", "username_key"), "asha"),
            **dict.fromkeys(("email", "email_key"), "asha@example.com"),
            **dict.fromkeys(("password_hash", "first_name", "last_name"), ""),
            role="customer",
            is_active=True,
            **dict.fromkeys(("created_at", "password_changed_at"), at),
            password_generation=1,
            version=1,
        )
        for order_id, refunds in (
            (2, {"SUCCEEDED": 300}),
            (3, {"SUCCEEDED": 100, "FAILED": 200}),
            (4, {"FAILED": 300}),
        ):
            insert(
                connection,
                "orders",
                id=order_id,
                number=f"NC-{order_id}",
                user_id=1,
                email="asha@example.com",
                status="CANCELLED",
                payment_method="ONLINE",
                payment_status="VOIDED",
                total_minor=300,
                currency="INR",
                placed_at=at,
                expires_at=at,
                estimated_delivery="2026-01-05",
                version=1,
            )
            insert(
                connection,
                "payments",
                id=order_id,
                order_id=order_id,
                order_number=f"NC-{order_id}",
                user_id=1,
                amount_minor=300,
                currency="INR",
                status="SUCCEEDED",
                captured_minor=300,
                refunded_minor=refunds.get("SUCCEEDED", 0),
                open_key="open",
                created_at=at,
                version=1,
            )
            for number, (status, amount) in enumerate(refunds.items()):
                insert(
                    connection,
                    "refunds",
                    id=order_id * 10 + number,
                    payment_id=order_id,
                    key=f"refund-{order_id}-{number}",
                    amount_minor=amount,
                    currency="INR",
                    origin="LATE_MONEY",
                    reason="",
                    status=status,
                    requested_at=at,
                    settled_at=at,
                )
        connection.commit()
    orders = "SELECT id, payment_status FROM orders ORDER BY id"
    history = "SELECT order_id, from_status, to_status FROM order_history ORDER BY order_id"
    upgrade(database_url)
    with database.reading() as connection:
        assert [tuple(row) for row in connection.execute(text(orders))] == [
            (2, "REFUNDED"),
            (3, "PARTIALLY_REFUNDED"),
            (4, "VOIDED"),
        ]
        assert [tuple(row) for row in connection.execute(text(history))] == [
            (2, "VOIDED", "REFUNDED"),
            (3, "VOIDED", "PARTIALLY_REFUNDED"),
        ]
    downgrade(database_url, "0009")
    with database.reading() as connection:
        assert {row.payment_status for row in connection.execute(text(orders))} == {"VOIDED"}
        assert connection.execute(text(history)).all() == []


def test_users_and_sessions_survive_the_migration_of_second_factors(
    database_url: str, database: Database
) -> None:
    downgrade(database_url, "0003")
    now = "2026-01-02 03:04:05.000000" + ("+00" if database.dialect == "postgresql" else "")
    with database.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO users (id, username, username_key, email, email_key, password_hash,"
                " first_name, last_name, role, is_active, created_at, password_changed_at,"
                " password_generation, version) VALUES (41, 'asha', 'asha', 'a@example.com',"
                " 'a@example.com', 'hash', '', '', 'owner', true, :now, :now, 1, 1)"
            ),
            {"now": now},
        )
        connection.execute(
            text(
                "INSERT INTO token_families (id, user_id, opened_at, version)"
                " VALUES (7, 41, :now, 1)"
            ),
            {"now": now},
        )
        connection.commit()
    upgrade(database_url, "0004")
    downgrade(database_url, "0003")
    upgrade(database_url)
    session = SqlAccountQueries(database).session_user(
        user_id=UserId(41), family_id=7, password_generation=1
    )
    assert session is not None
    assert (session.email_verified, session.mfa_enabled) == (False, False)
    assert session.authenticated_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
