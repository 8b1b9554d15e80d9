"""Contract of the wishlists repository and of the wishlist queries."""

from datetime import timedelta

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.wishlist.queries import WishlistQueries
from novacart.domain.shared.ids import UserId, VariantId
from tests.support.builders.ordering import NOON, ShopFixture


class WishlistsContract:
    """Subclasses define the fixtures `begin` and `queries`."""

    @pytest.fixture
    def shop(self, begin: UnitOfWorkFactory) -> ShopFixture:
        return ShopFixture(begin, stock=7, prices=(100, 50, 25))

    def test_new_wishlist_is_empty(self, shop: ShopFixture, queries: WishlistQueries) -> None:
        assert entries_of(shop) == []
        assert list(queries.wishlist_of(shop.customer)) == []

    def test_wishlist_is_restored_in_order(self, shop: ShopFixture) -> None:
        lamp, kettle, _ = shop.variants
        add_entry(shop, kettle, hours=1)
        add_entry(shop, lamp, hours=2)
        assert entries_of(shop) == [
            (kettle, NOON + timedelta(hours=1)),
            (lamp, NOON + timedelta(hours=2)),
        ]

    def test_remove_keeps_other_products(self, shop: ShopFixture) -> None:
        lamp, kettle, _ = shop.variants
        add_entry(shop, lamp)
        add_entry(shop, kettle)
        with shop.begin() as work:
            wishlist = work.wishlists.of(shop.customer)
            wishlist.remove([lamp])
            work.wishlists.save(wishlist)
            work.commit()
        assert [product for product, _ in entries_of(shop)] == [kettle]

    def test_save_twice_in_one_unit_of_work(self, shop: ShopFixture) -> None:
        lamp, kettle, _ = shop.variants
        with shop.begin() as work:
            wishlist = work.wishlists.of(shop.customer)
            for product in (lamp, kettle):
                wishlist.add(product, at=NOON)
                work.wishlists.save(wishlist)
            work.commit()
        assert len(entries_of(shop)) == 2

    def test_uncommitted_changes_are_discarded(self, shop: ShopFixture) -> None:
        with shop.begin() as work:
            wishlist = work.wishlists.of(shop.customer)
            wishlist.add(shop.variants[0], at=NOON)
            work.wishlists.save(wishlist)
        assert entries_of(shop) == []

    def test_wishlists_of_customers_are_separate(
        self, shop: ShopFixture, queries: WishlistQueries
    ) -> None:
        add_entry(shop, shop.variants[0])
        assert list(queries.wishlist_of(shop.another_customer())) == []

    def test_query_lists_newest_first_with_current_data(
        self, shop: ShopFixture, queries: WishlistQueries
    ) -> None:
        lamp, kettle, tray = shop.variants
        add_entry(shop, lamp, hours=1)
        add_entry(shop, tray, hours=2)
        add_entry(shop, kettle, hours=2)
        items = queries.wishlist_of(shop.customer)
        assert [item.variant_id for item in items] == [tray, kettle, lamp]
        assert items[-1].created_at == NOON + timedelta(hours=1)
        assert (items[-1].product.stock, str(items[-1].product.price)) == (7, "100.00")

    def test_variants_of_one_product_are_separate_entries(
        self, shop: ShopFixture, queries: WishlistQueries
    ) -> None:
        small, medium = shop.variants[0], shop.add_variant()
        add_entry(shop, small, hours=1)
        add_entry(shop, medium, hours=2)
        assert [
            (item.product.id, item.variant_id, item.options)
            for item in queries.wishlist_of(shop.customer)
        ] == [(shop.products[0], medium, "Size: M"), (shop.products[0], small, "Size: S")]
        with shop.begin() as work:
            work.wishlists.discard_everywhere([medium])
            work.commit()
        assert [variant for variant, _ in entries_of(shop)] == [small]

    def test_query_omits_archived_products(
        self, shop: ShopFixture, queries: WishlistQueries
    ) -> None:
        lamp, kettle, _ = shop.variants
        add_entry(shop, lamp)
        add_entry(shop, kettle)
        with shop.begin() as work:
            product = work.products.get_by_variant_for_update(lamp)
            product.archive(at=NOON)
            work.products.save(product)
            work.commit()
        assert [item.variant_id for item in queries.wishlist_of(shop.customer)] == [kettle]


def add_entry(
    shop: ShopFixture, variant: VariantId, *, hours: int = 0, user: UserId | None = None
) -> None:
    with shop.begin() as work:
        wishlist = work.wishlists.of(user or shop.customer)
        wishlist.add(variant, at=NOON + timedelta(hours=hours))
        work.wishlists.save(wishlist)
        work.commit()


def entries_of(shop: ShopFixture) -> list[tuple[VariantId, object]]:
    with shop.begin() as work:
        entries = work.wishlists.of(shop.customer).entries
    return [(entry.variant_id, entry.added_at) for entry in entries]
