"""Queries of the catalog that customers see."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from novacart.application.ports.product_view import (
    AttributeValueView,
    ImageSizes,
    OptionView,
    PictureView,
    ProductState,
    ProductView,
    ProductWithVariants,
    VariantView,
)
from novacart.domain.catalog.attribute_details import AttributeCondition, AttributeDetails
from novacart.domain.shared.ids import AttributeId, CategoryId, ProductId, VariantId
from novacart.domain.shared.money import Money

MAX_SUGGESTIONS = 10
MAX_FACET_VALUES = 200


class ProductSort(StrEnum):
    """`RELEVANCE` without a search is `NEWEST`. Ties are sorted by id, in the same direction."""

    PRICE = "price"
    PRICE_DESCENDING = "-price"
    NEWEST = "newest"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFilter:
    """All conditions that are set must hold.

    `category` is the slug of a category, present or former, with the products of the categories
    below it. `brands` matches any of them, and so does `tags`. Price bounds are inclusive, and each
    word of `search` matches as a prefix. `in_stock` True selects products whose default variant
    can be ordered now, `available` True those of which any variant can. `on_sale` True selects
    products of which a variant costs less than its compare-at price. Of `attributes`, each
    condition must match.
    """

    category: str | None = None
    brands: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    min_price: Money | None = None
    max_price: Money | None = None
    in_stock: bool | None = None
    available: bool | None = None
    on_sale: bool | None = None
    attributes: tuple[AttributeCondition, ...] = ()
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPosition:
    """The position after the product `id` in a sorted list, for keyset pagination.

    `key` is its sort key: a price in minor units, a time in microseconds since 1970, or of a search
    by relevance a number that only the queries read.
    """

    key: int
    id: int


class ListedProduct(NamedTuple):
    """A product of a list.

    `version` changes with each edit, but not with `stock`, the number of units of the default
    variant that can be ordered now. `is_available`: whether any variant can be ordered now.
    `price_minor` is in minor units.
    """

    id: ProductId
    version: int
    price_minor: int
    stock: int
    is_available: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductPage:
    """`next` is the position of the next page, None on the last page."""

    products: Sequence[ListedProduct]
    next: ListPosition | None


class BrandCount(NamedTuple):
    """A brand and its number of listed products."""

    title: str
    count: int  # type: ignore[assignment] # hides the method of tuples


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceRange:
    """Both are zero if there are no products."""

    min_price: Money
    max_price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeView:
    """An attribute of a category. `version` counts its edits."""

    id: AttributeId
    category_id: CategoryId
    details: AttributeDetails
    version: int


class ValueCount(NamedTuple):
    """A value of an attribute, as JSON has it, and the number of products that have it."""

    value: str | int | float | bool
    count: int  # type: ignore[assignment] # hides the method of tuples


class CategoryCount(NamedTuple):
    """A category and the number of products in its branch."""

    name: str
    slug: str
    count: int  # type: ignore[assignment] # hides the method of tuples


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeFacet:
    """The values of an attribute with their counts; of a number its lowest and highest value.

    `values` are in the order of the choices, or the most frequent texts first, `MAX_FACET_VALUES`
    at most. `count` is the number of products that have a value.
    """

    attribute: AttributeView
    count: int
    values: Sequence[ValueCount] = ()
    lowest: int | float | None = None
    highest: int | float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacets:
    """The numbers of listed products by what customers can filter by.

    The counts of a facet apply all filters but its own. `count` is the number of products of the
    list. `categories` are those in the category of the list, or at the top, by position.
    `estimated` names the facets whose counts are estimates, attributes as `attributes.` and the
    code.
    """

    count: int
    brands: Sequence[BrandCount]
    categories: Sequence[CategoryCount]
    price: PriceRange
    on_sale: int
    in_stock: int
    available: int
    attributes: Sequence[AttributeFacet]
    estimated: Sequence[str] = ()


class Breadcrumb(NamedTuple):
    """A category on the way from the root to another one."""

    id: CategoryId
    name: str
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryView:
    """Images are absolute URLs or absolute paths on this site.

    `breadcrumbs` are the categories from the root to this one. `version` counts its edits.
    """

    id: CategoryId
    name: str
    slug: str
    parent_id: CategoryId | None
    breadcrumbs: Sequence[Breadcrumb]
    image: str | None
    mobile_image: str | None
    mobile_secondary_image: str | None
    desktop_image: str | None
    desktop_secondary_image: str | None
    is_active: bool
    meta_title: str | None
    meta_description: str | None
    version: int


class SuggestionType(StrEnum):
    CATEGORY = "category"
    BRAND = "brand"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`slug` is set for a category, `id` for a product; `count` is the number of its products."""

    type: SuggestionType
    name: str
    count: int
    image: str | None
    image_sizes: ImageSizes = ()
    slug: str | None = None
    id: ProductId | None = None


class CountEstimate(NamedTuple):
    number: int
    is_exact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedProduct:
    """A product with its category, its variants, and the versions of their stock levels.

    The variants are those that are not archived, by position. `category_path` has the names of the
    category and of those above it, from the root. `is_shown` is false in an inactive category and
    in one below it.
    """

    product: ProductView
    default_variant_id: VariantId
    options: Sequence[OptionView]
    variants: Sequence[VariantView]
    stock_versions: Mapping[VariantId, int]
    category_slug: str | None
    category_name: str | None
    category_active: bool | None
    category_path: Sequence[str]
    is_shown: bool
    attributes: Sequence[AttributeValueView]
    pictures: Sequence[PictureView]


class CatalogQueries(Protocol):
    """All methods leave out archived products. An unknown category has no products."""

    def list_products(
        self,
        filters: ProductFilter,
        *,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None = None,
    ) -> ProductPage:
        """At most `limit` products after a position, by keyset pagination."""
        ...

    def newest_positions(
        self, *, limit: int, skip: int = 0, after: ListPosition | None = None
    ) -> Sequence[ListPosition]:
        """The positions of at most `limit` products, newest first.

        They follow the first `skip` products after a position. No texts of products are read, so
        that tens of thousands can be skipped.
        """
        ...

    def count_products(self, filters: ProductFilter) -> int: ...

    def estimate_count(self, filters: ProductFilter) -> CountEstimate:
        """The number of products, or an estimate if counting them would take long."""
        ...

    def products(self, product_ids: Sequence[ProductId]) -> Sequence[ProductView]:
        """Those of the products that exist, in any order."""
        ...

    def product(self, product_id: ProductId) -> ProductView:
        """Raises `ProductNotFound`."""
        ...

    def product_with_variants(self, product_id: ProductId) -> ProductWithVariants:
        """Raises `ProductNotFound`."""
        ...

    def product_by_slug(self, slug: str) -> ProductId:
        """The product that has the slug, or else had it. Raises `ProductNotFound`."""
        ...

    def product_state(self, product_id: ProductId) -> ProductState:
        """`product_with_variants(…).state`, read in less time. Raises `ProductNotFound`."""
        ...

    def product_of(self, variant_id: VariantId) -> ProductWithVariants:
        """The product of a variant. Raises `VariantNotFound`."""
        ...

    def brands(self, category: str | None) -> Sequence[BrandCount]:
        """Sorted by title, case-insensitively."""
        ...

    def price_range(self, category: str | None) -> PriceRange: ...

    def attributes(
        self, category_id: CategoryId, *, only_shown: bool = False
    ) -> Sequence[AttributeView]:
        """The attributes of a category and of those above it, these first, in their order.

        Raises `CategoryNotFound`, with `only_shown` also for a hidden category.
        """
        ...

    def attributes_of(self, category: str | None) -> Sequence[AttributeView]:
        """The same for the slug of a category. An unknown or hidden one has none."""
        ...

    def attributes_by_id(
        self, attribute_ids: Iterable[AttributeId]
    ) -> Mapping[AttributeId, AttributeView]:
        """Those of the attributes that exist, of any category."""
        ...

    def attribute_codes(self) -> Sequence[str]:
        """The codes of the attributes of all categories, in alphabetical order."""
        ...

    def facets(self, filters: ProductFilter) -> ProductFacets:
        """The facets of a list of products, with the filterable attributes of its category."""
        ...

    def suggestions(self, text: str) -> Sequence[Suggestion]:
        """Categories, then brands, then products, `MAX_SUGGESTIONS` in total."""
        ...

    def categories(self) -> Sequence[CategoryView]:
        """The shown categories: each before those in it, siblings by position, then by id.

        A category is shown if it and all above it are active.
        """
        ...

    def category_counts(self) -> Sequence[CategoryCount]:
        """The number of products of each of `categories()`, in the same order."""
        ...

    def category(self, category_id: CategoryId) -> CategoryView:
        """A category, shown or not. Raises `CategoryNotFound`."""
        ...

    def category_by_slug(self, slug: str) -> CategoryView:
        """The shown category that has the slug, or else had it. Raises `CategoryNotFound`."""
        ...

    def all_products(self) -> Iterator[ExportedProduct]:
        """All products by id, read in batches: each has the latest commits."""
        ...


class BestSellerQueries(Protocol):
    def best_sellers(self, limit: int) -> Sequence[ListedProduct]:
        """Products that can be ordered, those that sold most in the last 30 counted days first."""
        ...
