"""One answer for each key, with everything around it in memory."""

import pytest

from novacart.application.idempotency.idempotent_requests import (
    IdempotentRequests,
    PurgeIdempotencyKeys,
)
from novacart.application.ports.idempotency_keys import RequestInProgress, StoredResponse
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import UserId
from tests.support.builders.ordering import NOON
from tests.support.clock import SetClock

ASHA = UserId(3)
ANSWER = StoredResponse(status=201, headers=(), body=b"{}")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def once(begin: UnitOfWorkFactory, clock: SetClock) -> IdempotentRequests:
    return IdempotentRequests(begin=begin, clock=clock)


def test_a_twin_is_told_to_wait_until_there_is_something_to_repeat(
    once: IdempotentRequests, begin: UnitOfWorkFactory
) -> None:
    claim, is_mine = once.claim(ASHA, "k", fingerprint="f")
    assert is_mine
    with pytest.raises(RequestInProgress):
        once.claim(ASHA, "k", fingerprint="f")
    with begin() as work:
        work.idempotency_keys.fulfil(ASHA, "k", 7)
        work.commit()
    assert once.claim(ASHA, "k", fingerprint="f")[0].resource_id == 7
    assert once.keep(claim, ANSWER) == ANSWER
    twin, is_mine = once.claim(ASHA, "k", fingerprint="f")
    assert (twin.answer, is_mine) == (ANSWER, False)


def test_what_came_to_nothing_may_be_sent_again(once: IdempotentRequests) -> None:
    claim, _ = once.claim(ASHA, "k", fingerprint="f")
    once.release(claim)
    assert once.claim(ASHA, "k", fingerprint="another")[1]


def test_keys_are_purged_in_batches_until_none_is_over(
    once: IdempotentRequests, begin: UnitOfWorkFactory, clock: SetClock
) -> None:
    for number in range(1001):
        once.claim(ASHA, f"k{number}", fingerprint="f")
    clock.move(hours=12)
    once.claim(ASHA, "late", fingerprint="f")
    clock.move(hours=12)
    purge = PurgeIdempotencyKeys(begin=begin, clock=clock)
    assert purge() == 1001
    assert purge() == 0
