import pytest

from tests.support.payment_history import assert_events_in_any_order_lead_to_the_same_state


@pytest.mark.slow
@pytest.mark.parametrize("cancelled", [False, True])
def test_events_in_any_order_lead_to_the_same_state(cancelled: bool) -> None:  # noqa: FBT001 (a parameter)
    assert_events_in_any_order_lead_to_the_same_state(range(12), cancelled=cancelled)
