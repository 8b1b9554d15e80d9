"""A customer's address book over HTTP."""

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


def test_the_life_of_an_address_book(client: FlaskClient) -> None:
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
    preferred = asha.post(f"/api/addresses/{office['id']}/set-default/")
    assert (preferred.status_code, preferred.get_json()) == (200, office | {"is_default": True})
    changed = asha.patch(f"/api/addresses/{home['id']}/", {"town": "Mysuru"})
    assert (changed.status_code, changed.get_json()) == (
        200,
        home | {"town": "Mysuru", "is_default": False},
    )
    replaced = asha.put(f"/api/addresses/{home['id']}/", HOME | {"is_default": True})
    assert (replaced.status_code, replaced.get_json()) == (200, home)
    defaults = [entry["is_default"] for entry in asha.get("/api/addresses/").get_json()]
    assert defaults == [True, False]
    gone = asha.delete(f"/api/addresses/{home['id']}/")
    assert (gone.status_code, gone.data) == (204, b"")
    assert asha.get(f"/api/addresses/{home['id']}/").status_code == 404
    left = asha.get("/api/addresses/").get_json()
    assert left == [office]


REFUSED: tuple[tuple[dict[str, Any], str], ...] = (
    ({"mobile": "12345"}, "mobile"),
    ({"mobile": 9000000001}, "mobile"),
    ({"mobile": "90000 00001"}, "mobile"),
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


def test_an_address_that_is_refused_names_its_field_and_changes_nothing(
    client: FlaskClient,
) -> None:
    asha = a_customer(client)
    home = asha.post("/api/addresses/", HOME).get_json()
    path = f"/api/addresses/{home['id']}/"
    for change, field in REFUSED:
        for answer in (
            asha.post("/api/addresses/", HOME | change),
            asha.put(path, HOME | change),
            asha.patch(path, change),
        ):
            assert answer.status_code == 400, change
            assert list(answer.get_json()["errors"]) == [field]
            assert answer.get_json()[field] == answer.get_json()["errors"][field]
    assert asha.get("/api/addresses/").get_json() == [home]


def test_put_wants_the_whole_address_and_patch_a_part(client: FlaskClient) -> None:
    asha = a_customer(client)
    home = asha.post("/api/addresses/", HOME).get_json()
    path = f"/api/addresses/{home['id']}/"
    missing = asha.put(path, {"town": "Mysuru"})
    assert missing.status_code == 400
    assert set(missing.get_json()["errors"]) == set(HOME) - {"town", "address_type"}
    assert asha.patch(path, {}).get_json() == home


def test_somebody_elses_address_is_as_good_as_none(client: FlaskClient) -> None:
    asha, ravi = a_customer(client), a_customer(client, "ravi")
    home = asha.post("/api/addresses/", HOME).get_json()
    for number in (home["id"], 999_999, 2**53 - 1):
        path = f"/api/addresses/{number}/"
        answers = (
            ravi.get(path),
            ravi.put(path, HOME),
            ravi.patch(path, {"town": "Mine"}),
            ravi.post(path + "set-default/"),
            ravi.delete(path),
        )
        assert {answer.status_code for answer in answers} == {404}
        assert {answer.get_json()["code"] for answer in answers} == {"address_not_found"}
    assert ravi.get("/api/addresses/").get_json() == []
    assert asha.get("/api/addresses/").get_json() == [home]


def test_nobody_writes_into_anothers_book_by_naming_them(client: FlaskClient) -> None:
    asha, ravi = a_customer(client), a_customer(client, "ravi")
    owner = asha.get("/api/my/dashboard/").get_json()["id"]
    sly = HOME | {"user_id": owner, "user": owner, "id": 1}
    assert ravi.post("/api/addresses/", sly).get_json()["id"] != 1
    assert asha.get("/api/addresses/").get_json() == []


def test_a_book_that_is_full_says_so(client: FlaskClient) -> None:
    asha = a_customer(client)
    for _ in range(50):
        assert asha.post("/api/addresses/", HOME).status_code == 201
    answer = asha.post("/api/addresses/", HOME)
    assert (answer.status_code, answer.get_json()["code"]) == (409, "address_book_full")


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


def test_a_pincode_is_looked_up_and_never_an_error(client: FlaskClient) -> None:
    for query, city, state in PINCODES:
        answer = client.get(
            f"/api/addresses/pincode/{query}", headers={"Authorization": "Bearer null"}
        )
        assert (answer.status_code, answer.get_json()) == (
            200,
            {"city": city, "state": state, "country": "India"},
        ), query
