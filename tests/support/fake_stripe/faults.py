"""Faults that a test adds, and the requests they affect."""

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
    """A fault, and the requests it affects.

    - ``hang``: no response for ``seconds``, then the connection is closed: the client times out.
    - ``close``, ``reset``: the connection ends at once, by FIN or by RST, with no response.
    - ``garbage``: 200 with a body that is not JSON. ``redirect``: 302 to ``/elsewhere``.
    - ``slow``: a correct response, ``seconds`` late; the idempotency key is in use meanwhile.
    - ``server_error``: 500; ``conflict``: 409; ``rate_limit``: 429 with Retry-After of
      ``seconds``; ``card_declined``: 402.

    ``when``: before or after the request executes. ``stored``: is the fault's response stored under
    the idempotency key? By default that of a 402, and of a 500 after execution.
    """

    effect: Effect
    when: When = "before"
    method: str = "*"
    path: str = "*"
    times: int = 1
    skip: int = 0
    seconds: float = 30.0
    stored: bool | None = None
    id: str = field(default_factory=lambda: new_id("fault"))

    def __post_init__(self) -> None:
        """Reject combinations that can never take effect."""
        if self.effect not in get_args(Effect) or self.when not in get_args(When):
            message = f"no such fault: {self.effect} {self.when}"
            raise ValueError(message)
        if self.when == "after" and self.effect in _ONLY_BEFORE:
            message = f"{self.effect} is decided before a request executes"
            raise ValueError(message)
        if self.stored is None:
            self.stored = self.effect == "card_declined" or (
                self.effect == "server_error" and self.when == "after"
            )


class Faults:
    """The current faults, in the order in which they were added."""

    def __init__(self) -> None:
        """Start without faults."""
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        """Add a fault for ``times`` matching requests, after the first ``skip``."""
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._faults.clear()

    def remaining(self) -> int:
        """Count the requests that are still to be affected."""
        with self._lock:
            return sum(fault.times for fault in self._faults)

    def match(self, method: str, path: str) -> Fault | None:
        """Return the fault that affects this request, and count it."""
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
