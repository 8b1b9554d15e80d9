"""The merge of a guest's cart at sign-in, with fake adapters."""

from collections.abc import Sequence
from uuid import uuid4

import pytest

from novacart.application.ordering.merge_guest_cart import (
    MergeGuestCart,
    MergeGuestCartCommand,
    MergeResult,
)
from novacart.application.ordering.order_factory import GuestContact
from novacart.application.ordering.start_checkout import StartCheckoutCommand
from novacart.application.payments.cancel_payment import CancelPaymentCommand
from novacart.application.ports.payments import PaymentLocator
from novacart.application.ports.tokens import TokenClaims, TokenKind
from novacart.domain.accounts.errors import InvalidGuestToken
from novacart.domain.accounts.guest import SESSION_LIFETIME, Guest
from novacart.domain.cart.policy import CartPolicy
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.ordering.order import Order
from novacart.domain.payments.refund import RefundOrigin
from novacart.domain.shared.ids import OrderId, UserId, VariantId
from tests.fakes.account_security import FakeTokens
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.request_contexts import FakeRequestContexts
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.ordering import (
    ADDRESS,
    NOON,
    add_customer,
    add_product,
    fill_cart,
)
from tests.support.clock import SetClock
from tests.support.payments_fixture import PaymentsFixture

CONTACT = GuestContact(email="guest@example.com", address=ADDRESS)


class MergeFixture:
    """A guest and a user, two products with ten units, and the use cases of payments."""

    def __init__(self, *, guest_first: bool = True) -> None:
        self.store, self.clock = FakeStore(), SetClock(NOON)
        self.begin = FakeUnitOfWorkFactory(self.store)
        self.provider = FakePaymentGateway(self.clock)
        self.payments = PaymentsFixture(self.begin, self.provider, self.clock)
        self.tokens = FakeTokens(clock=self.clock)
        self._merge = MergeGuestCart(
            begin=self.begin,
            tokens=self.tokens,
            contexts=FakeRequestContexts("user:1"),
            clock=self.clock,
            policy=CartPolicy(max_per_line=10),
        )
        if guest_first:
            self.guest = self.add_guest()
        with self.begin() as work:
            self.user = add_customer(work)
            self.products = [add_product(work, stock=10) for _ in range(2)]
            work.commit()
        if not guest_first:
            self.guest = self.add_guest()
        self.token = self.token_of(self.guest)

    @property
    def variants(self) -> list[VariantId]:
        return [VariantId(product) for product in self.products]

    def add_guest(self) -> UserId:
        with self.begin() as work:
            guest_id = UserId(work.ids.take()[0])
            work.guests.add(Guest.start(id=guest_id, at=self.clock.now()))
            work.commit()
        return guest_id

    def token_of(self, guest_id: UserId, kind: TokenKind = TokenKind.GUEST) -> str:
        return self.tokens.issue(
            TokenClaims(
                kind=kind,
                user_id=guest_id,
                family_id=guest_id,
                password_generation=1,
                token_id=uuid4().hex,
            )
        )

    def merge(self, user_id: UserId | None = None) -> MergeResult:
        return self._merge(
            MergeGuestCartCommand(user_id=user_id or self.user, guest_token=self.token)
        )

    def fill_carts(self, *, guest: Sequence[int] = (), user: Sequence[int] = ()) -> None:
        """Add these quantities of the products, in their order; zero for none."""
        with self.begin() as work:
            for user_id, quantities in ((self.guest, guest), (self.user, user)):
                pairs = zip(self.products, quantities, strict=False)
                fill_cart(work, user_id, {product: count for product, count in pairs if count})
            work.commit()

    def cart(self, user_id: UserId | None = None) -> list[int]:
        """The quantities of the products."""
        with self.begin() as work:
            cart = work.carts.of(user_id or self.user)
        lines = [cart.line_of(product) for product in self.variants]
        return [line.quantity if line else 0 for line in lines]

    def place(self, quantity: int = 2) -> OrderId:
        """Place an unpaid order of the guest, which empties the cart."""
        units = {self.products[0]: quantity}
        return self.payments.place_order(self.guest, units, contact=CONTACT)

    def start_checkout(self, quantity: int = 2) -> OrderId:
        """Start a checkout of the guest, which keeps the cart."""
        self.fill_carts(guest=[quantity])
        command = StartCheckoutCommand(user_id=self.guest, contact=CONTACT)
        return self.payments.start_checkout(command).id

    def order(self, order_id: OrderId) -> Order:
        return self.payments.order(order_id)

    def reserved(self) -> int:
        """The reserved units of the first product."""
        with self.begin() as work:
            return work.stock.levels(self.variants)[self.variants[0]].reserved


@pytest.fixture
def shop() -> MergeFixture:
    return MergeFixture()


@pytest.fixture(params=["guest first", "user first"])
def ordered_shop(request: pytest.FixtureRequest) -> MergeFixture:
    """The guest's id is lower or higher than the user's."""
    return MergeFixture(guest_first=request.param == "guest first")


def test_merge_takes_larger_quantities_and_empties_guest_cart(ordered_shop: MergeFixture) -> None:
    shop = ordered_shop
    shop.fill_carts(guest=[3, 2], user=[1, 4])
    assert shop.merge() == MergeResult()
    assert (shop.cart(), shop.cart(shop.guest)) == ([3, 4], [0, 0])


def test_merge_twice_is_merge_once(shop: MergeFixture) -> None:
    shop.fill_carts(guest=[3, 2], user=[1, 4])
    shop.merge()
    with shop.begin() as work:
        cart = work.carts.of(shop.user)
        cart.clear()
        work.carts.save(cart)
        work.commit()
    events = len(shop.store.events)
    assert shop.merge() == MergeResult()
    assert shop.cart() == [0, 0]
    assert len(shop.store.events) == events


def test_merge_lists_lines_reduced_to_limit_or_stock(shop: MergeFixture) -> None:
    with shop.begin() as work:
        shop.products.append(add_product(work, stock=3))
        shop.products.append(add_product(work, stock=0))
        work.commit()
    shop.fill_carts(guest=[12, 2, 5, 1], user=[1, 4, 1])
    adjusted = shop.merge().adjusted
    assert [(line.variant_id, line.requested, line.quantity) for line in adjusted] == [
        (shop.variants[0], 12, 10),
        (shop.variants[2], 5, 3),
        (shop.variants[3], 1, 0),
    ]
    assert shop.cart() == [10, 4, 3, 0]


def test_merge_unites_wishlists(shop: MergeFixture) -> None:
    first, second = shop.variants
    with shop.begin() as work:
        for user_id, products in ((shop.guest, [first, second]), (shop.user, [second])):
            wishlist = work.wishlists.of(user_id)
            for product in products:
                wishlist.add(product, at=NOON)
            work.wishlists.save(wishlist)
        work.commit()
    shop.merge()
    with shop.begin() as work:
        assert {entry.variant_id for entry in work.wishlists.of(shop.user).entries} == {
            first,
            second,
        }
        assert not work.wishlists.of(shop.guest).entries


def test_merge_into_another_user_raises_and_changes_nothing(shop: MergeFixture) -> None:
    shop.fill_carts(guest=[3])
    shop.merge()
    with shop.begin() as work:
        ravi = add_customer(work, "ravi")
        work.commit()
    with pytest.raises(InvalidGuestToken):
        shop.merge(ravi)
    assert shop.cart(ravi) == [0, 0]


def test_merge_of_expired_session_or_with_token_of_user_raises(shop: MergeFixture) -> None:
    shop.fill_carts(guest=[3])
    guest_token, shop.token = shop.token, shop.token_of(shop.guest, TokenKind.ACCESS)
    with pytest.raises(InvalidGuestToken):
        shop.merge()
    shop.token = guest_token
    shop.clock.move(seconds=SESSION_LIFETIME.total_seconds())
    with pytest.raises(InvalidGuestToken):
        shop.merge()
    assert shop.cart() == [0, 0]


def test_unpaid_order_and_its_payment_move_to_user_without_one(shop: MergeFixture) -> None:
    order_id = shop.place()
    reference = shop.payments.intent(shop.guest, order_id).reference
    shop.merge()
    assert (shop.order(order_id).user_id, shop.order(order_id).is_of_guest) == (shop.user, False)
    assert shop.payments.intent(shop.user, order_id).reference == reference
    assert shop.payments.payment(order_id).user_id == shop.user
    assert shop.reserved() == 2


def test_unpaid_order_without_payment_moves(shop: MergeFixture) -> None:
    order_id = shop.place()
    shop.merge()
    shop.payments.intent(shop.user, order_id)
    assert shop.payments.payment(order_id).user_id == shop.user


def test_moved_checkout_is_completed_in_cart_of_user(shop: MergeFixture) -> None:
    order_id = shop.start_checkout(10)
    shop.fill_carts(user=[0, 1])
    reference = shop.payments.intent(shop.guest, order_id).reference
    # The order's own units are orderable, so the line keeps its quantity.
    assert shop.merge() == MergeResult()
    assert shop.cart() == [10, 1]
    shop.provider.pay(reference)
    shop.payments.run_reconciliation(force=True)
    assert shop.order(order_id).status is OrderStatus.PAID
    assert shop.cart() == [0, 1]


def test_report_with_locator_of_before_merge_pays_and_completes_cart_of_user(
    shop: MergeFixture,
) -> None:
    order_id = shop.start_checkout()
    reference = shop.payments.intent(shop.guest, order_id).reference
    locator = PaymentLocator.of(shop.payments.payment(order_id))
    shop.merge()
    shop.provider.pay(reference)
    report = shop.provider.retrieve(reference)
    assert report is not None
    shop.payments.recorder.apply_report(report, locator=locator)
    assert shop.order(order_id).status is OrderStatus.PAID
    assert shop.cart() == [0, 0]


def test_unpaid_order_is_cancelled_if_user_has_one(shop: MergeFixture) -> None:
    order_id = shop.start_checkout(4)
    own = shop.payments.place_order(shop.user, {shop.products[0]: 1})
    assert shop.reserved() == 5
    shop.merge()
    assert shop.order(order_id).status is OrderStatus.CANCELLED
    assert shop.order(order_id).user_id == shop.guest
    assert shop.order(own).status is OrderStatus.PENDING
    assert (shop.reserved(), shop.cart()) == (1, [4, 0])


def test_payment_in_flight_of_cancelled_order_is_refunded(shop: MergeFixture) -> None:
    order_id = shop.start_checkout()
    reference = shop.payments.intent(shop.guest, order_id).reference
    shop.payments.place_order(shop.user, {shop.products[1]: 1})
    shop.merge()
    shop.provider.pay(reference)
    shop.payments.cancel_payment(CancelPaymentCommand(order_id=order_id))
    shop.clock.move(seconds=30)
    shop.payments.run_reconciliation()
    (refund,) = shop.payments.payment(order_id).refunds
    assert refund.origin is RefundOrigin.LATE_PAYMENT
    assert shop.provider.net_captured() == {"INR": 0}
    assert shop.cart() == [2, 0]


def test_paid_order_stays_with_guest(shop: MergeFixture) -> None:
    order_id = shop.start_checkout()
    shop.provider.pay(shop.payments.intent(shop.guest, order_id).reference)
    shop.payments.run_reconciliation(force=True)
    shop.merge()
    assert shop.order(order_id).user_id == shop.guest
    assert shop.cart() == [0, 0]
