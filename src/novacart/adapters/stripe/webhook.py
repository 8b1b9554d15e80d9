"""Stripe's webhook events: verification and parsing."""

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from novacart.adapters.stripe.object_parser import (
    dispute_report,
    payment_report,
    refund_report,
    time_of,
)
from novacart.application.ports.webhook_events import (
    InvalidSignature,
    ProviderEvent,
    UnreadableEvent,
)
from novacart.domain.payments.reports import ProviderReport

# Seconds, in both directions: a timestamp in the future is refused too.
TOLERANCE: Final = 300
_TIMESTAMP_DIGITS: Final = 12
_ID_LENGTH: Final = 255
_TYPE_LENGTH: Final = 100

Parser = Callable[[ProviderEvent, Mapping[str, Any]], ProviderEvent]


class StripeEventReader:
    """`secrets` are the webhook's signing secrets; there are two while one is being rolled.

    `account` is the id of the shop's account, needed only for events that name one. `livemode`
    is that of the shop's key; None if it is unknown.
    """

    def __init__(
        self, secrets: Sequence[str], *, account: str = "", livemode: bool | None = None
    ) -> None:
        self._secrets = [secret.encode() for secret in secrets if secret]
        self._account = account
        self._livemode = livemode

    def verify(self, payload: bytes, signature: str | None, *, at: datetime) -> None:
        """Stripe docs, "Verify webhook signatures manually". Raises `InvalidSignature`."""
        timestamp, signatures = _parse_signature(signature)
        if abs(at.timestamp() - timestamp) > TOLERANCE:
            raise InvalidSignature("The timestamp of the signature is too old or in the future.")
        signed = b"%d.%s" % (timestamp, payload)
        matches = False
        for secret in self._secrets:
            expected = hmac.new(secret, signed, hashlib.sha256).hexdigest().encode()
            for candidate in signatures:
                matches |= hmac.compare_digest(expected, candidate.encode())
        if not matches:
            raise InvalidSignature("The signature does not match the event.")

    def read(self, payload: bytes) -> ProviderEvent:
        try:
            body = json.loads(payload.decode("utf-8"))
            event = ProviderEvent(
                id=_text(body["id"], _ID_LENGTH),
                type=_text(body["type"], _TYPE_LENGTH),
                created_at=_created_at(body),
                rejection=self._rejection(body),
            )
        except (KeyError, TypeError, ValueError, OverflowError, OSError, RecursionError) as error:
            raise UnreadableEvent("The body is not a Stripe event.") from error
        parse = _PARSERS.get(event.type)
        if parse is None:
            return event
        try:
            return parse(event, body["data"]["object"])
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError):
            # It is an event, so it is stored; its object cannot be parsed.
            return _inconclusive(event, body)

    def _rejection(self, body: Mapping[str, Any]) -> str | None:
        """Stripe API, "The Event object": connected accounts name themselves in `account`."""
        account = body.get("account") or body.get("context")
        if account and account != self._account:
            return f"The event belongs to account {account!s:.100}, not to this shop's."
        livemode = body.get("livemode")
        if livemode is None or self._livemode is None or livemode is self._livemode:
            return None
        return f"The event has livemode {livemode!s:.10}, the shop's key {self._livemode}."


def livemode_of(secret_key: str) -> bool | None:
    """Whether a secret or restricted key moves real money; None if the key does not say."""
    _, _, rest = secret_key.partition("_")
    return {"live": True, "test": False}.get(rest.partition("_")[0])


def _created_at(body: Mapping[str, Any]) -> datetime:
    """Stripe docs, "Event destinations": a thin event has an RFC 3339 time."""
    if body.get("object") != "v2.core.event":
        return time_of(body["created"])
    created = datetime.fromisoformat(body["created"])
    if created.tzinfo is None:
        message = "a time needs an offset"
        raise ValueError(message)
    return created.astimezone(UTC)


def _parse_signature(signature: str | None) -> tuple[int, list[str]]:
    timestamp: int | None = None
    signatures = []
    for item in (signature or "").split(","):
        name, _, value = item.strip().partition("=")
        digits = value.isascii() and value.isdecimal() and len(value) <= _TIMESTAMP_DIGITS
        if name == "t" and digits:
            timestamp = int(value)
        elif name == "v1":
            signatures.append(value)
    if timestamp is None or not signatures:
        raise InvalidSignature("The event is not signed.")
    return timestamp, signatures


def _text(value: object, max_length: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= max_length or not value.isprintable():
        message = "not an identifier"
        raise ValueError(message)
    return value


def _intent(event: ProviderEvent, obj: Mapping[str, Any]) -> ProviderEvent:
    report = ProviderReport(reference=obj["id"], payment=payment_report(obj, at=event.created_at))
    return _with(event, report)


def _charge(event: ProviderEvent, obj: Mapping[str, Any]) -> ProviderEvent:
    # A charge has the refunded amount, not the refunds.
    if obj.get("payment_intent") is None:
        return event
    return _with(event, ProviderReport(reference=obj["payment_intent"]), conclusive=False)


def _refund(event: ProviderEvent, obj: Mapping[str, Any]) -> ProviderEvent:
    if obj.get("payment_intent") is None:
        return event
    report = ProviderReport(reference=obj["payment_intent"], refunds=[refund_report(obj)])
    return _with(event, report)


def _dispute(event: ProviderEvent, obj: Mapping[str, Any]) -> ProviderEvent:
    if obj.get("payment_intent") is None:
        return event
    dispute = dispute_report(obj, event_type=event.type)
    return _with(event, ProviderReport(reference=obj["payment_intent"], disputes=[dispute]))


def _inconclusive(event: ProviderEvent, body: Mapping[str, Any]) -> ProviderEvent:
    data = body.get("data")
    obj = data.get("object") if isinstance(data, dict) else None
    is_intent = event.type.startswith("payment_intent.")
    reference = obj.get("id" if is_intent else "payment_intent") if isinstance(obj, dict) else None
    if not isinstance(reference, str):
        return event
    return _with(event, ProviderReport(reference=reference), conclusive=False)


def _with(
    event: ProviderEvent, report: ProviderReport, *, conclusive: bool = True
) -> ProviderEvent:
    return replace(event, report=report, conclusive=conclusive)


_PARSERS: Final[Mapping[str, Parser]] = (
    dict.fromkeys(
        (
            f"payment_intent.{suffix}"
            for suffix in "succeeded payment_failed canceled processing requires_action"
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
            f"charge.dispute.{suffix}"
            for suffix in "created updated closed funds_withdrawn funds_reinstated".split()
        ),
        _dispute,
    )
)
