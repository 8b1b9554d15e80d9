"""Start a one-step checkout: an unpaid order of the cart, which keeps its lines until payment."""

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
from novacart.application.ports.payment_gateway import GatewayUnavailable
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AddressId, UserId

_RETRY_AFTER = 60  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCheckoutCommand:
    """`expected_total` is the total in major units, as the client knows it.

    A user gives `address_id`, a guest `contact`.
    """

    user_id: UserId
    address_id: AddressId | None = None
    contact: GuestContact | None = None
    expected_total: str | None = None


class StartCheckout:
    """Return the unpaid order of the current cart; the same order for an unchanged cart.

    If lines, prices, the address or the email have changed, or the order has expired, a new
    order replaces it. Raises as `PlaceOrder`, `InvalidValue` without an address, and
    `GatewayUnavailable` without a payment provider: an order that cannot be paid would only
    reserve stock.
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
        self._policy = policy
        self._factory = OrderFactory(numbers=numbers, policy=policy)

    def __call__(self, command: StartCheckoutCommand) -> OrderView:
        if not self._policy.online_payments:
            raise GatewayUnavailable(
                "Online payments are not set up in this shop.", retry_after=_RETRY_AFTER
            )
        return retry_taken_number(partial(self._start, command))

    def _start(self, command: StartCheckoutCommand) -> OrderView:
        now = self._clock.now()
        with self._begin() as work:
            checkout, unpaid = self._factory.checkout(
                work, command.user_id, command.address_id, contact=command.contact, at=now
            )
            if checkout.address is None:
                raise InvalidValue("address_id", "Choose an address.")
            if unpaid is not None and unpaid.is_payable(at=now) and checkout.matches(unpaid):
                if command.expected_total is not None:
                    unpaid.ensure_total(command.expected_total)
                return order_view(unpaid)
            order = self._factory.place(
                work,
                checkout,
                replaces=unpaid,
                expected_total=command.expected_total,
                payment_method=PaymentMethod.ONLINE,
                at=now,
                actor=self._contexts.current().actor,
            )
            checkout.cart.start_checkout(order.id)
            work.carts.save(checkout.cart)
            work.commit()
        return order_view(order)
