"""Routes by which staff edit products."""

from dataclasses import MISSING, fields
from typing import Any, Final

from flask import Response, url_for

from novacart.adapters.web.catalog.picture_schemas import PictureOrderSchema, PicturePatchSchema
from novacart.adapters.web.catalog.product_schemas import (
    ProductDetailSchema,
    ProductPatchSchema,
    ProductWriteSchema,
)
from novacart.adapters.web.catalog.routes import product_response
from novacart.adapters.web.http.auth import principal, staff_only
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.body import form_body_doc, form_text, uploaded_file
from novacart.adapters.web.http.conditional import expected_version, if_match
from novacart.adapters.web.http.endpoints import accepts_upload, calls_provider
from novacart.application.catalog.add_picture import AddPicture, AddPictureCommand
from novacart.application.catalog.add_product import AddProduct, AddProductCommand
from novacart.application.catalog.archive_product import ArchiveProduct, ArchiveProductCommand
from novacart.application.catalog.edit_pictures import (
    EditPictures,
    EditPicturesCommand,
    RemovePicture,
    RemovePictureCommand,
)
from novacart.application.catalog.edit_product import EditProduct, EditProductCommand
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.catalog.upload_product_image import (
    UploadProductImage,
    UploadProductImageCommand,
)
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.slugs import product_of_generated
from novacart.domain.shared.ids import PictureId, ProductId

# A PUT resets the members that it leaves out. Stock and image are exceptions, since they also
# change through the ledger and through uploads, and so are those that older clients don't send.
_KEPT_BY_PUT: Final = {
    *("image", "sku", "slug", "meta_title", "meta_description", "description_html", "tags"),
    "attributes",
}
_PUT_DEFAULTS: Final = {
    field.name: field.default
    for field in fields(ProductDetails)
    if field.default is not MISSING and field.name not in _KEPT_BY_PUT
}
_IMAGE_FORM: Final = form_body_doc("image", "A JPEG, PNG, WebP or AVIF file.")
_PICTURE_FORM: Final = form_body_doc(
    "image", "A JPEG, PNG, WebP or AVIF file.", alt="The alternative text."
)
_STALE: Final = "stale_version"
_EDIT_ERRORS: Final = (
    *("product_not_found", "sku_taken", "slug_taken", "stock_reserved"),
    *("attribute_not_in_category", _STALE),
)


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
    @blueprint.raises("sku_taken", "slug_taken")
    def add(body: dict[str, Any]) -> Response:
        """Add a product to the catalog."""
        stock, attributes = body.pop("stock", 0), body.pop("attributes", {})
        product_id = add_product(
            AddProductCommand(
                actor=principal().actor,
                details=ProductDetails(**body),
                attributes=attributes,
                stock=stock,
            )
        )
        response = product_response(queries.product_with_variants(product_id), 201)
        response.headers["Location"] = url_for("catalog.show_product", product_id=product_id)
        return response

    @blueprint.route("/<int:product_id>/", methods=["PUT"])
    @staff_only("products.write")
    @blueprint.arguments(ProductWriteSchema(policy=policy))
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises(*_EDIT_ERRORS)
    def replace(body: dict[str, Any], product_id: int) -> Response:
        """Replace a product.

        Members left out are reset, except stock, image, SKU, slug, tags, attributes and the `meta_`
        members.

        Without `If-Match`, `stock` is an absolute count. With the `ETag` that was read in
        `If-Match`, it is a change: the difference to the stock in that representation is added
        to the present stock.
        """
        return edit(ProductId(product_id), {**_PUT_DEFAULTS, **body})

    @blueprint.route("/<int:product_id>/", methods=["PATCH"])
    @staff_only("products.write")
    @blueprint.arguments(ProductPatchSchema(policy=policy))
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises(*_EDIT_ERRORS)
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
        stock, attributes = body.pop("stock", None), body.pop("attributes", {})
        if product_of_generated(body.get("slug") or "") == product_id:
            # A client sends what it read, and staff have chosen none.
            body["slug"] = None
        tag = if_match()
        edit_product(
            EditProductCommand(
                actor=principal().actor,
                product_id=product_id,
                changes=body,
                attributes=attributes,
                stock=stock,
                stock_read=tag.counts[0] if tag is not None and tag.counts else None,
                expected_version=None if tag is None else tag.version,
            )
        )
        return product_response(queries.product_with_variants(product_id))

    return blueprint


def product_images_blueprint(
    *,
    upload_image: UploadProductImage,
    add_picture: AddPicture,
    edit_pictures: EditPictures,
    remove_picture: RemovePicture,
    queries: CatalogQueries,
    max_bytes: int,
) -> Blueprint:
    """Adding, editing and removing pictures, each of at most `max_bytes`, for staff.

    `If-Match` has the `ETag` of the product.
    """
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
        """Replace the first picture. Orders keep the image of the time of purchase."""
        upload_image(
            UploadProductImageCommand(
                actor=principal().actor,
                product_id=ProductId(product_id),
                content=uploaded_file("image"),
                expected_version=expected_version(),
            )
        )
        return edited(product_id)

    @blueprint.route("/<int:product_id>/images/", methods=["POST"])
    @calls_provider
    @accepts_upload(max_bytes)
    @staff_only("products.write")
    @blueprint.doc(requestBody=_PICTURE_FORM)
    @blueprint.response(201, ProductDetailSchema)
    @blueprint.raises("product_not_found", "catalog_limit_reached", "concurrent_change", _STALE)
    def add(product_id: int) -> Response:
        """Add a picture after the present ones."""
        add_picture(
            AddPictureCommand(
                actor=principal().actor,
                product_id=ProductId(product_id),
                content=uploaded_file("image"),
                alt=form_text("alt"),
                expected_version=_gallery_version(),
            )
        )
        return edited(product_id, 201)

    @blueprint.route("/<int:product_id>/images/<int:image_id>/", methods=["PATCH"])
    @staff_only("products.write")
    @blueprint.arguments(PicturePatchSchema)
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises("product_not_found", "picture_not_found", "variant_not_found", _STALE)
    def change(body: dict[str, Any], product_id: int, image_id: int) -> Response:
        """Change the text of a picture, and the variants that it shows."""
        edit(
            product_id,
            alts={PictureId(image_id): body["alt"]} if "alt" in body else {},
            variants={PictureId(image_id): body["variants"]} if "variants" in body else {},
        )
        return edited(product_id)

    @blueprint.route("/<int:product_id>/images/order/", methods=["PUT"])
    @staff_only("products.write")
    @blueprint.arguments(PictureOrderSchema)
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises("product_not_found", _STALE)
    def arrange(body: dict[str, Any], product_id: int) -> Response:
        """Show the pictures in another order. The first is the `image` of the product."""
        edit(product_id, order=body["images"])
        return edited(product_id)

    @blueprint.route("/<int:product_id>/images/<int:image_id>/", methods=["DELETE"])
    @staff_only("products.write")
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises("product_not_found", "picture_not_found", _STALE)
    def remove(product_id: int, image_id: int) -> Response:
        """Remove a picture. Orders that show it keep it."""
        remove_picture(
            RemovePictureCommand(
                actor=principal().actor,
                product_id=ProductId(product_id),
                picture_id=PictureId(image_id),
                expected_version=_gallery_version(),
            )
        )
        return edited(product_id)

    def edit(product_id: int, **changes: Any) -> None:  # noqa: ANN401 (fields of the command)
        edit_pictures(
            EditPicturesCommand(
                actor=principal().actor,
                product_id=ProductId(product_id),
                expected_version=_gallery_version(),
                **changes,
            )
        )

    def edited(product_id: int, status: int = 200) -> Response:
        return product_response(queries.product_with_variants(ProductId(product_id)), status)

    return blueprint


def _gallery_version() -> int | None:
    """The version of the gallery in `If-Match`, the last number of a product's `ETag`."""
    tag = if_match()
    if tag is None:
        return None
    # A tag without it is not of a product: no gallery has this version.
    return tag.counts[-1] if len(tag.counts) > 1 else -1
