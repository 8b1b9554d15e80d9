"""The fakes of the catalog fulfil their contracts."""

import pytest

from novacart.domain.catalog.events import StockAdjusted
from novacart.domain.shared.ids import VariantId
from tests.fakes.catalog_queries import FakeCatalogQueries
from tests.fakes.collections import FakeCollectionQueries
from tests.fakes.images import FakeImageStore
from tests.fakes.price_queries import FakePriceQueries
from tests.fakes.store import FakeStore
from tests.support.contracts.attributes import AttributesContract
from tests.support.contracts.catalog_queries import INR, CatalogQueriesContract
from tests.support.contracts.categories import CategoriesContract
from tests.support.contracts.category_tree import CategoryTreeContract
from tests.support.contracts.collections import CollectionsContract
from tests.support.contracts.galleries import GalleriesContract, ImageRemovalsContract
from tests.support.contracts.image_store import Fetch, ImageStoreContract
from tests.support.contracts.import_jobs import ImportJobsContract
from tests.support.contracts.picture_downloads import PictureDownloadsContract
from tests.support.contracts.price_queries import PriceQueriesContract
from tests.support.contracts.product_references import ProductReferencesContract
from tests.support.contracts.products import ProductsContract
from tests.support.contracts.stock import Adjustments, Ledger, StockContract


@pytest.fixture
def queries(store: FakeStore) -> FakeCatalogQueries:
    return FakeCatalogQueries(store, INR)


@pytest.fixture
def prices(store: FakeStore) -> FakePriceQueries:
    return FakePriceQueries(store)


@pytest.fixture
def images() -> FakeImageStore:
    return FakeImageStore()


@pytest.fixture
def fetch(images: FakeImageStore) -> Fetch:
    return images.stored.get


@pytest.fixture
def ledger(store: FakeStore) -> Ledger:
    def of(variant_id: VariantId) -> list[tuple[str, int, int]]:
        return [
            (entry.kind.value, entry.on_hand_delta, entry.reserved_delta)
            for entry in store.stock_movements.values()
            if entry.variant_id == variant_id
        ]

    return of


@pytest.fixture
def adjustments(store: FakeStore) -> Adjustments:
    def of(variant_id: VariantId) -> list[tuple[int, int, str]]:
        return [
            (event.delta, event.on_hand, event.reason)
            for event in store.events
            if isinstance(event, StockAdjusted) and event.variant_id == variant_id
        ]

    return of


class TestFakeProducts(ProductsContract):
    pass


class TestFakeImportJobs(ImportJobsContract):
    pass


class TestFakePictureDownloads(PictureDownloadsContract):
    pass


class TestFakeProductReferences(ProductReferencesContract):
    pass


class TestFakeGalleries(GalleriesContract):
    pass


class TestFakeImageRemovals(ImageRemovalsContract):
    pass


class TestFakeCategories(CategoriesContract):
    pass


class TestFakeStock(StockContract):
    pass


class TestFakeCatalogQueries(CatalogQueriesContract):
    pass


class TestFakePriceQueries(PriceQueriesContract):
    pass


class TestFakeCategoryTree(CategoryTreeContract):
    pass


class TestFakeAttributes(AttributesContract):
    pass


class TestFakeCollections(CollectionsContract):
    @pytest.fixture
    def collections(self, store: FakeStore) -> FakeCollectionQueries:
        return FakeCollectionQueries(store, INR)

    @pytest.fixture
    def catalog(self, store: FakeStore) -> FakeCatalogQueries:
        return FakeCatalogQueries(store, INR)


class TestFakeImageStore(ImageStoreContract):
    pass
