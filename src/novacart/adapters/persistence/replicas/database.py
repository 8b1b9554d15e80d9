"""Database whose reads may go to a replica."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from sqlalchemy import Connection

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.replicas.replicas import Replicas
from novacart.adapters.persistence.statements import NO_PARAMETERS, DriverStatement, Parameters, Row
from novacart.adapters.persistence.timeouts import READ_TIMEOUT, REPORT_TIMEOUT
from novacart.application.ports.errors import StorageUnavailable
from novacart.domain.shared.errors import ConcurrentChange


class ReplicatedDatabase(Database):
    """Reads use a replica where the request allows it, otherwise the primary."""

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
    def reading(self, *, seconds: int = READ_TIMEOUT) -> Iterator[Connection]:
        """As `Database.reading`; raises `StorageUnavailable` if a replica fails in the block."""
        with self._connected_to(lambda each: each.reading(seconds=seconds)) as connection:
            yield connection

    @contextmanager
    def snapshot(self, *, seconds: int = REPORT_TIMEOUT) -> Iterator[Connection]:
        """As `Database.snapshot`, on a replica as `reading`."""
        with self._connected_to(lambda each: each.snapshot(seconds=seconds)) as connection:
            yield connection

    @contextmanager
    def _connected_to(
        self, connect: Callable[[Database], AbstractContextManager[Connection]]
    ) -> Iterator[Connection]:
        with _conflicts_as_unavailable(), ExitStack() as stack:
            yield self._connect_replica(stack, connect) or stack.enter_context(
                connect(self._primary)
            )

    def _connect_replica(
        self, stack: ExitStack, connect: Callable[[Database], AbstractContextManager[Connection]]
    ) -> Connection | None:
        replica = self._replicas.choose()
        if replica is None:
            return None
        try:
            return stack.enter_context(connect(replica.database))
        except StorageUnavailable:
            replica.failed()
            return None


@contextmanager
def _conflicts_as_unavailable() -> Iterator[None]:
    try:
        yield
    except ConcurrentChange as error:
        raise StorageUnavailable("The replica ended the query to replay a change.") from error
