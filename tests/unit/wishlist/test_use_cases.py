import pytest

from novacart.application.wishlist.add_to_wishlist import AddToWishlist, AddToWishlistCommand
from novacart.application.wishlist.remove_from_wishlist import (
    RemoveFromWishlist,
    RemoveFromWishlistCommand,
)
from novacart.domain.catalog.errors import ProductNotFound
from novacart.domain.shared.ids import ProductId
from novacart.domain.wishlist.errors import NotOnWishlist
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.fakes.wishlist_queries import FakeWishlistQueries
from tests.support.builders.ordering import NOON, NovaCartFlask
from tests.support.clock import SetClock


class Wishes:
    """A shop, and a customer who can wish."""

    def __init__(self) -> None:
        store = FakeStore()
        begin = FakeUnitOfWorkFactory(store)
        self.shop = NovaCartFlask(begin, prices=(100, 50))
        self._add = AddToWishlist(begin=begin, clock=SetClock(NOON))
        self._remove = RemoveFromWishlist(begin=begin)
        self._queries = FakeWishlistQueries(store)

    def add(self, product_id: ProductId) -> bool:
        return self._add(AddToWishlistCommand(user_id=self.shop.customer, product_id=product_id))

    def remove(self, product_id: ProductId) -> None:
        self._remove(RemoveFromWishlistCommand(user_id=self.shop.customer, product_id=product_id))

    def shown(self) -> list[ProductId]:
        return [item.product.id for item in self._queries.wishlist_of(self.shop.customer)]


@pytest.fixture
def wishes() -> Wishes:
    return Wishes()


def test_wishing_twice_tells_that_it_was_there_already(wishes: Wishes) -> None:
    lamp = wishes.shop.products[0]
    assert wishes.add(lamp) is True
    assert wishes.add(lamp) is False
    assert wishes.shown() == [lamp]


def test_only_what_is_in_the_catalogue_can_be_wished_for(wishes: Wishes) -> None:
    with pytest.raises(ProductNotFound):
        wishes.add(ProductId(999_999))
    assert wishes.shown() == []


def test_a_wish_can_be_forgotten_once(wishes: Wishes) -> None:
    lamp, kettle = wishes.shop.products
    wishes.add(lamp)
    wishes.add(kettle)
    wishes.remove(lamp)
    assert wishes.shown() == [kettle]
    with pytest.raises(NotOnWishlist):
        wishes.remove(lamp)
