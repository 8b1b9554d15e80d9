"""Round trips between a connection and PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from psycopg import Connection
from psycopg.pq import Trace


@contextmanager
def traced(connection: Connection[Any], path: Path) -> Iterator[None]:
    """Write the messages of the connection to `path`."""
    with path.open("wb") as trace:
        connection.pgconn.trace(trace.fileno())
        connection.pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS)
        yield
        connection.pgconn.untrace()


def count_round_trips(path: Path) -> int:
    """Return how often the client has sent messages and waited for the answers."""
    # A line for each message, which begins with F for those of the client and B for the others.
    sides = [side for side, _ in groupby(line[0] for line in path.read_text().splitlines())]
    assert sides == ["F", "B"] * (len(sides) // 2)
    return len(sides) // 2
