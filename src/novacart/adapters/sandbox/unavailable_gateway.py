"""A shop in production without a payment provider."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NoReturn

from novacart.application.ports.payment_gateway import (
    GatewayUnavailable,
    OpenPaymentRequest,
    ProviderReport,
    RefundReport,
    RefundRequest,
)
from novacart.domain.shared.ids import PaymentId

_RETRY_AFTER = 60


class NoGateway:
    """Answers every request with `GatewayUnavailable`, until a key is configured."""

    publishable_key = ""

    def open_payment(self, request: OpenPaymentRequest) -> ProviderReport:  # noqa: ARG002
        self.refuse()

    def retrieve(self, reference: str) -> ProviderReport | None:  # noqa: ARG002
        self.refuse()

    def find(
        self,
        payment_id: PaymentId,  # noqa: ARG002
        order_number: str,  # noqa: ARG002
        *,
        since: datetime,  # noqa: ARG002
    ) -> str | None:
        self.refuse()

    def cancel(self, reference: str, *, key: str) -> ProviderReport:  # noqa: ARG002
        self.refuse()

    def refund(self, request: RefundRequest) -> RefundReport:  # noqa: ARG002
        self.refuse()

    def changed_since(self, since: datetime) -> Iterator[str]:  # noqa: ARG002
        self.refuse()

    def payments_since(self, since: datetime) -> Iterator[ProviderReport]:  # noqa: ARG002
        self.refuse()

    def net_captured(self) -> Mapping[str, int]:
        self.refuse()

    def refuse(self) -> NoReturn:
        """Say that there is no provider to ask. Raises `GatewayUnavailable`."""
        raise GatewayUnavailable(
            "Online payments are not set up in this shop.", retry_after=_RETRY_AFTER
        )
