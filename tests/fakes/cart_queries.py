"""Fake cart queries."""

from collections.abc import Sequence

from novacart.application.cart.queries import CartItem
from novacart.domain.shared.ids import UserId
from tests.fakes.carts import orderable
from tests.fakes.catalog import active_product_of
from tests.fakes.catalog_queries import image_sizes
from tests.fakes.store import FakeStore


class FakeCartQueries:
    def __init__(self, store: FakeStore) -> None:
        self._store = store

    def cart_of(self, user_id: UserId) -> Sequence[CartItem]:
        with self._store.lock:
            cart = self._store.carts.get(user_id)
            items = []
            for line in cart.lines if cart else ():
                product = active_product_of(self._store.products, line.variant_id)
                if product is None:
                    continue
                variant = product.variant(line.variant_id)
                image = variant.details.image or product.details.image
                items.append(
                    CartItem(
                        id=line.id,
                        product_id=product.id,
                        variant_id=variant.id,
                        quantity=line.quantity,
                        title=product.details.title,
                        subtitle=product.details.subtitle,
                        sku=variant.details.sku,
                        options=product.describe_options(variant),
                        price_minor=variant.details.price.amount,
                        currency=variant.details.price.currency,
                        image=image,
                        image_sizes=image_sizes(self._store, product.id, image),
                        stock=orderable(self._store, user_id, variant.id),
                    )
                )
            return items
