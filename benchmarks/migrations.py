"""Time the migrations of a large shop: `python -m benchmarks.migrations [--products 1000000]`.

The shop is that of the dump which release 0014 has filled, with more products. It is migrated up to
this release, down to 0014 and up again.
"""

# Statements contain constants of this module only.
# ruff: noqa: S608

import argparse
import logging
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Final

from alembic.script import ScriptDirectory
from rich.console import Console
from sqlalchemy import text

from benchmarks.databases import DATABASES, running_database
from benchmarks.progress import Progress
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.migrate import configuration, downgrade, upgrade
from novacart.entrypoints.logs import configure_logs
from tests.support.release_dump import load_dump

_BEFORE: Final = "0014"
_DUMP: Final = Path(__file__).parents[1] / "tests/integration/migrations/shop_0014.sql"
_FIRST_ID: Final = 1_000
# Revisions that take less are added up.
_LISTED: Final = 1.0
_NUMBERS: Final = """
    WITH RECURSIVE numbers (n) AS (
        SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :products
    )
"""
_FILL: Final = (
    f"""
    INSERT INTO products
        (id, title, subtitle, description, price_minor, currency, brand, brand_key, category_id,
         image, created_at, updated_at, version, sku)
    {_NUMBERS}
    SELECT {_FIRST_ID} + n, 'Product ' || n, '', 'A product of the large shop, with some words.',
           100 + n % 1000, 'INR', 'Brand ' || n % 1000, 'brand ' || n % 1000, 4,
           '/media/products/' || n || '.webp', '2026-03-01 12:00:00.000000',
           '2026-03-01 12:00:00.000000', 1, 'P-' || n
    FROM numbers
    """,
    f"""
    INSERT INTO stock_levels (product_id, on_hand, reserved, version)
    {_NUMBERS} SELECT {_FIRST_ID} + n, 10, 0, 1 FROM numbers
    """,
    f"""
    INSERT INTO stock_movements
        (product_id, kind, on_hand_delta, reserved_delta, actor, note, occurred_at)
    {_NUMBERS}
    SELECT {_FIRST_ID} + n, 'adjust', 10, 0, 'system', 'Opening', '2026-03-01 12:00:00.000000'
    FROM numbers
    """,
)

# Rows of later releases, which a revision reads.
_FILL_BEFORE: Final = {
    "0045": f"""
    INSERT INTO attribute_counts (category_id, attribute_id, text, number, products)
    {_NUMBERS} SELECT 4, 1 + n % 20, 'Value ' || n, 0, 1 + n % 100 FROM numbers
    """,
}


def main() -> None:
    """Print a table of the seconds that each migration takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--products", type=int, default=1_000_000)
    parser.add_argument("--databases", nargs="+", choices=DATABASES, default=DATABASES)
    arguments = parser.parse_args()
    configure_logs(debug=False, level=logging.WARNING)
    progress = Progress(Console(stderr=True))
    measured = {each: _measure(each, arguments.products, progress) for each in arguments.databases}
    print("\n".join(_table(measured)))


def _measure(dialect: str, products: int, progress: Progress) -> dict[str, float]:
    """The seconds of each step on a database, by its name."""
    seconds: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # PostgreSQL runs as another user.
        folder.chmod(0o755)
        with running_database(dialect, folder) as server:
            upgrade(server.url, _BEFORE)
            _fill(server.url, products)
            server.refresh_statistics()
            for revision in _revisions():
                if revision in _FILL_BEFORE:
                    _execute(server.url, products, _FILL_BEFORE[revision])
                with _timed(seconds, revision):
                    upgrade(server.url, revision)
                progress.say(f"{dialect}: {revision} took {seconds[revision]:.1f} s")
            with _timed(seconds, "down"):
                downgrade(server.url, _BEFORE)
            with _timed(seconds, "up again"):
                upgrade(server.url)
    return seconds


def _revisions() -> list[str]:
    """The revisions after that of the dump, in their order."""
    scripts = ScriptDirectory.from_config(configuration())
    later = scripts.iterate_revisions("head", _BEFORE)
    return [script.revision for script in later][::-1]


def _fill(url: str, products: int) -> None:
    database = Database.connect(url)
    load_dump(database, _DUMP)
    database.dispose()
    _execute(url, products, *_FILL)


def _execute(url: str, products: int, *statements: str) -> None:
    database = Database.connect(url)
    with database.writing() as connection:
        if database.dialect == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in statements:
            connection.execute(text(statement), {"products": products})
        connection.commit()
    database.dispose()


@contextmanager
def _timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    started = perf_counter()
    yield
    seconds[name] = perf_counter() - started


def _table(measured: dict[str, dict[str, float]]) -> Sequence[str]:
    revisions = _revisions()
    listed = [
        each for each in revisions if any(times[each] >= _LISTED for times in measured.values())
    ]
    rows = [(f"revision {name}", [times[name] for times in measured.values()]) for name in listed]
    others = [
        sum(times[name] for name in revisions if name not in listed) for times in measured.values()
    ]
    rows.append(("the other revisions", others))
    up = [sum(times[name] for name in revisions) for times in measured.values()]
    rows.append((f"up from {_BEFORE} to {revisions[-1]}", up))
    rows += [(name, [times[name] for times in measured.values()]) for name in ("down", "up again")]
    return [
        f"| seconds | {' | '.join(measured)} |",
        f"|---|{'---:|' * len(measured)}",
        *(f"| {name} | {' | '.join(f'{each:.1f}' for each in times)} |" for name, times in rows),
    ]


if __name__ == "__main__":
    main()
