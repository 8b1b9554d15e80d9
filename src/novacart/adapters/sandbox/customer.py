"""The customer of the sandbox: confirms a payment and sends the webhook event."""

import hashlib
import hmac
import json
from collections.abc import Callable
from secrets import token_hex
from typing import Any

from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import GatewayRefused
from novacart.domain.payments.errors import PaymentNotFound, PaymentNotPayable
from novacart.domain.payments.reports import PaymentReport

Deliver = Callable[[bytes, str], None]


class SandboxCustomer:
    """Accept or decline a payment, then deliver an event as Stripe would.

    The signature follows Stripe's documentation, "Verify webhook signatures manually".
    """

    def __init__(
        self, *, gateway: SandboxGateway, clock: Clock, secret: str, deliver: Deliver
    ) -> None:
        self._gateway = gateway
        self._clock = clock
        self._secret = secret.encode()
        self._deliver = deliver

    def __call__(self, reference: str, *, succeed: bool) -> str:
        """Return Stripe's status of the payment.

        Raises `PaymentNotFound` and `PaymentNotPayable`.
        """
        try:
            report = self._gateway.confirm(reference, succeed=succeed)
        except GatewayRefused as refusal:
            raise PaymentNotPayable from refusal
        if report is None or report.payment is None:
            raise PaymentNotFound
        intent = _intent(reference, report.payment, succeed=succeed)
        now = int(self._clock.now().timestamp())
        event = {
            "id": f"evt_sandbox_{token_hex(12)}",
            "object": "event",
            "type": f"payment_intent.{'succeeded' if succeed else 'payment_failed'}",
            "created": now,
            "livemode": False,
            "data": {"object": intent},
        }
        payload = json.dumps(event).encode()
        digest = hmac.new(self._secret, b"%d.%s" % (now, payload), hashlib.sha256).hexdigest()
        self._deliver(payload, f"t={now},v1={digest}")
        return str(intent["status"])


def _intent(reference: str, report: PaymentReport, *, succeed: bool) -> dict[str, Any]:
    return {
        "id": reference,
        "object": "payment_intent",
        "amount": report.amount.amount,
        "amount_received": report.captured.amount,
        "currency": report.amount.currency.lower(),
        "client_secret": report.client_secret,
        "status": "succeeded" if succeed else "requires_payment_method",
        "last_payment_error": None if succeed else {"message": report.failure},
        "metadata": {
            "payment_id": str(report.payment_id),
            "order_number": report.order_number,
        },
    }
