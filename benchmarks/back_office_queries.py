"""Queries of the back office: the dashboard, lists, and pages over HTTP."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from urllib.parse import quote, urlencode

from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from benchmarks.customers import PASSWORD
from benchmarks.generate_orders import Generated
from novacart.application.accounts.register_user import RegisterUser, RegisterUserCommand
from novacart.application.authorization.actor import SYSTEM
from novacart.application.back_office.dashboard import DashboardQueries
from novacart.application.back_office.list_query import FilterValue, ListQuery
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.application.ordering.queries import OrderQueries
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.role import Role
from novacart.domain.shared.ids import UserId

Query = tuple[str, Callable[[], object]]

SPANS: Final = (30, 365)
_SHOWN: Final = 8
_JOB_BATCH: Final = 100
_LOW: Final = 5
_STRIDE: Final = 200
_DEEP: Final = 250  # strides: 50,000 rows
_ORIGIN: Final = "https://127.0.0.1"
_CSRF_TOKEN: Final = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')


def dashboard_queries(queries: DashboardQueries, now: datetime) -> Iterator[Query]:
    """Return each read model of the dashboard, for a month and for a year."""
    last = now.date()
    for span in SPANS:
        first = last - timedelta(days=span - 1)
        before = first - timedelta(days=span)
        yield f"{span} days and the days before", partial(queries.days, before, last)
        yield f"orders by status, {span} days", partial(queries.orders_by_status, first, last)
        yield (
            f"best sellers, {span} days",
            partial(queries.best_sellers, first, last, limit=_SHOWN),
        )
    yield "low stock", partial(queries.low_stock, at_most=_LOW, limit=_SHOWN)


def list_queries(queries: BackOfficeQueries, generated: Generated) -> Iterator[Query]:
    """Return a first and a deep page of each list of orders, and pages of single objects."""
    for name, request in _lists(queries, generated):
        yield f"{name}, page 1", partial(queries.orders, request)
        deep_page = _deep_page(queries, request)
        if deep_page is not None:
            cursor, number = deep_page
            deep = replace(request, after=cursor)
            yield f"{name}, page {number:,}", partial(queries.orders, deep)
    paid_online: dict[str, FilterValue] = {"payment_method": "ONLINE", "payment_status": "PAID"}
    oldest = queries.orders(ListQuery(filters=paid_online, descending=False)).rows[0]
    newest = queries.orders(ListQuery(filters=paid_online)).rows[0]
    yield "one order, of two years ago", partial(queries.order, oldest.id)
    yield "one order, of today", partial(queries.order, newest.id)
    yield "one customer, with most orders", partial(queries.account, UserId(generated.first_user))
    yield "customers, page 1", partial(queries.customers, ListQuery())
    yield "payments, page 1", partial(queries.payments, ListQuery())
    yield "refunds, page 1", partial(queries.refunds, ListQuery())


def history_queries(queries: OrderQueries, generated: Generated) -> Iterator[Query]:
    """Return pages of the orders of the customer with most orders."""
    user = UserId(generated.first_user)
    pages = queries.history(user, page=1, page_size=_SHOWN).count // _SHOWN
    for page in (1, max(pages, 1)):
        yield (
            f"orders of the customer with most orders, page {page:,}",
            partial(queries.history, user, page=page, page_size=_SHOWN),
        )
    yield (
        "the same, by a product's title",
        partial(queries.history, user, page=1, page_size=_SHOWN, search="lamp"),
    )


def job_queries(begin: UnitOfWorkFactory, now: datetime) -> Iterator[Query]:
    """Return how jobs find the orders and payments that are due at `now`."""

    def expired() -> object:
        with begin() as work:
            return work.orders.expired(now, limit=_JOB_BATCH)

    def unsettled() -> object:
        with begin() as work:
            return work.payments.due_for_check(now, limit=_JOB_BATCH)

    yield f"{_JOB_BATCH} orders to expire", expired
    yield f"{_JOB_BATCH} payments to reconcile", unsettled


def page_queries(client: FlaskClient, queries: BackOfficeQueries) -> Iterator[Query]:
    """Return pages of the back office, requested with `client`."""
    newest = queries.orders(ListQuery(filters={"status": "DELIVERED"})).rows[0]
    deep_page = _deep_page(queries, ListQuery())
    after = {"after": deep_page[0]} if deep_page else {}
    for name, path, query in (
        ("dashboard, 30 days", "/admin/", {"days": "30"}),
        ("dashboard, 365 days", "/admin/", {"days": "365"}),
        ("orders, page 1", "/admin/orders/", {}),
        (f"orders, page {deep_page[1] if deep_page else 1:,}", "/admin/orders/", after),
        ("orders, by status", "/admin/orders/", {"status": "CANCELLED"}),
        ("orders, by number", "/admin/orders/", {"search": newest.number}),
        ("one order", "/admin/orders/details/", {"id": str(newest.id)}),
        ("customers, page 1", "/admin/customers/", {}),
    ):
        yield name, partial(_get, client, f"{path}?{urlencode(query, quote_via=quote)}")


def _lists(queries: BackOfficeQueries, generated: Generated) -> Iterator[tuple[str, ListQuery]]:
    newest = queries.orders(ListQuery()).rows[0]
    year_ago = generated.now - timedelta(days=365)
    month: dict[str, FilterValue] = {
        "placed_from": year_ago,
        "placed_before": year_ago + timedelta(days=30),
    }
    yield "every order", ListQuery()
    yield "by amount", ListQuery(sort="total")
    yield "status CANCELLED", ListQuery(filters={"status": "CANCELLED"})
    yield "status PENDING", ListQuery(filters={"status": "PENDING"})
    yield "payment REFUNDED", ListQuery(filters={"payment_status": "REFUNDED"})
    yield "method COD", ListQuery(filters={"payment_method": "COD"})
    yield "the customer with most orders", ListQuery(filters={"user": generated.first_user})
    yield "a month a year ago", ListQuery(filters=month)
    yield "the same, REFUNDED", ListQuery(filters={**month, "status": "REFUNDED"})
    yield (
        "the same, by amount",
        ListQuery(filters=month, sort="total"),
    )
    yield (
        "10,000 to 10,100",
        ListQuery(filters={"total_from": 1_000_000, "total_to": 1_010_000}),
    )
    yield "from 50,000", ListQuery(filters={"total_from": 5_000_000})
    yield (
        "of an amount without orders",
        ListQuery(filters={"total_from": 9_000_000_000, "status": "DELIVERED"}),
    )
    yield "number", ListQuery(search=newest.number)
    yield "e-mail address", ListQuery(search=newest.email)


def _deep_page(queries: BackOfficeQueries, request: ListQuery) -> tuple[str, int] | None:
    """Return the cursor and number of a deep page, in pages of 25; None for a single page."""
    cursor, strides = None, 0
    while strides < _DEEP:
        page = queries.orders(replace(request, limit=_STRIDE, after=cursor))
        if page.next is None:
            break
        cursor, strides = page.next, strides + 1
    return None if cursor is None else (cursor, strides * _STRIDE // 25 + 1)


def _get(client: FlaskClient, path: str) -> None:
    response = client.get(path, base_url=_ORIGIN)
    assert response.status_code == 200, (path, response.status)  # noqa: PLR2004 (OK)


def register_manager(injector: Injector) -> None:
    """Create the manager whose session `sign_in` opens."""
    injector.get(RegisterUser)(
        RegisterUserCommand(
            username="manager",
            email="manager@shop.example",
            password=PASSWORD,
            role=Role.MANAGER,
            actor=SYSTEM,
        )
    )


def sign_in(app: Flask) -> FlaskClient:
    """Return a client with a session of the manager."""
    client = app.test_client()
    form = client.get("/admin/sign-in/", base_url=_ORIGIN)
    csrf_token_match = _CSRF_TOKEN.search(form.text)
    assert csrf_token_match is not None, form.text
    response = client.post(
        "/admin/sign-in/",
        base_url=_ORIGIN,
        data={"csrf_token": csrf_token_match[1], "login": "manager", "password": PASSWORD},
    )
    assert response.status_code == 303, response.text  # noqa: PLR2004 (see other)
    return client
