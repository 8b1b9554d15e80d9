"""Bindings of the catalog."""

from injector import Injector, Module, provider, singleton

from novacart.adapters.files.image_store import FilesImageStore
from novacart.adapters.html.sanitizer import Nh3Sanitizer
from novacart.adapters.https.picture_source import HttpsPictureSource
from novacart.adapters.imaging.image_processor import PillowImageProcessor
from novacart.adapters.persistence.catalog.image_removals import SqlShownImages
from novacart.adapters.persistence.database import Database
from novacart.application.catalog.fetch_pictures import FetchPictures
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.remove_unused_images import RemoveUnusedImages
from novacart.application.catalog.run_imports import RunImports
from novacart.application.ports.html_sanitizer import HtmlSanitizer
from novacart.application.ports.image_processor import ImageProcessor
from novacart.application.ports.image_removals import ShownImages
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.picture_source import PictureSource
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.entrypoints.settings import CLOUDINARY_ACCOUNT, InvalidSetting, Settings

_HOUR = 3600
_SQLITE_IMPORT_ROWS = 50
_IMPORT_PAUSE = 0.1


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
    missing = settings.missing_for_cloudinary
    if 0 < len(missing) < len(CLOUDINARY_ACCOUNT):
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
