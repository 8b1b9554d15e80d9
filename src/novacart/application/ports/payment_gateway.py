"""The payment provider, in the shop's words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from novacart.application.ports.errors import PortError, Unavailable
from novacart.domain.payments.lifecycle import DisputeStatus, PaymentStatus, RefundStatus
from novacart.domain.shared.ids import OrderId, PaymentId, RefundId
from novacart.domain.shared.money import Money


class GatewayUnavailable(Unavailable):
    """No answer that can be relied on: the request may or may not have been carried out.

    The same request under the same key may be made again.
    """


class GatewayFailed(GatewayUnavailable):
    """The provider answered that it failed, and would only repeat that under the same key."""


class GatewayRefused(PortError):
    """The provider will not do it, now or later. `message` is its own sentence."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPaymentRequest:
    """`key` is the idempotency key that was committed before the request is made."""

    payment_id: PaymentId
    order_id: OrderId
    order_number: str
    amount: Money
    email: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundRequest:
    """`reference` names the payment; `key` was committed before the request is made."""

    refund_id: RefundId
    reference: str
    amount: Money
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReport:
    """`payment_id` and `order_number` are ours, where the provider was told them."""

    status: PaymentStatus
    amount: Money
    captured: Money
    reported_at: datetime
    client_secret: str | None = None
    payment_id: PaymentId | None = None
    order_number: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundReport:
    """`refund_id` is ours; None for one that was begun in the provider's dashboard."""

    reference: str
    status: RefundStatus
    amount: Money
    reported_at: datetime
    refund_id: RefundId | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputeReport:
    reference: str
    status: DisputeStatus
    amount: Money
    reported_at: datetime
    withdrawn: bool = False
    reinstated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderReport:
    """What the provider says of one payment, which it calls `reference`.

    `complete` where it is all that there is to say at this moment; an event tells only a
    part, and leaves `payment` out where it does not speak of the payment itself.
    """

    reference: str
    payment: PaymentReport | None = None
    refunds: Sequence[RefundReport] = ()
    disputes: Sequence[DisputeReport] = ()
    complete: bool = False


class PaymentGateway(Protocol):
    """Every call ends within 20 seconds; where it iterates, every page of it does.

    All raise `GatewayUnavailable` or its `GatewayFailed`; what changes something also
    `GatewayRefused`. A repeated request with the same key changes nothing more.
    """

    publishable_key: str

    def open_payment(self, request: OpenPaymentRequest) -> ProviderReport:
        """Ask for money. Raises `PaymentDeclined` where the provider answers so."""
        ...

    def retrieve(self, reference: str) -> ProviderReport | None:
        """The payment with its refunds and disputes, complete; None where it is unknown."""
        ...

    def find(self, payment_id: PaymentId, order_number: str, *, since: datetime) -> str | None:
        """What the provider calls our payment, if it was opened after `since`."""
        ...

    def cancel(self, reference: str, *, key: str) -> ProviderReport:
        """Raises `GatewayRefused` where it can't be cancelled, being paid or under way."""
        ...

    def refund(self, request: RefundRequest) -> RefundReport:
        """Give money back. Raises `GatewayRefused` above what is left."""
        ...

    def changed_since(self, since: datetime) -> Iterator[str]:
        """The payments of which a refund or a dispute began after `since`."""
        ...

    def payments_since(self, since: datetime) -> Iterator[ProviderReport]:
        """All payments opened after `since`, newest first; without refunds and disputes."""
        ...

    def net_captured(self) -> Mapping[str, int]:
        """Captures less refunds in minor units by currency (ISO 4217), from its own ledger."""
        ...
