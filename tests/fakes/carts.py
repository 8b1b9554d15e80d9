"""Fake repository of carts."""

from collections.abc import Callable, Collection
from datetime import datetime

from novacart.domain.accounts.address_book import AddressBook
from novacart.domain.accounts.errors import AddressNotFound
from novacart.domain.cart.cart import Cart
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.lifecycle import LineStatus, OrderStatus, PaymentMethod
from novacart.domain.ordering.limits import RENEWAL_WINDOW, OpenOrders
from novacart.domain.ordering.order import Order
from novacart.domain.services.cart_addition import CartAddition
from novacart.domain.services.checkout import Checkout, CheckoutLine
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import (
    AddressId,
    CartLineId,
    OrderId,
    OrderLineId,
    ProductId,
    UserId,
    VariantId,
)
from tests.fakes.catalog import active_product_of, find_variant
from tests.fakes.store import FakeStore


class FakeCarts:
    def __init__(self, store: FakeStore, saved: Callable[[AggregateRoot], None]) -> None:
        self._store = store
        self._saved = saved

    def of(self, user_id: UserId) -> Cart:
        return self._store.carts.get(user_id) or Cart(user_id=user_id)

    def of_checkout(self, order_id: OrderId) -> Cart | None:
        carts = self._store.carts.values()
        return next((cart for cart in carts if cart.checkout_order_id == order_id), None)

    def save(self, cart: Cart) -> None:
        self._saved(cart)
        self._store.carts.put(cart.user_id, cart)

    def discard_everywhere(self, variant_ids: Collection[VariantId]) -> None:
        for cart in list(self._store.carts.values()):
            cart.remove_lines([line.id for line in cart.lines if line.variant_id in variant_ids])
            self._store.carts.put(cart.user_id, cart)

    def addition(
        self, user_id: UserId, *, product_id: ProductId | None, variant_id: VariantId | None
    ) -> CartAddition:
        variant_id = find_variant(
            self._store.products, product_id=product_id, variant_id=variant_id
        )
        wishlist = self._store.wishlists.get(user_id)
        return CartAddition(
            cart=self.of(user_id),
            variant_id=variant_id,
            orderable=self.orderable(user_id, variant_id),
            on_wishlist=wishlist is not None and variant_id in wishlist,
            new_line_id=CartLineId(next(self._store.ids)),
        )

    def save_addition(self, addition: CartAddition) -> None:
        user_id = addition.cart.user_id
        self.save(addition.cart)
        wishlist = self._store.wishlists.get(user_id)
        if addition.on_wishlist and wishlist is not None:
            wishlist.discard(addition.variant_id)
            self._store.wishlists.put(user_id, wishlist)

    def orderable(self, user_id: UserId, variant_id: VariantId) -> int:
        return orderable(self._store, user_id, variant_id)

    def checkout(self, user_id: UserId, address_id: AddressId | None, *, at: datetime) -> Checkout:
        cart = self.of(user_id)
        user = self._store.users.get(user_id)
        lines = []
        for line in cart.lines:
            product = active_product_of(self._store.products, line.variant_id)
            if product is not None:
                variant = product.variant(line.variant_id)
                lines.append(
                    CheckoutLine(
                        product_id=product.id,
                        variant_id=variant.id,
                        sku=variant.details.sku,
                        options=product.describe_options(variant),
                        title=product.details.title,
                        subtitle=product.details.subtitle,
                        image=variant.details.image or product.details.image,
                        unit_price=variant.details.price,
                        quantity=line.quantity,
                        new_line_id=OrderLineId(next(self._store.ids)),
                    )
                )
        return Checkout(
            cart=cart,
            email=user.email.text if user else "",
            lines=tuple(lines),
            address_id=address_id,
            address=_address(self._store.address_books.get(user_id), address_id),
            new_order_id=OrderId(next(self._store.ids)),
            open_orders=_open_orders(
                self._store, user_id, [line.variant_id for line in cart.lines], at
            ),
        )


def orderable(store: FakeStore, user_id: UserId, variant_id: VariantId) -> int:
    """Return the available stock plus what the unpaid order of this cart reserves."""
    level = store.stock_levels.get(variant_id)
    if level is None:
        return 0
    cart = store.carts.get(user_id)
    if cart is None or cart.checkout_order_id is None:
        return level.available
    order = store.orders.get(cart.checkout_order_id)
    if order is None or order.status is not OrderStatus.PENDING or order.user_id != user_id:
        return level.available
    held = sum(line.quantity for line in order.lines if line.variant_id == variant_id)
    return level.available + held


def _reserves(order: Order) -> bool:
    """Whether it is unpaid, or cash on delivery and not shipped."""
    is_cod = order.payment_method is PaymentMethod.COD
    return order.status is OrderStatus.PENDING or (
        is_cod and order.status in {OrderStatus.CONFIRMED, OrderStatus.PROCESSING}
    )


def _open_orders(
    store: FakeStore, user_id: UserId, variant_ids: list[VariantId], at: datetime
) -> OpenOrders:
    own = [order for order in store.orders.values() if order.user_id == user_id]
    abandoned = [
        order.placed_at
        for order in own
        if order.status is OrderStatus.CANCELLED
        and order.payment_method is PaymentMethod.ONLINE
        and order.placed_at > at - RENEWAL_WINDOW
    ]
    return OpenOrders(
        unpaid=sum(order.status is OrderStatus.PENDING for order in own),
        cod=sum(order.payment_method is PaymentMethod.COD and _reserves(order) for order in own),
        abandoned=len(abandoned),
        abandoned_since=min(abandoned, default=None),
        units={
            variant_id: sum(
                line.quantity
                for order in own
                if _reserves(order)
                for line in order.lines
                if line.variant_id == variant_id and line.status is not LineStatus.CANCELLED
            )
            for variant_id in variant_ids
        },
    )


def _address(book: AddressBook | None, address_id: AddressId | None) -> ShippingAddress | None:
    if book is None or address_id is None:
        return None
    try:
        details = book.get(address_id).details
    except AddressNotFound:
        return None
    return ShippingAddress(
        source_id=address_id,
        name=details.name,
        mobile=details.mobile,
        pincode=details.pincode,
        state=details.state,
        district=details.district,
        town=details.town,
        house_number=details.house_number,
        address=details.address,
        address_type=details.address_type.value,
    )
