"""Log statements that take long, without their parameters, which are customers' data."""

from typing import Final

import structlog

from novacart.adapters.persistence.statement_observers import StatementObserver

# Longer statements are cut.
_MAX_SQL: Final = 8000

_log = structlog.get_logger("novacart.database")


def log_slow_queries(milliseconds: int) -> StatementObserver:
    """Log statements that take at least `milliseconds`; the log adds the ids of the request."""
    slow_after = milliseconds / 1000

    def observe(sql: str, seconds: float) -> None:
        if seconds >= slow_after:
            text = " ".join(sql.split())[:_MAX_SQL]
            _log.warning("slow_query", sql=text, milliseconds=round(seconds * 1000))

    return observe
