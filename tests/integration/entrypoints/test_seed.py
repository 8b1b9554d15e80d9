"""Loading the demo data."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.application.audit.audit_shop import AuditShop
from novacart.application.authorization.actor import SYSTEM
from novacart.application.back_office.attention import AttentionKind, AttentionQueries
from novacart.application.back_office.dashboard import DashboardQueries
from novacart.application.back_office.list_query import ListQuery
from novacart.application.back_office.orders import OrderRow
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.application.catalog.add_picture import AddPicture, AddPictureCommand
from novacart.application.catalog.collection_queries import (
    CollectionQueries,
    products_of_collection,
)
from novacart.application.catalog.edit_attributes import (
    ChoiceEdit,
    EditAttribute,
    EditAttributeCommand,
)
from novacart.application.catalog.queries import CatalogQueries, ProductFilter
from novacart.application.ordering.queries import OrderQueries
from novacart.application.ports.outbox import Outbox
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.payments.lifecycle import DisputeStatus
from novacart.domain.shared.ids import OrderId, UserId
from novacart.entrypoints.commands.cli_context import cli_injector
from novacart.entrypoints.container import build_container
from novacart.entrypoints.demo import data
from novacart.entrypoints.demo.accounts import usable_demo_accounts
from novacart.entrypoints.demo.seed import SeedReport, seed_demo
from novacart.entrypoints.settings import load_settings
from tests.support.accounts import CheapPasswords, ClockAt
from tests.support.builders.shop_rows import insert_rows
from tests.support.clock import SetClock
from tests.support.databases import TestRun, on_sqlite
from tests.support.demo_shop import copy_demo_shop

NOW = datetime(2026, 11, 27, 12, 30, tzinfo=UTC)
# The start of the same day in the shop's time zone.
EARLIER = datetime(2026, 11, 26, 18, 30, tzinfo=UTC)


@contextmanager
def opened_shop(database_url: str, folder: Path, now: datetime = NOW) -> Iterator[Injector]:
    settings = load_settings(
        {
            "DEBUG": "True",
            "DATABASE_URL": database_url,
            "VAR_DIR": str(folder / "var"),
            "EMAIL_BACKEND": "file",
        },
        dotenv=folder / "no.env",
    )
    injector = build_container(settings, CheapPasswords(), ClockAt(SetClock(now)))
    try:
        yield injector
    finally:
        injector.get(Database).dispose()


@pytest.fixture
def injector(database_url: str, tmp_path: Path) -> Iterator[Injector]:
    with opened_shop(database_url, tmp_path) as injector:
        yield injector


def all_orders(injector: Injector) -> list[OrderRow]:
    queries = injector.get(BackOfficeQueries)  # type: ignore[type-abstract]
    page = queries.orders(ListQuery(limit=200))
    orders = list(page.rows)
    while page.next is not None:
        page = queries.orders(ListQuery(limit=200, after=page.next))
        orders += page.rows
    return orders


def test_demo_data_is_loaded_once(injector: Injector, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    seeded = seed_demo(injector, progress=lambda *step: steps.append(step))
    assert (seeded.categories, seeded.people, seeded.orders) == (17, 5, 0)
    assert seeded.products >= 120
    assert steps[-1] == ("people", 5, 5)
    assert len(usable_demo_accounts(injector)) == 5
    queries = injector.get(CatalogQueries)  # type: ignore[type-abstract]
    products = [each.product for each in queries.all_products()]
    assert len(products) == seeded.products
    for image in [
        *(product.image for product in products),
        *(category.desktop_secondary_image for category in queries.categories()),
    ]:
        if image is not None:
            assert (tmp_path / "var" / image.removeprefix("/")).is_file()
    assert {0, 1} <= {product.stock for product in products}
    assert queries.count_products(ProductFilter(category="books", in_stock=True)) > 0
    in_branch = [
        queries.count_products(ProductFilter(category=slug))
        for slug in ("home", "kitchen", "garden")
    ]
    assert queries.count_products(ProductFilter(category="home-garden")) == sum(in_branch) > 0
    collections = injector.get(CollectionQueries)  # type: ignore[type-abstract]
    picked, by_rule, *others = collections.collections()
    assert (len(picked.details.product_ids), picked.details.rule) == (4, None)
    assert by_rule.category == "toys-games"
    assert len(others) == 5
    by_attribute, by_tag = (
        products_of_collection(each, queries=collections, catalog=queries, limit=200).products
        for each in others[-2:]
    )
    assert len(by_attribute) == 4
    assert len(by_tag) == queries.count_products(ProductFilter(tags=("diwali",))) == 10
    rename_choice(injector, "clothing", "Silk")
    assert seed_demo(injector) == SeedReport()
    assert len(collections.collections()) == 7


def rename_choice(injector: Injector, category: str, text: str) -> None:
    """Rename a choice of the first attribute of a category, as staff do."""
    queries = injector.get(CatalogQueries)  # type: ignore[type-abstract]
    attribute = queries.attributes_of(category)[0]
    injector.get(EditAttribute)(
        EditAttributeCommand(
            actor=SYSTEM,
            category_id=attribute.category_id,
            attribute_id=attribute.id,
            choices=[
                ChoiceEdit(id=each.id, text=f"New {text}" if each.text == text else each.text)
                for each in attribute.details.choices
            ],
        )
    )


@pytest.fixture
def demo_shop(test_run: TestRun, tmp_path: Path) -> Iterator[Injector]:
    """A demo shop without orders."""
    environ = copy_demo_shop(test_run, tmp_path) | {"DEBUG": "True"}
    with cli_injector(load_settings(environ, dotenv=tmp_path / "no.env")) as injector:
        yield injector


@on_sqlite
def test_pictures_that_an_interrupted_load_lacks_are_added(
    injector: Injector, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = data.catalog()
    few = catalog | {"products": catalog["products"][:3]}
    monkeypatch.setattr(data, "catalog", lambda: few)
    calls = iter([None])
    add_picture = AddPicture.__call__

    def add_one(self: AddPicture, command: AddPictureCommand) -> object:
        next(calls)
        return add_picture(self, command)

    with monkeypatch.context() as patch:
        patch.setattr(AddPicture, "__call__", add_one)
        with pytest.raises(StopIteration):
            seed_demo(injector)
    assert seed_demo(injector).products == 0
    queries = injector.get(CatalogQueries)  # type: ignore[type-abstract]
    assert [bool(each.pictures) for each in queries.all_products()] == [True] * 3


def test_demo_products_have_variants_and_pictures_of_them(demo_shop: Injector) -> None:
    queries = demo_shop.get(CatalogQueries)  # type: ignore[type-abstract]
    [kurta_id] = [
        each.product.id
        for each in queries.all_products()
        if each.product.title == "Everyday Khadi Kurta"
    ]
    kurta = queries.product_with_variants(kurta_id)
    assert [option.name for option in kurta.options] == ["Colour", "Size"]
    assert len(kurta.variants) == 12
    assert len({variant.sku for variant in kurta.variants}) == 12
    assert 0 in {variant.stock for variant in kurta.variants}
    assert [bool(picture.alt) for picture in kurta.pictures] == [True] * 4
    assert [(each.width, bool(each.smaller)) for each in kurta.pictures] == [(900, True)] * 4
    madder = {each.image for each in kurta.variants if "Colour: Madder" in each.options}
    assert madder == {kurta.pictures[1].image}


def test_sales_have_a_lowest_price_of_30_days(demo_shop: Injector) -> None:
    queries = demo_shop.get(CatalogQueries)  # type: ignore[type-abstract]
    on_sale = [each.product for each in queries.all_products() if each.product.is_on_sale]
    assert len(on_sale) == queries.count_products(ProductFilter(on_sale=True)) == 9
    for product in on_sale:
        assert product.compare_at_price is not None
        assert product.lowest_price_30_days is not None
        assert product.price < product.lowest_price_30_days <= product.compare_at_price
    reduced_before = [
        each for each in on_sale if each.lowest_price_30_days != each.compare_at_price
    ]
    assert 3 <= len(reduced_before) < len(on_sale)


@pytest.mark.timeout(400)
def test_orders_of_90_days_are_the_same_in_each_shop_and_the_audit_holds(
    test_run: TestRun, tmp_path: Path
) -> None:
    histories = []
    with ExitStack() as stack:
        for url, now in (
            (test_run.sqlite_copy(tmp_path / "shop.sqlite3"), NOW),
            (stack.enter_context(test_run.postgresql_copy()), EARLIER),
        ):
            shop = stack.enter_context(opened_shop(url, tmp_path, now))
            report = seed_demo(shop, with_orders=True)
            orders = all_orders(shop)
            assert report.orders == len(orders) >= 160
            audit = shop.get(AuditShop)()
            assert audit.holds, audit.summary
            assert audit.provider == "the provider's records agree"
            check_orders(shop, orders, now)
            # Nothing is left for the worker, so that no e-mail is sent for a past order.
            assert shop.get(Outbox).count_pending() == 0  # type: ignore[type-abstract]
            assert not (tmp_path / "var" / "mail").exists()
            assert seed_demo(shop, with_orders=True) == SeedReport()
            assert len(all_orders(shop)) == len(orders)
            histories.append([comparable(each, now) for each in orders])
    assert histories[0] == histories[1]


def comparable(order: OrderRow, now: datetime) -> OrderRow:
    """Without ids, since those of PostgreSQL have gaps. The latest orders have relative times."""
    order = replace(order, id=OrderId(0), user_id=UserId(0))
    if order.placed_at <= now - timedelta(hours=3):
        return order
    # The number starts with the date.
    return replace(order, placed_at=NOW - (now - order.placed_at), number=order.number[-6:])


def check_orders(shop: Injector, orders: list[OrderRow], now: datetime) -> None:
    """Check that the pages of the back office and of a customer have something to show."""
    assert {order.status for order in orders} == set(OrderStatus)
    disputes = {order.dispute for order in orders}
    assert disputes == {None, *DisputeStatus} - {DisputeStatus.CLOSED}
    assert any(order.is_of_guest for order in orders)
    assert now - timedelta(days=90) < min(order.placed_at for order in orders)
    assert now - timedelta(minutes=5) < max(order.placed_at for order in orders) <= now
    attention = shop.get(AttentionQueries)  # type: ignore[type-abstract]
    assert attention.counts(list(AttentionKind)) == {
        AttentionKind.FAILED_REFUND: 1,
        AttentionKind.DISPUTE: 1,
        AttentionKind.BLOCKED_ORDER: 1,
    }
    dashboard = shop.get(DashboardQueries)  # type: ignore[type-abstract]
    today = NOW.date()  # Of `EARLIER`, too, in the shop's time zone.
    days = dashboard.days(today - timedelta(days=89), today)
    assert sum(day.placed for day in days) == len(orders)
    assert sum(day.revenue.amount > 0 for day in days) > 60
    [meenal] = {order.user_id for order in orders if order.email == "meenal@example.com"}
    history = shop.get(OrderQueries).history(meenal, page=1, page_size=20)  # type: ignore[type-abstract]
    assert len({order.status for order in history.orders}) >= 4
    assert history.orders[0].status == OrderStatus.PENDING
    assert max(len(order.lines) for order in history.orders) == 4


def test_shop_with_orders_is_left_as_it_is(injector: Injector) -> None:
    insert_rows(injector.get(Database))
    assert seed_demo(injector, with_orders=True) == SeedReport()
    queries = injector.get(CatalogQueries)  # type: ignore[type-abstract]
    assert len(list(queries.all_products())) == 2


def test_orders_are_not_added_to_a_shop_that_has_the_catalog(demo_shop: Injector) -> None:
    assert seed_demo(demo_shop, with_orders=True) == SeedReport()
