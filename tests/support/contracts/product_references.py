"""Contract of the `ProductReferences` port."""

import pytest

from novacart.application.ports.product_references import BaseValues
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import ProductId
from novacart.domain.shared.money import Money
from tests.support.builders.catalog import a_product, add_product

LAMP, BOOK = ProductId(41), ProductId(42)


class ProductReferencesContract:
    """Subclasses provide the fixture `begin`."""

    def test_products_are_found_by_source_and_reference(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(LAMP))
        add_product(begin, a_product(BOOK))
        with begin() as work:
            work.product_references.add("shopify", {"lamp": LAMP, "book": BOOK})
            work.product_references.add("magento", {"lamp": BOOK})
            work.product_references.add("magento", {})
            work.commit()
        with begin() as work:
            found = work.product_references.find("shopify", ["lamp", "cup"])
            assert found == {"lamp": LAMP}
            assert work.product_references.find("magento", {"lamp"}) == {"lamp": BOOK}
            assert work.product_references.find("magento", []) == {}
            assert work.product_references.referenced("shopify", [LAMP, ProductId(9)]) == {LAMP}
            assert work.product_references.referenced("magento", [LAMP]) == set()
            assert work.product_references.referenced("magento", []) == set()

    def test_reference_that_exists_raises(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(LAMP))
        with begin() as work:
            work.product_references.add("shopify", {"lamp": LAMP})
            work.commit()
        with begin() as work, pytest.raises(ConcurrentChange):
            work.product_references.add("shopify", {"lamp": LAMP})
        with pytest.raises(ConcurrentChange), begin() as work:  # noqa: PT012 (by the commit, or before)
            work.product_references.add("shopify", {"kite": LAMP, "lamp": LAMP})
            work.commit()

    def test_last_base_values_of_a_source_are_kept(self, begin: UnitOfWorkFactory) -> None:
        add_product(begin, a_product(LAMP))
        add_product(begin, a_product(BOOK))
        reduced = BaseValues(
            price=Money(8000, "INR"), compare_at_price=Money(10000, "INR"), weight_g=500
        )
        plain = BaseValues(price=Money(7000, "INR"))
        with begin() as work:
            work.product_references.save_base_values("prestashop", {LAMP: plain, BOOK: plain})
            work.product_references.save_base_values("prestashop", {LAMP: reduced})
            work.product_references.save_base_values("other", {BOOK: reduced})
            work.product_references.save_base_values("prestashop", {})
            work.commit()
        with begin() as work:
            base_values = work.product_references.base_values
            assert base_values("prestashop", [LAMP, BOOK]) == {LAMP: reduced, BOOK: plain}
            assert base_values("other", {LAMP, BOOK}) == {BOOK: reduced}
            assert base_values("other", []) == {}
            work.product_references.save_base_values("prestashop", {LAMP: None, BOOK: reduced})
            work.product_references.save_base_values("other", {LAMP: None})
            assert base_values("prestashop", [LAMP, BOOK]) == {BOOK: reduced}
            assert base_values("other", {LAMP, BOOK}) == {BOOK: reduced}
