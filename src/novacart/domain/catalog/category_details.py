"""Details of a category."""

import re
from dataclasses import dataclass, fields
from enum import StrEnum

from novacart.domain.catalog import text_rules
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import JsonScalar

MAX_NAME = 100
MAX_POSITION = 1_000_000
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


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

    Categories are listed by rising `position`. Raises `InvalidValue` naming the field.
    """

    name: str
    slug: str
    image: str | None = None
    mobile_image: str | None = None
    mobile_secondary_image: str | None = None
    desktop_image: str | None = None
    desktop_secondary_image: str | None = None
    position: int = 0
    is_active: bool = True

    def __post_init__(self) -> None:
        name = text_rules.required("name", self.name, max_length=MAX_NAME)
        object.__setattr__(self, "name", name)
        if len(self.slug) > MAX_NAME or not _SLUG.fullmatch(self.slug):
            raise InvalidValue(
                "slug", "A slug is lower-case letters and digits, joined by hyphens."
            )
        for field in CategoryImage:
            reference = text_rules.image_reference(field, getattr(self, field))
            object.__setattr__(self, field, reference)
        if not 0 <= self.position <= MAX_POSITION:
            raise InvalidValue("position", f"A position is from 0 to {MAX_POSITION}.")

    def event_data(self) -> dict[str, JsonScalar]:
        """The fields as events carry them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
