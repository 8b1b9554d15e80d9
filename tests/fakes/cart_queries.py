"""Fake cart queries."""

from collections.abc import Sequence

from novacart.application.cart.queries import CartItem
from novacart.domain.shared.ids import UserId
from tests.fakes.carts import orderable
from tests.fakes.store import FakeStore


class FakeCartQueries:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def cart_of(self, user_id: UserId) -> Sequence[CartItem]:
        with self._store.lock:
            cart = self._store.carts.get(user_id)
            items = []
            for line in cart.lines if cart else ():
                product = self._store.products.get(line.product_id)
                if product is None or product.is_archived:
                    continue
                items.append(
                    CartItem(
                        id=line.id,
                        product_id=product.id,
                        quantity=line.quantity,
                        title=product.details.title,
                        subtitle=product.details.subtitle,
                        price_minor=product.details.price.amount,
                        currency=product.details.price.currency,
                        image=product.details.image,
                        stock=orderable(self._store, user_id, product.id),
                    )
                )
            return items
