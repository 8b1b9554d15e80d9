"""The way of a request: log, faults, key, account, idempotency, execution, answer."""

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
from tests.support.fake_stripe.store import Books
from tests.support.fake_stripe.webhook_dispatcher import Courier
from tests.support.fake_stripe.wire import API_VERSION, Answer, Request, encode


class Disconnected(Exception):
    """The connection ends with no answer: by ``close``, ``reset``, or ``hang`` after seconds."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.effect)
        self.effect = fault.effect
        self.seconds = fault.seconds


class Api:
    """Answers the calls under /v1 as Stripe would, and as the test's faults will have it."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        courier: Courier,
        faults: Faults,
        log: RequestLog,
        pauses: Pauses,
    ) -> None:
        self._ledger = ledger
        self._courier = courier
        self._faults = faults
        self._log = log
        self._pauses = pauses
        self._endpoints = Endpoints(ledger)
        self._keys = IdempotencyKeys(ledger)

    def answer(self, request: Request) -> Answer:
        """Answer a call, or raise :class:`Disconnected`."""
        entry = self._log.begin(request)
        fault = self._faults.strike(request.method, request.path)
        entry.fault = fault.effect if fault else None
        try:
            answer = self._answer(request, fault)
        except StripeError as refusal:
            answer = refusal.answer()
        self._finish(entry, answer)
        headers = {"Request-Id": request.id, "Stripe-Version": _version(request)}
        if request.idempotency_key:
            headers |= {"Idempotency-Key": request.idempotency_key, "Original-Request": request.id}
        answer.headers.update({**headers, **answer.headers})
        return answer

    @staticmethod
    def _finish(entry: LogEntry, answer: Answer) -> None:
        entry.status = answer.status
        entry.replayed = answer.headers.get("Idempotent-Replayed") == "true"

    def _answer(self, request: Request, fault: Fault | None) -> Answer:
        if fault is not None and fault.when == "before" and not fault.kept:
            early = self._break(fault, request)
            if early is not None:
                return early
        answer = self._execute(request, fault)
        if fault is not None and fault.when == "after" and not fault.kept:
            return self._break(fault, request) or answer
        return answer

    def _execute(self, request: Request, fault: Fault | None) -> Answer:
        account = account_of(request)
        with self._keys.claim(account, request) as kept:
            if kept is not None:
                return kept
            if fault is not None and fault.effect == "slow" and fault.when == "before":
                self._pauses.hold(fault.seconds)
            with self._ledger.transaction() as connection:
                books = Books(connection, self._ledger, account, request)
                answer, keep = self._run(books, request, fault)
                if keep:
                    self._keys.keep(connection, account, request, answer)
        self._courier.collect()
        return answer

    def _run(self, books: Books, request: Request, fault: Fault | None) -> tuple[Answer, bool]:
        try:
            if fault is not None and fault.kept and fault.when == "before":
                raise _refusal(fault, request)
            document = self._endpoints.run(books, request)
            if fault is not None and fault.kept and fault.when == "after":
                raise _refusal(fault, request)
        except StripeError as refusal:
            answer = refusal.answer()
            if refusal.status >= 500:
                # The idempotency layer would replay it anyway (stripe-python, _should_retry).
                answer.headers["Stripe-Should-Retry"] = "false"
            return answer, refusal.kept
        return Answer(status=200, body=encode(document)), True

    def _break(self, fault: Fault, request: Request) -> Answer | None:
        match fault.effect:
            case "hang" | "close" | "reset":
                raise Disconnected(fault)
            case "garbage":
                page = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
                return Answer(status=200, body=page, content_type="text/html")
            case "redirect":
                return Answer(status=302, body=b"", headers={"Location": "/elsewhere"})
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
