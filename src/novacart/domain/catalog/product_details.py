"""Details of a product."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final, Self

from novacart.domain.catalog import text_rules
from novacart.domain.catalog.attribute_details import AttributeValues, normal_values
from novacart.domain.catalog.events import quoted
from novacart.domain.catalog.slugs import chosen_slug
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.events import JsonScalar
from novacart.domain.shared.ids import CategoryId
from novacart.domain.shared.money import Money

MAX_TITLE = 200
MAX_SKU = 64
MAX_DESCRIPTION = 20_000
MAX_DESCRIPTION_HTML = 60_000
# Minor units. The total of a full cart, ten units of each variant, is still exact as a JSON number.
MAX_PRICE = 999_999_999_999
MAX_YEAR = 9999
# Per cent.
MIN_PRICE_CHANGE = -99
MAX_PRICE_CHANGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDetails:
    """The fields of a product that staff edit, validated.

    Row mapping, import and export columns, event data and the defaults of a PUT are derived
    from this list. A price is above zero because a free order can't be paid. A blank `brand`
    becomes the title. A `sku` (stock keeping unit) identifies one product of the shop; a blank one
    is None. `description_html` is the description with formatting, sanitized, or blank. A `slug`
    that is None is generated from the title and the id. `tags` are texts by which staff group
    products. `attributes` are values of attributes of the category and of those above it. Raises
    `InvalidValue` naming the field.
    """

    sku: str | None = None
    title: str
    subtitle: str = ""
    description: str = ""
    price: Money
    author: str | None = None
    published_year: int | None = None
    brand: str = ""
    category_id: CategoryId | None = None
    image: str | None = None
    slug: str | None = None
    meta_title: str | None = None
    meta_description: str | None = None
    description_html: str = ""
    tags: tuple[str, ...] = ()
    attributes: AttributeValues = ()

    def __post_init__(self) -> None:
        self._text("sku", text_rules.printable("sku", self.sku, max_length=MAX_SKU) or None)
        self._text("title", text_rules.required("title", self.title, max_length=MAX_TITLE))
        self._text("subtitle", _optional("subtitle", self.subtitle))
        self._text("description", _optional("description", self.description, MAX_DESCRIPTION))
        self._text("author", _optional("author", self.author) or None)
        self._text("brand", _optional("brand", self.brand) or self.title)
        self._text("image", text_rules.image_reference("image", self.image))
        html = _optional("description_html", self.description_html, MAX_DESCRIPTION_HTML)
        self._text("description_html", html)
        self._text("slug", chosen_slug(self.slug))
        for field, text in text_rules.meta_texts(self.meta_title, self.meta_description).items():
            self._text(field, text)
        object.__setattr__(self, "tags", text_rules.tags(self.tags))
        object.__setattr__(self, "attributes", normal_values(self.attributes))
        if self.attributes and self.category_id is None:
            raise InvalidValue("attributes", "Only a product with a category has attributes.")
        ensure_price("price", self.price)
        if self.published_year is not None and not 0 < self.published_year <= MAX_YEAR:
            raise InvalidValue("published_year", f"A year is a number from 1 to {MAX_YEAR}.")

    def with_changes(self, changes: Mapping[str, Any]) -> Self:
        """The details with some fields replaced, by name.

        A new description without `description_html` has none. A brand that equals the title
        follows a new title unless `changes` names a brand.
        """
        has_brand = own_brand(self.brand, self.title) is not None
        if "title" in changes and "brand" not in changes and not has_brand:
            changes = {**changes, "brand": ""}
        if changes.get("description", self.description).strip() != self.description:
            # HTML belongs to the description from which it was imported.
            changes = {"description_html": "", **changes}
        return replace(self, **changes)

    def event_data(self) -> dict[str, JsonScalar]:
        """The fields as events carry them; `price` in minor units of `currency`, tags as a text."""
        data: dict[str, Any] = {name: getattr(self, name) for name in _FIELD_NAMES}
        data["category"] = data.pop("category_id")
        data["tags"] = ", ".join(self.tags)
        data["attributes"] = " | ".join(
            f"{each}: {quoted(str(value), '|')}" for each, value in self.attributes
        )
        return {**data, "price": self.price.amount, "currency": self.price.currency}

    def _text(self, field: str, text: str | None) -> None:
        object.__setattr__(self, field, text)


_FIELD_NAMES: Final = tuple(field.name for field in fields(ProductDetails))


@dataclass(frozen=True, slots=True)
class PriceChange:
    """A change of prices by a whole percentage, lower if negative.

    Raises `InvalidValue` on the field `percent` for 0 and outside -99 to 500.
    """

    percent: int

    def __post_init__(self) -> None:
        if self.percent == 0 or not MIN_PRICE_CHANGE <= self.percent <= MAX_PRICE_CHANGE:
            raise InvalidValue(
                "percent",
                f"Enter a percentage from {MIN_PRICE_CHANGE} to {MAX_PRICE_CHANGE}, but not 0.",
            )


def own_brand(brand: str, title: str) -> str | None:
    """The brand of a product; None if it was given none and has its title as its brand."""
    return None if brand == title else brand


def ensure_price(field: str, price: Money) -> None:
    """Raises `InvalidValue` unless the price is above 0 and at most `MAX_PRICE`."""
    if not 0 < price.amount <= MAX_PRICE:
        highest = Money(MAX_PRICE, price.currency)
        raise InvalidValue(field, f"A price is more than 0 and at most {highest}.")


def _optional(field: str, text: str | None, max_length: int = MAX_TITLE) -> str:
    return text_rules.optional(field, text or "", max_length=max_length)
