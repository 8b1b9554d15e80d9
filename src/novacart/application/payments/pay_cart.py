"""One-step checkout: a cart becomes an order that waits for its payment."""

from dataclasses import dataclass

from novacart.application.payments.open_payment import OpenPayment, OpenPaymentCommand
from novacart.application.payments.queries import IntentView
from novacart.application.ports.cart_checkout import CartCheckout
from novacart.domain.shared.ids import AddressId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PayCart:
    user_id: UserId
    address_id: AddressId
    idempotency_key: str | None = None


class CheckOutAndPay:
    """The order of the present cart, and its payment: both the same when asked again.

    Raises what checking out raises, and what `OpenPayment` raises.
    """

    def __init__(self, *, check_out: CartCheckout, open_payment: OpenPayment) -> None:
        self._check_out = check_out
        self._open_payment = open_payment

    def __call__(self, command: PayCart) -> IntentView:
        order_id = self._check_out(command.user_id, command.address_id)
        return self._open_payment(
            OpenPaymentCommand(
                user_id=command.user_id,
                order_id=order_id,
                idempotency_key=command.idempotency_key,
            )
        )
