"""The payment provider."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Final, Protocol

from novacart.application.ports.errors import PortError, Unavailable
from novacart.domain.payments.reports import ProviderReport, RefundReport
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId
from novacart.domain.shared.money import Money

KEY_LIFETIME: Final = timedelta(hours=23)
"""How long the provider remembers an idempotency key at least.

Stripe API reference, "Idempotent requests": 24 hours. One hour less, since clocks differ.
"""


class GatewayUnavailable(Unavailable):
    """No usable response: the request may or may not have been carried out.

    It can be repeated under the same key.
    """


class GatewayFailed(GatewayUnavailable):
    """The provider responded with a failure that it repeats under the same key."""


class GatewayRefused(PortError):
    """The provider refuses the request for good. `message` is the provider's."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPaymentRequest:
    """`key` is the idempotency key, committed before the request is sent."""

    payment_id: PaymentId
    order_id: OrderId
    order_number: str
    amount: Money
    email: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """`reference` is the provider's id of the payment; `key` was committed before."""

    refund_id: RefundId
    reference: str
    amount: Money
    key: str


def new_key(operation: str) -> str:
    """Return a random idempotency key such as `refund-5f3…`.

    Random, not made of ids: the ids of a recreated database start again from one, and the
    provider still remembers the keys of the old one.
    """
    return f"{operation}-{token_hex(16)}"


class PaymentGateway(Protocol):
    """Each call takes at most 20 seconds; an iterator takes that for each page.

    An iterator holds no transaction and no lock between two items: its consumer may call the
    gateway and write to the database.

    All raise `GatewayUnavailable` or its subclass `GatewayFailed`; those that change something
    also raise `GatewayRefused`. Repeating a request under the same key changes nothing within
    `KEY_LIFETIME`.
    """

    publishable_key: str

    def open_payment(self, request: OpenPaymentRequest) -> ProviderReport:
        """Raises `PaymentDeclined` if the provider declines it at once.

        Raises `AmountTooLarge`, `AmountTooSmall` and `AmountNotPayable` for amounts that the
        provider does not accept.
        """
        ...

    def retrieve(self, reference: str) -> ProviderReport | None:
        """The complete report of a payment; None if the provider does not have it."""
        ...

    def find(self, payment_id: PaymentId, order_number: str, *, since: datetime) -> str | None:
        """The provider's id of our payment, if it was opened after `since`."""
        ...

    def cancel(self, reference: str, *, key: str) -> ProviderReport:
        """Raises `GatewayRefused` if the payment is paid or being processed."""
        ...

    def ensure_refundable(self, amount: Money) -> None:
        """Raises `RefundRefused` for an amount that is never refunded. Makes no request."""
        ...

    def refund(self, request: RefundRequest) -> RefundReport:
        """Raises `GatewayRefused` for more than is left of the payment."""
        ...

    def changed_since(self, since: datetime) -> Iterator[str]:
        """References of payments with a refund or a dispute that began after `since`."""
        ...

    def payments_since(self, since: datetime) -> Iterator[ProviderReport]:
        """Payments opened after `since`, newest first, without refunds and disputes."""
        ...

    def net_captured(self) -> Mapping[str, int]:
        """Captures less refunds, in minor units by currency code, from the provider's ledger."""
        ...
