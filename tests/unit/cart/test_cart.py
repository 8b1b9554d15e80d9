"""The cart aggregate."""

import pytest

from novacart.domain.cart.cart import MAX_LINES, Cart, CartLine, MergedLine, QuantityLimits
from novacart.domain.cart.errors import (
    CartIsFull,
    CartLimitReached,
    CartLineNotFound,
    NotEnoughInStock,
)
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import CartLineId, OrderId, UserId, VariantId
from tests.support.builders.ordering import NOON

BOOK, PEN = VariantId(1), VariantId(2)
BOOK_LINE, PEN_LINE, NEW_LINE = CartLineId(11), CartLineId(12), CartLineId(13)
LIMITS = QuantityLimits(orderable=100, max_per_line=10)


def a_cart() -> Cart:
    cart = Cart(user_id=UserId(3))
    cart.add(BOOK, 2, line_id=BOOK_LINE, limits=LIMITS, at=NOON)
    cart.add(PEN, 1, line_id=PEN_LINE, limits=LIMITS, at=NOON)
    return cart


def quantities(cart: Cart) -> dict[int, int]:
    return {line.variant_id: line.quantity for line in cart.lines}


def test_add_variant_in_cart_increases_its_line() -> None:
    cart = a_cart()
    line = cart.add(BOOK, 3, line_id=NEW_LINE, limits=LIMITS, at=NOON)
    assert (line.id, line.quantity) == (BOOK_LINE, 5)
    assert [line.id for line in cart.lines] == [BOOK_LINE, PEN_LINE]
    assert quantities(cart) == {BOOK: 5, PEN: 1}


def test_add_variant_in_cart_checks_limit_of_sum() -> None:
    cart = a_cart()
    with pytest.raises(CartLimitReached):
        cart.add(BOOK, 9, line_id=NEW_LINE, limits=LIMITS, at=NOON)
    with pytest.raises(NotEnoughInStock):
        cart.add(
            BOOK,
            2,
            line_id=NEW_LINE,
            limits=QuantityLimits(orderable=3, max_per_line=10),
            at=NOON,
        )
    assert quantities(cart) == {BOOK: 2, PEN: 1}


def test_full_cart_gets_units_of_its_lines_but_no_new_line() -> None:
    lines = [
        CartLine(id=CartLineId(id_), variant_id=VariantId(id_), quantity=1, added_at=NOON)
        for id_ in range(1, MAX_LINES + 1)
    ]
    cart, new_id = Cart(user_id=UserId(3), lines=lines), MAX_LINES + 1
    new = CartLine(id=CartLineId(new_id), variant_id=VariantId(new_id), quantity=2, added_at=NOON)
    with pytest.raises(CartIsFull) as error:
        cart.add(new.variant_id, 2, line_id=new.id, limits=LIMITS, at=NOON)
    assert error.value.details == {"limit": MAX_LINES}
    merged = cart.merge(new, line_id=new.id, limits=LIMITS)
    assert merged == MergedLine(variant_id=new.variant_id, requested=2, quantity=0)
    assert cart.add(BOOK, 1, line_id=new.id, limits=LIMITS, at=NOON).quantity == 2
    assert cart.merge(lines[1], line_id=new.id, limits=LIMITS).quantity == 1
    cart.remove(lines[-1].id)
    assert cart.add(new.variant_id, 2, line_id=new.id, limits=LIMITS, at=NOON) == new


def test_restore_cart_with_two_lines_of_one_variant_raises() -> None:
    lines = [
        CartLine(id=line_id, variant_id=BOOK, quantity=1, added_at=NOON)
        for line_id in (BOOK_LINE, NEW_LINE)
    ]
    with pytest.raises(InvalidValue) as error:
        Cart(user_id=UserId(3), lines=lines)
    assert error.value.field == "lines"


def test_restored_cart_keeps_its_lines() -> None:
    restored = Cart(user_id=UserId(3), lines=a_cart().lines)
    assert quantities(restored) == {BOOK: 2, PEN: 1}


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        (QuantityLimits(orderable=100, max_per_line=3), CartLimitReached),
        (QuantityLimits(orderable=3, max_per_line=10), NotEnoughInStock),
        (QuantityLimits(orderable=0, max_per_line=10), NotEnoughInStock),
    ],
)
def test_quantity_above_limits_raises(limits: QuantityLimits, error: type[Exception]) -> None:
    cart = a_cart()
    with pytest.raises(error):
        cart.increase(BOOK_LINE, 2, limits=limits)
    with pytest.raises(error):
        cart.set_quantity(BOOK_LINE, 4, limits=limits)
    with pytest.raises(error):
        cart.add(VariantId(9), 4, line_id=NEW_LINE, limits=limits, at=NOON)
    assert quantities(cart) == {BOOK: 2, PEN: 1}


@pytest.mark.parametrize(
    ("limits", "error"),
    [
        (QuantityLimits(orderable=2, max_per_line=10), NotEnoughInStock(2)),
        (QuantityLimits(orderable=10, max_per_line=2), CartLimitReached(2)),
    ],
)
def test_quantity_equal_to_limits_is_allowed(limits: QuantityLimits, error: DomainError) -> None:
    limits.check(2)
    with pytest.raises(type(error)) as raised:
        limits.check(3)
    assert raised.value.details == error.details


def test_decrease_last_unit_removes_line() -> None:
    cart = a_cart()
    line = cart.decrease(BOOK_LINE)
    assert line is not None
    assert line.quantity == 1
    assert cart.decrease(BOOK_LINE) is None
    assert quantities(cart) == {PEN: 1}


def test_set_quantity_to_zero_removes_line() -> None:
    cart = a_cart()
    assert cart.set_quantity(BOOK_LINE, 0, limits=LIMITS) is None
    assert cart.set_quantity(PEN_LINE, 7, limits=LIMITS) is not None
    assert quantities(cart) == {PEN: 7}


@pytest.mark.parametrize("quantity", [0, -1])
def test_quantity_below_one_raises(quantity: int) -> None:
    message = r"^The quantity must be at least 1\.$"
    with pytest.raises(InvalidValue, match=message) as error:
        CartLine(id=BOOK_LINE, variant_id=BOOK, quantity=quantity, added_at=NOON)
    assert error.value.field == "quantity"
    with pytest.raises(InvalidValue, match=message) as error:
        a_cart().increase(BOOK_LINE, quantity, limits=LIMITS)
    assert error.value.field == "quantity"
    for variant_id in (BOOK, VariantId(9)):
        with pytest.raises(InvalidValue):
            a_cart().add(variant_id, quantity, line_id=NEW_LINE, limits=LIMITS, at=NOON)


def test_set_negative_quantity_raises() -> None:
    with pytest.raises(InvalidValue):
        a_cart().set_quantity(BOOK_LINE, -1, limits=LIMITS)


def test_unknown_line_raises() -> None:
    cart = a_cart()
    for method in (cart.remove, cart.decrease, cart.line):
        with pytest.raises(CartLineNotFound):
            method(CartLineId(99))


def test_remove_lines_ignores_unknown_and_repeated_ids() -> None:
    cart = a_cart()
    removed = cart.remove_lines([PEN_LINE, CartLineId(99), PEN_LINE])
    assert [line.variant_id for line in removed] == [PEN]
    assert quantities(cart) == {BOOK: 2}


def test_complete_checkout_keeps_units_added_after_order() -> None:
    cart = a_cart()
    cart.start_checkout(OrderId(7))
    cart.increase(BOOK_LINE, 1, limits=LIMITS)
    cart.complete_checkout(OrderId(7), {BOOK: 2, PEN: 1})
    assert quantities(cart) == {BOOK: 1}
    assert cart.checkout_order_id is None


def test_complete_checkout_of_other_order_changes_nothing() -> None:
    cart = a_cart()
    cart.start_checkout(OrderId(7))
    cart.complete_checkout(OrderId(8), {BOOK: 2})
    assert quantities(cart) == {BOOK: 2, PEN: 1}
    assert cart.checkout_order_id == 7


def test_clear_removes_lines_and_checkout() -> None:
    cart = a_cart()
    cart.start_checkout(OrderId(7))
    cart.clear()
    assert cart.lines == ()
    assert cart.checkout_order_id is None


@pytest.mark.parametrize(
    ("own", "other", "orderable", "expected"),
    [(2, 3, 100, 3), (3, 2, 100, 3), (2, 9, 4, 4), (9, 2, 4, 4), (2, 12, 100, 10), (2, 3, 0, 0)],
)
def test_merge_takes_larger_quantity_up_to_limits(
    own: int, other: int, orderable: int, expected: int
) -> None:
    cart = Cart(user_id=UserId(3))
    cart.add(BOOK, own, line_id=BOOK_LINE, limits=LIMITS, at=NOON)
    limits = QuantityLimits(orderable=orderable, max_per_line=10)
    line = CartLine(id=PEN_LINE, variant_id=BOOK, quantity=other, added_at=NOON)
    merged = cart.merge(line, line_id=NEW_LINE, limits=limits)
    assert (merged.quantity, merged.is_adjusted) == (expected, expected != max(own, other))
    assert quantities(cart) == ({BOOK: expected} if expected else {})


def test_merge_again_changes_nothing() -> None:
    cart = a_cart()
    line = CartLine(id=NEW_LINE, variant_id=BOOK, quantity=7, added_at=NOON)
    first = cart.merge(line, line_id=NEW_LINE, limits=LIMITS)
    assert cart.merge(line, line_id=NEW_LINE, limits=LIMITS) == first
    assert quantities(cart) == {BOOK: 7, PEN: 1}


def test_merge_adds_line_of_other_cart_with_new_id() -> None:
    cart = Cart(user_id=UserId(3))
    line = CartLine(id=PEN_LINE, variant_id=PEN, quantity=2, added_at=NOON)
    merged = cart.merge(line, line_id=NEW_LINE, limits=LIMITS)
    assert not merged.is_adjusted
    assert [(each.id, each.quantity) for each in cart.lines] == [(NEW_LINE, 2)]
