"""Stripe's events: signed bytes in, the shop's own words out."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from novacart.adapters.stripe.object_parser import (
    dispute_report,
    moment,
    payment_report,
    refund_report,
)
from novacart.application.ports.payment_gateway import ProviderReport
from novacart.application.ports.webhook_events import ForgedEvent, ProviderEvent, UnreadableEvent

# Seconds, both ways: a message from the future was not sent by a clock that can be trusted.
TOLERANCE: Final = 300
_TIMESTAMP_DIGITS: Final = 12
_ID_LENGTH: Final = 255
_TYPE_LENGTH: Final = 100

Reading = Callable[[ProviderEvent, Mapping[str, Any]], ProviderEvent]


class StripeEvents:
    """Checks signatures with the secret of the webhook, or with both while one is rolled."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [secret.encode() for secret in secrets if secret]

    def verify(self, payload: bytes, signature: str | None, *, at: datetime) -> None:
        """Stripe docs, "Verify webhook signatures manually". Raises `ForgedEvent`."""
        timestamp, given = _parsed(signature)
        if abs(at.timestamp() - timestamp) > TOLERANCE:
            raise ForgedEvent("The event was signed too long ago, or in the future.")
        signed = b"%d.%s" % (timestamp, payload)
        matches = False
        for secret in self._secrets:
            expected = hmac.new(secret, signed, hashlib.sha256).hexdigest().encode()
            for candidate in given:
                matches |= hmac.compare_digest(expected, candidate.encode())
        if not matches:
            raise ForgedEvent("The signature does not match the event.")

    def read(self, payload: bytes) -> ProviderEvent:
        try:
            event = json.loads(payload.decode("utf-8"))
            plain = ProviderEvent(
                id=_text(event["id"], _ID_LENGTH),
                type=_text(event["type"], _TYPE_LENGTH),
                created_at=moment(event["created"]),
            )
        except (KeyError, TypeError, ValueError, OverflowError, OSError, RecursionError) as error:
            raise UnreadableEvent("This is not an event of Stripe's.") from error
        reading = _READINGS.get(plain.type)
        if reading is None:
            return plain
        try:
            return reading(plain, event["data"]["object"])
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
            # It is an event, so it is stored; what it says can't be relied on.
            return _unclear(plain, event)


def _parsed(signature: str | None) -> tuple[int, list[str]]:
    timestamp: int | None = None
    given = []
    for item in (signature or "").split(","):
        name, _, value = item.strip().partition("=")
        digits = value.isascii() and value.isdecimal() and len(value) <= _TIMESTAMP_DIGITS
        if name == "t" and digits:
            timestamp = int(value)
        elif name == "v1":
            given.append(value)
    if timestamp is None or not given:
        raise ForgedEvent("The event is not signed.")
    return timestamp, given


def _text(value: object, longest: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        message = "not a name"
        raise ValueError(message)
    return value


def _intent(event: ProviderEvent, thing: Mapping[str, Any]) -> ProviderEvent:
    report = ProviderReport(
        reference=thing["id"], payment=payment_report(thing, at=event.created_at)
    )
    return _with(event, report)


def _charge(event: ProviderEvent, thing: Mapping[str, Any]) -> ProviderEvent:
    # A charge says how much went back, not by which refunds.
    if thing.get("payment_intent") is None:
        return event
    return _with(event, ProviderReport(reference=thing["payment_intent"]), conclusive=False)


def _refund(event: ProviderEvent, thing: Mapping[str, Any]) -> ProviderEvent:
    if thing.get("payment_intent") is None:
        return event
    report = ProviderReport(reference=thing["payment_intent"], refunds=[refund_report(thing)])
    return _with(event, report)


def _dispute(event: ProviderEvent, thing: Mapping[str, Any]) -> ProviderEvent:
    if thing.get("payment_intent") is None:
        return event
    told = dispute_report(thing, event_type=event.type)
    return _with(event, ProviderReport(reference=thing["payment_intent"], disputes=[told]))


def _unclear(event: ProviderEvent, raw: Mapping[str, Any]) -> ProviderEvent:
    data = raw.get("data")
    thing = data.get("object") if isinstance(data, dict) else None
    known = thing if isinstance(thing, dict) else {}
    intent = event.type.startswith("payment_intent.")
    reference = known.get("id" if intent else "payment_intent")
    if not isinstance(reference, str):
        return event
    return _with(event, ProviderReport(reference=reference), conclusive=False)


def _with(
    event: ProviderEvent, report: ProviderReport, *, conclusive: bool = True
) -> ProviderEvent:
    return ProviderEvent(
        id=event.id,
        type=event.type,
        created_at=event.created_at,
        report=report,
        conclusive=conclusive,
    )


_READINGS: Final[Mapping[str, Reading]] = (
    dict.fromkeys(
        (
            f"payment_intent.{kind}"
            for kind in "succeeded payment_failed canceled processing requires_action"
            " amount_capturable_updated".split()
        ),
        _intent,
    )
    | {"charge.refunded": _charge}
    | dict.fromkeys(
        "charge.refund.updated refund.created refund.updated refund.failed".split(), _refund
    )
    | dict.fromkeys(
        (
            f"charge.dispute.{kind}"
            for kind in "created updated closed funds_withdrawn funds_reinstated".split()
        ),
        _dispute,
    )
)
