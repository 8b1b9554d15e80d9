"""Use cases of the sessions of guests, with fake adapters."""

import pytest

from novacart.application.accounts.authenticate_shopper import (
    AuthenticateShopper,
    AuthenticateShopperCommand,
    Shopper,
)
from novacart.application.accounts.authenticate_user import (
    AuthenticateUserCommand,
    VerifyTokenCommand,
)
from novacart.application.accounts.purge_guests import PurgeGuests
from novacart.application.accounts.refresh_session import RefreshSessionCommand
from novacart.application.accounts.start_guest_session import (
    StartGuestSession,
    StartGuestSessionCommand,
)
from novacart.application.authorization.throttle import Throttle, TooManyAttempts
from novacart.domain.accounts.errors import AccountRequired, InvalidToken
from novacart.domain.accounts.guest import SESSION_LIFETIME
from novacart.domain.shared.ids import UserId
from tests.fakes.guests import FakeGuestQueries
from tests.fakes.rate_limiter import FakeRateLimiter
from tests.fakes.request_contexts import FakeRequestContexts
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.accounts_fixture import AccountsFixture
from tests.support.builders.ordering import add_product, an_order, fill_cart

LIFETIME = SESSION_LIFETIME.total_seconds()


class GuestSessions:
    """Use cases of guests beside those of accounts, with the same clock and tokens."""

    def __init__(self) -> None:
        self.accounts = accounts = AccountsFixture()
        self.store, self.clock, self.tokens = accounts.store, accounts.clock, accounts.tokens
        self.begin = FakeUnitOfWorkFactory(self.store)
        self._start = StartGuestSession(
            begin=self.begin,
            tokens=self.tokens,
            throttle=Throttle(FakeRateLimiter(self.clock)),
            contexts=FakeRequestContexts("anonymous"),
            clock=self.clock,
        )
        self._authenticate = AuthenticateShopper(
            authenticate_user=accounts.authenticate_user,
            queries=FakeGuestQueries(self.store),
            tokens=self.tokens,
            clock=self.clock,
        )
        self.purge = PurgeGuests(begin=self.begin, clock=self.clock)

    def start(self, token: str | None = None) -> str:
        return self._start(StartGuestSessionCommand(guest_token=token))

    def shopper(self, access: str) -> Shopper:
        return self._authenticate(AuthenticateShopperCommand(access=access))


@pytest.fixture
def guests() -> GuestSessions:
    return GuestSessions()


def test_new_session_belongs_to_new_guest(guests: GuestSessions) -> None:
    first, second = guests.shopper(guests.start()), guests.shopper(guests.start())
    assert first.is_guest
    assert first.user_id != second.user_id


def test_renewed_session_keeps_guest_for_another_lifetime(guests: GuestSessions) -> None:
    token = guests.start()
    guest_id = guests.shopper(token).user_id
    for _ in range(3):
        guests.clock.move(seconds=LIFETIME - 1)
        token = guests.start(token)
    assert guests.shopper(token).user_id == guest_id


def test_expired_session_is_replaced_by_that_of_new_guest(guests: GuestSessions) -> None:
    token = guests.start()
    guest_id = guests.shopper(token).user_id
    guests.clock.move(seconds=LIFETIME)
    with pytest.raises(InvalidToken):
        guests.shopper(token)
    assert guests.shopper(guests.start(token)).user_id != guest_id


def test_token_of_user_does_not_renew_session(guests: GuestSessions) -> None:
    guests.accounts.register_user("asha")
    access = guests.accounts.start_session("asha").access
    assert guests.shopper(guests.start(access)).is_guest


def test_merged_guest_is_not_authenticated(guests: GuestSessions) -> None:
    token = guests.start()
    with guests.begin() as work:
        guest = work.guests.get(guests.shopper(token).user_id)
        assert guest is not None
        guest.merge_into(UserId(3), at=guests.clock.now())
        work.guests.save(guest)
        work.commit()
    with pytest.raises(InvalidToken):
        guests.shopper(token)


def test_guest_may_not_use_account_routes(guests: GuestSessions) -> None:
    token = guests.start()
    with pytest.raises(AccountRequired):
        guests.accounts.authenticate_user(AuthenticateUserCommand(access=token))
    with pytest.raises(InvalidToken):
        guests.accounts.refresh(RefreshSessionCommand(refresh=token))
    with pytest.raises(InvalidToken):
        guests.accounts.verify_token(VerifyTokenCommand(token=token))


def test_user_is_authenticated_as_shopper(guests: GuestSessions) -> None:
    guests.accounts.register_user("asha")
    shopper = guests.shopper(guests.accounts.start_session("asha").access)
    assert not shopper.is_guest
    assert shopper.profile is not None
    assert shopper.profile.username == "asha"


def test_new_sessions_of_one_network_are_limited_and_renewals_are_not(
    guests: GuestSessions,
) -> None:
    token = guests.start()
    for _ in range(199):
        guests.start()
    with pytest.raises(TooManyAttempts):
        guests.start()
    assert guests.start(token)


def test_purge_deletes_expired_guests_without_orders(guests: GuestSessions) -> None:
    with_cart, with_order, current = (guests.shopper(guests.start()).user_id for _ in range(3))
    with guests.begin() as work:
        product = add_product(work)
        fill_cart(work, with_cart, {product: 1})
        work.orders.add(an_order(user=with_order, by_guest=True))
        work.commit()
    guests.clock.move(seconds=LIFETIME + 1)
    with guests.begin() as work:
        guest = work.guests.get(current)
        assert guest is not None
        guest.expires_at = guests.clock.now() + SESSION_LIFETIME
        work.guests.save(guest)
        work.commit()
    assert guests.purge() == 1
    assert guests.purge() == 0
    with guests.begin() as work:
        assert work.guests.get(with_cart) is None
        assert not work.carts.of(with_cart).lines
        assert work.guests.get(with_order) is not None
        assert work.guests.get(current) is not None
