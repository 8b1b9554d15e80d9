"""Loading the demo data."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from injector import Injector

from novacart.adapters.persistence.database import Database
from novacart.application.catalog.collection_queries import CollectionQueries
from novacart.application.catalog.queries import CatalogQueries, ProductFilter
from novacart.entrypoints.container import build_container
from novacart.entrypoints.demo.seed import SeedReport, seed_demo
from novacart.entrypoints.settings import load_settings
from tests.support.accounts import CheapPasswords


@pytest.fixture
def injector(database_url: str, tmp_path: Path) -> Iterator[Injector]:
    settings = load_settings(
        {"DEBUG": "True", "DATABASE_URL": database_url, "VAR_DIR": str(tmp_path / "var")},
        dotenv=tmp_path / "no.env",
    )
    injector = build_container(settings, CheapPasswords())
    yield injector
    injector.get(Database).dispose()


def test_demo_data_is_loaded_once(injector: Injector, tmp_path: Path) -> None:
    steps: list[tuple[str, int, int]] = []
    seeded = seed_demo(injector, progress=lambda *step: steps.append(step))
    assert (seeded.categories, seeded.people) == (9, 5)
    assert seeded.products >= 120
    assert steps[-1] == ("people", 5, 5)
    queries = injector.get(CatalogQueries)  # type: ignore[type-abstract]
    products = [each.product for each in queries.all_products()]
    assert len(products) == seeded.products
    for image in [
        *(product.image for product in products),
        *(category.desktop_secondary_image for category in queries.categories()),
    ]:
        assert image is not None
        assert (tmp_path / "var" / image.removeprefix("/")).is_file()
    kurta = next(product for product in products if product.title == "Everyday Khadi Kurta")
    pictures = queries.product_with_variants(kurta.id).pictures
    assert [bool(picture.alt) for picture in pictures] == [False, True, True]
    stocks = {product.stock for product in products}
    assert {0, 1} <= stocks
    assert queries.count_products(ProductFilter(category="books", in_stock=True)) > 0
    in_branch = [
        queries.count_products(ProductFilter(category=slug))
        for slug in ("home", "kitchen", "garden")
    ]
    assert queries.count_products(ProductFilter(category="home-garden")) == sum(in_branch) > 0
    collections = injector.get(CollectionQueries)  # type: ignore[type-abstract]
    picked, by_rule = collections.collections()
    assert (len(picked.details.product_ids), picked.details.rule) == (4, None)
    assert by_rule.category == "toys-games"
    assert seed_demo(injector) == SeedReport(categories=0, products=0, people=0)
    assert len(collections.collections()) == 2


def test_demo_shop_has_a_sale(injector: Injector) -> None:
    seed_demo(injector)
    queries = injector.get(CatalogQueries)  # type: ignore[type-abstract]
    assert queries.count_products(ProductFilter(on_sale=True)) == 5
    for each in queries.all_products():
        product = each.product
        assert product.lowest_price_30_days == product.compare_at_price
        assert (product.compare_at_price is not None) == product.is_on_sale
