"""Routes of address books and pincodes."""

from dataclasses import asdict
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
from novacart.application.accounts.edit_address_book import (
    AddAddress,
    AddAddressCommand,
    ChangeAddress,
    ChangeAddressCommand,
    RemoveAddress,
    RemoveAddressCommand,
    SetDefaultAddress,
    SetDefaultAddressCommand,
)
from novacart.application.accounts.look_up_pincode import LookUpPincode, LookUpPincodeCommand
from novacart.application.accounts.queries import AddressQueries
from novacart.domain.accounts.address import Address, AddressDetails
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
    """`/api/addresses/`: the signed-in user's address book."""
    blueprint = Blueprint(
        "addresses",
        __name__,
        url_prefix="/api/addresses",
        description="Your address book.",
    )

    @blueprint.route("/")
    @login_required
    @blueprint.response(200, AddressViewSchema(many=True))
    def show_all() -> Response:
        """List your addresses, oldest first."""
        addresses = queries.list_addresses(principal().user_id)
        return json_response([_json(address) for address in addresses])

    @blueprint.route("/", methods=["POST"])
    @login_required
    @blueprint.arguments(AddressSchema)
    @blueprint.response(201, AddressViewSchema)
    @blueprint.raises("invalid_value", "address_book_full")
    def add(body: dict[str, Any]) -> Response:
        """Add an address. Your first becomes the default unless `is_default` is false."""
        is_default = body.pop("is_default", None)
        address = add_address(
            AddAddressCommand(
                user_id=principal().user_id,
                details=AddressDetails.parse(**body),
                is_default=is_default,
            )
        )
        return json_response(_json(address), 201, {"Location": f"/api/addresses/{address.id}/"})

    @blueprint.route("/<int:address_id>/")
    @login_required
    @blueprint.response(200, AddressViewSchema)
    @blueprint.raises("address_not_found")
    def show(address_id: int) -> Response:
        """Get one of your addresses."""
        return json_response(_json(queries.get_address(principal().user_id, AddressId(address_id))))

    @blueprint.route("/<int:address_id>/", methods=["PUT"])
    @login_required
    @blueprint.arguments(AddressSchema)
    @blueprint.response(200, AddressViewSchema)
    @blueprint.raises("invalid_value", "address_not_found")
    def replace(body: dict[str, Any], address_id: int) -> Response:
        """Replace one of your addresses."""
        return json_response(_json(change_address(_change_command(body, address_id))))

    @blueprint.route("/<int:address_id>/", methods=["PATCH"])
    @login_required
    @blueprint.arguments(AddressChangeSchema(partial=True))
    @blueprint.response(200, AddressViewSchema)
    @blueprint.raises("invalid_value", "address_not_found")
    def change(body: dict[str, Any], address_id: int) -> Response:
        """Change some fields of one of your addresses."""
        return json_response(_json(change_address(_change_command(body, address_id))))

    @blueprint.route("/<int:address_id>/", methods=["DELETE"])
    @login_required
    @blueprint.response(204)
    @blueprint.raises("address_not_found")
    def remove(address_id: int) -> Response:
        """Remove one of your addresses. Orders keep their own copy."""
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
        address = set_default(
            SetDefaultAddressCommand(user_id=principal().user_id, address_id=AddressId(address_id))
        )
        return json_response(_json(address))

    @blueprint.route("/pincode/")
    @public
    @blueprint.doc(parameters=[_PINCODE])
    @blueprint.response(200, PincodePlaceSchema)
    def pincode() -> Response:
        """Look up the city and state of a pincode; empty if unknown."""
        # Not validated by a schema: a form sends incomplete pincodes while the user types.
        place = look_up_pincode(LookUpPincodeCommand(pincode=request.args.get("pincode", "")))
        return json_response({"city": place.city, "state": place.state, "country": place.country})

    return blueprint


def _change_command(body: dict[str, Any], address_id: int) -> ChangeAddressCommand:
    is_default = body.pop("is_default", None)
    return ChangeAddressCommand(
        user_id=principal().user_id,
        address_id=AddressId(address_id),
        changes=body,
        is_default=is_default,
    )


def _json(address: Address) -> dict[str, Any]:
    return {"id": address.id, **asdict(address.details), "is_default": address.is_default}
