"""The state machine of the shop, in memory."""

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from novacart.domain.payments.payment import Payment
from tests.support.shop_machine_in_memory import MachineInMemory

NO_DEADLINE = settings(
    deadline=None, suppress_health_check=list(HealthCheck), stateful_step_count=30
)


@pytest.mark.slow
def test_invariants_hold_in_any_sequence_of_actions() -> None:
    run_state_machine_as_test(MachineInMemory, settings=settings(NO_DEADLINE, max_examples=10))


@pytest.mark.slow
def test_shop_that_keeps_late_payments_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control."""
    monkeypatch.setattr(Payment, "refund_late_payment", lambda *_, **__: None)
    quick = settings(NO_DEADLINE, max_examples=300, phases=[Phase.generate], derandomize=True)
    with pytest.raises(AssertionError, match="payment of a closed order is not refunded"):
        run_state_machine_as_test(MachineInMemory, settings=quick)
