"""Lists and pages of products rendered from kept documents."""

from collections.abc import Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import orjson
import pytest
from flask import Flask

from novacart.adapters.web.catalog.product_documents import ProductDocuments, ProductPages, _Cache
from novacart.adapters.web.catalog.product_schemas import product_detail_json, product_json
from novacart.adapters.web.http.responses import json_bytes
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import ListedProduct, ProductFilter, ProductSort
from novacart.application.ports.product_view import (
    ProductState,
    ProductView,
    ProductWithVariants,
)
from novacart.domain.shared.ids import ProductId, VariantId
from tests.fakes.catalog_queries import FakeCatalogQueries
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.catalog import (
    NOON,
    a_claim,
    a_product,
    a_variant,
    add_product,
    an_option,
    details,
)


class CountingQueries(FakeCatalogQueries):
    """Records the ids of the products that are loaded."""

    def __init__(self, store: FakeStore) -> None:
        super().__init__(store, CatalogPolicy(currency="INR"))
        self.loaded: list[int] = []

    def products(self, product_ids: Sequence[ProductId]) -> Sequence[ProductView]:
        self.loaded += sorted(product_ids)
        return super().products(product_ids)

    def product_with_variants(self, product_id: ProductId) -> ProductWithVariants:
        self.loaded.append(product_id)
        return super().product_with_variants(product_id)

    def product_state(self, product_id: ProductId) -> ProductState:
        return super().product_with_variants(product_id).state

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
    misleading = 'quoted: ,"stock":5,"available":true,"price":"1.00"'
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
    sold = [
        product._replace(stock=product.stock - 7, is_available=product.stock > 7)
        for product in listed
    ]
    shown = orjson.loads(documents.array(sold))
    assert [(each["stock"], each["available"]) for each in shown] == [(0, False), (1, True)]
    assert queries.loaded == [1, 2]
    # A database that was restored may use a version again.
    repriced = [product._replace(price_minor=999) for product in listed]
    documents.array(repriced)
    assert queries.loaded == [1, 2, 1, 2]


def test_product_that_no_longer_exists_is_left_out(
    documents: ProductDocuments, queries: CountingQueries
) -> None:
    gone = ListedProduct(ProductId(9), version=1, price_minor=1, stock=1, is_available=True)
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


def loaded_after_two_threads(queries: CountingQueries, app: Flask) -> int:
    """How many products a third list loads, after two threads have loaded them at the same time.

    The cache has exactly the capacity for them.
    """
    probe = ProductDocuments(queries)
    probe.array(queries.listed())
    documents = ProductDocuments(queries, capacity=probe._documents._size)
    both = Barrier(2)
    load = queries.products

    def load_together(product_ids: Sequence[ProductId]) -> Sequence[ProductView]:
        both.wait(60)
        return load(product_ids)

    def render() -> bytes:
        with app.test_request_context(base_url="https://shop.example"):
            return documents.array(queries.listed())

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as threads:
        patch.setattr(queries, "products", load_together)
        rendered = [each.result() for each in [threads.submit(render) for _ in range(2)]]
    assert rendered == [expected(queries)] * 2
    queries.loaded.clear()
    assert documents.array(queries.listed()) == expected(queries)
    return len(queries.loaded)


def test_documents_that_two_threads_load_occupy_memory_once(queries: CountingQueries) -> None:
    assert loaded_after_two_threads(queries, Flask(__name__)) == 0


def test_documents_that_are_counted_twice_displace_others(
    queries: CountingQueries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    add = _Cache.add

    def add_again(cache: _Cache[Any], key: Hashable, document: Sequence[bytes]) -> None:
        cache.by_key.pop(key, None)
        add(cache, key, document)

    monkeypatch.setattr(_Cache, "add", add_again)
    assert loaded_after_two_threads(queries, Flask(__name__)) > 0


def full_page(queries: CountingQueries, product_id: ProductId) -> bytes:
    return json_bytes(
        product_detail_json(FakeCatalogQueries.product_with_variants(queries, product_id))
    )


@pytest.fixture
def shirt(begin: FakeUnitOfWorkFactory, queries: CountingQueries) -> ProductId:
    del queries
    size = an_option(100, "Size", "S", 'M "etag":"\\"1-2', "L")
    misleading = '"stock":5 \\"stock\\":6,"available":true,"etag":"\\"3-4\\""'
    product = a_product(40, details(title="Shirt", description=misleading))
    product.add_option(size, existing="S", at=NOON)
    others = [
        a_variant(41 + number, {size.id: value.id}) for number, value in enumerate(size.values[1:])
    ]
    product.add_variants(others, at=NOON)
    return add_product(begin, product, 9)


@pytest.mark.usefixtures("shirt")
@pytest.mark.parametrize("product", [1, 2, 40])
def test_page_is_the_json_of_the_product(queries: CountingQueries, product: int) -> None:
    pages = ProductPages(queries)
    product_id = ProductId(product)
    for _ in range(2):
        content, state = pages.page(queries.product_state(product_id))
        assert content == full_page(queries, product_id)
        assert state == queries.product_state(product_id)
    assert queries.loaded == [product]


def test_stock_of_a_page_is_that_of_its_state(
    queries: CountingQueries, begin: FakeUnitOfWorkFactory, shirt: ProductId
) -> None:
    pages = ProductPages(queries)
    pages.page(queries.product_state(shirt))
    with begin() as work:
        claims = [a_claim(40, 2, "line:1:reserve"), a_claim(42, 9, "line:2:reserve", product=40)]
        work.stock.reserve(claims, at=NOON)
        work.commit()
    content, _ = pages.page(queries.product_state(shirt))
    assert content == full_page(queries, shirt)
    page = orjson.loads(content)
    assert [each["stock"] for each in (page, *page["variants"])] == [7, 7, 9, 0]
    assert page["available"]
    with begin() as work:
        claims = [a_claim(40, 7, "line:3:reserve"), a_claim(41, 9, "line:4:reserve", product=40)]
        work.stock.reserve(claims, at=NOON)
        work.commit()
    content, _ = pages.page(queries.product_state(shirt))
    assert content == full_page(queries, shirt)
    assert not orjson.loads(content)["available"]
    assert queries.loaded == [40]


def test_page_of_another_version_is_loaded(queries: CountingQueries, shirt: ProductId) -> None:
    pages = ProductPages(queries)
    state = queries.product_state(shirt)
    pages.page(state)
    first, *others = state.variants
    for changed in (
        state._replace(version=state.version + 1),
        state._replace(gallery_version=state.gallery_version + 1),
        state._replace(attributes_version=state.attributes_version + 1),
        state._replace(default_variant_id=VariantId(42)),
        state._replace(variants=others),
        state._replace(variants=[first._replace(version=9), *others]),
        state._replace(variants=[first._replace(price_minor=1), *others]),
    ):
        queries.loaded.clear()
        content, shown = pages.page(changed)
        assert queries.loaded == [40]
        assert (content, shown) == (full_page(queries, shirt), state)


def test_images_of_a_page_are_on_the_host_of_the_request(queries: CountingQueries) -> None:
    pages = ProductPages(queries)
    state = queries.product_state(ProductId(2))
    pages.page(state)
    with Flask(__name__).test_request_context(base_url="https://other.example"):
        content, _ = pages.page(state)
    assert orjson.loads(content)["image"] == "https://other.example/media/b.webp"


def test_pages_beyond_the_capacity_are_deleted(queries: CountingQueries, shirt: ProductId) -> None:
    pages = ProductPages(queries, capacity=0)
    for _ in range(2):
        pages.page(queries.product_state(shirt))
    assert queries.loaded == [40, 40]
