"""A webhook endpoint that records deliveries."""

import threading
from types import TracebackType
from typing import Self

import stripe

from tests.support.fake_stripe.http_server import LoopbackServer
from tests.support.fake_stripe.pauses import Pauses
from tests.support.fake_stripe.wire import Response


class ListeningShop:
    """Records headers and body of each delivery; responds with ``statuses``, then 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.deliveries: list[tuple[dict[str, str], str]] = []
        self._lock = threading.Lock()
        self._http = LoopbackServer(0, self._receive, Pauses())
        self.url = f"http://127.0.0.1:{self._http.server_port}/api/payments/webhook/"

    def _receive(
        self, method: str, path: str, query: str, headers: dict[str, str], body: str
    ) -> Response:
        assert (method, path, query) == ("POST", "/api/payments/webhook/", "")
        with self._lock:
            self.deliveries.append((headers, body))
            status = self.statuses.pop(0) if self.statuses else 200
        return Response(status=status, body=b"{}")

    def events(self, secret: str) -> list[stripe.Event]:
        """Return the events, verified by Stripe's library."""
        return [
            stripe.Webhook.construct_event(body, headers["stripe-signature"], secret)
            for headers, body in self.deliveries
        ]

    def __enter__(self) -> Self:
        self._http.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.stop()
