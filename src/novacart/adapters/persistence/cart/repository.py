"""Repository of carts, which saves the difference to the loaded cart."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    delete,
    func,
    insert,
    null,
    select,
    true,
    update,
)

from novacart.adapters.persistence.accounts.tables import addresses, users
from novacart.adapters.persistence.cart.availability import orderable
from novacart.adapters.persistence.cart.mapper import ADDRESS_COLUMNS, to_cart, to_checkout
from novacart.adapters.persistence.cart.open_orders import open_orders, reserved_units
from novacart.adapters.persistence.cart.tables import cart_lines, carts
from novacart.adapters.persistence.catalog.named_variant import (
    NAMED_VARIANT_COLUMNS,
    NAMED_VARIANT_ID,
    ensure_named,
    join_named_variant,
    named_variant,
)
from novacart.adapters.persistence.catalog.tables import IMAGE, products, stock_levels, variants
from novacart.adapters.persistence.id_generator import NEXT_ID, NEXT_ID_OF_ROW, SqlIdGenerator
from novacart.adapters.persistence.locking import lock_user
from novacart.adapters.persistence.statements import (
    NO_PARAMETERS,
    DriverStatement,
    Parameters,
)
from novacart.adapters.persistence.upserts import conflict_insert
from novacart.adapters.persistence.wishlist.tables import wishlist_entries
from novacart.domain.cart.cart import Cart, CartLine
from novacart.domain.ordering.limits import RENEWAL_WINDOW
from novacart.domain.services.cart_addition import CartAddition
from novacart.domain.services.checkout import Checkout
from novacart.domain.shared.events import AggregateRoot
from novacart.domain.shared.ids import (
    AddressId,
    CartLineId,
    OrderId,
    ProductId,
    UserId,
    VariantId,
)

_CART = (
    carts.c.checkout_order_id,
    cart_lines.c.id,
    cart_lines.c.variant_id,
    cart_lines.c.quantity,
    cart_lines.c.added_at,
)
# Joined from the user, so that an empty cart has a row.
_CARTS = users.outerjoin(carts, carts.c.user_id == users.c.id).outerjoin(
    cart_lines, cart_lines.c.user_id == users.c.id
)
_OF_USER = users.c.id == bindparam("user_id")
_ORDER = (cart_lines.c.added_at, cart_lines.c.id)

_SELECT_CART: Final = DriverStatement(
    select(*_CART).select_from(_CARTS).where(_OF_USER).order_by(*_ORDER)
)
_SELECT_OWNER: Final = select(carts.c.user_id).where(
    carts.c.checkout_order_id == bindparam("order_id")
)
_SELECT_ORDERABLE: Final = DriverStatement(
    select(orderable(bindparam("user_id"))).where(
        stock_levels.c.variant_id == bindparam("variant_id")
    )
)


def _select_addition(new_line_id: ColumnElement[Any]) -> DriverStatement:
    return DriverStatement(
        select(
            *_CART,
            *NAMED_VARIANT_COLUMNS,
            func.coalesce(orderable(bindparam("user_id")), 0),
            wishlist_entries.c.variant_id.is_not(None),
            new_line_id,
        )
        .select_from(
            join_named_variant(_CARTS)
            .outerjoin(stock_levels, stock_levels.c.variant_id == NAMED_VARIANT_ID)
            .outerjoin(
                wishlist_entries,
                and_(
                    wishlist_entries.c.user_id == users.c.id,
                    wishlist_entries.c.variant_id == NAMED_VARIANT_ID,
                ),
            )
        )
        .where(_OF_USER)
        .order_by(*_ORDER)
    )


def _select_checkout(dialect: str, *new_ids: ColumnElement[Any]) -> DriverStatement:
    reserved = reserved_units(dialect)
    return DriverStatement(
        select(
            *_CART,
            func.coalesce(reserved.c.units, 0),
            products.c.id,
            variants.c.sku,
            variants.c.options,
            products.c.title,
            products.c.subtitle,
            IMAGE,
            variants.c.price_minor,
            variants.c.currency,
            users.c.email,
            *open_orders.c,
            *(addresses.c[name] for name in ADDRESS_COLUMNS),
            *new_ids,
        )
        .select_from(
            _CARTS.outerjoin(
                variants,
                and_(variants.c.id == cart_lines.c.variant_id, variants.c.archived_at.is_(None)),
            )
            .outerjoin(
                products,
                and_(products.c.id == variants.c.product_id, products.c.archived_at.is_(None)),
            )
            .outerjoin(reserved, reserved.c.variant_id == cart_lines.c.variant_id)
            .outerjoin(
                addresses,
                and_(addresses.c.user_id == users.c.id, addresses.c.id == bindparam("address_id")),
            )
            .join(open_orders, true())
        )
        .where(_OF_USER)
        .order_by(*_ORDER)
    )


# SQLite has no sequence: a separate statement takes the ids.
_SELECT_ADDITION: Final = {
    "postgresql": _select_addition(NEXT_ID),
    "sqlite": _select_addition(null()),
}
_SELECT_CHECKOUT: Final = {
    "postgresql": _select_checkout("postgresql", NEXT_ID_OF_ROW, NEXT_ID),
    "sqlite": _select_checkout("sqlite"),
}
_INSERT_ROW: Final = insert(cart_lines)
_INSERT_LINE: Final = DriverStatement(_INSERT_ROW)
_UPDATE_QUANTITY: Final = (
    update(cart_lines)
    .where(cart_lines.c.id == bindparam("line_id"))
    .values(quantity=bindparam("new_quantity"))
)
_UPDATE_LINE: Final = DriverStatement(_UPDATE_QUANTITY)
# Not named like the columns, since the statement is a part of an INSERT into another table.
_DELETE_OF_ENTRY: Final = delete(wishlist_entries).where(
    wishlist_entries.c.user_id == bindparam("owner_id"),
    wishlist_entries.c.variant_id == bindparam("wished_variant_id"),
)
_DELETE_ENTRY: Final = DriverStatement(_DELETE_OF_ENTRY)
_REMOVED_ENTRY: Final = _DELETE_OF_ENTRY.cte("removed_entry")
_INSERT_WISHED_LINE: Final = DriverStatement(_INSERT_ROW.add_cte(_REMOVED_ENTRY))
_UPDATE_WISHED_LINE: Final = DriverStatement(_UPDATE_QUANTITY.add_cte(_REMOVED_ENTRY))
_DELETE_LINE: Final = DriverStatement(
    delete(cart_lines).where(cart_lines.c.id == bindparam("line_id"))
)
_DELETE_LINES: Final = DriverStatement(
    delete(cart_lines).where(cart_lines.c.user_id == bindparam("user_id"))
)


class SqlCarts:
    def __init__(self, connection: Connection, saved: Callable[[AggregateRoot], None]) -> None:
        self._connection = connection
        self._saved = saved
        self._stored: dict[UserId, tuple[dict[CartLineId, CartLine], OrderId | None]] = {}

    def of(self, user_id: UserId) -> Cart:
        lock_user(self._connection, user_id)
        rows = _SELECT_CART.fetch(self._connection, {"user_id": user_id})
        return self._remember(to_cart(user_id, rows))

    def of_checkout(self, order_id: OrderId) -> Cart | None:
        while (
            user_id := self._connection.scalar(_SELECT_OWNER, {"order_id": order_id})
        ) is not None:
            cart = self.of(user_id)
            # Before the lock, a merge may have moved the order to another cart.
            if cart.checkout_order_id == order_id:
                return cart
        return None

    def addition(
        self, user_id: UserId, *, product_id: ProductId | None, variant_id: VariantId | None
    ) -> CartAddition:
        ensure_named(product_id, variant_id)
        lock_user(self._connection, user_id)
        statement = _SELECT_ADDITION[self._connection.dialect.name]
        rows = statement.fetch(
            self._connection,
            {"user_id": user_id, "product_id": product_id, "variant_id": variant_id},
        )
        cart = self._remember(to_cart(user_id, rows))
        *found, units, on_wishlist, new_line_id = rows[0][len(_CART) :]
        variant_id = named_variant(product_id, *found)
        if new_line_id is None:
            [new_line_id] = SqlIdGenerator(self._connection).take()
        return CartAddition(
            cart=cart,
            variant_id=variant_id,
            orderable=units,
            on_wishlist=on_wishlist,
            new_line_id=CartLineId(new_line_id),
        )

    def checkout(self, user_id: UserId, address_id: AddressId | None, *, at: datetime) -> Checkout:
        lock_user(self._connection, user_id)
        dialect = self._connection.dialect.name
        rows = _SELECT_CHECKOUT[dialect].fetch(
            self._connection,
            {"user_id": user_id, "address_id": address_id, "since": at - RENEWAL_WINDOW},
        )
        if dialect == "postgresql":
            order_id, line_ids = rows[0][-1], [row[-2] for row in rows]
        else:
            order_id, *line_ids = SqlIdGenerator(self._connection).take(1 + len(rows))
        checkout = to_checkout(
            user_id, address_id, rows, new_order_id=order_id, new_line_ids=line_ids
        )
        self._remember(checkout.cart)
        return checkout

    def orderable(self, user_id: UserId, variant_id: VariantId) -> int:
        rows = _SELECT_ORDERABLE.fetch(
            self._connection, {"user_id": user_id, "variant_id": variant_id}
        )
        return rows[0][0] if rows else 0

    def save(self, cart: Cart) -> None:
        self._save(cart)

    def save_addition(self, addition: CartAddition) -> None:
        entry = {"owner_id": addition.cart.user_id, "wished_variant_id": addition.variant_id}
        if not addition.on_wishlist:
            self._save(addition.cart)
        elif self._connection.dialect.name == "postgresql":
            self._save(
                addition.cart,
                insert_line=_INSERT_WISHED_LINE,
                update_line=_UPDATE_WISHED_LINE,
                entry=entry,
            )
        else:
            # SQLite has no DELETE in a CTE.
            self._save(addition.cart)
            _DELETE_ENTRY.execute_later(self._connection, entry)

    def _save(
        self,
        cart: Cart,
        *,
        insert_line: DriverStatement = _INSERT_LINE,
        update_line: DriverStatement = _UPDATE_LINE,
        entry: Parameters = NO_PARAMETERS,
    ) -> None:
        """Save the cart. `entry` has more parameters of `insert_line` and `update_line`."""
        before, checkout_order_id = self._stored[cart.user_id]
        after = {line.id: line for line in cart.lines}
        if before and not after:
            _DELETE_LINES.execute_later(self._connection, {"user_id": cart.user_id})
        elif removed := before.keys() - after.keys():
            _DELETE_LINE.execute_many(
                self._connection, [{"line_id": line_id} for line_id in removed]
            )
        for line_id, line in after.items():
            if line_id not in before:
                insert_line.execute_later(self._connection, {**_row(cart, line), **entry})
            elif line != before[line_id]:
                update_line.execute_later(
                    self._connection, {"line_id": line_id, "new_quantity": line.quantity, **entry}
                )
        if cart.checkout_order_id != checkout_order_id:
            self._save_checkout(cart)
        self._remember(cart)
        self._saved(cart)

    def discard_everywhere(self, variant_ids: Collection[VariantId]) -> None:
        self._connection.execute(delete(cart_lines).where(cart_lines.c.variant_id.in_(variant_ids)))

    def _save_checkout(self, cart: Cart) -> None:
        """Store the id of the unpaid order that was created from this cart, or NULL."""
        insertion = conflict_insert(self._connection.dialect.name, carts).values(
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
        "variant_id": line.variant_id,
        "quantity": line.quantity,
        "added_at": line.added_at,
    }
