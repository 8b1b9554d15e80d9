"""Attributes of categories and their values in the back office, checked through the API."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from injector import Injector

from novacart.application.catalog.run_imports import RunImports
from novacart.entrypoints.container import build_relay
from tests.support.back_office import StaffClient, staff_client
from tests.support.databases import on_sqlite

JSON = dict[str, Any]
NEW = "/admin/categories/attributes/new/"
EDIT = "/admin/categories/attributes/edit/"
REMOVE = "/admin/categories/attributes/remove/"
ATTRIBUTE = {
    "name": "Colour",
    "code": "",
    "type": "choice",
    "unit": "",
    "position": "0",
    "is_filterable": "y",
    "choices": "Red\n\nBlue\n",
}


def api(app: Flask, path: str) -> Any:  # noqa: ANN401 (JSON)
    return app.test_client().get(f"/api/{path}").get_json()


def add_category(app: Flask, owner: StaffClient, name: str, parent: int | str = "") -> int:
    form = {"name": name, "slug": "", "parent": str(parent), "position": "0", "is_active": "y"}
    assert owner.submit("/admin/categories/new/", form).status_code == 302
    [id] = [each["id"] for each in api(app, "categories/") if each["name"] == name]
    return int(id)


def attributes_of(app: Flask, category: int) -> list[JSON]:
    attributes: list[JSON] = api(app, f"categories/{category}/attributes/")
    return attributes


def add_attribute(owner: StaffClient, category: int, **fields: str) -> None:
    response = owner.submit(f"{NEW}?id={category}", {**ATTRIBUTE, **fields})
    assert response.status_code == 303, response.text
    assert response.headers["Location"] == f"/admin/categories/edit/?id={category}"


@pytest.fixture
def clothing(app: Flask, owner: StaffClient) -> int:
    """A category with a colour."""
    clothing = add_category(app, owner, "Clothing")
    add_attribute(owner, clothing)
    return clothing


@pytest.fixture
def coats(app: Flask, owner: StaffClient, clothing: int) -> int:
    """A category in `clothing` with an attribute of each other type."""
    coats = add_category(app, owner, "Coats", clothing)
    add_attribute(owner, coats, name="Weight", type="number", unit="kg", choices="")
    add_attribute(owner, coats, name="Lined", type="boolean", choices="", position="1")
    add_attribute(owner, coats, name="Care", type="text", choices="", position="2")
    return coats


def newest_change(owner: StaffClient, injector: Injector) -> str:
    """The page of the newest edit of a product in the audit log."""
    relay = build_relay(injector)
    while relay():
        pass
    log = owner.get("/admin/audit/?action=catalog.product_edited").text
    entry = log.partition("/admin/audit/details/?id=")[2].partition('"')[0]
    return owner.get(f"/admin/audit/details/?id={entry}").text


@pytest.fixture
def coat(owner: StaffClient, coats: int) -> int:
    form = {"title": "Coat", "price": "9.00", "category_id": str(coats), "stock": "1"}
    response = owner.submit("/admin/products/new/", form)
    assert "Enter its attributes at the end of this form" in owner.flash_messages()[-1]
    path = re.fullmatch(r"/admin/products/edit/\?id=(\d+)", response.headers["Location"])
    assert path is not None
    return int(path[1])


def values_of(app: Flask, product: int) -> JSON:
    values = api(app, f"products/{product}/")["attributes"]
    return {each["code"]: each["value"] for each in values}


def save_product(owner: StaffClient, product: int, **fields: str) -> Any:  # noqa: ANN401 (the test client's own)
    form = {"title": "Coat", "price": "9.00", **fields}
    return owner.submit(f"/admin/products/edit/?id={product}", form)


def marked_values(page: str) -> dict[str, str]:
    """The errors at fields, by their names."""
    return dict(re.findall(r'id="([\w.]+)-error">([^<]+)<', page))


def test_page_of_a_category_lists_its_attributes_and_inherited_ones(
    owner: StaffClient, clothing: int, coats: int
) -> None:
    page = owner.get(f"/admin/categories/edit/?id={coats}").text
    rows = re.findall(r'<th scope="row" data-label="Name">(\w+)</th>', page)
    assert rows == ["Colour", "Weight", "Lined", "Care"]
    assert "Red · Blue" in page
    assert "Number (kg)" in page
    inherited = f'href="/admin/categories/edit/?id={clothing}#attributes">Clothing</a>'
    assert page.count(inherited) == 1
    assert page.count('aria-label="Edit ') == page.count('aria-label="Remove ') == 3


def test_new_attribute_is_placed_last(owner: StaffClient, coats: int) -> None:
    assert re.search(r'name="position"[^>]*value="3"', owner.get(f"{NEW}?id={coats}").text)


@on_sqlite
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": ""}, "This field is required"),
        ({"code": "Not a code"}, "A code is lower-case letters"),
        ({"choices": ""}, "Name at least one choice."),
        ({"type": "text"}, "Only an attribute of the type choice has choices."),
        ({"choices": "Red\nred"}, "Name each choice once."),
        ({"unit": "kg"}, "Only a number has a unit."),
        ({"position": "-1"}, "between 0 and"),
        ({"type": "colour"}, "Not a valid choice"),
        ({"name": "Other", "code": "weight"}, "has the code “weight”"),
    ],
)
def test_invalid_attribute_is_reported(
    app: Flask, owner: StaffClient, coats: int, fields: dict[str, str], message: str
) -> None:
    response = owner.submit(f"{NEW}?id={coats}", {**ATTRIBUTE, "name": "Size", **fields})
    assert response.status_code == 200
    assert message in response.text
    assert len(attributes_of(app, coats)) == 4


def test_attribute_and_its_choices_are_edited(
    app: Flask, owner: StaffClient, clothing: int, coat: int
) -> None:
    assert save_product(owner, coat, version="1", **{"attributes.colour": "Red"}).status_code == 302
    [colour] = attributes_of(app, clothing)
    red, blue = (each["id"] for each in colour["choices"])
    path = f"{EDIT}?id={clothing}&attribute={colour['id']}"
    page = owner.get(path).text
    assert f'name="choice-{red}" value="Red"' in page
    form = {
        "version": "1",
        "name": "Main colour",
        "position": "7",
        "choices": "Green",
        f"choice-{red}": "Crimson",
        f"position-{red}": "2",
        f"choice-{blue}": "Blue",
        f"position-{blue}": "1",
    }
    assert owner.submit(path, form).status_code == 303
    [edited] = attributes_of(app, clothing)
    assert (edited["name"], edited["code"], edited["position"]) == ("Main colour", "colour", 7)
    assert edited["filterable"] is False
    assert [each["value"] for each in edited["choices"]] == ["Blue", "Crimson", "Green"]
    assert values_of(app, coat) == {"colour": "Crimson"}

    stale = owner.submit(path, {**form, f"choice-{red}": "Scarlet"}).text
    assert "Someone else has changed this record" in stale
    assert '<th scope="row">Choice 2</th><td>Crimson</td><td>Scarlet</td>' in stale
    assert '<th scope="row">Position</th>' not in stale
    assert f'name="choice-{red}" value="Scarlet"' in stale
    assert re.search(r'name="version"[^>]*value="2"', stale)
    without_red = {**form, "version": "2", "choices": "", f"choice-{red}": " "}
    refused = owner.submit(path, without_red)
    assert f"Product {coat} has the value “Crimson”, and others may have it." in refused.text
    assert len(attributes_of(app, clothing)[0]["choices"]) == 3


def test_unused_attribute_is_removed(app: Flask, owner: StaffClient, coats: int, coat: int) -> None:
    save_product(owner, coat, version="1", **{"attributes.weight": "1.5"})

    def remove(code: str) -> str:
        [attribute] = [each for each in attributes_of(app, coats) if each["code"] == code]
        form = {"attribute": str(attribute["id"]), "version": "1"}
        assert owner.submit(f"{REMOVE}?id={coats}", form).status_code == 303
        [message] = owner.flash_messages()
        return message

    assert f"Product {coat} has a value of “Weight”" in remove("weight")
    assert remove("care") == "“Care” was removed."
    assert [each["code"] for each in attributes_of(app, coats)] == ["colour", "weight", "lined"]


def test_attribute_is_only_edited_and_removed_in_its_own_category(
    app: Flask, owner: StaffClient, coats: int
) -> None:
    inherited = attributes_of(app, coats)[0]["id"]
    assert owner.get(f"{EDIT}?id={coats}&attribute={inherited}").status_code == 404
    assert owner.get(f"{EDIT}?id={coats}&attribute=x").status_code == 404
    form = {"attribute": str(inherited), "version": "1"}
    assert owner.submit(f"{REMOVE}?id={coats}", form).status_code == 404
    assert owner.get(f"{NEW}?id=987654321").status_code == 404
    assert len(attributes_of(app, coats)) == 4


def test_attributes_are_not_changed_without_csrf_token_or_permission(
    app: Flask, owner: StaffClient, clothing: int
) -> None:
    [colour] = attributes_of(app, clothing)
    path = f"{REMOVE}?id={clothing}"
    form = {"attribute": str(colour["id"]), "version": "1"}
    assert owner.client.post(path, data=form).status_code == 400
    assert owner.client.post(f"{NEW}?id={clothing}", data=ATTRIBUTE).status_code == 400
    support = staff_client(app, "support")
    assert support.submit(path, form).status_code == 403
    assert support.submit(f"{NEW}?id={clothing}", ATTRIBUTE).status_code == 403
    assert attributes_of(app, clothing) == [colour]


def test_product_form_edits_values_of_each_type(
    app: Flask, owner: StaffClient, coats: int, coat: int
) -> None:
    path = f"/admin/products/edit/?id={coat}"
    page = owner.get(path).text
    assert "Attributes of Coats" in page
    assert ">Weight (kg)</label>" in page
    values = {
        "attributes.colour": "Blue",
        "attributes.weight": "1,25",
        "attributes.lined": "false",
        "attributes.care": "Wash at 30°",
    }
    in_category = {"category_id": str(coats)}
    assert save_product(owner, coat, version="1", **in_category, **values).status_code == 302
    expected = {"colour": "Blue", "weight": 1.25, "lined": False, "care": "Wash at 30°"}
    assert values_of(app, coat) == expected
    shown = owner.get(f"/admin/products/details/?id={coat}").text
    for name, text in (("Colour", "Blue"), ("Weight", "1.25 kg"), ("Lined", "No")):
        assert f"<dt>{name}</dt><dd>{text}</dd>" in shown
    page = owner.get(path).text
    assert re.search(r'name="attributes.weight"[^>]*value="1.25"', page)
    assert '<option selected value="false">No</option>' in page

    assert save_product(owner, coat, version="2", **in_category).status_code == 302
    assert values_of(app, coat) == expected
    blank = dict.fromkeys(values, "")
    assert save_product(owner, coat, version="2", **in_category, **blank).status_code == 302
    assert values_of(app, coat) == {}
    shown = owner.get(f"/admin/products/details/?id={coat}").text
    assert re.search(r"<dt>Lined</dt><dd>(<[^>]+>)?–", shown)


def test_audit_log_names_values_of_attributes(
    app: Flask, owner: StaffClient, injector: Injector, coats: int, coat: int
) -> None:
    values = {
        "attributes.colour": "Blue",
        "attributes.weight": "-1.25",
        "attributes.lined": "false",
        "attributes.care": "Wash | dry: cold",
    }
    category = {"category_id": str(coats)}
    save_product(owner, coat, version="1", **category, **values)
    shown = "Colour: Blue, Weight: -1.25 kg, Lined: No, Care: &#34;Wash | dry: cold&#34;"
    assert f"<td>{shown}</td>" in newest_change(owner, injector)
    save_product(owner, coat, version="2", **category, **dict.fromkeys(values, ""))
    [lined] = [each for each in attributes_of(app, coats) if each["code"] == "lined"]
    form = {"attribute": str(lined["id"]), "version": "1"}
    owner.submit(f"{REMOVE}?id={coats}", form)
    removed = shown.replace("Lined: No", f"{lined['id']}: 0")
    assert f"<td>{removed}</td>" in newest_change(owner, injector)


@on_sqlite
@pytest.mark.parametrize(
    ("code", "value", "message"),
    [
        ("weight", "heavy", "heavy"),
        ("weight", "0.00001", "A number has at most 4 decimal places."),
        ("colour", "Green", "Not a valid choice"),
        ("lined", "maybe", "Not a valid choice"),
        ("care", "x" * 256, "Field cannot be longer than 255 characters."),
    ],
)
def test_invalid_value_is_reported_at_its_field(
    owner: StaffClient, coat: int, code: str, value: str, message: str
) -> None:
    response = save_product(owner, coat, version="1", **{f"attributes.{code}": value})
    assert response.status_code == 200
    error = re.search(rf'id="attributes.{code}-error">(.*?)</div>', response.text)
    assert error is not None
    assert message in error[1]


def test_product_with_values_moves_once_they_are_removed(
    app: Flask, owner: StaffClient, coats: int, coat: int
) -> None:
    toys = str(add_category(app, owner, "Toys"))
    values = {"attributes.colour": "Red", "attributes.weight": "2"}
    save_product(owner, coat, version="1", category_id=str(coats), **values)
    refused = save_product(owner, coat, version="2", category_id=toys)
    message = "The new category has no attribute “Colour”, “Weight”. Remove their values first."
    assert message in refused.text
    refused = save_product(owner, coat, version="2", category_id=toys, **values)
    message = "The new category lacks this attribute. Empty it, or keep the category."
    assert marked_values(refused.text) == dict.fromkeys(values, message)
    refused = save_product(owner, coat, version="2", category_id="", **values)
    message = "Only a product with a category has attributes. Empty it, or choose a category."
    assert marked_values(refused.text) == dict.fromkeys(values, message)
    blank = dict.fromkeys(values, "")
    moved = save_product(owner, coat, version="2", category_id=toys, **blank)
    assert moved.status_code == 302
    assert values_of(app, coat) == {}


def test_columns_of_an_import_are_read_as_attributes(
    app: Flask, owner: StaffClient, coat: int
) -> None:
    rows = f"id,category,attribute:care,Farbe,attribute:lining\n{coat},coats,Cold,blue,\n"
    data = {"file": (BytesIO(rows.encode()), "coats.csv")}
    path = owner.submit("/admin/products/import/", data).headers["Location"]
    page = owner.get(path).text
    assert "<option selected>attribute:care</option>" in page
    assert "<option>attribute:colour</option>" in page
    # It is no attribute of the shop.
    assert page.count("<option selected>attribute:lining</option>") == 1
    job_id = path.rpartition("=")[2]
    mapping = {
        "map:id": "id",
        "map:category": "category",
        "map:attribute:care": "attribute:care",
        "map:Farbe": "attribute:colour",
    }
    owner.submit(f"/admin/products/import/settings/?id={job_id}", mapping)
    assert "0 added, 1 changed, 0 unchanged, 0 rejected." in owner.get(path).text
    owner.submit(f"/admin/products/import/start/?id={job_id}")
    app.extensions["novacart.injector"].get(RunImports)()
    assert values_of(app, coat) == {"care": "Cold", "colour": "Blue"}


def test_conflict_shows_saved_and_submitted_values(
    app: Flask, owner: StaffClient, coats: int, coat: int
) -> None:
    blue = {"category_id": str(coats), "attributes.colour": "Blue"}
    assert save_product(owner, coat, version="1", **blue).status_code == 302
    conflict = save_product(owner, coat, version="1", **{**blue, "attributes.colour": "Red"}).text
    assert "Someone else has changed this record" in conflict
    assert '<th scope="row">Colour</th><td>Blue</td><td>Red</td>' in conflict
    assert values_of(app, coat) == {"colour": "Blue"}


def test_collection_by_attributes_is_added_and_edited(
    app: Flask, owner: StaffClient, coats: int, coat: int
) -> None:
    in_category = {"category_id": str(coats)}
    save_product(owner, coat, version="1", **in_category, **{"attributes.weight": "2"})
    form = {
        "name": "Warm",
        "position": "0",
        "is_active": "y",
        "category": str(coats),
        "sort": "newest",
    }
    unknown = owner.submit("/admin/collections/new/", {**form, "attributes": "colour:Green"})
    assert "is not a value of an attribute of the category" in unknown.text
    response = owner.submit("/admin/collections/new/", {**form, "attributes": "weight:1.5.."})
    assert response.status_code == 302
    assert [each["id"] for each in api(app, "collections/warm/products/")] == [coat]
    path = "/admin/collections/edit/?id=warm"
    assert "weight:1.5..</textarea>" in owner.get(path).text
    changes = {**form, "version": "1", "attributes": "weight:1.5..\ncolour:red"}
    assert owner.submit(path, changes).status_code == 302
    assert api(app, "collections/")[0]["rule"]["attributes"] == ["weight:1.5..", "colour:Red"]
    assert api(app, "collections/warm/products/") == []
