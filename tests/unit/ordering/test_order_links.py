"""Use cases of the links to the orders of guests, with fake adapters."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from novacart.adapters.email.email_renderer import JinjaEmailRenderer
from novacart.adapters.security.order_link_tokens import HmacOrderLinkTokens
from novacart.application.authorization.throttle import Throttle, TooManyAttempts
from novacart.application.notifications.order_urls import OrderUrls
from novacart.application.notifications.send_order_link import SendOrderLink
from novacart.application.ordering.order_links import (
    CancelOrderByLink,
    CancelOrderByLinkCommand,
    ClaimOrder,
    ClaimOrderCommand,
    ReadOrderByLink,
    ReadOrderByLinkCommand,
)
from novacart.application.ordering.queries import OrderView
from novacart.application.ordering.request_order_lookup import (
    RequestOrderLookup,
    RequestOrderLookupCommand,
)
from novacart.domain.ordering.errors import InvalidOrderLink, PaidOrderCannotBeCancelled
from novacart.domain.ordering.events import OrderLookupRequested
from novacart.domain.ordering.lifecycle import OrderStatus
from novacart.domain.ordering.order import Order
from novacart.domain.ordering.order_link import LINK_LIFETIME, OrderLink
from novacart.domain.payments.payment import Payment
from novacart.domain.shared.ids import PaymentId, UserId
from tests.fakes.mailer import FakeMailer
from tests.fakes.order_queries import FakeOrderQueries
from tests.fakes.rate_limiter import FakeRateLimiter
from tests.fakes.request_contexts import FakeRequestContexts
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.builders.ordering import NOON, ShopFixture, an_order, an_order_line
from tests.support.clock import SetClock

NUMBER = "NC-20261102-7K3M9Q"
GUEST = UserId(900)
# Compiles each template once.
RENDERER = JinjaEmailRenderer()
TOKENS = HmacOrderLinkTokens("secret")


@dataclass
class Links:
    """A guest's order with one unit of the first product, and its use cases."""

    shop: ShopFixture
    store: FakeStore
    clock: SetClock = field(default_factory=lambda: SetClock(NOON))
    mailer: FakeMailer = field(default_factory=FakeMailer)

    def __post_init__(self) -> None:
        begin = FakeUnitOfWorkFactory(self.store)
        contexts = FakeRequestContexts("anonymous")
        throttle = Throttle(FakeRateLimiter(self.clock))
        self.read = ReadOrderByLink(
            queries=FakeOrderQueries(self.store), tokens=TOKENS, clock=self.clock
        )
        self.cancel = CancelOrderByLink(
            begin=begin, tokens=TOKENS, clock=self.clock, contexts=contexts
        )
        self.claim = ClaimOrder(begin=begin, tokens=TOKENS, clock=self.clock)
        self.request = RequestOrderLookup(
            begin=begin, tokens=TOKENS, throttle=throttle, contexts=contexts, clock=self.clock
        )
        self.send = SendOrderLink(
            begin=begin,
            tokens=TOKENS,
            renderer=RENDERER,
            mailer=self.mailer,
            urls=OrderUrls(frontend_url="https://shop.example/", tokens=TOKENS),
        )
        with begin() as work:
            order_id, line_id = work.ids.take(2)
            line = an_order_line(line_id, product=self.shop.products[0])
            order = an_order(line, id=order_id, user=GUEST, by_guest=True)
            work.orders.add(order)
            work.commit()
        self.order_id = order.id

    def order(self) -> Order:
        with FakeUnitOfWorkFactory(self.store)() as work:
            return work.orders.get(self.order_id)

    def token(self) -> str:
        return TOKENS.issue(OrderLink.to(self.order(), at=self.clock.now()))

    def view(self, token: str) -> OrderView:
        return self.read(ReadOrderByLinkCommand(token=token))

    def look_up(self, number: str = NUMBER, email: str = "asha@example.com") -> None:
        """Request a link, and handle the event of the request."""
        seen = len(self.store.events)
        self.request(RequestOrderLookupCommand(number=number, email=email))
        for event in self.store.events[seen:]:
            assert isinstance(event, OrderLookupRequested)
            self.send(event)


@pytest.fixture
def links(shop: ShopFixture, store: FakeStore) -> Links:
    return Links(shop, store)


def test_mailed_link_shows_order_with_masked_address(links: Links) -> None:
    links.look_up(number=f" {NUMBER.lower()} ", email="Asha@Example.com")
    (mail,) = links.mailer.sent.values()
    assert mail.to == "asha@example.com"
    link = next(word for word in mail.text.split() if word.startswith("https://"))
    prefix = "https://shop.example/orders/link/"
    assert link.startswith(prefix)
    order = links.view(link.removeprefix(prefix))
    assert (order.number, order.email) == (NUMBER, "a•••@example.com")
    assert order.address is not None
    assert order.address.house_number == "•••"


@pytest.mark.parametrize(
    ("number", "email"),
    [
        (NUMBER, "ravi@example.com"),
        ("NC-20261102-222222", "asha@example.com"),
        ("\x00", "asha@example.com"),
        ("N" * 21, "asha@example.com"),
        (NUMBER, "nowhere"),
    ],
)
def test_lookup_of_unknown_order_sends_nothing(links: Links, number: str, email: str) -> None:
    links.look_up(number=number, email=email)
    assert not links.mailer.sent


def test_lookup_of_claimed_order_sends_nothing(links: Links) -> None:
    links.claim(ClaimOrderCommand(user_id=links.shop.customer, token=links.token()))
    links.store.events.clear()
    links.look_up()
    assert not links.mailer.sent


def test_lookup_event_has_no_email_address(links: Links) -> None:
    links.request(RequestOrderLookupCommand(number=NUMBER, email="asha@example.com"))
    assert "asha" not in str(links.store.events[-1].payload())


def test_event_handled_twice_sends_same_email(links: Links) -> None:
    links.request(RequestOrderLookupCommand(number=NUMBER, email="asha@example.com"))
    event = links.store.events[-1]
    assert isinstance(event, OrderLookupRequested)
    links.send(event)
    first = dict(links.mailer.sent)
    links.clock.move(minutes=5)
    links.send(event)
    assert links.mailer.sent == first
    assert (len(first), links.mailer.attempts) == (1, 2)


def test_lookups_of_one_address_are_limited(links: Links) -> None:
    for _ in range(5):
        links.look_up()
    with pytest.raises(TooManyAttempts):
        links.look_up()
    links.look_up(email="ravi@example.com")


@pytest.mark.parametrize("token", ["", "1.1.1", "1.1.1." + "A" * 43, "٣.1.1." + "A" * 43])
def test_forged_token_is_invalid(links: Links, token: str) -> None:
    with pytest.raises(InvalidOrderLink):
        links.view(token)


def test_token_changed_in_any_place_is_invalid(links: Links) -> None:
    token = links.token()
    for index, character in enumerate(token):
        changed = token[:index] + ("1" if character != "1" else "2") + token[index + 1 :]
        with pytest.raises(InvalidOrderLink):
            links.view(changed)


def test_token_of_another_key_is_invalid(links: Links) -> None:
    link = OrderLink.to(links.order(), at=NOON)
    with pytest.raises(InvalidOrderLink):
        links.view(HmacOrderLinkTokens("another").issue(link))


def test_expired_or_revoked_link_is_invalid_everywhere(links: Links) -> None:
    expired = links.token()
    links.clock.move(seconds=LINK_LIFETIME.total_seconds())
    revoked = links.token()
    with FakeUnitOfWorkFactory(links.store)() as work:
        order = work.orders.get(links.order_id)
        order.revoke_links(at=NOON)
        work.orders.save(order)
        work.commit()
    for token in (expired, revoked):
        with pytest.raises(InvalidOrderLink):
            links.view(token)
        with pytest.raises(InvalidOrderLink):
            links.cancel(CancelOrderByLinkCommand(token=token))
        with pytest.raises(InvalidOrderLink):
            links.claim(ClaimOrderCommand(user_id=links.shop.customer, token=token))
    assert links.view(links.token()).number == NUMBER


def test_cancel_by_link_cancels_order(links: Links) -> None:
    links.cancel(CancelOrderByLinkCommand(token=links.token()))
    assert links.order().status is OrderStatus.CANCELLED


def test_cancel_paid_order_by_link_raises(links: Links) -> None:
    with FakeUnitOfWorkFactory(links.store)() as work:
        order = work.orders.get(links.order_id)
        order.pay(at=NOON, actor="stripe")
        work.orders.save(order)
        work.commit()
    with pytest.raises(PaidOrderCannotBeCancelled):
        links.cancel(CancelOrderByLinkCommand(token=links.token()))


def test_claim_moves_order_and_payment_once(links: Links) -> None:
    with FakeUnitOfWorkFactory(links.store)() as work:
        order = work.orders.get(links.order_id)
        work.payments.add(
            Payment(
                id=PaymentId(work.ids.take()[0]),
                order_id=order.id,
                order_number=order.number,
                user_id=GUEST,
                amount=order.total,
                open_key="key",
                created_at=NOON + timedelta(seconds=1),
            )
        )
        work.commit()
    command = ClaimOrderCommand(user_id=links.shop.customer, token=links.token())
    assert links.claim(command).email == "asha@example.com"
    with FakeUnitOfWorkFactory(links.store)() as work:
        payment = work.payments.of_order(links.order_id)
        assert payment is not None
        assert payment.user_id == links.shop.customer
    assert links.order().user_id == links.shop.customer
    with pytest.raises(InvalidOrderLink):
        links.claim(command)
