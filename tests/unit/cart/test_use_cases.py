"""Use cases of carts, with fake adapters."""

import pytest

from novacart.application.cart.add_to_cart import AddToCart, AddToCartCommand
from novacart.application.cart.change_quantity import (
    ChangeQuantity,
    ChangeQuantityCommand,
    QuantityStep,
)
from novacart.application.cart.move_to_wishlist import MoveToWishlist, MoveToWishlistCommand
from novacart.application.cart.remove_lines import (
    ClearCart,
    ClearCartCommand,
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
from novacart.domain.cart.policy import CartPolicy
from novacart.domain.catalog.errors import ProductNotFound
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CartLineId, ProductId
from tests.support.builders.ordering import NOON, ShopFixture
from tests.support.clock import SetClock

POLICY = CartPolicy(max_per_line=10)


@pytest.fixture
def add_to_cart(begin: UnitOfWorkFactory) -> AddToCart:
    return AddToCart(begin=begin, clock=SetClock(NOON), policy=POLICY)


@pytest.fixture
def change_quantity(begin: UnitOfWorkFactory) -> ChangeQuantity:
    return ChangeQuantity(begin=begin, policy=POLICY)


def quantities(shop: ShopFixture) -> list[tuple[int, int]]:
    """The cart as pairs of product index and quantity."""
    with shop.begin() as work:
        lines = work.carts.of(shop.customer).lines
    return [(shop.variants.index(line.variant_id), line.quantity) for line in lines]


def add(add_to_cart: AddToCart, shop: ShopFixture, index: int, quantity: int = 1) -> CartLine:
    return add_to_cart(
        AddToCartCommand(user_id=shop.customer, product_id=shop.products[index], quantity=quantity)
    )


def test_add_twice_makes_one_line(add_to_cart: AddToCart, shop: ShopFixture) -> None:
    first = add(add_to_cart, shop, 0)
    assert add(add_to_cart, shop, 0, 2).id == first.id
    assert quantities(shop) == [(0, 3)]


def test_add_removes_product_from_wishlist(add_to_cart: AddToCart, shop: ShopFixture) -> None:
    with shop.begin() as work:
        wishlist = work.wishlists.of(shop.customer)
        wishlist.add(shop.variants[0], at=NOON)
        wishlist.add(shop.variants[1], at=NOON)
        work.wishlists.save(wishlist)
        work.commit()
    add(add_to_cart, shop, 0)
    with shop.begin() as work:
        entries = work.wishlists.of(shop.customer).entries
    assert [entry.variant_id for entry in entries] == [shop.variants[1]]


def test_add_unknown_product_raises(add_to_cart: AddToCart, shop: ShopFixture) -> None:
    with pytest.raises(ProductNotFound):
        add_to_cart(AddToCartCommand(user_id=shop.customer, product_id=ProductId(999_999)))


def test_add_above_limit_or_stock_raises(add_to_cart: AddToCart, begin: UnitOfWorkFactory) -> None:
    plenty = ShopFixture(begin, stock=50, prices=(1,))
    scarce = ShopFixture(begin, stock=2, prices=(1,))
    add(add_to_cart, plenty, 0, 10)
    with pytest.raises(CartLimitReached):
        add(add_to_cart, plenty, 0)
    with pytest.raises(NotEnoughInStock):
        add(add_to_cart, scarce, 0, 3)
    with pytest.raises(InvalidValue):
        add(add_to_cart, scarce, 0, 0)
    assert quantities(plenty) == [(0, 10)]
    assert quantities(scarce) == []


def test_change_quantity_by_step_or_to_value(
    change_quantity: ChangeQuantity, shop: ShopFixture
) -> None:
    line, other, _ = shop.fill_cart(2, 1, 1)

    def change(line_id: CartLineId, to: QuantityStep | int) -> int:
        return change_quantity(
            ChangeQuantityCommand(user_id=shop.customer, line_id=line_id, change=to)
        )

    assert change(line, QuantityStep.INCREASE) == 3
    assert change(line, QuantityStep.DECREASE) == 2
    assert change(line, 7) == 7
    assert change(other, QuantityStep.DECREASE) == 0
    assert change(line, 0) == 0
    assert quantities(shop) == [(2, 1)]


@pytest.mark.parametrize("change", [QuantityStep.INCREASE, 11])
def test_change_quantity_above_limit_raises(
    change_quantity: ChangeQuantity, shop: ShopFixture, change: QuantityStep | int
) -> None:
    (line,) = shop.fill_cart(10)
    with pytest.raises(CartLimitReached):
        change_quantity(ChangeQuantityCommand(user_id=shop.customer, line_id=line, change=change))


def test_change_quantity_of_unknown_line_raises(
    change_quantity: ChangeQuantity, shop: ShopFixture
) -> None:
    with pytest.raises(CartLineNotFound):
        change_quantity(
            ChangeQuantityCommand(user_id=shop.customer, line_id=CartLineId(0), change=1)
        )


def test_line_of_other_customer_is_not_found(
    change_quantity: ChangeQuantity, shop: ShopFixture, begin: UnitOfWorkFactory
) -> None:
    (line,) = shop.fill_cart(1)
    other = ShopFixture(begin, prices=(1,))
    with pytest.raises(CartLineNotFound):
        change_quantity(ChangeQuantityCommand(user_id=other.customer, line_id=line, change=5))
    with pytest.raises(CartLineNotFound):
        RemoveLine(begin=begin)(RemoveLineCommand(user_id=other.customer, line_id=line))
    assert quantities(shop) == [(0, 1)]


def test_remove_one_several_and_all_lines(shop: ShopFixture, begin: UnitOfWorkFactory) -> None:
    first, second, _ = shop.fill_cart(1, 1, 1)
    RemoveLine(begin=begin)(RemoveLineCommand(user_id=shop.customer, line_id=first))
    removed = RemoveLines(begin=begin)(
        RemoveLinesCommand(user_id=shop.customer, line_ids=[first, second])
    )
    assert removed == 1
    assert quantities(shop) == [(2, 1)]
    for _ in range(2):
        ClearCart(begin=begin)(ClearCartCommand(user_id=shop.customer))
        assert quantities(shop) == []


def test_move_lines_to_wishlist(shop: ShopFixture, begin: UnitOfWorkFactory) -> None:
    move_to_wishlist = MoveToWishlist(begin=begin, clock=SetClock(NOON))
    first, second, third = shop.fill_cart(1, 2, 3)
    result = move_to_wishlist(
        MoveToWishlistCommand(user_id=shop.customer, line_ids=[first, second])
    )
    assert (result.added, result.already_present) == (2, 0)
    assert quantities(shop) == [(2, 3)]
    with pytest.raises(NoSuchCartLines):
        move_to_wishlist(MoveToWishlistCommand(user_id=shop.customer, line_ids=[first]))
    with shop.begin() as work:
        wishlist = work.wishlists.of(shop.customer)
        wishlist.add(shop.variants[2], at=NOON)
        work.wishlists.save(wishlist)
        work.commit()
    result = move_to_wishlist(MoveToWishlistCommand(user_id=shop.customer, line_ids=[third]))
    assert (result.added, result.already_present) == (0, 1)
