"""Contract of the `Products` port."""

from dataclasses import replace
from datetime import timedelta

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.errors import ProductNotFound, SkuTaken, VariantNotFound
from novacart.domain.catalog.product import Product
from novacart.domain.shared.errors import ConcurrentChange, InvalidValue
from novacart.domain.shared.ids import OptionId, OptionValueId, ProductId, VariantId
from tests.support.builders.catalog import (
    NOON,
    a_category,
    a_product,
    a_variant,
    add_categories,
    add_product,
    an_option,
    details,
    variant_details,
)

LAMP, BOOK, NONE = ProductId(41), ProductId(42), ProductId(43)
MEDIUM = VariantId(51)


def state(product: Product) -> dict[str, object]:
    return {
        "id": product.id,
        "details": product.details,
        "created_at": product.created_at,
        "updated_at": product.updated_at,
        "archived_at": product.archived_at,
        "version": product.version,
    }


class ProductsContract:
    """Subclasses provide the fixture `begin`."""

    def test_added_product_is_loaded_with_all_fields(self, begin: UnitOfWorkFactory) -> None:
        add_categories(begin, a_category(7, "books"))
        product = a_product(
            42,
            details(
                sku="BK-0042",
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
        add_product(begin, product)
        with begin() as work:
            assert state(work.products.get(BOOK)) == state(product)
            assert product.version == 1

    def test_saved_product_is_loaded_with_all_fields(self, begin: UnitOfWorkFactory) -> None:
        add_categories(begin, a_category(7, "books"))
        add_product(begin, a_product(42))
        with begin() as work:
            product = work.products.get_for_update(BOOK)
            product.edit(
                details(
                    sku="S-1",
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
            assert state(work.products.get(BOOK)) == state(product)
            assert product.version == 2

    def test_unknown_product_raises(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            for find in (
                work.products.get,
                work.products.get_for_update,
            ):
                with pytest.raises(ProductNotFound):
                    find(NONE)

    def test_find_variant_of_a_product_is_its_default(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(41))
        with begin() as work:
            assert work.products.find_variant(product_id=LAMP, variant_id=None) == 41
            assert work.products.find_variant(product_id=None, variant_id=VariantId(41)) == 41
            with pytest.raises(InvalidValue):
                work.products.find_variant(product_id=None, variant_id=None)
            product = work.products.get_for_update(LAMP)
            product.archive(at=NOON)
            work.products.save(product)
            work.commit()
        with begin() as work:
            with pytest.raises(ProductNotFound):
                work.products.find_variant(product_id=LAMP, variant_id=None)
            with pytest.raises(VariantNotFound):
                work.products.find_variant(product_id=None, variant_id=VariantId(41))
            assert work.products.get(LAMP).is_archived

    def test_options_and_variants_are_restored(self, begin: UnitOfWorkFactory) -> None:
        shirt = add_shirt(begin)
        with begin() as work:
            stored = work.products.get_by_variant_for_update(MEDIUM)
            assert list(work.products.variant_ids(LAMP)) == [41, MEDIUM]
        assert (stored.id, stored.options, stored.variants) == (LAMP, shirt.options, shirt.variants)
        assert stored.default_variant_id == MEDIUM
        assert stored.details.price == stored.default_variant.details.price

    def test_changed_options_and_variants_are_saved(self, begin: UnitOfWorkFactory) -> None:
        add_shirt(begin)
        with begin() as work:
            shirt = work.products.get_for_update(LAMP)
            shirt.archive_variant(VariantId(41), at=NOON)
            shirt.add_option(an_option(200, "Colour", "Red", "Blue"), existing="Red", at=NOON)
            shirt.rename_option(OptionId(100), "Fit", at=NOON)
            shirt.remove_option_value(OptionId(100), OptionValueId(103), at=NOON)
            work.products.save(shirt)
            work.commit()
        with begin() as work:
            stored = work.products.get(LAMP)
            with pytest.raises(VariantNotFound):
                work.products.find_variant(product_id=LAMP, variant_id=VariantId(41))
            assert work.products.find_variant(product_id=LAMP, variant_id=None) == MEDIUM
        assert (stored.options, stored.variants) == (shirt.options, shirt.variants)

    def test_variant_of_another_product_is_not_found(self, begin: UnitOfWorkFactory) -> None:
        add_shirt(begin)
        add_product(begin, a_product(42))
        with begin() as work:
            assert work.products.find_variant(product_id=LAMP, variant_id=VariantId(41)) == 41
            with pytest.raises(VariantNotFound):
                work.products.find_variant(product_id=BOOK, variant_id=MEDIUM)
            with pytest.raises(VariantNotFound):
                work.products.get_by_variant_for_update(VariantId(NONE))
            assert not work.products.variant_ids(NONE)

    def test_sku_of_a_variant_of_another_product_raises(self, begin: UnitOfWorkFactory) -> None:
        add_shirt(begin)
        with begin() as work:
            assert work.products.ids_by_sku(["SH-M"]) == {"SH-M": LAMP}
            with pytest.raises(SkuTaken):
                work.products.add(a_product(42, details(sku="SH-M")))

    def test_product_whose_variants_have_other_ids_exists(self, begin: UnitOfWorkFactory) -> None:
        imported = Product.create(
            id=ProductId(43), details=details(), at=NOON, variant_id=VariantId(44)
        )
        add_product(begin, imported)
        with begin() as work:
            ids = [ProductId(each) for each in (43, 44)]
            assert work.products.existing(ids) == {43}

    def test_ids_by_variant_include_archived_variants(self, begin: UnitOfWorkFactory) -> None:
        add_shirt(begin)
        add_product(begin, a_product(42))
        with begin() as work:
            shirt = work.products.get_for_update(LAMP)
            shirt.archive_variant(VariantId(41), at=NOON)
            work.products.save(shirt)
            ids = [VariantId(each) for each in (41, MEDIUM, 42, NONE)]
            assert work.products.ids_by_variant(ids) == {41: LAMP, MEDIUM: LAMP, 42: BOOK}
            assert work.products.ids_by_variant([]) == {}

    def test_variants_exchange_their_skus(self, begin: UnitOfWorkFactory) -> None:
        add_shirt(begin)
        with begin() as work:
            shirt = work.products.get_for_update(LAMP)
            first, second = (variant.details for variant in shirt.variants)
            exchanged = {
                VariantId(41): replace(first, sku=second.sku),
                MEDIUM: replace(second, sku=first.sku),
            }
            shirt.edit_variants(exchanged, at=NOON)
            work.products.save(shirt)
            work.commit()
        with begin() as work:
            assert [each.details.sku for each in work.products.get(LAMP).variants] == [
                "SH-M",
                "SH-S",
            ]

    def test_variants_exchange_their_options(self, begin: UnitOfWorkFactory) -> None:
        add_shirt(begin)
        first, size = VariantId(41), OptionId(100)
        small, medium = {size: OptionValueId(101)}, {size: OptionValueId(102)}
        with begin() as work:
            shirt = work.products.get_for_update(LAMP)
            shirt.change_options({first: medium, MEDIUM: small}, at=NOON)
            work.products.save(shirt)
            work.commit()
        with begin() as work:
            shirt = work.products.get_for_update(LAMP)
            assert [each.values for each in shirt.variants] == [medium, small]
            shirt.set_default_variant(first, at=NOON)
            shirt.archive_variant(MEDIUM, at=NOON)
            shirt.change_options({first: small}, at=NOON)
            work.products.save(shirt)
            work.commit()
        with begin() as work:
            shirt = work.products.get(LAMP)
            assert [each.values for each in shirt.variants] == [small, small]
            assert [each.id for each in shirt.active_variants] == [first]

    def test_get_many_returns_existing_products_by_id(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(42))
        add_product(begin, a_product(41))
        with begin() as work:
            for get in (work.products.get_many, work.products.get_many_for_update):
                assert list(get([BOOK, LAMP, NONE])) == [LAMP, BOOK]
                assert get([]) == {}

    def test_save_of_a_stale_copy_raises(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(41))
        with begin() as work:
            old = work.products.get(LAMP)
        with begin() as work:
            new = work.products.get(LAMP)
            new.edit(details(title="New"), at=NOON)
            work.products.save(new)
            work.commit()
        with begin() as work:
            old.edit(details(title="Old"), at=NOON)
            with pytest.raises(ConcurrentChange):
                work.products.save(old)

    def test_ids_by_sku_includes_archived_products(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(41, details(sku="L-1")))
        add_product(begin, a_product(42, details(sku="l-1")))
        add_product(begin, a_product(43))
        with begin() as work:
            product = work.products.get_for_update(LAMP)
            product.archive(at=NOON)
            work.products.save(product)
            assert work.products.ids_by_sku(["L-1", "l-1", "X", ""]) == {"L-1": 41, "l-1": 42}
            assert work.products.ids_by_sku([]) == {}

    def test_ids_by_sku_compares_all_characters(self, begin: UnitOfWorkFactory) -> None:
        longest = "L" * 64
        add_product(begin, a_product(41, details(sku=longest)))
        with begin() as work:
            assert work.products.ids_by_sku([f"{longest}1"]) == {}

    def test_ids_by_names_leaves_out_archived_products(self, begin: UnitOfWorkFactory) -> None:
        for number in (43, 41, 42, 44):
            add_product(begin, a_product(number, details(title="Tea", subtitle="Green", brand="B")))
        add_product(begin, a_product(45, details(title="Tea")))
        add_product(begin, a_product(46, details(title="Cup")))
        with begin() as work:
            product = work.products.get_for_update(BOOK)
            product.archive(at=NOON)
            work.products.save(product)
            assert work.products.ids_by_names(["Tea", "X"]) == {
                ("Tea", "Green", "B"): [41, 43, 44],
                ("Tea", "", "Tea"): [45],
            }
            assert work.products.ids_by_names([]) == {}

    @pytest.mark.parametrize("ahead", [0, 5, 1_000_000])
    def test_skipped_ids_are_not_taken(self, begin: UnitOfWorkFactory, ahead: int) -> None:
        with begin() as work:
            [last] = work.ids.take()
            work.ids.skip(last + ahead)
            assert work.ids.take()[0] > last + ahead
            work.ids.skip(1)
            assert work.ids.take()[0] > last + ahead
            work.commit()
        with begin() as work:
            assert work.ids.take()[0] > last + ahead

    def test_taken_sku_raises(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(41, details(sku="L-1")))
        add_product(begin, a_product(42, details(sku="L-2")))
        with begin() as work, pytest.raises(SkuTaken):
            work.products.add(a_product(43, details(sku="L-1")))
        with pytest.raises(ConcurrentChange), begin() as work:  # noqa: PT012 (by the commit, or before)
            work.products.add_all([a_product(44), a_product(43, details(sku="L-1"))])
            work.commit()
        with begin() as work:
            product = work.products.get_for_update(BOOK)
            product.edit(details(sku="L-1"), at=NOON)
            with pytest.raises(SkuTaken):
                work.products.save(product)

    def test_uncommitted_product_is_discarded(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            work.products.add(a_product(41))
        with begin() as work, pytest.raises(ProductNotFound):
            work.products.get(LAMP)


def add_shirt(begin: UnitOfWorkFactory) -> Product:
    """Add product 41 in sizes S and M, of which M is the default."""
    shirt = a_product(41, details(title="Shirt", sku="SH-S"))
    shirt.add_option(an_option(100, "Size", "S", "M", "L"), existing="S", at=NOON)
    medium = variant_details(
        sku="SH-M",
        barcode="4006381333931",
        price=39_900,
        compare_at=49_900,
        weight_g=250,
        image="/media/m.webp",
    )
    values = {OptionId(100): OptionValueId(102)}
    shirt.add_variants([a_variant(MEDIUM, values, medium)], at=NOON)
    shirt.set_default_variant(MEDIUM, at=NOON)
    add_product(begin, shirt)
    return shirt
