"""Contract of the guests repository and of the guest queries."""

from datetime import timedelta

import pytest

from novacart.application.accounts.queries import GuestQueries
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.errors import UserNotFound
from novacart.domain.accounts.guest import SESSION_LIFETIME, Guest
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import UserId
from tests.support.builders.ordering import (
    NOON,
    add_customer,
    add_product,
    an_order,
    an_order_line,
    fill_cart,
)

EXPIRY = NOON + SESSION_LIFETIME


class GuestsContract:
    """Subclasses define the fixtures `begin` and `queries`."""

    @pytest.fixture
    def guest_id(self, begin: UnitOfWorkFactory) -> UserId:
        return add_guest(begin)

    def test_guest_is_restored(self, begin: UnitOfWorkFactory, guest_id: UserId) -> None:
        with begin() as work:
            user_id = add_customer(work)
            guest = work.guests.get(guest_id)
            assert guest is not None
            assert (guest.created_at, guest.expires_at, guest.merged_into) == (NOON, EXPIRY, None)
            guest.merge_into(user_id, at=NOON)
            work.guests.save(guest)
            work.commit()
        with begin() as work:
            again = work.guests.get(guest_id)
            assert again is not None
            assert again.merged_into == user_id

    def test_guest_is_not_a_user_and_user_is_not_a_guest(
        self, begin: UnitOfWorkFactory, guest_id: UserId
    ) -> None:
        with begin() as work:
            user_id = add_customer(work)
            assert work.guests.get(user_id) is None
            with pytest.raises(UserNotFound):
                work.users.get(guest_id)

    def test_save_of_stale_guest_raises(self, begin: UnitOfWorkFactory, guest_id: UserId) -> None:
        with begin() as work:
            stale, guest = work.guests.get(guest_id), work.guests.get(guest_id)
            assert stale is not None
            assert guest is not None
            work.guests.save(guest)
            with pytest.raises(ConcurrentChange):
                work.guests.save(stale)

    def test_session_is_active_until_it_expires_or_is_merged(
        self, begin: UnitOfWorkFactory, queries: GuestQueries, guest_id: UserId
    ) -> None:
        assert queries.is_guest_active(guest_id, at=EXPIRY - timedelta(seconds=1))
        assert not queries.is_guest_active(guest_id, at=EXPIRY)
        with begin() as work:
            user_id = add_customer(work)
            guest = work.guests.get(guest_id)
            assert guest is not None
            guest.merge_into(user_id, at=NOON)
            work.guests.save(guest)
            work.commit()
        assert not queries.is_guest_active(guest_id, at=NOON)
        assert not queries.is_guest_active(user_id, at=NOON)

    def test_checkout_of_guest_has_lines_and_no_email(
        self, begin: UnitOfWorkFactory, guest_id: UserId
    ) -> None:
        with begin() as work:
            product = add_product(work)
            fill_cart(work, guest_id, {product: 2})
            work.commit()
        with begin() as work:
            checkout = work.carts.checkout(guest_id, None, at=NOON)
            assert (checkout.email, checkout.by_guest) == ("", False)
            assert [line.quantity for line in checkout.lines] == [2]

    def test_delete_empty_keeps_current_guests_and_those_with_orders(
        self, begin: UnitOfWorkFactory, guest_id: UserId
    ) -> None:
        with_order, with_cart = add_guest(begin), add_guest(begin)
        with begin() as work:
            product = add_product(work)
            order_id, line_id = work.ids.take(2)
            line = an_order_line(line_id, product=product)
            work.orders.add(an_order(line, id=order_id, user=with_order, by_guest=True))
            fill_cart(work, with_cart, {product: 1})
            work.commit()
        with begin() as work:
            assert work.guests.delete_empty(before=EXPIRY, limit=10) == 0
            assert work.guests.delete_empty(before=EXPIRY + timedelta(seconds=1), limit=1) == 1
            assert work.guests.delete_empty(before=EXPIRY + timedelta(seconds=1), limit=10) == 1
            work.commit()
        with begin() as work:
            assert work.guests.get(guest_id) is None
            assert work.guests.get(with_order) is not None
            assert not work.carts.of(with_cart).lines


def add_guest(begin: UnitOfWorkFactory) -> UserId:
    with begin() as work:
        guest_id = UserId(work.ids.take()[0])
        work.guests.add(Guest.start(id=guest_id, at=NOON))
        work.commit()
    return guest_id
