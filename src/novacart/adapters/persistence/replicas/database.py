"""Database whose reads may go to a replica."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from sqlalchemy import Connection

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.replicas.replicas import Replicas
from novacart.adapters.persistence.statements import NO_PARAMETERS, DriverStatement, Parameters, Row
from novacart.application.ports.errors import StorageUnavailable
from novacart.domain.shared.errors import ConcurrentChange


class ReplicatedDatabase(Database):
    """`fetch` and `reading` use a replica where the request allows it, otherwise the primary."""

    def __init__(self, primary: Database, replicas: Replicas) -> None:
        super().__init__(primary.engine, primary.max_connections)
        self._primary = primary
        self._replicas = replicas

    def fetch(
        self, statement: DriverStatement, parameters: Parameters = NO_PARAMETERS
    ) -> list[Row]:
        replica = self._replicas.choose()
        if replica is not None:
            try:
                return replica.database.fetch(statement, parameters)
            except StorageUnavailable:
                replica.failed()
            except ConcurrentChange:
                # The replica ended the query to replay a change of its rows.
                pass
        return self._primary.fetch(statement, parameters)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """As `Database.reading`; raises `StorageUnavailable` if a replica fails in the block."""
        with _conflicts_as_unavailable(), ExitStack() as stack:
            yield self._connect_replica(stack) or stack.enter_context(self._primary.reading())

    def _connect_replica(self, stack: ExitStack) -> Connection | None:
        replica = self._replicas.choose()
        if replica is None:
            return None
        try:
            return stack.enter_context(replica.database.reading())
        except StorageUnavailable:
            replica.failed()
            return None


@contextmanager
def _conflicts_as_unavailable() -> Iterator[None]:
    try:
        yield
    except ConcurrentChange as error:
        raise StorageUnavailable("The replica ended the query to replay a change.") from error
