"""Contract of the carts repository and of the cart queries."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from novacart.application.cart.queries import CartQueries
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.cart.cart import Cart
from novacart.domain.catalog.errors import ProductNotFound, VariantNotFound
from novacart.domain.catalog.stock import MovementKind
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.limits import OpenOrders
from novacart.domain.ordering.order import Order
from novacart.domain.services.stock_claims import stock_claims
from novacart.domain.shared.ids import CartLineId, ProductId, VariantId
from tests.support.builders.ordering import (
    ADDRESS,
    NOON,
    PLENTY,
    ShopFixture,
    an_order,
    an_order_line,
    rupees,
)
from tests.support.contracts.galleries import FRONT
from tests.support.contracts.wishlists import add_entry


class CartsContract:
    """Subclasses define the fixtures `begin` and `queries`."""

    @pytest.fixture
    def shop(self, begin: UnitOfWorkFactory) -> ShopFixture:
        return ShopFixture(begin, prices=(100, 50, 25))

    def test_new_cart_is_empty(self, shop: ShopFixture) -> None:
        cart = load(shop)
        assert cart.lines == ()
        assert cart.checkout_order_id is None

    def test_cart_is_restored_in_order(self, shop: ShopFixture) -> None:
        order = add_unpaid_order(shop)
        with shop.begin() as work:
            cart = work.carts.of(shop.customer)
            line_ids = [CartLineId(number) for number in work.ids.take(2)]
            # The line that was added first has the higher id.
            for line_id, variant, minute in zip(
                reversed(line_ids), shop.variants, (0, 1), strict=False
            ):
                at = NOON + timedelta(minutes=minute, microseconds=1)
                cart.add(variant, 2 + minute, line_id=line_id, limits=PLENTY, at=at)
            cart.start_checkout(order.id)
            work.carts.save(cart)
            work.commit()
        again = load(shop)
        assert again.lines == cart.lines
        assert [line.variant_id for line in again.lines] == shop.variants[:2]
        assert again.checkout_order_id == order.id

    def test_save_stores_changes_of_lines(self, shop: ShopFixture) -> None:
        first, second, _ = shop.fill_cart(1, 2, 3)
        with shop.begin() as work:
            cart = work.carts.of(shop.customer)
            cart.remove(first)
            cart.increase(second, 5, limits=PLENTY)
            work.carts.save(cart)
            cart.decrease(second)
            work.carts.save(cart)
            work.commit()
        assert {line.variant_id: line.quantity for line in load(shop).lines} == {
            shop.variants[1]: 6,
            shop.variants[2]: 3,
        }

    def test_uncommitted_changes_are_discarded(self, shop: ShopFixture) -> None:
        shop.fill_cart(1)
        with shop.begin() as work:
            cart = work.carts.of(shop.customer)
            cart.clear()
            work.carts.save(cart)
        assert len(load(shop).lines) == 1

    def test_discard_everywhere_removes_product(self, shop: ShopFixture) -> None:
        shop.fill_cart(1, 1)
        with shop.begin() as work:
            work.carts.discard_everywhere([shop.variants[0]])
            work.commit()
        assert [line.variant_id for line in load(shop).lines] == [shop.variants[1]]

    def test_checkout_has_products_and_address(self, shop: ShopFixture) -> None:
        shop.fill_cart(2, 1, 1)
        archive(shop, shop.products[2])
        with shop.begin() as work:
            checkout = work.carts.checkout(shop.customer, shop.address, at=NOON)
        assert [
            (line.product_id, line.title, line.subtitle, line.image, line.unit_price, line.quantity)
            for line in checkout.lines
        ] == [
            (product, f"Product {product}", "A subtitle", "/media/product.webp", rupees(price), n)
            for product, price, n in zip(shop.products, (100, 50), (2, 1), strict=False)
        ]
        assert len(checkout.cart.lines) == 3
        assert checkout.email.endswith("@example.com")
        assert checkout.address is not None
        assert checkout.address.source_id == shop.address
        for field in ADDRESS.__slots__:
            if field != "source_id":
                assert getattr(checkout.address, field) == getattr(ADDRESS, field)

    def test_checkout_has_new_ids_in_the_order_of_the_lines(self, shop: ShopFixture) -> None:
        shop.fill_cart(2, 1, 1)
        with shop.begin() as work:
            checkouts = [work.carts.checkout(shop.customer, None, at=NOON) for _ in range(2)]
            (later,) = work.ids.take()
        ids = []
        for checkout in checkouts:
            line_ids = [line.new_line_id for line in checkout.lines]
            assert line_ids == sorted(line_ids)
            ids += [checkout.new_order_id, *line_ids]
        assert len({*ids, later}) == 9

    def test_checkout_of_empty_cart_has_no_lines_and_no_address(self, shop: ShopFixture) -> None:
        other_customer = shop.another_customer()
        with shop.begin() as work:
            empty = work.carts.checkout(other_customer, None, at=NOON)
            with_other_address = work.carts.checkout(other_customer, shop.address, at=NOON)
        assert empty.lines == ()
        assert empty.cart.user_id == other_customer
        assert empty.address is with_other_address.address is None

    def test_checkout_counts_open_orders(self, shop: ShopFixture) -> None:
        shop.fill_cart(1, 1)
        placed = [
            (PaymentMethod.ONLINE, NOON, None),
            (PaymentMethod.ONLINE, NOON, "cancel"),
            (PaymentMethod.ONLINE, NOON - timedelta(hours=1), "cancel"),
            (PaymentMethod.ONLINE, NOON - timedelta(days=1), "cancel"),
            (PaymentMethod.ONLINE, NOON, "pay"),
            (PaymentMethod.COD, NOON, None),
            (PaymentMethod.COD, NOON, "process"),
            (PaymentMethod.COD, NOON, "cancel"),
        ]
        for number, (method, at, step) in enumerate(placed):
            add_order(shop, number, method, at=at, step=step)
        other_customer = shop.another_customer()
        with shop.begin() as work:
            other = work.carts.checkout(other_customer, None, at=NOON)
            open_orders = work.carts.checkout(shop.customer, None, at=NOON).open_orders
        first, second, _ = shop.variants
        assert open_orders == OpenOrders(
            unpaid=1,
            cod=2,
            abandoned=2,
            abandoned_since=NOON - timedelta(hours=1),
            units={first: 1 + 6 + 7, second: 0},
        )
        assert other.open_orders == OpenOrders()

    def test_cleared_cart_is_empty(self, shop: ShopFixture) -> None:
        shop.fill_cart(2, 1)
        order = add_unpaid_order(shop)
        with shop.begin() as work:
            cart = work.carts.of(shop.customer)
            cart.start_checkout(order.id)
            work.carts.save(cart)
            work.commit()
        with shop.begin() as work:
            checkout = work.carts.checkout(shop.customer, None, at=NOON)
            assert checkout.cart.checkout_order_id == order.id
            checkout.cart.clear()
            work.carts.save(checkout.cart)
            work.commit()
        cart = load(shop)
        assert (cart.lines, cart.checkout_order_id) == ((), None)

    def test_orderable_includes_units_of_own_unpaid_order(
        self, shop: ShopFixture, queries: CartQueries
    ) -> None:
        shop.fill_cart(4, 1)
        order = add_unpaid_order(shop, quantity=4)
        assert orderable(shop) == 6
        with shop.begin() as work:
            cart = work.carts.of(shop.customer)
            cart.start_checkout(order.id)
            work.carts.save(cart)
            work.commit()
        assert orderable(shop) == 10
        assert [item.stock for item in queries.cart_of(shop.customer)] == [10, 10]
        other_customer = shop.another_customer()
        with shop.begin() as work:
            assert work.carts.orderable(other_customer, shop.variants[0]) == 6
            assert work.carts.orderable(shop.customer, VariantId(10**9)) == 0
        with shop.begin() as work:
            stored = work.orders.get(order.id)
            stored.pay(at=NOON, actor="stripe")
            work.orders.save(stored)
            work.commit()
        assert orderable(shop) == 6

    def test_orderable_excludes_units_of_order_that_was_transferred(
        self, shop: ShopFixture
    ) -> None:
        other = shop.another_customer()
        with shop.begin() as work:
            order_id, line_id = work.ids.take(2)
            line = an_order_line(line_id, variant=shop.variants[0], quantity=4)
            order = an_order(line, id=order_id, user=shop.customer, by_guest=True)
            work.orders.add(order)
            cart = work.carts.of(shop.customer)
            cart.start_checkout(order.id)
            work.carts.save(cart)
            work.commit()
        before = orderable(shop)
        with shop.begin() as work:
            order = work.orders.get(order.id)
            order.transfer(other, at=NOON)
            work.orders.save(order)
            work.commit()
        assert orderable(shop) == before - 4

    def test_cart_is_found_by_the_order_of_its_checkout(self, shop: ShopFixture) -> None:
        shop.fill_cart(1)
        order = add_unpaid_order(shop)
        with shop.begin() as work:
            assert work.carts.of_checkout(order.id) is None
            cart = work.carts.of(shop.customer)
            cart.start_checkout(order.id)
            work.carts.save(cart)
            work.commit()
        with shop.begin() as work:
            found = work.carts.of_checkout(order.id)
            assert found is not None
            assert (found.user_id, found.lines) == (shop.customer, cart.lines)
            found.clear()
            work.carts.save(found)
            assert work.carts.of_checkout(order.id) is None

    def test_addition_has_cart_variant_and_wishlist(self, shop: ShopFixture) -> None:
        wanted, other, archived = shop.products
        on_list = shop.variants[1]
        [line_id] = shop.fill_cart(2)
        archive(shop, archived)
        with shop.begin() as work:
            wishlist = work.wishlists.of(shop.customer)
            wishlist.add(on_list, at=NOON)
            work.wishlists.save(wishlist)
            work.commit()
        with shop.begin() as work:
            additions = {
                variant: work.carts.addition(shop.customer, product_id=None, variant_id=variant)
                for variant in shop.variants[:2]
            }
            for product, variant in zip((wanted, other), shop.variants, strict=False):
                by_product = work.carts.addition(shop.customer, product_id=product, variant_id=None)
                assert by_product.variant_id == variant
            for product in (archived, ProductId(10**9)):
                with pytest.raises(ProductNotFound):
                    work.carts.addition(shop.customer, product_id=product, variant_id=None)
                with pytest.raises(VariantNotFound):
                    work.carts.addition(
                        shop.customer, product_id=None, variant_id=VariantId(product)
                    )
        assert [(addition.orderable, addition.on_wishlist) for addition in additions.values()] == [
            (10, False),
            (10, True),
        ]
        for variant, addition in additions.items():
            assert addition.variant_id == variant
            assert [line.id for line in addition.cart.lines] == [line_id]
            assert addition.new_line_id > line_id

    def test_addition_is_saved(self, shop: ShopFixture) -> None:
        order = add_unpaid_order(shop, quantity=4)
        with shop.begin() as work:
            cart = work.carts.of(shop.customer)
            cart.start_checkout(order.id)
            work.carts.save(cart)
            work.commit()
        product = shop.products[0]
        for units in (1, 2):
            with shop.begin() as work:
                addition = work.carts.addition(shop.customer, product_id=product, variant_id=None)
                assert addition.orderable == 10
                addition.add(units, limits=PLENTY, at=NOON)
                work.carts.save_addition(addition)
                work.commit()
        [line] = load(shop).lines
        assert (line.variant_id, line.quantity, line.added_at) == (shop.variants[0], 3, NOON)
        other_customer = shop.another_customer()
        with shop.begin() as work:
            empty = work.carts.addition(other_customer, product_id=product, variant_id=None)
        assert (empty.cart.lines, empty.orderable) == ((), 6)

    def test_addition_of_a_new_line_or_to_a_line_is_removed_from_the_wishlist(
        self, shop: ShopFixture
    ) -> None:
        wanted, other, _ = shop.variants
        neighbour = shop.another_customer()
        for units in (1, 2):
            for customer, variant in (
                (shop.customer, wanted),
                (shop.customer, other),
                (neighbour, wanted),
            ):
                add_entry(shop, variant, user=customer)
            with shop.begin() as work:
                addition = work.carts.addition(shop.customer, product_id=None, variant_id=wanted)
                addition.add(units, limits=PLENTY, at=NOON)
                work.carts.save_addition(addition)
                work.commit()
            with shop.begin() as work:
                assert wanted not in work.wishlists.of(shop.customer)
                assert other in work.wishlists.of(shop.customer)
                assert wanted in work.wishlists.of(neighbour)
        [line] = load(shop).lines
        assert (line.variant_id, line.quantity) == (wanted, 3)

    def test_variants_of_one_product_have_lines_and_stock_of_their_own(
        self, shop: ShopFixture, queries: CartQueries
    ) -> None:
        small, medium = shop.variants[0], shop.add_variant(price=120, stock=4)
        shop.put_in_cart(shop.customer, {small: 1, medium: 2})
        with shop.begin() as work:
            checkout = work.carts.checkout(shop.customer, None, at=NOON)
            addition = work.carts.addition(shop.customer, product_id=None, variant_id=medium)
            assert work.carts.orderable(shop.customer, small) == 10
        assert (addition.variant_id, addition.orderable) == (medium, 4)
        assert [
            (line.product_id, line.variant_id, line.sku, line.options, line.unit_price, line.image)
            for line in checkout.lines
        ] == [
            (shop.products[0], small, None, "Size: S", rupees(100), "/media/product.webp"),
            (
                shop.products[0],
                medium,
                f"SKU-{medium}",
                "Size: M",
                rupees(120),
                "/media/medium.webp",
            ),
        ]
        assert [
            (item.product_id, item.variant_id, item.options, item.price_minor, item.stock)
            for item in queries.cart_of(shop.customer)
        ] == [
            (shop.products[0], small, "Size: S", 10_000, 10),
            (shop.products[0], medium, "Size: M", 12_000, 4),
        ]

    def test_query_returns_the_sizes_of_the_image_that_is_shown(
        self, shop: ShopFixture, queries: CartQueries
    ) -> None:
        picture = replace(FRONT, image="/media/medium.webp")
        medium = shop.add_variant()
        shop.put_in_cart(shop.customer, {shop.variants[0]: 1, medium: 1})
        with shop.begin() as work:
            gallery = work.galleries.get(shop.products[0])
            gallery.add(picture, position=0, at=NOON)
            work.galleries.save(gallery)
            work.commit()
        smaller = ((each.image, each.width) for each in picture.smaller)
        sizes = (*smaller, (picture.image, picture.width))
        assert [item.image_sizes for item in queries.cart_of(shop.customer)] == [(), sizes]

    def test_archived_variant_is_in_no_checkout(
        self, shop: ShopFixture, queries: CartQueries
    ) -> None:
        small, medium = shop.variants[0], shop.add_variant()
        shop.put_in_cart(shop.customer, {small: 1, medium: 2})
        with shop.begin() as work:
            product = work.products.get_by_variant_for_update(medium)
            product.archive_variant(medium, at=NOON)
            work.products.save(product)
            work.commit()
        with shop.begin() as work:
            checkout = work.carts.checkout(shop.customer, None, at=NOON)
            with pytest.raises(VariantNotFound):
                work.carts.addition(shop.customer, product_id=None, variant_id=medium)
        assert [line.variant_id for line in checkout.lines] == [small]
        assert [item.variant_id for item in queries.cart_of(shop.customer)] == [small]

    def test_addition_of_a_product_is_of_its_default_variant(self, shop: ShopFixture) -> None:
        medium = shop.add_variant()
        with shop.begin() as work:
            product = work.products.get_by_variant_for_update(medium)
            product.set_default_variant(medium, at=NOON)
            work.products.save(product)
            work.commit()
        with shop.begin() as work:
            addition = work.carts.addition(
                shop.customer, product_id=shop.products[0], variant_id=None
            )
            assert addition.variant_id == medium
            with pytest.raises(VariantNotFound):
                work.carts.addition(shop.customer, product_id=shop.products[1], variant_id=medium)

    def test_query_returns_current_product_data(
        self, shop: ShopFixture, queries: CartQueries
    ) -> None:
        lines = shop.fill_cart(2, 1, 1)
        archive(shop, shop.products[1])
        first, third = queries.cart_of(shop.customer)
        assert (first.id, first.product_id, first.quantity, first.stock) == (
            lines[0],
            shop.products[0],
            2,
            10,
        )
        assert (first.title, first.subtitle) == (f"Product {shop.products[0]}", "A subtitle")
        assert (first.price_minor, first.currency) == (10_000, "INR")
        assert first.image == "/media/product.webp"
        assert third.id == lines[2]
        assert queries.cart_of(shop.another_customer()) == []


def load(shop: ShopFixture) -> Cart:
    with shop.begin() as work:
        return work.carts.of(shop.customer)


def orderable(shop: ShopFixture) -> int:
    with shop.begin() as work:
        return work.carts.orderable(shop.customer, shop.variants[0])


def archive(shop: ShopFixture, product_id: ProductId) -> None:
    with shop.begin() as work:
        product = work.products.get_for_update(product_id)
        product.archive(at=NOON)
        work.products.save(product)
        work.commit()


def add_unpaid_order(shop: ShopFixture, *, quantity: int = 1) -> Order:
    """Add an unpaid order of the first product and reserve its stock."""
    with shop.begin() as work:
        order_id, line_id = work.ids.take(2)
        order = an_order(
            an_order_line(line_id, product=shop.products[0], quantity=quantity),
            id=order_id,
            user=shop.customer,
            number="NC-20261102-222222",
        )
        work.orders.add(order)
        work.stock.reserve(
            stock_claims(order.id, order.reserved_units, MovementKind.RESERVE), at=NOON
        )
        work.commit()
    return order


def add_order(
    shop: ShopFixture, number: int, method: PaymentMethod, *, at: datetime, step: str | None
) -> None:
    """Add an order of `number` + 1 units of the first product."""
    with shop.begin() as work:
        order_id, line_id = work.ids.take(2)
        order = an_order(
            an_order_line(line_id, product=shop.products[0], quantity=number + 1),
            id=order_id,
            user=shop.customer,
            number=f"NC-20261102-33333{number}",
            method=method,
            placed_at=at,
        )
        if step == "cancel":
            order.cancel(reason="no", at=at, actor="user:3")
        elif step == "pay":
            order.pay(at=at, actor="stripe")
        elif step == "process":
            order.start_processing(at=at, actor="staff:1")
        work.orders.add(order)
        work.commit()
