"""The customer of the sandbox: confirms or disputes a payment; sends the webhook events."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from secrets import token_hex
from typing import Any, Final

from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import GatewayRefused
from novacart.domain.payments.errors import (
    PaymentNotDisputable,
    PaymentNotFound,
    PaymentNotPayable,
)
from novacart.domain.payments.lifecycle import DisputeStatus
from novacart.domain.payments.reports import DisputeReport, PaymentReport

Deliver = Callable[[bytes, str], None]

# Stripe docs, "How disputes work": the events of each change.
_DISPUTE_EVENTS: Final[Mapping[DisputeStatus, Sequence[str]]] = {
    DisputeStatus.NEEDS_RESPONSE: ("created", "funds_withdrawn"),
    DisputeStatus.UNDER_REVIEW: ("updated",),
    DisputeStatus.WON: ("funds_reinstated", "closed"),
    DisputeStatus.LOST: ("closed",),
}


class SandboxCustomer:
    """Accept, decline or dispute a payment, then deliver events as Stripe would.

    The signature follows Stripe's documentation, "Verify webhook signatures manually".
    """

    def __init__(
        self,
        *,
        gateway: SandboxGateway,
        clock: Clock,
        secret: str,
        deliver: Deliver,
        ensure_open: Callable[[str], None],
    ) -> None:
        self._gateway = gateway
        self._clock = clock
        self._secret = secret.encode()
        self._deliver = deliver
        self._ensure_open = ensure_open

    def __call__(self, reference: str, *, succeed: bool) -> str:
        """Return Stripe's status of the payment.

        Raises `PaymentNotFound` and `PaymentNotPayable`.
        """
        self._ensure_open(reference)
        try:
            report = self._gateway.confirm(reference, succeed=succeed)
        except GatewayRefused as refusal:
            raise PaymentNotPayable from refusal
        if report is None or report.payment is None:
            raise PaymentNotFound
        intent = _intent(reference, report.payment, succeed=succeed)
        self._send(f"payment_intent.{'succeeded' if succeed else 'payment_failed'}", intent)
        return str(intent["status"])

    def dispute(self, reference: str, status: DisputeStatus) -> str:
        """Open a dispute at the customer's bank, or move it. Return its Stripe status.

        Raises `PaymentNotFound` and `PaymentNotDisputable`.
        """
        try:
            report = self._gateway.dispute(reference, status)
        except GatewayRefused as refusal:
            raise PaymentNotDisputable(refusal.message) from refusal
        if report is None:
            raise PaymentNotFound
        dispute = _dispute(reference, report)
        for event in _DISPUTE_EVENTS[status]:
            self._send(f"charge.dispute.{event}", dispute)
        return str(dispute["status"])

    def _send(self, event_type: str, obj: dict[str, Any]) -> None:
        now = int(self._clock.now().timestamp())
        event = {
            "id": f"evt_sandbox_{token_hex(12)}",
            "object": "event",
            "type": event_type,
            "created": now,
            "livemode": False,
            "data": {"object": obj},
        }
        payload = json.dumps(event).encode()
        digest = hmac.new(self._secret, b"%d.%s" % (now, payload), hashlib.sha256).hexdigest()
        self._deliver(payload, f"t={now},v1={digest}")


def _dispute(reference: str, report: DisputeReport) -> dict[str, Any]:
    amounts = [-report.amount.amount, *([report.amount.amount] if report.reinstated else [])]
    due_by = report.due_by
    return {
        "id": report.reference,
        "object": "dispute",
        "payment_intent": reference,
        "amount": report.amount.amount,
        "currency": report.amount.currency.lower(),
        "created": int(report.reported_at.timestamp()),
        "balance_transactions": [{"amount": amount} for amount in amounts],
        "evidence_details": {"due_by": None if due_by is None else int(due_by.timestamp())},
        "status": report.status.lower(),
    }


def _intent(reference: str, report: PaymentReport, *, succeed: bool) -> dict[str, Any]:
    return {
        "id": reference,
        "object": "payment_intent",
        "amount": report.amount.amount,
        "amount_received": report.captured.amount,
        "currency": report.amount.currency.lower(),
        "client_secret": report.client_secret,
        "status": "succeeded" if succeed else "requires_payment_method",
        # One for each attempt.
        "latest_charge": f"ch_sandbox_{token_hex(12)}",
        "last_payment_error": None if succeed else {"message": report.failure},
        "metadata": {
            "payment_id": str(report.payment_id),
            "order_number": report.order_number,
        },
    }
