"""Retry parked outbox messages."""

from collections.abc import Sequence
from dataclasses import dataclass

from novacart.application.authorization.actor import Actor
from novacart.application.ports.clock import Clock
from novacart.application.ports.outbox import Outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryMessagesCommand:
    """All parked messages if `message_ids` is None."""

    actor: Actor
    message_ids: Sequence[int] | None


class RetryMessages:
    """Make the parked messages due now and reset their attempts.

    Messages that are not parked are left alone. Returns the number of messages changed. Raises
    `PermissionDenied`.
    """

    def __init__(self, *, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock

    def __call__(self, command: RetryMessagesCommand) -> int:
        command.actor.require("outbox.retry")
        return self._outbox.retry(at=self._clock.now(), ids=command.message_ids)
