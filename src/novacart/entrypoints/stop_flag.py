"""A flag that a signal handler sets to end a loop."""

import time
from typing import Final

_STEP: Final = 0.2


class StopFlag:
    """Takes no lock, unlike `threading.Event`.

    A signal handler must use no synchronization primitives: the code that it interrupts may hold
    them (Python's documentation of `signal`).
    """

    def __init__(self) -> None:
        self.is_set = False

    def set(self) -> None:
        self.is_set = True

    def wait(self, seconds: float) -> bool:
        """Wait until the flag is set, at most `seconds`. Return whether it is set."""
        end = time.monotonic() + seconds
        while not self.is_set and (remaining := end - time.monotonic()) > 0:
            time.sleep(min(remaining, _STEP))
        return self.is_set
