"""Upload an image of a category."""

from dataclasses import dataclass, field, replace
from typing import Any

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.edit_category import save_edited
from novacart.application.catalog.image_uploads import expect_upload
from novacart.application.catalog.versions import ensure_version
from novacart.application.ports.clock import Clock
from novacart.application.ports.image_processor import ImageProcessor
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.category_details import CategoryImage
from novacart.domain.shared.ids import CategoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadCategoryImageCommand:
    """`content` is the uploaded file; `image` says which image of the category it replaces.

    `expected_version` is the version that the editor read; None skips the check.
    """

    actor: Actor
    category_id: CategoryId
    image: CategoryImage
    content: bytes = field(repr=False)
    expected_version: int | None = None


class UploadCategoryImage:
    """Replace an image of a category, and return the reference of the new one.

    The image is processed and stored outside of any transaction. A failure changes nothing;
    an image stored before a failure is removed later, as is the replaced one.

    Raises `PermissionDenied`, `CategoryNotFound`, `StaleVersion`, `InvalidValue` on the field
    `image`, and `Unavailable`.
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
        command.actor.require("categories.write")
        with self._begin() as work:
            ensure_version(
                work.categories.get(command.category_id).version, command.expected_version
            )
        prepared = self._processor.prepare(command.content)

        def name_of(new_id: int) -> str:
            # With a new id, since the image may be the one that the category already shows.
            return f"categories/{command.category_id}/{command.image.replace('_', '-')}-{new_id}"

        new_id, stored_name = expect_upload(self._begin, self._clock, prepared, name_of)
        reference = self._images.put(
            prepared.content, name=name_of(new_id), content_type=prepared.content_type
        )
        with self._begin() as work:
            category = work.categories.get_for_update(command.category_id)
            ensure_version(category.version, command.expected_version)
            changes: dict[str, Any] = {command.image.value: reference}
            save_edited(work, category, replace(category.details, **changes), at=self._clock.now())
            work.image_removals.complete(stored_name)
            work.commit()
        return reference
