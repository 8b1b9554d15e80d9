"""Fake payment provider whose requests fail."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import (
    GatewayFailed,
    GatewayUnavailable,
    OpenPaymentRequest,
    RefundRequest,
)
from novacart.domain.payments.errors import PaymentDeclined
from novacart.domain.payments.reports import ProviderReport, RefundReport
from novacart.domain.shared.ids import PaymentId
from tests.fakes.payment_gateway import FakePaymentGateway

Report = TypeVar("Report", ProviderReport, RefundReport)


class FailingPaymentGateway(FakePaymentGateway):
    """Raises one of `errors` for each request to open or refund a payment.

    It carries out the last of these requests all the same if `makes` is set. A failure and a
    decline are repeated under their key. While `is_down`, nothing can be looked up. `keys` are
    those of all requests, `lookups` counts the payments that were retrieved.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.errors: list[Exception] = []
        self.makes = False
        self.is_down = False
        self.keys: list[str] = []
        self.lookups = 0
        self._repeated: dict[str, Exception] = {}

    def open_payment(self, request: OpenPaymentRequest) -> ProviderReport:
        make = super().open_payment
        return self._respond(request.key, lambda: make(request))

    def refund(self, request: RefundRequest) -> RefundReport:
        make = super().refund
        return self._respond(request.key, lambda: make(request))

    def retrieve(self, reference: str) -> ProviderReport | None:
        self.lookups += 1
        self._ensure_up()
        return super().retrieve(reference)

    def find(self, payment_id: PaymentId, order_number: str, *, since: datetime) -> str | None:
        self._ensure_up()
        return super().find(payment_id, order_number, since=since)

    def _respond(self, key: str, make: Callable[[], Report]) -> Report:
        self.keys.append(key)
        if key in self._repeated:
            raise self._repeated[key]
        if not self.errors:
            return make()
        error = self.errors.pop(0)
        if isinstance(error, GatewayFailed | PaymentDeclined):
            self._repeated[key] = error
        if self.makes and not self.errors:
            make()
        raise error

    def _ensure_up(self) -> None:
        if self.is_down:
            raise GatewayUnavailable("There was no response.")
