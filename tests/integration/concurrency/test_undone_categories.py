"""An import is undone while a product is added to a category that the import had added."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import event, text

from novacart.adapters.html.sanitizer import Nh3Sanitizer
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.add_product import AddProduct, AddProductCommand
from novacart.application.catalog.import_jobs import (
    StartImport,
    UndoImport,
    UploadImport,
    UploadImportCommand,
)
from novacart.application.catalog.policy import CatalogPolicy, ensure_category_exists
from novacart.application.catalog.run_imports import RunImports
from novacart.application.ports.import_jobs import ImportSettings
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.errors import ConcurrentChange, InvalidValue
from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import NOON
from tests.support.clock import SetClock
from tests.support.races import Timing, errors_of, run_with_timing

CHECK = "novacart.application.catalog.add_product.ensure_category_exists"
POLICY = CatalogPolicy(currency="INR")
FILE = b"sku,title,price,category,category_name\nK,Kite,1,toys,Toys\n"
PRODUCTS_WITHOUT_CATEGORY = text(
    "SELECT count(*) FROM products p LEFT JOIN categories c ON c.id = p.category_id"
    " WHERE p.category_id IS NOT NULL AND c.id IS NULL"
)
FOREIGN_KEY = text(
    "SELECT conname FROM pg_constraint WHERE conrelid = 'products'::regclass"
    " AND confrelid = 'categories'::regclass"
)


class Shop:
    """An import of a product in a new category, which is to be undone."""

    def __init__(self, database: Database) -> None:
        contexts, clock = ContextVarRequestContexts(), SetClock(NOON)
        self.begin = begin = SqlUnitOfWorkFactory(database, contexts)
        self.undo = RunImports(
            begin=begin, clock=clock, policy=POLICY, contexts=contexts, sanitizer=Nh3Sanitizer()
        )
        self._add_product = AddProduct(begin=begin, clock=clock, policy=POLICY)
        upload = UploadImportCommand(
            actor=SYSTEM,
            file_name="toys.csv",
            stream=BytesIO(FILE),
            settings=ImportSettings(source="generic", format="csv"),
        )
        self._job_id = UploadImport(begin=begin, clock=clock, contexts=contexts)(upload)
        StartImport(begin=begin, clock=clock)(SYSTEM, self._job_id)
        self.undo()
        UndoImport(begin=begin, clock=clock)(SYSTEM, self._job_id)
        self.category_id = self.categories()["toys"]

    def add(self) -> ProductId:
        details = ProductDetails(
            title="Lamp", price=Money(100, "INR"), category_id=self.category_id
        )
        return self._add_product(AddProductCommand(actor=SYSTEM, details=details, stock=1))

    def categories(self) -> dict[str, CategoryId]:
        with self.begin() as work:
            return dict(work.categories.ids_by_slug())

    def results(self) -> list[str]:
        with self.begin() as work:
            entries = work.import_jobs.entries(self._job_id, after=0, limit=10)
            return sorted(entry.result for entry in entries)


def products_without_category(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.scalar(PRODUCTS_WITHOUT_CATEGORY) or 0)


def test_category_of_an_undone_import_is_kept_or_the_product_is_refused(
    database: Database, timing: Timing
) -> None:
    shop = Shop(database)
    errors = errors_of(run_with_timing(timing, database, [shop.undo, shop.add]))
    if errors:
        [error] = errors
        assert isinstance(error, InvalidValue | ConcurrentChange)
        assert shop.categories() == {}
        assert shop.results() == ["category removed", "removed"]
    else:
        assert shop.categories() == {"toys": shop.category_id}
        assert shop.results() == ["category kept", "removed"]
    assert products_without_category(database) == 0


def test_category_that_is_removed_after_it_was_found_is_a_concurrent_change(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite the undo waits for the transaction that has found it, and keeps the category."""
    shop = Shop(database)
    is_removed = database.dialect == "postgresql"
    with ThreadPoolExecutor(1) as pool:

        def check_and_let_undo(*arguments: Any) -> None:  # noqa: ANN401 (passed on)
            ensure_category_exists(*arguments)
            undo = pool.submit(shop.undo)
            if is_removed:
                undo.result(30)

        monkeypatch.setattr(CHECK, check_and_let_undo)
        with pytest.raises(ConcurrentChange) if is_removed else nullcontext():
            shop.add()
    assert ("toys" not in shop.categories()) is is_removed
    assert products_without_category(database) == 0


def test_naive_undo_without_the_foreign_key_leaves_a_product_without_category(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the category was found before the undo, which removed it."""
    shop = Shop(database)
    if database.dialect == "postgresql":
        with database.writing() as connection:
            name = connection.scalar(FOREIGN_KEY)
            connection.execute(text(f"ALTER TABLE products DROP CONSTRAINT {name}"))
            connection.commit()
    else:
        database.dispose()
        event.listen(
            database.engine, "connect", lambda each, _: each.execute("PRAGMA foreign_keys = OFF")
        )
    monkeypatch.setattr(CHECK, lambda *_: None)
    shop.undo()
    shop.add()
    assert products_without_category(database) == 1
