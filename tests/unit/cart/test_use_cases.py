"""Filling a cart, with everything around it in memory."""

import pytest

from novacart.application.cart.add_to_cart import AddToCart, AddToCartCommand
from novacart.application.cart.change_quantity import (
    ChangeQuantity,
    ChangeQuantityCommand,
    QuantityStep,
)
from novacart.application.cart.move_to_wishlist import MoveToWishlist, MoveToWishlistCommand
from novacart.application.cart.policy import CartPolicy
from novacart.application.cart.remove_lines import (
    ClearCart,
    RemoveLine,
    RemoveLineCommand,
    RemoveLines,
    RemoveLinesCommand,
)
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.cart.cart import CartLine
from novacart.domain.cart.errors import (
    CartLimitReached,
    CartLineNotFound,
    NoSuchCartLines,
    NotEnoughInStock,
)
from novacart.domain.catalog.errors import ProductNotFound
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CartLineId, ProductId
from tests.support.builders.ordering import NOON, NovaCartFlask
from tests.support.clock import SetClock

POLICY = CartPolicy(max_per_line=10)


@pytest.fixture
def add(begin: UnitOfWorkFactory) -> AddToCart:
    return AddToCart(begin=begin, clock=SetClock(NOON), policy=POLICY)


@pytest.fixture
def change(begin: UnitOfWorkFactory) -> ChangeQuantity:
    return ChangeQuantity(begin=begin, policy=POLICY)


def quantities(shop: NovaCartFlask) -> list[tuple[int, int]]:
    with shop.begin() as work:
        lines = work.carts.of(shop.customer).lines
    return [(shop.products.index(line.product_id), line.quantity) for line in lines]


def put(add: AddToCart, shop: NovaCartFlask, index: int, quantity: int = 1) -> CartLine:
    return add(
        AddToCartCommand(user_id=shop.customer, product_id=shop.products[index], quantity=quantity)
    )


def test_adding_twice_makes_one_line(add: AddToCart, shop: NovaCartFlask) -> None:
    first = put(add, shop, 0)
    assert put(add, shop, 0, 2).id == first.id
    assert quantities(shop) == [(0, 3)]


def test_adding_takes_the_product_off_the_wishlist(add: AddToCart, shop: NovaCartFlask) -> None:
    with shop.begin() as work:
        wishlist = work.wishlists.of(shop.customer)
        wishlist.add(shop.products[0], at=NOON)
        wishlist.add(shop.products[1], at=NOON)
        work.wishlists.save(wishlist)
        work.commit()
    put(add, shop, 0)
    with shop.begin() as work:
        entries = work.wishlists.of(shop.customer).entries
    assert [entry.product_id for entry in entries] == [shop.products[1]]


def test_a_product_that_is_not_in_the_catalogue_is_not_added(
    add: AddToCart, shop: NovaCartFlask
) -> None:
    with pytest.raises(ProductNotFound):
        add(AddToCartCommand(user_id=shop.customer, product_id=ProductId(999_999)))


def test_no_more_than_the_limit_or_the_stock_is_added(
    add: AddToCart, begin: UnitOfWorkFactory
) -> None:
    plenty, scarce = (
        NovaCartFlask(begin, stock=50, prices=(1,)),
        NovaCartFlask(begin, stock=2, prices=(1,)),
    )
    put(add, plenty, 0, 10)
    with pytest.raises(CartLimitReached):
        put(add, plenty, 0)
    with pytest.raises(NotEnoughInStock):
        put(add, scarce, 0, 3)
    with pytest.raises(InvalidValue):
        put(add, scarce, 0, 0)
    assert quantities(plenty) == [(0, 10)]
    assert quantities(scarce) == []


def test_a_quantity_goes_up_down_and_to_what_is_said(
    change: ChangeQuantity, shop: NovaCartFlask
) -> None:
    line, other, _ = shop.fill_cart(2, 1, 1)

    def to(line_id: CartLineId, wanted: QuantityStep | int) -> int:
        return change(ChangeQuantityCommand(user_id=shop.customer, line_id=line_id, change=wanted))

    assert to(line, QuantityStep.INCREASE) == 3
    assert to(line, QuantityStep.DECREASE) == 2
    assert to(line, 7) == 7
    assert to(other, QuantityStep.DECREASE) == 0
    assert to(line, 0) == 0
    assert quantities(shop) == [(2, 1)]


def test_a_quantity_is_at_most_what_can_be_had(change: ChangeQuantity, shop: NovaCartFlask) -> None:
    (line,) = shop.fill_cart(10)
    for wanted, refusal in ((QuantityStep.INCREASE, CartLimitReached), (11, CartLimitReached)):
        with pytest.raises(refusal):
            change(ChangeQuantityCommand(user_id=shop.customer, line_id=line, change=wanted))
    with pytest.raises(CartLineNotFound):
        change(ChangeQuantityCommand(user_id=shop.customer, line_id=CartLineId(0), change=1))


def test_the_line_of_somebody_else_is_not_there(
    change: ChangeQuantity, shop: NovaCartFlask, begin: UnitOfWorkFactory
) -> None:
    (line,) = shop.fill_cart(1)
    other = NovaCartFlask(begin, prices=(1,))
    with pytest.raises(CartLineNotFound):
        change(ChangeQuantityCommand(user_id=other.customer, line_id=line, change=5))
    with pytest.raises(CartLineNotFound):
        RemoveLine(begin=begin)(RemoveLineCommand(user_id=other.customer, line_id=line))
    assert quantities(shop) == [(0, 1)]


def test_lines_are_removed_one_by_one_many_at_once_and_all(
    shop: NovaCartFlask, begin: UnitOfWorkFactory
) -> None:
    first, second, _ = shop.fill_cart(1, 1, 1)
    RemoveLine(begin=begin)(RemoveLineCommand(user_id=shop.customer, line_id=first))
    gone = RemoveLines(begin=begin)(
        RemoveLinesCommand(user_id=shop.customer, line_ids=[first, second])
    )
    assert gone == 1
    assert quantities(shop) == [(2, 1)]
    ClearCart(begin=begin)(shop.customer)
    ClearCart(begin=begin)(shop.customer)
    assert quantities(shop) == []


def test_lines_move_to_the_wishlist(shop: NovaCartFlask, begin: UnitOfWorkFactory) -> None:
    move = MoveToWishlist(begin=begin, clock=SetClock(NOON))
    first, second, third = shop.fill_cart(1, 2, 3)
    moved = move(MoveToWishlistCommand(user_id=shop.customer, line_ids=[first, second]))
    assert (moved.added, moved.already_there) == (2, 0)
    assert quantities(shop) == [(2, 3)]
    with pytest.raises(NoSuchCartLines):
        move(MoveToWishlistCommand(user_id=shop.customer, line_ids=[first]))
    with shop.begin() as work:
        wishlist = work.wishlists.of(shop.customer)
        wishlist.add(shop.products[2], at=NOON)
        work.wishlists.save(wishlist)
        work.commit()
    moved = move(MoveToWishlistCommand(user_id=shop.customer, line_ids=[third]))
    assert (moved.added, moved.already_there) == (0, 1)
