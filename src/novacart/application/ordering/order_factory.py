"""An order made of a cart: what placing one and the one-step checkout have in common."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.stock_claims import claims
from novacart.application.ports.carts import Checkout, CheckoutLine
from novacart.application.ports.order_numbers import OrderNumbers
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.ordering.errors import EmptyCart
from novacart.domain.ordering.lifecycle import OrderStatus, PaymentMethod
from novacart.domain.ordering.line import OrderLine
from novacart.domain.ordering.order import REPLACED_REASON, Order
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AddressId, OrderId, OrderLineId

# Two orders of one day draw the same number once in millions of days; then it is drawn again.
ATTEMPTS: Final = 3


class OrderFactory:
    """Steps of one unit of work, each in the agreed order of locks."""

    def __init__(self, *, numbers: OrderNumbers, policy: CheckoutPolicy) -> None:
        self._numbers = numbers
        self._policy = policy

    def unpaid_order(self, work: UnitOfWork, checkout: Checkout) -> Order | None:
        """The order that a one-step checkout made of this cart, where it still waits."""
        order_id = checkout.cart.checkout_order_id
        if order_id is None:
            return None
        order = work.orders.get(order_id)
        return order if order.status is OrderStatus.PENDING else None

    def place(
        self,
        work: UnitOfWork,
        checkout: Checkout,
        *,
        replaces: Order | None,
        method: PaymentMethod,
        at: datetime,
        actor: str,
    ) -> Order:
        """A new order of all that `checkout` shows, its units reserved.

        What `replaces` holds is given back first, so that nobody is refused the units that
        are reserved for himself. Raises `EmptyCart` and `OutOfStock`.
        """
        if not checkout.lines:
            raise EmptyCart
        order_id, *line_ids = work.ids.take(1 + len(checkout.lines))
        order = Order.place(
            id=OrderId(order_id),
            number=self._numbers(at),
            user_id=checkout.cart.user_id,
            email=checkout.email,
            lines=_order_lines(line_ids, checkout.lines),
            address=checkout.address,
            payment_method=method,
            placed_at=at,
            expires_at=at + self._policy.pending_order_ttl,
        )
        if replaces is not None:
            self._replace(work, replaces, order, at=at, actor=actor)
        work.stock.reserve(claims(order.id, order.reserved_units, "reserve"), at=at)
        work.orders.add(order)
        return order

    def _replace(
        self, work: UnitOfWork, old: Order, new: Order, *, at: datetime, actor: str
    ) -> None:
        units = old.cancel(reason=REPLACED_REASON, at=at, actor=actor)
        # All levels at once, since two rounds of locks could wait for each other.
        products = {line.product_id for line in (*units, *new.reserved_units)}
        work.stock.lock(products)
        work.stock.release(claims(old.id, units, "release"), at=at)
        work.orders.save(old)


def ensure_address(checkout: Checkout, address_id: AddressId | None) -> None:
    """Raises `InvalidValue` where an address was named that is not the customer's."""
    if address_id is not None and checkout.address is None:
        raise InvalidValue("address_id", "You have no such address.")


def _order_lines(ids: Sequence[int], lines: Sequence[CheckoutLine]) -> list[OrderLine]:
    return [
        OrderLine(
            id=OrderLineId(line_id),
            product_id=line.product_id,
            title=line.title,
            subtitle=line.subtitle,
            image=line.image,
            unit_price=line.unit_price,
            quantity=line.quantity,
        )
        for line_id, line in zip(ids, lines, strict=True)
    ]
