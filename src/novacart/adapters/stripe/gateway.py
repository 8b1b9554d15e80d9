"""Payment gateway for Stripe."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

import stripe
from stripe.params import PaymentIntentCreateParams

from novacart.adapters.stripe.error_mapping import (
    is_missing,
    refused_amounts,
    translate_errors,
)
from novacart.adapters.stripe.http_client import BoundedClient
from novacart.adapters.stripe.object_parser import (
    dispute_report,
    is_possible,
    money_of,
    payment_report,
    refund_report,
    stripe_amount,
)
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import (
    GatewayRefused,
    OpenPaymentRequest,
    RefundRequest,
)
from novacart.domain.payments.errors import AmountNotPayable, PaymentDeclined, RefundRefused
from novacart.domain.payments.lifecycle import PaymentStatus
from novacart.domain.payments.reports import ProviderReport, RefundReport
from novacart.domain.shared.ids import PaymentId
from novacart.domain.shared.money import Money

# Pinned: a newer version is used after its changes were read.
API_VERSION: Final = "2026-10-28.endive"
RETRIES: Final = 2
_PAGE: Final = 100
# Types of balance transactions that are charges or refunds: not fees, payouts or disputes.
_CHARGES_AND_REFUNDS: Final = frozenset(
    "charge payment refund payment_refund refund_failure payment_failure_refund".split()
)


class StripeGateway:
    """Each call takes at most 20 seconds with its retries; so does each page of a list."""

    def __init__(
        self,
        *,
        secret_key: str,
        publishable_key: str,
        clock: Clock,
        api_base: str = "",
        http_client: BoundedClient | None = None,
    ) -> None:
        self.publishable_key = publishable_key
        self._clock = clock
        self._http = http_client or BoundedClient()
        client = stripe.StripeClient(
            secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": api_base} if api_base else None,
            max_network_retries=RETRIES,
            http_client=self._http,
        )
        self._api = client.v1

    def open_payment(self, request: OpenPaymentRequest) -> ProviderReport:
        if not is_possible(request.amount):
            raise AmountNotPayable
        params: PaymentIntentCreateParams = {
            "amount": stripe_amount(request.amount),
            "currency": request.amount.currency.lower(),
            "automatic_payment_methods": {"enabled": True},
            "description": f"Order {request.order_number}",
            "metadata": {
                "order_id": str(request.order_id),
                "order_number": request.order_number,
                "payment_id": str(request.payment_id),
            },
        }
        if request.email:
            params["receipt_email"] = request.email
        with translate_errors(), refused_amounts():
            intent = self._api.payment_intents.create(params, {"idempotency_key": request.key})
            return self._report(intent)

    def retrieve(self, reference: str) -> ProviderReport | None:
        with translate_errors(), self._http.one_budget():
            try:
                intent = self._api.payment_intents.retrieve(reference)
            except stripe.InvalidRequestError as error:
                if is_missing(error):
                    return None
                raise
            report = payment_report(_to_dict(intent), at=self._now())
            if report.status is not PaymentStatus.SUCCEEDED:
                return ProviderReport(reference=reference, payment=report, complete=True)
            refunds = self._api.refunds.list({"payment_intent": reference, "limit": _PAGE})
            disputes = self._api.disputes.list({"payment_intent": reference, "limit": _PAGE})
            return ProviderReport(
                reference=reference,
                payment=report,
                refunds=[refund_report(_to_dict(one)) for one in refunds.auto_paging_iter()],
                disputes=[dispute_report(_to_dict(one)) for one in disputes.auto_paging_iter()],
                complete=True,
            )

    def find(self, payment_id: PaymentId, order_number: str, *, since: datetime) -> str | None:
        wanted = (payment_id, order_number)
        with self._http.one_budget():
            for report in self.payments_since(since):
                payment = report.payment
                if payment and (payment.payment_id, payment.order_number) == wanted:
                    return report.reference
        return None

    def cancel(self, reference: str, *, key: str) -> ProviderReport:
        with _declined_as_refused(), translate_errors():
            intent = self._api.payment_intents.cancel(
                reference, {"cancellation_reason": "abandoned"}, {"idempotency_key": key}
            )
            return self._report(intent)

    def ensure_refundable(self, amount: Money) -> None:
        if not is_possible(amount):
            raise RefundRefused(
                f"Stripe can refund an amount in {amount.currency} only if it ends in 0. Refund"
                " another amount or the whole order."
            )

    def refund(self, request: RefundRequest) -> RefundReport:
        with _declined_as_refused(), translate_errors():
            refund = self._api.refunds.create(
                {
                    "payment_intent": request.reference,
                    "amount": stripe_amount(request.amount),
                    "metadata": {"refund_id": str(request.refund_id)},
                },
                {"idempotency_key": request.key},
            )
            return refund_report(_to_dict(refund))

    def changed_since(self, since: datetime) -> Iterator[str]:
        query: Any = {"created": {"gte": int(since.timestamp())}, "limit": _PAGE}
        seen: set[str] = set()
        with translate_errors():
            for list_objects in (self._api.refunds.list, self._api.disputes.list):
                for one in list_objects(query).auto_paging_iter():
                    reference = _to_dict(one).get("payment_intent")
                    if isinstance(reference, str) and reference not in seen:
                        seen.add(reference)
                        yield reference

    def payments_since(self, since: datetime) -> Iterator[ProviderReport]:
        with translate_errors():
            intents = self._api.payment_intents.list(
                {"created": {"gte": int(since.timestamp())}, "limit": _PAGE}
            )
            for intent in intents.auto_paging_iter():
                yield self._report(intent)

    def net_captured(self) -> Mapping[str, int]:
        totals: dict[str, int] = {}
        with translate_errors():
            entries = self._api.balance_transactions.list({"limit": _PAGE})
            for entry in entries.auto_paging_iter():
                if entry.type in _CHARGES_AND_REFUNDS:
                    money = money_of(entry.amount, entry.currency)
                    totals[money.currency] = totals.get(money.currency, 0) + money.amount
        return totals

    def _report(self, intent: stripe.PaymentIntent) -> ProviderReport:
        return ProviderReport(
            reference=intent.id, payment=payment_report(_to_dict(intent), at=self._now())
        )

    def _now(self) -> datetime:
        # In whole seconds, like the times of Stripe's events, so that both can be compared.
        return self._clock.now().replace(microsecond=0)


@contextmanager
def _declined_as_refused() -> Iterator[None]:
    """Treat a 402 as a refusal in requests that use no card."""
    try:
        yield
    except PaymentDeclined as error:
        raise GatewayRefused(error.message) from error


def _to_dict(obj: stripe.StripeObject) -> dict[str, Any]:
    return obj.to_dict()
