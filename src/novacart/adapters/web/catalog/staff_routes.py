"""The catalogue over HTTP: what staff write."""

import re
from typing import Any, Final, cast

from flask import Response, request, url_for

from novacart.adapters.web.catalog.request_schemas import ProductPatchSchema, ProductWriteSchema
from novacart.adapters.web.catalog.routes import product_answer
from novacart.adapters.web.catalog.schemas import ProductSchema
from novacart.adapters.web.http.auth import staff_only
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.conditional import expected_version
from novacart.adapters.web.media.routes import absolute
from novacart.application.catalog.add_product import AddProduct, AddProductCommand
from novacart.application.catalog.archive_product import ArchiveProduct, ArchiveProductCommand
from novacart.application.catalog.edit_product import EditProduct, EditProductCommand
from novacart.application.catalog.product_fields import ProductFields
from novacart.application.catalog.queries import CatalogQueries
from novacart.domain.shared.ids import ProductId

# What a PUT says of the members that it leaves out. Two are not its own and stay as they are:
# the stock is counted in a ledger, the picture has an address of its own.
_UNSAID: Final[ProductFields] = {
    "subtitle": "",
    "description": "",
    "author": None,
    "published_year": None,
    "brand": None,
    "category": None,
}
_TAG: Final = re.compile(r'"[0-9]+-([0-9]+)"')
_STALE: Final = "stale_version"


def catalog_staff_blueprint(
    *,
    add_product: AddProduct,
    edit_product: EditProduct,
    archive_product: ArchiveProduct,
    queries: CatalogQueries,
) -> Blueprint:
    """Writing products, for staff."""
    blueprint = Blueprint(
        "catalog_staff",
        __name__,
        url_prefix="/api/products",
        description="What the shop sells.",
    )

    @blueprint.route("/", methods=["POST"])
    @staff_only("products.write")
    @blueprint.arguments(ProductWriteSchema)
    @blueprint.response(201, ProductSchema, headers={"Location": {"schema": {"type": "string"}}})
    def add(written: dict[str, Any]) -> Response:
        """Add a product to the catalogue."""
        stock = written.pop("stock", 0)
        product_id = add_product(AddProductCommand(fields=_fields(written), stock=stock))
        answer = product_answer(queries.product(product_id), 201)
        answer.headers["Location"] = url_for("catalog.show_product", product_id=product_id)
        return answer

    @blueprint.route("/<int:product_id>/", methods=["PUT"])
    @staff_only("products.write")
    @blueprint.arguments(ProductWriteSchema)
    @blueprint.response(200, ProductSchema)
    @blueprint.raises("product_not_found", "stock_reserved", _STALE)
    def replace(written: dict[str, Any], product_id: int) -> Response:
        """Write a product anew; stock and image stay as they are unless they are named."""
        return edited(product_id, {**_UNSAID, **written})

    @blueprint.route("/<int:product_id>/", methods=["PATCH"])
    @staff_only("products.write")
    @blueprint.arguments(ProductPatchSchema)
    @blueprint.response(200, ProductSchema)
    @blueprint.raises("product_not_found", "stock_reserved", _STALE)
    def change(written: dict[str, Any], product_id: int) -> Response:
        """Write some members of a product anew."""
        return edited(product_id, written)

    @blueprint.route("/<int:product_id>/", methods=["DELETE"])
    @staff_only("products.write")
    @blueprint.response(204)
    @blueprint.raises("product_not_found", _STALE)
    def remove(product_id: int) -> Response:
        """Take a product out of the catalogue, carts and wishlists; orders keep what was bought."""
        archive_product(
            ArchiveProductCommand(
                product_id=ProductId(product_id), expected_version=expected_version()
            )
        )
        return Response(status=204)

    def edited(product_id: int, written: dict[str, Any]) -> Response:
        stock = written.pop("stock", None)
        edit_product(
            EditProductCommand(
                product_id=ProductId(product_id),
                fields=_fields(written),
                stock=None if _as_it_was_read(stock) else stock,
                expected_version=expected_version(),
            )
        )
        return product_answer(queries.product(ProductId(product_id)))

    return blueprint


def _fields(written: dict[str, Any]) -> ProductFields:
    fields = cast("ProductFields", written)  # the schema's members are the same
    image = fields.get("image")
    own = absolute("/") or ""
    if image and image.startswith(own):
        # What a client was shown, sent back: kept as the path that it is.
        fields["image"] = image.removeprefix(own.rstrip("/"))
    return fields


def _as_it_was_read(stock: int | None) -> bool:
    """Whether a stock is only sent back: it is then left to the customers who bought meanwhile."""
    tag = _TAG.fullmatch(request.headers.get("If-Match", "").strip())
    return tag is not None and stock == int(tag[1])
