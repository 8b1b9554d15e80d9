"""Scenarios: the requests that are sent to a shop, the data they need, and the targets."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations, count, islice
from typing import Final
from urllib.parse import quote_plus
from uuid import uuid4

from sqlalchemy import literal_column

from benchmarks.catalog import (
    CATEGORIES,
    COMMON_TAG,
    COMMON_WORD,
    COMMONEST_WORD,
    COMMONEST_WORDS,
    FREQUENT_BRAND,
    HUNDREDTH_WORD,
    INITIALS,
    LARGEST_CATEGORY,
    MIDDLE_CATEGORY,
    OCCASIONAL_TAG,
    PARENT_CATEGORY,
)
from benchmarks.customers import PASSWORD, Customer
from benchmarks.load_generator import Request
from benchmarks.servers import WEBHOOK_SECRET
from benchmarks.subjects import BenchmarkShop
from benchmarks.targets import Target
from novacart.adapters.persistence.catalog.mapper import (
    IS_DEFAULT_VARIANT,
    PRODUCT_VIEW_COLUMNS,
)
from novacart.adapters.persistence.catalog.product_list_query import ProductListQuery
from novacart.adapters.persistence.catalog.product_views import PRODUCT_WITH_DEFAULT
from novacart.adapters.persistence.catalog.tables import default_variants
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.statements import DriverStatement
from novacart.adapters.sandbox.customer import SandboxCustomer
from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.application.catalog.queries import ProductFilter, ProductSort
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.domain.shared.ids import ProductId

LIST_SIZES: Final = {
    1_000: ("sqlite", "postgresql"),
    100_000: ("sqlite", "postgresql"),
    1_000_000: ("postgresql",),
}
"""The databases on which lists of so many products are measured."""
_READERS: Final = 50
_CART_LINES: Final = 5
ORDER_LINES: Final = 3
_PAST_ORDERS: Final = 12
_PAGE_SIZE: Final = 100
_FAR_PAGE: Final = 1_000
_ADDITIONS: Final = 10
_ORDERS_PER_SIZE: Final = 3
_NO_TARGET: Final = Target()

Script = list[Request]
Rounds = list[list[Script]]
"""The scripts of each round: one that all connections share, or one for each connection."""

Prepare = Callable[[BenchmarkShop, int, int], Rounds]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """`prepare(shop, rounds, size)` fills the shop and returns the scripts of each round.

    `size` is a number of requests for scripts that can be sent only once (not `repeated`).
    A rate counts groups of `journey` requests. `shape` is the encoding of the rows by the floor;
    without one, there is no floor. `read` reads the rows of a request from the database for the
    floor, if the shop keeps them in memory. With `worker`, a worker runs, and is waited for.
    """

    name: str
    prepare: Prepare
    repeated: bool = True
    journey: int = 1
    shape: str = ""
    read: Callable[[Database, Request], object] | None = None
    worker: bool = False
    compared: bool = True
    target: Target = _NO_TARGET


# -- reads ------------------------------------------------------------------------------------


def _single(request: Request, _: BenchmarkShop, rounds: int, __: int) -> Rounds:
    return [[[request]]] * rounds


def _product_detail(shop: BenchmarkShop, rounds: int, _: int) -> Rounds:
    chosen = random.Random(1).choices(shop.products, k=500)
    return [[[Request.get(f"/api/products/{id_}/") for id_ in chosen]]] * rounds


def _cart(shop: BenchmarkShop, rounds: int, size: int) -> Rounds:
    readers = min(_READERS, size)
    customers = shop.customers.create(readers, lines=_CART_LINES, progress=shop.progress)
    return [[[Request.get("/api/cart/", token=each.access) for each in customers]]] * rounds


def place_past_orders(shop: BenchmarkShop, customers: int) -> list[Customer]:
    """Create customers with several orders each, and refresh the statistics of the database.

    PostgreSQL keeps the plans of statements that are executed often. It must not choose them for
    empty tables, as it does in a new shop until the tables are analyzed.
    """
    created = shop.customers.create(customers, lines=0, progress=shop.progress)
    with shop.progress.step("past orders", _PAST_ORDERS) as advance:
        for _order in range(_PAST_ORDERS):
            shop.customers.refill(created, lines=ORDER_LINES)
            for customer in created:
                shop.send(order_request(customer))
            advance(1)
    shop.database.refresh_statistics()
    return created


def _order_history(shop: BenchmarkShop, rounds: int, size: int) -> Rounds:
    customers = place_past_orders(shop, min(_READERS, size))
    return [[[Request.get("/api/orders/my/", token=each.access) for each in customers]]] * rounds


def _read_products(category: str | None, database: Database, _: Request) -> object:
    """Read a page with the shop's statement and all columns of its products."""
    filters = ProductFilter(category=category)
    query = ProductListQuery(database.dialect, filters, ProductSort.NEWEST)
    page = query.page(_PAGE_SIZE, None).join(default_variants, IS_DEFAULT_VARIANT)
    page = page.with_only_columns(*PRODUCT_VIEW_COLUMNS)
    return database.fetch(DriverStatement(page.limit(literal_column(str(_PAGE_SIZE + 1)))))


def _read_product(database: Database, request: Request) -> object:
    """Read everything that the page of a product shows."""
    return database.fetch(
        PRODUCT_WITH_DEFAULT[database.dialect], {"product_id": int(request.path.split("/")[-2])}
    )


def _get(name: str, path: str, shape: str = "", target: Target | None = None) -> Scenario:
    return Scenario(
        name=name,
        prepare=partial(_single, Request.get(path)),
        shape=shape,
        target=target or (_FLOOR if shape else _NO_TARGET),
    )


_FLOOR: Final = Target(of_floor=0.9)
READS: Final = (
    _get("health", "/api/health/", "health"),
    Scenario(
        name="product detail",
        prepare=_product_detail,
        shape="product",
        read=_read_product,
        target=_FLOOR,
    ),
    replace(
        _get("list of 100", "/api/products/?limit=100", "products"),
        read=partial(_read_products, None),
    ),
    replace(
        _get(
            "a category, 100 products",
            f"/api/products/?limit=100&category={LARGEST_CATEGORY}",
            "products",
        ),
        read=partial(_read_products, LARGEST_CATEGORY),
    ),
    _get("brands", "/api/products/brands/", "brands"),
    _get("price range", "/api/products/price-range/", "price range"),
    Scenario(name="cart of 5", prepare=_cart, shape="cart", target=_FLOOR),
    Scenario(name="history, a page of 5", prepare=_order_history, shape="orders", target=_FLOOR),
    _get("suggestions", "/api/products/search/suggestions/?q=la"),
)


# -- writes -----------------------------------------------------------------------------------


def add_request(customer: Customer, product_id: ProductId) -> Request:
    """Return the request that adds one unit of a product to the customer's cart."""
    return Request.post(
        "/api/cart/add/", {"product_id": product_id, "quantity": 1}, token=customer.access
    )


def order_request(customer: Customer, *, key: str | None = None) -> Request:
    """Return the request that orders the customer's whole cart, to be paid on delivery."""
    return Request.post(
        "/api/orders/create/",
        {"address_id": customer.address_id, "payment_method": "COD"},
        token=customer.access,
        headers={} if key is None else {"Idempotency-Key": key},
        expected=201,
    )


def _additions(shop: BenchmarkShop, rounds: int, size: int) -> Rounds:
    """The same customers add products that are not in their carts."""
    random_ = random.Random(2)
    batches = []
    for _ in range(rounds):
        customers = shop.customers.create(
            max(size // _ADDITIONS, 1), lines=0, progress=shop.progress
        )
        chosen = [random_.sample(shop.products, _ADDITIONS) for _ in customers]
        batches.append(
            [
                [
                    add_request(customer, products[number])
                    for number in range(_ADDITIONS)
                    for customer, products in zip(customers, chosen, strict=True)
                ]
            ]
        )
    return batches


def _checkouts(users: int, shop: BenchmarkShop, rounds: int, size: int) -> Rounds:
    """Each user adds three products and orders them, several times.

    Each round has new users. A shop limits the open orders of a user, which an order counts.
    """
    random_ = random.Random(users)
    each = max(size // users // _ORDERS_PER_SIZE, 1)
    return [
        [
            list(_journeys(customer, shop.products, each, random_))
            for customer in shop.customers.create(users, lines=0, progress=shop.progress)
        ]
        for _ in range(rounds)
    ]


def _journeys(
    customer: Customer, products: Sequence[ProductId], count: int, random_: random.Random
) -> Iterable[Request]:
    for _ in range(count):
        for product_id in random_.sample(products, ORDER_LINES):
            yield add_request(customer, product_id)
        yield order_request(customer)


def _orders(shop: BenchmarkShop, rounds: int, size: int, *, keyed: bool = False) -> Rounds:
    return [
        [
            [
                order_request(buyer, key=uuid4().hex if keyed else None)
                for buyer in _buyers(shop, size // _ORDERS_PER_SIZE)
            ]
        ]
        for _ in range(rounds)
    ]


def _buyers(shop: BenchmarkShop, count: int) -> list[Customer]:
    return shop.customers.create(count, lines=ORDER_LINES, progress=shop.progress)


def _login(shop: BenchmarkShop, rounds: int, _: int) -> Rounds:
    customers = shop.customers.create(_READERS, lines=0, progress=shop.progress)
    script = [
        Request.post("/api/token/", {"username": each.username, "password": PASSWORD})
        for each in customers
    ]
    return [[script]] * rounds


def _checkout_scenario(users: int) -> Scenario:
    return Scenario(
        name=f"checkout (3 additions, 1 order) by {users} users",
        prepare=partial(_checkouts, users),
        repeated=False,
        journey=ORDER_LINES + 1,
        worker=True,
        target=Target(of_other=3.0),
    )


WRITES: Final = (
    Scenario(
        name="additions to the cart",
        prepare=_additions,
        repeated=False,
        target=Target(statements=4, commits=1),
    ),
    Scenario(
        name="orders of 3 lines",
        prepare=_orders,
        repeated=False,
        target=Target(statements=10, commits=1),
    ),
    Scenario(
        name="orders with an Idempotency-Key", prepare=partial(_orders, keyed=True), repeated=False
    ),
    _checkout_scenario(4),
    _checkout_scenario(16),
    Scenario(name="login", prepare=_login),
)


# -- payments through the sandbox ------------------------------------------------------------


def _intents(shop: BenchmarkShop, rounds: int, size: int) -> Rounds:
    return [[_intent_requests(shop, size // _ORDERS_PER_SIZE)] for _ in range(rounds)]


def _intent_requests(shop: BenchmarkShop, count: int) -> Script:
    return [
        Request.post(
            "/api/payments/payment-intent/",
            {"order_id": shop.send(_online_order(buyer))["id"]},
            token=buyer.access,
        )
        for buyer in _buyers(shop, count)
    ]


def _online_order(customer: Customer) -> Request:
    return Request.post(
        "/api/orders/create/",
        {"address_id": customer.address_id},
        token=customer.access,
        expected=201,
    )


def _events(shop: BenchmarkShop, rounds: int, size: int, *, twice: bool) -> Rounds:
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
    batches: Rounds = []
    for _ in range(rounds):
        signed.clear()
        for request in _intent_requests(shop, size // _ORDERS_PER_SIZE):
            intent = shop.send(request)
            confirm(intent["payment_intent_id"], succeed=True)
        batches.append([[_event_request(payload, signature) for payload, signature in signed]])
    if twice:
        for (script,) in batches:
            for event in script:
                shop.send(event)
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


# -- lists, filters, facets, search and suggestions ------------------------------------------

_FAST: Final = Target(p95_ms=50.0, dialect="postgresql")
_LIST: Final = f"/api/products/?limit={_PAGE_SIZE}"
_FACETS: Final = f"/api/products/facets/?category={MIDDLE_CATEGORY}"
_OF_LARGEST: Final = f"/api/products/facets/?category={LARGEST_CATEGORY}&attribute=colour:Yellow"
_RARE_FACETS: Final = f"{_OF_LARGEST}&brand=Brand+150"
_SIX_FILTERS: Final = (
    f"{_OF_LARGEST}&attribute=waterproof:true&attribute=weight:1..1.2"
    "&min_price=1000&max_price=1200&on_sale=true&available=true"
)
# So that two attributes have 1,000 pages in the largest category of a million products.
_FILTERED_PAGE_SIZE: Final = 20
_ONE_ATTRIBUTE: Final = (
    f"/api/products/?limit={_FILTERED_PAGE_SIZE}&category={LARGEST_CATEGORY}&sort=price"
    "&attribute=colour:Black"
)
_TWO_ATTRIBUTES: Final = f"{_ONE_ATTRIBUTE}&attribute=waterproof:false"
_SUGGESTIONS: Final = "/api/products/search/suggestions/?q="
_PARENT: Final = f"{_LIST}&category={PARENT_CATEGORY}"
_WIDE_RANGE: Final = f"{_LIST}&min_price=1000&max_price=3000"
_EIGHT_WORDS: Final = "+".join(COMMONEST_WORDS[:8])
_LONGEST_SEARCH: Final = 200
_MANY_WORDS: Final = quote_plus(" ".join(COMMONEST_WORDS)[:_LONGEST_SEARCH])
_MANY_LETTERS: Final = quote_plus((" ".join(INITIALS) + " ") * _LONGEST_SEARCH)[:_LONGEST_SEARCH]
# Each product has one brand. The second word finds the brands 1, 10 to 19 and 100 to 199.
_NEVER_TOGETHER: Final = "brand0+brand1"
_PAIRED_BRANDS: Final = 60
_NEW_COUNTS: Final = 16
# The texts are frequent and rare, and the worst that a client can send. Every word is indexed, so
# the commonest words take as long as stop words.
_LIST_PATHS: Final = (
    ("newest", _LIST),
    ("newest, page {far:,}", _LIST),
    ("by price", f"{_LIST}&sort=price"),
    ("by price, page {far:,}", f"{_LIST}&sort=price"),
    ("the largest category", f"{_LIST}&category={LARGEST_CATEGORY}"),
    ("the largest category, page {tenth:,}", f"{_LIST}&category={LARGEST_CATEGORY}"),
    ("one category by price", f"{_LIST}&category=category-3&sort=price"),
    ("one brand", f"{_LIST}&brand={quote_plus(FREQUENT_BRAND)}"),
    ("one brand, page {tenth:,}", f"{_LIST}&brand={quote_plus(FREQUENT_BRAND)}"),
    ("one brand by price", f"{_LIST}&brand={quote_plus(FREQUENT_BRAND)}&sort=price"),
    ("one category and brand", f"{_LIST}&category=category-3&brand={quote_plus(FREQUENT_BRAND)}"),
    ("a parent category", _PARENT),
    ("a parent category, page {tenth:,}", _PARENT),
    ("a parent category and brand", f"{_PARENT}&brand={quote_plus(FREQUENT_BRAND)}"),
    ("a wide range of prices", _WIDE_RANGE),
    ("a wide range of prices, page {tenth:,}", _WIDE_RANGE),
    ("in stock", f"{_LIST}&in_stock=true"),
    ("in stock, page {far:,}", f"{_LIST}&in_stock=true"),
    ("on sale by price", f"{_LIST}&on_sale=true&sort=price"),
    ("on sale by price, page {twentieth:,}", f"{_LIST}&on_sale=true&sort=price"),
    ("on sale in a category", f"{_LIST}&on_sale=true&category={LARGEST_CATEGORY}"),
    ("products on sale", "/api/products/on-sale/"),
    ("a tag of 10%", f"{_LIST}&tag={COMMON_TAG}"),
    ("a tag of 10%, page {tenth:,}", f"{_LIST}&tag={COMMON_TAG}"),
    ("a tag of 10%, by price", f"{_LIST}&tag={COMMON_TAG}&sort=price"),
    ("a tag of 10%, in a wide range of prices", f"{_WIDE_RANGE}&tag={COMMON_TAG}"),
    ("a tag of 1%", f"{_LIST}&tag={OCCASIONAL_TAG}"),
    ("a tag of 1%, by price, page {hundredth:,}", f"{_LIST}&tag={OCCASIONAL_TAG}&sort=price"),
    ("a range of prices, in stock", f"{_LIST}&min_price=1000&max_price=1100&in_stock=true"),
    ("available in a category, by price", f"{_LIST}&category=category-3&available=true&sort=price"),
    ("sold out in a category", f"{_LIST}&category=category-3&available=false"),
    ("one attribute by price", _ONE_ATTRIBUTE),
    ("one attribute by price, page {attributes:,}", _ONE_ATTRIBUTE),
    ("two attributes by price", _TWO_ATTRIBUTES),
    ("two attributes by price, page {attributes:,}", _TWO_ATTRIBUTES),
    ("brands", "/api/products/brands/"),
    ("brands of a category", f"/api/products/brands/?category={LARGEST_CATEGORY}"),
    ("price range", "/api/products/price-range/"),
    ("price range of a category", f"/api/products/price-range/?category={LARGEST_CATEGORY}"),
    ("search: a word of 10%, by relevance", f"{_LIST}&search={COMMON_WORD}"),
    ("search: a word of 10%, newest", f"{_LIST}&search={COMMON_WORD}&sort=newest"),
    ("search: a word of 10%, newest, page {tenth:,}", f"{_LIST}&search={COMMON_WORD}&sort=newest"),
    ("search: the commonest word, by relevance", f"{_LIST}&search={COMMONEST_WORD}"),
    ("search: the commonest word, newest", f"{_LIST}&search={COMMONEST_WORD}&sort=newest"),
    ("search: only stop words, the eight commonest", f"{_LIST}&search={_EIGHT_WORDS}"),
    ("search: 200 characters, the commonest words", f"{_LIST}&search={_MANY_WORDS}"),
    ("search: 200 characters, single letters", f"{_LIST}&search={_MANY_LETTERS}"),
    ("search: two words", f"{_LIST}&search={COMMON_WORD}+la"),
    (
        "search: two words that rarely occur together",
        f"{_LIST}&search={COMMON_WORD}+{HUNDREDTH_WORD}",
    ),
    ("search: two words that never occur together", f"{_LIST}&search={_NEVER_TOGETHER}"),
    ("search: one letter", f"{_LIST}&search=l"),
    ("search: no match", f"{_LIST}&search=zzzz"),
    ("count of a word of 10%", f"/api/products/?limit=1&count=true&search={COMMON_WORD}"),
    (
        "estimated count of a word of 10%",
        f"/api/products/?limit=1&estimate_count=true&search={COMMON_WORD}",
    ),
    ("suggestions: one letter", f"{_SUGGESTIONS}l"),
    ("suggestions: two letters", f"{_SUGGESTIONS}la"),
    ("suggestions: a word of 10%", f"{_SUGGESTIONS}{COMMON_WORD}"),
    ("suggestions: the commonest word", f"{_SUGGESTIONS}{COMMONEST_WORD}"),
    ("suggestions: a brand", f"{_SUGGESTIONS}brand"),
    ("suggestions: 200 characters, the commonest words", f"{_SUGGESTIONS}{_MANY_WORDS}"),
    ("suggestions: 200 characters, single letters", f"{_SUGGESTIONS}{_MANY_LETTERS}"),
    ("suggestions: two words that never occur together", f"{_SUGGESTIONS}{_NEVER_TOGETHER}"),
)
_FACET_PATHS: Final = (
    ("facets of the shop", "/api/products/facets/"),
    ("facets of a category", _FACETS),
    ("facets with one filter", f"{_FACETS}&attribute=colour:Black"),
    (
        "facets with three filters",
        f"{_FACETS}&attribute=colour:Black&attribute=waterproof:false&attribute=weight:1..3",
    ),
    ("facets of products in stock", f"{_FACETS}&in_stock=true"),
    ("facets of available products", f"{_FACETS}&available=true"),
    ("facets of products that are sold out", f"{_FACETS}&available=false"),
    ("facets with rare filters", f"{_FACETS}&brand=Brand+150&attribute=colour:Yellow"),
    ("facets of the largest category with rare filters", _RARE_FACETS),
    ("facets of the largest category with six filters", _SIX_FILTERS),
    ("facets of a search", f"/api/products/facets/?search={COMMON_WORD}"),
)
# Facets with another price in each request.
_NEW_FACET_PATHS: Final = (
    ("facets of new prices", _FACETS),
    (
        "facets of new prices with two filters",
        f"{_FACETS}&attribute=colour:Black&attribute=waterproof:false",
    ),
    ("facets of new prices in stock", f"{_FACETS}&in_stock=true"),
    ("facets of new prices in a search", f"/api/products/facets/?search={COMMON_WORD}"),
)


def list_scenarios(products: int) -> list[Scenario]:
    """Return scenarios of the first and a far page of each order, filter, facet and search."""
    pages = {
        "far": min(_FAR_PAGE, products // _PAGE_SIZE),
        # The last page, or nearly, of a list of so many products.
        "tenth": min(_FAR_PAGE, products // 10 // _PAGE_SIZE),
        "twentieth": min(_FAR_PAGE, products // 20 // _PAGE_SIZE),
        "hundredth": min(_FAR_PAGE, products // 100 // _PAGE_SIZE),
        "attributes": min(_FAR_PAGE, products // 50 // _FILTERED_PAGE_SIZE),
    }
    numbered = ((pattern, path, _page_number(pattern, pages)) for pattern, path in _LIST_PATHS)
    lists: list[tuple[str, Prepare]] = [
        (pattern.format(**pages), partial(_page, path, number))
        for pattern, path, number in numbered
        if number is None or number > 1
    ]
    lists.append(("search: the commonest word in each category", _search_each_category))
    facets: list[tuple[str, Prepare]] = [
        (name, partial(_page, path, None)) for name, path in _FACET_PATHS
    ]
    new: list[tuple[str, Prepare]] = [
        *((name, partial(_new_prices, path)) for name, path in _NEW_FACET_PATHS),
        ("search: new pairs of brands", _new_pairs),
        ("new counts of a word of 10%", _new_counts),
    ]
    return [
        Scenario(
            name=f"{products:,} products: {name}",
            prepare=prepare,
            repeated=repeated,
            compared=False,
            target=_FAST,
        )
        for scenarios, repeated in (([*lists, *facets], True), (new, False))
        for name, prepare in scenarios
    ]


def _page_number(pattern: str, pages: Mapping[str, int]) -> int | None:
    """The number of a far page, None of the first one."""
    return next((number for name, number in pages.items() if f"{{{name}" in pattern), None)


def _page(path: str, number: int | None, shop: BenchmarkShop, rounds: int, _: int) -> Rounds:
    return [[[Request.get(shop.page(path, number or 1))]]] * rounds


def _search_each_category(_: BenchmarkShop, rounds: int, __: int) -> Rounds:
    path = f"{_LIST}&search={COMMONEST_WORD}&category=category-"
    return [[[Request.get(f"{path}{number}") for number in range(CATEGORIES)]]] * rounds


def _new_pairs(_: BenchmarkShop, rounds: int, size: int) -> Rounds:
    """Searches for two brands, which no product has: another pair in each request."""
    pairs = random.Random(1).sample([*combinations(range(_PAIRED_BRANDS), 2)], rounds * size)
    requests = iter(Request.get(f"{_LIST}&search=brand{a}+brand{b}") for a, b in pairs)
    return [[[*islice(requests, size)]] for _ in range(rounds)]


def _new_prices(path: str, _: BenchmarkShop, rounds: int, size: int) -> Rounds:
    """Requests with another `max_price` each, from 1,000 rupees on."""
    prices = (f"{1_000 + number / 100:.2f}" for number in range(rounds * size))
    return [
        [[Request.get(f"{path}&max_price={price}") for price in islice(prices, size)]]
        for _ in range(rounds)
    ]


def _new_counts(_: BenchmarkShop, rounds: int, size: int) -> Rounds:
    """Counts of one search, written with more commas in each request.

    They are fewer than other requests, since each can take a second of processor time.
    """
    path = f"/api/products/?limit=1&count=true&search={COMMON_WORD}"
    commas = count(1)
    return [
        [[Request.get(path + "," * next(commas)) for _ in range(min(size, _NEW_COUNTS))]]
        for _ in range(rounds)
    ]
