"""Races of guests: a merge against the payment of the guest's order."""

from contextlib import suppress
from functools import partial

from novacart.adapters.security.order_link_tokens import HmacOrderLinkTokens
from novacart.application.ordering.merge_guest_cart import (
    MergeGuestCart,
    MergeGuestCartCommand,
)
from novacart.application.ordering.order_factory import GuestContact
from novacart.application.ordering.order_links import ClaimOrder, ClaimOrderCommand
from novacart.application.ordering.start_checkout import StartCheckoutCommand
from novacart.application.payments.open_payment import OpenPaymentCommand
from novacart.application.ports.payment_gateway import GatewayRefused
from novacart.application.ports.tokens import TokenClaims, TokenKind
from novacart.domain.accounts.guest import Guest
from novacart.domain.cart.cart import QuantityLimits
from novacart.domain.cart.policy import CartPolicy
from novacart.domain.ordering.errors import InvalidOrderLink
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.ordering.order_link import OrderLink
from novacart.domain.shared.ids import CartLineId, OrderId, UserId
from tests.fakes.account_security import FakeTokens
from tests.fakes.request_contexts import FakeRequestContexts
from tests.support.builders.ordering import ADDRESS
from tests.support.race_harness import RaceHarness
from tests.support.races import errors_of

CONTACT = GuestContact(email="guest@example.com", address=ADDRESS)


class GuestRace:
    """A guest with an unpaid order, and a user who signs in."""

    def __init__(self, race: RaceHarness, name: str = "asha") -> None:
        self.race = race
        self.tokens = FakeTokens(clock=race.clock)
        self._merge = MergeGuestCart(
            begin=race.payments.begin,
            tokens=self.tokens,
            contexts=FakeRequestContexts("user:1"),
            clock=race.clock,
            policy=CartPolicy(max_per_line=10),
        )
        self.product = race.payments.product(price=241, stock=10)
        self.user, _ = race.payments.customer(name)
        with race.payments.begin() as work:
            self.guest = UserId(work.ids.take()[0])
            work.guests.add(Guest.start(id=self.guest, at=race.clock.now()))
            work.commit()
        race.payments.fill_cart(self.guest, {self.product: 2})
        command = StartCheckoutCommand(user_id=self.guest, contact=CONTACT)
        self.order_id: OrderId = race.payments.start_checkout(command).id
        opened = OpenPaymentCommand(user_id=self.guest, order_id=self.order_id)
        self.reference = race.payments.open_payment(opened).reference

    def token(self) -> str:
        return self.tokens.issue(
            TokenClaims(
                kind=TokenKind.GUEST,
                user_id=self.guest,
                family_id=self.guest,
                password_generation=1,
                token_id="token",
            )
        )

    def merge(self) -> None:
        self._merge(MergeGuestCartCommand(user_id=self.user, guest_token=self.token()))

    def pay(self) -> None:
        with suppress(GatewayRefused):
            self.race.provider.pay(self.reference)
        self.race.payments.run_reconciliation(force=True)


def test_order_is_paid_once_and_its_customer_has_no_line_of_it_when_merge_meets_payment(
    race: RaceHarness,
) -> None:
    shops = [GuestRace(race, f"user{number}") for number in range(race.timing.limit(50))]
    calls = [call for shop in shops for call in (partial(shop.merge), partial(shop.pay))]
    assert errors_of(race.run_concurrently(calls)) == []
    race.settle()
    for shop in shops:
        order = race.payments.order(shop.order_id)
        assert order.status is OrderStatus.PAID
        # Merged before the payment, it is the user's; after it, it stays with the guest.
        assert order.user_id in {shop.guest, shop.user}
        with race.payments.begin() as work:
            for user_id in (shop.guest, shop.user):
                assert work.carts.of(user_id).lines == ()


def test_concurrent_merges_change_the_cart_once(race: RaceHarness) -> None:
    shop = GuestRace(race)
    calls = [partial(shop.merge)] * race.timing.limit(20)
    assert errors_of(race.run_concurrently(calls)) == []
    with race.payments.begin() as work:
        assert [line.quantity for line in work.carts.of(shop.user).lines] == [2]
        assert work.carts.of(shop.guest).lines == ()


def test_naive_merge_of_lines_that_were_read_before_the_payment_keeps_paid_lines(
    race: RaceHarness,
) -> None:
    """Negative control: the guest's cart is not locked between reading and merging it."""
    shop = GuestRace(race)
    with race.payments.begin() as work:
        lines = work.carts.of(shop.guest).lines
    shop.pay()
    race.settle()
    with race.payments.begin() as work:
        cart = work.carts.of(shop.user)
        limits = QuantityLimits(orderable=10, max_per_line=10)
        for line in lines:
            cart.merge(line, line_id=CartLineId(work.ids.take()[0]), limits=limits)
        work.carts.save(cart)
        work.commit()
    assert race.payments.order(shop.order_id).status is OrderStatus.PAID
    assert [line.quantity for line in cart.lines] == [2]


def test_link_is_claimed_by_one_of_two_users(race: RaceHarness) -> None:
    shop = GuestRace(race)
    other, _ = race.payments.customer("badri")
    tokens = HmacOrderLinkTokens("secret")
    token = tokens.issue(OrderLink.to(race.payments.order(shop.order_id), at=race.clock.now()))
    claim = ClaimOrder(begin=race.payments.begin, tokens=tokens, clock=race.clock)
    outcomes = race.run_concurrently(
        [
            partial(claim, ClaimOrderCommand(user_id=user_id, token=token))
            for user_id in (shop.user, other)
        ]
    )
    (error,) = errors_of(outcomes)
    assert isinstance(error, InvalidOrderLink)
    assert race.payments.order(shop.order_id).user_id in {shop.user, other}
