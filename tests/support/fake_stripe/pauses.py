"""Requests that are held on purpose, and what lets them go."""

from __future__ import annotations

import threading


class Pauses:
    """Holds requests for a time, or until the test or the stop lets them go."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._round = 0
        self._held = 0
        self._over = False

    def hold(self, seconds: float) -> None:
        """Wait for that time at most."""
        with self._changed:
            entered = self._round
            self._held += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._over or self._round != entered, seconds)
            self._held -= 1

    def let_go(self) -> None:
        """Let every request go that is held now."""
        with self._changed:
            self._round += 1
            self._changed.notify_all()

    def wait_for(self, held: int, timeout: float) -> bool:
        """Wait until so many requests are held; false where ``timeout`` seconds go by first."""
        with self._changed:
            return self._changed.wait_for(lambda: self._held >= held, timeout)

    def end(self) -> None:
        """Let everything go, now and from now on."""
        with self._changed:
            self._over = True
            self._changed.notify_all()
