"""What a test can ask of the provider by name: the outside world, faults, deliveries, clocks."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.support.fake_stripe.errors import missing
from tests.support.fake_stripe.faults import Fault, Faults
from tests.support.fake_stripe.ground_truth import ground_truth
from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.pauses import Pauses
from tests.support.fake_stripe.request_log import RequestLog
from tests.support.fake_stripe.simulations import OutsideWorld
from tests.support.fake_stripe.webhook_dispatcher import Courier, Policy
from tests.support.fake_stripe.wire import Json


class Operations:
    """The acts behind the test's controls; every argument and result is plain JSON."""

    def __init__(
        self, *, ledger: Ledger, courier: Courier, faults: Faults, log: RequestLog, pauses: Pauses
    ) -> None:
        self._ledger = ledger
        self._courier = courier
        self._faults = faults
        self._log = log
        self._pauses = pauses
        world = OutsideWorld(ledger, courier)
        acts: list[Callable[..., Any]] = [
            world.pay, world.attach, world.settle, world.refund, world.refunds_behave,
            world.settle_refund, world.fail_refund,
            world.open_dispute, world.submit_evidence, world.close_dispute,
            self.fault, self.clear_faults, self.faults_left, self.held, self.let_go,
            self.webhook, self.delivery, self.deliver, self.release, self.idle,
            self.events, self.ledger, self.requests, self.clock, self.reset,
        ]  # fmt: skip
        self._acts = {act.__name__: act for act in acts}

    def run(self, name: str, arguments: Json) -> Any:  # noqa: ANN401 - any JSON value
        """Run an act by its name."""
        if name not in self._acts:
            raise missing("control", name, param="operation")
        return self._acts[name](**arguments)

    def fault(self, **what: Any) -> None:  # noqa: ANN401 - the fields of a Fault
        """Switch a fault on."""
        self._faults.add(Fault(**what))

    def clear_faults(self) -> None:
        """Switch all faults off."""
        self._faults.clear()

    def faults_left(self) -> int:
        """Count the strikes still to come."""
        return self._faults.left()

    def held(self, count: int, timeout: float) -> bool:
        """Wait until so many requests hang or are slow."""
        return self._pauses.wait_for(count, timeout)

    def let_go(self) -> None:
        """End every ``hang`` and ``slow`` of this moment."""
        self._pauses.let_go()

    def webhook(self, url: str | None, secrets: list[str]) -> None:
        """Say where events go, and with which secrets they are signed."""
        self._ledger.keep_setting("webhook_url", url)
        self._ledger.keep_setting("webhook_secrets", secrets)
        self._courier.collect()

    def delivery(self, policy: Policy) -> None:
        """Choose what becomes of new events."""
        self._courier.set_policy(policy)

    def deliver(self, event: str, timestamp: int | None, secrets: list[str] | None) -> int:
        """Deliver one event once, now."""
        given = None if secrets is None else tuple(secrets)
        return self._courier.deliver(event, timestamp=timestamp, secrets=given)

    def release(self) -> None:
        """Queue every event that was held, dropped or given up."""
        self._ledger.change("UPDATE deliveries SET state = 'queued' WHERE state != 'delivered'")
        self._courier.collect()

    def idle(self, timeout: float) -> bool:
        """Wait until every queued event is delivered or given up."""
        return self._courier.idle(timeout)

    def events(self) -> list[Json]:
        """Return all events, oldest first, each with what became of its delivery."""
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
        """Return the truth about the money."""
        return ground_truth(self._ledger)

    def requests(self) -> list[Json]:
        """Return the calls since the start or the last reset."""
        return self._log.entries()

    def clock(self, offset: int) -> None:
        """Move Stripe's clock by seconds from the machine's; signatures keep the true time."""
        self._ledger.keep_setting("clock_offset", offset)

    def reset(self) -> None:
        """Forget every object, key, event, fault, call and setting but the webhook's."""
        self._faults.clear()
        self._courier.forget()
        self._ledger.clear()
        self._log.clear()
        self.clock(0)
        self._ledger.keep_setting("refunds_behave", "succeeded")
        self._courier.set_policy("auto")
