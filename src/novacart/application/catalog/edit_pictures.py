"""Edit the pictures of a product."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.galleries import load_gallery, save_gallery
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import PictureId, ProductId, VariantId


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPicturesCommand:
    """`alts` and `variants` are new texts, and the variants that show a picture, by picture.

    `order` names all pictures in their new order; None keeps it. `expected_version` is the version
    of the gallery that the editor read; None skips the check.
    """

    actor: Actor
    product_id: ProductId
    alts: Mapping[PictureId, str] = field(default_factory=dict)
    variants: Mapping[PictureId, Collection[VariantId]] = field(default_factory=dict)
    order: Sequence[PictureId] | None = None
    expected_version: int | None = None


class EditPictures:
    """Change texts, variants and the order of pictures, all or none.

    Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`, `PictureNotFound`,
    `VariantNotFound` for an archived variant, and `InvalidValue`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: EditPicturesCommand) -> None:
        command.actor.require("products.write")
        now = self._clock.now()
        with self._begin() as work:
            product, gallery = load_gallery(
                work, command.product_id, expected_version=command.expected_version
            )
            for picture_id, alt in command.alts.items():
                gallery.describe(picture_id, alt, at=now)
            if command.order is not None:
                gallery.arrange(command.order, at=now)
            changed = [
                product.show_in_variants(gallery.picture(picture_id).image, variant_ids, at=now)
                for picture_id, variant_ids in command.variants.items()
            ]
            if save_gallery(work, product, gallery, at=now) or any(changed):
                work.products.save(product)
            work.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePictureCommand:
    """`expected_version` is the gallery's version that the editor read; None skips the check."""

    actor: Actor
    product_id: ProductId
    picture_id: PictureId
    expected_version: int | None = None


class RemovePicture:
    """Remove a picture from a product.

    Variants that show it then show that of the product. Orders keep theirs.

    Raises `PermissionDenied`, `ProductNotFound`, `StaleVersion`, and `PictureNotFound`.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock) -> None:
        self._begin = begin
        self._clock = clock

    def __call__(self, command: RemovePictureCommand) -> None:
        command.actor.require("products.write")
        now = self._clock.now()
        with self._begin() as work:
            product, gallery = load_gallery(
                work, command.product_id, expected_version=command.expected_version
            )
            gallery.remove(command.picture_id, at=now)
            if save_gallery(work, product, gallery, at=now):
                work.products.save(product)
            work.commit()
