"""The catalogue as everybody sees it, from memory."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import (
    MAX_SUGGESTIONS,
    BrandCount,
    CataloguedProduct,
    CategoryView,
    ListPosition,
    PriceRange,
    ProductFilter,
    ProductPage,
    ProductSort,
    Suggestion,
    SuggestionType,
)
from novacart.application.catalog.search_terms import searched, words
from novacart.application.catalog.suggestions import arranged, suggests
from novacart.application.ports.product_view import ProductView
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.errors import ProductNotFound
from novacart.domain.catalog.product import Product
from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.money import Money
from tests.fakes.store import FakeStore

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class FakeCatalogQueries:
    def __init__(self, store: FakeStore, policy: CatalogPolicy) -> None:
        self._store = store
        self._currency = policy.currency

    def list_products(
        self,
        wanted: ProductFilter,
        *,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None = None,
    ) -> ProductPage:
        keyed = sorted(
            ((_key(product, wanted, sort), product.id, product) for product in self._found(wanted)),
            key=lambda entry: entry[:2],
            reverse=sort is not ProductSort.PRICE,
        )
        if after is not None:
            place = (after.key, after.id)
            keyed = [
                entry
                for entry in keyed
                if (entry[:2] > place if sort is ProductSort.PRICE else entry[:2] < place)
            ]
        shown = keyed[:limit]
        more = len(keyed) > limit
        return ProductPage(
            products=[product for _, _, product in shown],
            next=ListPosition(key=shown[-1][0], id=shown[-1][1]) if more else None,
        )

    def count_products(self, wanted: ProductFilter) -> int:
        return len(self._found(wanted))

    def product(self, product_id: ProductId) -> ProductView:
        for product in self._sold():
            if product.id == product_id:
                return product
        raise ProductNotFound

    def brands(self, category: str | None) -> Sequence[BrandCount]:
        found = Counter(product.brand for product in self._found(ProductFilter(category=category)))
        counts = [BrandCount(title=title, count=count) for title, count in found.items()]
        return sorted(counts, key=lambda brand: (brand.title.casefold(), brand.title))

    def price_range(self, category: str | None) -> PriceRange:
        found = self._found(ProductFilter(category=category))
        nothing = Money.zero(self._currency)
        prices = [product.price for product in found] or [nothing]
        return PriceRange(min_price=min(prices), max_price=max(prices))

    def suggestions(self, typed: str) -> Sequence[Suggestion]:
        begun = searched(typed)
        if not begun:
            return []
        sold = self._sold()
        by_category = Counter(product.category_id for product in sold)
        brands = Counter(product.brand for product in sold if suggests(product.brand, begun))
        best = self.list_products(
            ProductFilter(search=typed), sort=ProductSort.RELEVANCE, limit=MAX_SUGGESTIONS
        )
        return arranged(
            [
                Suggestion(
                    type=SuggestionType.CATEGORY,
                    name=category.details.name,
                    slug=category.slug,
                    count=by_category[category.id],
                    image=category.details.image,
                )
                for category in self._active()
                if suggests(category.details.name, begun)
            ],
            [
                Suggestion(
                    type=SuggestionType.BRAND,
                    name=brand,
                    count=count,
                    image=min(
                        (p.image for p in sold if p.brand == brand and p.image), default=None
                    ),
                )
                for brand, count in sorted(brands.items(), key=lambda item: (-item[1], item[0]))
            ],
            best.products,
        )

    def categories(self) -> Sequence[CategoryView]:
        return [
            CategoryView(
                id=category.id,
                **{
                    name: value
                    for name, value in category.details.plain().items()
                    if name != "position"
                },  # type: ignore[arg-type]
            )
            for category in self._active()
        ]

    def every_product(self) -> Iterator[CataloguedProduct]:
        slugs: dict[CategoryId | None, str] = {
            category.id: category.slug for category in self._store.categories.values()
        }
        for product in sorted(self._sold(), key=lambda product: product.id):
            yield CataloguedProduct(product=product, category_slug=slugs.get(product.category_id))

    def _active(self) -> list[Category]:
        active = [one for one in self._store.categories.values() if one.details.is_active]
        return sorted(active, key=lambda category: (category.details.position, category.id))

    def _sold(self) -> list[ProductView]:
        return [
            product_view(self._store, product)
            for product in self._store.products.values()
            if not product.is_archived and self._store.stock_levels.get(product.id)
        ]

    def _found(self, wanted: ProductFilter) -> list[ProductView]:
        slugs: dict[CategoryId | None, str] = {one.id: one.slug for one in self._active()}
        begun = searched(wanted.search)
        return [
            product
            for product in self._sold()
            if (wanted.category is None or slugs.get(product.category_id) == wanted.category)
            and (not wanted.brands or product.brand in wanted.brands)
            and (wanted.min_price is None or product.price >= wanted.min_price)
            and (wanted.max_price is None or product.price <= wanted.max_price)
            and (wanted.in_stock is None or wanted.in_stock == (product.stock > 0))
            and (not wanted.search.strip() or (begun and suggests(_all_text(product), begun)))
        ]


def product_view(store: FakeStore, product: Product) -> ProductView:
    """The product as the catalogue shows it, with what of it can be ordered now."""
    level = store.stock_levels.get(product.id)
    return ProductView(
        id=product.id,
        title=product.title,
        subtitle=product.subtitle,
        description=product.description,
        price=product.price,
        author=product.author,
        published_year=product.published_year,
        brand=product.brand,
        stock=level.available if level else 0,
        category_id=product.category_id,
        image=product.image,
        created_at=product.created_at,
        updated_at=product.updated_at,
        version=product.version,
    )


def _all_text(product: ProductView) -> str:
    return " ".join(
        [
            product.title,
            product.brand,
            product.author or "",
            product.subtitle,
            product.description,
        ]
    )


def _key(product: ProductView, wanted: ProductFilter, sort: ProductSort) -> int:
    begun = searched(wanted.search)
    if sort in {ProductSort.PRICE, ProductSort.DEAREST}:
        return product.price.amount
    if sort is ProductSort.RELEVANCE and begun:
        return _score(product, begun)
    return (product.created_at - _EPOCH) // timedelta(microseconds=1)


def _score(product: ProductView, begun: Sequence[str]) -> int:
    weighed = [
        (10, product.title),
        (4, f"{product.brand} {product.author or ''}"),
        (1, f"{product.subtitle} {product.description}"),
    ]
    return sum(
        weight for weight, said in weighed for word in words(said) if word.startswith(tuple(begun))
    )
