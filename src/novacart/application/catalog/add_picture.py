"""Add a picture to a product."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.galleries import PictureUploads, load_gallery, save_gallery
from novacart.application.catalog.undo_changes import note_picture
from novacart.application.ports.clock import Clock
from novacart.application.ports.image_processor import ImageProcessor
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog import text_rules
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.picture import MAX_ALT, Picture
from novacart.domain.catalog.product import Product
from novacart.domain.shared.errors import DomainError
from novacart.domain.shared.ids import PictureId, ProductId, VariantId


class ImportUndone(DomainError):
    """The import that named the picture was undone."""

    code = "import_undone"

    def __init__(self) -> None:
        super().__init__("The import that named this picture was undone.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPictureCommand:
    """`content` is the uploaded file, and `variant_ids` are the variants that show the picture.

    The picture is added before the one at `position`, counted from 0, by default as the last.
    `source` is the URL from which the import `job_id` fetched the file, by the picture download
    `download_id`; variants that were archived since the import are left out then.
    `expected_version` is the version of the gallery that the editor read; None skips the check.
    """

    actor: Actor
    product_id: ProductId
    content: bytes = field(repr=False)
    alt: str = ""
    position: int | None = None
    variant_ids: Collection[VariantId] = ()
    source: str | None = None
    job_id: int | None = None
    download_id: int | None = None
    expected_version: int | None = None


class AddPicture:
    """Add a picture to a product.

    Returns its id, or that of the picture that was fetched from the same `source`.

    The image is processed and stored outside of any transaction. A failure changes nothing that
    customers see, and an image that was stored before it is removed later.

    A picture that shows the URL `source` itself is replaced by the stored image. It keeps its
    place, text and variants.

    Raises `PermissionDenied`, `ProductNotFound` for an unknown or archived product,
    `ImportUndone` if the import that named the picture was undone meanwhile, `VariantNotFound`,
    `StaleVersion`, `CatalogLimitReached`, `InvalidValue`, and `Unavailable`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        clock: Clock,
        processor: ImageProcessor,
        images: ImageStore,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._uploads = PictureUploads(begin=begin, clock=clock, processor=processor, images=images)

    def __call__(self, command: AddPictureCommand) -> PictureId:
        command.actor.require("products.write")
        text_rules.optional("alt", command.alt, max_length=MAX_ALT)
        with self._begin() as work:
            product, gallery = self._load(work, command)
            present = _from_source(gallery, command.source)
            if present is not None:
                return present.id
            if _unfetched(gallery, command.source) is None:
                gallery.ensure_room()
        stored, stored_name = self._uploads.store(command.content, command.product_id)
        now = self._clock.now()
        with self._begin() as work:
            product, gallery = self._load(work, command)
            # An undo locks the product before it forgets the download.
            if command.download_id and not work.picture_downloads.exists(command.download_id):
                raise ImportUndone
            present = _from_source(gallery, command.source)
            if present is not None:
                return present.id
            picture = replace(stored, alt=command.alt, source=command.source)
            changed = _put(work, command, product, gallery, picture, at=now)
            version = product.version
            if save_gallery(work, product, gallery, at=now) or changed:
                work.products.save(product)
                if command.job_id is not None:
                    note_picture(work, product, job_id=command.job_id, version_before=version)
            work.image_removals.complete(stored_name)
            work.commit()
        return picture.id

    @staticmethod
    def _load(work: UnitOfWork, command: AddPictureCommand) -> tuple[Product, ProductGallery]:
        return load_gallery(work, command.product_id, expected_version=command.expected_version)


def _put(
    work: UnitOfWork,
    command: AddPictureCommand,
    product: Product,
    gallery: ProductGallery,
    picture: Picture,
    *,
    at: datetime,
) -> bool:
    """Add the picture, or replace the one that shows its URL. Returns whether a variant changed."""
    variant_ids = set(command.variant_ids)
    if command.download_id is not None:
        variant_ids &= {variant.id for variant in product.active_variants}
    unfetched = _unfetched(gallery, command.source)
    if unfetched is None:
        gallery.add(picture, position=_position(work, command, gallery), at=at)
    else:
        picture = replace(picture, alt=command.alt or unfetched.alt)
        gallery.replace(unfetched.id, picture, at=at)
        variant_ids |= {
            variant.id
            for variant in product.active_variants
            if variant.details.image == unfetched.image
        }
    return product.show_in_variants(picture.image, variant_ids, at=at)


def _from_source(gallery: ProductGallery, source: str | None) -> Picture | None:
    """The stored picture that was fetched from the URL."""
    return None if source is None else gallery.from_source(source)


def _position(work: UnitOfWork, command: AddPictureCommand, gallery: ProductGallery) -> int | None:
    """A picture that is fetched late goes before those that the file names after it."""
    if command.download_id is None:
        return command.position
    later = work.picture_downloads.urls_after(command.download_id, command.product_id)
    sources = [picture.source for picture in gallery.pictures]
    return next((at for at, source in enumerate(sources) if source in later), None)


def _unfetched(gallery: ProductGallery, source: str | None) -> Picture | None:
    """The picture that shows the URL itself, since it was not fetched yet."""
    return None if source is None else gallery.with_image(source)
