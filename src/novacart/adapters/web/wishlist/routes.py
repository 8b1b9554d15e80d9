"""Routes of the wishlist."""

from typing import Any

from flask import Response

from novacart.adapters.web.catalog.product_schemas import product_json
from novacart.adapters.web.http.auth import principal, shopper_required
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.fields import rfc3339
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.http.schemas import MessageSchema
from novacart.adapters.web.wishlist.schemas import WishedSchema, WishlistItemSchema, WishSchema
from novacart.application.wishlist.add_to_wishlist import AddToWishlist, AddToWishlistCommand
from novacart.application.wishlist.queries import WishlistQueries
from novacart.application.wishlist.remove_from_wishlist import (
    RemoveFromWishlist,
    RemoveFromWishlistCommand,
)
from novacart.domain.shared.ids import ProductId


def wishlist_blueprint(
    *,
    add_to_wishlist: AddToWishlist,
    remove_from_wishlist: RemoveFromWishlist,
    queries: WishlistQueries,
) -> Blueprint:
    """`/api/products/wishlist/`: the wishlist of the signed-in customer."""
    blueprint = Blueprint(
        "wishlist",
        __name__,
        url_prefix="/api/products/wishlist",
        description="The wishlist of the signed-in customer.",
    )

    @blueprint.route("/")
    @shopper_required
    @blueprint.response(200, WishlistItemSchema(many=True))
    def show() -> Response:
        """List your wishlist, newest first."""
        items = queries.wishlist_of(principal().user_id)
        return json_response(
            [
                {
                    "id": item.product.id,
                    "variant": {"id": item.variant_id, "options": item.options},
                    "book": product_json(item.product),
                    "created_at": rfc3339(item.created_at),
                }
                for item in items
            ]
        )

    @blueprint.route("/", methods=["POST"])
    @shopper_required
    @blueprint.arguments(WishSchema)
    @blueprint.response(201, WishedSchema)
    @blueprint.alt_response(200, schema=WishedSchema, description="Already on the wishlist.")
    @blueprint.raises("product_not_found", "variant_not_found", "wishlist_full")
    def add(body: dict[str, Any]) -> Response:
        """Add a variant to your wishlist. The response has the id that you sent."""
        product_id, variant_id = body["product_id"], body["variant_id"]
        added = add_to_wishlist(
            AddToWishlistCommand(
                user_id=principal().user_id, product_id=product_id, variant_id=variant_id
            )
        )
        sent_id = variant_id if product_id is None else product_id
        if added:
            return json_response({"message": "Added to your wishlist.", "id": sent_id}, 201)
        return json_response({"message": "It is already on your wishlist.", "id": sent_id})

    @blueprint.route("/<int:product_id>/", methods=["DELETE"])
    @shopper_required
    @blueprint.response(200, MessageSchema)
    @blueprint.raises("not_on_wishlist")
    def remove(product_id: int) -> Response:
        """Remove a product, in all its variants, from your wishlist."""
        remove_from_wishlist(
            RemoveFromWishlistCommand(user_id=principal().user_id, product_id=ProductId(product_id))
        )
        return json_response({"message": "Removed from your wishlist."})

    return blueprint
