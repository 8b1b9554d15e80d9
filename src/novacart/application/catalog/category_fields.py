"""What staff write about a category, before it is checked."""

from typing import TypedDict


class CategoryFields(TypedDict, total=False):
    """What is left out is not written; pictures are references from the image store."""

    name: str
    slug: str
    image: str | None
    mobile_image: str | None
    mobile_secondary_image: str | None
    desktop_image: str | None
    desktop_secondary_image: str | None
    position: int
    is_active: bool
