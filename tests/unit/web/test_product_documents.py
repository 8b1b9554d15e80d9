"""Lists of products rendered from kept documents."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import orjson
import pytest
from flask import Flask

from novacart.adapters.web.catalog.product_documents import ProductDocuments
from novacart.adapters.web.catalog.schemas import product_json
from novacart.adapters.web.http.responses import json_bytes
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import ListedProduct, ProductFilter, ProductSort
from novacart.application.ports.product_view import ProductView
from novacart.domain.shared.ids import ProductId
from tests.fakes.catalog_queries import FakeCatalogQueries
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.catalog import NOON, a_product, add_product, details


class CountingQueries(FakeCatalogQueries):
    """Records the ids of the products that are loaded."""

    def __init__(self, store: FakeStore) -> None:
        super().__init__(store, CatalogPolicy(currency="INR"))
        self.loaded: list[int] = []

    def products(self, product_ids: Sequence[ProductId]) -> Sequence[ProductView]:
        self.loaded += sorted(product_ids)
        return super().products(product_ids)

    def listed(self) -> Sequence[ListedProduct]:
        return self.list_products(ProductFilter(), sort=ProductSort.PRICE, limit=10).products


@pytest.fixture
def begin(store: FakeStore) -> FakeUnitOfWorkFactory:
    return FakeUnitOfWorkFactory(store)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def queries(store: FakeStore, begin: FakeUnitOfWorkFactory) -> CountingQueries:
    misleading = 'quoted: ,"stock":5,"price":"1.00"'
    add_product(begin, a_product(1, details(title="A", price=100, description=misleading)), 7)
    add_product(begin, a_product(2, details(title="B", price=200, image="/media/b.webp")), 8)
    return CountingQueries(store)


@pytest.fixture
def documents(queries: CountingQueries) -> ProductDocuments:
    return ProductDocuments(queries)


@pytest.fixture(autouse=True)
def _request() -> Iterator[None]:
    with Flask(__name__).test_request_context(base_url="https://shop.example"):
        yield


def expected(queries: CountingQueries) -> bytes:
    views = [queries.product(product.id) for product in queries.listed()]
    return json_bytes([product_json(view) for view in views])


def test_array_is_the_json_of_the_products(
    documents: ProductDocuments, queries: CountingQueries
) -> None:
    for _ in range(2):
        assert documents.array(queries.listed()) == expected(queries)
    assert documents.array([]) == b"[]"


def test_kept_documents_are_not_loaded_again(
    documents: ProductDocuments, queries: CountingQueries, begin: FakeUnitOfWorkFactory
) -> None:
    documents.array(queries.listed())
    documents.array(queries.listed())
    assert queries.loaded == [1, 2]
    add_product(begin, a_product(3, details(price=300)), 1)
    assert documents.array(queries.listed()) == expected(queries)
    assert queries.loaded == [1, 2, 3]


def test_changed_product_is_loaded_again(
    documents: ProductDocuments, queries: CountingQueries, begin: FakeUnitOfWorkFactory
) -> None:
    before = queries.listed()
    rendered = documents.array(before)
    with begin() as work:
        product = work.products.get_for_update(ProductId(2))
        product.edit(replace(product.details, title="New title"), at=NOON)
        work.products.save(product)
        work.commit()
    assert documents.array(queries.listed()) == expected(queries)
    assert queries.loaded == [1, 2, 2]
    # Negative control: with the old version, the old document is shown.
    assert documents.array(before) == rendered != expected(queries)


def test_stock_and_price_are_those_of_the_list(
    documents: ProductDocuments, queries: CountingQueries
) -> None:
    listed = queries.listed()
    documents.array(listed)
    sold = [product._replace(stock=product.stock - 1) for product in listed]
    assert [each["stock"] for each in orjson.loads(documents.array(sold))] == [6, 7]
    assert queries.loaded == [1, 2]
    # A database that was restored may use a version again.
    repriced = [product._replace(price_minor=999) for product in listed]
    documents.array(repriced)
    assert queries.loaded == [1, 2, 1, 2]


def test_product_that_no_longer_exists_is_left_out(
    documents: ProductDocuments, queries: CountingQueries
) -> None:
    gone = ListedProduct(ProductId(9), version=1, price_minor=1, stock=1)
    assert documents.array([gone, *queries.listed()]) == expected(queries)


def test_images_are_on_the_host_of_the_request(
    documents: ProductDocuments, queries: CountingQueries
) -> None:
    documents.array(queries.listed())
    with Flask(__name__).test_request_context(base_url="https://other.example"):
        _, product = orjson.loads(documents.array(queries.listed()))
    assert product["image"] == "https://other.example/media/b.webp"


def test_documents_beyond_the_capacity_are_deleted(queries: CountingQueries) -> None:
    documents = ProductDocuments(queries, capacity=0)
    for _ in range(2):
        assert documents.array(queries.listed()) == expected(queries)
    assert queries.loaded == [1, 2, 1, 2]
