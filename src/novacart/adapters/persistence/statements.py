"""Statements that are compiled once and executed by the driver, on PostgreSQL by libpq.

SQLAlchemy's `Connection.execute` looks up the compiled form of a statement, builds an execution
context and wraps the rows on each call, which takes longer than most of our queries. A statement
that many requests execute is a `DriverStatement`, a constant of its module:

    _PRODUCT: Final = DriverStatement(
        select(products.c.title).where(products.c.id == bindparam("product_id"))
    )

    rows = database.fetch(_PRODUCT, {"product_id": 5})  # sees the latest commits
    rows = _PRODUCT.fetch(connection, {"product_id": 5})  # in the transaction of a unit of work

Rows are sequences in the order of the columns. Values are converted by the types of the columns
and parameters, as SQLAlchemy does. Errors of the driver are raised as SQLAlchemy's `DBAPIError`,
and listeners of the engine's `before_cursor_execute` are called.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from threading import Lock
from time import perf_counter
from typing import Any, Final, Literal

import orjson
from sqlalchemy import (
    ARRAY,
    JSON,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Insert,
    LargeBinary,
    Select,
    String,
    Table,
    TableClause,
    Text,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    select,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

from novacart.adapters.persistence.statement_observers import OBSERVE
from novacart.domain.shared.errors import ConcurrentChange

# A statement of SQLite can have 32,766 parameters, one of PostgreSQL 65,535.
_MAX_VALUES: Final = 30_000
Parameters = Mapping[str, object]
Row = Sequence[Any]

NO_PARAMETERS: Final[Parameters] = {}
POSTPONED: Final = "novacart_postponed"
"""Execution option: the `PostponedWrites` of an optimistic transaction."""

# The driver's connection and cursor have no common type.
# ruff: noqa: ANN401


class DriverStatement:
    """A statement in SQLAlchemy Core, compiled at its first use on each dialect.

    Parameters are named by `bindparam`; literal values are constants of the statement. Without
    `is_prepared` they may come from a request, since they are not part of the SQL. Raises
    `ValueError` for an `in_` with a list, whose length is part of the SQL: use a `bindparam` for
    each value, or an array (JSON on SQLite).

    On PostgreSQL it is prepared once for each connection, and from its sixth execution PostgreSQL
    may use one plan for all parameters. `generic_plan` makes `Database.fetch` do so always: set it
    if planning takes long and the best plan does not depend on the values. If it does depend on
    them, as for a search for a rare or a frequent word, set `is_prepared` to False.
    """

    def __init__(
        self, element: ClauseElement, *, generic_plan: bool = False, is_prepared: bool = True
    ) -> None:
        if isinstance(element, Insert) and not _columns(element):
            # Otherwise SQLAlchemy adds RETURNING to an INSERT that leaves out the key.
            element = element.inline()
        self._element = element
        self._compiled: dict[str, CompiledStatement] = {}
        self.generic_plan = generic_plan
        self._is_prepared = is_prepared

    def compiled(self, dialect: Dialect) -> "CompiledStatement":
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = CompiledStatement(
                self._element, dialect, is_prepared=self._is_prepared
            )
        return compiled

    def fetch(self, connection: Connection, parameters: Parameters = NO_PARAMETERS) -> list[Row]:
        """Return all rows of a SELECT or of RETURNING."""
        compiled = self.compiled(connection.dialect)
        return compiled.rows(compiled.execute(connection.engine, driver_of(connection), parameters))

    def execute(self, connection: Connection, parameters: Parameters = NO_PARAMETERS) -> int:
        """Execute an INSERT, UPDATE or DELETE; return the number of its rows."""
        compiled = self.compiled(connection.dialect)
        count: int = compiled.execute(connection.engine, driver_of(connection), parameters).rowcount
        return count

    def execute_later(self, connection: Connection, parameters: Parameters = NO_PARAMETERS) -> None:
        """Execute a statement together with the next one or the commit, in one round trip.

        That one raises its errors, and observers of statements see its time there. SQLite executes
        it at once.
        """
        compiled = self.compiled(connection.dialect)
        compiled.execute_later(connection.engine, driver_of(connection), parameters)

    def execute_ahead(self, connection: Connection, parameters: Parameters) -> None:
        """Send a statement to PostgreSQL, which executes it while this process goes on.

        The next statement or the commit raises its errors, as with `execute_later`.
        """
        compiled = self.compiled(connection.dialect)
        compiled.execute_ahead(connection.engine, driver_of(connection), parameters)

    def execute_many(
        self, connection: Connection, rows: Iterable[Parameters], *, must_match: bool = False
    ) -> None:
        """Execute an INSERT, UPDATE or DELETE for each of `rows`, on PostgreSQL in a pipeline.

        With `must_match`, raises `ConcurrentChange` unless each changes a row. An optimistic
        transaction on SQLite postpones it (`PostponedWrites`).
        """
        compiled = self.compiled(connection.dialect)
        postponed = connection.get_execution_options().get(POSTPONED)
        if postponed is not None:
            postponed.add(compiled, rows, must_match=must_match)
            return
        values = [compiled.values(row) for row in rows]
        compiled.execute_many(
            connection.engine, driver_of(connection), values, must_match=must_match
        )


def rows_in(
    connection: Connection,
    statement: Select[*tuple[Any, ...]],
    column: ColumnElement[Any],
    values: Iterable[Any],
) -> Sequence[Any]:
    """Return the rows of a SELECT in which a column has one of the values.

    Each statement has at most `_MAX_VALUES` of them, in rising order. Without values, none is
    executed.
    """
    distinct = sorted(set(values))
    rows: list[Any] = []
    for start in range(0, len(distinct), _MAX_VALUES):
        part = distinct[start : start + _MAX_VALUES]
        rows += connection.execute(statement.where(column.in_(part)))
    return rows


class KeyLookup:
    """A SELECT of the rows in which a column has one of some keys, for batches of keys.

    The keys are one parameter, an array or on SQLite JSON, so that the statement is compiled once.
    PostgreSQL plans each execution for the present size of the table, which may have been small
    before an import.
    """

    def __init__(self, statement: Select[*tuple[Any, ...]], column: ColumnElement[Any]) -> None:
        # A cast to a type with a length would cut longer texts.
        key_type = Text() if isinstance(column.type, String) else column.type
        keys = bindparam("keys", type_=ARRAY(key_type))
        self._with_array = DriverStatement(
            statement.where(column == func.any(keys)), is_prepared=False
        )
        in_json = func.json_each(bindparam("keys", type_=JSON)).table_valued("value")
        self._with_json = DriverStatement(statement.where(column.in_(select(in_json.c.value))))

    def fetch(
        self,
        connection: Connection,
        keys: Iterable[Any],
        parameters: Parameters = NO_PARAMETERS,
    ) -> Sequence[Row]:
        """Return the rows. No statement is executed for no keys."""
        distinct = sorted(set(keys))
        if not distinct:
            return []
        is_postgresql = connection.dialect.name == "postgresql"
        statement = self._with_array if is_postgresql else self._with_json
        return statement.fetch(connection, {**parameters, "keys": distinct})


class StatementCache:
    """Cache of statements whose SQL depends on the request, by what it depends on.

    Building and compiling one takes longer than executing it. It has the `MAX_SIZE` statements that
    were used last.
    """

    MAX_SIZE: Final = 256

    def __init__(self) -> None:
        # The one that was used last is the last.
        self._statements: OrderedDict[tuple[object, ...], DriverStatement] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[object, ...], build: Callable[[], DriverStatement]) -> DriverStatement:
        """Return the statement of the key, which is built if the cache does not have it."""
        with self._lock:
            statement = self._statements.get(key)
            if statement is not None:
                self._statements.move_to_end(key)
                return statement
        statement = build()
        with self._lock:
            self._statements[key] = statement
            if len(self._statements) > self.MAX_SIZE:
                self._statements.popitem(last=False)
        return statement


class MultiRowInsert:
    """An INSERT of up to `MAX_ROWS` rows in one statement; `insert_rows` inserts more of them.

    On PostgreSQL `execute_many` sends a statement for each row, which takes twice as long for three
    rows.
    """

    MAX_ROWS: Final = 20

    def __init__(self, table: Table, columns: Iterable[str]) -> None:
        self._table = table
        self._columns = list(columns)
        # Formatting the names for each row would take three times as long as the rest.
        self._names = [
            f"{name}_{position}" for position in range(self.MAX_ROWS) for name in self._columns
        ]
        self._statements: dict[int, DriverStatement] = {}

    def execute(self, connection: Connection, rows: Sequence[Parameters]) -> None:
        """Insert the rows, which have exactly the columns."""
        if self._is_small(connection, rows):
            self._statement(len(rows)).execute(connection, self._parameters(rows))
        else:
            insert_rows(connection, self._table, rows)

    def execute_later(self, connection: Connection, rows: Sequence[Parameters]) -> None:
        """Insert the rows by `DriverStatement.execute_later`, many of them by `execute_ahead`."""
        if self._is_small(connection, rows):
            self._statement(len(rows)).execute_later(connection, self._parameters(rows))
        else:
            insert_rows(connection, self._table, rows, is_ahead=True)

    def _is_small(self, connection: Connection, rows: Sequence[Parameters]) -> bool:
        return 0 < len(rows) <= self.MAX_ROWS and connection.dialect.name != "sqlite"

    def _parameters(self, rows: Sequence[Parameters]) -> Parameters:
        values = [row[name] for row in rows for name in self._columns]
        return dict(zip(self._names, values, strict=False))

    def _statement(self, count: int) -> DriverStatement:
        statement = self._statements.get(count)
        if statement is None:
            values = [
                {
                    name: bindparam(f"{name}_{position}", type_=self._table.c[name].type)
                    for name in self._columns
                }
                for position in range(count)
            ]
            statement = DriverStatement(insert(self._table).values(values))
            self._statements[count] = statement
        return statement


def insert_rows(
    connection: Connection,
    table: TableClause,
    rows: Sequence[Parameters],
    *,
    is_ahead: bool = False,
) -> None:
    """Insert any number of rows that all have the columns of the first one.

    On PostgreSQL, one statement reads several rows from JSON, because `execute_many` sends and
    executes a statement for each of them. With `is_ahead` it is sent by `execute_ahead`.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    statement = _insert_statement(table, columns)
    if connection.dialect.name == "postgresql" and len(rows) > 1 and _are_json(table, columns):
        as_json = statement.compiled(connection.dialect).as_json(rows)
        statement = _insert_json(table, columns)
        if is_ahead:
            statement.execute_ahead(connection, {"rows": as_json})
        else:
            statement.execute(connection, {"rows": as_json})
    else:
        statement.execute_many(connection, rows)


@lru_cache(maxsize=100)
def _insert_statement(table: TableClause, columns: tuple[str, ...]) -> DriverStatement:
    values = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    return DriverStatement(insert(table).values(values))


@lru_cache(maxsize=100)
def _insert_json(table: TableClause, columns: tuple[str, ...]) -> DriverStatement:
    return DriverStatement(insert(table).from_select(columns, rows_of_json(table, columns)))


def rows_of_json(table: TableClause, columns: Sequence[str]) -> Select[*tuple[Any, ...]]:
    """Select the rows in the parameter `rows`, a JSON array of objects, on PostgreSQL."""
    row_type: ColumnElement[Any] = literal_column(f"CAST(NULL AS {table.name})")
    rows = func.json_populate_recordset(row_type, cast(bindparam("rows", type_=Text), JSON))
    return select(*rows.table_valued(*columns).c)


@lru_cache(maxsize=100)
def _are_json(table: TableClause, columns: tuple[str, ...]) -> bool:
    """Whether JSON has the values of the columns as PostgreSQL reads them."""
    types = (table.c[name].type for name in columns)
    return not any(isinstance(each, (JSON, LargeBinary)) for each in types)


class CompiledStatement:
    """SQL of a dialect, the order of its parameters, and converters of parameters and rows."""

    def __init__(self, element: ClauseElement, dialect: Dialect, *, is_prepared: bool) -> None:
        self._is_postgresql = dialect.name == "postgresql"
        dialect_type: Any = type(dialect)
        style = dialect
        if self._is_postgresql:
            style = _with_numbered_parameters(dialect_type)
        elif is_prepared:
            style = _with_constants_in_sql(dialect_type)
        compiled: Any = element.compile(dialect=style)
        binds = compiled.binds
        if expanding := [name for name, bind in binds.items() if bind.expanding]:
            message = f"the SQL depends on the length of {', '.join(expanding)}"
            raise ValueError(message)
        self.sql: Final = str(compiled)
        # Not SQLAlchemy's subclass of `str`, which is no key of JSON.
        self._order: Final = [str(name) for name in compiled.positiontup]
        self._constants = {
            name: bind.effective_value for name, bind in binds.items() if not bind.required
        }
        self._to_driver = [
            (name, convert)
            for name, bind in binds.items()
            if (convert := bind.type.dialect_impl(dialect).bind_processor(dialect))
        ]
        converters = dict(self._to_driver)
        self._to_driver_at = [
            (place, converters[name])
            for place, name in enumerate(self._order)
            if name in converters
        ]
        self._from_driver = [
            (index, convert)
            for index, column in enumerate(_columns(element))
            if (convert := column.type.dialect_impl(dialect).result_processor(dialect, None))
        ]
        self._is_prepared = is_prepared

    def execute(self, engine: Engine, driver: Any, parameters: Parameters) -> Any:
        """Return the driver's cursor, or the `LibpqResult`."""
        return self._send(engine, driver, self.values(parameters))

    def execute_later(self, engine: Engine, driver: Any, parameters: Parameters) -> None:
        """Execute it as `DriverStatement.execute_later`."""
        self._send(engine, driver, self.values(parameters), when="later")

    def execute_ahead(self, engine: Engine, driver: Any, parameters: Parameters) -> None:
        """Execute it as `DriverStatement.execute_ahead`."""
        self._send(engine, driver, self.values(parameters), when="ahead")

    def execute_many(
        self, engine: Engine, driver: Any, values: Sequence[Row], *, must_match: bool
    ) -> None:
        """Execute it for each row of `values`, see `DriverStatement.execute_many`."""
        count = self._send(engine, driver, values, many=True).rowcount
        if must_match and count != len(values):
            raise ConcurrentChange

    def as_json(self, rows: Iterable[Parameters]) -> str:
        """Rows of parameters as a JSON array of objects."""
        named: list[dict[str, Any]] = [{name: row[name] for name in self._order} for row in rows]
        for row in named:
            for name, convert in self._to_driver:
                row[name] = convert(row[name])
        return orjson.dumps(named).decode()

    def rows(self, cursor: Any) -> list[Row]:
        rows: list[Row] = cursor.fetchall()
        if not self._from_driver:
            return rows
        converted: list[Row] = []
        for row in rows:
            values = list(row)
            for index, convert in self._from_driver:
                values[index] = convert(values[index])
            converted.append(values)
        return converted

    def values(self, parameters: Parameters) -> list[object]:
        """The parameters in their order, as the driver gets them."""
        if self._constants:
            parameters = {**self._constants, **parameters}
        values = [parameters[name] for name in self._order]
        for place, convert in self._to_driver_at:
            values[place] = convert(values[place])
        return values

    def _send(
        self,
        engine: Engine,
        driver: Any,
        values: Any,
        *,
        many: bool = False,
        when: Literal["now", "later", "ahead"] = "now",
    ) -> Any:
        if engine.dispatch.before_cursor_execute:
            cursor = self._cursor(engine, driver)
            for listener in engine.dispatch.before_cursor_execute:
                listener(None, cursor, self.sql, values, None, many)
        observe = engine.get_execution_options().get(OBSERVE)
        started = perf_counter() if observe is not None else 0.0
        try:
            return self._execute(engine, driver, values, many=many, when=when)
        except engine.dialect.loaded_dbapi.Error as error:
            raise wrapped(error, engine.dialect, self.sql, driver) from error
        finally:
            if observe is not None:
                observe(self.sql, perf_counter() - started)

    def _execute(self, engine: Engine, driver: Any, values: Any, *, many: bool, when: str) -> Any:
        if self._is_postgresql and many and len(values) == 1:
            # A pipeline of one statement takes longer.
            [values], many = values, False
        if self._is_postgresql and not many:
            execute = driver.execute_directly
            if when != "now":
                is_ahead = when == "ahead"
                execute = driver.execute_ahead if is_ahead else driver.execute_later
            return execute(self.sql, values, is_prepared=self._is_prepared)
        cursor = self._cursor(engine, driver)
        if not many:
            return cursor.execute(self.sql, values)
        # psycopg sends the rows in a pipeline.
        cursor.executemany(self.sql, values)
        return cursor

    def _cursor(self, engine: Engine, driver: Any) -> Any:
        return (
            engine.dialect.loaded_dbapi.RawCursor(driver)
            if self._is_postgresql
            else driver.cursor()
        )


@cache
def _with_numbered_parameters(dialect: Any) -> Dialect:
    """PostgreSQL's own SQL, with `$1`.

    psycopg would parse that with `%(name)s` on every call if it has more than 4,096 characters or
    50 parameters.
    """
    style: Dialect = dialect(paramstyle="numeric_dollar")
    return style


@cache
def _with_constants_in_sql(dialect: Any) -> Dialect:
    """SQLite's SQL, with the texts and integers that a statement always has.

    As a parameter, one that is compared like the condition of a partial index would make SQLite
    compile the statement on every call, since its plan could depend on the value.
    """

    class Compiler(dialect.statement_compiler):  # type: ignore[misc]
        def visit_bindparam(
            self, bindparam: Any, *args: Any, literal_binds: bool = False, **options: Any
        ) -> Any:
            is_constant = bindparam.unique and isinstance(bindparam.effective_value, str | int)
            return super().visit_bindparam(
                bindparam, *args, literal_binds=literal_binds or is_constant, **options
            )

    style: Dialect = dialect()
    style.statement_compiler = Compiler
    return style


def wrapped(error: Any, dialect: Dialect, sql: str = "", driver: Any = None) -> Exception:
    """The driver's error as SQLAlchemy raises it, without the parameters (customers' data)."""
    wrapped_error: Exception = DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=dialect.is_disconnect(error, driver, None),
        dialect=dialect,
    )
    return wrapped_error


def driver_of(connection: Connection) -> Any:
    """The driver's connection, in a transaction."""
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.dbapi_connection


def _columns(element: Any) -> list[Any]:
    return list(getattr(element, "exported_columns", ()))
