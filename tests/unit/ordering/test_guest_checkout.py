"""Orders of guests placed by use cases, with fake adapters."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.application.authorization.throttle import Throttle, TooManyAttempts
from novacart.application.ordering.guest_checkout import (
    PlaceGuestOrder,
    PlaceGuestOrderCommand,
    StartGuestCheckout,
    StartGuestCheckoutCommand,
)
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.start_checkout import StartCheckout, StartCheckoutCommand
from novacart.application.ordering.transfer_order import transfer_order
from novacart.domain.accounts.errors import InvalidFields
from novacart.domain.accounts.guest import Guest
from novacart.domain.ordering.lifecycle import OrderStatus, PaymentMethod
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import UserId
from tests.fakes.rate_limiter import FakeRateLimiter
from tests.fakes.request_contexts import FakeRequestContexts
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.ordering import NOON, ShopFixture, fill_cart
from tests.support.clock import SetClock

EMAIL = "guest@example.com"
ADDRESS = {
    "name": "Asha Rao",
    "mobile": "98765 43210",
    "pincode": "560001",
    "state": "Karnataka",
    "district": "Bengaluru",
    "town": "Bengaluru",
    "house_number": "12A",
    "address": "Residency Road",
}


@dataclass
class GuestShop:
    """A guest with two units of the first product in the cart, and the use cases."""

    shop: ShopFixture
    store: FakeStore

    def __post_init__(self) -> None:
        self.begin = FakeUnitOfWorkFactory(self.store)
        clock, contexts = SetClock(NOON), FakeRequestContexts("anonymous")
        policy = CheckoutPolicy(pending_order_ttl=timedelta(minutes=30))
        self.place_order = PlaceOrder(
            begin=self.begin,
            clock=clock,
            contexts=contexts,
            numbers=RandomOrderNumbers(),
            policy=policy,
        )
        self.start_checkout = StartCheckout(
            begin=self.begin,
            clock=clock,
            contexts=contexts,
            numbers=RandomOrderNumbers(),
            policy=policy,
        )
        self.place = PlaceGuestOrder(
            place_order=self.place_order,
            throttle=Throttle(FakeRateLimiter(clock)),
            contexts=contexts,
        )
        self.start = StartGuestCheckout(start_checkout=self.start_checkout)
        with self.begin() as work:
            self.guest_id = UserId(work.ids.take()[0])
            work.guests.add(Guest.start(id=self.guest_id, at=NOON))
            work.commit()
        self.fill_cart()

    def fill_cart(self) -> None:
        """Replace the cart by two units of the first product."""
        with self.begin() as work:
            cart = work.carts.of(self.guest_id)
            cart.clear()
            work.carts.save(cart)
            fill_cart(work, self.guest_id, {self.shop.products[0]: 2})
            work.commit()


@pytest.fixture
def guest_shop(shop: ShopFixture, store: FakeStore) -> GuestShop:
    return GuestShop(shop, store)


@pytest.mark.parametrize("method", list(PaymentMethod))
def test_place_guest_order_keeps_contact_on_order(
    guest_shop: GuestShop, method: PaymentMethod
) -> None:
    order = guest_shop.place(
        PlaceGuestOrderCommand(
            guest_id=guest_shop.guest_id, email=EMAIL, address=ADDRESS, payment_method=method
        )
    )
    assert order.email == EMAIL
    assert order.address is not None
    assert (order.address.source_id, order.address.mobile) == (None, "9876543210")
    with guest_shop.begin() as work:
        stored = work.orders.of_user(order.id, guest_shop.guest_id)
        assert stored.is_of_guest
        assert not work.carts.of(guest_shop.guest_id).lines
    assert guest_shop.shop.levels()[0] == (10, 2)


def test_guest_checkout_of_unchanged_cart_and_address_is_same_order(guest_shop: GuestShop) -> None:
    command = StartGuestCheckoutCommand(guest_id=guest_shop.guest_id, email=EMAIL, address=ADDRESS)
    first = guest_shop.start(command)
    assert guest_shop.start(command) == first
    moved = StartGuestCheckoutCommand(
        guest_id=guest_shop.guest_id, email=EMAIL, address=ADDRESS | {"town": "Mysuru"}
    )
    assert guest_shop.start(moved).id != first.id
    assert guest_shop.shop.levels()[0] == (10, 2)


@pytest.mark.parametrize("town", ["Bengaluru", "Mysuru"])
@pytest.mark.parametrize("places_order", [True, False])
def test_order_that_a_user_has_claimed_is_not_replaced_or_returned_to_the_guest(
    guest_shop: GuestShop, *, places_order: bool, town: str
) -> None:
    guest_id, address = guest_shop.guest_id, ADDRESS | {"town": town}
    claimed = guest_shop.start(
        StartGuestCheckoutCommand(guest_id=guest_id, email=EMAIL, address=ADDRESS)
    )
    user_id = guest_shop.shop.another_customer()
    with guest_shop.begin() as work:
        transfer_order(work, work.orders.get(claimed.id), user_id, at=NOON)
        work.commit()
    if places_order:
        order = guest_shop.place(
            PlaceGuestOrderCommand(guest_id=guest_id, email=EMAIL, address=address)
        )
    else:
        order = guest_shop.start(
            StartGuestCheckoutCommand(guest_id=guest_id, email=EMAIL, address=address)
        )
    assert order.id != claimed.id
    with guest_shop.begin() as work:
        assert work.orders.of_user(claimed.id, user_id).status is OrderStatus.PENDING
        assert work.orders.of_user(order.id, guest_id).status is OrderStatus.PENDING
    assert guest_shop.shop.levels()[0] == (10, 4)


def test_other_email_starts_new_checkout(guest_shop: GuestShop) -> None:
    orders = [
        guest_shop.start(
            StartGuestCheckoutCommand(guest_id=guest_shop.guest_id, email=email, address=ADDRESS)
        )
        for email in (EMAIL, "corrected@example.com")
    ]
    assert [order.email for order in orders] == [EMAIL, "corrected@example.com"]


def test_every_invalid_field_of_contact_is_named(guest_shop: GuestShop) -> None:
    command = PlaceGuestOrderCommand(
        guest_id=guest_shop.guest_id, email="nowhere", address=ADDRESS | {"pincode": "1"}
    )
    with pytest.raises(InvalidFields) as error:
        guest_shop.place(command)
    assert set(error.value.errors) == {"email", "pincode"}


def test_every_missing_field_of_contact_is_named(guest_shop: GuestShop) -> None:
    command = StartGuestCheckoutCommand(guest_id=guest_shop.guest_id, email="", address={})
    with pytest.raises(InvalidFields) as error:
        guest_shop.start(command)
    assert set(error.value.errors) == {"email", *ADDRESS}


def test_guest_without_contact_cannot_order(guest_shop: GuestShop) -> None:
    with pytest.raises(InvalidValue) as error:
        guest_shop.place_order(PlaceOrderCommand(user_id=guest_shop.guest_id))
    assert error.value.field == "email"


def test_checkout_of_user_without_address_raises(guest_shop: GuestShop) -> None:
    guest_shop.shop.fill_cart(1)
    with pytest.raises(InvalidValue):
        guest_shop.start_checkout(StartCheckoutCommand(user_id=guest_shop.shop.customer))


def test_cod_orders_of_one_email_are_limited_and_online_orders_are_not(
    guest_shop: GuestShop,
) -> None:
    def place(method: PaymentMethod, email: str = EMAIL) -> None:
        guest_shop.fill_cart()
        guest_shop.place(
            PlaceGuestOrderCommand(
                guest_id=guest_shop.guest_id, email=email, address=ADDRESS, payment_method=method
            )
        )

    for _ in range(3):
        place(PaymentMethod.COD)
    with pytest.raises(TooManyAttempts):
        place(PaymentMethod.COD, "Guest@Example.com")
    place(PaymentMethod.ONLINE)
