"""Catalogs of any size, the same on every machine.

Words and brands are distributed as in real shops: a few are frequent and most are rare (Zipf's
law): `COMMONEST_WORD` is in nearly every product, and is the commonest word of each category.
Categories differ in size. `COMMON_WORD` is in the title of every tenth product. Every tenth has
`COMMON_TAG`, every hundredth `OCCASIONAL_TAG`, and every twentieth is on sale. A product has one
variant, or several sizes. Where products have attributes, each category has four, one of each type.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate, product
from typing import Final

from sqlalchemy import Connection, text

from benchmarks.indexes import without_indexes
from benchmarks.progress import Progress
from novacart.adapters.persistence.database import Database
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.attribute import Attribute
from novacart.domain.catalog.attribute_details import (
    NUMBER_PARTS,
    AttributeChoice,
    AttributeDetails,
    AttributeType,
    AttributeValue,
)
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.options import ProductOption
from novacart.domain.catalog.picture import Picture
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.shared.ids import (
    AttributeChoiceId,
    AttributeId,
    CategoryId,
    OptionId,
    PictureId,
    ProductId,
    VariantId,
)
from novacart.domain.shared.money import Money

COMMON_WORD: Final = "cotton"
COMMON_EVERY: Final = 10
COMMON_TAG: Final = "Summer"
OCCASIONAL_TAG: Final = "Festive"
# The interval of products with the tag, and the first of them.
_TAGGED: Final = {COMMON_TAG: (10, 3), OCCASIONAL_TAG: (100, 7)}
_ON_SALE_EVERY: Final = 20
FREQUENT_BRAND: Final = "Brand 0"
LARGEST_CATEGORY: Final = "category-0"
MIDDLE_CATEGORY: Final = "category-7"
"""It has a twentieth of the products."""
PARENT_CATEGORY: Final = "parent-category"
"""16 categories are below it, which have six tenths of the products."""
_BATCH: Final = 2_000
# Products that are added through the repositories. Larger catalogs contain copies of them.
_ORIGINALS: Final = 10_000
CATEGORIES: Final = 20
_FIRST_CHILD: Final = 4
_BRANDS: Final = 200
_OPENED: Final = datetime(2026, 1, 1, tzinfo=UTC)
_STOCK: Final = 1_000_000
_ONSETS: Final = ("b", "br", "c", "d", "f", "g", "l", "m", "n", "p", "r", "s", "st", "t", "v")
_SIZES: Final = ("S", "M", "L")
_VOWELS: Final = ("a", "e", "i", "o", "u")
_CODAS: Final = ("l", "m", "n", "r", "s")
_ENDINGS: Final = ("", "a", "et")
_COLOURS: Final = ("Black", "White", "Blue", "Red", "Green", "Grey", "Brown", "Yellow")
_MATERIALS: Final = 40
_WEIGHTS: Final = 400
_TITLE_WORDS: Final = 4
_DESCRIPTION_WORDS: Final = 30
# The id of the value of the only option, as text; empty without options.
_COMBINATION: Final = (
    "CASE combination WHEN '' THEN '' ELSE CAST(CAST(combination AS bigint) + shift AS text) END"
)
# The columns of each table whose value differs between a product and its `nth` copy, whose id is
# higher by `shift`. The other columns are copied, which includes the terms of the search index.
_COPIED: Final[dict[str, dict[str, dict[str, str]]]] = {
    "postgresql": {
        "products": {
            "id": "id + shift",
            "price_minor": "price_minor + nth * 100",
            "created_at": "created_at + shift * interval '1 second'",
            "updated_at": "updated_at + shift * interval '1 second'",
        },
        "product_options": {"id": "id + shift", "product_id": "product_id + shift"},
        "option_values": {"id": "id + shift", "option_id": "option_id + shift"},
        "variants": {
            "id": "id + shift",
            "product_id": "product_id + shift",
            "price_minor": "price_minor + nth * 100",
            "compare_at_minor": "compare_at_minor + nth * 100",
            "combination": _COMBINATION,
        },
        "price_history": {
            "id": "DEFAULT",
            "variant_id": "variant_id + shift",
            "price_minor": "price_minor + nth * 100",
            "compare_at_minor": "compare_at_minor + nth * 100",
        },
        "product_pictures": {"id": "id + shift", "product_id": "product_id + shift"},
        "stock_levels": {"variant_id": "variant_id + shift"},
        "stock_movements": {"id": "DEFAULT", "variant_id": "variant_id + shift"},
        "product_search": {"product_id": "product_id + shift"},
        "product_attributes": {"product_id": "product_id + shift"},
        "product_tags": {"product_id": "product_id + shift"},
    },
    "sqlite": {
        "products": {
            "id": "id + shift",
            "price_minor": "price_minor + nth * 100",
            "created_at": "strftime('%Y-%m-%d %H\\:%M\\:%S', created_at, shift || ' seconds')"
            " || '.000000'",
            "updated_at": "strftime('%Y-%m-%d %H\\:%M\\:%S', updated_at, shift || ' seconds')"
            " || '.000000'",
        },
        "product_options": {"id": "id + shift", "product_id": "product_id + shift"},
        "option_values": {"id": "id + shift", "option_id": "option_id + shift"},
        "variants": {
            "id": "id + shift",
            "product_id": "product_id + shift",
            "price_minor": "price_minor + nth * 100",
            "compare_at_minor": "compare_at_minor + nth * 100",
            "combination": _COMBINATION,
        },
        "price_history": {
            "id": "DEFAULT",
            "variant_id": "variant_id + shift",
            "price_minor": "price_minor + nth * 100",
            "compare_at_minor": "compare_at_minor + nth * 100",
        },
        "product_pictures": {"id": "id + shift", "product_id": "product_id + shift"},
        "stock_levels": {"variant_id": "variant_id + shift"},
        "stock_movements": {"id": "DEFAULT", "variant_id": "variant_id + shift"},
        "product_search": {"rowid": "product_search.rowid + shift"},
        "product_attributes": {"product_id": "product_id + shift"},
        "product_tags": {"product_id": "product_id + shift"},
    },
}
_COLUMNS: Final = {
    "postgresql": text(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND table_name = :name"
        " AND is_generated = 'NEVER' ORDER BY ordinal_position"
    ),
    "sqlite": text("SELECT name FROM pragma_table_info(:name)"),
}
# Numbers of copies.
_COPIES: Final = {
    "postgresql": "(SELECT nth, nth * :originals AS shift"
    " FROM generate_series(:start, :stop) AS nth)",
    "sqlite": "(WITH RECURSIVE numbers (nth) AS (SELECT :start UNION ALL"
    " SELECT nth + 1 FROM numbers WHERE nth < :stop)"
    " SELECT nth, nth * :originals AS shift FROM numbers)",
}
_COPIES_AT_ONCE: Final = 10
_COUNTS: Final = (
    text("UPDATE brand_counts SET products = products * :factor, on_sale = on_sale * :factor"),
    text("UPDATE attribute_counts SET products = products * :factor"),
)
_OF_PRODUCTS: Final = "product_id >= :first AND product_id < :end"
_OF_VARIANTS: Final = f"variant_id IN (SELECT id FROM variants WHERE {_OF_PRODUCTS})"  # noqa: S608 (a constant)
# The rows of the original products.
_ORIGINAL_ROWS: Final = {
    "products": "id >= :first AND id < :end",
    "option_values": f"option_id IN (SELECT id FROM product_options WHERE {_OF_PRODUCTS})",  # noqa: S608 (a constant)
    "price_history": _OF_VARIANTS,
    "stock_levels": _OF_VARIANTS,
    "stock_movements": _OF_VARIANTS,
    "sqlite product_search": "product_search.rowid >= :first AND product_search.rowid < :end",
}


def fill_catalog(
    database: Database,
    begin: UnitOfWorkFactory,
    count: int,
    progress: Progress,
    *,
    variants: int = 1,
    attributes: bool = False,
) -> list[ProductId]:
    """Add `count` products of one to three `variants` in 20 categories and return their ids.

    With `attributes`, they have a value of each attribute of their category.
    The first ten thousand are added through the repositories, so that every table that belongs
    to a product is filled as in production. The others are copies by SQL with other ids, prices
    and times. The outbox messages about stock are left for a worker.
    """
    random_, values = random.Random(count), random.Random(count)
    originals = min(count, _ORIGINALS)
    assert count % originals == 0, "a large catalog is a multiple of ten thousand"
    categories = _add_categories(begin)
    of_categories = _add_attributes(begin, categories) if attributes else {}
    # All ids at once, so that those of the copies are a multiple of `originals` higher. The ids of
    # one product, its option, its values and its other variants are `count` apart.
    with begin() as work:
        first = work.ids.take(count * (1 if variants == 1 else 2 * variants + 1))[0]
        work.commit()
    ids = [ProductId(each) for each in range(first, first + count)]
    with progress.step(f"{originals:,} products", originals) as advance:
        for start, batch in _batches(ids[:originals]):
            with begin() as work:
                products = [
                    _product(id_, start + number, categories, random_)
                    for number, id_ in enumerate(batch)
                ]
                if of_categories:
                    products = [_with_values(each, of_categories, values) for each in products]
                if variants > 1:
                    products = [_with_sizes(each, variants, distance=count) for each in products]
                work.products.add_all(products)
                work.galleries.add_all(
                    [
                        ProductGallery.of_new_product(
                            id_, [Picture(id=PictureId(id_), image=_image(start + number))]
                        )
                        for number, id_ in enumerate(batch)
                    ]
                )
                opening = {sold.id: _STOCK for each in products for sold in each.variants}
                work.stock.open(opening, reason="opening", at=_OPENED)
                work.commit()
            advance(len(batch))
    copies = count // originals - 1
    if copies:
        with (
            _without_indexes(database, progress),
            progress.step(f"{count:,} products", copies) as advance,
        ):
            for start in range(1, copies + 1, _COPIES_AT_ONCE):
                stop = min(start + _COPIES_AT_ONCE - 1, copies)
                with database.writing() as connection:
                    _copy(connection, ids[0], originals, start, stop)
                    connection.commit()
                advance(stop - start + 1)
        with database.writing() as connection:
            for statement in _COUNTS:
                connection.execute(statement, {"factor": count // originals})
            connection.commit()
    return ids


def _add_categories(begin: UnitOfWorkFactory) -> list[CategoryId]:
    """Add categories with products, most of them below a category without any."""
    with begin() as work:
        parent, *categories = (CategoryId(each) for each in work.ids.take(1 + CATEGORIES))
        details = CategoryDetails(name="Parent category", slug=PARENT_CATEGORY)
        work.categories.add(Category(id=parent, details=details))
        for number, category_id in enumerate(categories):
            details = CategoryDetails(
                name=f"Category {number}",
                slug=f"category-{number}",
                parent_id=parent if number >= _FIRST_CHILD else None,
            )
            work.categories.add(Category(id=category_id, details=details))
        work.commit()
    return categories


def _add_attributes(
    begin: UnitOfWorkFactory, categories: Sequence[CategoryId]
) -> dict[CategoryId, list[Attribute]]:
    with begin() as work:
        added = {each: _attributes(each, work.ids.take(4 + len(_COLOURS))) for each in categories}
        for of_category in added.values():
            for attribute in of_category:
                work.attributes.add(attribute)
        work.commit()
    return added


def _without_indexes(database: Database, progress: Progress) -> AbstractContextManager[None]:
    """Create PostgreSQL's indexes after the block, which takes a tenth of the time."""
    if database.dialect != "postgresql":
        return nullcontext()
    url = database.engine.url.render_as_string(hide_password=False)
    return without_indexes(url, list(_COPIED["postgresql"]), progress)


def _batches(ids: list[ProductId]) -> Iterator[tuple[int, list[ProductId]]]:
    for start in range(0, len(ids), _BATCH):
        yield start, ids[start : start + _BATCH]


def _copy(connection: Connection, first: ProductId, originals: int, start: int, stop: int) -> None:
    """Write the copies with the numbers `start` to `stop`.

    One copy of all products follows the other. Otherwise a few pages of a table, which are the
    sample by which searches are planned, would have several copies of one product.
    """
    dialect = connection.dialect.name
    values = {
        "originals": originals,
        "start": start,
        "stop": stop,
        "first": first,
        "end": first + originals,
    }
    for table, changed in _COPIED[dialect].items():
        columns = list(connection.scalars(_COLUMNS[dialect], {"name": table}))
        expressions = {name: name for name in columns} | changed
        expressions = {name: each for name, each in expressions.items() if each != "DEFAULT"}
        rows = _ORIGINAL_ROWS.get(f"{dialect} {table}") or _ORIGINAL_ROWS.get(table, _OF_PRODUCTS)
        statement = (
            f"INSERT INTO {table} ({', '.join(expressions)})"  # noqa: S608 (constants and names of columns)
            f" SELECT {', '.join(expressions.values())}"
            f" FROM {table} CROSS JOIN {_COPIES[dialect]} AS copies"
            f" WHERE {rows} ORDER BY nth"
        )
        connection.execute(text(statement), values)


def _words() -> list[str]:
    """Return the words, the most frequent first."""
    words = ["".join(parts) for parts in product(_ONSETS, _VOWELS, _CODAS, _ENDINGS)]
    random.Random(1).shuffle(words)
    return words


_WORDS: Final = _words()
_WORD_WEIGHTS: Final = list(accumulate(1 / rank for rank in range(1, len(_WORDS) + 1)))
COMMONEST_WORDS: Final = _WORDS[:40]
COMMONEST_WORD: Final = COMMONEST_WORDS[0]
INITIALS: Final = sorted({word[0] for word in _WORDS})
HUNDREDTH_WORD: Final = _WORDS[499]
"""It is in about a hundredth of the products, and with `COMMON_WORD` in a thousandth."""
_CATEGORY_WEIGHTS: Final = list(accumulate(1 / (5 + rank) for rank in range(CATEGORIES)))
_COLOUR_WEIGHTS: Final = list(accumulate(1 / (2 + rank) for rank in range(len(_COLOURS))))
_BRAND_WEIGHTS: Final = list(accumulate(1 / (1 + rank) for rank in range(_BRANDS)))


def _image(number: int) -> str:
    return f"/media/benchmark/{number % 100}.webp"


def _product(
    id_: ProductId, number: int, categories: list[CategoryId], random_: random.Random
) -> Product:
    def words(count: int) -> list[str]:
        return random_.choices(_WORDS, cum_weights=_WORD_WEIGHTS, k=count)

    title = words(_TITLE_WORDS)
    if number % COMMON_EVERY == 0:
        title[-1] = COMMON_WORD
    at = _OPENED + timedelta(seconds=number)
    (brand,) = random_.choices(range(_BRANDS), cum_weights=_BRAND_WEIGHTS)
    (category_id,) = random_.choices(categories, cum_weights=_CATEGORY_WEIGHTS)
    details = ProductDetails(
        title=" ".join(title).capitalize(),
        subtitle=" ".join(words(_TITLE_WORDS)).capitalize(),
        description=" ".join(words(_DESCRIPTION_WORDS)).capitalize() + ".",
        price=Money(random_.randrange(4_900, 499_900, 100), "INR"),
        author=None,
        published_year=None,
        brand=f"Brand {brand}",
        category_id=category_id,
        image=_image(number),
        tags=tuple(tag for tag, (every, start) in _TAGGED.items() if number % every == start),
    )
    compare_at = details.price * 2 if number % _ON_SALE_EVERY == 0 else None
    variant = VariantDetails(price=details.price, compare_at_price=compare_at)
    return Product(
        id=id_,
        details=details,
        variants=[Variant(id=VariantId(id_), details=variant)],
        default_variant_id=VariantId(id_),
        created_at=at,
        updated_at=at,
    )


def _attributes(category_id: CategoryId, ids: Sequence[int]) -> list[Attribute]:
    """A choice, a text, a number and a boolean."""
    choices = tuple(
        AttributeChoice(id=AttributeChoiceId(each), text=text)
        for each, text in zip(ids[4:], _COLOURS, strict=True)
    )
    all_details = (
        AttributeDetails(name="Colour", type=AttributeType.CHOICE, choices=choices),
        AttributeDetails(name="Material"),
        AttributeDetails(name="Weight", type=AttributeType.NUMBER, unit="kg"),
        AttributeDetails(name="Waterproof", type=AttributeType.BOOLEAN),
    )
    return [
        Attribute(id=AttributeId(each), category_id=category_id, details=details)
        for each, details in zip(ids, all_details, strict=False)
    ]


def _with_values(
    product: Product, attributes: Mapping[CategoryId, Sequence[Attribute]], random_: random.Random
) -> Product:
    """Give a product a value of each attribute of its category."""
    category_id = product.details.category_id
    assert category_id is not None
    of_category = attributes[category_id]
    [colour] = random_.choices(of_category[0].details.choices, cum_weights=_COLOUR_WEIGHTS)
    [material] = random_.choices(_WORDS[:_MATERIALS], cum_weights=_WORD_WEIGHTS[:_MATERIALS])
    weight = random_.randrange(1, _WEIGHTS) * NUMBER_PARTS // 100
    waterproof = random_.randrange(4) // 3
    values: Sequence[AttributeValue] = (colour.id, material.capitalize(), weight, waterproof)
    product.details = replace(
        product.details,
        attributes=tuple((each.id, value) for each, value in zip(of_category, values, strict=True)),
    )
    return product


def _with_sizes(product: Product, count: int, *, distance: int) -> Product:
    """Give a product an option with `count` values and a variant for each."""
    numbers = range(product.id + distance, product.id + distance * (2 * count + 1), distance)
    option_id, value_ids, variant_ids = numbers[0], numbers[1 : count + 1], numbers[count + 1 :]
    option = ProductOption.of_texts(
        id=OptionId(option_id), name="Size", texts=_SIZES[:count], ids=value_ids
    )
    [variant] = product.variants
    return Product(
        id=product.id,
        details=product.details,
        options=[option],
        variants=[
            replace(
                variant,
                id=VariantId(variant_id),
                values={option.id: value.id},
                position=position,
            )
            for position, (variant_id, value) in enumerate(
                zip((variant.id, *variant_ids), option.values, strict=True)
            )
        ],
        default_variant_id=product.default_variant_id,
        created_at=product.created_at,
        updated_at=product.updated_at,
    )
