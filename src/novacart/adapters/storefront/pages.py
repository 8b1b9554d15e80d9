"""The pages of the storefront with their data. Nothing in them belongs to a user."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

import orjson
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from novacart.adapters.storefront.documents import (
    Page,
    Preload,
    as_variant,
    breadcrumbs,
    collection_links,
    list_content,
    message_content,
    next_page,
    organization,
    product_content,
    product_offer,
)
from novacart.adapters.storefront.formatting import Formats
from novacart.adapters.storefront.texts import Texts
from novacart.application.catalog.attribute_filters import read_conditions
from novacart.application.catalog.collection_queries import (
    CollectionQueries,
    CollectionView,
    products_of_collection,
    shown_collections,
)
from novacart.application.catalog.queries import (
    BestSellerQueries,
    CatalogQueries,
    CategoryView,
    ListedProduct,
    ListPosition,
    ProductFacets,
    ProductFilter,
    ProductPage,
    ProductSort,
)
from novacart.application.ports.clock import Clock
from novacart.application.ports.product_view import ProductWithVariants
from novacart.domain.catalog.attribute_details import AttributeCondition
from novacart.domain.catalog.errors import CategoryNotFound, CollectionNotFound, ProductNotFound
from novacart.domain.catalog.text_rules import MAX_TAG, MAX_TAGS
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money

# As in the client: `PAGE_SIZE` and `FEW` in queries.ts, `MOST_COLLECTIONS` in Home.tsx.
PAGE_SIZE: Final = 24
FEW: Final = 12
MOST_COLLECTIONS: Final = 3
_MAX_BRANDS: Final = 50
_MAX_ATTRIBUTES: Final = 50
_ATTRIBUTE: Final = re.compile(r"[^:]{1,50}:.{1,255}")
# With more brands, facets are larger than the rest of the page.
_MAX_EMBEDDED_BRANDS: Final = 300
# As `CARD_SIZES` in ProductCard.tsx.
_CARD_SIZES: Final = "(max-width: 520px) 44vw, 240px"
_SORTS: Final = (ProductSort.NEWEST, ProductSort.PRICE, ProductSort.PRICE_DESCENDING)
# Filters with their parameters in an address, as in listAddress.ts.
_BOOLEANS: Final = {"available": ("available", "in_stock"), "on_sale": ("on_sale",)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogJson:
    """The JSON of the catalog as the API sends it.

    `position` is that of a cursor, None if it is not one of the sort order.
    """

    product: Callable[[ProductWithVariants], Mapping[str, Any]]
    products: Callable[[Sequence[ListedProduct]], bytes]
    categories: Callable[[Sequence[CategoryView]], Sequence[Mapping[str, Any]]]
    collection: Callable[[CollectionView], Mapping[str, Any]]
    facets: Callable[[ProductFacets], Mapping[str, Any]]
    cursor: Callable[[ListPosition, ProductSort], str]
    position: Callable[[str, ProductSort], ListPosition | None]


class Pages:
    """Builds the pages. `site` is the URL of the home page, with a slash at its end."""

    def __init__(
        self,
        *,
        queries: CatalogQueries,
        collections: CollectionQueries,
        best_sellers: BestSellerQueries,
        clock: Clock,
        encode: CatalogJson,
        name: str,
        currency: str,
        texts: Texts,
        formats: Formats,
    ) -> None:
        self._queries = queries
        self._collections = collections
        self._best_sellers = best_sellers
        self._clock = clock
        self._encode = encode
        self._name = name
        self._currency = currency
        self._texts = texts
        self._formats = formats

    def home(self, site: str) -> Page:
        categories = self._categories()
        newest = self._queries.list_products(
            ProductFilter(available=True), sort=ProductSort.NEWEST, limit=FEW
        )
        products = self._json(newest.products)
        sale = self._queries.list_products(
            ProductFilter(available=True, on_sale=True), sort=ProductSort.NEWEST, limit=FEW
        )
        collections = shown_collections(self._collections.collections(), self._clock.now())
        of_collections = [
            (
                ["products", "collection", each.details.slug, FEW],
                self._json(self._page_of(each, FEW).products),
            )
            for each in collections[:MOST_COLLECTIONS]
        ]
        links = [(each.details.slug, each.details.name) for each in collections]
        main = [category for category in categories if category["parent"] is None]
        names = ", ".join(category["name"] for category in main)
        banner: Mapping[str, Any] = main[0] if main else {}
        return Page(
            title=self._name,
            canonical=site,
            description=self._description(names) if names else self._name,
            image=banner.get("desktop_image"),
            structured=[organization(self._name, site)],
            queries=[
                (["categories"], categories),
                (["collections"], [self._encode.collection(each) for each in collections]),
                (["products", "best-sellers"], self._json(self._best_sellers.best_sellers(FEW))),
                *of_collections,
                (_few_key({"on_sale": "true", "available": "true"}), self._json(sale.products)),
                (_few_key({"sort": "newest", "available": "true"}), products),
            ],
            content=list_content(
                self._name,
                products,
                categories,
                self._formats,
                further=collection_links(links, self._texts),
            ),
            preloads=_banner(banner),
        )

    def category(self, site: str, slug: str, arguments: MultiDict[str, str]) -> Page:
        """Raises `NotFound`."""
        categories = self._categories()
        category = next((each for each in categories if each["slug"] == slug), None)
        if category is None:
            raise NotFound
        url = f"{site}category/{slug}"
        page = self._list(category["name"], url, categories, arguments, slug)
        return replace(
            page,
            title=category["meta_title"] or category["name"],
            description=category["meta_description"] or self._description(category["name"]),
            image=category["desktop_image"],
            structured=[breadcrumbs(self._trail(site, category))],
            preloads=_banner(category) or page.preloads,
        )

    def current_slug(self, slug: str) -> str:
        """Return the present slug of a category that had this one. Raises `NotFound`."""
        try:
            return self._queries.category_by_slug(slug).slug
        except CategoryNotFound as error:
            raise NotFound from error

    def collection(self, site: str, slug: str, arguments: MultiDict[str, str]) -> Page:
        """A collection by its present slug. Raises `NotFound`."""
        collection = self._shown(slug)
        details = collection.details
        if details.slug != slug:
            raise NotFound
        # A cursor of picked products is a place, and that of a rule belongs to its sort order.
        sort = ProductSort.RELEVANCE if details.rule is None else ProductSort(details.sort.value)
        after = self._position(arguments, sort)
        page = self._page_of(collection, PAGE_SIZE, after)
        part = self._part(page, sort)
        key = ["products", "collection", slug]
        url = f"{site}collection/{slug}"
        categories = self._categories()
        return Page(
            title=details.meta_title or details.name,
            canonical=url,
            description=details.meta_description or details.description,
            structured=[breadcrumbs([(self._name, site), (details.name, url)])],
            queries=[
                (["categories"], categories),
                (["collections", slug], self._encode.collection(collection)),
                *_embedded(key, part, after),
            ],
            content=self._list_content(details.name, part, categories, arguments),
            preloads=_first_of(part["items"]),
        )

    def collection_slug(self, slug: str) -> str:
        """Return the present slug of a collection that had this one. Raises `NotFound`."""
        return self._shown(slug).details.slug

    def search(self, site: str, arguments: MultiDict[str, str]) -> Page:
        text = arguments.get("search", "").strip()
        texts = self._texts
        title = texts.search_title.format(text=text) if text else texts.all_products
        return self._list(title, f"{site}search", self._categories(), arguments, None)

    def product(self, site: str, product_id: int, arguments: MultiDict[str, str]) -> Page:
        """The page of a product; `variant` in the arguments is the variant whose price it shows.

        Raises `NotFound`.
        """
        try:
            detail = self._queries.product_with_variants(ProductId(product_id))
        except ProductNotFound as error:
            raise NotFound from error
        product = self._encode.product(detail)
        categories = self._categories()
        url = f"{site}product/{product_id}"
        shown, offer_url = product, url
        for variant in product["variants"]:
            if str(variant["id"]) == arguments.get("variant"):
                shown, offer_url = as_variant(product, variant), f"{url}?variant={variant['id']}"
        category = next((each for each in categories if each["id"] == product["category"]), None)
        trail = self._trail(site, category)
        return Page(
            title=product["meta_title"] or product["title"],
            canonical=url,
            description=product["meta_description"] or product["description"],
            image=product["image"],
            kind="product",
            structured=[
                product_offer(shown, offer_url),
                breadcrumbs([*trail, (product["title"], url)]),
            ],
            queries=[(["categories"], categories), (["product", product_id], product)],
            content=product_content(shown, categories, self._texts, self._formats),
            preloads=_picture(product),
        )

    def product_id(self, slug: str) -> ProductId:
        """Return the product that has the slug, or had it. Raises `NotFound`."""
        try:
            return self._queries.product_by_slug(slug)
        except ProductNotFound as error:
            raise NotFound from error

    def cart(self, site: str) -> Page:
        """The cart, which its script requests: the same page for everyone."""
        return self._message(
            self._texts.needs_script,
            title=self._texts.cart,
            description=self._texts.cart_description.format(shop=self._name),
            canonical=f"{site}cart",
        )

    def private(self) -> Page:
        """A page whose content only its script may request."""
        return self._message(self._texts.needs_script, title=self._name)

    def missing(self) -> Page:
        """A page that does not exist."""
        return self._message(self._texts.not_found, title=self._name)

    def error(self, status: int) -> Page:
        """A page without data of the database. Its script requests them."""
        texts = self._texts
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            message = texts.too_many_requests
        elif status < HTTPStatus.INTERNAL_SERVER_ERROR:
            message = texts.not_valid
        else:
            message = texts.unavailable
        return Page(title=self._name, content=message_content(self._name, message))

    def _message(
        self, text: str, *, title: str, canonical: str | None = None, description: str = ""
    ) -> Page:
        categories = self._categories()
        return Page(
            title=title,
            description=description,
            canonical=canonical,
            queries=[(["categories"], categories)],
            content=message_content(title, text, categories),
        )

    def _description(self, names: str) -> str:
        return self._texts.description.format(names=names, shop=self._name)

    def _shown(self, slug: str) -> CollectionView:
        try:
            collection = self._collections.collection(slug)
        except CollectionNotFound as error:
            raise NotFound from error
        if not collection.details.is_shown(self._clock.now()):
            raise NotFound
        return collection

    def _page_of(
        self, collection: CollectionView, limit: int, after: ListPosition | None = None
    ) -> ProductPage:
        return products_of_collection(
            collection,
            queries=self._collections,
            catalog=self._queries,
            limit=limit,
            after=after,
        )

    def _position(self, arguments: MultiDict[str, str], sort: ProductSort) -> ListPosition | None:
        """The position after which a page without JavaScript begins, None for the first page."""
        cursor = arguments.get("cursor")
        return None if cursor is None else self._encode.position(cursor, sort)

    def _part(self, page: ProductPage, sort: ProductSort) -> Mapping[str, Any]:
        """A page of a list as the client keeps it."""
        cursor = None if page.next is None else self._encode.cursor(page.next, sort)
        return {"items": self._json(page.products), "next": cursor}

    def _list_content(
        self,
        title: str,
        part: Mapping[str, Any],
        categories: Sequence[Mapping[str, Any]],
        arguments: MultiDict[str, str],
    ) -> Markup:
        further = next_page(arguments.items(multi=True), part["next"], self._texts)
        return list_content(title, part["items"], categories, self._formats, further=further)

    def _json(self, products: Sequence[ListedProduct]) -> Sequence[Mapping[str, Any]]:
        encoded: list[dict[str, Any]] = orjson.loads(self._encode.products(products))
        return encoded

    def _trail(self, site: str, category: Mapping[str, Any] | None) -> list[tuple[str, str]]:
        """The names and URLs from the home page to a category."""
        steps = [] if category is None else category["breadcrumbs"]
        ways = [(step["name"], f"{site}category/{step['slug']}") for step in steps]
        return [(self._name, site), *ways]

    def _categories(self) -> Sequence[Mapping[str, Any]]:
        return self._encode.categories(self._queries.categories())

    def _list(
        self,
        title: str,
        url: str,
        categories: Sequence[Mapping[str, Any]],
        arguments: MultiDict[str, str],
        slug: str | None,
    ) -> Page:
        queries: list[tuple[Sequence[Any], Any]] = [(["categories"], categories)]
        part: Mapping[str, Any] = {"items": (), "next": None}
        # Searches are limited for each client by the API, so its script makes them.
        needs_script = bool(arguments.get("search", "").strip())
        if not needs_script:
            key, sort = _list_key(arguments, slug, self._currency)
            try:
                filters = self._filters(key)
            except InvalidValue:
                # Its script requests the list, and shows the error.
                filters = None
            if filters is not None:
                after = self._position(arguments, sort)
                page = self._queries.list_products(filters, sort=sort, limit=PAGE_SIZE, after=after)
                part = self._part(page, sort)
                queries.extend(_embedded(["products", "list", key], part, after))
            # With other filters, facets take longer than the rest of the page.
            if filters == ProductFilter(category=slug):
                facets = self._queries.facets(filters)
                if len(facets.brands) <= _MAX_EMBEDDED_BRANDS:
                    facets_key = {name: key[name] for name in key if name != "sort"}
                    queries.append((["facets", facets_key], self._encode.facets(facets)))
            if filters is not None and slug is not None:
                counts = [each._asdict() for each in self._queries.category_counts()]
                queries.append((["category-counts"], counts))
        return Page(
            title=title,
            canonical=url,
            queries=queries,
            content=message_content(title, self._texts.needs_script, categories)
            if needs_script
            else self._list_content(title, part, categories, arguments),
            preloads=_first_of(part["items"]),
        )

    def _filters(self, key: Mapping[str, Any]) -> ProductFilter:
        """The filters of the key of a list. Raises `InvalidValue` for a wrong attribute."""
        slug = key.get("category")
        attributes: tuple[AttributeCondition, ...] = ()
        if "attribute" in key:
            attributes = read_conditions(self._queries.attributes_of(slug), key["attribute"])
        prices = {
            name: Money.parse(key[name], self._currency)
            for name in ("min_price", "max_price")
            if name in key
        }
        return ProductFilter(
            category=slug,
            brands=tuple(dict.fromkeys(key.get("brand", ()))),
            tags=tuple(dict.fromkeys(key.get("tag", ()))),
            min_price=prices.get("min_price"),
            max_price=prices.get("max_price"),
            available=_boolean(key.get("available", "")),
            on_sale=_boolean(key.get("on_sale", "")),
            attributes=attributes,
        )


def _few_key(filters: Mapping[str, str]) -> Sequence[Any]:
    """The key of a few products, as `productsQuery` in queries.ts has it."""
    return ["products", "first", filters, FEW]


def _embedded(
    key: Sequence[Any], part: Mapping[str, Any], after: ListPosition | None
) -> Sequence[tuple[Sequence[Any], Any]]:
    """The first page of a list for the client, which has no addresses of later ones."""
    return [(key, {"pages": [part], "pageParams": [None]})] if after is None else []


def _list_key(
    arguments: MultiDict[str, str], slug: str | None, currency: str
) -> tuple[dict[str, Any], ProductSort]:
    """Read the address of a list as listAddress.ts does: the key of its data, and its order."""
    key: dict[str, Any] = {} if slug is None else {"category": slug}
    # PostgreSQL refuses a NUL. The API answers the script's request with an error.
    brands = [brand for brand in arguments.getlist("brand") if brand and "\0" not in brand]
    brands = brands[:_MAX_BRANDS]
    if brands:
        key["brand"] = brands
    tags = [tag for tag in arguments.getlist("tag") if 0 < len(tag) <= MAX_TAG and "\0" not in tag]
    tags = tags[:MAX_TAGS]
    if tags:
        key["tag"] = tags
    written = [_attribute(text) for text in arguments.getlist("attribute")]
    attributes = [each for each in dict.fromkeys(written) if _ATTRIBUTE.fullmatch(each)]
    if attributes:
        key["attribute"] = attributes[:_MAX_ATTRIBUTES]
    for name in ("min_price", "max_price"):
        try:
            Money.parse(arguments.get(name, ""), currency)
        except InvalidValue:
            continue
        key[name] = arguments[name]
    for name, parameters in _BOOLEANS.items():
        values = (_boolean(arguments.get(each, "")) for each in parameters)
        value = next((each for each in values if each is not None), None)
        if value is not None:
            key[name] = "true" if value else "false"
    sort = next((each for each in _SORTS if each.value == arguments.get("sort")), None)
    if sort is not None:
        key["sort"] = sort.value
    return key, sort or ProductSort.NEWEST


def _boolean(text: str) -> bool | None:
    """Read a boolean as the API does, None if it is none."""
    if text in {"true", "True", "1"}:
        return True
    return False if text in {"false", "False", "0"} else None


def _attribute(text: str) -> str:
    code, _, value = text.partition(":")
    return f"{code.strip().lower()}:{value.strip()}"


# As the elements in Home.tsx, ProductList.tsx, ProductPage.tsx and ProductCard.tsx.
def _banner(category: Mapping[str, Any]) -> Sequence[Preload]:
    wide, narrow = category.get("desktop_image"), category.get("mobile_image")
    if not wide:
        return ()
    if not narrow:
        return (Preload(wide),)
    return (
        Preload(narrow, media="(max-width: 599px)"),
        Preload(wide, media="(min-width: 600px)"),
    )


def _picture(product: Mapping[str, Any]) -> Sequence[Preload]:
    if not product["images"]:
        return (Preload(product["image"]),) if product["image"] else ()
    first = product["images"][0]
    return (Preload(first["src"], first["srcset"], "(max-width: 759px) 92vw, 50vw"),)


def _first_of(products: Sequence[Mapping[str, Any]]) -> Sequence[Preload]:
    first = next((each for each in products if each["image"]), None)
    if first is None:
        return ()
    sizes = _CARD_SIZES if first["image_srcset"] else None
    return (Preload(first["image"], first["image_srcset"], sizes),)
