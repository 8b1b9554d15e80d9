"""Repository of carts, which saves the difference to the loaded cart."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from novacart.adapters.persistence.accounts.tables import addresses, users
from novacart.adapters.persistence.cart.availability import orderable
from novacart.adapters.persistence.cart.mapper import to_cart, to_checkout
from novacart.adapters.persistence.cart.open_orders import open_orders, reserved_units
from novacart.adapters.persistence.cart.tables import cart_lines, carts
from novacart.adapters.persistence.catalog.tables import products, stock_levels
from novacart.adapters.persistence.locking import lock_user
from novacart.domain.cart.cart import Cart, CartLine
from novacart.domain.ordering.limits import RENEWAL_WINDOW
from novacart.domain.services.checkout import Checkout
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import AddressId, CartLineId, OrderId, ProductId, UserId

_CART = (
    carts.c.checkout_order_id,
    cart_lines.c.id.label("line_id"),
    cart_lines.c.product_id,
    cart_lines.c.quantity,
    cart_lines.c.added_at,
)
# Joined from the user, so that an empty cart has a row.
_CARTS = users.outerjoin(carts, carts.c.user_id == users.c.id).outerjoin(
    cart_lines, cart_lines.c.user_id == users.c.id
)
_ORDER = (cart_lines.c.added_at, cart_lines.c.id)
_UPDATE_LINE = (
    update(cart_lines)
    .where(cart_lines.c.id == bindparam("line_id"))
    .values(quantity=bindparam("new_quantity"))
)
_INSERT: dict[str, Callable[..., Any]] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


class SqlCarts:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._stored: dict[UserId, tuple[dict[CartLineId, CartLine], OrderId | None]] = {}

    def of(self, user_id: UserId) -> Cart:
        lock_user(self._connection, user_id)
        statement = select(*_CART).select_from(_CARTS).where(users.c.id == user_id)
        rows: list[Row[Any]] = list(self._connection.execute(statement.order_by(*_ORDER)))
        return self._remember(to_cart(user_id, rows))

    def checkout(self, user_id: UserId, address_id: AddressId | None, *, at: datetime) -> Checkout:
        lock_user(self._connection, user_id)
        rows = self._checkout_rows(user_id, address_id, at - RENEWAL_WINDOW)
        checkout = to_checkout(user_id, address_id, rows)
        self._remember(checkout.cart)
        return checkout

    def orderable(self, user_id: UserId, product_id: ProductId) -> int:
        units: int | None = self._connection.scalar(
            select(orderable(user_id)).where(stock_levels.c.product_id == product_id)
        )
        return units or 0

    def save(self, cart: Cart) -> None:
        before, checkout_order_id = self._stored[cart.user_id]
        after = {line.id: line for line in cart.lines}
        if removed := before.keys() - after.keys():
            self._connection.execute(delete(cart_lines).where(cart_lines.c.id.in_(removed)))
        new = [line for line_id, line in after.items() if line_id not in before]
        if new:
            self._connection.execute(insert(cart_lines), [_row(cart, line) for line in new])
        changed = [
            {"line_id": line_id, "new_quantity": line.quantity}
            for line_id, line in after.items()
            if line_id in before and line != before[line_id]
        ]
        if changed:
            self._connection.execute(_UPDATE_LINE, changed)
        if cart.checkout_order_id != checkout_order_id:
            self._save_checkout(cart)
        self._remember(cart)
        self._saved(cart)

    def discard_everywhere(self, product_id: ProductId) -> None:
        self._connection.execute(delete(cart_lines).where(cart_lines.c.product_id == product_id))

    def _checkout_rows(
        self, user_id: UserId, address_id: AddressId | None, since: datetime
    ) -> list[Row[Any]]:
        statement = (
            select(
                users.c.email.label("user_email"),
                *open_orders(since),
                reserved_units(),
                *_CART,
                products.c.id.label("active_product_id"),
                products.c.title,
                products.c.subtitle,
                products.c.image,
                products.c.price_minor,
                products.c.currency,
                *(column.label(f"address_{column.name}") for column in addresses.c),
            )
            .select_from(
                _CARTS.outerjoin(
                    products,
                    and_(
                        products.c.id == cart_lines.c.product_id,
                        products.c.archived_at.is_(None),
                    ),
                ).outerjoin(
                    addresses,
                    and_(addresses.c.user_id == users.c.id, addresses.c.id == address_id),
                )
            )
            .where(users.c.id == user_id)
            .order_by(*_ORDER)
        )
        return list(self._connection.execute(statement))

    def _save_checkout(self, cart: Cart) -> None:
        """Store the id of the unpaid order that was created from this cart, or NULL."""
        insertion = _INSERT[self._connection.dialect.name](carts).values(
            user_id=cart.user_id, checkout_order_id=cart.checkout_order_id
        )
        self._connection.execute(
            insertion.on_conflict_do_update(
                index_elements=[carts.c.user_id],
                set_={"checkout_order_id": insertion.excluded.checkout_order_id},
            )
        )

    def _remember(self, cart: Cart) -> Cart:
        lines = {line.id: line for line in cart.lines}
        self._stored[cart.user_id] = (lines, cart.checkout_order_id)
        return cart


def _row(cart: Cart, line: CartLine) -> dict[str, object]:
    return {
        "id": line.id,
        "user_id": cart.user_id,
        "product_id": line.product_id,
        "quantity": line.quantity,
        "added_at": line.added_at,
    }
