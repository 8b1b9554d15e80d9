"""What the shop says about a product."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from novacart.domain.catalog import text_rules
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import JsonScalar
from novacart.domain.shared.ids import CategoryId
from novacart.domain.shared.money import Money

MAX_TITLE = 200
MAX_DESCRIPTION = 20_000
# Minor units. Ten of it, a hundred times over, is still exact as a JSON number.
MAX_PRICE = 100_000_000_000
MAX_YEAR = 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDetails:
    """Everything about a product that staff may write, checked.

    A price is more than nothing: a free order could not be paid. `brand` defaults to the
    title. Raises `InvalidValue` naming the offending field.
    """

    title: str
    price: Money
    subtitle: str = ""
    description: str = ""
    author: str | None = None
    published_year: int | None = None
    brand: str = ""
    category_id: CategoryId | None = None
    image: str | None = None

    def __post_init__(self) -> None:
        self._keep("title", text_rules.required("title", self.title, at_most=MAX_TITLE))
        self._keep("subtitle", text_rules.optional("subtitle", self.subtitle, at_most=MAX_TITLE))
        self._keep(
            "description",
            text_rules.optional("description", self.description, at_most=MAX_DESCRIPTION),
        )
        self._keep(
            "brand", text_rules.optional("brand", self.brand, at_most=MAX_TITLE) or self.title
        )
        author = text_rules.optional("author", self.author or "", at_most=MAX_TITLE)
        self._keep("author", author or None)
        self._keep("image", text_rules.picture("image", self.image))
        if not 0 < self.price.amount <= MAX_PRICE:
            highest = Money(MAX_PRICE, self.price.currency)
            raise InvalidValue("price", f"A price is more than 0 and at most {highest}.")
        if self.published_year is not None and not 0 < self.published_year <= MAX_YEAR:
            raise InvalidValue("published_year", f"A year is a number from 1 to {MAX_YEAR}.")

    def rewritten(self, changes: Mapping[str, Any]) -> Self:
        """The details with some fields written anew.

        A brand that was the title follows it, unless it is written itself.
        """
        if "title" in changes and "brand" not in changes and self.brand == self.title:
            changes = {**changes, "brand": ""}
        return replace(self, **changes)

    def plain(self) -> dict[str, JsonScalar]:
        """The fields as an event carries them."""
        return {
            "title": self.title,
            "subtitle": self.subtitle,
            "description": self.description,
            "price": self.price.amount,
            "currency": self.price.currency,
            "author": self.author,
            "published_year": self.published_year,
            "brand": self.brand,
            "category": self.category_id,
            "image": self.image,
        }

    def _keep(self, field: str, value: object) -> None:
        object.__setattr__(self, field, value)
