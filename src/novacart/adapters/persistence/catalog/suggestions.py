"""Search suggestions: categories, brands and products that match a text."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BigInteger, Select, bindparam, column, or_, select, text, union_all

from novacart.adapters.persistence.catalog.brand_counts import (
    counts_by_category,
    keys_in_ranges,
    spellings,
    term_ranges,
)
from novacart.adapters.persistence.catalog.category_branches import BRANCHES, IS_SHOWN
from novacart.adapters.persistence.catalog.list_conditions import IS_LISTED
from novacart.adapters.persistence.catalog.mapper import (
    HAS_STOCK_LEVEL,
    IS_DEFAULT_VARIANT,
    PRODUCT_VIEW_COLUMNS,
    image_sizes,
    to_image_sizes,
    to_product_view,
)
from novacart.adapters.persistence.catalog.search_index import match_expression
from novacart.adapters.persistence.catalog.search_plan import SAMPLE, SearchPlans
from novacart.adapters.persistence.catalog.tables import (
    brand_counts,
    categories,
    default_variants,
    products,
    stock_levels,
)
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement
from novacart.application.catalog.queries import MAX_SUGGESTIONS, Suggestion, SuggestionType
from novacart.application.catalog.search import MAX_BRANDS, MAX_CATEGORIES, merge_brands
from novacart.application.ports.product_view import ImageSizes, ProductView
from novacart.application.search_terms import SearchTerm, index_terms, matches

# Products are taken from this many of the newest matching products, of which some may be in an
# inactive category.
_MAX_MATCHES: Final = 200
# Brands are taken from this many, in the order of the matching term. More begin with one letter
# only in a shop with thousands of brands.
_MAX_CANDIDATES: Final = 500
# Categories are taken from the first ones that match, of which some may be empty.
_MAX_MATCHING_CATEGORIES: Final = 24
# The image of a brand is sought in this many products.
_NEWEST_OF_BRAND: Final = 50


def _products(candidates: str, *, generic_plan: bool = False) -> DriverStatement:
    """Select the newest listed products of the candidates, a statement that selects ids."""
    matching = text(f"{candidates} ORDER BY product_id DESC LIMIT {_MAX_MATCHES}")
    newest = matching.columns(column("product_id", BigInteger)).subquery("newest")
    # A subquery for each candidate, so that the first ones are enough; a join might read all.
    is_listed = select(IS_LISTED).where(products.c.id == newest.c.product_id).scalar_subquery()
    listed = (
        select(newest.c.product_id)
        .where(is_listed)
        .order_by(newest.c.product_id.desc())
        .limit(MAX_SUGGESTIONS)
    ).subquery("listed")
    return DriverStatement(
        select(*PRODUCT_VIEW_COLUMNS)
        .join_from(listed, products, products.c.id == listed.c.product_id)
        .join(stock_levels, HAS_STOCK_LEVEL)
        .join(default_variants, IS_DEFAULT_VARIANT)
        .order_by(products.c.id.desc()),
        generic_plan=generic_plan,
    )


# The newest matches instead of the best: ranking everything that begins with one letter takes
# too long for a request that is sent on each keystroke.
_IN_SQLITE: Final = _products(
    "SELECT rowid AS product_id FROM product_search WHERE product_search MATCH :terms"
)
# OFFSET 0 keeps the planner from examining the products in their order.
_BY_INDEX: Final = _products(
    "SELECT product_id FROM (SELECT product_id, words FROM product_search"
    " WHERE words @@ CAST(:indexed AS tsquery) OFFSET 0) AS matching"
    " WHERE words @@ CAST(:terms AS tsquery)"
)


def _among_newest(count: int) -> DriverStatement:
    return _products(
        f"SELECT product_id FROM (SELECT product_id, words FROM product_search"  # noqa: S608 (a constant)
        f" ORDER BY product_id DESC LIMIT {count}) AS latest"
        " WHERE words @@ CAST(:terms AS tsquery)",
        generic_plan=True,
    )


# Frequent words are sought in the newest products. Fewer for titles, since words that are
# frequent only in other texts are often typed, too.
_TITLES_BY_EXAMINING: Final = _among_newest(1000)
_BY_EXAMINING: Final = _among_newest(5000)
_IN_SAMPLE: Final = _products(
    f"SELECT product_id FROM ({SAMPLE}) AS sample"  # noqa: S608 (a constant)
    " WHERE words @@ CAST(:terms AS tsquery)"
)

# A shop shows the same brands again and again.
_terms_of: Final = lru_cache(maxsize=4096)(index_terms)


def matching_categories(database: Database, terms: Sequence[SearchTerm]) -> list[Suggestion]:
    """The first shown categories with products whose name matches, by position.

    PostgreSQL and SQLite compare all names, and return and count a bounded number of categories.
    """
    parameters = {
        f"term_{number}_{place}": f" {alternative}"
        for number, term in enumerate(terms)
        for place, alternative in enumerate(term)
    }
    rows = database.fetch(_categories(tuple(map(len, terms))), parameters)
    found: list[Suggestion] = []
    # Few shops have empty categories, so the first ones are usually enough.
    for counted in filter(None, (rows[:MAX_CATEGORIES], rows[MAX_CATEGORIES:])):
        by_number = {f"category_{number}": row[0] for number, row in enumerate(counted)}
        counts = dict(map(tuple, database.fetch(_counts(len(counted)), by_number)))
        found += [
            Suggestion(
                type=SuggestionType.CATEGORY,
                name=name,
                slug=slug,
                count=counts[category_id],
                image=image,
            )
            for category_id, name, slug, image in counted
            if counts.get(category_id)
        ]
        if len(found) >= MAX_CATEGORIES:
            break
    return found


@lru_cache
def _categories(alternatives: Sequence[int]) -> DriverStatement:
    """Select categories by position, for the number of alternatives of each term."""
    # Terms have no wildcards of LIKE.
    names = " " + categories.c.search_text
    has_terms = (
        or_(*(names.contains(bindparam(f"term_{number}_{place}")) for place in range(count)))
        for number, count in enumerate(alternatives)
    )
    return DriverStatement(
        select(categories.c.id, categories.c.name, categories.c.slug, categories.c.image)
        .where(IS_SHOWN, *has_terms)
        .order_by(categories.c.position, categories.c.id)
        .limit(_MAX_MATCHING_CATEGORIES)
    )


@lru_cache
def _counts(count: int) -> DriverStatement:
    ids = [bindparam(f"category_{number}", type_=BigInteger) for number in range(count)]
    return DriverStatement(counts_by_category().where(BRANCHES.c.root_id.in_(ids)))


def matching_brands(database: Database, terms: Sequence[SearchTerm]) -> list[Suggestion]:
    """Brands whose name matches, by falling number of products, with the image of a new one."""
    ranges = term_ranges(terms)
    rows = database.fetch(_brands(len(ranges) // 2), ranges)
    brands = merge_brands(
        (key, brand, count) for key, brand, count in rows if matches(terms, _terms_of(brand))
    )
    ranked = sorted(brands.items(), key=lambda item: (-item[1].count, item[1].title))
    shown = ranked[: MAX_BRANDS + 1]
    images = _images(database, [key for key, _ in shown])
    return [
        Suggestion(
            type=SuggestionType.BRAND,
            name=brand.title,
            count=brand.count,
            image=image,
            image_sizes=sizes,
        )
        for key, brand in shown
        for image, sizes in [images.get(key, (None, ()))]
    ]


@lru_cache
def _brands(ranges: int) -> DriverStatement:
    """Select the brands with a term in one of the ranges."""
    candidates = keys_in_ranges(ranges, _MAX_CANDIDATES)
    return DriverStatement(spellings(None).where(brand_counts.c.brand_key.in_(candidates)))


def _images(
    database: Database, brand_keys: Sequence[str]
) -> dict[str, tuple[str | None, ImageSizes]]:
    """The image of the newest product with one, among the newest products of each brand."""
    if not brand_keys:
        return {}
    parameters = {f"brand_{number}": key for number, key in enumerate(brand_keys)}
    rows = database.fetch(_images_of(len(brand_keys)), parameters)
    return {key: (image, to_image_sizes(image, sizes)) for key, image, sizes in rows}


@lru_cache
def _images_of(brands: int) -> DriverStatement:
    images = union_all(*(_image_of(number) for number in range(brands)))
    return DriverStatement(images, generic_plan=True)


def _image_of(number: int) -> Select[*tuple[Any, ...]]:
    newest = (
        select(products.c.brand_key, products.c.image, products.c.created_at, products.c.id)
        .where(IS_LISTED, products.c.brand_key == bindparam(f"brand_{number}"))
        .order_by(products.c.created_at.desc(), products.c.id.desc())
        .limit(_NEWEST_OF_BRAND)
    ).subquery()
    first = (
        select(newest.c.brand_key, newest.c.image, image_sizes(newest.c.id, newest.c.image))
        .where(newest.c.image.is_not(None))
        .order_by(newest.c.created_at.desc(), newest.c.id.desc())
        .limit(1)
    )
    # SQLite accepts a limit only in a subquery of a union.
    return select(first.subquery())


def matching_products(
    database: Database, plans: SearchPlans, terms: Sequence[SearchTerm]
) -> list[ProductView]:
    """Products whose title matches, then other matching products, the newest first.

    Several frequent words that are rarely found together, and words that newer products don't
    have, are sought among the newest products and those of a sample only.
    """
    views: dict[int, ProductView] = {}
    for statement, parameters in _searches(database, plans, terms):
        for row in database.fetch(statement, parameters):
            view = to_product_view(row)
            views.setdefault(view.id, view)
        if len(views) >= MAX_SUGGESTIONS:
            break
    return list(views.values())[:MAX_SUGGESTIONS]


def _searches(
    database: Database, plans: SearchPlans, terms: Sequence[SearchTerm]
) -> Iterator[tuple[DriverStatement, dict[str, str]]]:
    """Statements that select matching products, the best matches first."""
    if database.dialect == "sqlite":
        yield _IN_SQLITE, {"terms": match_expression("sqlite", terms, within="title")}
        yield _IN_SQLITE, {"terms": match_expression("sqlite", terms)}
        return
    titles = match_expression("postgresql", terms, within="title")
    everything = match_expression("postgresql", terms)
    yield _TITLES_BY_EXAMINING, {"terms": titles}
    plan = plans.plan(terms)
    if plan.is_rare:
        yield _BY_INDEX, {"terms": titles, "indexed": plan.indexed}
        yield _BY_INDEX, {"terms": everything, "indexed": plan.indexed}
    else:
        yield _BY_EXAMINING, {"terms": everything}
        yield _IN_SAMPLE, {"terms": everything}
