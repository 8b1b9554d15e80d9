"""Events that were committed and wait for the reactions to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Literal, Protocol

from novacart.domain.shared.events import DomainEvent

State = Literal["pending", "handled", "parked"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessage:
    """One event as it was stored, and how its delivery has gone so far.

    `attempts` counts the claims, the present one included. `reacted` names the reactions that
    are done. `payload` is what `DomainEvent.payload` gave.
    """

    id: int
    name: str
    version: int
    payload: Mapping[str, Any]
    actor: str
    request_id: str | None
    occurred_at: datetime
    attempts: int
    reacted: frozenset[str] = frozenset()
    state: State = "pending"
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxMessageRetried(DomainEvent):
    """Somebody had a parked message of this name delivered again."""

    name: ClassVar[str] = "outbox_message.retried"

    message_id: int
    message_name: str


class Outbox(Protocol):
    """Any number of workers may work on it at once.

    Whoever reports on a message shows the claim that it was handed out with: a worker that
    was slower than its claim, and whose message another one has taken, changes nothing.
    """

    def claim(self, *, at: datetime, until: datetime) -> OutboxMessage | None:
        """Take the oldest pending message that is due `at` this moment; None where none is.

        Nobody else is given it before `until`, when it is due again: a worker that died
        with it loses nothing.
        """
        ...

    def extend(self, message: OutboxMessage, *, until: datetime) -> None:
        """Keep the claim until then: whoever holds it is still at work."""
        ...

    def settle(self, message: OutboxMessage, *, at: datetime) -> None:
        """Every reaction is done."""
        ...

    def postpone(
        self, message: OutboxMessage, *, until: datetime, error: str, reacted: frozenset[str]
    ) -> None:
        """It failed; it is due again at `until`, without the reactions that are done."""
        ...

    def park(
        self, message: OutboxMessage, *, at: datetime, error: str, reacted: frozenset[str]
    ) -> None:
        """It failed too often: set it aside for a person to look at."""
        ...

    def parked(self, *, limit: int = 100) -> Sequence[OutboxMessage]:
        """What was set aside, oldest first."""
        ...

    def retry(self, *, at: datetime, ids: Sequence[int] | None = None) -> int:
        """Make parked messages due at `at` with their attempts forgotten: how many were.

        All of them where `ids` is None. `OutboxMessageRetried` is stored of each in the same
        transaction, in the name of whoever asks.
        """
        ...

    def waiting(self) -> int:
        """How many messages are pending."""
        ...

    def prune(self, *, before: datetime) -> int:
        """Delete what was handled before this moment: how many were."""
        ...
