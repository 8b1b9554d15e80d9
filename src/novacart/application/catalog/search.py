"""Search rules of the catalog, used by every adapter so that all of them find the same products."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from novacart.application.catalog.queries import (
    MAX_SUGGESTIONS,
    BrandCount,
    Suggestion,
    SuggestionType,
)
from novacart.application.ports.product_view import ProductView
from novacart.application.search_terms import index_terms
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails

MAX_BRANDS = 3
MAX_CATEGORIES = 3
_MAX_BODY_TERMS = 3_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTerms:
    """The terms by which a product is found.

    The maker is brand and author. The body is SKUs and barcodes, subtitle and description.
    """

    title: Sequence[str]
    maker: Sequence[str]
    body: Sequence[str]

    @property
    def all(self) -> list[str]:
        return [*self.title, *self.maker, *self.body]


def product_terms(product: ProductDetails | ProductView, codes: Iterable[str] = ()) -> ProductTerms:
    """The terms of a product's texts, and of the SKUs and barcodes of its variants."""
    return ProductTerms(
        title=index_terms(product.title),
        maker=_maker_terms(product.brand, product.author or ""),
        body=index_terms(
            " | ".join([product.sku or "", *codes, product.subtitle, product.description]),
            join_words=False,
        )[:_MAX_BODY_TERMS],
    )


@lru_cache(maxsize=1_024)
def _maker_terms(brand: str, author: str) -> Sequence[str]:
    """Products share most brands."""
    return tuple(index_terms(f"{brand} | {author}"))


def variant_codes(product: Product) -> list[str]:
    """SKUs and barcodes of the variants that are not archived, without the product's own SKU."""
    variants = [each.details for each in product.active_variants]
    codes = [code for each in variants for code in (each.sku, each.barcode) if code]
    return [code for code in codes if code != product.details.sku]


def merge_brands(spellings: Iterable[tuple[str, str, int]]) -> dict[str, BrandCount]:
    """Facets by key, from (key, spelling, number of products). The commonest spelling is shown."""
    by_key: dict[str, list[tuple[str, int]]] = {}
    for key, spelling, count in spellings:
        by_key.setdefault(key, []).append((spelling, count))
    return {
        key: BrandCount(*counts[0]) if len(counts) == 1 else _merged(counts)
        for key, counts in by_key.items()
    }


def _merged(spellings: Iterable[tuple[str, int]]) -> BrandCount:
    counter: Counter[str] = Counter()
    for spelling, count in spellings:
        counter[spelling] += count
    title = min(counter, key=lambda spelling: (-counter[spelling], spelling))
    return BrandCount(title, counter.total())


def select_suggestions(
    categories: Sequence[Suggestion],
    brands: Sequence[Suggestion],
    products: Sequence[ProductView],
) -> list[Suggestion]:
    """Non-empty categories, then brands, then products, `MAX_SUGGESTIONS` in total.

    A brand with a single product whose title equals the brand is left out.
    """
    titles = {product.title for product in products}
    groups = [
        *[category for category in categories if category.count][:MAX_CATEGORIES],
        *[brand for brand in brands if brand.count > 1 or brand.name not in titles][:MAX_BRANDS],
    ]
    single_products = [
        Suggestion(
            type=SuggestionType.PRODUCT,
            name=product.title,
            count=1,
            image=product.image,
            image_sizes=product.image_sizes,
            id=product.id,
        )
        for product in products
    ]
    return [*groups, *single_products][:MAX_SUGGESTIONS]
