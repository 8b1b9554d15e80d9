"""Routes by which staff edit the tree of categories."""

from typing import Any, Final

from flask import Response

from novacart.adapters.web.catalog.category_schemas import (
    CategoryPatchSchema,
    CategorySchema,
    CategoryWriteSchema,
)
from novacart.adapters.web.catalog.routes import category_response
from novacart.adapters.web.http.auth import principal, staff_only
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.conditional import expected_version
from novacart.application.catalog.add_category import AddCategory, AddCategoryCommand
from novacart.application.catalog.edit_category import EditCategory, EditCategoryCommand
from novacart.application.catalog.queries import CatalogQueries
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.shared.ids import CategoryId

_RAISED: Final = ("slug_taken", "catalog_limit_reached")


def categories_staff_blueprint(
    *, add_category: AddCategory, edit_category: EditCategory, queries: CatalogQueries
) -> Blueprint:
    """Adding, editing and moving categories, for staff."""
    blueprint = Blueprint(
        "categories_staff", __name__, url_prefix="/api/categories", description="Categories."
    )

    @blueprint.route("/", methods=["POST"])
    @staff_only("categories.write")
    @blueprint.arguments(CategoryWriteSchema())
    @blueprint.response(201, CategorySchema)
    @blueprint.raises(*_RAISED)
    def add(body: dict[str, Any]) -> Response:
        """Add a category. A generated slug gets a number if another category has it."""
        category_id = add_category(
            AddCategoryCommand(
                actor=principal().actor,
                details=CategoryDetails(**body),
                choose_free_slug=not body.get("slug"),
            )
        )
        return category_response(queries.category(category_id), 201)

    @blueprint.route("/<int:category_id>/", methods=["PATCH"])
    @staff_only("categories.write")
    @blueprint.arguments(CategoryPatchSchema())
    @blueprint.response(200, CategorySchema)
    @blueprint.raises(
        *("category_not_found", "category_inside_itself", "attribute_in_use"),
        *("attribute_code_taken", "stale_version", *_RAISED),
    )
    def change(body: dict[str, Any], category_id: int) -> Response:
        """Change some members of a category. Another `parent` moves it with all categories in it.

        `If-Match` has its `ETag`.
        """
        edit_category(
            EditCategoryCommand(
                actor=principal().actor,
                category_id=CategoryId(category_id),
                changes=body,
                expected_version=expected_version(),
            )
        )
        return category_response(queries.category(CategoryId(category_id)))

    return blueprint
