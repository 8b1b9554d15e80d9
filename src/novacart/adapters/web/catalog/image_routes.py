"""A product's picture over HTTP, for staff."""

from flask import Response

from novacart.adapters.web.catalog.routes import product_answer
from novacart.adapters.web.catalog.schemas import ProductSchema
from novacart.adapters.web.http.auth import staff_only
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.body import form_body_doc, uploaded_file
from novacart.adapters.web.http.conditional import expected_version
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.catalog.upload_product_image import (
    UploadProductImage,
    UploadProductImageCommand,
)
from novacart.domain.shared.ids import ProductId

_FORM = form_body_doc("image", "A JPEG, PNG, WebP or AVIF; what it is, its content tells.")


def product_images_blueprint(
    *, upload_image: UploadProductImage, queries: CatalogQueries, max_bytes: int
) -> Blueprint:
    """Uploading pictures of `max_bytes` at most, each."""
    blueprint = Blueprint(
        "product_images",
        __name__,
        url_prefix="/api/products",
        description="What the shop sells.",
    )

    @blueprint.route("/<int:product_id>/image/", methods=["POST"])
    @staff_only("products.write")
    @blueprint.doc(requestBody=_FORM)
    @blueprint.response(200, ProductSchema)
    @blueprint.raises("product_not_found", "concurrent_change", "stale_version")
    def upload(product_id: int) -> Response:
        """Show another picture of a product; orders go on showing the one that was bought."""
        upload_image(
            UploadProductImageCommand(
                product_id=ProductId(product_id),
                content=uploaded_file("image", at_most=max_bytes),
                expected_version=expected_version(),
            )
        )
        return product_answer(queries.product(ProductId(product_id)))

    return blueprint
