import pytest

from tests.support.payment_history import assert_events_in_any_order_lead_to_the_same_state

CHUNK = 500


@pytest.mark.parametrize("cancelled", [False, True])
def test_events_in_any_order_lead_to_the_same_state(cancelled: bool) -> None:  # noqa: FBT001 (a parameter)
    assert_events_in_any_order_lead_to_the_same_state(range(200), cancelled=cancelled)


@pytest.mark.stress
@pytest.mark.parametrize("first", range(0, 5_000, CHUNK))
@pytest.mark.parametrize("cancelled", [False, True])
def test_ten_thousand_orders_of_events_lead_to_the_same_state(cancelled: bool, first: int) -> None:  # noqa: FBT001 (a parameter)
    assert_events_in_any_order_lead_to_the_same_state(
        range(first, first + CHUNK), cancelled=cancelled
    )
