"""Lists of products, at catalogues of several sizes: what a page costs wherever it stands."""

from functools import partial
from typing import Final

from benchmarks.http_wire import Request
from benchmarks.scenarios import Batches, Scenario
from benchmarks.subject import Subject

SIZES: Final = (1_000, 100_000)
LARGE: Final = 1_000_000
_PER_PAGE: Final = 100
_FAR: Final = 1_000


def _page(path: str, number: int, subject: Subject, rounds: int, _: int) -> Batches:
    number = min(number, len(subject.products) // _PER_PAGE)
    return [[Request.get(subject.page(path, number))]] * rounds


def list_scenarios(products: int) -> list[Scenario]:
    """Page 1 and page 1,000 (or the last) of each order and filter, in a shop of that size."""
    far = min(_FAR, products // _PER_PAGE)
    every = f"/api/products/?limit={_PER_PAGE}"
    return [
        Scenario(name=f"{products:,} products: {name}", prepare=partial(_page, path, number))
        for name, path, number in (
            ("newest, page 1", every, 1),
            (f"newest, page {far:,}", every, far),
            ("by price, page 1", f"{every}&sort=price", 1),
            (f"by price, page {far:,}", f"{every}&sort=price", far),
            ("one category by price", f"{every}&category=category-3&sort=price", 1),
            ("found by two words", f"{every}&search=woven+lamp", 1),
        )
    ]
