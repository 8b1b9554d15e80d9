"""`novacart reconcile`."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.payments.sandbox_ledger import SqlSandboxLedger
from novacart.adapters.persistence.payments.tables import payments as rows
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.adapters.system.clock import SystemClock
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.entrypoints.cli import novacart
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentsFixture


def _run(url: str, folder: Path, **more: str) -> Result:
    environ = {
        "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
        "DATABASE_URL": url,
        "VAR_DIR": str(folder / "var"),
    }
    return CliRunner().invoke(novacart, ["reconcile"], env=environ | more)


@pytest.mark.parametrize("is_lost", [False, True])
def test_reconcile_settles_a_payment_without_an_event(
    database: Database, database_url: str, tmp_path: Path, *, is_lost: bool
) -> None:
    """If `is_lost`, the restored database does not have the payment."""
    provider = SandboxGateway(ledger=SqlSandboxLedger(database), clock=SystemClock())
    payments = PaymentsFixture(
        begin=SqlUnitOfWorkFactory(database, ContextVarRequestContexts()),
        gateway=provider,
        clock=SetClock(SystemClock().now()),
    )
    user_id, _ = payments.customer()
    order_id = payments.place_order(user_id, {payments.product(): 1})
    provider.confirm(payments.intent(user_id, order_id).reference, succeed=True)
    if is_lost:
        with database.writing() as connection:
            connection.execute(delete(rows))
            connection.commit()
    result = _run(database_url, tmp_path, DEBUG="True")
    assert result.exit_code == 0, result.output
    assert "1 payment checked" in result.output
    assert payments.order(order_id).status is OrderStatus.PAID


def test_reconcile_without_a_provider_fails(sqlite_url: str, tmp_path: Path) -> None:
    assert _run(sqlite_url, tmp_path, DEBUG="False").exit_code != 0
