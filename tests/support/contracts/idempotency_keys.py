"""Contract suite of the `IdempotencyKeys` port."""

from datetime import timedelta

import pytest

from novacart.application.ports.idempotency_keys import (
    LIFETIME,
    LOCK_DURATION,
    Claim,
    IdempotencyKeyReused,
    RequestInProgress,
    StoredResponse,
)
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import UserId
from tests.support.builders.ordering import NOON, add_customer

RESPONSE = StoredResponse(
    status=201,
    headers=(("Content-Type", "application/json"), ("Location", "/api/orders/7/")),
    body=b'{"id": 7, "name": "\xc3\x89tag\xc3\xa8re"}\x00',
)
OTHER_RESPONSE = StoredResponse(status=200, headers=(), body=b"")


class Keys:
    """Steps on the key of one customer, each in its own unit of work."""

    def __init__(self, begin: UnitOfWorkFactory) -> None:
        self.begin = begin
        with begin() as work:
            self.user = add_customer(work)
            self.other_user = add_customer(work, "ravi")
            work.commit()

    def claim(
        self, *, minutes: float = 0, fingerprint: str = "f" * 64, user: UserId | None = None
    ) -> tuple[Claim, bool]:
        with self.begin() as work:
            result = work.idempotency_keys.claim(
                user or self.user,
                "k",
                fingerprint=fingerprint,
                at=NOON + timedelta(minutes=minutes),
            )
            work.commit()
        return result

    def fulfil(self, resource_id: int = 7) -> None:
        with self.begin() as work:
            work.idempotency_keys.fulfil(self.user, "k", resource_id)
            work.commit()

    def store(self, claim: Claim, response: StoredResponse = RESPONSE) -> StoredResponse:
        with self.begin() as work:
            stored = work.idempotency_keys.store(claim, response)
            work.commit()
        return stored

    def release(self, claim: Claim) -> None:
        with self.begin() as work:
            work.idempotency_keys.release(claim)
            work.commit()

    def purge(self, *, hours: float, limit: int = 10) -> int:
        with self.begin() as work:
            count = work.idempotency_keys.purge(before=NOON + timedelta(hours=hours), limit=limit)
            work.commit()
        return count


class IdempotencyKeysContract:
    """Subclasses provide the fixture `begin`."""

    @pytest.fixture
    def keys(self, begin: UnitOfWorkFactory) -> Keys:
        return Keys(begin)

    def test_new_key_is_acquired(self, keys: Keys) -> None:
        claim, acquired = keys.claim()
        assert acquired
        assert claim == Claim(
            user_id=keys.user,
            key="k",
            fingerprint="f" * 64,
            attempt=1,
            locked_until=NOON + LOCK_DURATION,
            expires_at=NOON + LIFETIME,
        )

    def test_locked_key_is_not_acquired(self, keys: Keys) -> None:
        first, _ = keys.claim()
        assert keys.claim() == (first, False)

    def test_keys_belong_to_their_user(self, keys: Keys) -> None:
        keys.claim()
        assert keys.claim(user=keys.other_user, fingerprint="0" * 64)[1]

    def test_key_with_another_request_raises(self, keys: Keys) -> None:
        keys.claim()
        with pytest.raises(IdempotencyKeyReused):
            keys.claim(fingerprint="0" * 64)

    def test_response_is_stored_byte_for_byte(self, keys: Keys) -> None:
        claim, _ = keys.claim()
        keys.fulfil()
        assert keys.store(claim) == RESPONSE
        again, acquired = keys.claim(minutes=5)
        assert not acquired
        assert (again.response, again.resource_id) == (RESPONSE, 7)

    def test_first_stored_response_stays(self, keys: Keys) -> None:
        claim, _ = keys.claim()
        keys.store(claim)
        assert keys.store(claim, OTHER_RESPONSE) == RESPONSE

    def test_resource_id_is_known_before_the_response_is_stored(self, keys: Keys) -> None:
        keys.claim()
        keys.fulfil(9)
        for minutes in (0, 5):
            claim, acquired = keys.claim(minutes=minutes)
            assert not acquired
            assert (claim.resource_id, claim.response) == (9, None)

    def test_uncommitted_fulfilment_is_rolled_back(self, keys: Keys) -> None:
        keys.claim()
        with keys.begin() as work:
            work.idempotency_keys.fulfil(keys.user, "k", 7)
        assert keys.claim()[0].resource_id is None

    def test_expired_lock_is_acquired_by_the_next_attempt(self, keys: Keys) -> None:
        expired, _ = keys.claim()
        assert not keys.claim(minutes=0.99)[1]
        retried, acquired = keys.claim(minutes=1)
        assert acquired
        assert retried.attempt == 2
        assert retried.locked_until == NOON + timedelta(minutes=1) + LOCK_DURATION
        keys.release(expired)
        assert not keys.claim(minutes=1)[1]

    def test_only_one_of_two_attempts_is_fulfilled(self, keys: Keys) -> None:
        keys.claim()
        keys.claim(minutes=2)
        keys.fulfil(7)
        with pytest.raises(RequestInProgress):
            keys.fulfil(8)
        assert keys.claim(minutes=2)[0].resource_id == 7

    def test_fulfilling_an_unclaimed_key_raises(self, keys: Keys) -> None:
        with pytest.raises(RequestInProgress):
            keys.fulfil()

    def test_released_key_can_be_claimed_again(self, keys: Keys) -> None:
        claim, _ = keys.claim()
        keys.release(claim)
        assert keys.claim(fingerprint="0" * 64)[1]

    def test_fulfilled_key_is_not_released(self, keys: Keys) -> None:
        claim, _ = keys.claim()
        keys.fulfil()
        keys.release(claim)
        assert keys.claim()[0].resource_id == 7

    def test_key_expires_after_a_day(self, keys: Keys) -> None:
        claim, _ = keys.claim()
        keys.fulfil()
        keys.store(claim)
        assert not keys.claim(minutes=24 * 60 - 1)[1]
        renewed, acquired = keys.claim(minutes=24 * 60, fingerprint="0" * 64)
        assert acquired
        assert (renewed.resource_id, renewed.response, renewed.fingerprint) == (
            None,
            None,
            "0" * 64,
        )

    def test_expired_keys_are_purged(self, keys: Keys) -> None:
        claim, _ = keys.claim()
        keys.claim(user=keys.other_user)
        assert keys.purge(hours=23.9) == 0
        assert keys.purge(hours=24, limit=1) == 1
        assert keys.purge(hours=24) == 1
        assert keys.store(claim) == RESPONSE
