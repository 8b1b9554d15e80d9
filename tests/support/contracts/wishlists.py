"""What every place for wishlists promises, and every answer about them."""

from datetime import timedelta

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.wishlist.queries import WishlistQueries
from novacart.domain.shared.ids import ProductId, UserId
from tests.support.builders.ordering import NOON, ShopFixture


class WishlistsContract:
    """Subclasses give `begin` and `queries`."""

    @pytest.fixture
    def shop(self, begin: UnitOfWorkFactory) -> ShopFixture:
        return ShopFixture(begin, stock=7, prices=(100, 50, 25))

    def test_nothing_is_wished_for_at_first(
        self, shop: ShopFixture, queries: WishlistQueries
    ) -> None:
        assert wished(shop) == []
        assert list(queries.wishlist_of(shop.customer)) == []

    def test_a_wishlist_comes_back_whole_and_in_its_order(self, shop: ShopFixture) -> None:
        lamp, kettle, _ = shop.products
        wish(shop, kettle, hours=1)
        wish(shop, lamp, hours=2)
        assert wished(shop) == [
            (kettle, NOON + timedelta(hours=1)),
            (lamp, NOON + timedelta(hours=2)),
        ]

    def test_what_is_removed_is_gone_and_the_rest_stays(self, shop: ShopFixture) -> None:
        lamp, kettle, _ = shop.products
        wish(shop, lamp)
        wish(shop, kettle)
        with shop.begin() as work:
            wishlist = work.wishlists.of(shop.customer)
            wishlist.remove(lamp)
            work.wishlists.save(wishlist)
            work.commit()
        assert [product for product, _ in wished(shop)] == [kettle]

    def test_it_can_be_saved_twice_in_one_unit_of_work(self, shop: ShopFixture) -> None:
        lamp, kettle, _ = shop.products
        with shop.begin() as work:
            wishlist = work.wishlists.of(shop.customer)
            for product in (lamp, kettle):
                wishlist.add(product, at=NOON)
                work.wishlists.save(wishlist)
            work.commit()
        assert len(wished(shop)) == 2

    def test_what_was_not_committed_is_forgotten(self, shop: ShopFixture) -> None:
        with shop.begin() as work:
            wishlist = work.wishlists.of(shop.customer)
            wishlist.add(shop.products[0], at=NOON)
            work.wishlists.save(wishlist)
        assert wished(shop) == []

    def test_everybody_has_their_own(self, shop: ShopFixture, queries: WishlistQueries) -> None:
        wish(shop, shop.products[0])
        assert list(queries.wishlist_of(shop.another_customer())) == []

    def test_it_is_shown_newest_first_as_the_catalogue_is_now(
        self, shop: ShopFixture, queries: WishlistQueries
    ) -> None:
        lamp, kettle, tray = shop.products
        wish(shop, lamp, hours=1)
        wish(shop, tray, hours=2)
        wish(shop, kettle, hours=2)
        items = queries.wishlist_of(shop.customer)
        assert [item.product.id for item in items] == [tray, kettle, lamp]
        assert items[-1].created_at == NOON + timedelta(hours=1)
        assert (items[-1].product.stock, str(items[-1].product.price)) == (7, "100.00")

    def test_what_left_the_catalogue_is_not_shown(
        self, shop: ShopFixture, queries: WishlistQueries
    ) -> None:
        lamp, kettle, _ = shop.products
        wish(shop, lamp)
        wish(shop, kettle)
        with shop.begin() as work:
            product = work.products.get_for_update(lamp)
            product.archive(at=NOON)
            work.products.save(product)
            work.commit()
        assert [item.product.id for item in queries.wishlist_of(shop.customer)] == [kettle]


def wish(
    shop: ShopFixture, product: ProductId, *, hours: int = 0, user: UserId | None = None
) -> None:
    with shop.begin() as work:
        wishlist = work.wishlists.of(user or shop.customer)
        wishlist.add(product, at=NOON + timedelta(hours=hours))
        work.wishlists.save(wishlist)
        work.commit()


def wished(shop: ShopFixture) -> list[tuple[ProductId, object]]:
    with shop.begin() as work:
        entries = work.wishlists.of(shop.customer).entries
    return [(entry.product_id, entry.added_at) for entry in entries]
