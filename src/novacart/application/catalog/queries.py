"""What the catalogue looks like to everybody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from novacart.application.ports.product_view import ProductView
from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.money import Money

MAX_SUGGESTIONS = 10


class ProductSort(StrEnum):
    """`RELEVANCE` without a search is `NEWEST`. Equals go by id, rising only for `PRICE`."""

    PRICE = "price"
    DEAREST = "-price"
    NEWEST = "newest"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFilter:
    """Each member that is set narrows the list.

    `category` is a slug, `brands` any of them, the prices are included, `search` is for
    words that begin so. `in_stock` False asks for what can't be ordered now.
    """

    category: str | None = None
    brands: tuple[str, ...] = ()
    min_price: Money | None = None
    max_price: Money | None = None
    in_stock: bool | None = None
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPosition:
    """A place in a sorted list: after the product `id`, whose key in that order is `key`.

    The key is a price in minor units, a time in microseconds since 1970, or a score.
    """

    key: int
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """`next` is the position to go on from, None at the end."""

    products: Sequence[ProductView]
    next: ListPosition | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandCount:
    title: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRange:
    """Both are zero where nothing is sold."""

    min_price: Money
    max_price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryView:
    """Pictures are absolute URLs or paths of this shop."""

    id: CategoryId
    name: str
    slug: str
    image: str | None
    mobile_image: str | None
    mobile_secondary_image: str | None
    desktop_image: str | None
    desktop_secondary_image: str | None
    is_active: bool


class SuggestionType(StrEnum):
    CATEGORY = "category"
    BRAND = "brand"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`slug` is a category's, `id` a product's; `count` is how many products it leads to."""

    type: SuggestionType
    name: str
    count: int
    image: str | None
    slug: str | None = None
    id: ProductId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CataloguedProduct:
    """A product as it is exported: beside the slug of its category."""

    product: ProductView
    category_slug: str | None


class CatalogQueries(Protocol):
    """Archived products are in none of the answers. An unknown category has no products."""

    def list_products(
        self,
        wanted: ProductFilter,
        *,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None = None,
    ) -> ProductPage:
        """At most `limit` products after a position; its cost does not grow with the position."""
        ...

    def count_products(self, wanted: ProductFilter) -> int: ...

    def product(self, product_id: ProductId) -> ProductView:
        """Raises `ProductNotFound`."""
        ...

    def brands(self, category: str | None) -> Sequence[BrandCount]:
        """By title, whatever its case."""
        ...

    def price_range(self, category: str | None) -> PriceRange: ...

    def suggestions(self, typed: str) -> Sequence[Suggestion]:
        """Categories, then brands, then products; `MAX_SUGGESTIONS` at most."""
        ...

    def categories(self) -> Sequence[CategoryView]:
        """The active ones, by position; of equals the older first."""
        ...

    def every_product(self) -> Iterator[CataloguedProduct]:
        """By id, read in portions: a snapshot of each, not of the whole."""
        ...
