"""Catalogues of any size, the same on every machine."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from benchmarks.progress import Progress
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.category import Category, CategoryDetails
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.money import Money

_PORTION: Final = 2_000
_CATEGORIES: Final = 20
_BRANDS: Final = 200
_OPENED: Final = datetime(2026, 1, 1, tzinfo=UTC)
_STOCK: Final = 1_000_000
_KINDS: Final = "lamp kettle novel notebook jacket chair speaker backpack bottle clock".split()
_QUALITIES: Final = "plain bright quiet sturdy woven folding pocket travel garden evening".split()


def fill_catalogue(begin: UnitOfWorkFactory, count: int, progress: Progress) -> list[ProductId]:
    """Add `count` products in 20 categories, with stock and search index; their ids, rising.

    They go through the shop's own repositories; a worker has yet to hear of their stock.
    """
    chance = random.Random(count)
    with begin() as work:
        categories = [CategoryId(each) for each in work.ids.take(_CATEGORIES)]
        for place, category_id in enumerate(categories):
            work.categories.add(
                Category(
                    id=category_id,
                    details=CategoryDetails(name=f"Category {place}", slug=f"category-{place}"),
                )
            )
        work.commit()
    added: list[ProductId] = []
    with progress.step(f"{count:,} products", count) as advance:
        for portion in _portions(count):
            with begin() as work:
                ids = [ProductId(each) for each in work.ids.take(portion)]
                work.products.add_all(
                    [
                        _product(id_, len(added) + place, categories, chance)
                        for place, id_ in enumerate(ids)
                    ]
                )
                work.stock.open(dict.fromkeys(ids, _STOCK), reason="opening", at=_OPENED)
                work.commit()
            added += ids
            advance(portion)
    return added


def _portions(count: int) -> Iterator[int]:
    for start in range(0, count, _PORTION):
        yield min(_PORTION, count - start)


def _product(
    id_: ProductId, place: int, categories: list[CategoryId], chance: random.Random
) -> Product:
    quality, kind = chance.choice(_QUALITIES), chance.choice(_KINDS)
    at = _OPENED + timedelta(seconds=place)
    return Product(
        id=id_,
        details=ProductDetails(
            title=f"{quality.title()} {kind} no. {place}",
            subtitle=f"A {quality} {kind} for every day",
            description=f"This {kind} is {quality}, well made and easy to care for. " * 3,
            price=Money(chance.randrange(4_900, 499_900, 100), "INR"),
            author=None,
            published_year=None,
            brand=f"Brand {chance.randrange(_BRANDS)}",
            category_id=chance.choice(categories),
            image=f"/media/benchmark/{place % 100}.webp",
        ),
        created_at=at,
        updated_at=at,
    )
