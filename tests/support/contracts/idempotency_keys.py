"""What every place for idempotency keys promises."""

from datetime import timedelta

import pytest

from novacart.application.ports.idempotency_keys import (
    LIFE,
    LOCK,
    Claim,
    IdempotencyKeyReused,
    RequestInProgress,
    StoredResponse,
)
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import UserId
from tests.support.builders.ordering import NOON, add_customer

ANSWER = StoredResponse(
    status=201,
    headers=(("Content-Type", "application/json"), ("Location", "/api/orders/7/")),
    body=b'{"id": 7, "name": "\xc3\x89tag\xc3\xa8re"}\x00',
)
OTHER = StoredResponse(status=200, headers=(), body=b"")


class Keys:
    """Steps on one customer's key, each in a unit of work of its own."""

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
            claimed = work.idempotency_keys.claim(
                user or self.user,
                "k",
                fingerprint=fingerprint,
                at=NOON + timedelta(minutes=minutes),
            )
            work.commit()
        return claimed

    def fulfil(self, resource_id: int = 7) -> None:
        with self.begin() as work:
            work.idempotency_keys.fulfil(self.user, "k", resource_id)
            work.commit()

    def keep(self, claim: Claim, answer: StoredResponse = ANSWER) -> StoredResponse:
        with self.begin() as work:
            kept = work.idempotency_keys.keep(claim, answer)
            work.commit()
        return kept

    def release(self, claim: Claim) -> None:
        with self.begin() as work:
            work.idempotency_keys.release(claim)
            work.commit()

    def purge(self, *, hours: float, limit: int = 10) -> int:
        with self.begin() as work:
            purged = work.idempotency_keys.purge(before=NOON + timedelta(hours=hours), limit=limit)
            work.commit()
        return purged


class IdempotencyKeysContract:
    """Subclasses give `begin`."""

    @pytest.fixture
    def keys(self, begin: UnitOfWorkFactory) -> Keys:
        return Keys(begin)

    def test_a_new_key_is_the_callers(self, keys: Keys) -> None:
        claim, is_mine = keys.claim()
        assert is_mine
        assert claim == Claim(
            user_id=keys.user,
            key="k",
            fingerprint="f" * 64,
            attempt=1,
            locked_until=NOON + LOCK,
            expires_at=NOON + LIFE,
        )

    def test_a_key_that_is_worked_on_is_not_the_callers(self, keys: Keys) -> None:
        first, _ = keys.claim()
        assert keys.claim() == (first, False)

    def test_keys_belong_to_their_user(self, keys: Keys) -> None:
        keys.claim()
        assert keys.claim(user=keys.other_user, fingerprint="0" * 64)[1]

    def test_a_key_is_for_one_request(self, keys: Keys) -> None:
        keys.claim()
        with pytest.raises(IdempotencyKeyReused):
            keys.claim(fingerprint="0" * 64)

    def test_an_answer_is_kept_to_the_byte(self, keys: Keys) -> None:
        claim, _ = keys.claim()
        keys.fulfil()
        assert keys.keep(claim) == ANSWER
        again, is_mine = keys.claim(minutes=5)
        assert not is_mine
        assert (again.answer, again.resource_id) == (ANSWER, 7)

    def test_the_answer_that_was_kept_first_stays(self, keys: Keys) -> None:
        claim, _ = keys.claim()
        keys.keep(claim)
        assert keys.keep(claim, OTHER) == ANSWER

    def test_what_was_brought_about_is_known_before_the_answer_is_kept(self, keys: Keys) -> None:
        keys.claim()
        keys.fulfil(9)
        for minutes in (0, 5):
            claim, is_mine = keys.claim(minutes=minutes)
            assert not is_mine
            assert (claim.resource_id, claim.answer) == (9, None)

    def test_a_fulfilment_that_is_not_committed_never_was(self, keys: Keys) -> None:
        keys.claim()
        with keys.begin() as work:
            work.idempotency_keys.fulfil(keys.user, "k", 7)
        assert keys.claim()[0].resource_id is None

    def test_whoever_is_silent_too_long_loses_the_claim(self, keys: Keys) -> None:
        lost, _ = keys.claim()
        assert not keys.claim(minutes=0.99)[1]
        taken, is_mine = keys.claim(minutes=1)
        assert is_mine
        assert taken.attempt == 2
        assert taken.locked_until == NOON + timedelta(minutes=1) + LOCK
        keys.release(lost)
        assert not keys.claim(minutes=1)[1]

    def test_of_two_attempts_one_brings_something_about(self, keys: Keys) -> None:
        keys.claim()
        keys.claim(minutes=2)
        keys.fulfil(7)
        with pytest.raises(RequestInProgress):
            keys.fulfil(8)
        assert keys.claim(minutes=2)[0].resource_id == 7

    def test_a_key_that_nobody_claimed_is_not_fulfilled(self, keys: Keys) -> None:
        with pytest.raises(RequestInProgress):
            keys.fulfil()

    def test_a_released_key_is_free_again(self, keys: Keys) -> None:
        claim, _ = keys.claim()
        keys.release(claim)
        assert keys.claim(fingerprint="0" * 64)[1]

    def test_a_key_that_brought_something_about_is_not_released(self, keys: Keys) -> None:
        claim, _ = keys.claim()
        keys.fulfil()
        keys.release(claim)
        assert keys.claim()[0].resource_id == 7

    def test_a_key_lives_for_a_day(self, keys: Keys) -> None:
        claim, _ = keys.claim()
        keys.fulfil()
        keys.keep(claim)
        assert not keys.claim(minutes=24 * 60 - 1)[1]
        fresh, is_mine = keys.claim(minutes=24 * 60, fingerprint="0" * 64)
        assert is_mine
        assert (fresh.resource_id, fresh.answer, fresh.fingerprint) == (None, None, "0" * 64)

    def test_keys_whose_life_is_over_are_purged(self, keys: Keys) -> None:
        claim, _ = keys.claim()
        keys.claim(user=keys.other_user)
        assert keys.purge(hours=23.9) == 0
        assert keys.purge(hours=24, limit=1) == 1
        assert keys.purge(hours=24) == 1
        assert keys.keep(claim) == ANSWER
