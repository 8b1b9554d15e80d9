"""Use cases: claim, store and release idempotency keys; purge expired ones."""

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
RESPONSE = StoredResponse(status=201, headers=(), body=b"{}")


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOON)


@pytest.fixture
def requests(begin: UnitOfWorkFactory, clock: SetClock) -> IdempotentRequests:
    return IdempotentRequests(begin=begin, clock=clock)


def test_duplicate_request_is_in_progress_until_there_is_something_to_return(
    requests: IdempotentRequests, begin: UnitOfWorkFactory
) -> None:
    claim, acquired = requests.claim(ASHA, "k", fingerprint="f")
    assert acquired
    with pytest.raises(RequestInProgress):
        requests.claim(ASHA, "k", fingerprint="f")
    with begin() as work:
        work.idempotency_keys.fulfil(ASHA, "k", 7)
        work.commit()
    assert requests.claim(ASHA, "k", fingerprint="f")[0].resource_id == 7
    assert requests.store(claim, RESPONSE) == RESPONSE
    duplicate, acquired = requests.claim(ASHA, "k", fingerprint="f")
    assert (duplicate.response, acquired) == (RESPONSE, False)


def test_released_key_can_be_claimed_again(requests: IdempotentRequests) -> None:
    claim, _ = requests.claim(ASHA, "k", fingerprint="f")
    requests.release(claim)
    assert requests.claim(ASHA, "k", fingerprint="another")[1]


@pytest.mark.slow
def test_purge_deletes_all_expired_keys_in_batches(
    requests: IdempotentRequests, begin: UnitOfWorkFactory, clock: SetClock
) -> None:
    for number in range(1001):
        requests.claim(ASHA, f"k{number}", fingerprint="f")
    clock.move(hours=12)
    requests.claim(ASHA, "late", fingerprint="f")
    clock.move(hours=12)
    purge = PurgeIdempotencyKeys(begin=begin, clock=clock)
    assert purge() == 1001
    assert purge() == 0
