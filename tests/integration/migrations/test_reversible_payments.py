"""The migration of payments that a bank can still reverse."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import downgrade, upgrade
from novacart.adapters.persistence.payments.tables import disputes, payments, refunds
from tests.support.builders.shop_rows import insert_rows

REFUNDED = 7002


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database.connect(database_url)
    yield database
    database.dispose()


def checks(database: Database) -> dict[int, datetime]:
    """The scheduled `check_at` of payments, by id."""
    with database.reading() as connection:
        rows = connection.execute(select(payments.c.id, payments.c.check_at)).all()
    return {row.id: row.check_at for row in rows if row.check_at is not None}


@pytest.mark.parametrize(("days", "checked"), [(29, True), (31, False)])
def test_payments_of_recent_refunds_and_open_disputes_are_checked(
    database: Database, database_url: str, days: int, *, checked: bool
) -> None:
    now = datetime.now(UTC)
    insert_rows(database)
    downgrade(database_url, "0045")
    with database.writing() as connection:
        others = select(payments.c.id).where(payments.c.id != REFUNDED).order_by(payments.c.id)
        disputed, lost, *_ = connection.scalars(others)
        connection.execute(update(refunds).values(settled_at=now - timedelta(days=days)))
        for payment_id, status in ((disputed, "UNDER_REVIEW"), (lost, "LOST")):
            connection.execute(
                insert(disputes).values(
                    reference=f"dp_{payment_id}",
                    payment_id=payment_id,
                    amount_minor=100,
                    currency="INR",
                    status=status,
                    withdrawn=False,
                    reinstated=False,
                    opened_at=now,
                )
            )
        connection.commit()
    assert checks(database) == {}
    upgrade(database_url)
    times = checks(database)
    assert times.keys() == {disputed} | ({REFUNDED} if checked else set())
    if checked:
        assert abs(times[disputed] - times[REFUNDED]) == timedelta(days=3.5)
