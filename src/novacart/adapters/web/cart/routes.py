"""Routes of the cart."""

from datetime import date
from typing import Any

from flask import Response, request

from novacart.adapters.web.cart.schemas import (
    AddedSchema,
    AddToCartSchema,
    CartItemSchema,
    CartLinesSchema,
    ChangeQuantitySchema,
    DeletedSchema,
    MovedSchema,
    QuantitySchema,
)
from novacart.adapters.web.http.auth import principal, shopper_required
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.http.schemas import MessageSchema
from novacart.adapters.web.media.routes import absolute_url, srcset
from novacart.application.cart.add_to_cart import AddToCart, AddToCartCommand
from novacart.application.cart.change_quantity import (
    ChangeQuantity,
    ChangeQuantityCommand,
)
from novacart.application.cart.move_to_wishlist import MoveToWishlist, MoveToWishlistCommand
from novacart.application.cart.queries import CartItem, CartQueries
from novacart.application.cart.remove_lines import (
    ClearCart,
    ClearCartCommand,
    RemoveLine,
    RemoveLineCommand,
    RemoveLines,
    RemoveLinesCommand,
)
from novacart.application.ordering.estimate_delivery import EstimateDelivery
from novacart.domain.shared.ids import CartLineId
from novacart.domain.shared.money import currency_exponent, decimal_string


def cart_blueprint(
    *,
    add_to_cart: AddToCart,
    change_quantity: ChangeQuantity,
    remove_line: RemoveLine,
    remove_lines: RemoveLines,
    clear_cart: ClearCart,
    move_to_wishlist: MoveToWishlist,
    estimate_delivery: EstimateDelivery,
    queries: CartQueries,
) -> Blueprint:
    """`/api/cart/`: the cart of the signed-in customer."""
    blueprint = Blueprint(
        "cart", __name__, url_prefix="/api/cart", description="The cart of the signed-in customer."
    )

    @blueprint.route("/")
    @shopper_required
    @blueprint.response(200, CartItemSchema(many=True))
    def show() -> Response:
        """List your cart, oldest first."""
        items = queries.cart_of(principal().user_id)
        delivery, site = estimate_delivery(), request.host_url
        return json_response([cart_item_json(item, delivery, site) for item in items])

    @blueprint.route("/add/", methods=["POST"])
    @shopper_required
    @blueprint.arguments(AddToCartSchema)
    @blueprint.response(200, AddedSchema)
    @blueprint.raises(
        "product_not_found",
        "variant_not_found",
        "cart_full",
        "cart_limit_reached",
        "not_enough_in_stock",
    )
    def add(body: dict[str, Any]) -> Response:
        """Add a variant to your cart and remove it from your wishlist."""
        line = add_to_cart(
            AddToCartCommand(
                user_id=principal().user_id,
                product_id=body["product_id"],
                variant_id=body["variant_id"],
                quantity=body["quantity"],
            )
        )
        return json_response(
            {"message": "Added to your cart.", "id": line.id, "quantity": line.quantity}
        )

    @blueprint.route("/update/<int:line_id>/", methods=["PATCH"])
    @shopper_required
    @blueprint.arguments(ChangeQuantitySchema)
    @blueprint.response(200, QuantitySchema)
    @blueprint.raises("cart_line_not_found", "cart_limit_reached", "not_enough_in_stock")
    def update(body: dict[str, Any], line_id: int) -> Response:
        """Change the quantity of an item; zero removes it."""
        quantity = change_quantity(
            ChangeQuantityCommand(
                user_id=principal().user_id, line_id=CartLineId(line_id), change=body["change"]
            )
        )
        message = "Your cart was updated." if quantity else "Removed from your cart."
        return json_response({"message": message, "quantity": quantity})

    @blueprint.route("/remove/<int:line_id>/", methods=["DELETE"])
    @shopper_required
    @blueprint.response(200, MessageSchema)
    @blueprint.raises("cart_line_not_found")
    def remove(line_id: int) -> Response:
        """Remove an item from your cart."""
        remove_line(RemoveLineCommand(user_id=principal().user_id, line_id=CartLineId(line_id)))
        return json_response({"message": "Removed from your cart."})

    @blueprint.route("/clear/", methods=["DELETE"])
    @shopper_required
    @blueprint.response(200, MessageSchema)
    def clear() -> Response:
        """Remove all items from your cart."""
        clear_cart(ClearCartCommand(user_id=principal().user_id))
        return json_response({"message": "Your cart is empty."})

    @blueprint.route("/bulk-delete/", methods=["POST"])
    @shopper_required
    @blueprint.arguments(CartLinesSchema)
    @blueprint.response(200, DeletedSchema)
    def bulk_delete(body: dict[str, Any]) -> Response:
        """Remove several items from your cart; ids that are not in it are ignored."""
        deleted = remove_lines(
            RemoveLinesCommand(user_id=principal().user_id, line_ids=body["cart_ids"])
        )
        return json_response({"message": "Removed from your cart.", "deleted": deleted})

    @blueprint.route("/bulk-move-to-wishlist/", methods=["POST"])
    @shopper_required
    @blueprint.arguments(CartLinesSchema)
    @blueprint.response(200, MovedSchema)
    @blueprint.raises("no_such_cart_lines", "wishlist_full")
    def bulk_move(body: dict[str, Any]) -> Response:
        """Move several items from your cart to your wishlist."""
        result = move_to_wishlist(
            MoveToWishlistCommand(user_id=principal().user_id, line_ids=body["cart_ids"])
        )
        return json_response(
            {
                "message": "Moved to your wishlist.",
                "added_to_wishlist": result.added,
                "already_in_wishlist": result.already_present,
            }
        )

    return blueprint


def cart_item_json(item: CartItem, delivery: date, site: str) -> dict[str, Any]:
    """The JSON of `CartItemSchema`. `total_price` is a number, as v1 clients expect."""
    return {
        "id": item.id,
        "product": item.product_id,
        "variant": {"id": item.variant_id, "sku": item.sku, "options": item.options},
        "product_title": item.title,
        "product_subtitle": item.subtitle,
        "product_price": decimal_string(item.price_minor, item.currency),
        "product_image": absolute_url(item.image, site),
        "product_image_srcset": srcset(item.image_sizes, site),
        "quantity": item.quantity,
        "stock": item.stock,
        "total_price": item.price_minor * item.quantity / 10 ** currency_exponent(item.currency),
        "currency": item.currency,
        "estimated_delivery": delivery,
    }
