"""Fake repository and queries of guests."""

from collections.abc import Callable
from datetime import datetime

from novacart.domain.accounts.guest import Guest
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import UserId
from tests.fakes.store import FakeStore


class FakeGuests:
    def __init__(self, store: FakeStore, saved: Callable[[AggregateRoot], None]) -> None:
        self._store = store
        self._saved = saved

    def get(self, guest_id: UserId) -> Guest | None:
        return self._store.guests.get(guest_id)

    def add(self, guest: Guest) -> None:
        self.save(guest)

    def save(self, guest: Guest) -> None:
        self._store.guests.put(guest.id, guest)
        self._saved(guest)

    def delete_empty(self, *, before: datetime, limit: int) -> int:
        with_orders = {order.user_id for order in self._store.orders.values()}
        empty = [
            guest.id
            for guest in self._store.guests.values()
            if guest.expires_at < before and guest.id not in with_orders
        ]
        for guest_id in empty[:limit]:
            self._store.guests.remove(guest_id)
            self._store.carts.remove(guest_id)
            self._store.wishlists.remove(guest_id)
            for key in list(self._store.idempotency_keys):
                if key[0] == guest_id:
                    self._store.idempotency_keys.remove(key)
        return len(empty[:limit])


class FakeGuestQueries:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def is_guest_active(self, guest_id: UserId, *, at: datetime) -> bool:
        with self._store.lock:
            guest = self._store.guests.get(guest_id)
        return guest is not None and guest.is_active(at=at)
