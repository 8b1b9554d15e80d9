"""Measure one worker beside four, and the outbox while messages wait, on PostgreSQL.

Run it as `python -m benchmarks.workers`.
"""

import argparse
import logging
import shlex
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter, sleep
from typing import Final

from rich.console import Console

from benchmarks import report
from benchmarks.databases import BenchmarkDatabase
from benchmarks.progress import Progress
from benchmarks.scenarios import order_request
from benchmarks.servers import Checkout, running_worker
from benchmarks.subjects import BenchmarkShop, filled_shop
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.outbox.partitions import OutboxPartitions
from novacart.application.ports.audit_log import AuditLog
from novacart.application.ports.outbox import Outbox, OutboxMessage
from novacart.application.relay import BATCH_SIZE, CLAIM_DURATION
from novacart.entrypoints.logs import configure_logs

_COLUMNS: Final = ("measured", "unit", "1 worker", "4 workers", "4 of 1")
_WORKERS: Final = (1, 4)
_MAIL_DELAYS: Final = (0.03, 0.0)
_PRODUCTS: Final = 20
_LINES: Final = 3
_BATCHES: Final = 20
_FIRST_JOBS: Final = 3.0  # seconds in which the workers run the jobs that are due
_POLL: Final = 0.05
_COUNT: Final = "SELECT count(*) FROM outbox_messages"
_IS_PENDING: Final = "SELECT EXISTS (SELECT FROM outbox_messages WHERE state = 'pending')::int"
_COLUMNS_OF_MESSAGE: Final = "name, version, payload, actor, request_id, subject"
# Events of an import, which have no handler: workers add them to the audit log.
_IMPORTED: Final = """
    INSERT INTO outbox_messages
        (name, version, payload, actor, subject, occurred_at, next_attempt_at)
    SELECT 'product.updated', 1,
        '{{"product_id":' || n || ',"changed":["price_minor"],"price_minor":' || n || '}}',
        'staff:1', 'product:' || n, now(), now()
    FROM generate_series(1, {count}) n
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A figure with one worker and with four, or one figure of the shop."""

    measured: str
    unit: str
    one: float
    four: float | None = None

    @property
    def cells(self) -> tuple[str, ...]:
        if self.four is None:
            return self.measured, self.unit, f"{self.one:,.1f}", "", ""
        ratio = f"{self.four / self.one:.1f}"
        return self.measured, self.unit, f"{self.one:,.0f}", f"{self.four:,.0f}", ratio


def main() -> int:
    """Measure and print."""
    arguments = _parser().parse_args()
    configure_logs(debug=False, level=logging.WARNING)
    console = Console(width=None if sys.stdout.isatty() else 140)
    progress = Progress(console)
    rows: list[Row] = []
    for delay in _MAIL_DELAYS:
        with _shop(delay, progress) as shop:
            rows.append(_mails(shop, arguments.mails, delay, arguments.seconds))
            progress.say(" ".join(rows[-1].cells))
            if not delay:
                for row in _backlog(shop, arguments.waiting, arguments.orders, arguments.seconds):
                    rows.append(row)
                    progress.say(" ".join(row.cells))
    table = report.Table(columns=_COLUMNS, rows=[row.cells for row in rows])
    table.show(console, "Workers")
    if arguments.write:
        command = shlex.join(["python", "-m", "benchmarks.workers", *sys.argv[1:]])
        sentences = [
            report.machine(command, "workers, database and mail server"),
            f"{report.versions('sqlalchemy', 'psycopg')}, with fsync.",
        ]
        table.write("workers", sentences)
    return 0


@contextmanager
def _shop(delay: float, progress: Progress) -> Iterator[BenchmarkShop]:
    with tempfile.TemporaryDirectory(prefix="novacart_bench_") as name:
        folder = Path(name)
        # PostgreSQL may run as another user.
        folder.chmod(0o755)
        with filled_shop(
            "postgresql", folder, products=_PRODUCTS, progress=progress, mail_delay=delay
        ) as shop:
            yield shop


def _mails(shop: BenchmarkShop, count: int, delay: float, seconds: float) -> Row:
    """Confirm `count` orders by e-mail."""
    _place_orders(shop, count)
    _execute(
        shop.database,
        "DELETE FROM outbox_messages WHERE name <> 'order.confirmed'",
        f"CREATE TABLE confirmations AS SELECT {_COLUMNS_OF_MESSAGE} FROM outbox_messages",  # noqa: S608 (constants)
        "DELETE FROM outbox_messages",
    )
    confirm = (
        f"INSERT INTO outbox_messages ({_COLUMNS_OF_MESSAGE}, occurred_at, next_attempt_at)"  # noqa: S608 (constants)
        f" SELECT {_COLUMNS_OF_MESSAGE}, now(), now() FROM confirmations"
    )
    one, four = (_rate(shop, workers, [confirm], count, seconds) for workers in _WORKERS)
    answer = f"accepted after {delay * 1000:.0f} ms" if delay else "accepted at once"
    return Row(measured=f"e-mails, {answer}", unit="e-mails/s", one=one, four=four)


def _backlog(shop: BenchmarkShop, waiting: int, orders: int, seconds: float) -> Iterator[Row]:
    """Measure with no message and with `waiting` messages in the outbox."""
    outbox = shop.injector.get(Outbox)  # type: ignore[type-abstract]
    fill = _IMPORTED.format(count=waiting)
    few = _IMPORTED.format(count=_BATCHES * BATCH_SIZE)
    yield _order_time(shop, orders, "no message waits")
    _execute(shop.database, "TRUNCATE outbox_messages", few)
    yield _claim_time(outbox, f"{_BATCHES * BATCH_SIZE:,} messages wait")
    _execute(shop.database, "TRUNCATE outbox_messages", fill)
    shop.database.refresh_statistics()
    yield _claim_time(outbox, f"{waiting:,} messages wait")
    yield _order_time(shop, orders, f"{waiting:,} messages wait")
    yield _audit_time(shop)
    yield from _pruning(shop, waiting)
    rates = []
    for workers in _WORKERS:
        _execute(shop.database, "TRUNCATE outbox_messages")
        rates.append(_rate(shop, workers, [fill], waiting, seconds))
    one, four = rates
    yield Row(
        measured=f"{waiting:,} messages without handlers", unit="messages/s", one=one, four=four
    )
    yield Row(
        measured="the same: lag of a message stored after them",
        unit="s",
        one=waiting / one,
        four=waiting / four,
    )


def _rate(
    shop: BenchmarkShop, workers: int, statements: Sequence[str], count: int, seconds: float
) -> float:
    """Return how many of `count` messages `workers` deliver in a second.

    All are delivered, or as many as in `seconds`.
    """
    with ExitStack() as stack:
        for number in range(workers):
            folder = shop.folder / f"worker-{number}"
            stack.enter_context(running_worker(shop.environment, folder, Checkout()))
        sleep(_FIRST_JOBS)
        _execute(shop.database, *statements)
        started = perf_counter()
        with shop.database.connection() as execute:
            while execute(_IS_PENDING) and perf_counter() < started + seconds:
                sleep(_POLL)
            taken = perf_counter() - started
            delivered = count - execute(
                "SELECT count(*) FROM outbox_messages WHERE state = 'pending'"
            )
            assert not execute("SELECT count(*) FROM outbox_messages WHERE state = 'parked'")
    return delivered / taken


def _claim_time(outbox: Outbox, when: str) -> Row:
    now = datetime.now(UTC)
    taken = []
    batches: list[Sequence[OutboxMessage]] = []
    for _ in range(_BATCHES // 2):
        started = perf_counter()
        batches.append(outbox.claim(at=now, until=now + CLAIM_DURATION, limit=BATCH_SIZE))
        taken.append(perf_counter() - started)
    for batch in batches:
        assert len(batch) == BATCH_SIZE
        outbox.release(batch)
    return Row(measured=f"claim of {BATCH_SIZE}, {when}", unit="ms", one=1000 * median(taken))


def _audit_time(shop: BenchmarkShop) -> Row:
    """Return how many entries a second the lock of the chain allows."""
    outbox = shop.injector.get(Outbox)  # type: ignore[type-abstract]
    audit_log = shop.injector.get(AuditLog)  # type: ignore[type-abstract]
    now = datetime.now(UTC)
    taken = []
    for _ in range(_BATCHES):
        batch = outbox.claim(at=now, until=now + CLAIM_DURATION, limit=BATCH_SIZE)
        started = perf_counter()
        audit_log.add(batch)
        taken.append(perf_counter() - started)
        outbox.complete(batch, at=now)
    return Row(
        measured=f"audit log: batch of {BATCH_SIZE} behind its lock",
        unit="ms",
        one=1000 * median(taken),
    )


def _order_time(shop: BenchmarkShop, count: int, when: str) -> Row:
    taken = _place_orders(shop, count)
    return Row(measured=f"order of {_LINES} lines, {when}", unit="ms", one=1000 * median(taken))


def _place_orders(shop: BenchmarkShop, count: int) -> list[float]:
    """Return the duration of each order."""
    customers = shop.customers.create(count, lines=_LINES, progress=shop.progress)
    taken = []
    for request in map(order_request, customers):
        started = perf_counter()
        shop.send(request)
        taken.append(perf_counter() - started)
    return taken


def _pruning(shop: BenchmarkShop, count: int) -> Iterator[Row]:
    """Delete messages of a past month, with a partition of their own and without."""
    partitions = OutboxPartitions(shop.injector.get(Database))
    now = datetime.now(UTC)
    handled = (
        "UPDATE outbox_messages SET state = 'handled', settled_at = occurred_at",
        "VACUUM ANALYZE outbox_messages",
    )
    for days, where in ((70, "its partition"), (400, "the default partition")):
        at = now - timedelta(days=days)
        _execute(shop.database, "TRUNCATE outbox_messages")
        if where == "its partition":
            partitions.create(at=at - timedelta(days=31))
        fill = _IMPORTED.format(count=count).replace("now()", f"timestamptz '{at}'")
        _execute(shop.database, fill, *handled)
        started = perf_counter()
        assert partitions.prune(before=now - timedelta(days=30)) == count
        yield Row(
            measured=f"deletion of {count:,} messages from {where}",
            unit="s",
            one=perf_counter() - started,
        )


def _execute(database: BenchmarkDatabase, *statements: str) -> None:
    with database.connection() as execute:
        for statement in statements:
            execute(statement)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers", description=__doc__)
    parser.add_argument("--mails", type=int, default=600)
    parser.add_argument("--waiting", type=int, default=1_000_000)
    parser.add_argument("--orders", type=int, default=100)
    parser.add_argument(
        "--seconds", type=float, default=300, help="how long workers deliver messages at most"
    )
    parser.add_argument(
        "--write", action="store_true", help="write the results to docs/benchmarks/"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
