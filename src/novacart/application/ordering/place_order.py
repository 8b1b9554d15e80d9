"""Place the cart as an order."""

from dataclasses import dataclass
from functools import partial

from novacart.application.ordering.order_factory import (
    GuestContact,
    OrderFactory,
    retry_taken_number,
)
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.queries import OrderView, order_view
from novacart.application.ports.clock import Clock
from novacart.application.ports.order_numbers import OrderNumbers
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.shared.ids import AddressId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrderCommand:
    """`expected_total` is the total in major units, as the client knows it.

    `contact` is for a guest, who has no address `address_id`.

    `idempotency_key` is fulfilled in the transaction that commits the order.
    """

    user_id: UserId
    payment_method: PaymentMethod = PaymentMethod.ONLINE
    address_id: AddressId | None = None
    contact: GuestContact | None = None
    expected_total: str | None = None
    idempotency_key: str | None = None


class PlaceOrder:
    """Create an order of the whole cart, reserve its stock and clear the cart.

    The order replaces an unpaid order that was created from this cart by a one-step checkout.
    Raises `EmptyCart`, `InvalidValue` for an address that is missing or not the customer's,
    `TotalChanged`, `OutOfStock` with every line that is not available, and as `OrderLimits`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        contexts: RequestContexts,
        numbers: OrderNumbers,
        policy: CheckoutPolicy,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._contexts = contexts
        self._factory = OrderFactory(numbers=numbers, policy=policy)

    def __call__(self, command: PlaceOrderCommand) -> OrderView:
        return retry_taken_number(partial(self._place, command))

    def _place(self, command: PlaceOrderCommand) -> OrderView:
        now = self._clock.now()
        with self._begin() as work:
            checkout, unpaid = self._factory.checkout(
                work, command.user_id, command.address_id, contact=command.contact, at=now
            )
            order = self._factory.place(
                work,
                checkout,
                replaces=unpaid,
                expected_total=command.expected_total,
                payment_method=command.payment_method,
                at=now,
                actor=self._contexts.current().actor,
            )
            checkout.cart.clear()
            work.carts.save(checkout.cart)
            if command.idempotency_key is not None:
                work.idempotency_keys.fulfil(command.user_id, command.idempotency_key, order.id)
            work.commit()
        return order_view(order)
