"""Retry parked outbox messages."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacart.application.ports.clock import Clock
from novacart.application.ports.outbox import Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryMessagesCommand:
    message_ids: Sequence[int]


class RetryMessages:
    """Make the parked messages due now and reset their attempts.

    Messages that are not parked are left alone. Returns the number of messages changed.
    """

    def __init__(self, *, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock

    def __call__(self, command: RetryMessagesCommand) -> int:
        return self._outbox.retry(at=self._clock.now(), ids=command.message_ids)
