"""The state machine of the shop, in memory, with many sequences of actions."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.shop_machine_in_memory import MachineInMemory

NO_DEADLINE = settings(
    deadline=None, suppress_health_check=list(HealthCheck), stateful_step_count=30
)


def test_invariants_hold_in_any_sequence_of_actions() -> None:
    run_state_machine_as_test(MachineInMemory, settings=settings(NO_DEADLINE, max_examples=40))


@pytest.mark.stress
@pytest.mark.timeout(3600)
def test_invariants_hold_in_long_sequences_of_actions() -> None:
    long = settings(NO_DEADLINE, max_examples=2000, stateful_step_count=50)
    run_state_machine_as_test(MachineInMemory, settings=long)
