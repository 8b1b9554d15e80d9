"""Details of a category."""

from dataclasses import dataclass, fields
from enum import StrEnum

from novacart.domain.catalog import text_rules
from novacart.domain.catalog.slugs import slug_or_generated
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import JsonScalar
from novacart.domain.shared.ids import CategoryId

MAX_NAME = 100
MAX_POSITION = 1_000_000


class CategoryImage(StrEnum):
    """The images of a category. The values are field names of `CategoryDetails`."""

    IMAGE = "image"
    MOBILE = "mobile_image"
    MOBILE_SECONDARY = "mobile_secondary_image"
    DESKTOP = "desktop_image"
    DESKTOP_SECONDARY = "desktop_secondary_image"


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDetails:
    """The fields of a category that staff edit, validated.

    Siblings are listed by rising `position`. A blank slug is generated from the name. Raises
    `InvalidValue` naming the field.
    """

    name: str
    slug: str = ""
    parent_id: CategoryId | None = None
    image: str | None = None
    mobile_image: str | None = None
    mobile_secondary_image: str | None = None
    desktop_image: str | None = None
    desktop_secondary_image: str | None = None
    position: int = 0
    is_active: bool = True
    meta_title: str | None = None
    meta_description: str | None = None

    def __post_init__(self) -> None:
        name = text_rules.required("name", self.name, max_length=MAX_NAME)
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "slug", slug_or_generated(self.slug, name))
        for field, text in text_rules.meta_texts(self.meta_title, self.meta_description).items():
            object.__setattr__(self, field, text)
        for field in CategoryImage:
            reference = text_rules.image_reference(field.value, getattr(self, field))
            object.__setattr__(self, field, reference)
        ensure_position(self.position)

    @property
    def images(self) -> set[str]:
        """The references of all its images."""
        return {reference for field in CategoryImage if (reference := getattr(self, field))}

    def event_data(self) -> dict[str, JsonScalar]:
        """The fields as events carry them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def ensure_position(position: int) -> None:
    """Raises `InvalidValue` on the field `position` outside of 0 to `MAX_POSITION`."""
    if not 0 <= position <= MAX_POSITION:
        raise InvalidValue("position", f"A position is from 0 to {MAX_POSITION}.")
