"""Faults that a test switches on."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal, get_args

Effect = Literal[
    "server_error", "bad_gateway", "unauthorized", "rate_limit", "redirect", "garbage",
    "not_an_object", "half_an_error", "elsewhere", "hang", "close", "cut", "drip",
]  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Fault:
    """What goes wrong with the next uploads, `times` of them.

    - ``server_error`` 500, ``unauthorized`` 401, ``rate_limit`` 420: answers in Cloudinary's
      own words. ``bad_gateway``: 502 with a page of HTML, from whatever stands before it.
    - ``redirect``: 302 to an address that nothing answers.
    - ``garbage``: 200 with a page of HTML. ``not_an_object``: 200 with a JSON list.
      ``half_an_error``: 200 with an error that has no message. ``elsewhere``: 200 that tells of
      another picture.
    - ``hang``: no answer until the end of the test. ``close``: the connection is closed before
      the picture has been read. ``cut``: half of the answer, then the end. ``drip``: the right
      answer in pieces of some bytes, each ``seconds`` after the one before.

    Where ``stored``, the picture has been stored although the answer never tells.
    """

    effect: Effect
    times: int = 1
    stored: bool = False
    seconds: float = 0.1

    def __post_init__(self) -> None:
        """Refuse what makes no sense, so that no test waits for a fault that cannot come."""
        if self.effect not in get_args(Effect):
            message = f"no such fault: {self.effect}"
            raise ValueError(message)
        if self.stored and self.effect == "close":
            message = "what was never read can't be stored"
            raise ValueError(message)


class Faults:
    """The faults that are switched on, in the order in which they were."""

    def __init__(self) -> None:
        """Begin with none."""
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def left(self) -> int:
        """Return how many strikes are still to come."""
        with self._lock:
            return sum(fault.times for fault in self._faults)

    def strike(self) -> Fault | None:
        """Return the fault that strikes this upload, used up by one."""
        with self._lock:
            if not self._faults:
                return None
            fault = self._faults[0]
            fault.times -= 1
            if fault.times <= 0:
                self._faults.pop(0)
            return fault
