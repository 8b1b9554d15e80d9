"""Each way of changing a price writes the price history in its transaction."""

from collections.abc import Callable, Mapping
from io import BytesIO

import pytest

from novacart.adapters.html.sanitizer import Nh3Sanitizer
from novacart.adapters.persistence.audit.audit_check import run_all
from novacart.adapters.persistence.audit.catalog import CATALOG_COUNTS, PRICE_HISTORY
from novacart.adapters.persistence.catalog.price_queries import SqlPriceQueries
from novacart.adapters.persistence.catalog.price_rows import PriceRows
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.add_product import AddProduct, AddProductCommand
from novacart.application.catalog.add_variants import (
    AddVariant,
    AddVariantCommand,
    FillVariants,
    FillVariantsCommand,
)
from novacart.application.catalog.change_price import ChangePrice, ChangePriceCommand
from novacart.application.catalog.edit_product import EditProduct, EditProductCommand
from novacart.application.catalog.edit_variants import (
    EditVariants,
    EditVariantsCommand,
    VariantEdit,
)
from novacart.application.catalog.import_products import ImportProducts, ImportProductsCommand
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.domain.catalog.product_details import PriceChange
from novacart.domain.shared.ids import OptionId, OptionValueId, ProductId, VariantId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import (
    NOON,
    a_product,
    add_product,
    an_option,
    details,
    variant_details,
)
from tests.support.clock import SetClock

INR = CatalogPolicy(currency="INR")
CLOCK = SetClock(NOON)
KITE, SMALL = ProductId(41), VariantId(41)
SIZE = an_option(100, "Size", "S", "M", "L")

Change = Callable[[SqlUnitOfWorkFactory], object]


@pytest.fixture
def begin(database: Database) -> SqlUnitOfWorkFactory:
    """A kite in S for 499.00."""
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    kite = a_product(KITE, details(title="Kite", sku="K-1"))
    kite.add_option(SIZE, existing="S", at=NOON)
    add_product(begin, kite)
    return begin


def violations(database: Database) -> list[str]:
    with database.reading() as connection:
        checks = [*PRICE_HISTORY, *CATALOG_COUNTS]
        return list(run_all(checks, connection, NOON).violations)


def edit_product(begin: SqlUnitOfWorkFactory) -> None:
    command = EditProductCommand(
        actor=SYSTEM, product_id=KITE, changes={"price": Money(30_000, "INR")}
    )
    EditProduct(begin=begin, clock=CLOCK, policy=INR)(command)


def edit_matrix(begin: SqlUnitOfWorkFactory) -> None:
    edit = VariantEdit(variant_id=SMALL, changes={"price": Money(30_000, "INR")})
    EditVariants(begin=begin, clock=CLOCK, policy=INR)(
        EditVariantsCommand(actor=SYSTEM, product_id=KITE, edits=[edit])
    )


def change_percentage(begin: SqlUnitOfWorkFactory) -> None:
    command = ChangePriceCommand(actor=SYSTEM, product_id=KITE, change=PriceChange(-10))
    ChangePrice(begin=begin, clock=CLOCK)(command)


def import_file(begin: SqlUnitOfWorkFactory) -> None:
    content = b"sku,title,price\nK-1,Kite,300\nK-2,Second kite,250\n"
    file = read_products(BytesIO(content), FileFormat.CSV)
    report = ImportProducts(begin=begin, clock=CLOCK, policy=INR, sanitizer=Nh3Sanitizer())(
        ImportProductsCommand(actor=SYSTEM, file=file)
    )
    assert (report.edited, report.added) == (1, 1)


def add_variants(begin: SqlUnitOfWorkFactory) -> None:
    command = AddVariantCommand(
        actor=SYSTEM,
        product_id=KITE,
        details=variant_details(price=30_000),
        values={OptionId(100): OptionValueId(102)},
    )
    AddVariant(begin=begin, clock=CLOCK, policy=INR)(command)


def fill_matrix(begin: SqlUnitOfWorkFactory) -> None:
    FillVariants(begin=begin, clock=CLOCK)(FillVariantsCommand(actor=SYSTEM, product_id=KITE))


def add_another(begin: SqlUnitOfWorkFactory) -> None:
    command = AddProductCommand(actor=SYSTEM, details=details(title="Lamp"))
    AddProduct(begin=begin, clock=CLOCK, policy=INR)(command)


# The number of new entries of each change, and how many of them are the kite's.
CHANGES: Mapping[Change, tuple[int, int]] = {
    edit_product: (1, 1),
    edit_matrix: (1, 1),
    change_percentage: (1, 1),
    import_file: (2, 1),
    add_variants: (1, 1),
    fill_matrix: (2, 2),
    add_another: (1, 0),
}


def number_of_entries(database: Database) -> int:
    with database.reading() as connection:
        count = connection.exec_driver_sql("SELECT count(*) FROM price_history").scalar_one()
    return int(count)


@pytest.mark.parametrize("change", CHANGES)
def test_price_is_recorded(database: Database, begin: SqlUnitOfWorkFactory, change: Change) -> None:
    before = number_of_entries(database)
    change(begin)
    added, of_kite = CHANGES[change]
    assert number_of_entries(database) - before == added
    assert len(SqlPriceQueries(database).history_of_product(KITE, limit=9)) == 1 + of_kite
    assert violations(database) == []


@pytest.mark.parametrize("change", CHANGES)
def test_price_that_is_not_recorded_is_detected(
    database: Database,
    begin: SqlUnitOfWorkFactory,
    monkeypatch: pytest.MonkeyPatch,
    change: Change,
) -> None:
    """Negative control: the audit finds prices without entries."""
    monkeypatch.setattr(PriceRows, "add", lambda *_: None)
    monkeypatch.setattr(PriceRows, "append", lambda *_, **__: {})
    change(begin)
    assert violations(database)
