"""Catalogs of any size, the same on every machine."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from benchmarks.progress import Progress
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.money import Money

_BATCH: Final = 2_000
_CATEGORIES: Final = 20
_BRANDS: Final = 200
_OPENED: Final = datetime(2026, 1, 1, tzinfo=UTC)
_STOCK: Final = 1_000_000
_NOUNS: Final = "lamp kettle novel notebook jacket chair speaker backpack bottle clock".split()
_ADJECTIVES: Final = "plain bright quiet sturdy woven folding pocket travel garden evening".split()


def fill_catalog(begin: UnitOfWorkFactory, count: int, progress: Progress) -> list[ProductId]:
    """Add `count` products in 20 categories through the repositories; return their ids.

    The outbox messages about their stock are left for a worker.
    """
    random_ = random.Random(count)
    with begin() as work:
        categories = [CategoryId(each) for each in work.ids.take(_CATEGORIES)]
        for number, category_id in enumerate(categories):
            work.categories.add(
                Category(
                    id=category_id,
                    details=CategoryDetails(name=f"Category {number}", slug=f"category-{number}"),
                )
            )
        work.commit()
    added: list[ProductId] = []
    with progress.step(f"{count:,} products", count) as advance:
        for batch in _batches(count):
            with begin() as work:
                ids = [ProductId(each) for each in work.ids.take(batch)]
                work.products.add_all(
                    [
                        _product(id_, len(added) + number, categories, random_)
                        for number, id_ in enumerate(ids)
                    ]
                )
                work.stock.open(dict.fromkeys(ids, _STOCK), reason="opening", at=_OPENED)
                work.commit()
            added += ids
            advance(batch)
    return added


def _batches(count: int) -> Iterator[int]:
    for start in range(0, count, _BATCH):
        yield min(_BATCH, count - start)


def _product(
    id_: ProductId, number: int, categories: list[CategoryId], random_: random.Random
) -> Product:
    adjective, noun = random_.choice(_ADJECTIVES), random_.choice(_NOUNS)
    at = _OPENED + timedelta(seconds=number)
    return Product(
        id=id_,
        details=ProductDetails(
            title=f"{adjective.title()} {noun} no. {number}",
            subtitle=f"A {adjective} {noun} for every day",
            description=f"This {noun} is {adjective}, well made and easy to care for. " * 3,
            price=Money(random_.randrange(4_900, 499_900, 100), "INR"),
            author=None,
            published_year=None,
            brand=f"Brand {random_.randrange(_BRANDS)}",
            category_id=random_.choice(categories),
            image=f"/media/benchmark/{number % 100}.webp",
        ),
        created_at=at,
        updated_at=at,
    )
