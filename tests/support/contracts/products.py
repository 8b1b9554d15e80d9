"""What every place for products promises."""

from datetime import timedelta

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import ProductNotFound
from novacart.domain.catalog.product import Product
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import ProductId
from tests.support.builders.catalog import NOON, a_category, a_product, details, opened, stocked

LAMP, BOOK, NONE = ProductId(41), ProductId(42), ProductId(43)


def facts(product: Product) -> dict[str, object]:
    return {
        "id": product.id,
        "details": product.details,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
        "archived_at": product.archived_at,
        "version": product.version,
    }


class ProductsContract:
    """Subclasses give `begin`."""

    def test_a_product_comes_back_whole(self, begin: UnitOfWorkFactory) -> None:
        opened(begin, a_category(7, "books"))
        product = a_product(
            42,
            details(
                title="Monsoon Arithmetic",
                subtitle="101 puzzles",
                description="Leaking roofs…\nand ferries.",
                price=123_456_789_01,
                author="Devraj Pallikunnath",
                published_year=2021,
                brand="Peepal Court",
                category_id=7,
                image="/media/products/monsoon.webp",
            ),
            at=NOON + timedelta(microseconds=7),
        )
        stocked(begin, product)
        with begin() as work:
            assert facts(work.products.get(BOOK)) == facts(product)
            assert product.version == 1

    def test_changes_come_back_whole(self, begin: UnitOfWorkFactory) -> None:
        opened(begin, a_category(7, "books"))
        stocked(begin, a_product(42))
        with begin() as work:
            product = work.products.get_for_update(BOOK)
            product.edit(
                details(
                    title="T",
                    subtitle="S",
                    description="D",
                    price=1,
                    author="A",
                    published_year=1999,
                    brand="B",
                    category_id=7,
                    image="https://images.example/1.webp",
                ),
                at=NOON + timedelta(hours=1),
            )
            product.archive(at=NOON + timedelta(hours=2))
            work.products.save(product)
            work.commit()
        with begin() as work:
            assert facts(work.products.get(BOOK)) == facts(product)
            assert product.version == 2

    def test_an_unknown_product_is_not_found(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            for find in (work.products.get, work.products.get_active, work.products.get_for_update):
                with pytest.raises(ProductNotFound):
                    find(NONE)

    def test_an_archived_product_is_not_in_the_catalogue(self, begin: UnitOfWorkFactory) -> None:
        stocked(begin, a_product(41))
        with begin() as work:
            assert work.products.get_active(LAMP).id == LAMP
            product = work.products.get_for_update(LAMP)
            product.archive(at=NOON)
            work.products.save(product)
            work.commit()
        with begin() as work:
            with pytest.raises(ProductNotFound):
                work.products.get_active(LAMP)
            assert work.products.get(LAMP).is_archived

    def test_several_are_found_at_once(self, begin: UnitOfWorkFactory) -> None:
        stocked(begin, a_product(42))
        stocked(begin, a_product(41))
        with begin() as work:
            assert set(work.products.of([BOOK, LAMP, NONE])) == {LAMP, BOOK}
            assert list(work.products.get_many_for_update([BOOK, LAMP, NONE])) == [LAMP, BOOK]
            assert work.products.of([]) == {}

    def test_an_old_copy_is_not_saved_over_a_newer_one(self, begin: UnitOfWorkFactory) -> None:
        stocked(begin, a_product(41))
        with begin() as work:
            old = work.products.get(LAMP)
        with begin() as work:
            new = work.products.get(LAMP)
            new.show("/media/new.webp", at=NOON)
            work.products.save(new)
            work.commit()
        with begin() as work:
            old.show("/media/old.webp", at=NOON)
            with pytest.raises(ConcurrentChange):
                work.products.save(old)

    def test_what_is_not_committed_is_forgotten(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            work.products.add(a_product(41))
        with begin() as work, pytest.raises(ProductNotFound):
            work.products.get(LAMP)
