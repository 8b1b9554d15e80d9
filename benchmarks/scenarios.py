"""What is asked of a shop, and how often."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import uuid4

from benchmarks.http_wire import Request
from benchmarks.shoppers import PASSWORD, Shopper
from benchmarks.subject import Subject

_READERS: Final = 50
_CART_LINES: Final = 5
_ORDER_LINES: Final = 3
_PAST_ORDERS: Final = 12

Batches = list[list[Request]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`prepare(subject, rounds, size)` fills the shop and gives the requests of each round.

    Where a request can be sent only once, `size` is how many a round has.
    """

    name: str
    prepare: Callable[[Subject, int, int], Batches]
    expected: int = 200
    repeated: bool = True


def _always(request: Request, _: Subject, rounds: int, __: int) -> Batches:
    return [[request]] * rounds


def _product_detail(subject: Subject, rounds: int, _: int) -> Batches:
    chosen = random.Random(1).choices(subject.products, k=500)
    return [[Request.get(f"/api/products/{id_}/") for id_ in chosen]] * rounds


def _cart(subject: Subject, rounds: int, _: int) -> Batches:
    shoppers = subject.shoppers.make(_READERS, lines=_CART_LINES, progress=subject.progress)
    return [[Request.get("/api/cart/", token=each.access) for each in shoppers]] * rounds


def _history(subject: Subject, rounds: int, _: int) -> Batches:
    shoppers = subject.shoppers.make(_READERS, lines=0, progress=subject.progress)
    with subject.progress.step("past orders", _PAST_ORDERS) as advance:
        for _round in range(_PAST_ORDERS):
            subject.shoppers.refill(shoppers, lines=_ORDER_LINES)
            for shopper in shoppers:
                subject.answer(placing(shopper), expected=201)
            advance(1)
    return [[Request.get("/api/orders/my/", token=each.access) for each in shoppers]] * rounds


def _login(subject: Subject, rounds: int, _: int) -> Batches:
    shoppers = subject.shoppers.make(_READERS, lines=0, progress=subject.progress)
    return [
        [
            Request.post("/api/token/", {"username": each.username, "password": PASSWORD})
            for each in shoppers
        ]
    ] * rounds


def placing(shopper: Shopper, *, key: str | None = None) -> Request:
    """The whole cart of this customer becomes an order."""
    return Request.post(
        "/api/orders/create/",
        {"address_id": shopper.address_id},
        token=shopper.access,
        headers={} if key is None else {"Idempotency-Key": key},
    )


def _plain_orders(subject: Subject, rounds: int, size: int) -> Batches:
    return [[placing(each) for each in _buyers(subject, size)] for _ in range(rounds)]


def _keyed_orders(subject: Subject, rounds: int, size: int) -> Batches:
    return [
        [placing(each, key=uuid4().hex) for each in _buyers(subject, size)] for _ in range(rounds)
    ]


def _buyers(subject: Subject, count: int) -> list[Shopper]:
    return subject.shoppers.make(count, lines=_ORDER_LINES, progress=subject.progress)


ROUTES: Final = (
    Scenario(name="health", prepare=partial(_always, Request.get("/api/health/"))),
    Scenario(name="product detail", prepare=_product_detail),
    Scenario(
        name="product list of 100",
        prepare=partial(_always, Request.get("/api/products/?limit=100")),
    ),
    Scenario(name="cart of 5 lines", prepare=_cart),
    Scenario(name="order history, a page of 5", prepare=_history),
    Scenario(name="login", prepare=_login),
    Scenario(
        name="placing an order of 3 lines",
        prepare=_plain_orders,
        expected=201,
        repeated=False,
    ),
    Scenario(
        name="the same with an Idempotency-Key",
        prepare=_keyed_orders,
        expected=201,
        repeated=False,
    ),
)
