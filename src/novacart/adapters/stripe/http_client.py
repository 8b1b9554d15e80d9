"""HTTP client for Stripe with a deadline for each call."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any, Final

import stripe

# Seconds: for a call with all its attempts, for one attempt, and between two attempts.
BUDGET: Final = 19.0
ATTEMPT: Final = 8.0
PAUSE: Final = 0.5

_IN_PROGRESS = 409
_FAILED = 500

Response = tuple[Any, int, Mapping[str, str]]


class BoundedClient(stripe.RequestsClient):
    """The library's client with a time limit for the whole call: DNS, TLS, retries and pauses.

    The library alone limits only the silence between two bytes, to 80 seconds an attempt. A
    failed attempt is repeated under the same idempotency key while there is time, which also
    shows whether Stripe stored the failure under that key. No redirect is followed, and neither
    proxies nor passwords are read from the environment.
    """

    def __init__(
        self, *, budget: float = BUDGET, attempt: float = ATTEMPT, pause: float = PAUSE
    ) -> None:
        super().__init__(timeout=attempt)
        session = self.requests.Session()
        session.max_redirects = 0
        session.trust_env = False
        self._session = session
        self._budget = budget
        self._attempt = attempt
        self._pause = pause
        self._deadline = threading.local()

    @contextmanager
    def one_budget(self) -> Iterator[None]:
        """Requests of this thread inside the block share one time limit."""
        self._deadline.at = time.monotonic() + self._budget
        try:
            yield
        finally:
            del self._deadline.at

    def request_with_retries(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,  # noqa: ANN401 (the library's own signature)
        max_network_retries: int | None = None,
        *,
        _usage: list[str] | None = None,
    ) -> Response:
        deadline = getattr(self._deadline, "at", time.monotonic() + self._budget)
        for _ in range(max_network_retries or 0):
            try:
                response = self._bounded(method, url, headers, post_data, deadline)
            except stripe.APIConnectionError as error:
                if not error.should_retry:
                    raise
            else:
                if response[1] != _IN_PROGRESS and response[1] < _FAILED:
                    return response
                if time.monotonic() + self._pause >= deadline:
                    return response
            time.sleep(max(0.0, min(self._pause, deadline - time.monotonic())))
        return self._bounded(method, url, headers, post_data, deadline)

    def _bounded(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any,  # noqa: ANN401 (the library's own signature)
        deadline: float,
    ) -> Response:
        """Run one attempt in a thread, since a DNS look-up cannot be interrupted."""
        done: SimpleQueue[Response | Exception] = SimpleQueue()

        def attempt() -> None:
            try:
                done.put(self.request(method, url, headers, post_data))
            except Exception as error:  # noqa: BLE001 (raised in the caller's thread)
                done.put(error)

        remaining = min(self._attempt, deadline - time.monotonic())
        if remaining <= 0:
            raise _timed_out(retry=False)
        threading.Thread(target=attempt, daemon=True, name="stripe").start()
        try:
            outcome = done.get(timeout=remaining)
        except Empty:
            raise _timed_out(retry=True) from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def _timed_out(*, retry: bool) -> stripe.APIConnectionError:
    message = "Stripe did not respond in time."
    return stripe.APIConnectionError(message, should_retry=retry)  # type: ignore[no-untyped-call]
