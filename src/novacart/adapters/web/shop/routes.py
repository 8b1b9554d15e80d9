"""Route of the shop's settings."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response

from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.shop.schemas import ShopSchema


def shop_blueprint(*, read_shop: Callable[[], Mapping[str, Any]]) -> Blueprint:
    """The settings that a storefront needs. `read_shop` returns them as JSON values."""
    blueprint = Blueprint("shop", __name__, url_prefix="/api/shop", description="The shop.")

    @blueprint.route("/")
    @public
    @blueprint.response(200, ShopSchema)
    def show() -> Response:
        """The settings of the shop that a storefront needs."""
        return json_response(read_shop(), headers={"Cache-Control": "no-cache"})

    return blueprint
