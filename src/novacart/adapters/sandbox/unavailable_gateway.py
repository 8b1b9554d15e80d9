"""The gateway of a production shop without a payment provider."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NoReturn

from novacart.application.ports.payment_gateway import (
    GatewayUnavailable,
    OpenPaymentRequest,
    RefundRequest,
)
from novacart.domain.payments.reports import ProviderReport, RefundReport
from novacart.domain.shared.ids import PaymentId
from novacart.domain.shared.money import Money

_RETRY_AFTER = 60


class UnavailableGateway:
    """Raises `GatewayUnavailable` for every request until a Stripe key is configured."""

    publishable_key = ""

    def open_payment(self, request: OpenPaymentRequest) -> ProviderReport:  # noqa: ARG002
        self._raise()

    def retrieve(self, reference: str) -> ProviderReport | None:  # noqa: ARG002
        self._raise()

    def find(
        self,
        payment_id: PaymentId,  # noqa: ARG002
        order_number: str,  # noqa: ARG002
        *,
        since: datetime,  # noqa: ARG002
    ) -> str | None:
        self._raise()

    def cancel(self, reference: str, *, key: str) -> ProviderReport:  # noqa: ARG002
        self._raise()

    def ensure_refundable(self, amount: Money) -> None:
        """The refund is requested, and sent once a Stripe key is configured."""

    def refund(self, request: RefundRequest) -> RefundReport:  # noqa: ARG002
        self._raise()

    def changed_since(self, since: datetime) -> Iterator[str]:  # noqa: ARG002
        self._raise()

    def payments_since(self, since: datetime) -> Iterator[ProviderReport]:  # noqa: ARG002
        self._raise()

    def net_captured(self) -> Mapping[str, int]:
        self._raise()

    def _raise(self) -> NoReturn:
        raise GatewayUnavailable(
            "Online payments are not set up in this shop.", retry_after=_RETRY_AFTER
        )
