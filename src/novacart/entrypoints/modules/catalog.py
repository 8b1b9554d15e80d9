"""Bindings of the catalog."""

from injector import Injector, Module, provider, singleton

from novacart.adapters.files.image_store import FilesImageStore
from novacart.adapters.html.sanitizer import Nh3Sanitizer
from novacart.adapters.https.picture_source import HttpsPictureSource
from novacart.adapters.imaging.image_processor import PillowImageProcessor
from novacart.adapters.persistence.catalog.best_sellers import SqlBestSellers
from novacart.adapters.persistence.catalog.collections import SqlCollectionQueries
from novacart.adapters.persistence.catalog.image_removals import SqlShownImages
from novacart.adapters.persistence.catalog.price_queries import SqlPriceQueries
from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.database import Database, QueryDatabase
from novacart.application.catalog.add_category import AddCategory
from novacart.application.catalog.add_picture import AddPicture
from novacart.application.catalog.add_product import AddProduct
from novacart.application.catalog.add_variants import AddVariant, FillVariants
from novacart.application.catalog.adjust_stock import AdjustStock
from novacart.application.catalog.archive_product import ArchiveProduct
from novacart.application.catalog.archive_variant import ArchiveVariant, RestoreVariant
from novacart.application.catalog.change_price import ChangePrice
from novacart.application.catalog.collection_queries import CollectionQueries
from novacart.application.catalog.edit_attributes import (
    AddAttribute,
    EditAttribute,
    RemoveAttribute,
)
from novacart.application.catalog.edit_category import EditCategory
from novacart.application.catalog.edit_collections import AddCollection, EditCollection
from novacart.application.catalog.edit_options import (
    AddOption,
    AddOptionValue,
    EditOptions,
    RemoveOption,
    RemoveOptionValue,
    RenameOption,
    RenameOptionValue,
)
from novacart.application.catalog.edit_pictures import EditPictures, RemovePicture
from novacart.application.catalog.edit_product import EditProduct
from novacart.application.catalog.edit_variants import EditVariants
from novacart.application.catalog.export_feed import ExportFeed
from novacart.application.catalog.export_products import ExportProducts
from novacart.application.catalog.fetch_pictures import FetchPictures
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
from novacart.application.catalog.price_queries import PriceQueries
from novacart.application.catalog.queries import BestSellerQueries, CatalogQueries
from novacart.application.catalog.remove_unused_images import RemoveUnusedImages
from novacart.application.catalog.restore_product import RestoreProduct
from novacart.application.catalog.run_imports import RunImports
from novacart.application.catalog.set_default_variant import SetDefaultVariant
from novacart.application.catalog.upload_category_image import UploadCategoryImage
from novacart.application.catalog.upload_product_image import UploadProductImage
from novacart.application.ports.html_sanitizer import HtmlSanitizer
from novacart.application.ports.image_processor import ImageProcessor
from novacart.application.ports.image_removals import ShownImages
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.picture_source import PictureSource
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.entrypoints.settings import InvalidSetting, Settings
from novacart.entrypoints.shared_cache import SharedCache

USE_CASES = (
    AddProduct,
    EditProduct,
    ArchiveProduct,
    RestoreProduct,
    ChangePrice,
    UploadProductImage,
    UploadCategoryImage,
    AdjustStock,
    AddCategory,
    EditCategory,
    MoveCategory,
    AddAttribute,
    EditAttribute,
    RemoveAttribute,
    AddCollection,
    EditCollection,
    ImportProducts,
    UploadImport,
    PreviewImport,
    ChangeImport,
    DiscardImport,
    StartImport,
    UndoImport,
    RunImports,
    FetchPictures,
    ImportJobQueries,
    ExportProducts,
    ExportFeed,
    AddVariant,
    FillVariants,
    EditVariants,
    ArchiveVariant,
    RestoreVariant,
    SetDefaultVariant,
    AddOption,
    AddOptionValue,
    EditOptions,
    RemoveOption,
    RemoveOptionValue,
    RenameOption,
    RenameOptionValue,
    AddPicture,
    EditPictures,
    RemovePicture,
    RemoveUnusedImages,
)
_HOUR = 3600
_SQLITE_IMPORT_ROWS = 50
_IMPORT_PAUSE = 0.2


class CatalogModule(Module):
    @provider
    @singleton
    def policy(self, settings: Settings) -> CatalogPolicy:
        # SQLite has one writer: shoppers wait for the end of the transaction.
        is_sqlite = settings.database_url.startswith("sqlite")
        return CatalogPolicy(
            currency=settings.currency,
            import_rows=_SQLITE_IMPORT_ROWS if is_sqlite else None,
            import_pause=_IMPORT_PAUSE,
            timezone=settings.shop_timezone,
        )

    @provider
    @singleton
    def queries(
        self,
        database: QueryDatabase,
        policy: CatalogPolicy,
        settings: Settings,
        shared_cache: SharedCache,
    ) -> CatalogQueries:
        seconds = settings.search_cache_seconds
        cache = None
        if shared_cache.connection is not None and seconds:
            # Imported only where it is used, to save memory.
            from novacart.adapters.redis.result_cache import RedisResultCache  # noqa: PLC0415

            cache = RedisResultCache(shared_cache.connection, seconds=seconds)
        return SqlCatalogQueries(database, policy, search_seconds=seconds, shared_counts=cache)

    @provider
    @singleton
    def best_sellers(self, database: QueryDatabase) -> BestSellerQueries:
        return SqlBestSellers(database)

    @provider
    @singleton
    def prices(self, database: QueryDatabase) -> PriceQueries:
        return SqlPriceQueries(database)

    @provider
    @singleton
    def shown_images(self, database: Database) -> ShownImages:
        return SqlShownImages(database)

    @provider
    @singleton
    def sanitizer(self) -> HtmlSanitizer:
        return Nh3Sanitizer()

    @provider
    @singleton
    def picture_source(self) -> PictureSource:
        return HttpsPictureSource()

    @provider
    @singleton
    def collection_queries(self, database: Database) -> CollectionQueries:
        return SqlCollectionQueries(database)

    @provider
    @singleton
    def processor(self) -> ImageProcessor:
        return PillowImageProcessor()

    @provider
    @singleton
    def images(self, settings: Settings, processor: ImageProcessor) -> ImageStore:
        if _uses_cloudinary(settings):
            # Its library takes memory and runs `uname` when it is imported.
            from novacart.adapters.cloudinary.image_store import CloudinaryImageStore  # noqa: PLC0415

            return CloudinaryImageStore(
                cloud_name=settings.cloudinary_cloud_name,
                api_key=settings.cloudinary_api_key,
                api_secret=settings.cloudinary_api_secret,
                upload_prefix=settings.cloudinary_upload_prefix,
            )
        return FilesImageStore(settings.var / "media", processor)


def _uses_cloudinary(settings: Settings) -> bool:
    account = {
        "CLOUDINARY_CLOUD_NAME": settings.cloudinary_cloud_name,
        "CLOUDINARY_API_KEY": settings.cloudinary_api_key,
        "CLOUDINARY_API_SECRET": settings.cloudinary_api_secret,
    }
    missing = [name for name, value in account.items() if not value]
    if missing and len(missing) < len(account):
        raise InvalidSetting(
            f"Set {' and '.join(missing)} too to store images at Cloudinary, or leave all of"
            " CLOUDINARY_* empty to store them on disk."
        )
    return not missing


def scheduled_jobs(injector: Injector) -> list[ScheduledJob]:
    """Build the jobs that import products and fetch their pictures, and that remove images."""
    return [
        # Jobs that wait for other servers are long ones.
        ScheduledJob(
            name="fetch_pictures",
            every_seconds=5,
            run=injector.get(FetchPictures),
            is_long=True,
        ),
        ScheduledJob(name="run_imports", every_seconds=2, run=injector.get(RunImports)),
        ScheduledJob(
            name="remove_unused_images",
            every_seconds=_HOUR,
            run=injector.get(RemoveUnusedImages),
            is_long=True,
        ),
    ]
