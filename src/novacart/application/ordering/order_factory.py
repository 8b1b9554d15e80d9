"""Creation of an order from a cart, shared by `PlaceOrder` and `StartCheckout`."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.queries import OrderView
from novacart.application.ports.order_numbers import OrderNumbers
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.errors import OrderNumberTaken
from novacart.domain.ordering.lifecycle import OrderStatus, PaymentMethod
from novacart.domain.ordering.order import REPLACED_REASON, Order
from novacart.domain.services.checkout import Checkout
from novacart.domain.services.stock_claims import stock_claims
from novacart.domain.shared.ids import AddressId, UserId

# A number is random and rarely taken; then the whole unit of work is retried with another one.
ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestContact:
    """The email address and the shipping address of a guest's order."""

    email: str
    address: ShippingAddress


def retry_taken_number(place: Callable[[], OrderView]) -> OrderView:
    """Call `place`, again while it raises `OrderNumberTaken`, at most `ATTEMPTS` times."""
    for _ in range(ATTEMPTS - 1):
        with suppress(OrderNumberTaken):
            return place()
    return place()


class OrderFactory:
    """Creates the order of a cart in the caller's unit of work: first `checkout`, then `place`.

    Locks are taken in the order that `UnitOfWork` documents.
    """

    def __init__(self, *, numbers: OrderNumbers, policy: CheckoutPolicy) -> None:
        self._numbers = numbers
        self._policy = policy

    def checkout(
        self,
        work: UnitOfWork,
        user_id: UserId,
        address_id: AddressId | None,
        *,
        contact: GuestContact | None,
        at: datetime,
    ) -> tuple[Checkout, Order | None]:
        """The checkout of the user's cart, and the unpaid order created from the cart earlier.

        Raises `EmptyCart`, and `InvalidValue` for an address that is not the user's, and for a
        guest without `contact`.
        """
        checkout = work.carts.checkout(user_id, address_id, at=at)
        if contact is not None:
            checkout = checkout.with_contact(contact.email, contact.address)
        checkout.ensure_orderable()
        order_id = checkout.cart.checkout_order_id
        if order_id is None:
            return checkout, None
        order = work.orders.get(order_id)
        # A guest's order may have been claimed by a user since.
        replaceable = order.status is OrderStatus.PENDING and order.user_id == user_id
        return checkout, order if replaceable else None

    def place(
        self,
        work: UnitOfWork,
        checkout: Checkout,
        *,
        replaces: Order | None,
        expected_total: str | None,
        payment_method: PaymentMethod,
        at: datetime,
        actor: str,
    ) -> Order:
        """Create the order and reserve its stock.

        The order that it replaces is cancelled first, so that the units reserved for the same
        customer are available. Raises `TotalChanged`, `OutOfStock`, `OrderNumberTaken`, and as
        `OrderLimits`. `checkout` has locked the user, so that concurrent orders count each other.
        """
        self._policy.limits.ensure_allowed(
            checkout.open_orders,
            payment_method,
            quantities={line.variant_id: line.quantity for line in checkout.lines},
            replaced=(
                {line.variant_id: line.quantity for line in replaces.lines} if replaces else {}
            ),
            at=at,
        )
        order = Order.place(
            id=checkout.new_order_id,
            number=self._numbers(at),
            user_id=checkout.cart.user_id,
            email=checkout.email,
            lines=checkout.order_lines(),
            address=checkout.address,
            payment_method=payment_method,
            placed_at=at,
            expires_at=at + self._policy.pending_order_ttl,
            zone=self._policy.timezone,
            by_guest=checkout.by_guest,
        )
        if expected_total is not None:
            order.ensure_total(expected_total)
        if replaces is not None:
            self._cancel_replaced(work, replaces, order, at=at, actor=actor)
        work.stock.reserve(
            stock_claims(order.id, order.reserved_units, MovementKind.RESERVE), at=at
        )
        work.orders.add(order)
        return order

    def _cancel_replaced(
        self, work: UnitOfWork, old: Order, new: Order, *, at: datetime, actor: str
    ) -> None:
        units = old.cancel(reason=REPLACED_REASON, at=at, actor=actor)
        # Lock the variants of both orders at once: two rounds of locks could deadlock.
        work.stock.lock({line.variant_id for line in (*units, *new.reserved_units)})
        work.stock.release(stock_claims(old.id, units, MovementKind.RELEASE), at=at)
        work.orders.save(old)
