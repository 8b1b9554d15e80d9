"""Address books and pincodes over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.accounts import CheapPasswords, a_customer

HOME = {
    "name": "Asha Rao",
    "mobile": "9000000001",
    "pincode": "560001",
    "state": "Karnataka",
    "district": "Bengaluru",
    "town": "Bengaluru",
    "house_number": "12A",
    "address": "Second floor, Residency Road",
    "address_type": "HOME",
}


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    return make_app(CheapPasswords())


def test_add_change_and_remove_addresses(client: FlaskClient) -> None:
    asha = a_customer(client)
    assert asha.get("/api/addresses/").get_json() == []
    added = asha.post("/api/addresses/", HOME)
    home = added.get_json()
    assert added.status_code == 201
    assert home == HOME | {"id": home["id"], "is_default": True}
    assert asha.get(added.headers["Location"]).get_json() == home
    office = asha.post("/api/addresses/", HOME | {"address_type": "OFFICE"}).get_json()
    assert (office["address_type"], office["is_default"]) == ("OFFICE", False)
    assert asha.get("/api/addresses/").get_json() == [home, office]
    default = asha.post(f"/api/addresses/{office['id']}/set-default/")
    assert (default.status_code, default.get_json()) == (200, office | {"is_default": True})
    changed = asha.patch(f"/api/addresses/{home['id']}/", {"town": "Mysuru"})
    assert (changed.status_code, changed.get_json()) == (
        200,
        home | {"town": "Mysuru", "is_default": False},
    )
    replaced = asha.put(f"/api/addresses/{home['id']}/", HOME | {"is_default": True})
    assert (replaced.status_code, replaced.get_json()) == (200, home)
    defaults = [address["is_default"] for address in asha.get("/api/addresses/").get_json()]
    assert defaults == [True, False]
    removed = asha.delete(f"/api/addresses/{home['id']}/")
    assert (removed.status_code, removed.data) == (204, b"")
    assert asha.get(f"/api/addresses/{home['id']}/").status_code == 404
    remaining = asha.get("/api/addresses/").get_json()
    assert remaining == [office]


INVALID: tuple[tuple[dict[str, Any], str], ...] = (
    ({"mobile": "12345"}, "mobile"),
    ({"mobile": 9000000001}, "mobile"),
    ({"mobile": "90000 0000x"}, "mobile"),
    ({"pincode": "56000"}, "pincode"),
    ({"pincode": "56000x"}, "pincode"),
    ({"pincode": 560001}, "pincode"),
    ({"name": ""}, "name"),
    ({"name": "   "}, "name"),
    ({"name": None}, "name"),
    ({"name": "x" * 101}, "name"),
    ({"town": "a\u0000b"}, "town"),
    ({"address": "x" * 501}, "address"),
    ({"address_type": "CASTLE"}, "address_type"),
    ({"address_type": 1}, "address_type"),
    ({"is_default": "true"}, "is_default"),
    ({"is_default": 1}, "is_default"),
)


def test_invalid_address_names_its_field_and_changes_nothing(
    client: FlaskClient,
) -> None:
    asha = a_customer(client)
    home = asha.post("/api/addresses/", HOME).get_json()
    path = f"/api/addresses/{home['id']}/"
    for change, field in INVALID:
        for response in (
            asha.post("/api/addresses/", HOME | change),
            asha.put(path, HOME | change),
            asha.patch(path, change),
        ):
            assert response.status_code == 400, change
            assert list(response.get_json()["errors"]) == [field]
            assert response.get_json()[field] == response.get_json()["errors"][field]
    assert asha.get("/api/addresses/").get_json() == [home]


def test_put_requires_all_fields_and_patch_none(client: FlaskClient) -> None:
    asha = a_customer(client)
    home = asha.post("/api/addresses/", HOME).get_json()
    path = f"/api/addresses/{home['id']}/"
    missing = asha.put(path, {"town": "Mysuru"})
    assert missing.status_code == 400
    assert set(missing.get_json()["errors"]) == set(HOME) - {"town", "address_type"}
    assert asha.patch(path, {}).get_json() == home


def test_another_users_address_is_404(client: FlaskClient) -> None:
    asha, ravi = a_customer(client), a_customer(client, "ravi")
    home = asha.post("/api/addresses/", HOME).get_json()
    for number in (home["id"], 999_999, 2**53 - 1):
        path = f"/api/addresses/{number}/"
        responses = (
            ravi.get(path),
            ravi.put(path, HOME),
            ravi.patch(path, {"town": "Mine"}),
            ravi.post(path + "set-default/"),
            ravi.delete(path),
        )
        assert {response.status_code for response in responses} == {404}
        assert {response.get_json()["code"] for response in responses} == {"address_not_found"}
    assert ravi.get("/api/addresses/").get_json() == []
    assert asha.get("/api/addresses/").get_json() == [home]


def test_user_id_in_the_body_is_ignored(client: FlaskClient) -> None:
    asha, ravi = a_customer(client), a_customer(client, "ravi")
    owner = asha.get("/api/my/dashboard/").get_json()["id"]
    body = HOME | {"user_id": owner, "user": owner, "id": 1}
    assert ravi.post("/api/addresses/", body).get_json()["id"] != 1
    assert asha.get("/api/addresses/").get_json() == []


def test_full_address_book_is_409(client: FlaskClient) -> None:
    asha = a_customer(client)
    for _ in range(50):
        assert asha.post("/api/addresses/", HOME).status_code == 201
    response = asha.post("/api/addresses/", HOME)
    assert (response.status_code, response.get_json()["code"]) == (409, "address_book_full")


PINCODES = (
    ("?pincode=560001", "Bengaluru", "Karnataka"),
    ("?pincode=999999", "", ""),
    ("?pincode=56", "", ""),
    ("?pincode=abcdef", "", ""),
    ("?pincode=", "", ""),
    ("", "", ""),
    ("?pincode=560001&pincode=110001", "Bengaluru", "Karnataka"),
    ("?pincode=" + "5" * 300, "", ""),
    ("?pincode=%00", "", ""),
)


def test_pincode_lookup_never_fails(client: FlaskClient) -> None:
    for query, city, state in PINCODES:
        response = client.get(
            f"/api/addresses/pincode/{query}", headers={"Authorization": "Bearer null"}
        )
        assert (response.status_code, response.get_json()) == (
            200,
            {"city": city, "state": state, "country": "India"},
        ), query


def test_spaces_and_punctuation_of_mobile_and_pincode(client: FlaskClient) -> None:
    asha = a_customer(client)
    typed = HOME | {"pincode": "560001 ", "mobile": "+91 90000 00009", "town": " Bengaluru "}
    added = asha.post("/api/addresses/", typed)
    assert added.status_code == 201
    assert added.get_json() | HOME | {"mobile": "919000000009"} == added.get_json()
    changed = asha.patch(added.headers["Location"], {"mobile": " 90000-00001"})
    assert changed.get_json()["mobile"] == "9000000001"
    invalid = asha.patch(added.headers["Location"], {"name": "Asha\u202e"})
    assert invalid.status_code == 400
    assert set(invalid.get_json()["errors"]) == {"name"}
