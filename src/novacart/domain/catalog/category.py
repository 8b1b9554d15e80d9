"""A category of the catalogue."""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Self

from novacart.domain.catalog import text_rules
from novacart.domain.catalog.changes import differing
from novacart.domain.catalog.events import CategoryAdded, CategoryEdited
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import AggregateRoot, JsonScalar
from novacart.domain.shared.ids import CategoryId

MAX_NAME = 100
MAX_POSITION = 1_000_000
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PICTURES = (
    "image",
    "mobile_image",
    "mobile_secondary_image",
    "desktop_image",
    "desktop_secondary_image",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDetails:
    """Everything about a category that staff may write, checked.

    `position` orders categories, the lowest first. Raises `InvalidValue`.
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
        name = text_rules.required("name", self.name, at_most=MAX_NAME)
        object.__setattr__(self, "name", name)
        if len(self.slug) > MAX_NAME or not _SLUG.fullmatch(self.slug):
            raise InvalidValue("slug", "A slug is small letters and digits, joined by hyphens.")
        for field in _PICTURES:
            object.__setattr__(self, field, text_rules.picture(field, getattr(self, field)))
        if not 0 <= self.position <= MAX_POSITION:
            raise InvalidValue("position", f"A position is from 0 to {MAX_POSITION}.")

    def plain(self) -> dict[str, JsonScalar]:
        """The fields as an event carries them."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


class Category(AggregateRoot):
    """A shelf of the shop. An inactive one is not shown; its products stay in the catalogue."""

    __slots__ = ("_details", "id")

    def __init__(self, *, id: CategoryId, details: CategoryDetails, version: int = 0) -> None:
        super().__init__(version=version)
        self.id = id
        self._details = details

    @classmethod
    def open(cls, *, id: CategoryId, details: CategoryDetails, at: datetime) -> Self:
        """A new category."""
        category = cls(id=id, details=details)
        category._record(CategoryAdded(occurred_at=at, category_id=id, category=details.plain()))
        return category

    @property
    def details(self) -> CategoryDetails:
        return self._details

    @property
    def slug(self) -> str:
        return self._details.slug

    def edit(self, details: CategoryDetails, *, at: datetime) -> bool:
        """Write the details anew; False where nothing differs."""
        before, after = differing(self._details.plain(), details.plain())
        if not after:
            return False
        self._details = details
        self._record(
            CategoryEdited(occurred_at=at, category_id=self.id, before=before, after=after)
        )
        return True
