"""Place the cart of a guest as an order, or start its checkout."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass

from novacart.application.authorization.throttle import Throttle
from novacart.application.ordering.order_factory import GuestContact
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.queries import OrderView
from novacart.application.ordering.start_checkout import StartCheckout, StartCheckoutCommand
from novacart.application.ports.errors import Unavailable
from novacart.application.ports.request_context import RequestContexts
from novacart.domain.accounts.address import AddressDetails
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.errors import InvalidFields
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceGuestOrderCommand:
    """`address` has the fields of `AddressDetails`; else as `PlaceOrderCommand`."""

    guest_id: UserId
    email: str
    address: Mapping[str, str]
    payment_method: PaymentMethod = PaymentMethod.ONLINE
    expected_total: str | None = None
    idempotency_key: str | None = None


class PlaceGuestOrder:
    """Create an order of a guest's cart, with the email and the address of the command.

    Raises `InvalidFields` with every invalid field, `TooManyAttempts` for COD, and as
    `PlaceOrder`.
    """

    def __init__(
        self, *, place_order: PlaceOrder, throttle: Throttle, contexts: RequestContexts
    ) -> None:
        self._place_order = place_order
        self._throttle = throttle
        self._contexts = contexts

    def __call__(self, command: PlaceGuestOrderCommand) -> OrderView:
        contact = parse_contact(command.email, command.address)
        is_cod = command.payment_method is PaymentMethod.COD
        address = self._contexts.current().address
        if is_cod:
            self._throttle.ensure_allowed("guest_cod", address=address, subject=contact.email)
        order = self._place_order(
            PlaceOrderCommand(
                user_id=command.guest_id,
                payment_method=command.payment_method,
                contact=contact,
                expected_total=command.expected_total,
                idempotency_key=command.idempotency_key,
            )
        )
        if is_cod:
            # The order is placed, whether or not it is counted.
            with suppress(Unavailable):
                self._throttle.succeeded("guest_cod", address=address, subject=contact.email)
        return order


@dataclass(frozen=True, slots=True, kw_only=True)
class StartGuestCheckoutCommand:
    """`address` has the fields of `AddressDetails`; else as `StartCheckoutCommand`."""

    guest_id: UserId
    email: str
    address: Mapping[str, str]
    expected_total: str | None = None


class StartGuestCheckout:
    """Return the unpaid order of a guest's cart, with the email and the address of the command.

    Raises `InvalidFields` with every invalid field, and as `StartCheckout`.
    """

    def __init__(self, *, start_checkout: StartCheckout) -> None:
        self._start_checkout = start_checkout

    def __call__(self, command: StartGuestCheckoutCommand) -> OrderView:
        return self._start_checkout(
            StartCheckoutCommand(
                user_id=command.guest_id,
                contact=parse_contact(command.email, command.address),
                expected_total=command.expected_total,
            )
        )


def parse_contact(email_text: str, address: Mapping[str, str]) -> GuestContact:
    """Parse the email and the address of a guest. Raises `InvalidFields` with every invalid field.

    The errors of the address have the names of its fields.
    """
    errors: dict[str, list[str]] = {}
    email, details = EmailAddress(""), None
    try:
        email = EmailAddress.parse(email_text)
    except InvalidValue as error:
        errors["email"] = [error.message]
    try:
        details = AddressDetails.parse(**address)
    except InvalidFields as error:
        errors |= {field: list(messages) for field, messages in error.errors.items()}
    if errors or details is None:
        raise InvalidFields(errors)
    return GuestContact(
        email=email.text, address=ShippingAddress(source_id=None, **asdict(details))
    )
