"""Connection of psycopg that executes statements by libpq, PostgreSQL's own client library.

psycopg's cursor is made for one statement and waits for the response in Python, which takes three
times as long as libpq.

A migration that changes the type of a column makes prepared statements fail that return it. Outside
of a transaction, such a statement is prepared again and repeated. In a transaction, the error is
raised, and the use case has to be repeated as after a deadlock.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final, Self

from psycopg import Connection, Cursor, Error
from psycopg.abc import PQGen, Transformer
from psycopg.adapt import PyFormat
from psycopg.adapt import Transformer as NewTransformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

from novacart.adapters.persistence.error_mapping import is_plan_outdated

# As many as psycopg keeps of its own.
_MAX_PREPARED: Final = 100
_SUCCEEDED: Final = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


class LibpqConnection(Connection[Any]):
    """Connection with `execute_directly`, besides psycopg's cursors."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 (psycopg's own)
        super().__init__(*args, **kwargs)
        self.cursor_factory = _RepeatingCursor
        self._transformer: Transformer | None = None
        # By SQL and the types of the parameters; the one that was used last is at the end.
        self._prepared_names: OrderedDict[tuple[str, tuple[int, ...] | None], bytes] = OrderedDict()
        self._prepared_count = 0

    def execute_directly(
        self, sql: str, values: Sequence[object], *, is_prepared: bool
    ) -> "LibpqResult":
        """Execute a statement with the parameters `$1`, `$2` and so on.

        Raises psycopg's errors. As with a cursor, a transaction begins unless the connection is in
        autocommit mode, and nothing is prepared without a `prepare_threshold`.
        """
        libpq = self.pgconn
        if libpq.transaction_status == TransactionStatus.IDLE and not self.autocommit:
            # With the isolation level of the connection.
            self._checked(libpq.exec_(self._get_tx_start_command()))
        transformer = self._transformer
        if transformer is None:
            # Not before, since it keeps the converters of types that are registered now.
            transformer = self._transformer = NewTransformer(self)
        # None is NULL.
        parameters: Any = transformer.dump_sequence(values, [PyFormat.AUTO] * len(values))
        if is_prepared and self.prepare_threshold is not None:
            try:
                result = self._execute_prepared(sql, parameters, transformer)
            except Error as error:
                if not self.can_be_repeated(error):
                    raise
                result = self._execute_prepared(sql, parameters, transformer)
        else:
            result = self._checked(
                libpq.exec_params(
                    sql.encode(), parameters, transformer.types, transformer.formats, Format.BINARY
                )
            )
        return LibpqResult(result, transformer)

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
        if self.pgconn.transaction_status == TransactionStatus.INTRANS:
            self._checked(self.pgconn.exec_(b"COMMIT"))
        else:
            super().commit()

    def _execute_prepared(
        self,
        sql: str,
        parameters: Any,  # noqa: ANN401 (psycopg's own)
        transformer: Transformer,
    ) -> PGresult:
        name = self._prepared_name(sql, transformer.types)
        return self._checked(
            self.pgconn.exec_prepared(name, parameters, transformer.formats, Format.BINARY)
        )

    def _prepared_name(self, sql: str, types: tuple[int, ...] | None) -> bytes:
        """Return the name of the prepared statement."""
        name = self._prepared_names.get((sql, types))
        if name is not None:
            self._prepared_names.move_to_end((sql, types))
            return name
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
