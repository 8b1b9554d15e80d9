"""Report each statement with the time that it took, for the slow-query log and for traces."""

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final

from sqlalchemy import Engine, event

StatementObserver = Callable[[str, float], None]
"""Receives the SQL, without its parameters, and the seconds."""

OBSERVE: Final = "novacart_observe"
"""Execution option of the engine: the function that is called after each statement."""


def observe_statements(engine: Engine, observers: Sequence[StatementObserver]) -> None:
    """Call the observers after each statement of `engine`, failed ones included.

    Statements of SQLAlchemy are timed here, those of `statements.py` there. SQLite computes rows
    while they are read: its time is that until the first row. Timing takes 0.1 µs for a statement
    of `statements.py` and 0.9 µs for one of SQLAlchemy.
    """
    observe = observers[0] if len(observers) == 1 else _all(observers)
    engine.update_execution_options(**{OBSERVE: observe})
    dialect = engine.dialect

    def timed(execute: Callable[..., None]) -> Callable[..., bool]:
        def listener(cursor: object, sql: str, *arguments: object) -> bool:
            started = perf_counter()
            try:
                execute(cursor, sql, *arguments)
            finally:
                observe(sql, perf_counter() - started)
            return True  # SQLAlchemy does not execute it again.

        return listener

    event.listen(engine, "do_execute", timed(dialect.do_execute))
    event.listen(engine, "do_executemany", timed(dialect.do_executemany))


def _all(observers: Sequence[StatementObserver]) -> StatementObserver:
    def observe(sql: str, seconds: float) -> None:
        for observer in observers:
            observer(sql, seconds)

    return observe
