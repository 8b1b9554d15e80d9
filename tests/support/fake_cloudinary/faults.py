"""Faults that a test adds, and the uploads they affect."""

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
    """A fault of the next `times` uploads.

    - ``server_error`` 500, ``unauthorized`` 401, ``rate_limit`` 420: Cloudinary's error responses.
      ``bad_gateway``: 502 with an HTML page of a proxy.
    - ``redirect``: 302 to a URL without a server.
    - ``garbage``: 200 with an HTML page. ``not_an_object``: 200 with a JSON list.
      ``half_an_error``: 200 with an error but no message. ``elsewhere``: 200 for another image.
    - ``hang``: no response until the end of the test. ``close``: the connection is closed before
      the image is read. ``cut``: half of the response. ``drip``: the correct response in small
      pieces, each ``seconds`` after the one before.

    ``stored``: is the image stored in spite of the fault?
    """

    effect: Effect
    times: int = 1
    stored: bool = False
    seconds: float = 0.1

    def __post_init__(self) -> None:
        """Reject combinations that can never take effect."""
        if self.effect not in get_args(Effect):
            message = f"no such fault: {self.effect}"
            raise ValueError(message)
        if self.stored and self.effect == "close":
            message = "an image that is never read can't be stored"
            raise ValueError(message)


class Faults:
    """The current faults, in the order in which they were added."""

    def __init__(self) -> None:
        """Start without faults."""
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._faults.append(fault)

    def left(self) -> int:
        """Count the uploads that are still to be affected."""
        with self._lock:
            return sum(fault.times for fault in self._faults)

    def match(self) -> Fault | None:
        """Return the fault that strikes this upload, used up by one."""
        with self._lock:
            if not self._faults:
                return None
            fault = self._faults[0]
            fault.times -= 1
            if fault.times <= 0:
                self._faults.pop(0)
            return fault
