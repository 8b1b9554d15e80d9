"""Everything that is measured, running on this machine for as long as it is measured."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from benchmarks.canned_server import canned_server
from benchmarks.load_generator import Load, measure
from benchmarks.progress import Progress
from benchmarks.rounds import BARE, Contest, Effort
from benchmarks.servers import granian_server, shop_server
from benchmarks.subject import filled_shop
from novacart.entrypoints.settings import load_settings
from tests.support.postgres import PostgresServer

DATABASES: Final = ("sqlite", "postgresql")
# The tests' server may lose what it acknowledged; a shop's may not, and neither does its SQLite.
_DURABLE: Final = {"fsync": "on", "full_page_writes": "on"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which shops. `against` is another checkout, whose shop is measured on the same rows."""

    databases: Sequence[str] = DATABASES
    products: int = 1_000
    debug: bool = False
    against: Path | None = None


@contextmanager
def workplace(wanted: Wanted, effort: Effort, progress: Progress) -> Iterator[tuple[Contest, Path]]:
    """Filled shops and the bare route, all running, and a folder for whatever else is started."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="novacart_bench_")))
        # PostgreSQL may have to run as another user.
        folder.chmod(0o755)
        bare = stack.enter_context(
            granian_server(
                "benchmarks.bare_flask:app", {}, folder, path="/bare/", workers=web_workers()
            )
        )
        subjects = []
        for name in wanted.databases:
            subject = stack.enter_context(
                filled_shop(
                    name,
                    _database_url(name, folder, stack),
                    folder,
                    products=wanted.products,
                    progress=progress,
                    debug=wanted.debug,
                )
            )
            if wanted.against is not None:
                other = shop_server(subject.environment, folder, checkout=wanted.against)
                server = stack.enter_context(other)
                subjects.append(replace(subject, name=f"{name}, before", server=server))
            subjects.append(subject)
        yield Contest(bare=bare, subjects=subjects, effort=effort), folder


def web_workers() -> int:
    """How many processes `novacart serve` starts on this machine."""
    return load_settings({"SECRET_KEY": "x" * 64}, dotenv=Path("no.env")).web_workers


def client_ceiling(effort: Effort) -> float:
    """What the load generator manages against a server that does nothing, in requests/s."""
    with canned_server() as port:
        return measure(
            port, Load(requests=[BARE], connections=effort.connections, seconds=2.0)
        ).per_second


def _database_url(name: str, folder: Path, stack: ExitStack) -> str:
    if name == "sqlite":
        return f"sqlite:///{folder}/shop.sqlite3"
    server = PostgresServer(folder / "postgres", settings=_DURABLE)
    stack.callback(server.stop)
    server.start()
    return server.url()
