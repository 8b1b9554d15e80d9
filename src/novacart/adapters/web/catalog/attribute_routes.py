"""Routes of the attributes of categories: a public one, and those by which staff edit them."""

from typing import Any

from flask import Response

from novacart.adapters.web.catalog.attribute_schemas import (
    AttributePatchSchema,
    AttributeSchema,
    AttributeWriteSchema,
    attribute_json,
)
from novacart.adapters.web.catalog.routes import UNCHANGED, tagged_response
from novacart.adapters.web.http.auth import principal, public, staff_only
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.conditional import expected_version
from novacart.adapters.web.http.endpoints import cacheable
from novacart.adapters.web.http.responses import json_bytes, json_response
from novacart.application.catalog.edit_attributes import (
    AddAttribute,
    AddAttributeCommand,
    ChoiceEdit,
    EditAttribute,
    EditAttributeCommand,
    RemoveAttribute,
    RemoveAttributeCommand,
)
from novacart.application.catalog.queries import CatalogQueries
from novacart.domain.catalog.errors import AttributeNotFound
from novacart.domain.shared.ids import AttributeId, CategoryId


def attributes_blueprint(
    *,
    add_attribute: AddAttribute,
    edit_attribute: EditAttribute,
    remove_attribute: RemoveAttribute,
    queries: CatalogQueries,
) -> Blueprint:
    """Attributes of categories. `If-Match` has the `etag` of the attribute."""
    blueprint = Blueprint(
        "attributes", __name__, url_prefix="/api/categories", description="Attributes of products."
    )

    @blueprint.route("/<int:category_id>/attributes/")
    @public
    @cacheable
    @blueprint.response(200, AttributeSchema(many=True))
    @blueprint.alt_response(304, description=UNCHANGED)
    @blueprint.raises("category_not_found")
    def list_attributes(category_id: int) -> Response:
        """The attributes of the products in a category: those of the categories above it first."""
        attributes = queries.attributes(CategoryId(category_id), only_shown=True)
        return tagged_response(json_bytes([attribute_json(each) for each in attributes]))

    @blueprint.route("/<int:category_id>/attributes/", methods=["POST"])
    @staff_only("categories.write")
    @blueprint.arguments(AttributeWriteSchema())
    @blueprint.response(201, AttributeSchema)
    @blueprint.raises("category_not_found", "attribute_code_taken", "catalog_limit_reached")
    def add(body: dict[str, Any], category_id: int) -> Response:
        """Add an attribute to a category. Products in the categories below can have it, too."""
        choices = _choices(body.pop("choices", ()))
        attribute_id = add_attribute(
            AddAttributeCommand(
                actor=principal().actor,
                category_id=CategoryId(category_id),
                fields=body,
                choices=choices,
            )
        )
        return response_of(category_id, attribute_id, 201)

    @blueprint.route("/<int:category_id>/attributes/<int:attribute_id>/", methods=["PATCH"])
    @staff_only("categories.write")
    @blueprint.arguments(AttributePatchSchema())
    @blueprint.response(200, AttributeSchema)
    @blueprint.raises(
        *("attribute_not_found", "attribute_in_use", "attribute_choice_in_use", "stale_version")
    )
    def change(body: dict[str, Any], category_id: int, attribute_id: int) -> Response:
        """Change some members of an attribute."""
        choices = _choices(body.pop("choices")) if "choices" in body else None
        edit_attribute(
            EditAttributeCommand(
                actor=principal().actor,
                category_id=CategoryId(category_id),
                attribute_id=AttributeId(attribute_id),
                changes=body,
                choices=choices,
                expected_version=expected_version(),
            )
        )
        return response_of(category_id, attribute_id)

    @blueprint.route("/<int:category_id>/attributes/<int:attribute_id>/", methods=["DELETE"])
    @staff_only("categories.write")
    @blueprint.response(204)
    @blueprint.raises("attribute_not_found", "attribute_in_use", "stale_version")
    def remove(category_id: int, attribute_id: int) -> Response:
        """Remove an attribute of which no product has a value and that no rule names."""
        remove_attribute(
            RemoveAttributeCommand(
                actor=principal().actor,
                category_id=CategoryId(category_id),
                attribute_id=AttributeId(attribute_id),
                expected_version=expected_version(),
            )
        )
        return Response(status=204)

    def response_of(category_id: int, attribute_id: int, status: int = 200) -> Response:
        for attribute in queries.attributes(CategoryId(category_id)):
            if attribute.id == attribute_id:
                body = attribute_json(attribute)
                return json_response(body, status, {"ETag": body["etag"]})
        raise AttributeNotFound

    return blueprint


def _choices(choices: list[dict[str, Any]]) -> list[ChoiceEdit]:
    return [ChoiceEdit(id=each.get("id"), text=each["value"]) for each in choices]
