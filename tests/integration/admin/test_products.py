"""A product's life in the back office, told by what the shop shows of it."""

from io import BytesIO

import pytest
from flask import Flask
from injector import Injector

from tests.support.back_office import StaffClient
from tests.support.images import picture
from tests.support.shoppers import reserved, stocked

NEW = {
    "title": "Brass lamp",
    "subtitle": "With a wick",
    "description": "Line one\r\nLine two",
    "price": "1,499.50",
    "brand": "Akhand",
    "category": "",
    "author": "",
    "published_year": "",
    "stock": "7",
}


def shown(app: Flask, product_id: int) -> dict[str, object]:
    answer = app.test_client().get(f"/api/products/{product_id}/")
    assert answer.status_code == 200
    product: dict[str, object] = answer.get_json()
    return product


def edited(**changes: str) -> dict[str, str]:
    kept = {key: text for key, text in NEW.items() if key != "stock"}
    return {**kept, "version": "1", **changes}


@pytest.fixture
def product(owner: StaffClient) -> int:
    answer = owner.submit("/admin/products/new/", NEW)
    assert answer.status_code == 302, answer.text
    return int(answer.headers["Location"].rpartition("=")[2])


def test_a_product_is_added(app: Flask, product: int) -> None:
    lamp = shown(app, product)
    assert (lamp["title"], lamp["price"], lamp["stock"]) == ("Brass lamp", "1499.50", 7)
    assert lamp["description"] == "Line one\nLine two"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "This field is required."),
        ({"price": "free"}, "An amount is a decimal string"),
        ({"price": "-1"}, "price"),
        ({"published_year": "99999"}, "Number must be between"),
        ({"category": "77"}, "Not a valid choice"),
    ],
)
def test_a_bad_value_is_told_beside_its_field_and_nothing_is_lost(
    owner: StaffClient, changes: dict[str, str], sentence: str
) -> None:
    answer = owner.submit("/admin/products/new/", {**NEW, **changes})
    assert answer.status_code == 200
    assert sentence.lower() in answer.text.lower()
    assert 'value="Akhand"' in answer.text
    assert "Nothing here fits" in owner.get("/admin/products/?search=brass").text


def test_a_product_is_edited(app: Flask, owner: StaffClient, product: int) -> None:
    answer = owner.submit(f"/admin/products/edit/?id={product}", edited(price="999.00"))
    assert answer.status_code == 302
    assert shown(app, product)["price"] == "999.00"


def test_a_second_editor_is_told_with_both_values(
    app: Flask, owner: StaffClient, product: int
) -> None:
    owner.submit(f"/admin/products/edit/?id={product}", edited(price="999.00"))
    answer = owner.submit(
        f"/admin/products/edit/?id={product}", edited(title="Brass diya", price="1200.00")
    )
    assert answer.status_code == 200
    assert "Somebody else changed this" in answer.text
    table = answer.text.partition("<table")[2].partition("</table>")[0]
    for text in ("999.00", "1200.00", "Brass lamp", "Brass diya"):
        assert text in table
    assert shown(app, product)["price"] == "999.00"

    again = owner.submit(
        f"/admin/products/edit/?id={product}",
        edited(title="Brass diya", price="1200.00", version="2"),
    )
    assert again.status_code == 302
    assert shown(app, product)["title"] == "Brass diya"


def test_a_product_is_archived_and_brought_back(
    app: Flask, owner: StaffClient, product: int
) -> None:
    owner.submit(f"/admin/products/archive/?id={product}")
    assert app.test_client().get(f"/api/products/{product}/").status_code == 404
    assert "Brass lamp" in owner.get("/admin/products/?archived=yes").text
    owner.submit(f"/admin/products/restore/?id={product}")
    assert shown(app, product)["title"] == "Brass lamp"
    owner.flash_messages()
    owner.submit(f"/admin/products/restore/?id={product}")
    assert owner.flash_messages() == ["That product is in the catalogue already."]


def test_stock_is_counted_with_a_reason_that_the_ledger_keeps(
    app: Flask, owner: StaffClient, product: int
) -> None:
    owner.submit(f"/admin/products/stock/?id={product}", {"delta": "-3", "reason": "Broken"})
    assert shown(app, product)["stock"] == 4
    page = owner.get(f"/admin/products/details/?id={product}").text
    assert "Broken" in page
    assert "staff:" in page
    owner.flash_messages()
    owner.submit(f"/admin/products/stock/?id={product}", {"delta": "-3", "reason": ""})
    assert owner.flash_messages() == ["Reason: This field is required."]
    owner.submit(f"/admin/products/stock/?id={product}", {"delta": "-5", "reason": "Lost"})
    assert shown(app, product)["stock"] == 4


def test_prices_change_in_bulk(app: Flask, owner: StaffClient, injector: Injector) -> None:
    first, second = stocked(injector, price=100), stocked(injector, price=33)
    owner.submit(
        "/admin/products/action/",
        {"action": "price", "percent": "-10", "rowid": [str(first), str(second)]},
    )
    assert shown(app, first)["price"] == "90.00"
    assert shown(app, second)["price"] == "29.70"
    assert owner.flash_messages() == ["Repriced: 2 of 2."]


@pytest.mark.parametrize("percent", ["", "x", "0", "501", "-501"])
def test_a_slip_in_the_percentage_changes_nothing(
    app: Flask, owner: StaffClient, injector: Injector, percent: str
) -> None:
    product = stocked(injector, price=100)
    owner.submit(
        "/admin/products/action/",
        {"action": "price", "percent": percent, "rowid": str(product)},
    )
    assert shown(app, product)["price"] == "100.00"


def test_stock_changes_in_bulk_and_each_refusal_is_told(
    owner: StaffClient, injector: Injector
) -> None:
    plenty, few = (
        stocked(injector, stock=10, title="Cup"),
        stocked(injector, stock=2, title="Kettle"),
    )
    owner.submit(
        "/admin/products/action/",
        {"action": "stock", "delta": "-5", "reason": "Flood", "rowid": [str(plenty), str(few)]},
    )
    assert reserved(injector, plenty) == (5, 0)
    assert reserved(injector, few) == (2, 0)
    told = owner.flash_messages()
    assert told[-1] == "Counted: 1 of 2."
    assert told[0].startswith("Kettle: ")


def test_a_picture_is_uploaded(app: Flask, owner: StaffClient, product: int) -> None:
    path = f"/admin/products/picture/?id={product}"
    owner.submit(path, {"image": (BytesIO(picture()), "x.png")})
    assert str(shown(app, product)["image"]).startswith("http")
    before = shown(app, product)["image"]
    owner.flash_messages()
    owner.submit(path, {"image": (BytesIO(b"<svg/>"), "x.png")})
    assert len(owner.flash_messages()) == 1
    assert shown(app, product)["image"] == before


def test_an_import_reports_its_bad_rows_and_takes_the_good_ones(
    app: Flask, owner: StaffClient, injector: Injector
) -> None:
    there = stocked(injector, title="Kettle")
    rows = (
        f"id,title,price,stock\n,Diya,45.00,3\n,,12.00,1\n{there},Kettle two,21.00,\n,Cup,free,1\n"
    )
    answer = owner.submit(
        "/admin/products/import/", {"file": (BytesIO(rows.encode()), "products.csv")}
    )
    assert answer.status_code == 200
    assert "1 added, 1 changed, 0 as they were, 2 not taken in." in answer.text
    assert '<th scope="row">3</th>' in answer.text
    assert '<th scope="row">5</th>' in answer.text
    assert shown(app, there)["title"] == "Kettle two"


def test_an_import_may_only_look(app: Flask, owner: StaffClient) -> None:
    rows = b"title,price\nDiya,45.00\n"
    answer = owner.submit(
        "/admin/products/import/", {"file": (BytesIO(rows), "x.csv"), "dry_run": "y"}
    )
    assert "What would happen" in answer.text
    assert app.test_client().get("/api/products/").get_json() == []


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"nonsense\n1\n", b""])
def test_a_file_that_is_none_is_refused_in_words(owner: StaffClient, content: bytes) -> None:
    answer = owner.submit("/admin/products/import/", {"file": (BytesIO(content), "x.csv")})
    assert answer.status_code == 200
    assert "alert-" in answer.text or "0 added" in answer.text


def test_an_export_can_be_taken_in_again(owner: StaffClient, injector: Injector) -> None:
    stocked(injector, title="Kettle, large")
    answer = owner.get("/admin/products/export/csv/")
    assert answer.mimetype == "text/csv"
    assert '"Kettle, large"' in answer.text
    again = owner.submit("/admin/products/import/", {"file": (BytesIO(answer.data), "x.csv")})
    assert "0 added, 0 changed, 1 as they were, 0 not taken in." in again.text


def test_a_category_is_added_edited_and_guarded_against_a_second_editor(
    app: Flask, owner: StaffClient
) -> None:
    new = {"name": "Home", "slug": "home", "position": "2", "is_active": "y"}
    answer = owner.submit(
        "/admin/categories/new/", {**new, "image": (BytesIO(picture()), "home.webp")}
    )
    assert answer.status_code == 302, answer.text
    [home] = app.test_client().get("/api/categories/").get_json()
    assert home["name"] == "Home"
    assert home["image"]

    path = f"/admin/categories/edit/?id={home['id']}"
    version = 2
    assert f'value="{version}"' in owner.get(path).text
    owner.submit(path, {**new, "name": "House", "version": str(version)})
    stale = owner.submit(path, {**new, "name": "Hut", "version": str(version)})
    assert "Somebody else changed this" in stale.text
    assert app.test_client().get("/api/categories/").get_json()[0]["name"] == "House"
    taken = owner.submit("/admin/categories/new/", new)
    assert "Another category is called" in taken.text
