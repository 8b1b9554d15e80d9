"""Request and response schemas of attributes and facets."""

from typing import Any

from marshmallow import fields, validate

from novacart.adapters.web.catalog.list_schemas import (
    BrandCountSchema,
    PriceRangeSchema,
    brand_json,
    price_range_json,
)
from novacart.adapters.web.http.conditional import EntityTag
from novacart.adapters.web.http.fields import (
    Identifier,
    Schema,
    StrictBoolean,
    StrictInteger,
    Text,
)
from novacart.application.catalog.queries import AttributeFacet, AttributeView, ProductFacets
from novacart.domain.catalog.attribute_details import (
    MAX_ATTRIBUTE_NAME,
    MAX_CHOICES,
    MAX_CODE,
    MAX_UNIT,
    AttributeType,
)
from novacart.domain.catalog.category_details import MAX_POSITION

_VALUE = {"type": ["string", "number", "boolean"]}


class ChoiceSchema(Schema):
    id = Identifier(required=True)
    value = fields.String(required=True, metadata={"example": "Red"})


class AttributeSchema(Schema):
    """An attribute of the products of a category, and of those below it."""

    id = Identifier(required=True)
    category = Identifier(
        required=True, metadata={"description": "The id of the category that defines it."}
    )
    code = fields.String(
        required=True, metadata={"description": "Its name in requests.", "example": "colour"}
    )
    name = fields.String(required=True, metadata={"example": "Colour"})
    type = fields.Enum(AttributeType, by_value=True, required=True)
    unit = fields.String(required=True, allow_none=True, metadata={"description": "Of a number."})
    choices = fields.List(
        fields.Nested(ChoiceSchema),
        required=True,
        metadata={"description": "In the order in which they are shown."},
    )
    filterable = fields.Boolean(
        required=True, metadata={"description": "Whether it is one of the facets of lists."}
    )
    position = fields.Integer(required=True)
    etag = fields.String(
        required=True, metadata={"description": "For `If-Match` of a change of the attribute."}
    )


class ChoiceWriteSchema(Schema):
    """A choice of an attribute, a new one without `id`."""

    id = Identifier()
    value = Text(required=True, minimum=1, maximum=MAX_ATTRIBUTE_NAME)


class AttributePatchSchema(Schema):
    """The members to change. Code and type of an attribute stay as they are."""

    name = Text(minimum=1, maximum=MAX_ATTRIBUTE_NAME)
    unit = Text(maximum=MAX_UNIT, allow_none=True)
    choices = fields.List(
        fields.Nested(ChoiceWriteSchema),
        validate=validate.Length(max=MAX_CHOICES),
        metadata={
            "description": "All choices in their order. Those left out are removed; one that a"
            " product has, or the rule of a collection names, can't be."
        },
    )
    filterable = StrictBoolean(attribute="is_filterable")
    position = StrictInteger(minimum=0, maximum=MAX_POSITION)


class AttributeWriteSchema(AttributePatchSchema):
    """A new attribute."""

    name = Text(required=True, minimum=1, maximum=MAX_ATTRIBUTE_NAME)
    code = Text(
        maximum=MAX_CODE,
        metadata={"description": "Without it, a code is generated from the name."},
    )
    type = fields.Enum(AttributeType, by_value=True, metadata={"description": "By default `text`."})
    filterable = StrictBoolean(
        attribute="is_filterable", metadata={"description": "By default true."}
    )


class ValueCountSchema(Schema):
    value = fields.Raw(required=True, metadata=_VALUE)
    count = fields.Integer(required=True)


class CategoryCountSchema(Schema):
    name = fields.String(required=True)
    slug = fields.String(required=True)
    count = fields.Integer(required=True)


class AttributeFacetSchema(Schema):
    """The values of an attribute, or the lowest and the highest one of a number."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    type = fields.Enum(AttributeType, by_value=True, required=True)
    unit = fields.String(required=True, allow_none=True)
    count = fields.Integer(
        required=True, metadata={"description": "The number of products that have a value."}
    )
    values = fields.List(
        fields.Nested(ValueCountSchema),
        required=True,
        metadata={"description": "Those that a product has. Empty for a number."},
    )
    min = fields.Float(required=True, allow_none=True)
    max = fields.Float(required=True, allow_none=True)


class FacetsSchema(Schema):
    """Numbers of products by what customers can filter by.

    The counts of a facet apply all filters of the query but its own.
    """

    count = fields.Integer(
        required=True, metadata={"description": "The number of products of the list."}
    )
    estimated = fields.List(
        fields.String(),
        required=True,
        metadata={
            "description": "The members that are estimated, since the category or the shop has very"
            " many products: counts are those of a sample, and the lowest and highest values are"
            " those of the category without filters. Attributes as `attributes.` and the code."
        },
    )
    brands = fields.List(fields.Nested(BrandCountSchema), required=True)
    categories = fields.List(
        fields.Nested(CategoryCountSchema),
        required=True,
        metadata={"description": "Those in the category of the list, or at the top."},
    )
    price = fields.Nested(PriceRangeSchema, required=True)
    on_sale = fields.Integer(required=True)
    in_stock = fields.Integer(required=True)
    available = fields.Integer(required=True)
    attributes = fields.List(fields.Nested(AttributeFacetSchema), required=True)


def attribute_json(attribute: AttributeView) -> dict[str, Any]:
    """The dump of `AttributeSchema`."""
    details = attribute.details
    return {
        "id": attribute.id,
        "category": attribute.category_id,
        "code": details.code,
        "name": details.name,
        "type": details.type.value,
        "unit": details.unit,
        "choices": [{"id": each.id, "value": each.text} for each in details.choices],
        "filterable": details.is_filterable,
        "position": details.position,
        "etag": str(EntityTag(attribute.version)),
    }


def facets_json(facets: ProductFacets) -> dict[str, Any]:
    """The dump of `FacetsSchema`."""
    return {
        "count": facets.count,
        "estimated": list(facets.estimated),
        "brands": [brand_json(each) for each in facets.brands],
        "categories": [each._asdict() for each in facets.categories],
        "price": price_range_json(facets.price),
        "on_sale": facets.on_sale,
        "in_stock": facets.in_stock,
        "available": facets.available,
        "attributes": [_facet_json(each) for each in facets.attributes],
    }


def _facet_json(facet: AttributeFacet) -> dict[str, Any]:
    details = facet.attribute.details
    return {
        "code": details.code,
        "name": details.name,
        "type": details.type.value,
        "unit": details.unit,
        "count": facet.count,
        "values": [each._asdict() for each in facet.values],
        "min": facet.lowest,
        "max": facet.highest,
    }
