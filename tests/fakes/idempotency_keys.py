"""Fake repository of idempotency keys."""

from dataclasses import replace
from datetime import datetime

from novacart.application.ports.idempotency_keys import (
    LIFETIME,
    LOCK_DURATION,
    Claim,
    IdempotencyKeyReused,
    RequestInProgress,
    StoredResponse,
)
from novacart.domain.shared.ids import UserId
from tests.fakes.transactional_dict import TransactionalDict


class FakeIdempotencyKeys:
    def __init__(self, claims: TransactionalDict[tuple[UserId, str], Claim]) -> None:
        self._claims = claims

    def claim(
        self, user_id: UserId, key: str, *, fingerprint: str, at: datetime
    ) -> tuple[Claim, bool]:
        stored = self._claims.get((user_id, key))
        if stored is None or stored.expires_at <= at:
            return self._put(
                Claim(
                    user_id=user_id,
                    key=key,
                    fingerprint=fingerprint,
                    attempt=stored.attempt + 1 if stored else 1,
                    locked_until=at + LOCK_DURATION,
                    expires_at=at + LIFETIME,
                )
            ), True
        if stored.fingerprint != fingerprint:
            raise IdempotencyKeyReused
        is_settled = stored.response is not None or stored.resource_id is not None
        if is_settled or stored.locked_until > at:
            return stored, False
        retried = replace(stored, attempt=stored.attempt + 1, locked_until=at + LOCK_DURATION)
        return self._put(retried), True

    def fulfil(self, user_id: UserId, key: str, resource_id: int) -> None:
        stored = self._claims.get((user_id, key))
        if stored is None or stored.resource_id is not None or stored.response is not None:
            raise RequestInProgress
        self._put(replace(stored, resource_id=resource_id))

    def store(self, claim: Claim, response: StoredResponse) -> StoredResponse:
        stored = self._claims.get((claim.user_id, claim.key))
        if stored is None:
            return response
        if stored.response is not None:
            return stored.response
        self._put(replace(stored, response=response))
        return response

    def release(self, claim: Claim) -> None:
        stored = self._claims.get((claim.user_id, claim.key))
        if stored is None or stored.attempt != claim.attempt:
            return
        if stored.resource_id is None and stored.response is None:
            self._claims.remove((claim.user_id, claim.key))

    def purge(self, *, before: datetime, limit: int) -> int:
        expired = [claim for claim in self._claims.values() if claim.expires_at <= before][:limit]
        for claim in expired:
            self._claims.remove((claim.user_id, claim.key))
        return len(expired)

    def _put(self, claim: Claim) -> Claim:
        self._claims.put((claim.user_id, claim.key), claim)
        return claim
