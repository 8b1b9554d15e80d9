"""Storage of idempotency keys and the responses to their requests."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import UserId

# How long a key is stored, and how long one attempt may process its request.
LIFETIME: Final = timedelta(hours=24)
LOCK_DURATION: Final = timedelta(seconds=60)


class IdempotencyKeyReused(DomainError):
    """The key was used with a different request."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("This idempotency key was used with a different request.")


class RequestInProgress(DomainError):
    """The first request with this key is still being processed."""

    code = "request_in_progress"

    def __init__(self) -> None:
        super().__init__("The first request with this idempotency key is still being processed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """An HTTP response as it was sent, byte for byte."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A user's key and the state of its request.

    `attempt` counts the attempts, so that one whose lock expired cannot release the key of the
    next. `resource_id` is set once the use case has committed, `response` once it is stored.
    """

    user_id: UserId
    key: str
    fingerprint: str
    attempt: int
    locked_until: datetime
    expires_at: datetime
    resource_id: int | None = None
    response: StoredResponse | None = None


class IdempotencyKeys(Protocol):
    def claim(
        self, user_id: UserId, key: str, *, fingerprint: str, at: datetime
    ) -> tuple[Claim, bool]:
        """Return the key's claim, and whether the caller acquired it.

        The caller acquires a key that is new, expired, or whose lock ran out before anything was
        created. Raises `IdempotencyKeyReused`.
        """
        ...

    def fulfil(self, user_id: UserId, key: str, resource_id: int) -> None:
        """Record the id of the created resource. Call it in the use case's own transaction.

        Raises `RequestInProgress` if another attempt did so first, which rolls this one back.
        """
        ...

    def store(self, claim: Claim, response: StoredResponse) -> StoredResponse:
        """Store `response` unless one is stored already. Return the stored one."""
        ...

    def release(self, claim: Claim) -> None:
        """Delete a claim without a resource. Other claims are left as they are."""
        ...

    def purge(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` keys that expired at `before` or earlier. Return how many."""
        ...
