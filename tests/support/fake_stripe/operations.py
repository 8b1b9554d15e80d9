"""Operations of the fake Stripe by name: simulations, faults, deliveries and clock."""

from __future__ import annotations

import json
from typing import Any

from tests.support.fake_stripe.controls import Controls
from tests.support.fake_stripe.errors import missing
from tests.support.fake_stripe.faults import Fault, Faults
from tests.support.fake_stripe.ground_truth import ground_truth
from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.pauses import Pauses
from tests.support.fake_stripe.request_log import RequestLog
from tests.support.fake_stripe.simulations import Simulations
from tests.support.fake_stripe.webhook_dispatcher import WebhookDispatcher
from tests.support.fake_stripe.wire import Json


class Operations(Simulations):
    """The implementation of `Controls`; arguments and results are JSON."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        dispatcher: WebhookDispatcher,
        faults: Faults,
        log: RequestLog,
        pauses: Pauses,
    ) -> None:
        super().__init__(ledger, dispatcher)
        self._faults = faults
        self._log = log
        self._pauses = pauses

    def run(self, name: str, arguments: Json) -> Any:  # noqa: ANN401 - any JSON value
        """Run the operation of this name."""
        if name.startswith("_") or name not in vars(Controls):
            raise missing("control", name, param="operation")
        return getattr(self, name)(**arguments)

    def fault(self, **what: Any) -> None:  # noqa: ANN401 - the fields of a Fault
        """Add a fault."""
        self._faults.add(Fault(**what))

    def clear_faults(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def remaining_faults(self) -> int:
        """Count the requests that faults will still affect."""
        return self._faults.remaining()

    def wait_until_held(self, count: int, timeout: float) -> bool:
        """Wait until so many requests are held."""
        return self._pauses.wait_for(count, timeout)

    def resume(self) -> None:
        """Release the requests that are held now."""
        self._pauses.resume()

    def webhook(self, url: str | None, secrets: list[str]) -> None:
        """Set the webhook's URL and signing secrets."""
        self._ledger.save_setting("webhook_url", url)
        self._ledger.save_setting("webhook_secrets", secrets)
        self._dispatcher.collect()

    def wait_until_idle(self, timeout: float) -> bool:
        """Wait until every event is delivered or abandoned."""
        return self._dispatcher.wait_until_idle(timeout)

    def events(self) -> list[Json]:
        """Return all events, oldest first, each with its delivery."""
        rows = self._ledger.rows(
            "SELECT body, state, attempts, last_status FROM objects "
            "JOIN deliveries ON event = id ORDER BY seq"
        )
        return [
            json.loads(body)
            | {"delivery": {"state": state, "attempts": attempts, "last_status": status}}
            for body, state, attempts, status in rows
        ]

    def ledger(self) -> Json:
        """Return captures and refunds."""
        return ground_truth(self._ledger)

    def requests(self) -> list[Json]:
        """Return the calls since the start or the last reset."""
        return self._log.entries()

    def clock(self, offset: int) -> None:
        """Set the offset of Stripe's clock in seconds; signatures use the real time."""
        self._ledger.save_setting("clock_offset", offset)
