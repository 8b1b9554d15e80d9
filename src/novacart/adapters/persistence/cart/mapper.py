"""Mapping of rows to carts and checkouts."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from novacart.domain.cart.cart import Cart, CartLine
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.limits import OpenOrders
from novacart.domain.services.checkout import Checkout, CheckoutLine
from novacart.domain.shared.ids import AddressId, UserId
from novacart.domain.shared.money import Money


def to_cart(user_id: UserId, rows: Sequence[Row[Any]]) -> Cart:
    """Map the user's joined rows; an empty cart is one row without a line."""
    return Cart(
        user_id=user_id,
        lines=[
            CartLine(
                id=row.line_id,
                product_id=row.product_id,
                quantity=row.quantity,
                added_at=row.added_at,
            )
            for row in rows
            if row.line_id is not None
        ],
        checkout_order_id=rows[0].checkout_order_id if rows else None,
    )


def to_checkout(
    user_id: UserId, address_id: AddressId | None, rows: Sequence[Row[Any]]
) -> Checkout:
    """Map the same rows, joined with the products in the catalog and the address."""
    return Checkout(
        cart=to_cart(user_id, rows),
        email=rows[0].user_email if rows else "",
        lines=tuple(
            CheckoutLine(
                product_id=row.product_id,
                title=row.title,
                subtitle=row.subtitle,
                image=row.image,
                unit_price=Money(row.price_minor, row.currency),
                quantity=row.quantity,
            )
            for row in rows
            if row.active_product_id is not None
        ),
        address_id=address_id,
        address=_to_address(rows[0]) if rows and rows[0].address_id is not None else None,
        open_orders=_to_open_orders(rows) if rows else OpenOrders(),
    )


def _to_open_orders(rows: Sequence[Row[Any]]) -> OpenOrders:
    row = rows[0]
    return OpenOrders(
        unpaid=row.orders_unpaid,
        cod=row.orders_cod,
        abandoned=row.orders_abandoned,
        abandoned_since=row.abandoned_since,
        units={
            line.product_id: int(line.reserved_units) for line in rows if line.line_id is not None
        },
    )


def _to_address(row: Row[Any]) -> ShippingAddress:
    return ShippingAddress(
        source_id=row.address_id,
        name=row.address_name,
        mobile=row.address_mobile,
        pincode=row.address_pincode,
        state=row.address_state,
        district=row.address_district,
        town=row.address_town,
        house_number=row.address_house_number,
        address=row.address_address,
        address_type=row.address_address_type,
    )
