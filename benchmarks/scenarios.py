"""Scenarios: the requests that are sent to a shop, and the data they need."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import uuid4

from benchmarks.customers import PASSWORD, Customer
from benchmarks.load_generator import Request
from benchmarks.servers import WEBHOOK_SECRET
from benchmarks.shops import BenchmarkShop
from novacart.adapters.sandbox.customer import SandboxCustomer
from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import PaymentGateway

LIST_SIZES: Final = (1_000, 100_000)
LARGE_LIST_SIZE: Final = 1_000_000
_READERS: Final = 50
_CART_LINES: Final = 5
_ORDER_LINES: Final = 3
_PAST_ORDERS: Final = 12
_PAGE_SIZE: Final = 100
_FAR_PAGE: Final = 1_000

Batches = list[list[Request]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`prepare(shop, rounds, size)` fills the shop and returns the requests of each round.

    `size` is the number of requests of a round if they can be sent only once (not `repeated`).
    """

    name: str
    prepare: Callable[[BenchmarkShop, int, int], Batches]
    expected: int = 200
    repeated: bool = True


# -- reading, signing in and ordering --------------------------------------------------------


def _single(request: Request, _: BenchmarkShop, rounds: int, __: int) -> Batches:
    return [[request]] * rounds


def _product_detail(shop: BenchmarkShop, rounds: int, _: int) -> Batches:
    chosen = random.Random(1).choices(shop.products, k=500)
    return [[Request.get(f"/api/products/{id_}/") for id_ in chosen]] * rounds


def _cart(shop: BenchmarkShop, rounds: int, _: int) -> Batches:
    customers = shop.customers.create(_READERS, lines=_CART_LINES, progress=shop.progress)
    return [[Request.get("/api/cart/", token=each.access) for each in customers]] * rounds


def _order_history(shop: BenchmarkShop, rounds: int, _: int) -> Batches:
    customers = shop.customers.create(_READERS, lines=0, progress=shop.progress)
    with shop.progress.step("past orders", _PAST_ORDERS) as advance:
        for _order in range(_PAST_ORDERS):
            shop.customers.refill(customers, lines=_ORDER_LINES)
            for customer in customers:
                shop.send(order_request(customer), expected=201)
            advance(1)
    return [[Request.get("/api/orders/my/", token=each.access) for each in customers]] * rounds


def _login(shop: BenchmarkShop, rounds: int, _: int) -> Batches:
    customers = shop.customers.create(_READERS, lines=0, progress=shop.progress)
    return [
        [
            Request.post("/api/token/", {"username": each.username, "password": PASSWORD})
            for each in customers
        ]
    ] * rounds


def order_request(customer: Customer, *, key: str | None = None) -> Request:
    """Return the request that orders the customer's whole cart."""
    return Request.post(
        "/api/orders/create/",
        {"address_id": customer.address_id},
        token=customer.access,
        headers={} if key is None else {"Idempotency-Key": key},
    )


def _plain_orders(shop: BenchmarkShop, rounds: int, size: int) -> Batches:
    return [[order_request(each) for each in _buyers(shop, size)] for _ in range(rounds)]


def _keyed_orders(shop: BenchmarkShop, rounds: int, size: int) -> Batches:
    return [
        [order_request(each, key=uuid4().hex) for each in _buyers(shop, size)]
        for _ in range(rounds)
    ]


def _buyers(shop: BenchmarkShop, count: int) -> list[Customer]:
    return shop.customers.create(count, lines=_ORDER_LINES, progress=shop.progress)


ROUTES: Final = (
    Scenario(name="health", prepare=partial(_single, Request.get("/api/health/"))),
    Scenario(name="product detail", prepare=_product_detail),
    Scenario(
        name="product list of 100",
        prepare=partial(_single, Request.get("/api/products/?limit=100")),
    ),
    Scenario(name="cart of 5 lines", prepare=_cart),
    Scenario(name="order history, a page of 5", prepare=_order_history),
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


# -- payments through the sandbox ------------------------------------------------------------


def _intents(shop: BenchmarkShop, rounds: int, size: int) -> Batches:
    return [_intent_requests(shop, size) for _ in range(rounds)]


def _intent_requests(shop: BenchmarkShop, count: int) -> list[Request]:
    return [
        Request.post(
            "/api/payments/payment-intent/",
            {"order_id": shop.send(order_request(buyer), expected=201)["id"]},
            token=buyer.access,
        )
        for buyer in _buyers(shop, count)
    ]


def _events(shop: BenchmarkShop, rounds: int, size: int, *, twice: bool) -> Batches:
    signed: list[tuple[bytes, str]] = []
    gateway = shop.injector.get(PaymentGateway)  # type: ignore[type-abstract]
    assert isinstance(gateway, SandboxGateway)
    confirm = SandboxCustomer(
        ensure_open=lambda _: None,
        gateway=gateway,
        clock=shop.injector.get(Clock),  # type: ignore[type-abstract]
        secret=WEBHOOK_SECRET,
        deliver=lambda payload, signature: signed.append((payload, signature)),
    )
    batches = []
    for _ in range(rounds):
        signed.clear()
        for request in _intent_requests(shop, size):
            intent = shop.send(request, expected=200)
            confirm(intent["payment_intent_id"], succeed=True)
        batches.append([_event_request(payload, signature) for payload, signature in signed])
    if twice:
        for batch in batches:
            for event in batch:
                shop.send(event, expected=200)
    return batches


def _event_request(payload: bytes, signature: str) -> Request:
    return Request.post("/api/payments/webhook/", payload, headers={"Stripe-Signature": signature})


PAYMENTS: Final = (
    Scenario(name="payment-intent of an order", prepare=_intents, repeated=False),
    Scenario(
        name="webhook: payment succeeded", prepare=partial(_events, twice=False), repeated=False
    ),
    Scenario(
        name="webhook: the same event again", prepare=partial(_events, twice=True), repeated=False
    ),
)


# -- lists of products -----------------------------------------------------------------------


def list_scenarios(products: int) -> list[Scenario]:
    """Return scenarios of the first and a far page of each order and filter."""
    far = min(_FAR_PAGE, products // _PAGE_SIZE)
    path = f"/api/products/?limit={_PAGE_SIZE}"
    return [
        Scenario(name=f"{products:,} products: {name}", prepare=partial(_page, page_path, number))
        for name, page_path, number in (
            ("newest, page 1", path, 1),
            (f"newest, page {far:,}", path, far),
            ("by price, page 1", f"{path}&sort=price", 1),
            (f"by price, page {far:,}", f"{path}&sort=price", far),
            ("one category by price", f"{path}&category=category-3&sort=price", 1),
            ("search for two words", f"{path}&search=woven+lamp", 1),
        )
    ]


def _page(path: str, number: int, shop: BenchmarkShop, rounds: int, _: int) -> Batches:
    number = min(number, len(shop.products) // _PAGE_SIZE)
    return [[Request.get(shop.page(path, number))]] * rounds
