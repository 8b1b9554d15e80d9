"""How the shop talks to Stripe: never longer than it may, and nowhere else."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Any, Final

import stripe

# Seconds: of one call with all its attempts, of one attempt, and between two of them.
BUDGET: Final = 19.0
ATTEMPT: Final = 8.0
PAUSE: Final = 0.5

_IN_PROGRESS = 409
_FAILED = 500

Answer = tuple[Any, int, Mapping[str, str]]


class BoundedClient(stripe.RequestsClient):
    """The library's client with a bound on the whole call, names, hand-shakes and waits included.

    The library alone bounds only the silence between two bytes, 80 seconds a try. A failed
    attempt is made again under the same idempotency key while there is time, which also tells
    whether a failure is one that Stripe keeps under that key. No redirect is followed, and
    neither proxies nor passwords are taken from the environment.
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
        self._ends = threading.local()

    @contextmanager
    def one_budget(self) -> Iterator[None]:
        """All requests of the block, made by this thread, share the time of one."""
        self._ends.at = time.monotonic() + self._budget
        try:
            yield
        finally:
            del self._ends.at

    def request_with_retries(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any = None,  # noqa: ANN401 (the library's own signature)
        max_network_retries: int | None = None,
        *,
        _usage: list[str] | None = None,
    ) -> Answer:
        deadline = getattr(self._ends, "at", time.monotonic() + self._budget)
        for _ in range(max_network_retries or 0):
            try:
                answer = self._bounded(method, url, headers, post_data, deadline)
            except stripe.APIConnectionError as error:
                if not error.should_retry:
                    raise
            else:
                if answer[1] != _IN_PROGRESS and answer[1] < _FAILED:
                    return answer
                if time.monotonic() + self._pause >= deadline:
                    return answer
            time.sleep(max(0.0, min(self._pause, deadline - time.monotonic())))
        return self._bounded(method, url, headers, post_data, deadline)

    def _bounded(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        post_data: Any,  # noqa: ANN401 (the library's own signature)
        deadline: float,
    ) -> Answer:
        """One attempt in a thread of its own: only so can a name look-up be left behind."""
        done: SimpleQueue[Answer | Exception] = SimpleQueue()

        def attempt() -> None:
            try:
                done.put(self.request(method, url, headers, post_data))
            except Exception as error:  # noqa: BLE001 (handed over to whoever waits)
                done.put(error)

        left = min(self._attempt, deadline - time.monotonic())
        if left <= 0:
            raise _late(retry=False)
        threading.Thread(target=attempt, daemon=True, name="stripe").start()
        try:
            outcome = done.get(timeout=left)
        except Empty:
            raise _late(retry=True) from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def _late(*, retry: bool) -> stripe.APIConnectionError:
    message = "Stripe did not answer in time."
    return stripe.APIConnectionError(message, should_retry=retry)  # type: ignore[no-untyped-call]
