"""Where the keys of requests that must take effect once are kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import UserId

# How long a key is remembered, and how long whoever works on its request may be silent.
LIFE: Final = timedelta(hours=24)
LOCK: Final = timedelta(seconds=60)


class IdempotencyKeyReused(DomainError):
    """The key came with another request before."""

    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("This idempotency key was used with another request.")


class RequestInProgress(DomainError):
    """The first request of that key is still being worked on."""

    code = "request_in_progress"

    def __init__(self) -> None:
        super().__init__("The first request with this idempotency key is not finished yet.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResponse:
    """An answer as it went out, to the byte."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A key of one user and what has become of its request.

    `attempt` counts who took it up: a request that lost its claim can't speak for it. With a
    `resource_id` the business is done; with an `answer` the client may have been told.
    """

    user_id: UserId
    key: str
    fingerprint: str
    attempt: int
    locked_until: datetime
    expires_at: datetime
    resource_id: int | None = None
    answer: StoredResponse | None = None


class IdempotencyKeys(Protocol):
    def claim(
        self, user_id: UserId, key: str, *, fingerprint: str, at: datetime
    ) -> tuple[Claim, bool]:
        """The key's claim, and whether it is the caller's to work on.

        It is the caller's where the key is new, its life is over, or whoever worked on it was
        not heard of for the lock's time and has done nothing. Raises `IdempotencyKeyReused`.
        """
        ...

    def fulfil(self, user_id: UserId, key: str, resource_id: int) -> None:
        """Say, in the transaction of the business itself, what it brought about.

        Raises `RequestInProgress` where another attempt has done it already, so that this one
        is rolled back.
        """
        ...

    def keep(self, claim: Claim, answer: StoredResponse) -> StoredResponse:
        """Keep `answer` unless one is kept already; gives the one that is kept."""
        ...

    def release(self, claim: Claim) -> None:
        """Forget a claim that led to nothing; one that brought something about is kept."""
        ...

    def purge(self, *, before: datetime, limit: int) -> int:
        """Delete up to `limit` keys whose life was over `before`; gives how many."""
        ...
