"""Routes by which staff edit products."""

from dataclasses import MISSING, fields
from typing import Any, Final

from flask import Response, url_for

from novacart.adapters.web.catalog.routes import product_response
from novacart.adapters.web.catalog.schemas import (
    ProductDetailSchema,
    ProductPatchSchema,
    ProductWriteSchema,
)
from novacart.adapters.web.http.auth import principal, staff_only
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.body import form_body_doc, uploaded_file
from novacart.adapters.web.http.conditional import expected_version, if_match
from novacart.adapters.web.http.endpoints import accepts_upload, calls_provider
from novacart.application.catalog.add_product import AddProduct, AddProductCommand
from novacart.application.catalog.archive_product import ArchiveProduct, ArchiveProductCommand
from novacart.application.catalog.edit_product import EditProduct, EditProductCommand
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.catalog.upload_product_image import (
    UploadProductImage,
    UploadProductImageCommand,
)
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.ids import ProductId

# A PUT resets the members that it leaves out. Stock and image are exceptions, since they also
# change through the ledger and through uploads, and so is the SKU, which older clients don't send.
_PUT_DEFAULTS: Final = {
    field.name: field.default
    for field in fields(ProductDetails)
    if field.default is not MISSING and field.name not in {"image", "sku"}
}
_IMAGE_FORM: Final = form_body_doc("image", "A JPEG, PNG, WebP or AVIF file.")
_STALE: Final = "stale_version"


def catalog_staff_blueprint(
    *,
    add_product: AddProduct,
    edit_product: EditProduct,
    archive_product: ArchiveProduct,
    queries: CatalogQueries,
    policy: CatalogPolicy,
) -> Blueprint:
    """Adding, editing and archiving products, for staff."""
    blueprint = Blueprint(
        "catalog_staff", __name__, url_prefix="/api/products", description="Products."
    )

    @blueprint.route("/", methods=["POST"])
    @staff_only("products.write")
    @blueprint.arguments(ProductWriteSchema(policy=policy))
    @blueprint.response(
        201, ProductDetailSchema, headers={"Location": {"schema": {"type": "string"}}}
    )
    @blueprint.raises("sku_taken")
    def add(body: dict[str, Any]) -> Response:
        """Add a product to the catalog."""
        stock = body.pop("stock", 0)
        product_id = add_product(
            AddProductCommand(actor=principal().actor, details=ProductDetails(**body), stock=stock)
        )
        response = product_response(queries.product_with_variants(product_id), 201)
        response.headers["Location"] = url_for("catalog.show_product", product_id=product_id)
        return response

    @blueprint.route("/<int:product_id>/", methods=["PUT"])
    @staff_only("products.write")
    @blueprint.arguments(ProductWriteSchema(policy=policy))
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises("product_not_found", "sku_taken", "stock_reserved", _STALE)
    def replace(body: dict[str, Any], product_id: int) -> Response:
        """Replace a product. Members left out are reset, except stock, image and SKU.

        Without `If-Match`, `stock` is an absolute count. With the `ETag` that was read in
        `If-Match`, it is a change: the difference to the stock in that representation is added
        to the present stock.
        """
        return edit(ProductId(product_id), {**_PUT_DEFAULTS, **body})

    @blueprint.route("/<int:product_id>/", methods=["PATCH"])
    @staff_only("products.write")
    @blueprint.arguments(ProductPatchSchema(policy=policy))
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises("product_not_found", "sku_taken", "stock_reserved", _STALE)
    def change(body: dict[str, Any], product_id: int) -> Response:
        """Change some members of a product. `stock` is applied as in a PUT."""
        return edit(ProductId(product_id), body)

    @blueprint.route("/<int:product_id>/", methods=["DELETE"])
    @staff_only("products.write")
    @blueprint.response(204)
    @blueprint.raises("product_not_found", _STALE)
    def remove(product_id: int) -> Response:
        """Remove a product from the catalog, carts and wishlists. Orders keep their copy."""
        archive_product(
            ArchiveProductCommand(
                actor=principal().actor,
                product_id=ProductId(product_id),
                expected_version=expected_version(),
            )
        )
        return Response(status=204)

    def edit(product_id: ProductId, body: dict[str, Any]) -> Response:
        stock = body.pop("stock", None)
        tag = if_match()
        edit_product(
            EditProductCommand(
                actor=principal().actor,
                product_id=product_id,
                changes=body,
                stock=stock,
                stock_read=tag.counts[0] if tag is not None and tag.counts else None,
                expected_version=None if tag is None else tag.version,
            )
        )
        return product_response(queries.product_with_variants(product_id))

    return blueprint


def product_images_blueprint(
    *, upload_image: UploadProductImage, queries: CatalogQueries, max_bytes: int
) -> Blueprint:
    """Uploading the image of a product, of at most `max_bytes`, for staff."""
    blueprint = Blueprint(
        "product_images", __name__, url_prefix="/api/products", description="Images of products."
    )

    @blueprint.route("/<int:product_id>/image/", methods=["POST"])
    @calls_provider
    @accepts_upload(max_bytes)
    @staff_only("products.write")
    @blueprint.doc(requestBody=_IMAGE_FORM)
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises("product_not_found", "concurrent_change", _STALE)
    def upload(product_id: int) -> Response:
        """Replace the image of a product. Orders keep the image of the time of purchase."""
        upload_image(
            UploadProductImageCommand(
                actor=principal().actor,
                product_id=ProductId(product_id),
                content=uploaded_file("image"),
                expected_version=expected_version(),
            )
        )
        return product_response(queries.product_with_variants(ProductId(product_id)))

    return blueprint
