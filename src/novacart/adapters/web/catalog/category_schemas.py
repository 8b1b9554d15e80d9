"""Request and response schemas of categories."""

from marshmallow import fields

from novacart.adapters.web.catalog.fields import ImageReference, ImageUrl
from novacart.adapters.web.http.fields import Identifier, Schema, StrictBoolean, StrictInteger, Text
from novacart.domain.catalog.category_details import MAX_NAME, MAX_POSITION
from novacart.domain.catalog.text_rules import MAX_META_DESCRIPTION, MAX_META_TITLE, MAX_REFERENCE


class BreadcrumbSchema(Schema):
    id = Identifier(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)


class CategorySchema(Schema):
    """A category in the tree of categories."""

    id = Identifier(required=True)
    name = fields.String(required=True)
    slug = fields.String(required=True)
    parent = fields.Integer(
        required=True,
        allow_none=True,
        attribute="parent_id",
        metadata={"description": "The id of the category that it is in."},
    )
    path = fields.Function(
        lambda category: "/".join(each.slug for each in category.breadcrumbs),
        required=True,
        metadata={
            "type": "string",
            "description": "The slugs from the root to this category.",
            "example": "clothing/shoes",
        },
    )
    breadcrumbs = fields.List(
        fields.Nested(BreadcrumbSchema),
        required=True,
        metadata={"description": "The categories from the root to this one."},
    )
    image = ImageUrl(required=True, allow_none=True)
    mobile_image = ImageUrl(required=True, allow_none=True)
    mobile_secondary_image = ImageUrl(required=True, allow_none=True)
    desktop_image = ImageUrl(required=True, allow_none=True)
    desktop_secondary_image = ImageUrl(required=True, allow_none=True)
    is_active = fields.Boolean(required=True)
    meta_title = fields.String(required=True, allow_none=True)
    meta_description = fields.String(required=True, allow_none=True)


class CategoryWriteSchema(Schema):
    """A category as staff write it. Loads the fields of `CategoryDetails`."""

    name = Text(required=True, minimum=1, maximum=MAX_NAME)
    slug = Text(
        maximum=MAX_NAME,
        metadata={"description": "Without it, a slug is generated from the name."},
    )
    parent = Identifier(
        attribute="parent_id",
        allow_none=True,
        metadata={"description": "The id of the category that it is in."},
    )
    image = ImageReference(maximum=MAX_REFERENCE, allow_none=True)
    mobile_image = ImageReference(maximum=MAX_REFERENCE, allow_none=True)
    mobile_secondary_image = ImageReference(maximum=MAX_REFERENCE, allow_none=True)
    desktop_image = ImageReference(maximum=MAX_REFERENCE, allow_none=True)
    desktop_secondary_image = ImageReference(maximum=MAX_REFERENCE, allow_none=True)
    position = StrictInteger(
        minimum=0,
        maximum=MAX_POSITION,
        metadata={"description": "Categories in one parent are shown by rising position."},
    )
    is_active = StrictBoolean(metadata={"description": "By default true."})
    meta_title = Text(maximum=MAX_META_TITLE, allow_none=True)
    meta_description = Text(maximum=MAX_META_DESCRIPTION, allow_none=True)


class CategoryPatchSchema(CategoryWriteSchema):
    """The members to change."""

    name = Text(minimum=1, maximum=MAX_NAME)
