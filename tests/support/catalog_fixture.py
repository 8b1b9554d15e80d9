"""The use cases of the catalog on fakes, with a clock that tests set."""

from zoneinfo import ZoneInfo

from novacart.adapters.html.sanitizer import Nh3Sanitizer
from novacart.application.catalog.add_category import AddCategory
from novacart.application.catalog.add_product import AddProduct
from novacart.application.catalog.add_variants import AddVariant, FillVariants
from novacart.application.catalog.adjust_stock import AdjustStock
from novacart.application.catalog.archive_product import ArchiveProduct
from novacart.application.catalog.archive_variant import ArchiveVariant, RestoreVariant
from novacart.application.catalog.change_price import ChangePrice
from novacart.application.catalog.edit_attributes import (
    AddAttribute,
    EditAttribute,
    RemoveAttribute,
)
from novacart.application.catalog.edit_category import EditCategory
from novacart.application.catalog.edit_options import (
    AddOption,
    AddOptionValue,
    EditOptions,
    RemoveOption,
    RemoveOptionValue,
    RenameOption,
    RenameOptionValue,
)
from novacart.application.catalog.edit_product import EditProduct
from novacart.application.catalog.edit_variants import EditVariants
from novacart.application.catalog.export_products import ExportProducts
from novacart.application.catalog.import_jobs import (
    ChangeImport,
    DiscardImport,
    ImportJobQueries,
    PreviewImport,
    StartImport,
    UndoImport,
    UploadImport,
)
from novacart.application.catalog.import_products import ImportProducts
from novacart.application.catalog.move_category import MoveCategory
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.restore_product import RestoreProduct
from novacart.application.catalog.run_imports import RunImports
from novacart.application.catalog.set_default_variant import SetDefaultVariant
from tests.fakes.catalog_queries import FakeCatalogQueries
from tests.fakes.request_contexts import FakeRequestContexts
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.clock import SetClock


class CatalogFixture:
    def __init__(self) -> None:
        policy = CatalogPolicy(currency="INR", timezone=ZoneInfo("Asia/Kolkata"))
        self.store = FakeStore()
        self.begin = begin = FakeUnitOfWorkFactory(self.store)
        self.clock = clock = SetClock()
        self.queries = FakeCatalogQueries(self.store, policy)
        self.add_product = AddProduct(begin=begin, clock=clock, policy=policy)
        self.edit_product = EditProduct(begin=begin, clock=clock, policy=policy)
        self.archive_product = ArchiveProduct(begin=begin, clock=clock)
        self.restore_product = RestoreProduct(begin=begin, clock=clock)
        self.change_price = ChangePrice(begin=begin, clock=clock)
        self.adjust_stock = AdjustStock(begin=begin, clock=clock)
        self.add_option = AddOption(begin=begin, clock=clock)
        self.rename_option = RenameOption(begin=begin, clock=clock)
        self.remove_option = RemoveOption(begin=begin, clock=clock)
        self.add_option_value = AddOptionValue(begin=begin, clock=clock)
        self.rename_option_value = RenameOptionValue(begin=begin, clock=clock)
        self.remove_option_value = RemoveOptionValue(begin=begin, clock=clock)
        self.add_variant = AddVariant(begin=begin, clock=clock, policy=policy)
        self.fill_variants = FillVariants(begin=begin, clock=clock)
        self.edit_variants = EditVariants(begin=begin, clock=clock, policy=policy)
        self.edit_options = EditOptions(begin=begin, clock=clock)
        self.archive_variant = ArchiveVariant(begin=begin, clock=clock)
        self.restore_variant = RestoreVariant(begin=begin, clock=clock)
        self.set_default_variant = SetDefaultVariant(begin=begin, clock=clock)
        self.add_category = AddCategory(begin=begin, clock=clock)
        self.edit_category = EditCategory(begin=begin, clock=clock)
        self.add_attribute = AddAttribute(begin=begin, clock=clock)
        self.edit_attribute = EditAttribute(begin=begin, clock=clock)
        self.remove_attribute = RemoveAttribute(begin=begin, clock=clock)
        self.move_category = MoveCategory(begin=begin, clock=clock)
        self.import_products = ImportProducts(
            begin=begin, clock=clock, policy=policy, sanitizer=Nh3Sanitizer()
        )
        contexts = FakeRequestContexts("staff:1")
        self.upload_import = UploadImport(begin=begin, clock=clock, contexts=contexts)
        self.preview_import = PreviewImport(begin=begin, import_products=self.import_products)
        self.change_import = ChangeImport(begin=begin)
        self.discard_import = DiscardImport(begin=begin)
        self.start_import = StartImport(begin=begin, clock=clock)
        self.undo_import = UndoImport(begin=begin, clock=clock)
        self.run_imports = RunImports(
            begin=begin, clock=clock, policy=policy, contexts=contexts, sanitizer=Nh3Sanitizer()
        )
        self.imports = ImportJobQueries(begin=begin)
        self.export_products = ExportProducts(queries=self.queries)
