"""The release before serves customers with the schema of this release, as during an update."""

import io
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest

from novacart.adapters.persistence import migrate, revisions
from novacart.adapters.persistence.backup import scratch_database
from tests.support.checkout import ADDRESS
from tests.support.databases import TestRun, on_sqlite
from tests.support.process_harness import PASSWORD, ProcessHarness, kill
from tests.support.processes import free_port
from tests.support.programs import program

ROOT: Final = Path(__file__).parents[3]
# The commit of the newest release: set it when one is published. There is none yet, so it is the
# last commit before the outbox was partitioned (0036), which renames its table. It runs with the
# packages of this release.
RELEASE_BEFORE: Final = "c7644f2b"
_PREPARE: Final = """
from novacart.entrypoints.cli import novacart
for command in ["migrate"], ["create-admin", "owner", "owner@example.com"]:
    novacart(command, standalone_mode=False)
"""


@pytest.fixture
def source(test_run: TestRun) -> Path:
    """The code of the release before, from the history of the repository."""
    git = [program("git"), "-C", str(ROOT)]
    commit = subprocess.run(
        [*git, "cat-file", "-e", RELEASE_BEFORE], capture_output=True, check=False
    )
    if commit.returncode:
        pytest.skip(f"this clone has no commit {RELEASE_BEFORE}: run `git fetch --unshallow`")
    folder = test_run.folder / "release-before"
    with test_run.once("release-before") as first:
        if first:
            paths = ["src", "migrations", ":!*.webp"]
            archive = subprocess.run(
                [*git, "archive", RELEASE_BEFORE, *paths], stdout=subprocess.PIPE, check=True
            )
            with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
                files.extractall(folder, filter="data")
    return folder


class Release:
    """Processes of one release, and clients that repeat no request."""

    def __init__(self, processes: ProcessHarness, source: Path) -> None:
        self._environ = processes.environ | {"PYTHONPATH": str(source / "src")}
        self.processes = replace(processes, environ=self._environ)

    def prepare(self) -> None:
        """Migrate the database and add an owner, in one process, which imports the code once."""
        environ = {"NOVACART_ADMIN_PASSWORD": PASSWORD}
        subprocess.run(
            [sys.executable, "-c", _PREPARE],
            cwd=self.processes.folder,
            env=self._environ | environ,
            check=True,
            capture_output=True,
        )

    @contextmanager
    def running(self, *commands: str) -> Iterator[None]:
        with ExitStack() as stack:
            for command in commands:
                stack.callback(kill, self.processes.start(command))
            yield

    def sign_in(self, name: str, *, new: bool = True) -> ProcessHarness:
        client = replace(self.processes)
        credentials = {"username": name, "password": PASSWORD}
        if new:
            sent(client, "POST", "/api/register/", credentials | {"email": f"{name}@example.com"})
        client.token = sent(client, "POST", "/api/token/", credentials)["access"]
        return client

    def back_office_page(self, path: str) -> str:
        """Sign in as the owner and return the HTML of the page."""
        # The cookies are for https.
        policy = DefaultCookiePolicy(secure_protocols=["http"])
        browser = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar(policy=policy))
        )
        address = f"http://127.0.0.1:{self.processes.port}/admin/"
        form: str = browser.open(f"{address}sign-in/").read().decode()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
        assert token is not None
        values = {"csrf_token": token[1], "login": "owner", "password": PASSWORD}
        browser.open(f"{address}sign-in/", urlencode(values).encode())
        page: str = browser.open(address + path).read().decode()
        return page


def sent(client: ProcessHarness, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 (any JSON value)
    """Send the request once, and return the JSON of the response, which must succeed."""
    status, document = client.send(method, path, body)
    assert status in {200, 201}, (method, path, status, document)
    return document


def sell(release: Release, name: str) -> None:
    """Sell a new product to a new customer, and refund the order."""
    owner = release.sign_in("owner", new=False)
    about = {"title": f"Kettle of {name}", "price": "100.00", "stock": 5, "brand": "Peepal"}
    product = sent(owner, "POST", "/api/products/", about)["id"]
    sent(owner, "PATCH", f"/api/products/{product}/", {"price": "120.00"})

    customer = release.sign_in(name)
    listed = sent(customer, "GET", f"/api/products/?search={name}&brand=Peepal")
    assert [each["id"] for each in listed] == [product]
    sent(customer, "POST", "/api/products/wishlist/", {"product_id": product})
    sent(customer, "POST", "/api/cart/add/", {"product_id": product, "quantity": 2})
    assert [line["quantity"] for line in sent(customer, "GET", "/api/cart/")] == [2]
    address = sent(customer, "POST", "/api/addresses/", ADDRESS)["id"]
    payment = sent(customer, "POST", "/api/payments/payment-intent/", {"address_id": address})
    customer.stripe.pay(payment["payment_intent_id"])
    order = f"/api/orders/{payment['order_id']}/"
    # Stripe's webhook and the worker.
    customer.wait_until(lambda: sent(customer, "GET", order)["status"] == "PAID")
    number = sent(customer, "GET", order)["number"]
    assert number in release.back_office_page("orders/")
    sent(customer, "POST", f"/api/payments/refund/{payment['order_id']}/")
    customer.wait_until(lambda: sent(customer, "GET", order)["status"] == "REFUNDED")
    assert sent(customer, "GET", f"/api/products/{product}/")["stock"] == 5


@pytest.fixture
def before(processes: ProcessHarness, source: Path) -> Iterator[Release]:
    """The release before with a database that it has migrated, and an owner."""
    with scratch_database(processes.environ["DATABASE_URL"]) as url:
        processes.environ["DATABASE_URL"] = url
        release = Release(processes, source)
        release.prepare()
        yield release


@pytest.mark.timeout(240)
def test_release_before_works_before_and_after_the_migration(
    before: Release, processes: ProcessHarness, tmp_path: Path
) -> None:
    """Its connections have prepared statements, and its worker handles what this release stores."""
    with before.running("serve", "worker"):
        sell(before, "asha")
        migrate.upgrade(processes.environ["DATABASE_URL"])
        sell(before, "meera")
        port = free_port()
        (tmp_path / "next").mkdir()
        environ = processes.environ | {"PORT": str(port)}
        after = Release(
            replace(processes, environ=environ, folder=tmp_path / "next", port=port), ROOT
        )
        with after.running("serve"):
            sell(after, "ravi")
    processes.deliver_and_audit()


@pytest.mark.timeout(240)
@on_sqlite
def test_release_before_fails_after_a_column_was_renamed(
    before: Release, processes: ProcessHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    scripts = tmp_path / "migrations"
    shutil.copytree(revisions.SCRIPTS, scripts)
    [head] = revisions.heads()
    (scripts / "versions" / "9999_rename.py").write_text(
        f'from alembic import op\nrevision: str = "9999"\ndown_revision: str | None = "{head}"\n'
        'def upgrade() -> None:\n    op.execute("ALTER TABLE orders RENAME number TO code")\n'
    )
    monkeypatch.setattr(migrate, "SCRIPTS", scripts)
    with before.running("serve"):
        migrate.upgrade(processes.environ["DATABASE_URL"])
        with pytest.raises(AssertionError, match="payment-intent/', 50"):
            sell(before, "asha")
