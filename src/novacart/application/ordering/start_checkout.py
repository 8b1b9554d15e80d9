"""The one-step checkout: an unpaid order of the cart, which keeps its lines until it is paid."""

from contextlib import suppress
from dataclasses import dataclass

from novacart.application.ordering.order_factory import ATTEMPTS, OrderFactory, ensure_address
from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ordering.views import OrderView, order_view
from novacart.application.ports.carts import Checkout
from novacart.application.ports.clock import Clock
from novacart.application.ports.order_numbers import OrderNumbers
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.errors import EmptyCart, OrderNumberTaken
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import AddressId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCheckoutCommand:
    user_id: UserId
    address_id: AddressId


class StartCheckout:
    """Gives the unpaid order of the cart as it is now: the same one for the same cart.

    Where the cart shows other lines, prices or another address than the order, or the order's
    time is over, a new order takes its place and its units go back. Raises as `PlaceOrder`.
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

    def __call__(self, command: StartCheckoutCommand) -> OrderView:
        for _ in range(ATTEMPTS - 1):
            with suppress(OrderNumberTaken):
                return self._check_out(command)
        return self._check_out(command)

    def _check_out(self, command: StartCheckoutCommand) -> OrderView:
        with self._begin() as work:
            checkout = work.carts.checkout(command.user_id, command.address_id)
            if not checkout.lines:
                raise EmptyCart
            ensure_address(checkout, command.address_id)
            unpaid = self._assembly.unpaid_order(work, checkout)
            now = self._clock.now()
            if unpaid is not None and unpaid.is_payable(at=now) and _is_of(unpaid, checkout):
                return order_view(unpaid)
            order = self._assembly.place(
                work,
                checkout,
                replaces=unpaid,
                method=PaymentMethod.ONLINE,
                at=now,
                actor=self._contexts.current().actor,
            )
            checkout.cart.start_checkout(order.id)
            work.carts.save(checkout.cart)
            work.commit()
        return order_view(order)


def _is_of(order: Order, checkout: Checkout) -> bool:
    """Whether the customer would be charged for what the cart shows, and sent it there."""
    ordered = {(line.product_id, line.quantity, line.unit_price) for line in order.lines}
    shown = {(line.product_id, line.quantity, line.unit_price) for line in checkout.lines}
    return ordered == shown and order.address == checkout.address
