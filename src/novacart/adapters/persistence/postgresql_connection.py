"""Connection of psycopg that executes statements by libpq, PostgreSQL's own client library.

psycopg's cursor is made for one statement and waits for the response in Python, which takes three
times as long as libpq.

A statement whose result is not needed can wait for the next one, so that both take one round trip
in libpq's pipeline mode. BEGIN is such a statement. A long one can be sent at once: PostgreSQL
executes it while this process goes on. psycopg's own pipeline takes longer than it saves.

A migration that changes the type of a column makes prepared statements fail that return it. Outside
of a transaction, such a statement is prepared again and repeated. In a transaction, the error is
raised, and the use case has to be repeated as after a deadlock.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final, NamedTuple, Self

from psycopg import Connection, Cursor, Error, Pipeline
from psycopg.abc import PQGen, Transformer
from psycopg.adapt import PyFormat
from psycopg.adapt import Transformer as NewTransformer
from psycopg.errors import InFailedSqlTransaction, error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from novacart.adapters.persistence.error_mapping import is_plan_outdated

# As many as psycopg keeps of its own.
_MAX_PREPARED: Final = 100
_SUCCEEDED: Final = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


class _Command(NamedTuple):
    """A prepared statement with its parameters."""

    name: bytes
    parameters: Any = None
    formats: Sequence[Format] | None = None


class LibpqConnection(Connection[Any]):
    """Connection with `execute_directly`, `execute_later` and `execute_ahead`, besides cursors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (psycopg's own)
        super().__init__(*args, **kwargs)
        self.cursor_factory = _RepeatingCursor
        self._transformer: Transformer | None = None
        # By SQL and the types of the parameters; the one that was used last is at the end.
        self._prepared_names: OrderedDict[tuple[str, tuple[int, ...] | None], bytes] = OrderedDict()
        self._prepared_count = 0
        # Sent before anything else.
        self._queue: list[_Command] = []
        # The number of statements that were sent and not answered, in pipeline mode.
        self._sent = 0

    def execute_directly(
        self, sql: str, values: Sequence[object], *, is_prepared: bool
    ) -> "LibpqResult":
        """Execute a statement with the parameters `$1`, `$2` and so on.

        Raises psycopg's errors, also those of statements that were queued before. As with a cursor,
        a transaction begins unless the connection is in autocommit mode, and nothing is prepared
        without a `prepare_threshold`.
        """
        is_prepared = is_prepared and self._is_preparing
        self._begin()
        transformer, parameters = self._dump(values)
        if is_prepared:
            try:
                result = self._execute_prepared(sql, parameters, transformer)
            except Error as error:
                if not self.can_be_repeated(error):
                    raise
                result = self._execute_prepared(sql, parameters, transformer)
        else:
            self._send_queue()
            result = self._checked(
                self.pgconn.exec_params(
                    sql.encode(), parameters, transformer.types, transformer.formats, Format.BINARY
                )
            )
        return LibpqResult(result, transformer)

    def execute_later(self, sql: str, values: Sequence[object], *, is_prepared: bool) -> None:
        """Execute a statement of a transaction together with the next one, or with COMMIT.

        That one raises its errors. A statement that is not prepared is executed at once.
        """
        if not (is_prepared and self._is_preparing):
            self.execute_directly(sql, values, is_prepared=False)
            return
        self._begin()
        transformer, parameters = self._dump(values)
        name = self._prepared_name(sql, transformer.types)
        self._queue.append(_Command(name, parameters, transformer.formats))

    def execute_ahead(self, sql: str, values: Sequence[object], *, is_prepared: bool) -> None:
        """Send a statement of a transaction, and let the server execute it in the meantime.

        As with `execute_later`, the next statement or COMMIT raises its errors.
        """
        self.execute_later(sql, values, is_prepared=is_prepared)
        with self._closing_if_interrupted():
            self._send()

    def can_be_repeated(self, error: Error) -> bool:
        """Whether the failed statement can be repeated: it was outdated, outside of a transaction.

        All statements are prepared again if one was outdated.
        """
        if not is_plan_outdated(error):
            return False
        self._prepared.clear()
        self._prepared_names.clear()
        return self.pgconn.transaction_status == TransactionStatus.IDLE

    def commit(self) -> None:
        if self.pgconn.transaction_status == TransactionStatus.INERROR:
            # COMMIT would roll back and report no error.
            self.rollback()
            raise InFailedSqlTransaction("A statement of the transaction failed before.")
        if self._is_waiting:
            try:
                self._send_queue(_Command(self._prepared_name("COMMIT", ())))
            except Error:
                # SQLAlchemy does not roll back after COMMIT.
                with suppress(Error):
                    self.rollback()
                raise
        elif self.pgconn.transaction_status == TransactionStatus.INTRANS:
            self._checked(self.pgconn.exec_(b"COMMIT"))
        else:
            super().commit()

    def rollback(self) -> None:
        self._queue.clear()
        with suppress(Error):
            # Receives the answers to the statements that were sent.
            self._send_queue()
        super().rollback()

    def wait(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 (psycopg's own)
        # Cursors send and receive everything here.
        self._send_queue()
        return super().wait(*args, **kwargs)

    @contextmanager
    def pipeline(self) -> Iterator[Pipeline]:
        self._send_queue()
        with super().pipeline() as pipeline:
            yield pipeline

    @property
    def _is_preparing(self) -> bool:
        return self.prepare_threshold is not None

    @property
    def _is_waiting(self) -> bool:
        """Whether statements are queued, or not answered."""
        return bool(self._queue) or self._sent > 0

    def _begin(self) -> None:
        """Begin a transaction unless there is one, with the isolation level of the connection."""
        if (
            self._is_waiting
            or self.autocommit
            or self.pgconn.transaction_status != TransactionStatus.IDLE
        ):
            return
        begin = self._get_tx_start_command()
        if self._is_preparing:
            self._queue.append(_Command(self._prepared_name(begin.decode(), ())))
        else:
            self._checked(self.pgconn.exec_(begin))

    def _dump(self, values: Sequence[object]) -> tuple[Transformer, Any]:
        """Return the parameters, and what knows their types and formats."""
        transformer = self._transformer
        if transformer is None:
            # Not before, since it keeps the converters of types that are registered now.
            transformer = self._transformer = NewTransformer(self)
        # None is NULL.
        return transformer, transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))

    def _execute_prepared(
        self,
        sql: str,
        parameters: Any,  # noqa: ANN401 (psycopg's own)
        transformer: Transformer,
    ) -> PGresult:
        name = self._prepared_name(sql, transformer.types)
        if self._is_waiting:
            return self._send_queue(_Command(name, parameters, transformer.formats))[-1]
        return self._checked(
            self.pgconn.exec_prepared(name, parameters, transformer.formats, Format.BINARY)
        )

    def _send_queue(self, *more: _Command) -> list[PGresult]:
        """Execute the queued statements and `more` in one round trip; return their results.

        PostgreSQL ignores those that follow a failed one. The results begin with those of the
        statements that were sent before. `more` are executed even if nothing waits any more, since
        the answers were received to prepare them.
        """
        self._queue += more
        if not self._is_waiting:
            return []
        libpq = self.pgconn
        with self._closing_if_interrupted():
            self._send()
            libpq.pipeline_sync()
            count, self._sent = self._sent, 0
            # Without Python's lock, which `get_result` would hold while it waits.
            results = super().wait(_received(libpq, count))
            libpq.exit_pipeline_mode()
        return [self._checked(result) for result in results]

    def _send(self) -> None:
        """Send the queued statements."""
        if not self._queue:
            return
        libpq = self.pgconn
        if self._sent == 0:
            libpq.enter_pipeline_mode()
        self._sent += len(self._queue)
        for command in self._queue:
            libpq.send_query_prepared(*command, Format.BINARY)
        self._queue.clear()
        # What the socket does not take is sent later.
        libpq.flush()

    @contextmanager
    def _closing_if_interrupted(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            # The connection can't be used again.
            self._queue.clear()
            self._sent = 0
            self.pgconn.finish()
            raise

    def _prepared_name(self, sql: str, types: tuple[int, ...] | None) -> bytes:
        """Return the name of the prepared statement."""
        name = self._prepared_names.get((sql, types))
        if name is not None:
            self._prepared_names.move_to_end((sql, types))
            return name
        if self._sent > 0:
            # Nothing can be prepared in pipeline mode.
            self._send_queue()
        if len(self._prepared_names) == _MAX_PREPARED:
            _, oldest = self._prepared_names.popitem(last=False)
            self._checked(self.pgconn.exec_(b"DEALLOCATE " + oldest))
        self._prepared_count += 1
        name = f"novacart_{self._prepared_count}".encode()
        self._checked(self.pgconn.prepare(name, sql.encode(), types))
        self._prepared_names[sql, types] = name
        return name

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        # psycopg deallocates all statements after a rollback and after DDL, also those of others.
        if name is None:
            self._prepared_names.clear()
        yield from super()._deallocate(name)

    def _checked(self, result: PGresult) -> PGresult:
        if result.status in _SUCCEEDED:
            return result
        raise error_from_result(result, self.info.encoding)


def _received(libpq: PGconn, count: int) -> PQGen[list[PGresult]]:
    """Return the results of `count` statements, when the server has answered all of them."""
    yield from send(libpq)
    results = []
    for _ in range(count):
        [result] = yield from fetch_many(libpq)
        results.append(result)
    # That of `pipeline_sync`.
    yield from fetch_many(libpq)
    return results


class _RepeatingCursor(Cursor[Any]):
    """psycopg's cursor, which prepares a statement when it is executed often."""

    def execute(self, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401 (psycopg's own)
        try:
            return super().execute(*args, **kwargs)
        except Error as error:
            connection = self.connection
            if not isinstance(connection, LibpqConnection) or not connection.can_be_repeated(error):
                raise
        return super().execute(*args, **kwargs)


class LibpqResult:
    """The result of a statement. Its rows must be fetched before the next one is executed."""

    def __init__(self, result: PGresult, transformer: Transformer) -> None:
        self._result = result
        self._transformer = transformer

    @property
    def rowcount(self) -> int:
        return self._result.command_tuples or 0

    def fetchall(self) -> list[tuple[Any, ...]]:
        self._transformer.set_pgresult(self._result)
        return self._transformer.load_rows(0, self._result.ntuples, tuple)
