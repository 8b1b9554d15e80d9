"""The checkout: a priced snapshot of a cart, from which an order is placed."""

from dataclasses import dataclass, field, replace
from typing import Self

from novacart.domain.cart.cart import Cart
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.errors import EmptyCart
from novacart.domain.ordering.limits import OpenOrders
from novacart.domain.ordering.line import OrderLine
from novacart.domain.ordering.order import Order
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AddressId, OrderId, OrderLineId, ProductId, VariantId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutLine:
    """A cart line with the current data of its variant.

    `options` are the values of the variant on one line. A new order's line gets the id
    `new_line_id`.
    """

    product_id: ProductId
    variant_id: VariantId
    sku: str | None
    options: str
    title: str
    subtitle: str
    image: str | None
    unit_price: Money
    quantity: int
    new_line_id: OrderLineId


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A cart, its priced lines and the shipping address, read at one moment.

    `lines` are the variants in the catalog, oldest first; `cart` may hold others, which are
    not shown to the customer. `address` is the customer's address `address_id`; it is None if
    no address was requested or the customer has no such address. `open_orders` are the
    customer's orders at that moment. A new order gets the id `new_order_id`.

    The `email` of a guest is empty, and `address` None, until `with_contact` sets them.
    """

    cart: Cart
    email: str
    lines: tuple[CheckoutLine, ...]
    address_id: AddressId | None
    address: ShippingAddress | None
    new_order_id: OrderId
    open_orders: OpenOrders = field(default_factory=OpenOrders)
    by_guest: bool = False

    def with_contact(self, email: str, address: ShippingAddress) -> Self:
        """The checkout of a guest with this email and address; that of a user is unchanged."""
        if self.email:
            return self
        return replace(self, email=email, address=address, by_guest=True)

    def ensure_orderable(self) -> None:
        """Raises `EmptyCart`, and `InvalidValue` for a guest without an email address.

        Raises `InvalidValue` also for an address that is not the customer's.
        """
        if not self.lines:
            raise EmptyCart
        if not self.email:
            raise InvalidValue("email", "Enter the email address for this order.")
        if self.address_id is not None and self.address is None:
            raise InvalidValue("address_id", "You have no such address.")

    def matches(self, order: Order) -> bool:
        """Whether the order has the same variants, quantities, prices, address and email."""
        ordered = {(line.variant_id, line.quantity, line.unit_price) for line in order.lines}
        current = {(line.variant_id, line.quantity, line.unit_price) for line in self.lines}
        contact = (order.address, order.email)
        return ordered == current and contact == (self.address, self.email)

    def order_lines(self) -> list[OrderLine]:
        """The lines of a new order."""
        return [
            OrderLine(
                id=line.new_line_id,
                product_id=line.product_id,
                variant_id=line.variant_id,
                sku=line.sku,
                options=line.options,
                title=line.title,
                subtitle=line.subtitle,
                image=line.image,
                unit_price=line.unit_price,
                quantity=line.quantity,
            )
            for line in self.lines
        ]
