"""Claim, store and release the idempotency keys of requests."""

from typing import Final

from novacart.application.ports.clock import Clock
from novacart.application.ports.idempotency_keys import Claim, RequestInProgress, StoredResponse
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import UserId

_BATCH: Final = 1000


class IdempotentRequests:
    """Idempotency keys of users. Each step has its own short unit of work.

    Between `claim` and `store` the use case calls `fulfil` in its own transaction, so the effect
    happens once even if the process stops before the response is stored.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def claim(self, user_id: UserId, key: str, *, fingerprint: str) -> tuple[Claim, bool]:
        """Return the claim, and whether the caller is to process the request.

        If not, the claim has a response to repeat, or the id of the created resource to respond
        with. Raises `IdempotencyKeyReused`, and `RequestInProgress` while it has neither.
        """
        with self._begin() as work:
            claim, acquired = work.idempotency_keys.claim(
                user_id, key, fingerprint=fingerprint, at=self._clock.now()
            )
            work.commit()
        if not acquired and claim.response is None and claim.resource_id is None:
            raise RequestInProgress
        return claim, acquired

    def store(self, claim: Claim, response: StoredResponse) -> StoredResponse:
        """Store the response, unless another request stored one first. Return the stored one."""
        with self._begin() as work:
            stored = work.idempotency_keys.store(claim, response)
            work.commit()
        return stored

    def release(self, claim: Claim) -> None:
        """Free the key of a request that failed and changed nothing."""
        with self._begin() as work:
            work.idempotency_keys.release(claim)
            work.commit()


class PurgeIdempotencyKeys:
    """Delete expired keys in batches. Returns how many."""

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self) -> int:
        total = 0
        while True:
            with self._begin() as work:
                now = self._clock.now()
                deleted = work.idempotency_keys.purge(before=now, limit=_BATCH)
                work.commit()
            total += deleted
            if deleted < _BATCH:
                return total
