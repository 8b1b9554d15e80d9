"""Reads that wait for the database end before other requests of the process notice it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from novacart.adapters.persistence import database as database_module
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.error_mapping import to_port_error
from novacart.adapters.persistence.metadata import metadata
from novacart.adapters.persistence.timeouts import READ_TIMEOUT
from novacart.application.ports.errors import StorageUnavailable
from tests.integration.http.conftest import MakeApp
from tests.integration.http.test_access import PLACEHOLDER, ROUTES
from tests.support.accounts import Person, a_customer
from tests.support.databases import on_sqlite

# Authentication reads these. So other reads of a signed-in user are tested, too.
_OF_SESSIONS = {"users", "token_families", "mfa_enrolments"}
_FEED_TOKEN = "a-token-of-the-tests-0123456789abcdef"
_QUERIES = {
    "/api/addresses/pincode/": "?pincode=560001",
    "/api/feeds/google/": f"?token={_FEED_TOKEN}",
    "/api/feeds/shopify/": f"?token={_FEED_TOKEN}",
    "/api/orders/cancel-item/": "?orderId=1&itemId=1",
    "/api/products/": "?search=lamp&count=true",
    "/api/products/search/suggestions/": "?q=la",
}
_WITHOUT_LOCKED_TABLES = {
    "/",
    "/api/addresses/pincode/",
    "/api/docs/",
    "/api/health/",
    "/api/health/ready/",
    "/api/my/dashboard/",
    "/api/openapi.json",
    "/api/orders/delivery-estimate/",
    "/api/shop/",
    "/api/whoami/",
    "/assets/<name>",
    "/media/<path:name>",
    "/metrics",
}


@pytest.fixture
def locked_tables(postgresql_url: str, customer: Person) -> Iterator[None]:  # noqa: ARG001 (signed in before)
    """A transaction that lets no statement read the tables, except those of sessions."""
    database = Database.connect(postgresql_url)
    names = ", ".join(
        table.name
        for table in metadata.sorted_tables
        if table.info.get("dialect") != "sqlite" and table.name not in _OF_SESSIONS
    )
    with database.writing() as connection:
        connection.execute(text(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE"))
        yield
    database.dispose()


@pytest.fixture
def customer(postgresql_url: str, make_app: MakeApp) -> Person:
    return a_customer(make_app(DATABASE_URL=postgresql_url).test_client())


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Errors of the database, by their type."""
    failures: list[str] = []

    def record(error: DBAPIError) -> Exception | None:
        failures.append(type(error.orig).__name__)
        return to_port_error(error)

    monkeypatch.setattr(database_module, "to_port_error", record)
    return failures


@on_sqlite  # The setting names another database.
@pytest.mark.usefixtures("locked_tables")
def test_reads_of_customers_end_after_their_timeout(
    postgresql_url: str,
    make_app: MakeApp,
    customer: Person,
    failures: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A read that forgets the timeout fails later, and by the one for locks."""
    set_timeout = database_module._set_timeout
    monkeypatch.setattr(
        database_module,
        "_set_timeout",
        lambda seconds: (
            "SET statement_timeout = '0.1s'" if seconds == READ_TIMEOUT else set_timeout(seconds)
        ),
    )
    client = make_app(DATABASE_URL=postgresql_url, FEED_TOKEN=_FEED_TOKEN).test_client()
    answered = set()
    for method, url, access in ROUTES:
        if method != "GET" or access == "staff":
            continue
        failures.clear()
        path = f"{PLACEHOLDER.sub('1', url)}{_QUERIES.get(url, '')}"
        headers = {} if access == "anyone" else customer.headers
        if url.startswith("/api/feeds/"):
            # The status is sent before the products are read.
            with pytest.raises(StorageUnavailable):
                client.get(path, buffered=True)
            assert failures == ["QueryCanceled"], url
            continue
        response = client.get(path, headers=headers)
        if response.status_code != 503:
            answered.add(url)
            continue
        assert failures == ["QueryCanceled"], url
        assert response.get_json()["code"] == "unavailable", url
        assert int(response.headers["Retry-After"]) > 0
        assert "statement" not in response.text.lower()
    assert answered <= _WITHOUT_LOCKED_TABLES
