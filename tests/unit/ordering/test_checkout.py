"""The checkout: which carts can be ordered, and which orders match a cart."""

from dataclasses import replace

import pytest

from novacart.domain.cart.cart import Cart
from novacart.domain.ordering.errors import EmptyCart
from novacart.domain.services.checkout import Checkout, CheckoutLine
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import AddressId, OrderId, OrderLineId, ProductId, UserId, VariantId
from tests.support.builders.ordering import ADDRESS, an_order, an_order_line, rupees

LINE = CheckoutLine(
    product_id=ProductId(1),
    variant_id=VariantId(1),
    sku=None,
    options="",
    title="Product 1",
    subtitle="As it was",
    image="/media/product.webp",
    unit_price=rupees(100),
    quantity=2,
    new_line_id=OrderLineId(11),
)
CHECKOUT = Checkout(
    cart=Cart(user_id=UserId(3)),
    email="asha@example.com",
    lines=(LINE,),
    address_id=AddressId(31),
    address=ADDRESS,
    new_order_id=OrderId(10),
)


@pytest.mark.parametrize("address_id", [None, AddressId(99)])
def test_empty_checkout_is_not_orderable_with_any_address(address_id: AddressId | None) -> None:
    with pytest.raises(EmptyCart):
        replace(CHECKOUT, lines=(), address_id=address_id, address=None).ensure_orderable()


def test_checkout_with_unknown_address_is_not_orderable() -> None:
    CHECKOUT.ensure_orderable()
    replace(CHECKOUT, address_id=None, address=None).ensure_orderable()
    with pytest.raises(InvalidValue) as error:
        replace(CHECKOUT, address=None).ensure_orderable()
    assert error.value.field == "address_id"


def test_order_lines_copy_the_checkout_lines() -> None:
    (line,) = CHECKOUT.order_lines()
    assert line.id == LINE.new_line_id
    for field in set(LINE.__slots__) - {"new_line_id"}:
        assert getattr(line, field) == getattr(LINE, field)


def test_order_matches_same_lines_and_address() -> None:
    assert CHECKOUT.matches(an_order(*CHECKOUT.order_lines()))


@pytest.mark.parametrize(
    "checkout",
    [
        replace(CHECKOUT, lines=(replace(LINE, quantity=3),)),
        replace(CHECKOUT, lines=(replace(LINE, unit_price=rupees(99)),)),
        replace(CHECKOUT, lines=(replace(LINE, variant_id=VariantId(2)),)),
        replace(CHECKOUT, lines=(LINE, replace(LINE, variant_id=VariantId(2)))),
        replace(CHECKOUT, address=replace(ADDRESS, town="Mysuru")),
        replace(CHECKOUT, address=None),
    ],
)
def test_order_does_not_match_other_lines_or_address(checkout: Checkout) -> None:
    assert not checkout.matches(an_order(an_order_line(quantity=2)))
