"""Faults that a test switches on, and which requests they strike."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, get_args

from tests.support.fake_stripe.wire import new_id

Effect = Literal[
    "hang", "close", "reset", "garbage", "redirect", "slow",
    "server_error", "conflict", "rate_limit", "card_declined",
]  # fmt: skip
When = Literal["before", "after"]
_ONLY_BEFORE = {"conflict", "rate_limit", "card_declined"}


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong, and with which requests.

    - ``hang``: no answer for ``seconds``, then the connection is closed: the client times out.
    - ``close``, ``reset``: the connection ends at once, by FIN or by RST, with no answer.
    - ``garbage``: 200 with a body that is not JSON. ``redirect``: 302 to ``/elsewhere``.
    - ``slow``: the answer is right and comes ``seconds`` late; the idempotency key is held.
    - ``server_error``: 500; ``conflict``: 409; ``rate_limit``: 429 with Retry-After of
      ``seconds``; ``card_declined``: 402.

    ``when`` is before or after the request has executed. ``kept`` stores the fault's answer under
    the idempotency key, which Stripe does with whatever an endpoint answers once it has begun:
    by default a 402, and a 500 after execution.
    """

    effect: Effect
    when: When = "before"
    method: str = "*"
    path: str = "*"
    times: int = 1
    skip: int = 0
    seconds: float = 30.0
    kept: bool | None = None
    id: str = field(default_factory=lambda: new_id("fault"))

    def __post_init__(self) -> None:
        """Refuse what makes no sense, so that no test waits for a fault that cannot come."""
        if self.effect not in get_args(Effect) or self.when not in get_args(When):
            message = f"no such fault: {self.effect} {self.when}"
            raise ValueError(message)
        if self.when == "after" and self.effect in _ONLY_BEFORE:
            message = f"{self.effect} is decided before a request executes"
            raise ValueError(message)
        if self.kept is None:
            self.kept = self.effect == "card_declined" or (
                self.effect == "server_error" and self.when == "after"
            )


class Faults:
    """The faults that are switched on, in the order in which they were."""

    def __init__(self) -> None:
        """Begin with none."""
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Switch a fault on for the next ``times`` requests that match, after ``skip`` of them."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._faults.clear()

    def left(self) -> int:
        """Return how many strikes are still to come."""
        with self._lock:
            return sum(fault.times for fault in self._faults)

    def strike(self, method: str, path: str) -> Fault | None:
        """Return the fault that strikes this request, used up by one."""
        with self._lock:
            for fault in self._faults:
                if not (fnmatchcase(method, fault.method) and fnmatchcase(path, fault.path)):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                if fault.times <= 0:
                    self._faults.remove(fault)
                return fault
            return None
