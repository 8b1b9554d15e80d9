from dataclasses import replace

import pytest

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.add_category import AddCategoryCommand
from novacart.application.catalog.edit_category import EditCategoryCommand
from novacart.application.catalog.move_category import MoveCategoryCommand
from novacart.domain.catalog.category_details import MAX_NAME, CategoryDetails
from novacart.domain.catalog.category_tree import MAX_LEVELS, CategoryMove, CategoryTree, TreeNode
from novacart.domain.catalog.errors import (
    CatalogLimitReached,
    CategoryInsideItself,
    CategoryNotFound,
    SlugTaken,
    StaleVersion,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CategoryId
from tests.support.catalog_fixture import CatalogFixture

A, B, C, D, E, NEW = (CategoryId(number) for number in (1, 2, 3, 4, 5, 99))


def node(id: int, parent: int | None = None, position: int = 0) -> TreeNode:
    return TreeNode(
        id=CategoryId(id),
        parent_id=None if parent is None else CategoryId(parent),
        position=position,
    )


@pytest.fixture
def tree() -> CategoryTree:
    """A with B (with D) and C in it, and E."""
    return CategoryTree([node(1), node(2, 1), node(3, 1, 1), node(4, 2), node(5, position=1)])


def test_path_leads_from_the_root(tree: CategoryTree) -> None:
    assert tree.path(D) == [A, B, D]
    assert list(tree.depth_first()) == [A, B, D, C, E]


@pytest.mark.parametrize("parent_id", [A, B, D])
def test_category_inside_itself_raises(tree: CategoryTree, parent_id: CategoryId) -> None:
    with pytest.raises(CategoryInsideItself):
        tree.ensure_can_be_in(A, parent_id)


def test_unknown_parent_raises(tree: CategoryTree) -> None:
    with pytest.raises(InvalidValue) as error:
        tree.ensure_can_be_in(A, NEW)
    assert error.value.field == "parent"


def test_any_other_parent_is_allowed(tree: CategoryTree) -> None:
    for parent_id in (None, E, C):
        tree.ensure_can_be_in(B, parent_id)
    tree.ensure_can_be_in(NEW, D)


def test_levels_are_limited_for_the_whole_branch() -> None:
    chain = [node(number, number - 1 if number > 1 else None) for number in range(1, 8)]
    tree = CategoryTree([*chain, node(20), node(21, 20)])
    tree.ensure_can_be_in(NEW, CategoryId(7))
    tree.ensure_can_be_in(CategoryId(20), CategoryId(6))
    with pytest.raises(CatalogLimitReached) as error:
        tree.ensure_can_be_in(CategoryId(20), CategoryId(7))
    assert error.value.details == {"limit": MAX_LEVELS}


@pytest.mark.parametrize(
    ("category_id", "move", "expected"),
    [
        (A, CategoryMove.UP, {}),
        (A, CategoryMove.DOWN, {E: (None, 0), A: (None, 1)}),
        (B, CategoryMove.DOWN, {C: (A, 0), B: (A, 1)}),
        (E, CategoryMove.DOWN, {}),
        (E, CategoryMove.IN, {E: (A, 2)}),
        (A, CategoryMove.IN, {}),
        (A, CategoryMove.OUT, {}),
        (C, CategoryMove.UP, {C: (A, 0), B: (A, 1)}),
        (C, CategoryMove.IN, {C: (B, 1)}),
        (C, CategoryMove.OUT, {C: (None, 1), E: (None, 2)}),
        (D, CategoryMove.OUT, {D: (A, 1), C: (A, 2)}),
    ],
)
def test_move_by_one_place(
    tree: CategoryTree,
    category_id: CategoryId,
    move: CategoryMove,
    expected: dict[CategoryId, tuple[CategoryId | None, int]],
) -> None:
    assert tree.move(category_id, move) == expected


def test_last_category_with_the_position_of_others_is_not_moved_down() -> None:
    tree = CategoryTree([node(1), node(2), node(3)])
    assert tree.move(C, CategoryMove.DOWN) == {}


def test_move_out_is_to_the_place_after_the_parent() -> None:
    tree = CategoryTree([node(1), node(2, 1), node(3, position=1), node(4, position=2)])
    assert tree.move(B, CategoryMove.OUT) == {B: (None, 1), C: (None, 2), D: (None, 3)}


def test_move_into_a_category_of_the_last_level_raises() -> None:
    chain = [
        node(number, number - 1 if number > 1 else None) for number in range(1, MAX_LEVELS + 1)
    ]
    last = node(NEW, MAX_LEVELS - 1, position=1)
    with pytest.raises(CatalogLimitReached):
        CategoryTree([*chain, last]).move(NEW, CategoryMove.IN)
    # Only the levels of the moved branch count.
    last = node(NEW, MAX_LEVELS - 2, position=1)
    moved = CategoryTree([*chain, last]).move(NEW, CategoryMove.IN)
    assert moved == {NEW: (CategoryId(MAX_LEVELS - 1), 1)}


def test_move_of_an_unknown_category_raises(tree: CategoryTree) -> None:
    with pytest.raises(CategoryNotFound):
        tree.move(NEW, CategoryMove.UP)


@pytest.fixture
def catalog() -> CatalogFixture:
    return CatalogFixture()


def add(catalog: CatalogFixture, name: str, parent_id: CategoryId | None = None) -> CategoryId:
    details = CategoryDetails(name=name, parent_id=parent_id)
    command = AddCategoryCommand(actor=SYSTEM, details=details, choose_free_slug=True)
    return catalog.add_category(command)


def slug_of(catalog: CatalogFixture, category_id: CategoryId) -> str:
    return catalog.queries.category(category_id).slug


def test_generated_slug_gets_a_number_if_it_is_taken(catalog: CatalogFixture) -> None:
    slugs = [slug_of(catalog, add(catalog, name)) for name in ("Shoes", "SHOES", "Shoes!")]
    assert slugs == ["shoes", "shoes-2", "shoes-3"]
    long = [slug_of(catalog, add(catalog, "x" * MAX_NAME)) for _ in range(2)]
    assert [len(slug) for slug in long] == [MAX_NAME, MAX_NAME - 6]
    words = f"{'x' * (MAX_NAME - 9)} yy"
    assert [slug_of(catalog, add(catalog, words))[-4:] for _ in range(2)] == ["x-yy", "xx-2"]


def test_chosen_slug_that_is_taken_raises(catalog: CatalogFixture) -> None:
    add(catalog, "Shoes")
    with pytest.raises(SlugTaken):
        catalog.add_category(
            AddCategoryCommand(actor=SYSTEM, details=CategoryDetails(name="Boots", slug="shoes"))
        )


def test_name_without_letters_needs_a_slug() -> None:
    with pytest.raises(InvalidValue) as error:
        CategoryDetails(name="!!!")
    assert error.value.field == "slug"
    assert CategoryDetails(name="!!!", slug="靴").slug == "靴"


def test_edit_moves_a_branch_and_refuses_a_cycle(catalog: CatalogFixture) -> None:
    clothing = add(catalog, "Clothing")
    shoes = add(catalog, "Shoes", clothing)
    boots = add(catalog, "Boots", shoes)

    def move(category_id: CategoryId, parent_id: CategoryId | None) -> None:
        command = EditCategoryCommand(
            actor=SYSTEM, category_id=category_id, changes={"parent_id": parent_id}
        )
        catalog.edit_category(command)

    with pytest.raises(CategoryInsideItself):
        move(clothing, boots)
    move(shoes, None)
    path = [each.slug for each in catalog.queries.category(boots).breadcrumbs]
    assert path == ["shoes", "boots"]
    move(clothing, boots)
    assert len(catalog.queries.category(clothing).breadcrumbs) == 3


def test_move_renumbers_only_siblings_that_change(catalog: CatalogFixture) -> None:
    first, second, third = (add(catalog, name) for name in ("One", "Two", "Three"))
    move = catalog.move_category
    assert move(MoveCategoryCommand(actor=SYSTEM, category_id=third, move=CategoryMove.UP))
    assert [each.id for each in catalog.queries.categories()] == [first, third, second]
    version = catalog.queries.category(first).version
    assert move(MoveCategoryCommand(actor=SYSTEM, category_id=second, move=CategoryMove.UP))
    assert catalog.queries.category(first).version == version
    assert not move(MoveCategoryCommand(actor=SYSTEM, category_id=first, move=CategoryMove.UP))


def test_move_sent_twice_from_one_page_moves_the_category_once(catalog: CatalogFixture) -> None:
    first, second, third = (add(catalog, name) for name in ("One", "Two", "Three"))
    down = MoveCategoryCommand(
        actor=SYSTEM, category_id=first, move=CategoryMove.DOWN, expected_place=(None, 0)
    )
    assert catalog.move_category(down)
    with pytest.raises(StaleVersion):
        catalog.move_category(down)
    assert [each.id for each in catalog.queries.categories()] == [second, first, third]


def test_category_without_parent_keeps_its_details() -> None:
    details = CategoryDetails(name="Shoes", meta_title=" ", meta_description=" Warm ")
    assert (details.meta_title, details.meta_description) == (None, "Warm")
    with pytest.raises(InvalidValue):
        replace(details, meta_title="x" * 201)
