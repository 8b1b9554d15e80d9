"""Turn the cart into an order."""

from contextlib import suppress
from dataclasses import dataclass

from novacart.application.ordering.order_factory import ATTEMPTS, OrderFactory, ensure_address
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.views import OrderView, order_view
from novacart.application.ports.clock import Clock
from novacart.application.ports.order_numbers import OrderNumbers
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.errors import EmptyCart, OrderNumberTaken
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.shared.ids import AddressId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOrderCommand:
    """`idempotency_key`, where the request came with one, is fulfilled with the order."""

    user_id: UserId
    payment_method: PaymentMethod = PaymentMethod.ONLINE
    address_id: AddressId | None = None
    idempotency_key: str | None = None


class PlaceOrder:
    """The whole cart becomes an order, its units are reserved and the cart is empty, or nothing.

    It takes the place of an unpaid order that a one-step checkout made of this cart. Raises
    `EmptyCart` for an empty cart, `InvalidValue` for an address that is missing or not
    the customer's, and `OutOfStock` naming every line that can't be had.
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
        self._assembly = OrderFactory(numbers=numbers, policy=policy)

    def __call__(self, command: PlaceOrderCommand) -> OrderView:
        for _ in range(ATTEMPTS - 1):
            with suppress(OrderNumberTaken):
                return self._place(command)
        return self._place(command)

    def _place(self, command: PlaceOrderCommand) -> OrderView:
        with self._begin() as work:
            checkout = work.carts.checkout(command.user_id, command.address_id)
            if not checkout.lines:
                raise EmptyCart
            ensure_address(checkout, command.address_id)
            order = self._assembly.place(
                work,
                checkout,
                replaces=self._assembly.unpaid_order(work, checkout),
                method=command.payment_method,
                at=self._clock.now(),
                actor=self._contexts.current().actor,
            )
            checkout.cart.clear()
            work.carts.save(checkout.cart)
            if command.idempotency_key is not None:
                work.idempotency_keys.fulfil(command.user_id, command.idempotency_key, order.id)
            work.commit()
        return order_view(order)
