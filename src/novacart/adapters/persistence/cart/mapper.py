"""Mapping of rows to carts and checkouts, by position in the statements of the repository."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Final

from novacart.adapters.persistence.statements import Row
from novacart.domain.cart.cart import Cart, CartLine
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.limits import OpenOrders
from novacart.domain.services.checkout import Checkout, CheckoutLine
from novacart.domain.shared.ids import AddressId, OrderId, OrderLineId, UserId
from novacart.domain.shared.money import Money

# The columns of `addresses` for the fields of `ShippingAddress`.
ADDRESS_COLUMNS: Final = [
    "id" if field.name == "source_id" else field.name for field in fields(ShippingAddress)
]
# The columns of the cart, the line, its variant and product come before those of the user.
_VARIANT_END: Final = 14
_ADDRESS_FIELDS: Final = [field.name for field in fields(ShippingAddress)]
_ADDRESS_END: Final = _VARIANT_END + 5 + len(_ADDRESS_FIELDS)


def to_cart(user_id: UserId, rows: Sequence[Row]) -> Cart:
    """Map the user's joined rows; an empty cart is one row without a line."""
    return Cart(
        user_id=user_id,
        lines=[
            CartLine(id=line_id, variant_id=variant_id, quantity=quantity, added_at=added_at)
            for _, line_id, variant_id, quantity, added_at, *_ in rows
            if line_id is not None
        ],
        checkout_order_id=rows[0][0] if rows else None,
    )


def to_checkout(
    user_id: UserId,
    address_id: AddressId | None,
    rows: Sequence[Row],
    *,
    new_order_id: int,
    new_line_ids: Iterable[int],
) -> Checkout:
    """Map rows of the cart, each joined with its variant in the catalog, and the user's data.

    `new_line_ids` has an id for each row.
    """
    lines = []
    units = {}
    for row, new_line_id in zip(rows, new_line_ids, strict=True):
        _, line_id, variant_id, quantity, _, reserved, product_id, *variant = row[:_VARIANT_END]
        if line_id is not None:
            units[variant_id] = int(reserved)
        if product_id is not None:
            sku, options, title, subtitle, image, price_minor, currency = variant
            lines.append(
                CheckoutLine(
                    product_id=product_id,
                    variant_id=variant_id,
                    sku=sku,
                    options=options,
                    title=title,
                    subtitle=subtitle,
                    image=image,
                    unit_price=Money(price_minor, currency),
                    quantity=quantity,
                    new_line_id=OrderLineId(new_line_id),
                )
            )
    email, unpaid, cod, abandoned, abandoned_since, *address = rows[0][_VARIANT_END:_ADDRESS_END]
    return Checkout(
        cart=to_cart(user_id, rows),
        email=email or "",
        lines=tuple(lines),
        address_id=address_id,
        address=_to_address(address),
        new_order_id=OrderId(new_order_id),
        open_orders=OpenOrders(
            unpaid=unpaid,
            cod=cod,
            abandoned=abandoned,
            abandoned_since=abandoned_since,
            units=units,
        ),
    )


def _to_address(values: Row) -> ShippingAddress | None:
    if values[0] is None:
        return None
    return ShippingAddress(**dict(zip(_ADDRESS_FIELDS, values, strict=True)))
