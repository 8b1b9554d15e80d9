"""Choose the replica that may answer a request, by what it has replayed.

Positions in the write-ahead log (LSN) are numbers of bytes. A thread for each replica reads the
position of the primary and then of the replica a few times a second, so that choosing one needs no
statement. The replica had everything that the primary had at the time of the newest position that
it has replayed; that time bounds its lag, also when it is paused, disconnected or idle.

A request may read from a replica in two cases:

- Its response is the same for every client, and it names no user.
- It only reads, and the replica has replayed the last write of its signed-in user. Any process can
  have made that write: `last_writes` has its position, which the query that authenticates
  the user returns.

Everything else, such as a use case, a worker or a command, reads from the primary.

Nothing but the server ends a statement of libpq. One more thread closes the connections to a server
that accepts them and does not answer, such as one whose processes are stopped.
"""

import socket
import weakref
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from contextvars import ContextVar
from enum import Enum, auto
from itertools import count
from math import inf
from threading import Event, Lock, Thread
from time import monotonic, sleep
from typing import Any, Final, NamedTuple

import structlog
from sqlalchemy import bindparam, event, literal_column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import DBAPIError

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.replicas.tables import last_writes
from novacart.adapters.persistence.statements import DriverStatement
from novacart.adapters.persistence.timeouts import READ_TIMEOUT
from novacart.application.ports.errors import StorageUnavailable
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import UserId

INTERVAL: Final = 0.25
"""Seconds between two readings of the positions."""
# A server that works ends the statement before.
_ANSWER_WITHIN: Final = READ_TIMEOUT + 1.0

_WRITTEN: Final = "(pg_current_wal_flush_lsn() - '0/0')::bigint"
_PRIMARY: Final = DriverStatement(select(literal_column(_WRITTEN)))
# NULL on a server that is no replica, or no longer.
_REPLICA: Final = DriverStatement(
    select(
        literal_column(
            "CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::bigint END"
        )
    )
)
# Executed after the commit, whose record the server has flushed by then. A concurrent statement for
# the same user waits for the row and then reads a newer position.
_RECORD: Final = DriverStatement(
    insert(last_writes)
    .values(user_id=bindparam("user_id"), position=literal_column(_WRITTEN))
    .on_conflict_do_update(
        index_elements=[last_writes.c.user_id], set_={"position": literal_column(_WRITTEN)}
    )
    .returning(last_writes.c.position)
)

_CLUSTER: Final = DriverStatement(
    select(literal_column("system_identifier FROM pg_control_system()"))
)

_log = structlog.get_logger("novacart.replicas")


class ReplicaProblem(Enum):
    """Why a replica can't be used."""

    UNAVAILABLE = auto()
    NO_REPLICA = auto()
    OTHER_CLUSTER = auto()
    LAGGING = auto()


class _Reader(NamedTuple):
    """Who reads: `position` must have been replayed, None if it is not known yet."""

    position: int | None
    user_id: int = 0


_ANYBODY: Final = _Reader(0)
_NOT_YET_KNOWN: Final = _Reader(None)
# None: only the primary may answer.
_reader: ContextVar[_Reader | None] = ContextVar("novacart_replica_reader", default=None)


class Replica:
    """A streaming replica, and what it has replayed."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.name = database.engine.url.host or "localhost"
        self.position = -1
        # The primary had nothing then that the replica lacks now.
        self.caught_up_at = -inf
        # When the statement began that reads the position now.
        self.asked_at = inf
        # Duplicates, so that closing one can't meet another file of the same number.
        self._sockets: set[socket.socket] = set()
        event.listen(database.engine, "connect", self._connected)

    def failed(self) -> None:
        """Do not use it until its position has been read again."""
        self.caught_up_at = -inf

    def disconnect(self) -> None:
        """Let all statements on it fail at once. Any thread may call it."""
        for connected in list(self._sockets):
            # It may have been closed meanwhile.
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def _connected(self, driver: Any, _record: object) -> None:  # noqa: ANN401 (the driver's own)
        duplicate = socket.fromfd(driver.fileno(), socket.AF_INET, socket.SOCK_STREAM)
        self._sockets.add(duplicate)
        weakref.finalize(driver, self._forget, duplicate).atexit = False

    def _forget(self, duplicate: socket.socket) -> None:
        self._sockets.discard(duplicate)
        duplicate.close()


class Replicas:
    """The replicas of `primary`; `max_lag` is in seconds."""

    def __init__(self, primary: Database, replicas: Sequence[Database], *, max_lag: float) -> None:
        self._primary = primary
        self._replicas = [Replica(database) for database in replicas]
        self._max_lag = max_lag
        self._turns = count()
        self._stopping = Event()
        self._closed = Event()
        self._starting = Lock()
        self._threads: list[Thread] = []

    def __bool__(self) -> bool:
        return bool(self._replicas)

    def begin_request(self, *, only_reads: bool, for_anybody: bool) -> None:
        """Set what the current request may read from a replica."""
        _reader.set(_ANYBODY if for_anybody else _NOT_YET_KNOWN if only_reads else None)

    def authenticated(self, user_id: UserId, last_write: int | None) -> None:
        """Allow a replica that has replayed the user's last write, if the request only reads."""
        if _reader.get() is not None:
            _reader.set(_Reader(last_write or 0, user_id))

    def committed(self, user_ids: Iterable[int]) -> None:
        """Record the position of a commit as the last write of these users.

        It never fails: the data is committed. If the primary fails just now, a user may read data
        up to `max_lag` seconds old.
        """
        reader = _reader.get()
        try:
            for user_id in sorted(user_ids):
                [[position]] = self._primary.fetch(_RECORD, {"user_id": user_id})
                if reader is not None and user_id == reader.user_id:
                    _reader.set(_Reader(position, user_id))
        except (StorageUnavailable, ConcurrentChange, DBAPIError) as error:
            _reader.set(None)
            _log.warning("last_write_not_recorded", reason=str(error))

    def choose(self) -> Replica | None:
        """Return a replica that may answer the current request; None: the primary has to."""
        reader = _reader.get()
        if reader is None or reader.position is None:
            return None
        if not self._threads:
            self._start()
        oldest = monotonic() - self._max_lag
        # The same one for each user, so that a later read shows no older data.
        first = reader.user_id or next(self._turns)
        for step in range(len(self._replicas)):
            replica = self._replicas[(first + step) % len(self._replicas)]
            if replica.position >= reader.position and replica.caught_up_at >= oldest:
                return replica
        return None

    def problems(self, *, wait: float) -> Iterator[tuple[str, ReplicaProblem]]:
        """Yield the name of each replica that can't be used, and why.

        A replica has `wait` seconds to replay what the primary has now.
        """
        for replica in self._replicas:
            try:
                if problem := self._problem(replica.database, wait):
                    yield replica.name, problem
            except (StorageUnavailable, ConcurrentChange, DBAPIError):
                yield replica.name, ReplicaProblem.UNAVAILABLE

    def _problem(self, replica: Database, wait: float) -> ReplicaProblem | None:
        deadline = monotonic() + wait
        [[written]] = self._primary.fetch(_PRIMARY)
        while True:
            [[replayed]] = replica.fetch(_REPLICA)
            if replayed is None:
                return ReplicaProblem.NO_REPLICA
            if replica.fetch(_CLUSTER) != self._primary.fetch(_CLUSTER):
                return ReplicaProblem.OTHER_CLUSTER
            if replayed >= written:
                return None
            if monotonic() > deadline:
                return ReplicaProblem.LAGGING
            sleep(INTERVAL)

    def close(self) -> None:
        """Stop the threads and close the connections."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        self._closed.set()
        for replica in self._replicas:
            replica.database.dispose()

    def _start(self) -> None:
        """Start the threads at the first read, since web processes are forked before."""
        with self._starting:
            if not self._threads:
                self._threads = [
                    Thread(target=self._follow, args=(replica,), daemon=True, name="replica")
                    for replica in self._replicas
                ]
                for thread in self._threads:
                    thread.start()
                Thread(target=self._watch, daemon=True, name="replica-watch").start()

    def _watch(self) -> None:
        while not self._closed.wait(INTERVAL):
            for replica in self._replicas:
                if monotonic() - replica.asked_at > _ANSWER_WITHIN:
                    replica.failed()
                    replica.disconnect()

    def _follow(self, replica: Replica) -> None:
        # Positions of the primary that the replica has not replayed, with their times.
        ahead: deque[tuple[float, int]] = deque(maxlen=1 + round(self._max_lag / INTERVAL))
        available_since = monotonic()
        state = "available"
        while True:
            before = state
            if not self._read_positions(replica, ahead):
                available_since = monotonic()
                state = "unavailable"
            elif monotonic() - max(replica.caught_up_at, available_since) > self._max_lag:
                state = "lagging"
            else:
                state = "available"
            if state != before:
                _log.warning(f"replica_{state}", replica=replica.name)
            if self._stopping.wait(INTERVAL):
                return

    def _read_positions(self, replica: Replica, ahead: deque[tuple[float, int]]) -> bool:
        """Return whether the replica responds and is a replica."""
        try:
            at = monotonic()
            [[written]] = self._primary.fetch(_PRIMARY)
            ahead.append((at, written))
        except (StorageUnavailable, DBAPIError):
            # The log of the requests shows it. The replica's lag is unknown meanwhile.
            pass
        replica.asked_at = monotonic()
        try:
            [[replayed]] = replica.database.fetch(_REPLICA)
        except (StorageUnavailable, ConcurrentChange, DBAPIError):
            replayed = None
        finally:
            replica.asked_at = inf
        if replayed is None:
            replica.failed()
            return False
        replica.position = replayed
        while ahead and ahead[0][1] <= replayed:
            replica.caught_up_at = ahead.popleft()[0]
        return True
