"""Idempotency keys in memory."""

from dataclasses import replace
from datetime import datetime

from novacart.application.ports.idempotency_keys import (
    LIFE,
    LOCK,
    Claim,
    IdempotencyKeyReused,
    RequestInProgress,
    StoredResponse,
)
from novacart.domain.shared.ids import UserId
from tests.fakes.transactional_dict import TransactionalDict


class FakeIdempotencyKeys:
    def __init__(self, shelf: TransactionalDict[tuple[UserId, str], Claim]) -> None:
        self._shelf = shelf

    def claim(
        self, user_id: UserId, key: str, *, fingerprint: str, at: datetime
    ) -> tuple[Claim, bool]:
        known = self._shelf.get((user_id, key))
        if known is None or known.expires_at <= at:
            return self._put(
                Claim(
                    user_id=user_id,
                    key=key,
                    fingerprint=fingerprint,
                    attempt=known.attempt + 1 if known else 1,
                    locked_until=at + LOCK,
                    expires_at=at + LIFE,
                )
            ), True
        if known.fingerprint != fingerprint:
            raise IdempotencyKeyReused
        is_settled = known.answer is not None or known.resource_id is not None
        if is_settled or known.locked_until > at:
            return known, False
        taken = replace(known, attempt=known.attempt + 1, locked_until=at + LOCK)
        return self._put(taken), True

    def fulfil(self, user_id: UserId, key: str, resource_id: int) -> None:
        known = self._shelf.get((user_id, key))
        if known is None or known.resource_id is not None or known.answer is not None:
            raise RequestInProgress
        self._put(replace(known, resource_id=resource_id))

    def keep(self, claim: Claim, answer: StoredResponse) -> StoredResponse:
        known = self._shelf.get((claim.user_id, claim.key))
        if known is None:
            return answer
        if known.answer is not None:
            return known.answer
        self._put(replace(known, answer=answer))
        return answer

    def release(self, claim: Claim) -> None:
        known = self._shelf.get((claim.user_id, claim.key))
        if known is None or known.attempt != claim.attempt:
            return
        if known.resource_id is None and known.answer is None:
            self._shelf.remove((claim.user_id, claim.key))

    def purge(self, *, before: datetime, limit: int) -> int:
        due = [claim for claim in self._shelf.values() if claim.expires_at <= before][:limit]
        for claim in due:
            self._shelf.remove((claim.user_id, claim.key))
        return len(due)

    def _put(self, claim: Claim) -> Claim:
        self._shelf.put((claim.user_id, claim.key), claim)
        return claim
