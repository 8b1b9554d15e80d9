"""A customer's address book over HTTP."""

from typing import Any, Final

from flask import Response, request

from novacart.adapters.web.addresses.schemas import (
    AddressChangeSchema,
    AddressSchema,
    AddressViewSchema,
    PincodePlaceSchema,
)
from novacart.adapters.web.http.auth import login_required, principal, public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.responses import json_response
from novacart.application.accounts.add_address import AddAddress, AddAddressCommand
from novacart.application.accounts.change_address import ChangeAddress, ChangeAddressCommand
from novacart.application.accounts.look_up_pincode import LookUpPincode
from novacart.application.accounts.queries import AddressQueries, AddressView
from novacart.application.accounts.remove_address import RemoveAddress, RemoveAddressCommand
from novacart.application.accounts.set_default_address import (
    SetDefaultAddress,
    SetDefaultAddressCommand,
)
from novacart.domain.shared.ids import AddressId

_PINCODE: Final = {
    "name": "pincode",
    "in": "query",
    "required": False,
    "description": "6 digits.",
    "schema": {"type": "string"},
    "example": "411004",
}


def addresses_blueprint(
    *,
    add_address: AddAddress,
    change_address: ChangeAddress,
    remove_address: RemoveAddress,
    set_default: SetDefaultAddress,
    look_up_pincode: LookUpPincode,
    queries: AddressQueries,
) -> Blueprint:
    """`/api/addresses/`: a customer's own."""
    blueprint = Blueprint(
        "addresses",
        __name__,
        url_prefix="/api/addresses",
        description="Where a customer's parcels go.",
    )

    @blueprint.route("/")
    @login_required
    @blueprint.response(200, AddressViewSchema(many=True))
    def show_all() -> Response:
        """Your addresses, oldest first."""
        return json_response([_json(view) for view in queries.addresses_of(principal().user_id)])

    @blueprint.route("/", methods=["POST"])
    @login_required
    @blueprint.arguments(AddressSchema)
    @blueprint.response(201, AddressViewSchema)
    @blueprint.raises("invalid_value", "address_book_full")
    def add(body: dict[str, Any]) -> Response:
        """Add an address; your first becomes the default unless you say otherwise."""
        view = add_address(AddAddressCommand(user_id=principal().user_id, **body))
        return json_response(_json(view), 201, {"Location": f"/api/addresses/{view.id}/"})

    @blueprint.route("/<int:address_id>/")
    @login_required
    @blueprint.response(200, AddressViewSchema)
    @blueprint.raises("address_not_found")
    def show(address_id: int) -> Response:
        """One of your addresses."""
        return json_response(_json(queries.address_of(principal().user_id, AddressId(address_id))))

    @blueprint.route("/<int:address_id>/", methods=["PUT"])
    @login_required
    @blueprint.arguments(AddressSchema)
    @blueprint.response(200, AddressViewSchema)
    @blueprint.raises("invalid_value", "address_not_found")
    def replace(body: dict[str, Any], address_id: int) -> Response:
        """Write one of your addresses anew."""
        return json_response(_json(change_address(_change(body, address_id))))

    @blueprint.route("/<int:address_id>/", methods=["PATCH"])
    @login_required
    @blueprint.arguments(AddressChangeSchema(partial=True))
    @blueprint.response(200, AddressViewSchema)
    @blueprint.raises("invalid_value", "address_not_found")
    def change(body: dict[str, Any], address_id: int) -> Response:
        """Change a part of one of your addresses."""
        return json_response(_json(change_address(_change(body, address_id))))

    @blueprint.route("/<int:address_id>/", methods=["DELETE"])
    @login_required
    @blueprint.response(204)
    @blueprint.raises("address_not_found")
    def remove(address_id: int) -> Response:
        """Remove one of your addresses; orders keep theirs."""
        remove_address(
            RemoveAddressCommand(user_id=principal().user_id, address_id=AddressId(address_id))
        )
        return Response(status=204)

    @blueprint.route("/<int:address_id>/set-default/", methods=["POST"])
    @login_required
    @blueprint.response(200, AddressViewSchema)
    @blueprint.raises("address_not_found")
    def prefer(address_id: int) -> Response:
        """Make one of your addresses the default."""
        view = set_default(
            SetDefaultAddressCommand(user_id=principal().user_id, address_id=AddressId(address_id))
        )
        return json_response(_json(view))

    @blueprint.route("/pincode/")
    @public
    @blueprint.doc(parameters=[_PINCODE])
    @blueprint.response(200, PincodePlaceSchema)
    def pincode() -> Response:
        """Which place a pincode is; empty where that is not known."""
        # Read past the schemas: whatever a form sends while it is typed into is no error.
        place = look_up_pincode(request.args.get("pincode", ""))
        return json_response({"city": place.city, "state": place.state, "country": place.country})

    return blueprint


def _change(body: dict[str, Any], address_id: int) -> ChangeAddressCommand:
    return ChangeAddressCommand(
        user_id=principal().user_id, address_id=AddressId(address_id), **body
    )


def _json(view: AddressView) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "mobile": view.mobile,
        "pincode": view.pincode,
        "state": view.state,
        "district": view.district,
        "town": view.town,
        "house_number": view.house_number,
        "address": view.address,
        "address_type": view.address_type,
        "is_default": view.is_default,
    }
