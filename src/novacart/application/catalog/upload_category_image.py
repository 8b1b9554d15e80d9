"""Give a category another picture in one of its five places."""

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from novacart.application.ports.clock import Clock
from novacart.application.ports.image_processor import ImageProcessor
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.errors import StaleVersion
from novacart.domain.shared.ids import CategoryId


class CategoryImage(StrEnum):
    """Where a category shows a picture, as the API names it."""

    IMAGE = "image"
    MOBILE = "mobile_image"
    MOBILE_SECONDARY = "mobile_secondary_image"
    DESKTOP = "desktop_image"
    DESKTOP_SECONDARY = "desktop_secondary_image"


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadCategoryImageCommand:
    """`content` is the file as somebody sent it; nothing else that they say of it counts.

    `expected_version` is the version that the editor has read, where they insist on it.
    """

    category_id: CategoryId
    place: CategoryImage
    content: bytes = field(repr=False)
    expected_version: int | None = None


class UploadCategoryImage:
    """Returns the reference of the picture, which the category shows from now on.

    Whatever stops an upload half-way changes nothing. The picture is made and stored outside
    any transaction.

    Raises `CategoryNotFound`, `StaleVersion`, `InvalidValue` on the field `image`, and
    `Unavailable`.
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
        self._processor = processor
        self._images = images

    def __call__(self, command: UploadCategoryImageCommand) -> str:
        with self._begin() as work:
            _check(work.categories.get(command.category_id), command)
        picture = self._processor.prepare(command.content)
        place = command.place.replace("_", "-")
        reference = self._images.put(
            picture.content,
            name=f"categories/{command.category_id}/{place}",
            content_type=picture.content_type,
        )
        with self._begin() as work:
            category = work.categories.get_for_update(command.category_id)
            _check(category, command)
            changed: dict[str, Any] = {command.place.value: reference}
            if category.edit(replace(category.details, **changed), at=self._clock.now()):
                work.categories.save(category)
            work.commit()
        return reference


def _check(category: Category, command: UploadCategoryImageCommand) -> None:
    if command.expected_version not in {None, category.version}:
        raise StaleVersion
