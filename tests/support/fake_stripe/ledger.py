"""Storage of the fake Stripe: an SQLite database, in a file or in memory."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
    kind TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_by_kind ON objects (kind, account, seq);
CREATE TABLE IF NOT EXISTS idempotency_keys (
    account TEXT NOT NULL, key TEXT NOT NULL, path TEXT NOT NULL, fingerprint TEXT NOT NULL,
    created INTEGER NOT NULL, status INTEGER NOT NULL, body BLOB NOT NULL,
    request_id TEXT NOT NULL, PRIMARY KEY (account, key));
CREATE TABLE IF NOT EXISTS deliveries (
    event TEXT PRIMARY KEY, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
    last_status INTEGER);
CREATE INDEX IF NOT EXISTS deliveries_to_make ON deliveries (event) WHERE state = 'queued';
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class Ledger:
    """An SQLite database behind a lock; every change is a transaction."""

    def __init__(self, state_dir: Path | None) -> None:
        """Open ``ledger.db`` in the directory, or a database in memory without one."""
        if state_dir is not None:
            state_dir.mkdir(parents=True, exist_ok=True)
        file = ":memory:" if state_dir is None else str(state_dir / "ledger.db")
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        # Without fsync only a power cut loses data, not a killed process.
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(_SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Lock the ledger; commit at the end, or roll back on an exception."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, statement: str, parameters: tuple[object, ...] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with self._lock:
            return self._connection.execute(statement, parameters).fetchall()

    def change(self, statement: str, parameters: tuple[object, ...] = ()) -> None:
        """Run one statement in a transaction."""
        with self.transaction() as connection:
            connection.execute(statement, parameters)

    def setting(self, name: str, default: Any = None) -> Any:  # noqa: ANN401 - any JSON value
        """Return a setting, which is kept over restarts."""
        rows = self.rows("SELECT value FROM settings WHERE name = ?", (name,))
        return json.loads(rows[0][0]) if rows else default

    def save_setting(self, name: str, value: object) -> None:
        """Store a setting."""
        self.change(
            "INSERT INTO settings VALUES (?, ?) "
            "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, json.dumps(value)),
        )

    def now(self) -> int:
        """Return Stripe's time in Unix seconds: the system clock plus the test's offset."""
        return int(time.time()) + int(self.setting("clock_offset", 0))

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._connection.close()
