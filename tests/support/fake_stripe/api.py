"""Handling of an API request: log, faults, authentication, idempotency, endpoint."""

from __future__ import annotations

from tests.support.fake_stripe.authentication import account_of
from tests.support.fake_stripe.endpoints import Endpoints
from tests.support.fake_stripe.errors import (
    StripeError,
    api_error,
    card_declined,
    key_in_use,
    rate_limited,
)
from tests.support.fake_stripe.faults import Fault, Faults
from tests.support.fake_stripe.idempotency import IdempotencyKeys
from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.pauses import Pauses
from tests.support.fake_stripe.request_log import LogEntry, RequestLog
from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.webhook_dispatcher import WebhookDispatcher
from tests.support.fake_stripe.wire import API_VERSION, Request, Response, encode


class Disconnected(Exception):
    """The connection is closed without a response: by ``close``, ``reset`` or ``hang``."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.effect)
        self.effect = fault.effect
        self.seconds = fault.seconds


class Api:
    """Handles the calls under /v1, with the faults of the test."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        dispatcher: WebhookDispatcher,
        faults: Faults,
        log: RequestLog,
        pauses: Pauses,
    ) -> None:
        self._ledger = ledger
        self._dispatcher = dispatcher
        self._faults = faults
        self._log = log
        self._pauses = pauses
        self._endpoints = Endpoints(ledger)
        self._keys = IdempotencyKeys(ledger)

    def response(self, request: Request) -> Response:
        """Handle a call, or raise :class:`Disconnected`."""
        entry = self._log.begin(request)
        fault = self._faults.match(request.method, request.path)
        entry.fault = fault.effect if fault else None
        try:
            response = self._respond(request, fault)
        except StripeError as error:
            response = error.response()
        self._finish(entry, response)
        headers = {"Request-Id": request.id, "Stripe-Version": _version(request)}
        if request.idempotency_key:
            headers |= {"Idempotency-Key": request.idempotency_key, "Original-Request": request.id}
        response.headers.update({**headers, **response.headers})
        return response

    @staticmethod
    def _finish(entry: LogEntry, response: Response) -> None:
        entry.status = response.status
        entry.replayed = response.headers.get("Idempotent-Replayed") == "true"

    def _respond(self, request: Request, fault: Fault | None) -> Response:
        if fault is not None and fault.when == "before" and not fault.stored:
            early = self._break(fault, request)
            if early is not None:
                return early
        response = self._execute(request, fault)
        if fault is not None and fault.when == "after" and not fault.stored:
            return self._break(fault, request) or response
        return response

    def _execute(self, request: Request, fault: Fault | None) -> Response:
        account = account_of(request)
        with self._keys.claim(account, request) as replayed:
            if replayed is not None:
                return replayed
            if fault is not None and fault.effect == "slow" and fault.when == "before":
                self._pauses.hold(fault.seconds)
            with self._ledger.transaction() as connection:
                store = Store(connection, self._ledger, account, request)
                response, stored = self._run(store, request, fault)
                if stored:
                    self._keys.store_result(connection, account, request, response)
        self._dispatcher.collect()
        return response

    def _run(self, store: Store, request: Request, fault: Fault | None) -> tuple[Response, bool]:
        try:
            if fault is not None and fault.stored and fault.when == "before":
                raise _refusal(fault, request)
            document = self._endpoints.run(store, request)
            if fault is not None and fault.stored and fault.when == "after":
                raise _refusal(fault, request)
        except StripeError as error:
            response = error.response()
            if error.status >= 500:
                # A retry would replay the stored 500 (stripe-python, _should_retry).
                response.headers["Stripe-Should-Retry"] = "false"
            return response, error.stored
        return Response(status=200, body=encode(document)), True

    def _break(self, fault: Fault, request: Request) -> Response | None:
        match fault.effect:
            case "hang" | "close" | "reset":
                raise Disconnected(fault)
            case "garbage":
                page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
                return Response(status=200, body=page, content_type="text/html")
            case "redirect":
                return Response(status=302, body=b"", headers={"Location": "/elsewhere"})
            case "slow":
                if fault.when == "after":
                    self._pauses.hold(fault.seconds)
                return None
            case _:
                raise _refusal(fault, request)


def _refusal(fault: Fault, request: Request) -> StripeError:
    match fault.effect:
        case "conflict":
            return key_in_use(request.idempotency_key or "")
        case "rate_limit":
            return rate_limited(retry_after=max(1, round(fault.seconds)))
        case "card_declined":
            return card_declined(
                code="card_declined",
                decline_code="generic_decline",
                message="Your card was declined.",
            )
        case _:
            return api_error()


def _version(request: Request) -> str:
    return request.headers.get("stripe-version", API_VERSION)
