"""A pause after a mail server has not answered."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from time import monotonic
from typing import Final

from novacart.application.ports.errors import Unavailable
from novacart.application.ports.mailer import Mail, Mailer

# A server that refuses connections takes no time.
_SLOW: Final = 2.0


class PausingMailer:
    """After an email that failed slowly, the others fail at once, for `retry_after` seconds.

    The worker delivers one event after another, so that refunds and cancellations of payments
    would wait until the mail server has not answered for each email before them.
    """

    def __init__(self, mailer: Mailer, *, now: Callable[[], float] = monotonic) -> None:
        self._mailer = mailer
        self._now = now
        self._paused_until = now()

    def send(self, mail: Mail) -> None:
        started_at = self._now()
        if started_at < self._paused_until:
            raise Unavailable("The mail server did not answer an earlier email.")
        try:
            self._mailer.send(mail)
        except Unavailable as error:
            failed_at = self._now()
            if failed_at - started_at > _SLOW:
                self._paused_until = failed_at + error.retry_after
            raise

    def shared_connection(self) -> AbstractContextManager[None]:
        return self._mailer.shared_connection()
