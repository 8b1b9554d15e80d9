"""Requests that faults hold, and their release."""

from __future__ import annotations

import threading


class Pauses:
    """Holds requests for a time, or until the test or `end` releases them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._round = 0
        self._held = 0
        self._over = False

    def hold(self, seconds: float) -> None:
        """Hold the calling request for at most ``seconds``."""
        with self._changed:
            entered = self._round
            self._held += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._over or self._round != entered, seconds)
            self._held -= 1

    def resume(self) -> None:
        """Release the requests that are held now."""
        with self._changed:
            self._round += 1
            self._changed.notify_all()

    def wait_for(self, held: int, timeout: float) -> bool:
        """Wait until so many requests are held; False after ``timeout`` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: self._held >= held, timeout)

    def end(self) -> None:
        """Release all requests, also future ones."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
