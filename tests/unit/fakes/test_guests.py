"""The fakes of guests fulfil their contract."""

import pytest

from tests.fakes.guests import FakeGuestQueries
from tests.fakes.store import FakeStore
from tests.support.contracts.guests import GuestsContract


@pytest.fixture
def queries(store: FakeStore) -> FakeGuestQueries:
    return FakeGuestQueries(store)


class TestFakeGuests(GuestsContract):
    pass
