"""What every place for categories promises."""

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.category import Category, CategoryDetails
from novacart.domain.catalog.errors import CategoryNotFound, SlugTaken
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import CategoryId
from tests.support.builders.catalog import NOON, a_category, opened

BOOKS = CategoryId(7)
WHOLE = CategoryDetails(
    name="Books & more",
    slug="books-more",
    image="/media/1.webp",
    mobile_image="/media/2.webp",
    mobile_secondary_image="/media/3.webp",
    desktop_image="/media/4.webp",
    desktop_secondary_image="https://images.example/5.webp",
    position=3,
    is_active=False,
)


class CategoriesContract:
    """Subclasses give `begin`."""

    def test_a_category_comes_back_whole(self, begin: UnitOfWorkFactory) -> None:
        opened(begin, Category.open(id=BOOKS, details=WHOLE, at=NOON))
        with begin() as work:
            found = work.categories.get(BOOKS)
            assert (found.id, found.details, found.version) == (BOOKS, WHOLE, 1)

    def test_changes_come_back_whole(self, begin: UnitOfWorkFactory) -> None:
        opened(begin, a_category(7, "books"))
        with begin() as work:
            category = work.categories.get_for_update(BOOKS)
            category.edit(WHOLE, at=NOON)
            work.categories.save(category)
            work.commit()
        with begin() as work:
            found = work.categories.get(BOOKS)
            assert (found.details, found.version) == (WHOLE, 2)

    def test_an_unknown_category_is_not_found(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            with pytest.raises(CategoryNotFound):
                work.categories.get(BOOKS)
            with pytest.raises(CategoryNotFound):
                work.categories.get_for_update(BOOKS)

    def test_categories_are_known_by_their_slugs(self, begin: UnitOfWorkFactory) -> None:
        opened(begin, a_category(7, "books"), a_category(8, "toys", is_active=False))
        with begin() as work:
            assert work.categories.ids_by_slug() == {"books": 7, "toys": 8}

    def test_a_new_category_can_not_take_a_slug(self, begin: UnitOfWorkFactory) -> None:
        opened(begin, a_category(7, "books"))
        with begin() as work, pytest.raises(SlugTaken):
            work.categories.add(a_category(8, "books"))

    def test_a_changed_category_can_not_take_a_slug(self, begin: UnitOfWorkFactory) -> None:
        opened(begin, a_category(7, "books"), a_category(8, "toys"))
        with begin() as work:
            toys = work.categories.get_for_update(CategoryId(8))
            toys.edit(a_category(8, "books").details, at=NOON)
            with pytest.raises(SlugTaken):
                work.categories.save(toys)

    def test_an_old_copy_is_not_saved_over_a_newer_one(self, begin: UnitOfWorkFactory) -> None:
        opened(begin, a_category(7, "books"))
        with begin() as work:
            old = work.categories.get(BOOKS)
        with begin() as work:
            new = work.categories.get(BOOKS)
            new.edit(WHOLE, at=NOON)
            work.categories.save(new)
            work.commit()
        with begin() as work, pytest.raises(ConcurrentChange):
            work.categories.save(old)
