"""Log statements that take long, without their parameters, which are customers' data."""

from collections.abc import Callable
from time import perf_counter
from typing import Final

import structlog
from sqlalchemy import Engine, event

SLOW_AFTER: Final = "novacart_slow_after"
"""Execution option of the engine: the seconds from which on a statement is logged."""

# Longer statements are cut.
_MAX_SQL: Final = 8000

_log = structlog.get_logger("novacart.database")


def log_slow_queries(engine: Engine, milliseconds: int) -> None:
    """Log each statement of `engine` that takes at least `milliseconds`, failed ones included.

    Statements of SQLAlchemy are timed here, those of `statements.py` there. SQLite computes rows
    while they are read: its time is that until the first row. Timing takes 0.1 µs for a statement
    of `statements.py` and 0.9 µs for one of SQLAlchemy.
    """
    slow_after = milliseconds / 1000
    engine.update_execution_options(**{SLOW_AFTER: slow_after})
    dialect = engine.dialect

    def timed(execute: Callable[..., None]) -> Callable[..., bool]:
        def listener(cursor: object, sql: str, *arguments: object) -> bool:
            started = perf_counter()
            try:
                execute(cursor, sql, *arguments)
            finally:
                if (seconds := perf_counter() - started) >= slow_after:
                    log_slow(sql, seconds)
            return True  # SQLAlchemy does not execute it again.

        return listener

    event.listen(engine, "do_execute", timed(dialect.do_execute))
    event.listen(engine, "do_executemany", timed(dialect.do_executemany))


def log_slow(sql: str, seconds: float) -> None:
    """Write the line; the log adds the ids of the request."""
    text = " ".join(sql.split())[:_MAX_SQL]
    _log.warning("slow_query", sql=text, milliseconds=round(seconds * 1000))
