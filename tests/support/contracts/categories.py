"""Contract of the `Categories` port."""

import pytest

from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.errors import CategoryInUse, CategoryNotFound, SlugTaken
from novacart.domain.shared.errors import ConcurrentChange
from novacart.domain.shared.ids import CategoryId
from tests.support.builders.catalog import (
    NOON,
    a_category,
    a_product,
    add_categories,
    add_product,
    details,
)

BOOKS = CategoryId(7)
DETAILS = CategoryDetails(
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
    """Subclasses provide the fixture `begin`."""

    def test_added_category_is_loaded_with_all_fields(self, begin: UnitOfWorkFactory) -> None:
        add_categories(begin, Category.create(id=BOOKS, details=DETAILS, at=NOON))
        with begin() as work:
            loaded = work.categories.get(BOOKS)
            assert (loaded.id, loaded.details, loaded.version) == (BOOKS, DETAILS, 1)

    def test_saved_category_is_loaded_with_all_fields(self, begin: UnitOfWorkFactory) -> None:
        add_categories(begin, a_category(7, "books"))
        with begin() as work:
            category = work.categories.get_for_update(BOOKS)
            category.edit(DETAILS, at=NOON)
            work.categories.save(category)
            work.commit()
        with begin() as work:
            loaded = work.categories.get(BOOKS)
            assert (loaded.details, loaded.version) == (DETAILS, 2)

    def test_unknown_category_raises(self, begin: UnitOfWorkFactory) -> None:
        with begin() as work:
            with pytest.raises(CategoryNotFound):
                work.categories.get(BOOKS)
            with pytest.raises(CategoryNotFound):
                work.categories.get_for_update(BOOKS)

    def test_ids_by_slug_includes_inactive_categories(self, begin: UnitOfWorkFactory) -> None:
        add_categories(begin, a_category(7, "books"), a_category(8, "toys", is_active=False))
        with begin() as work:
            assert work.categories.ids_by_slug() == {"books": 7, "toys": 8}

    def test_add_with_a_taken_slug_raises(self, begin: UnitOfWorkFactory) -> None:
        add_categories(begin, a_category(7, "books"))
        with begin() as work, pytest.raises(SlugTaken):
            work.categories.add(a_category(8, "books"))

    def test_save_with_a_taken_slug_raises(self, begin: UnitOfWorkFactory) -> None:
        add_categories(begin, a_category(7, "books"), a_category(8, "toys"))
        with begin() as work:
            toys = work.categories.get_for_update(CategoryId(8))
            toys.edit(a_category(8, "books").details, at=NOON)
            with pytest.raises(SlugTaken):
                work.categories.save(toys)

    def test_save_of_a_stale_copy_raises(self, begin: UnitOfWorkFactory) -> None:
        add_categories(begin, a_category(7, "books"))
        with begin() as work:
            old = work.categories.get(BOOKS)
        with begin() as work:
            new = work.categories.get(BOOKS)
            new.edit(DETAILS, at=NOON)
            work.categories.save(new)
            work.commit()
        with begin() as work, pytest.raises(ConcurrentChange):
            work.categories.save(old)

    def test_names_are_listed_with_parents(self, begin: UnitOfWorkFactory) -> None:
        books = CategoryDetails(name="Books", slug="books")
        add_categories(begin, Category.create(id=BOOKS, details=books, at=NOON))
        poems = CategoryDetails(name="Poems", slug="poems", parent_id=BOOKS, is_active=False)
        add_categories(begin, Category.create(id=CategoryId(8), details=poems, at=NOON))
        with begin() as work:
            assert work.categories.names() == {BOOKS: (None, "Books"), 8: (BOOKS, "Poems")}

    def test_former_slugs_name_the_categories_that_had_them(self, begin: UnitOfWorkFactory) -> None:
        add_categories(begin, a_category(7, "books"), a_category(8, "toys"))
        for slug in ("novels", "poems"):
            with begin() as work:
                books = work.categories.get_for_update(BOOKS)
                books.edit(a_category(7, slug).details, at=NOON)
                work.categories.save(books)
                work.commit()
        with begin() as work:
            assert work.categories.ids_by_former_slug() == {"books": BOOKS, "novels": BOOKS}
            work.categories.remove(work.categories.get_for_update(BOOKS))
            work.commit()
        with begin() as work:
            assert work.categories.ids_by_former_slug() == {}

    def test_removed_category_does_not_exist(self, begin: UnitOfWorkFactory) -> None:
        add_categories(begin, a_category(7, "books"))
        with begin() as work:
            work.categories.remove(work.categories.get_for_update(BOOKS))
            work.commit()
        with begin() as work:
            assert work.categories.ids_by_slug() == {}

    def test_remove_a_category_that_is_used_raises(self, begin: UnitOfWorkFactory) -> None:
        inside = Category.create(
            id=CategoryId(8), details=CategoryDetails(name="Novels", parent_id=BOOKS), at=NOON
        )
        in_toys = a_product(1, details(category_id=CategoryId(9)))
        in_toys.archive(at=NOON)
        add_categories(begin, a_category(7, "books"), inside, a_category(9, "toys"))
        add_product(begin, in_toys)
        for category_id in (BOOKS, CategoryId(9)):
            with begin() as work, pytest.raises(CategoryInUse):
                work.categories.remove(work.categories.get_for_update(category_id))
