"""Repository and queries of guests in both databases."""

import pytest

from novacart.adapters.persistence.accounts.guests import SqlGuestQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from tests.support.contracts.guests import GuestsContract


class TestSqlGuests(GuestsContract):
    @pytest.fixture
    def begin(self, database: Database) -> SqlUnitOfWorkFactory:
        return SqlUnitOfWorkFactory(database, ContextVarRequestContexts())

    @pytest.fixture
    def queries(self, database: Database) -> SqlGuestQueries:
        return SqlGuestQueries(database)
