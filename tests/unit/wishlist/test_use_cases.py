"""Use cases of wishlists, with fake adapters."""

import pytest

from novacart.application.wishlist.add_to_wishlist import AddToWishlist, AddToWishlistCommand
from novacart.application.wishlist.remove_from_wishlist import (
    RemoveFromWishlist,
    RemoveFromWishlistCommand,
)
from novacart.domain.catalog.errors import ProductNotFound, VariantNotFound
from novacart.domain.shared.ids import ProductId, VariantId
from novacart.domain.wishlist.errors import NotOnWishlist
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.fakes.wishlist_queries import FakeWishlistQueries
from tests.support.builders.ordering import NOON, ShopFixture
from tests.support.clock import SetClock


class WishlistFixture:
    """The use cases and the query of one customer's wishlist."""

    def __init__(self) -> None:
        store = FakeStore()
        begin = FakeUnitOfWorkFactory(store)
        self.shop = ShopFixture(begin, prices=(100, 50))
        self._add = AddToWishlist(begin=begin, clock=SetClock(NOON))
        self._remove = RemoveFromWishlist(begin=begin)
        self._queries = FakeWishlistQueries(store)

    def add(self, product_id: ProductId) -> bool:
        return self._add(AddToWishlistCommand(user_id=self.shop.customer, product_id=product_id))

    def remove(self, product_id: ProductId) -> None:
        self._remove(RemoveFromWishlistCommand(user_id=self.shop.customer, product_id=product_id))

    def add_variant(self, variant_id: VariantId) -> bool:
        return self._add(AddToWishlistCommand(user_id=self.shop.customer, variant_id=variant_id))

    def remove_variant(self, variant_id: VariantId) -> None:
        self._remove(RemoveFromWishlistCommand(user_id=self.shop.customer, variant_id=variant_id))

    def products(self) -> list[ProductId]:
        return [item.product.id for item in self._queries.wishlist_of(self.shop.customer)]


@pytest.fixture
def wishlist() -> WishlistFixture:
    return WishlistFixture()


def test_add_returns_whether_product_is_new(wishlist: WishlistFixture) -> None:
    lamp = wishlist.shop.products[0]
    assert wishlist.add(lamp) is True
    assert wishlist.add(lamp) is False
    assert wishlist.products() == [lamp]


def test_add_unknown_product_raises(wishlist: WishlistFixture) -> None:
    with pytest.raises(ProductNotFound):
        wishlist.add(ProductId(999_999))
    assert wishlist.products() == []


def test_remove_twice_raises(wishlist: WishlistFixture) -> None:
    lamp, kettle = wishlist.shop.products
    wishlist.add(lamp)
    wishlist.add(kettle)
    wishlist.remove(lamp)
    assert wishlist.products() == [kettle]
    with pytest.raises(NotOnWishlist):
        wishlist.remove(lamp)


def test_client_that_names_the_product_removes_all_of_its_variants(
    wishlist: WishlistFixture,
) -> None:
    lamp, kettle = wishlist.shop.products
    medium = wishlist.shop.add_variant()
    assert wishlist.add_variant(medium) is True
    assert wishlist.add(lamp) is True
    wishlist.add(kettle)
    wishlist.remove(lamp)
    assert wishlist.products() == [kettle]


def test_remove_variant_keeps_the_others_of_its_product(wishlist: WishlistFixture) -> None:
    lamp, _ = wishlist.shop.products
    medium = wishlist.shop.add_variant()
    wishlist.add_variant(medium)
    wishlist.add(lamp)
    wishlist.remove_variant(medium)
    assert wishlist.products() == [lamp]
    with pytest.raises(NotOnWishlist):
        wishlist.remove_variant(medium)


def test_add_unknown_variant_raises(wishlist: WishlistFixture) -> None:
    with pytest.raises(VariantNotFound):
        wishlist.add_variant(VariantId(999_999))
