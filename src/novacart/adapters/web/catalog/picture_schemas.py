"""Request and response schemas of pictures."""

from typing import Any

from marshmallow import fields, validate

from novacart.adapters.web.catalog.fields import ImageUrl
from novacart.adapters.web.http.fields import Identifier, Schema, Text
from novacart.adapters.web.media.routes import absolute_url, srcset
from novacart.application.ports.product_view import PictureView, ProductWithVariants
from novacart.domain.catalog.picture import MAX_ALT, MAX_PICTURES
from novacart.domain.catalog.variant import MAX_VARIANTS


class ProductImageSchema(Schema):
    """A picture of a product. Images elsewhere have no known size and no smaller versions."""

    id = Identifier(required=True)
    src = ImageUrl(required=True)
    srcset = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The image in up to three sizes, as the attribute `srcset` of HTML.",
            "example": "https://shop.example/a-400.webp 300w, https://shop.example/a.webp 900w",
        },
    )
    width = fields.Integer(
        required=True, allow_none=True, metadata={"description": "In pixels, as `height`."}
    )
    height = fields.Integer(required=True, allow_none=True)
    alt = fields.String(
        required=True,
        metadata={"description": "The alternative text, by default the title of the product."},
    )
    variants = fields.List(
        Identifier(),
        required=True,
        metadata={"description": "The variants that the picture shows, by their ids."},
    )


class PicturePatchSchema(Schema):
    """The members to change. With an empty `alt`, clients get the title of the product."""

    alt = Text(maximum=MAX_ALT)
    variants = fields.List(
        Identifier(),
        validate=validate.Length(max=MAX_VARIANTS),
        metadata={"description": "All variants that the picture shows, by their ids."},
    )


class PictureOrderSchema(Schema):
    images = fields.List(
        Identifier(),
        required=True,
        validate=validate.Length(max=MAX_PICTURES),
        metadata={"description": "The ids of all pictures of the product, in their new order."},
    )


def picture_json(picture: PictureView, detail: ProductWithVariants) -> dict[str, Any]:
    """The dump of `ProductImageSchema`."""
    sizes = [] if picture.width is None else [*picture.smaller, (picture.image, picture.width)]
    return {
        "id": picture.id,
        "src": absolute_url(picture.image),
        "srcset": srcset(sizes),
        "width": picture.width,
        "height": picture.height,
        "alt": picture.alt or detail.product.title,
        "variants": [each.id for each in detail.variants if each.image == picture.image],
    }
