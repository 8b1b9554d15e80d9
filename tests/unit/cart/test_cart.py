"""What a cart holds and refuses."""

import pytest

from novacart.domain.cart.cart import Allowance, Cart, CartLine
from novacart.domain.cart.errors import (
    CartLimitReached,
    CartLineNotFound,
    NoSuchCartLines,
    NotEnoughInStock,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CartLineId, OrderId, ProductId, UserId
from tests.support.builders.ordering import NOON

BOOK, PEN = ProductId(1), ProductId(2)
LINE, OTHER = CartLineId(11), CartLineId(12)
PLENTY = Allowance(orderable=100, limit=10)


def a_cart() -> Cart:
    cart = Cart(user_id=UserId(3))
    cart.put(BOOK, 2, line_id=LINE, allowance=PLENTY, at=NOON)
    cart.put(PEN, 1, line_id=OTHER, allowance=PLENTY, at=NOON)
    return cart


def quantities(cart: Cart) -> dict[int, int]:
    return {line.product_id: line.quantity for line in cart.lines}


def test_what_is_added_again_is_added_to_its_line() -> None:
    cart = a_cart()
    assert cart.increase(LINE, 3, allowance=PLENTY).quantity == 5
    assert quantities(cart) == {BOOK: 5, PEN: 1}


@pytest.mark.parametrize(
    ("allowance", "refusal"),
    [
        (Allowance(orderable=100, limit=3), CartLimitReached),
        (Allowance(orderable=3, limit=10), NotEnoughInStock),
        (Allowance(orderable=0, limit=10), NotEnoughInStock),
    ],
)
def test_no_more_than_can_be_had_stands_in_the_cart(
    allowance: Allowance, refusal: type[Exception]
) -> None:
    cart = a_cart()
    with pytest.raises(refusal):
        cart.increase(LINE, 2, allowance=allowance)
    with pytest.raises(refusal):
        cart.set_quantity(LINE, 4, allowance=allowance)
    with pytest.raises(refusal):
        cart.put(ProductId(9), 4, line_id=CartLineId(13), allowance=allowance, at=NOON)
    assert quantities(cart) == {BOOK: 2, PEN: 1}


def test_a_decrease_is_possible_whatever_the_stock_and_from_one_removes_the_line() -> None:
    cart = a_cart()
    line = cart.decrease(LINE)
    assert line is not None
    assert line.quantity == 1
    assert cart.decrease(LINE) is None
    assert quantities(cart) == {PEN: 1}


def test_a_quantity_of_zero_removes_the_line() -> None:
    cart = a_cart()
    assert cart.set_quantity(LINE, 0, allowance=PLENTY) is None
    assert cart.set_quantity(OTHER, 7, allowance=PLENTY) is not None
    assert quantities(cart) == {PEN: 7}


@pytest.mark.parametrize("quantity", [0, -1])
def test_a_line_is_of_one_unit_or_more(quantity: int) -> None:
    with pytest.raises(InvalidValue, match=r"^A cart line is of one unit or more\.$") as refused:
        CartLine(id=LINE, product_id=BOOK, quantity=quantity, added_at=NOON)
    assert refused.value.field == "quantity"
    with pytest.raises(InvalidValue, match=r"^A quantity is one or more\.$") as refused:
        a_cart().increase(LINE, quantity, allowance=PLENTY)
    assert refused.value.field == "quantity"


def test_a_negative_quantity_is_refused() -> None:
    with pytest.raises(InvalidValue):
        a_cart().set_quantity(LINE, -1, allowance=PLENTY)


def test_what_is_not_there_is_told() -> None:
    cart = a_cart()
    for refused in (cart.remove, cart.decrease, cart.line):
        with pytest.raises(CartLineNotFound):
            refused(CartLineId(99))
    with pytest.raises(NoSuchCartLines):
        cart.take_out([CartLineId(99)])


def test_of_many_lines_those_that_are_there_are_removed() -> None:
    cart = a_cart()
    removed = cart.remove_known([OTHER, CartLineId(99), OTHER])
    assert [line.product_id for line in removed] == [PEN]
    assert quantities(cart) == {BOOK: 2}


def test_what_was_bought_leaves_and_what_came_later_stays() -> None:
    cart = a_cart()
    cart.checked_out_as(OrderId(7))
    cart.increase(LINE, 1, allowance=PLENTY)
    cart.bought(OrderId(7), {BOOK: 2, PEN: 1})
    assert quantities(cart) == {BOOK: 1}
    assert cart.checkout_order_id is None


def test_an_order_that_was_not_made_of_this_cart_takes_nothing_out() -> None:
    cart = a_cart()
    cart.checked_out_as(OrderId(7))
    cart.bought(OrderId(8), {BOOK: 2})
    assert quantities(cart) == {BOOK: 2, PEN: 1}
    assert cart.checkout_order_id == 7


def test_clearing_forgets_the_lines_and_the_checkout() -> None:
    cart = a_cart()
    cart.checked_out_as(OrderId(7))
    cart.clear()
    assert cart.lines == ()
    assert cart.checkout_order_id is None
