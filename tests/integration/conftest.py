"""Databases for integration tests: one for each test, on SQLite and on PostgreSQL."""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from novacart.adapters.persistence.database import Database
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.ports.request_context import RequestContext
from tests.support.databases import TestRun
from tests.support.demo_shop import share_smaller_pictures
from tests.support.quick_applications import share_parts

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[2]

share_parts()


@pytest.fixture(scope="session")
def test_run(run_folder: Path, run_pid: int) -> TestRun:
    return TestRun(folder=run_folder, pid=run_pid)


@pytest.fixture(scope="session", autouse=True)
def _pictures_of_demo_shops(run_folder: Path) -> None:
    share_smaller_pictures(run_folder / "pictures")


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """Chromium, started once: Playwright can't run twice in a process."""
    # Most tests need no browser.
    from tests.support.browser import started_chromium  # noqa: PLC0415

    with started_chromium() as browser:
        yield browser


@pytest.fixture
def sqlite_url(test_run: TestRun, tmp_path: Path) -> str:
    """A new SQLite database with the schema and no rows."""
    return test_run.sqlite_copy(tmp_path / "shop.sqlite3")


@pytest.fixture
def postgresql_url(test_run: TestRun) -> Iterator[str]:
    """A new PostgreSQL database with the schema and no rows."""
    with test_run.postgresql_copy() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A new database; the test runs once on each kind."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open `Database` at `database_url`."""
    database = Database.connect(database_url)
    yield database
    database.dispose()


@pytest.fixture(autouse=True)
def _request_context() -> None:
    """Requests of a test client in an earlier test have set the context of this thread."""
    ContextVarRequestContexts().replace(RequestContext(actor="system"))


@pytest.fixture(scope="session")
def built_storefront() -> None:
    """Build the storefront unless it is built; one test process at a time."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "storefront.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        script = ROOT / "scripts" / "build_storefront.py"
        subprocess.run([sys.executable, str(script)], check=True, timeout=600)
