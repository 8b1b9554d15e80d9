"""Let 200 guests shop in the storefront at once, then audit the shop.

Run it as `python -m benchmarks.shoppers`. Each shopper sends the requests that a browser sends on
the way from the home page to an order, over one connection, and reads for a moment between pages.
"""

import argparse
import gzip
import http.client
import json
import logging
import random
import re
import shlex
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from benchmarks.databases import DATABASES
from benchmarks.metrics import percentile
from benchmarks.progress import Progress
from benchmarks.report import Table, machine, versions
from benchmarks.servers import ROOT, Checkout, running_worker, shop_server
from benchmarks.subjects import BenchmarkShop, filled_shop
from novacart.application.audit.audit_shop import AuditShop
from novacart.entrypoints.logs import configure_logs

_COLUMNS: Final = ("page", "database", "pages/s", "p50 ms", "p95 ms", "p99 ms")
_PRODUCTS: Final = 10_000
_CATEGORIES: Final = 20
_TIMEOUT: Final = 30.0  # seconds
_READING: Final = (0.5, 2.5)  # seconds between two pages
_ASSET: Final = re.compile(r'(?:src|href)="(/static/[^"]+\.(?:js|css))"')
_HEADERS: Final = {"Accept-Encoding": "gzip", "User-Agent": "Mozilla/5.0 benchmark"}
_ADDRESS: Final = {
    "name": "Asha Example",
    "mobile": "9000000000",
    "pincode": "560001",
    "state": "Karnataka",
    "district": "Bengaluru",
    "town": "Bengaluru",
    "house_number": "12",
    "address": "Example Street",
    "address_type": "HOME",
}


# Requests with a token; those of the catalogue have none.
_OWN: Final = ("/api/cart/", "/api/orders/")


@dataclass(slots=True)
class Figures:
    """Durations of pages in nanoseconds, and responses by status, of all shoppers."""

    pages: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    orders: int = 0

    @property
    def failed(self) -> int:
        """Requests without a successful response."""
        return len(self.errors)


class Shopper:
    """A guest with a browser: one connection, a cache of assets, and a token."""

    def __init__(self, port: int, figures: Figures, products: Sequence[int], seed: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT)
        self._figures = figures
        self._products = products
        self._random = random.Random(seed)
        self._email = f"guest{seed}@example.com"
        self._cached: set[str] = set()
        self._token: str | None = None

    def shop(self, ends: float) -> None:
        """Buy something again and again until a time of the monotonic clock."""
        time.sleep(self._random.uniform(0, _READING[1]))
        while time.monotonic() < ends:
            try:
                self._buy()
            except (OSError, http.client.HTTPException) as error:
                self._figures.errors.append(repr(error))
                self._connection.close()
        self._connection.close()

    def _buy(self) -> None:
        product = self._random.choice(self._products)
        category = f"category-{self._random.randrange(_CATEGORIES)}"
        (home,) = self._page("home", [("GET", "/", None)])
        assets = set(_ASSET.findall(home.decode())) - self._cached
        if assets:
            self._page("assets", [("GET", path, None) for path in sorted(assets)])
            self._cached |= assets
        self._page(
            "list",
            [
                ("GET", f"/api/products/?category={category}&limit=24", None),
                ("GET", f"/api/products/facets/?category={category}", None),
            ],
        )
        self._page("suggestions", [("GET", "/api/products/search/suggestions/?q=cot", None)])
        self._page("product", [("GET", f"/product/{product}", None)])
        if self._token is None:
            (session,) = self._page("guest session", [("POST", "/api/guest/session/", {})])
            self._token = json.loads(session)["access"]
        addition = {"variant_id": product, "quantity": self._random.randint(1, 3)}
        self._page(
            "add to cart", [("POST", "/api/cart/add/", addition), ("GET", "/api/cart/", None)]
        )
        _, cart = self._page("cart", [("GET", "/cart", None), ("GET", "/api/cart/", None)])
        line = json.loads(cart)[0]["id"]
        _, cart = self._page(
            "quantity",
            [("PATCH", f"/api/cart/update/{line}/", {"quantity": 2}), ("GET", "/api/cart/", None)],
        )
        pincode = "/api/addresses/pincode/?pincode=560001"
        self._page("checkout", [("GET", "/api/cart/", None), ("GET", pincode, None)])
        order = {
            "email": self._email,
            "address": _ADDRESS,
            "payment_method": "COD",
            "expected_total": _total(json.loads(cart)),
        }
        (placed,) = self._page("place order", [("POST", "/api/orders/create/", order)])
        self._figures.orders += 1
        self._page("order", [("GET", f"/api/orders/{json.loads(placed)['id']}/", None)])

    def _page(self, name: str, requests: Sequence[tuple[str, str, object]]) -> list[bytes]:
        """Send the requests of a page, then wait as a reader does; return the bodies."""
        started = time.perf_counter_ns()
        bodies = [self._send(*request) for request in requests]
        self._figures.pages[name].append(time.perf_counter_ns() - started)
        time.sleep(self._random.uniform(*_READING))
        return bodies

    def _send(self, method: str, path: str, body: object) -> bytes:
        headers = dict(_HEADERS)
        if self._token is not None and path.startswith(_OWN):
            headers["Authorization"] = f"Bearer {self._token}"
        if path == "/api/orders/create/":
            headers["Idempotency-Key"] = f"{self._random.getrandbits(128):032x}"
        content = None
        if body is not None:
            content = json.dumps(body)
            headers["Content-Type"] = "application/json"
        self._connection.request(method, path, content, headers)
        response = self._connection.getresponse()
        received = response.read()
        if response.headers.get("Content-Encoding") == "gzip" and not path.startswith("/static/"):
            received = gzip.decompress(received)
        self._figures.statuses[response.status] += 1
        if response.status >= HTTPStatus.BAD_REQUEST:
            message = f"{method} {path}: {response.status} {received[:200]!r}"
            raise http.client.HTTPException(message)
        return received


def _total(items: Sequence[dict[str, Any]]) -> str:
    """The total of a cart, as the storefront computes it."""
    return str(sum(Decimal(item["product_price"]) * item["quantity"] for item in items))


def main() -> int:
    """Let the guests shop; exit code 1 if a request failed or the audit does not hold."""
    arguments = _parser().parse_args()
    configure_logs(debug=False, level=logging.ERROR)
    console = Console(width=None if sys.stdout.isatty() else 200)
    progress = Progress(console)
    subprocess.run([sys.executable, "scripts/build_storefront.py"], cwd=ROOT, check=True)
    rows: list[list[str]] = []
    notes: list[str] = []
    failed = 0
    for dialect in arguments.databases:
        with tempfile.TemporaryDirectory(prefix="novacart_bench_") as name:
            folder = Path(name)
            folder.chmod(0o755)
            with filled_shop(dialect, folder, products=_PRODUCTS, progress=progress) as shop:
                progress.say(f"{dialect}: {arguments.shoppers} shoppers")
                figures = _shop_together(shop, arguments)
                audit = shop.injector.get(AuditShop)()
        rows += [_cells(page, dialect, times, arguments) for page, times in figures.pages.items()]
        answers = ", ".join(f"{each}: {n:,}" for each, n in sorted(figures.statuses.items()))
        notes.append(
            f"{dialect}: {figures.orders:,} orders; responses by status: {answers};"
            f" {figures.failed} failed. {audit.summary}"
        )
        console.print(notes[-1], *figures.errors[:5], sep="\n")
        failed += figures.failed + (not audit.holds)
    table = Table(columns=_COLUMNS, rows=rows, text_columns=2)
    table.show(console, "shoppers")
    if arguments.write:
        command = shlex.join(["python", "-m", "benchmarks.shoppers", *sys.argv[1:]])
        table.write(
            "shoppers",
            [
                machine(command, "server, worker, database and client"),
                versions("granian", "flask", "sqlalchemy", "psycopg"),
                (
                    f"{arguments.shoppers} guests for {arguments.seconds} s, each with a pause of"
                    f" {_READING[0]:g} to {_READING[1]:g} s between pages; {_PRODUCTS:,} products."
                ),
                *notes,
            ],
        )
    return 1 if failed else 0


def _shop_together(shop: BenchmarkShop, arguments: argparse.Namespace) -> Figures:
    """Run the server, a worker and the shoppers."""
    figures = Figures()
    with (
        shop_server(shop.environment, shop.folder) as server,
        running_worker(shop.environment, shop.folder, Checkout()),
    ):
        ends = time.monotonic() + arguments.seconds
        threads = [
            threading.Thread(
                target=Shopper(server.port, figures, shop.products, number).shop, args=(ends,)
            )
            for number in range(arguments.shoppers)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    return figures


def _cells(
    page: str, dialect: str, nanoseconds: Sequence[int], arguments: argparse.Namespace
) -> list[str]:
    ordered = sorted(nanoseconds)
    percentiles = (f"{percentile(ordered, each) / 1e6:.0f}" for each in (50, 95, 99))
    return [page, dialect, f"{len(ordered) / arguments.seconds:.1f}", *percentiles]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.shoppers", description=__doc__)
    parser.add_argument("--shoppers", type=int, default=200)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument(
        "--databases", nargs="+", choices=DATABASES, default=list(DATABASES), help="default: both"
    )
    parser.add_argument(
        "--write", action="store_true", help="write the results to docs/benchmarks/"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
