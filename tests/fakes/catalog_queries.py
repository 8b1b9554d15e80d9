"""Fake catalog queries."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

from novacart.application.catalog.facets import (
    ChildCategory,
    FacetCounts,
    product_facets,
)
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import (
    MAX_SUGGESTIONS,
    AttributeView,
    BrandCount,
    Breadcrumb,
    CategoryCount,
    CategoryView,
    CountEstimate,
    ExportedProduct,
    ListedProduct,
    ListPosition,
    PriceRange,
    ProductFacets,
    ProductFilter,
    ProductPage,
    ProductSort,
    Suggestion,
    SuggestionType,
)
from novacart.application.catalog.search import (
    merge_brands,
    product_terms,
    select_suggestions,
    variant_codes,
)
from novacart.application.ports.product_view import (
    AttributeValueView,
    ImageSizes,
    OptionValueView,
    OptionView,
    PictureView,
    ProductState,
    ProductView,
    ProductWithVariants,
    VariantView,
)
from novacart.application.search_terms import (
    SearchTerm,
    facet_key,
    index_terms,
    matches,
    search_terms,
)
from novacart.domain.catalog.attribute import Attribute
from novacart.domain.catalog.attribute_details import AttributeCondition, AttributeValue
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_tree import CategoryTree
from novacart.domain.catalog.errors import CategoryNotFound, ProductNotFound, VariantNotFound
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.slugs import product_of_generated
from novacart.domain.catalog.variant import Variant
from novacart.domain.shared.ids import AttributeId, CategoryId, ProductId, VariantId
from novacart.domain.shared.money import Money
from tests.fakes.attributes import attributes_of
from tests.fakes.catalog import active_product_of, tree_of
from tests.fakes.store import FakeStore

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class FakeCatalogQueries:
    def __init__(self, store: FakeStore, policy: CatalogPolicy) -> None:
        self._store = store
        self._currency = policy.currency

    def list_products(
        self,
        filters: ProductFilter,
        *,
        sort: ProductSort,
        limit: int,
        after: ListPosition | None = None,
    ) -> ProductPage:
        keyed = self._keyed(filters, sort)
        if after is not None:
            position = (after.key, after.id)
            keyed = [
                entry
                for entry in keyed
                if (entry[:2] > position if sort is ProductSort.PRICE else entry[:2] < position)
            ]
        shown = keyed[:limit]
        more = len(keyed) > limit
        return ProductPage(
            products=[
                ListedProduct(
                    product.id,
                    product.version,
                    product.price.amount,
                    product.stock,
                    product.is_available,
                )
                for _, _, product in shown
            ],
            next=ListPosition(key=shown[-1][0], id=shown[-1][1]) if more else None,
        )

    def newest_positions(
        self, *, limit: int, skip: int = 0, after: ListPosition | None = None
    ) -> Sequence[ListPosition]:
        positions = [
            ListPosition(key=key, id=product_id)
            for key, product_id, _ in self._keyed(ProductFilter(), ProductSort.NEWEST)
            if after is None or (key, product_id) < (after.key, after.id)
        ]
        return positions[skip : skip + limit]

    def _keyed(
        self, filters: ProductFilter, sort: ProductSort
    ) -> list[tuple[int, ProductId, ProductView]]:
        """Matching products in order, each with its sort key and its id."""
        return sorted(
            (
                (_key(product, filters, sort), product.id, product)
                for product in self._matching(filters)
            ),
            key=lambda entry: entry[:2],
            reverse=sort is not ProductSort.PRICE,
        )

    def count_products(self, filters: ProductFilter) -> int:
        return len(self._matching(filters))

    def estimate_count(self, filters: ProductFilter) -> CountEstimate:
        return CountEstimate(self.count_products(filters), is_exact=True)

    def products(self, product_ids: Sequence[ProductId]) -> Sequence[ProductView]:
        return [product for product in self._all_active() if product.id in product_ids]

    def product(self, product_id: ProductId) -> ProductView:
        for product in self._all_active():
            if product.id == product_id:
                return product
        raise ProductNotFound

    def product_with_variants(self, product_id: ProductId) -> ProductWithVariants:
        view = self.product(product_id)
        product = self._store.products.get(product_id)
        assert product is not None
        gallery = self._store.galleries.get(product_id) or ProductGallery(product_id=product_id)
        return ProductWithVariants(
            product=view,
            default_variant_id=product.default_variant_id,
            options=[
                OptionView(
                    option.id,
                    option.name,
                    [OptionValueView(value.id, value.text) for value in option.values],
                )
                for option in product.options
            ],
            variants=[self._variant_view(product, each) for each in product.active_variants],
            pictures=[
                PictureView(
                    picture.id,
                    picture.image,
                    picture.alt,
                    picture.width,
                    picture.height,
                    [(each.image, each.width) for each in picture.smaller],
                )
                for picture in gallery.pictures
            ],
            gallery_version=gallery.version,
            attributes=[
                AttributeValueView(
                    one.details.code, one.details.name, one.details.type, one.details.unit, shown
                )
                for one, shown in self._values(product)
                if shown is not None
            ],
            attributes_version=sum(one.version for one, _ in self._values(product)),
        )

    def _values(self, product: Product) -> list[tuple[Attribute, str | int | float | bool | None]]:
        values = dict(product.details.attributes)
        return [
            (one, one.details.shown(values[one.id]))
            for one in attributes_of(self._store, product.details.category_id)
            if one.id in values
        ]

    def product_state(self, product_id: ProductId) -> ProductState:
        return self.product_with_variants(product_id).state

    def product_of(self, variant_id: VariantId) -> ProductWithVariants:
        product = active_product_of(self._store.products, variant_id)
        if product is None:
            raise VariantNotFound
        return self.product_with_variants(product.id)

    def _variant_view(self, product: Product, variant: Variant) -> VariantView:
        details = variant.details
        compare_at = details.compare_at_price
        level = self._store.stock_levels.get(variant.id)
        return VariantView(
            id=variant.id,
            sku=details.sku,
            barcode=details.barcode,
            price_minor=details.price.amount,
            currency=details.price.currency,
            compare_at_minor=None if compare_at is None else compare_at.amount,
            lowest_30_days_minor=self._store.lowest_prices.get(variant.id),
            weight_g=details.weight_g,
            image=details.image,
            options=product.describe_options(variant),
            values=variant.values,
            stock=level.available if level else 0,
            version=variant.version,
        )

    def brands(self, category: str | None) -> Sequence[BrandCount]:
        listed = self._matching(ProductFilter(category=category))
        counts = merge_brands((facet_key(product.brand), product.brand, 1) for product in listed)
        return sorted(counts.values(), key=lambda brand: (brand.title.casefold(), brand.title))

    def price_range(self, category: str | None) -> PriceRange:
        matching = self._matching(ProductFilter(category=category))
        prices = [product.price for product in matching] or [Money.zero(self._currency)]
        return PriceRange(min_price=min(prices), max_price=max(prices))

    def attributes(
        self, category_id: CategoryId, *, only_shown: bool = False
    ) -> Sequence[AttributeView]:
        shown = {one.id for one in self._active_categories()}
        if self._category(category_id) is None or (only_shown and category_id not in shown):
            raise CategoryNotFound
        return [
            AttributeView(
                id=one.id, category_id=one.category_id, details=one.details, version=one.version
            )
            for one in attributes_of(self._store, category_id)
        ]

    def attributes_of(self, category: str | None) -> Sequence[AttributeView]:
        if category is None:
            return []
        category_id = self._category_of(category)
        shown = [one.id for one in self._active_categories() if one.id == category_id]
        return self.attributes(shown[0]) if shown else []

    def attributes_by_id(
        self, attribute_ids: Iterable[AttributeId]
    ) -> Mapping[AttributeId, AttributeView]:
        ids = set(attribute_ids)
        return {
            one.id: AttributeView(
                id=one.id, category_id=one.category_id, details=one.details, version=one.version
            )
            for one in self._store.attributes.read_all()
            if one.id in ids
        }

    def attribute_codes(self) -> Sequence[str]:
        return sorted({one.details.code for one in self._store.attributes.read_all()})

    def facets(self, filters: ProductFilter) -> ProductFacets:
        return product_facets(
            filters,
            self.attributes_of(filters.category),
            self._children(filters.category),
            currency=self._currency,
            counts=lambda groups: [self._facet_counts(each.filters) for each in groups],
        )

    def _children(self, category: str | None) -> list[ChildCategory]:
        tree = self._tree()
        parent = None if category is None else self._category_of(category)
        shown = {one.id: one for one in self._active_categories()}
        if category is not None and parent not in shown:
            return []
        return [
            ChildCategory(
                name=shown[each].details.name,
                slug=shown[each].details.slug,
                branch=frozenset([each, *tree.depth_first(each)]),
            )
            for each in tree.children(None if parent is None else CategoryId(parent))
            if each in shown
        ]

    def _facet_counts(self, filters: ProductFilter) -> FacetCounts:
        matching = self._matching(filters)
        prices = [product.price_minor for product in matching]
        values: dict[AttributeId, Counter[AttributeValue]] = {}
        for product in matching:
            stored = self._store.products.read(product.id)
            for attribute_id, value in stored.details.attributes if stored else ():
                values.setdefault(attribute_id, Counter())[value] += 1
        return FacetCounts(
            count=len(matching),
            categories=Counter(each.category_id for each in matching if each.category_id),
            brands=[(facet_key(each.brand), each.brand, 1) for each in matching],
            lowest_price=min(prices, default=None),
            highest_price=max(prices, default=None),
            on_sale=sum(product.is_on_sale for product in matching),
            in_stock=sum(product.stock > 0 for product in matching),
            available=sum(product.is_available for product in matching),
            values=values,
            ranges={
                attribute_id: (counter.total(), min(numbers, default=0), max(numbers, default=0))
                for attribute_id, counter in values.items()
                for numbers in [[value for value in counter if isinstance(value, int)]]
            },
        )

    def suggestions(self, text: str) -> Sequence[Suggestion]:
        terms = search_terms(text)
        if not terms:
            return []
        listed = self._matching(ProductFilter())
        tree = self._tree()
        by_category = Counter(
            each
            for product in listed
            if product.category_id is not None
            for each in tree.path(product.category_id)
        )
        brands = merge_brands(
            (facet_key(product.brand), product.brand, 1)
            for product in listed
            if matches(terms, index_terms(product.brand))
        )
        best = self._keyed(ProductFilter(search=text), ProductSort.RELEVANCE)
        return select_suggestions(
            [
                Suggestion(
                    type=SuggestionType.CATEGORY,
                    name=category.details.name,
                    slug=category.details.slug,
                    count=by_category[category.id],
                    image=category.details.image,
                )
                for category in self._active_categories()
                if matches(terms, index_terms(category.details.name))
            ],
            [
                Suggestion(
                    type=SuggestionType.BRAND,
                    name=brand.title,
                    count=brand.count,
                    image=newest.image if newest else None,
                    image_sizes=newest.image_sizes if newest else (),
                )
                for key, brand in sorted(
                    brands.items(), key=lambda item: (-item[1].count, item[1].title)
                )
                for newest in [_newest_with_image(p for p in listed if facet_key(p.brand) == key)]
            ],
            [product for _, _, product in best[:MAX_SUGGESTIONS]],
        )

    def categories(self) -> Sequence[CategoryView]:
        return [self.category(category.id) for category in self._active_categories()]

    def category_counts(self) -> Sequence[CategoryCount]:
        return [
            CategoryCount(
                each.name, each.slug, self.count_products(ProductFilter(category=each.slug))
            )
            for each in self.categories()
        ]

    def category(self, category_id: CategoryId) -> CategoryView:
        category = self._category(category_id)
        if category is None:
            raise CategoryNotFound
        above = [self._category(each) for each in self._tree().path(category_id)]
        return CategoryView(
            id=category.id,
            **{
                name: value
                for name, value in category.details.event_data().items()
                if name != "position"
            },  # type: ignore[arg-type]
            breadcrumbs=[
                Breadcrumb(each.id, each.details.name, each.details.slug) for each in above if each
            ],
            version=category.version,
        )

    def category_by_slug(self, slug: str) -> CategoryView:
        category_id = self._category_of(slug)
        for category in self._active_categories():
            if category.id == category_id:
                return self.category(category.id)
        raise CategoryNotFound

    def product_by_slug(self, slug: str) -> ProductId:
        active = {product.id: product for product in self._all_active()}
        product_id = self._store.slug_redirects.get(("product", slug))
        for product in active.values():
            if product.slug == slug:
                product_id = product.id
        if product_id in active:
            return ProductId(product_id)
        generated = product_of_generated(slug)
        if generated is None:
            raise ProductNotFound
        return generated

    def _category(self, category_id: CategoryId) -> Category | None:
        return self._store.categories.get(category_id)

    def _category_of(self, slug: str) -> int | None:
        for category in self._store.categories.read_all():
            if category.details.slug == slug:
                return category.id
        return self._store.slug_redirects.get(("category", slug))

    def _tree(self) -> CategoryTree:
        return tree_of(self._store.categories.read_all())

    def all_products(self) -> Iterator[ExportedProduct]:
        categories: dict[CategoryId | None, Category] = {
            category.id: category for category in self._store.categories.read_all()
        }
        for product in sorted(self._all_active(), key=lambda product: product.id):
            whole = self.product_with_variants(product.id)
            levels = self._store.stock_levels
            category = categories.get(product.category_id)
            path: list[str] = []
            above = category
            while above is not None:
                path.insert(0, above.details.name)
                above = categories.get(above.details.parent_id)
            yield ExportedProduct(
                product=product,
                default_variant_id=whole.default_variant_id,
                options=whole.options,
                variants=whole.variants,
                stock_versions={
                    each.id: level.version if (level := levels.get(each.id)) else 0
                    for each in whole.variants
                },
                category_slug=category.details.slug if category else None,
                category_name=category.details.name if category else None,
                category_active=category.details.is_active if category else None,
                category_path=path,
                is_shown=category is None or category in self._active_categories(),
                attributes=whole.attributes,
                pictures=whole.pictures,
            )

    def _active_categories(self) -> list[Category]:
        """In the order of the tree."""
        tree = self._tree()
        stored = {one.id: one for one in self._store.categories.read_all()}
        return [
            stored[category_id]
            for category_id in tree.depth_first()
            if all(stored[each].details.is_active for each in tree.path(category_id))
        ]

    def _all_active(self) -> list[ProductView]:
        return [
            product_view(self._store, product)
            for product in self._store.products.read_all()
            if not product.is_archived and self._store.stock_levels.read(product.default_variant_id)
        ]

    def _matching(self, filters: ProductFilter) -> list[ProductView]:
        listed = {one.id for one in self._active_categories()}
        wanted = filters.category and self._category_of(filters.category)
        tree = self._tree()
        in_branch = {each for each in listed if wanted in tree.path(each) and wanted in listed}
        terms = search_terms(filters.search)
        brands = {facet_key(brand) for brand in filters.brands}
        tags = {facet_key(tag) for tag in filters.tags}
        return [
            product
            for product in self._all_active()
            if (product.category_id is None or product.category_id in listed)
            and (filters.category is None or product.category_id in in_branch)
            and (not brands or facet_key(product.brand) in brands)
            and (not tags or tags & {facet_key(tag) for tag in product.tags})
            and (filters.min_price is None or product.price >= filters.min_price)
            and (filters.max_price is None or product.price <= filters.max_price)
            and (filters.in_stock is None or filters.in_stock == (product.stock > 0))
            and (filters.available is None or filters.available == product.is_available)
            and (filters.on_sale is None or filters.on_sale == product.is_on_sale)
            and all(self._has_value(product, each) for each in filters.attributes)
            and (not filters.search.strip() or self._is_found(product, terms))
        ]

    def _has_value(self, product: ProductView, condition: AttributeCondition) -> bool:
        stored = self._store.products.read(product.id)
        values = dict(stored.details.attributes) if stored else {}
        value = values.get(condition.attribute_id)
        return value is not None and condition.matches(value)

    def _is_found(self, product: ProductView, terms: Sequence[SearchTerm]) -> bool:
        stored = self._store.products.read(product.id)
        codes = tuple(variant_codes(stored)) if stored else ()
        return bool(terms) and matches(terms, _product_terms(product, codes).all)


_product_terms = lru_cache(maxsize=512)(product_terms)
_DETAILS = [
    field.name for field in fields(ProductDetails) if field.name not in {"price", "attributes"}
]


def image_sizes(store: FakeStore, product_id: ProductId, image: str | None) -> ImageSizes:
    gallery = store.galleries.get(product_id)
    pictures = gallery.pictures if gallery else ()
    picture = next((each for each in pictures if each.image == image), None)
    if picture is None or not picture.width:
        return ()
    smaller = ((each.image, each.width) for each in picture.smaller)
    return (*smaller, (picture.image, picture.width))


def product_view(store: FakeStore, product: Product) -> ProductView:
    """The read model of a product."""
    level = store.stock_levels.read(product.default_variant_id)
    others = [store.stock_levels.read(each.id) for each in product.active_variants]
    details = product.details
    compare_at = product.default_variant.details.compare_at_price
    return ProductView(
        id=product.id,
        **{name: getattr(details, name) for name in _DETAILS},
        price_minor=details.price.amount,
        compare_at_minor=None if compare_at is None else compare_at.amount,
        lowest_30_days_minor=store.lowest_prices.get(product.default_variant_id),
        is_on_sale=product.is_on_sale,
        currency=details.price.currency,
        stock=level.available if level else 0,
        is_available=any(each and each.available > 0 for each in others),
        has_options=bool(product.options),
        image_sizes=image_sizes(store, product.id, details.image),
        created_at=product.created_at,
        updated_at=product.updated_at,
        version=product.version,
    )


def _newest_with_image(products: Iterable[ProductView]) -> ProductView | None:
    with_image = [product for product in products if product.image]
    return max(with_image, key=lambda product: (product.created_at, product.id), default=None)


def _key(product: ProductView, filters: ProductFilter, sort: ProductSort) -> int:
    terms = search_terms(filters.search)
    if sort in {ProductSort.PRICE, ProductSort.PRICE_DESCENDING}:
        return product.price.amount
    if sort is ProductSort.RELEVANCE and terms:
        return _score(product, terms)
    return (product.created_at - _EPOCH) // timedelta(microseconds=1)


def _score(product: ProductView, terms: Sequence[SearchTerm]) -> int:
    indexed = _product_terms(product)
    prefixes = tuple(each for term in terms for each in term)
    weighted = [(10, indexed.title), (4, indexed.maker), (1, indexed.body)]
    return sum(weight for weight, part in weighted for term in part if term.startswith(prefixes))
