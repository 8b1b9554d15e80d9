"""Routes by which staff edit the options and variants of products."""

from typing import Any, Final

from flask import Response

from novacart.adapters.web.catalog.product_schemas import ProductDetailSchema
from novacart.adapters.web.catalog.routes import product_response, variant_response
from novacart.adapters.web.catalog.variant_schemas import (
    DefaultVariantSchema,
    OptionNameSchema,
    OptionTextSchema,
    OptionWriteSchema,
    VariantPatchSchema,
    VariantSchema,
    VariantWriteSchema,
)
from novacart.adapters.web.http.auth import principal, staff_only
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.conditional import expected_version, if_match
from novacart.application.catalog.add_variants import AddVariant, AddVariantCommand
from novacart.application.catalog.archive_variant import (
    ArchiveVariant,
    ArchiveVariantCommand,
    RestoreVariant,
    RestoreVariantCommand,
)
from novacart.application.catalog.edit_options import (
    AddOption,
    AddOptionCommand,
    AddOptionValue,
    AddOptionValueCommand,
    RemoveOption,
    RemoveOptionCommand,
    RemoveOptionValue,
    RemoveOptionValueCommand,
    RenameOption,
    RenameOptionCommand,
    RenameOptionValue,
    RenameOptionValueCommand,
)
from novacart.application.catalog.edit_variants import (
    EditVariants,
    EditVariantsCommand,
    VariantEdit,
)
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.catalog.set_default_variant import (
    SetDefaultVariant,
    SetDefaultVariantCommand,
)
from novacart.domain.catalog.variant import VariantDetails
from novacart.domain.shared.ids import OptionId, OptionValueId, ProductId, VariantId

_STALE: Final = "stale_version"
_LIMIT: Final = "catalog_limit_reached"
_DUPLICATE: Final = "duplicate_combination"


def variants_blueprint(
    *,
    add_variant: AddVariant,
    edit_variants: EditVariants,
    archive_variant: ArchiveVariant,
    restore_variant: RestoreVariant,
    set_default_variant: SetDefaultVariant,
    queries: CatalogQueries,
    policy: CatalogPolicy,
) -> Blueprint:
    """Adding, editing and archiving variants, for staff."""
    blueprint = Blueprint("variants", __name__, url_prefix="/api", description="Variants.")

    @blueprint.route("/products/<int:product_id>/variants/", methods=["POST"])
    @staff_only("products.write")
    @blueprint.arguments(VariantWriteSchema(policy=policy))
    @blueprint.response(201, VariantSchema)
    @blueprint.raises(
        "product_not_found",
        "option_not_found",
        "option_value_not_found",
        "sku_taken",
        _DUPLICATE,
        _LIMIT,
        _STALE,
    )
    def add(body: dict[str, Any], product_id: int) -> Response:
        """Add a variant. `If-Match` has the `ETag` of the product."""
        stock, values = body.pop("stock", 0), body.pop("values", {})
        variant_id = add_variant(
            AddVariantCommand(
                actor=principal().actor,
                product_id=ProductId(product_id),
                details=VariantDetails(**body),
                values=values,
                stock=stock,
                expected_version=expected_version(),
            )
        )
        return variant_response(queries.product_of(variant_id), variant_id, 201)

    @blueprint.route("/variants/<int:variant_id>/", methods=["PATCH"])
    @staff_only("products.write")
    @blueprint.arguments(VariantPatchSchema(policy=policy))
    @blueprint.response(200, VariantSchema)
    @blueprint.raises(
        "product_not_found",
        "variant_not_found",
        "option_not_found",
        "option_value_not_found",
        "sku_taken",
        "stock_reserved",
        _DUPLICATE,
        _STALE,
    )
    def change(body: dict[str, Any], variant_id: int) -> Response:
        """Change some members of a variant. `If-Match` has its `etag`.

        `stock` is applied as in a PUT of the product. `values` name a value of each option.
        """
        tag = if_match()
        stock, values = body.pop("stock", None), body.pop("values", None)
        edit = VariantEdit(
            variant_id=VariantId(variant_id),
            changes=body,
            values=values,
            stock=stock,
            stock_read=tag.counts[0] if tag is not None and tag.counts else None,
            expected_version=None if tag is None else tag.version,
        )
        edit_variants(EditVariantsCommand(actor=principal().actor, edits=[edit]))
        return variant_response(queries.product_of(edit.variant_id), edit.variant_id, 200)

    @blueprint.route("/variants/<int:variant_id>/", methods=["DELETE"])
    @staff_only("products.write")
    @blueprint.response(204)
    @blueprint.raises("product_not_found", "variant_not_found", "variant_is_default", _STALE)
    def archive(variant_id: int) -> Response:
        """Archive a variant: remove it from the catalog, carts and wishlists.

        Orders keep their copy. `If-Match` has the `etag` of the variant.
        """
        archive_variant(
            ArchiveVariantCommand(
                actor=principal().actor,
                variant_id=VariantId(variant_id),
                expected_version=expected_version(),
            )
        )
        return Response(status=204)

    @blueprint.route("/variants/<int:variant_id>/restore/", methods=["POST"])
    @staff_only("products.write")
    @blueprint.response(200, VariantSchema)
    @blueprint.raises(
        "product_not_found", "variant_not_found", "variant_not_archived", _DUPLICATE, _LIMIT
    )
    def restore(variant_id: int) -> Response:
        """Return an archived variant to the catalog."""
        restore_variant(
            RestoreVariantCommand(actor=principal().actor, variant_id=VariantId(variant_id))
        )
        return variant_response(
            queries.product_of(VariantId(variant_id)), VariantId(variant_id), 200
        )

    @blueprint.route("/products/<int:product_id>/default-variant/", methods=["PUT"])
    @staff_only("products.write")
    @blueprint.arguments(DefaultVariantSchema)
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises("product_not_found", "variant_not_found", _STALE)
    def set_default(body: dict[str, Any], product_id: int) -> Response:
        """Choose the variant that clients buy who name only the product.

        `If-Match` has the `ETag` of the product.
        """
        set_default_variant(
            SetDefaultVariantCommand(
                actor=principal().actor,
                product_id=ProductId(product_id),
                variant_id=VariantId(body["variant_id"]),
                expected_version=expected_version(),
            )
        )
        return product_response(queries.product_with_variants(ProductId(product_id)))

    return blueprint


def options_blueprint(
    *,
    add_option: AddOption,
    rename_option: RenameOption,
    remove_option: RemoveOption,
    add_value: AddOptionValue,
    rename_value: RenameOptionValue,
    remove_value: RemoveOptionValue,
    queries: CatalogQueries,
) -> Blueprint:
    """Editing the options of a product, for staff. `If-Match` has the `ETag` of the product."""
    blueprint = Blueprint(
        "product_options",
        __name__,
        url_prefix="/api/products",
        description="Options of products.",
    )

    def edited(product_id: int, status: int = 200) -> Response:
        return product_response(queries.product_with_variants(ProductId(product_id)), status)

    def common(product_id: int) -> dict[str, Any]:
        return {
            "actor": principal().actor,
            "product_id": ProductId(product_id),
            "expected_version": expected_version(),
        }

    @blueprint.route("/<int:product_id>/options/", methods=["POST"])
    @staff_only("products.write")
    @blueprint.arguments(OptionWriteSchema)
    @blueprint.response(201, ProductDetailSchema)
    @blueprint.raises("product_not_found", _LIMIT, _STALE)
    def add(body: dict[str, Any], product_id: int) -> Response:
        """Add an option; all present variants get its value `existing`."""
        add_option(AddOptionCommand(**common(product_id), **body))
        return edited(product_id, 201)

    @blueprint.route("/<int:product_id>/options/<int:option_id>/", methods=["PATCH"])
    @staff_only("products.write")
    @blueprint.arguments(OptionNameSchema)
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises("product_not_found", "option_not_found", _STALE)
    def rename(body: dict[str, Any], product_id: int, option_id: int) -> Response:
        """Rename an option."""
        rename_option(
            RenameOptionCommand(
                **common(product_id), option_id=OptionId(option_id), name=body["name"]
            )
        )
        return edited(product_id)

    @blueprint.route("/<int:product_id>/options/<int:option_id>/", methods=["DELETE"])
    @staff_only("products.write")
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises("product_not_found", "option_not_found", _DUPLICATE, _STALE)
    def remove(product_id: int, option_id: int) -> Response:
        """Remove an option from the product and its variants."""
        remove_option(RemoveOptionCommand(**common(product_id), option_id=OptionId(option_id)))
        return edited(product_id)

    @blueprint.route("/<int:product_id>/options/<int:option_id>/values/", methods=["POST"])
    @staff_only("products.write")
    @blueprint.arguments(OptionTextSchema)
    @blueprint.response(201, ProductDetailSchema)
    @blueprint.raises("product_not_found", "option_not_found", _LIMIT, _STALE)
    def add_text(body: dict[str, Any], product_id: int, option_id: int) -> Response:
        """Add a value to an option."""
        add_value(
            AddOptionValueCommand(
                **common(product_id), option_id=OptionId(option_id), text=body["value"]
            )
        )
        return edited(product_id, 201)

    @blueprint.route(
        "/<int:product_id>/options/<int:option_id>/values/<int:value_id>/", methods=["PATCH"]
    )
    @staff_only("products.write")
    @blueprint.arguments(OptionTextSchema)
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises("product_not_found", "option_not_found", "option_value_not_found", _STALE)
    def change_text(
        body: dict[str, Any], product_id: int, option_id: int, value_id: int
    ) -> Response:
        """Change the text of a value. Orders keep their copy."""
        rename_value(
            RenameOptionValueCommand(
                **common(product_id),
                option_id=OptionId(option_id),
                value_id=OptionValueId(value_id),
                text=body["value"],
            )
        )
        return edited(product_id)

    @blueprint.route(
        "/<int:product_id>/options/<int:option_id>/values/<int:value_id>/", methods=["DELETE"]
    )
    @staff_only("products.write")
    @blueprint.response(200, ProductDetailSchema)
    @blueprint.raises(
        "product_not_found",
        "option_not_found",
        "option_value_not_found",
        "option_value_in_use",
        _STALE,
    )
    def remove_text(product_id: int, option_id: int, value_id: int) -> Response:
        """Remove a value that no variant has, archived or not."""
        remove_value(
            RemoveOptionValueCommand(
                **common(product_id),
                option_id=OptionId(option_id),
                value_id=OptionValueId(value_id),
            )
        )
        return edited(product_id)

    return blueprint
