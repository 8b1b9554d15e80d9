"""Load the orders of the demo shop: 90 days of them, in every state."""

import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, Final

from injector import Injector

from novacart.adapters.sandbox.customer import SandboxCustomer
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.accounts.start_guest_session import (
    StartGuestSession,
    StartGuestSessionCommand,
    read_guest_token,
)
from novacart.application.authorization.actor import Actor
from novacart.application.cart.add_to_cart import AddToCart, AddToCartCommand
from novacart.application.catalog.adjust_stock import AdjustStock, AdjustStockCommand
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.ordering.cancel_item import CancelItem, CancelItemCommand
from novacart.application.ordering.cancel_order import CancelOrder, CancelOrderCommand
from novacart.application.ordering.expire_orders import ExpireOrders
from novacart.application.ordering.fulfil_order import (
    DeliverOrder,
    DeliverOrderCommand,
    ShipOrder,
    ShipOrderCommand,
    StartProcessing,
    StartProcessingCommand,
)
from novacart.application.ordering.guest_checkout import PlaceGuestOrder, PlaceGuestOrderCommand
from novacart.application.ordering.place_order import PlaceOrder, PlaceOrderCommand
from novacart.application.ordering.queries import OrderView
from novacart.application.ordering.return_goods import (
    ReceiveReturnedGoods,
    ReceiveReturnedGoodsCommand,
    ReturnOrder,
    ReturnOrderCommand,
)
from novacart.application.payments.open_payment import OpenPayment, OpenPaymentCommand
from novacart.application.payments.receive_event import ReceiveEvent, ReceiveEventCommand
from novacart.application.payments.request_refund import RequestRefund, RequestRefundCommand
from novacart.application.ports.clock import Clock
from novacart.application.ports.request_context import RequestContext
from novacart.application.ports.tokens import Tokens
from novacart.application.wishlist.add_to_wishlist import AddToWishlist, AddToWishlistCommand
from novacart.domain.accounts.address import AddressType
from novacart.domain.accounts.role import Role
from novacart.domain.cart.errors import NotEnoughInStock
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.payments.errors import RefundRefused
from novacart.domain.payments.lifecycle import DisputeStatus
from novacart.domain.shared.ids import UserId, VariantId
from novacart.domain.shared.local_time import local_date, start_of_date
from novacart.domain.shared.refunds import LineQuantity
from novacart.entrypoints.container import build_relay
from novacart.entrypoints.demo import data
from novacart.entrypoints.demo.accounts import Shopper, register
from novacart.entrypoints.demo.past import DemoGateway, Timeline
from novacart.entrypoints.modules.payments import sandbox_secret
from novacart.entrypoints.settings import Settings

DAYS: Final = 90
LATEST: Final = timedelta(hours=3)
"""The latest orders are placed within this time before the demo shop is loaded."""
_PER_DAY: Final = 1.7
# Monday first.
_WEEK: Final = (0.9, 0.8, 0.8, 0.9, 1.1, 1.4, 1.5)
# Shares of the hours of a day, from `_FIRST_HOUR` to 23.
_HOURS: Final = (1, 2, 4, 5, 6, 7, 7, 6, 5, 5, 6, 7, 9, 12, 12, 8, 3)
_FIRST_HOUR: Final = 7
# Hours between which staff work.
_OPENS: Final = 9
_CLOSES: Final = 18
_GUESTS: Final = 0.3
_COD: Final = 0.28
# Variants with less in stock are not bought, so that some stay sold out or low in stock.
_ENOUGH_STOCK: Final = 4
_DELIVERY: Final = 24
_FIRST_SHOPPERS: Final = 7
_WISHES: Final = 30

# Hours after which a customer pays or cancels, at least and at most.
_SOON: Final = (0.02, 0.2)

_CARRIERS: Final = ("Bluewing Express", "Daakghar Parcel", "Saralship")
_REFUND_REASONS: Final = ("Arrived damaged", "Does not fit", "Ordered by mistake")

ONLINE, COD = PaymentMethod.ONLINE, PaymentMethod.COD


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """An order and the user or guest who placed it. Its `reference` is that of the payment."""

    order: OrderView
    user_id: UserId
    actor: str
    reference: str = ""


_Course = Callable[[_Placed], None]
"""What follows after an order is placed."""


class OrderHistory:
    """Plans the orders on a timeline. Each step calls the use case that a person would call.

    The orders depend on `random` and on the end of the timeline only. The latest ones have the same
    amounts and states at any end.
    """

    def __init__(
        self,
        shop: Injector,
        timeline: Timeline,
        random: Random,
        *,
        owner: UserId,
        shoppers: Sequence[Shopper],
        progress: Callable[[int, int], None],
    ) -> None:
        settings = shop.get(Settings)
        self._shop = shop
        self._timeline = timeline
        self._random = random
        self._owner = owner
        self._known = {each.username: each for each in shoppers if each.address_id}
        self._shoppers: list[Shopper] = []
        self._progress = progress
        self._zone = settings.shop_timezone
        self._payment_time = settings.pending_order_ttl
        self._contexts = shop.get(ContextVarRequestContexts)
        self._gateway = shop.get(DemoGateway)
        self._card = SandboxCustomer(
            gateway=self._gateway,
            clock=shop.get(Clock),  # type: ignore[type-abstract]
            secret=sandbox_secret(settings),
            ensure_open=lambda _reference: None,
            deliver=lambda payload, signature: shop.get(ReceiveEvent)(
                ReceiveEventCommand(payload=payload, signature=signature)
            ),
        )
        self._relay = build_relay(shop)
        self._names = data.shoppers()
        self._variants: list[list[VariantId]] = []
        self._planned = 0
        self.placed = 0

    def plan(self) -> None:
        """Add the steps to the timeline, whose clock shows the time before the first of them."""
        self._variants = self._popular_variants()
        self._register_shoppers()
        # The latest orders are those of the last day.
        for days_ago in reversed(range(DAYS - 1)):
            self._plan_day(days_ago)
        self._plan_known_customers()
        self._plan_attention()
        self._plan_wishlists()

    def plan_latest(self) -> None:
        """Add the latest orders, after the timeline has been continued to the present."""
        plans: Sequence[tuple[str | None, timedelta, int | None, PaymentMethod, _Course]] = (
            ("meenal", timedelta(hours=2.4), 1, ONLINE, partial(self._pay_then, self._waits)),
            ("joseph", timedelta(minutes=43), 1, COD, self._waits),
            # Not expired yet at the end.
            (None, timedelta(minutes=9), None, ONLINE, self._does_not_pay),
            ("meenal", timedelta(minutes=2), 2, ONLINE, self._does_not_pay),
        )
        end = self._timeline.end
        # The last unpaid ones of the history have expired by then at any time of a day.
        expiry = end - LATEST + self._payment_time + timedelta(minutes=1)
        self._timeline.at(expiry, self._expire_orders)
        for username, ago, lines, method, course in plans:
            customer = self._known.get(username) if username else None
            if customer is not None or username is None:
                self._order(end - ago, method, course, customer, lines=lines)

    # -- plan --------------------------------------------------------------------------------

    def _popular_variants(self) -> list[list[VariantId]]:
        """The variants of each product, the best-selling product first."""
        catalog = self._shop.get(CatalogQueries)  # type: ignore[type-abstract]
        products = [
            variants
            for product in catalog.all_products()
            if (variants := [each.id for each in product.variants if each.stock >= _ENOUGH_STOCK])
        ]
        self._random.shuffle(products)
        return products

    def _register_shoppers(self) -> None:
        # These accounts are not for signing in.
        password = secrets.token_hex(16)
        start = self._timeline.now
        for number, name in enumerate(self._names["registered"]):
            first_name, last_name = name.split()
            address: dict[str, Any] = {
                **self._address(name),
                "address_type": AddressType.HOME,
                "is_default": True,
            }
            person = {
                "username": _username(name),
                "email": _email(name),
                "first_name": first_name,
                "last_name": last_name,
                "password": password,
                "addresses": [address],
            }
            days = max(0, number - _FIRST_SHOPPERS) * 9
            self._timeline.at(start + timedelta(days=days), partial(self._register, person))

    def _register(self, person: dict[str, Any]) -> None:
        shopper = register(self._shop, person, Role.CUSTOMER)
        if shopper is not None:
            self._shoppers.append(shopper)

    def _plan_day(self, days_ago: int) -> None:
        day = local_date(self._timeline.end, self._zone) - timedelta(days=days_ago)
        growth = 1.3 - 0.6 * days_ago / DAYS
        expected = _PER_DAY * _WEEK[day.weekday()] * growth
        for _ in range(int(expected + self._random.random())):
            [hour] = self._random.choices(range(_FIRST_HOUR, 24), _HOURS)
            at = start_of_date(day, self._zone) + timedelta(
                hours=hour, seconds=self._random.randrange(3600)
            )
            method = COD if self._random.random() < _COD else ONLINE
            self._order(at, method, self._course_of(method))

    def _course_of(self, method: PaymentMethod) -> _Course:
        courses: dict[_Course, int] = (
            {
                self._receives: 80,
                self._cancels: 8,
                self._cancels_item: 5,
                self._refuses_parcel: 7,
            }
            if method is COD
            else {
                self._pays: 76,
                self._does_not_pay: 6,
                self._cancels: 4,
                self._pays_with_second_card: 4,
                self._pays_and_cancels_item: 3,
                self._pays_and_returns_one: 5,
                self._pays_and_returns_all: 2,
            }
        )
        [course] = self._random.choices(list(courses), list(courses.values()))
        return course

    def _plan_known_customers(self) -> None:
        """Orders of the customers whose sign-ins are printed."""
        # The customer, days ago, the number of items, how it is paid and what follows.
        plans: Sequence[tuple[str, float, int, PaymentMethod, _Course]] = (
            ("meenal", 81.6, 1, ONLINE, self._pays),
            ("meenal", 58.2, 3, ONLINE, self._pays_and_returns_one),
            ("meenal", 37.4, 1, COD, self._receives),
            ("meenal", 22.1, 1, ONLINE, self._does_not_pay),
            ("meenal", 12.3, 4, ONLINE, self._pays),
            ("meenal", 2.9, 2, ONLINE, self._pays),
            ("joseph", 66.5, 1, COD, self._receives),
            ("joseph", 31.3, 2, COD, self._refuses_parcel),
            ("joseph", 1.4, 1, COD, self._receives),
        )
        for username, days_ago, lines, method, course in plans:
            customer = self._known.get(username)
            if customer is not None:
                self._order(self._ago(days_ago), method, course, customer, lines=lines)

    def _plan_attention(self) -> None:
        """Orders with disputes, a failed refund, a late payment and a missing address."""
        needs_response, under_review = DisputeStatus.NEEDS_RESPONSE, DisputeStatus.UNDER_REVIEW
        disputes: Sequence[tuple[float, dict[float, DisputeStatus]]] = (
            (71, {60: needs_response, 58: under_review, 30: DisputeStatus.LOST}),
            (54, {40: needs_response, 39: under_review, 11: DisputeStatus.WON}),
            (29, {13: needs_response, 10: under_review}),
            (17, {2.5: needs_response}),
        )
        for days_ago, changes in disputes:
            self._order(self._ago(days_ago), ONLINE, partial(self._pays_and_disputes, changes))
        self._order(self._ago(25), ONLINE, self._pays_too_late)
        self._order(self._ago(12.4), ONLINE, self._pays_and_refund_fails)
        self._order(self._ago(1.2), ONLINE, self._pays, has_address=False)

    def _plan_wishlists(self) -> None:
        for _ in range(_WISHES):
            at = self._ago(self._random.uniform(0.1, 20))
            self._timeline.at(at, self._add_to_wishlist)

    def _ago(self, days: float) -> datetime:
        return self._timeline.end - timedelta(days=days)

    def _order(
        self,
        at: datetime,
        method: PaymentMethod,
        course: _Course,
        customer: Shopper | None = None,
        *,
        has_address: bool = True,
        lines: int | None = None,
    ) -> None:
        """Plan an order of so many items, a random number if it is None."""
        if at <= self._timeline.end:
            self._planned += 1
            place = partial(
                self._place, method, course, customer, has_address=has_address, lines=lines
            )
            self._timeline.at(at, place)

    # -- what customers do -------------------------------------------------------------------

    def _place(
        self,
        method: PaymentMethod,
        course: _Course,
        customer: Shopper | None,
        *,
        has_address: bool,
        lines: int | None,
    ) -> None:
        if customer is None and has_address and self._random.random() < _GUESTS:
            placed = self._place_as_guest(method)
        else:
            customer = customer or self._random.choice(self._shoppers)
            placed = self._place_as_user(method, customer, has_address=has_address, lines=lines)
        self.placed += 1
        self._progress(self.placed, self._planned)
        course(placed)

    def _place_as_user(
        self,
        method: PaymentMethod,
        shopper: Shopper,
        *,
        has_address: bool,
        lines: int | None,
    ) -> _Placed:
        with self._as(actor := f"user:{shopper.user_id}"):
            self._fill_cart(shopper.user_id, lines)
            order = self._shop.get(PlaceOrder)(
                PlaceOrderCommand(
                    user_id=shopper.user_id,
                    payment_method=method,
                    address_id=shopper.address_id if has_address else None,
                )
            )
        return _Placed(order=order, user_id=shopper.user_id, actor=actor)

    def _place_as_guest(self, method: PaymentMethod) -> _Placed:
        name = self._random.choice(self._names["guests"])
        token = self._shop.get(StartGuestSession)(StartGuestSessionCommand())
        guest_id = read_guest_token(self._shop.get(Tokens), token)  # type: ignore[type-abstract]
        with self._as(actor := f"guest:{guest_id}"):
            self._fill_cart(guest_id)
            order = self._shop.get(PlaceGuestOrder)(
                PlaceGuestOrderCommand(
                    guest_id=guest_id,
                    email=_email(name),
                    address=self._address(name),
                    payment_method=method,
                )
            )
        return _Placed(order=order, user_id=guest_id, actor=actor)

    def _fill_cart(self, user_id: UserId, lines: int | None = None) -> None:
        if lines is None:
            [lines] = self._random.choices((1, 2, 3), (60, 28, 12))
        variant_ids: dict[VariantId, None] = {}
        while len(variant_ids) < lines:
            variant_ids[self._variant()] = None
        for variant_id in variant_ids:
            [quantity] = self._random.choices((1, 2, 3), (82, 14, 4))
            command = AddToCartCommand(user_id=user_id, variant_id=variant_id, quantity=quantity)
            try:
                self._shop.get(AddToCart)(command)
            except NotEnoughInStock:
                self._restock(variant_id)
                self._shop.get(AddToCart)(command)

    def _variant(self) -> VariantId:
        weights = [1 / (rank + 5) for rank in range(len(self._variants))]
        [variants] = self._random.choices(self._variants, weights)
        return self._random.choice(variants)

    def _add_to_wishlist(self) -> None:
        shopper = self._random.choice([*self._known.values(), *self._shoppers])
        with self._as(f"user:{shopper.user_id}"):
            self._shop.get(AddToWishlist)(
                AddToWishlistCommand(user_id=shopper.user_id, variant_id=self._variant())
            )

    def _waits(self, placed: _Placed) -> None:
        """Do nothing more: the order is one of the latest."""

    def _receives(self, placed: _Placed) -> None:
        self._fulfil(placed, self._deliver)

    def _refuses_parcel(self, placed: _Placed) -> None:
        self._fulfil(placed, self._return_undelivered)

    def _pays(self, placed: _Placed) -> None:
        self._pay_then(self._receives, placed)

    def _does_not_pay(self, placed: _Placed) -> None:
        self._open_payment(placed)
        self._timeline.at(self._after_expiry, self._expire_orders)

    def _pays_too_late(self, placed: _Placed) -> None:
        reference = self._open_payment(placed)

        def pay() -> None:
            self._shop.get(ExpireOrders)()
            # Before the relay cancels the payment at the provider.
            self._card(reference, succeed=True)
            self.deliver_events()

        self._timeline.at(self._after_expiry, pay)

    def _pays_with_second_card(self, placed: _Placed) -> None:
        self._card(self._open_payment(placed), succeed=False)
        self._pays(placed)

    def _pays_and_cancels_item(self, placed: _Placed) -> None:
        self._pay_then(self._cancels_item, placed)

    def _pays_and_returns_one(self, placed: _Placed) -> None:
        line = placed.order.lines[0]
        unit = LineQuantity(line_id=line.id, quantity=1)
        self._pay_then(partial(self._receives_and, partial(self._refund, [unit])), placed)

    def _pays_and_returns_all(self, placed: _Placed) -> None:
        self._pay_then(partial(self._receives_and, partial(self._refund, [])), placed)

    def _pays_and_disputes(self, changes: Mapping[float, DisputeStatus], placed: _Placed) -> None:
        def paid(placed: _Placed) -> None:
            self._receives(placed)
            for days_ago, status in changes.items():
                change = partial(self._card.dispute, placed.reference, status)
                self._timeline.at(self._ago(days_ago), change)

        self._pay_then(paid, placed)

    def _pays_and_refund_fails(self, placed: _Placed) -> None:
        def refund(placed: _Placed) -> None:
            self._gateway.refusal = "The account of the card is closed."
            with suppress(RefundRefused):
                self._request_refund([], placed)
            self._gateway.refusal = ""

        self._pay_then(partial(self._receives_and, refund), placed)

    def _cancels(self, placed: _Placed) -> None:
        def cancel(placed: _Placed) -> None:
            with self._as(placed.actor):
                self._shop.get(CancelOrder)(
                    CancelOrderCommand(user_id=placed.user_id, order_id=placed.order.id)
                )
            self.deliver_events()

        self._later(_SOON, cancel, placed)

    def _cancels_item(self, placed: _Placed) -> None:
        """Cancel an item of a COD order, or of a paid one, and receive the others."""

        def cancel(placed: _Placed) -> None:
            with self._as(placed.actor):
                self._shop.get(CancelItem)(
                    CancelItemCommand(
                        user_id=placed.user_id,
                        order_id=placed.order.id,
                        line_id=placed.order.lines[0].id,
                        reason="Ordered by mistake",
                    )
                )
            if len(placed.order.lines) > 1:
                self._receives(placed)

        self._later(_SOON, cancel, placed)

    def _receives_and(self, then: _Course, placed: _Placed) -> None:
        def arrive(placed: _Placed) -> None:
            self._deliver(placed)
            self._later((20, 90), then, placed, at_work=True)

        self._fulfil(placed, arrive)

    def _pay_then(self, then: _Course, placed: _Placed) -> None:
        def pay(placed: _Placed) -> None:
            reference = self._open_payment(placed)
            self._card(reference, succeed=True)
            then(replace(placed, reference=reference))

        self._later(_SOON, pay, placed)

    def _open_payment(self, placed: _Placed) -> str:
        """Return the provider's reference of the payment."""
        with self._as(placed.actor):
            command = OpenPaymentCommand(user_id=placed.user_id, order_id=placed.order.id)
            return self._shop.get(OpenPayment)(command).reference

    # -- what staff and the worker do --------------------------------------------------------

    def _fulfil(self, placed: _Placed, arrive: _Course) -> None:
        """Process and ship an order with an address, and let it arrive."""

        def process(placed: _Placed) -> None:
            with self._as_staff() as staff:
                self._shop.get(StartProcessing)(
                    StartProcessingCommand(staff=staff, order_id=placed.order.id)
                )
            self._later((2, 20), ship, placed, at_work=True)

        def ship(placed: _Placed) -> None:
            with self._as_staff() as staff:
                self._shop.get(ShipOrder)(
                    ShipOrderCommand(
                        staff=staff,
                        order_id=placed.order.id,
                        carrier=self._random.choice(_CARRIERS),
                        tracking_number=f"IN{self._random.randrange(10**9):09}",
                    )
                )
            self._later((30, 100), arrive, placed)

        if placed.order.address is not None:
            self._later((3, 18), process, placed, at_work=True)

    def _deliver(self, placed: _Placed) -> None:
        with self._as_staff() as staff:
            self._shop.get(DeliverOrder)(DeliverOrderCommand(staff=staff, order_id=placed.order.id))

    def _return_undelivered(self, placed: _Placed) -> None:
        with self._as_staff() as staff:
            self._shop.get(ReturnOrder)(
                ReturnOrderCommand(
                    staff=staff, order_id=placed.order.id, reason="The customer was not at home."
                )
            )

    def _refund(self, units: Sequence[LineQuantity], placed: _Placed) -> None:
        self._request_refund(units, placed)
        self._later((40, 120), self._receive_goods, placed, at_work=True)

    def _request_refund(self, units: Sequence[LineQuantity], placed: _Placed) -> None:
        with self._as_staff() as staff:
            self._shop.get(RequestRefund)(
                RequestRefundCommand(
                    actor=staff,
                    order_id=placed.order.id,
                    units=units,
                    reason=self._random.choice(_REFUND_REASONS),
                )
            )

    def _receive_goods(self, placed: _Placed) -> None:
        with self._as_staff() as staff:
            self._shop.get(ReceiveReturnedGoods)(
                ReceiveReturnedGoodsCommand(
                    staff=staff, order_id=placed.order.id, reason="Returned by the customer"
                )
            )

    def _restock(self, variant_id: VariantId) -> None:
        with self._as_staff() as staff:
            self._shop.get(AdjustStock)(
                AdjustStockCommand(
                    actor=staff,
                    variant_id=variant_id,
                    delta=_DELIVERY,
                    reason="Delivery from the supplier",
                )
            )

    def _expire_orders(self) -> None:
        self._shop.get(ExpireOrders)()
        self.deliver_events()

    def deliver_events(self) -> None:
        """Deliver all events, so that the worker of the shop sends no e-mails for them."""
        while self._relay():
            pass

    # -- time, identity and names ------------------------------------------------------------

    @contextmanager
    def _as(self, actor: str) -> Iterator[None]:
        with self._contexts.bind(RequestContext(actor=actor)):
            yield

    @contextmanager
    def _as_staff(self) -> Iterator[Actor]:
        with self._as(f"staff:{self._owner}"):
            yield Actor(user_id=self._owner, role=Role.OWNER, authenticated_at=self._timeline.now)

    def _later(
        self,
        hours: tuple[float, float],
        step: _Course,
        placed: _Placed,
        *,
        at_work: bool = False,
    ) -> None:
        """Plan a step between two numbers of hours from now, or when staff work after that."""
        at = self._timeline.now + timedelta(hours=self._random.uniform(*hours))
        if at_work:
            local = at.astimezone(self._zone)
            if not _OPENS <= local.hour < _CLOSES:
                day = local.date() + timedelta(days=local.hour >= _CLOSES)
                at = start_of_date(day, self._zone) + timedelta(
                    hours=_OPENS + self._random.uniform(0, 3)
                )
        self._timeline.at(at, partial(step, placed))

    @property
    def _after_expiry(self) -> datetime:
        return self._timeline.now + self._payment_time + timedelta(minutes=1)

    def _address(self, name: str) -> dict[str, str]:
        pincode, state, district, town = self._random.choice(self._names["places"])
        return {
            "name": name,
            "mobile": f"90000{self._random.randrange(10**5):05}",
            "pincode": pincode,
            "state": state,
            "district": district,
            "town": town,
            "house_number": str(self._random.randrange(1, 120)),
            "address": self._random.choice(self._names["streets"]),
        }


def _username(name: str) -> str:
    return name.split(maxsplit=1)[0].lower()


def _email(name: str) -> str:
    return f"{name.replace(' ', '.').lower()}@example.com"
