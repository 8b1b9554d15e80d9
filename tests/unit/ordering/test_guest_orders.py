"""Orders of guests: their links and their transfer to an account."""

from datetime import timedelta

import pytest

from novacart.domain.ordering.address import mask_email
from novacart.domain.ordering.errors import InvalidOrderLink
from novacart.domain.ordering.events import OrderLinksRevoked, OrderTransferred
from novacart.domain.ordering.order import Order
from novacart.domain.ordering.order_link import LINK_LIFETIME, OrderLink
from novacart.domain.shared.ids import UserId
from tests.support.builders.ordering import ADDRESS, NOON, an_order

GUEST, ASHA = UserId(9), UserId(3)
LATER = NOON + timedelta(hours=1)


def a_guest_order() -> Order:
    return an_order(user=GUEST, by_guest=True)


def test_link_expires_after_its_lifetime() -> None:
    link = OrderLink.to(a_guest_order(), at=NOON)
    link.ensure_current(at=NOON + LINK_LIFETIME - timedelta(seconds=1))
    with pytest.raises(InvalidOrderLink):
        link.ensure_current(at=NOON + LINK_LIFETIME)


def test_revoked_link_is_invalid() -> None:
    order = a_guest_order()
    before = OrderLink.to(order, at=NOON)
    order.revoke_links(at=LATER)
    with pytest.raises(InvalidOrderLink):
        order.ensure_link_generation(before.generation)
    order.ensure_link_generation(OrderLink.to(order, at=NOON).generation)
    (event,) = order.collect_events()
    assert isinstance(event, OrderLinksRevoked)
    assert (event.link_generation, event.occurred_at) == (order.link_generation, LATER)


def test_order_of_user_has_no_link() -> None:
    order = an_order()
    for attempt in (
        lambda: OrderLink.to(order, at=NOON),
        lambda: order.ensure_link_generation(1),
        lambda: order.revoke_links(at=NOON),
        lambda: order.transfer(ASHA, at=NOON),
    ):
        with pytest.raises(InvalidOrderLink):
            attempt()


def test_transfer_makes_order_that_of_user_and_revokes_links() -> None:
    order = a_guest_order()
    link = OrderLink.to(order, at=NOON)
    order.transfer(ASHA, at=LATER)
    assert order.user_id == ASHA
    with pytest.raises(InvalidOrderLink):
        order.ensure_link_generation(link.generation)
    (event,) = order.collect_events()
    assert isinstance(event, OrderTransferred)
    assert (event.previous_user_id, event.user_id) == (GUEST, ASHA)
    assert event.occurred_at == LATER


def test_masked_address_hides_person_and_house() -> None:
    masked = ADDRESS.masked()
    assert masked.name == "A•••"
    assert {masked.mobile, masked.house_number, masked.address} == {"•••"}
    assert (masked.town, masked.state) == (ADDRESS.town, ADDRESS.state)
    assert mask_email("asha@example.com") == "a•••@example.com"
