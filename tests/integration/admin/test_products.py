"""Products and categories in the back office, checked through the API."""

import re
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from injector import Injector

from novacart.application.catalog.run_imports import RunImports
from novacart.application.ports.import_jobs import ImportStatus
from novacart.application.ports.picture_downloads import DownloadStatus
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.shared.ids import ProductId
from tests.support.back_office import StaffClient, messages_in
from tests.support.builders.catalog import NOON, a_claim
from tests.support.databases import on_sqlite
from tests.support.images import image_bytes
from tests.support.shoppers import new_product, stock_level

NEW = {
    "title": "Brass lamp",
    "subtitle": "With a wick",
    "description": "Line one\r\nLine two",
    "price": "1,499.50",
    "brand": "Akhand",
    "category_id": "",
    "author": "",
    "published_year": "",
    "stock": "7",
}


def api_product(app: Flask, product_id: int) -> dict[str, object]:
    response = app.test_client().get(f"/api/products/{product_id}/")
    assert response.status_code == 200
    product: dict[str, object] = response.get_json()
    return product


def edit_data(**changes: str) -> dict[str, str]:
    fields = {key: text for key, text in NEW.items() if key != "stock"}
    return {**fields, "version": "1", **changes}


@pytest.fixture
def product(owner: StaffClient) -> int:
    response = owner.submit("/admin/products/new/", NEW)
    assert response.status_code == 302, response.text
    return int(response.headers["Location"].rpartition("=")[2])


def test_add_product(app: Flask, product: int) -> None:
    lamp = api_product(app, product)
    assert (lamp["title"], lamp["price"], lamp["stock"]) == ("Brass lamp", "1499.50", 7)
    assert lamp["description"] == "Line one\nLine two"


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": ""}, "This field is required."),
        ({"price": "free"}, "“free” is not a number; expected an amount in INR such as 499.00."),
        ({"price": "1.299"}, "“1.299” can be read as 1.299 or as 1299"),
        ({"price": "-1"}, "price"),
        ({"published_year": "99999"}, "Number must be between"),
        ({"category_id": "77"}, "Not a valid choice"),
    ],
)
def test_invalid_value_is_reported_and_the_form_keeps_its_values(
    owner: StaffClient, changes: dict[str, str], message: str
) -> None:
    response = owner.submit("/admin/products/new/", {**NEW, **changes})
    assert response.status_code == 200
    assert message.lower() in response.text.lower()
    assert messages_in(response.text) == ["Not saved. Correct the marked fields."]
    assert 'value="Akhand"' in response.text
    assert "No results match" in owner.get("/admin/products/?search=brass").text


@pytest.mark.parametrize(
    ("typed", "price"), [("₹1,299", "1299.00"), ("12,50", "12.50"), ("1.299,00", "1299.00")]
)
def test_price_is_read_where_it_has_one_meaning(
    app: Flask, owner: StaffClient, product: int, typed: str, price: str
) -> None:
    owner.submit(f"/admin/products/edit/?id={product}", edit_data(price=typed))
    assert api_product(app, product)["price"] == price


def test_edit_product(app: Flask, owner: StaffClient, product: int) -> None:
    response = owner.submit(f"/admin/products/edit/?id={product}", edit_data(price="999.00"))
    assert response.status_code == 302
    assert api_product(app, product)["price"] == "999.00"


def test_sku_is_unique_and_finds_the_product(app: Flask, owner: StaffClient, product: int) -> None:
    path = f"/admin/products/edit/?id={product}"
    assert owner.submit(path, edit_data(sku=" LP-0001 ")).status_code == 302
    assert api_product(app, product)["sku"] == "LP-0001"
    assert "LP-0001" in owner.get(f"/admin/products/details/?id={product}").text
    for typed in ("LP-0001", "lp-00", "0001"):
        assert "Brass lamp" in owner.get(f"/admin/products/?search={typed}").text
    again = owner.submit("/admin/products/new/", NEW | {"sku": "LP-0001"})
    assert (again.status_code, "has the SKU" in again.text) == (200, True)
    owner.submit(f"/admin/products/archive/?id={product}")
    found = owner.get("/admin/products/?archived=yes&search=LP-0001").text
    assert "Brass lamp" in found


def test_edit_conflict_shows_both_values(app: Flask, owner: StaffClient, product: int) -> None:
    owner.submit(f"/admin/products/edit/?id={product}", edit_data(price="999.00"))
    response = owner.submit(
        f"/admin/products/edit/?id={product}", edit_data(title="Brass diya", price="1200.00")
    )
    assert response.status_code == 200
    assert "Someone else has changed this record" in response.text
    table = response.text.partition("<table")[2].partition("</table>")[0]
    for text in ("999.00", "1200.00", "Brass lamp", "Brass diya"):
        assert text in table
    assert api_product(app, product)["price"] == "999.00"

    again = owner.submit(
        f"/admin/products/edit/?id={product}",
        edit_data(title="Brass diya", price="1200.00", version="2"),
    )
    assert again.status_code == 302
    assert api_product(app, product)["title"] == "Brass diya"


def test_archive_and_restore_product(app: Flask, owner: StaffClient, product: int) -> None:
    owner.submit(f"/admin/products/archive/?id={product}")
    assert app.test_client().get(f"/api/products/{product}/").status_code == 404
    assert "Brass lamp" in owner.get("/admin/products/?archived=yes").text
    owner.submit(f"/admin/products/restore/?id={product}")
    assert api_product(app, product)["title"] == "Brass lamp"
    owner.flash_messages()
    owner.submit(f"/admin/products/restore/?id={product}")
    assert owner.flash_messages() == ["This product is not archived."]


def test_adjust_stock_records_the_reason(app: Flask, owner: StaffClient, product: int) -> None:
    owner.submit(f"/admin/products/stock/?id={product}", {"delta": "-3", "reason": "Broken"})
    assert api_product(app, product)["stock"] == 4
    page = owner.get(f"/admin/products/details/?id={product}").text
    assert "Broken" in page
    assert "staff:" in page
    owner.flash_messages()
    page = owner.submit(f"/admin/products/stock/?id={product}", {"delta": "-3", "reason": ""}).text
    assert "Reason: This field is required." in page
    assert 'value="-3"' in page
    owner.submit(f"/admin/products/stock/?id={product}", {"delta": "-5", "reason": "Lost"})
    assert api_product(app, product)["stock"] == 4


def test_bulk_price_change(app: Flask, owner: StaffClient, injector: Injector) -> None:
    first, second = new_product(injector, price=100), new_product(injector, price=33)
    owner.submit(
        "/admin/products/action/",
        {"action": "price", "percent": "-10", "rowid": [str(first), str(second)]},
    )
    assert api_product(app, first)["price"] == "90.00"
    assert api_product(app, second)["price"] == "29.70"
    assert owner.flash_messages() == ["Prices changed: 2 of 2."]


@on_sqlite
@pytest.mark.parametrize("percent", ["", "x", "0", "501", "-501"])
def test_invalid_percentage_changes_nothing(
    app: Flask, owner: StaffClient, injector: Injector, percent: str
) -> None:
    product = new_product(injector, price=100)
    owner.submit(
        "/admin/products/action/",
        {"action": "price", "percent": percent, "rowid": str(product)},
    )
    assert api_product(app, product)["price"] == "100.00"


def test_bulk_stock_adjustment_reports_each_error(owner: StaffClient, injector: Injector) -> None:
    plenty, few = (
        new_product(injector, stock=10, title="Cup"),
        new_product(injector, stock=2, title="Kettle"),
    )
    owner.submit(
        "/admin/products/action/",
        {"action": "stock", "delta": "-5", "reason": "Flood", "rowid": [str(plenty), str(few)]},
    )
    assert stock_level(injector, plenty) == (5, 0)
    assert stock_level(injector, few) == (2, 0)
    messages = owner.flash_messages()
    assert messages[-1] == "Stock adjusted: 1 of 2."
    assert messages[0].startswith("Kettle: ")


def test_import_reports_rejected_rows_and_saves_the_others(
    app: Flask, owner: StaffClient, injector: Injector
) -> None:
    existing = new_product(injector, title="Kettle")
    rows = (
        "id,title,price,stock\n"
        ",Diya,45.00,3\n"
        ",,12.00,1\n"
        f"{existing},Kettle two,21.00,\n"
        ",Cup,free,1\n"
    )
    page = import_file(owner, {"file": (BytesIO(rows.encode()), "products.csv")})
    assert "1 added, 1 changed, 0 unchanged, 2 rejected." in page
    assert '<th scope="row">3</th>' in page
    assert '<th scope="row">5</th>' in page
    assert api_product(app, existing)["title"] == "Kettle two"


def test_preview_changes_nothing_until_it_is_confirmed(app: Flask, owner: StaffClient) -> None:
    rows = b"title,price,pictures\nDiya,45.00,https://images.example/1.jpg\nCup,free,\n"
    uploaded = owner.submit("/admin/products/import/", {"file": (BytesIO(rows), "x.csv")})
    path = uploaded.headers["Location"]
    preview = owner.get(path).text
    assert "Preview: nothing was changed" in preview
    assert "The import would have this result:" in preview
    assert "Pictures that the worker will fetch: 1." in preview
    assert "1 added, 0 changed, 0 unchanged, 1 rejected." in preview
    assert "<td>Diya</td><td>New</td>" in preview
    assert app.test_client().get("/api/products/").get_json() == []
    job_id = path.rpartition("=")[2]
    cancelled = owner.submit(f"/admin/products/import/discard/?id={job_id}")
    assert cancelled.status_code == 303
    assert owner.get(path).status_code == 404


def test_columns_of_an_import_are_mapped_and_remembered(app: Flask, owner: StaffClient) -> None:
    rows = b"title,Kosten,price\nDiya,45.00,\n"
    data: dict[str, Any] = {"file": (BytesIO(rows), "x.csv")}
    path = owner.submit("/admin/products/import/", data).headers["Location"]
    assert "0 added" in owner.get(path).text
    job_id = path.rpartition("=")[2]
    owner.submit(
        f"/admin/products/import/settings/?id={job_id}",
        {"map:kosten": "price", "map:price": "", "map:title": "title", "default_stock": "4"},
    )
    assert "1 added" in owner.get(path).text
    again = {"file": (BytesIO(rows), "x.csv"), "default_stock": "6"}
    assert "1 added" in import_file(owner, again)
    [diya] = app.test_client().get("/api/products/").get_json()
    assert (diya["price"], diya["stock"]) == ("45.00", 6)


def test_file_without_a_known_column_in_another_currency_is_imported(
    app: Flask, owner: StaffClient
) -> None:
    files = {"file": (BytesIO(b"Artikel;Kosten\nTasse;2,50\n"), "x.csv")}
    preview = owner.submit("/admin/products/import/", files)
    page = owner.get(path := preview.headers["Location"]).text
    assert "No column of the file has a known name" in page
    settings = {"map:artikel": "title", "map:kosten": "price", "exchange_rate": "EUR=0"}
    change = path.replace("/import/job/", "/import/settings/")
    refused = owner.submit(change, settings)
    assert (refused.status_code, "such as GBP=105.20." in refused.text) == (200, True)
    owner.submit(change, {**settings, "exchange_rate": "EUR=90"})
    owner.submit(path.replace("/import/job/", "/import/start/"))
    app.extensions["novacart.injector"].get(RunImports)()
    [cup] = app.test_client().get("/api/products/").get_json()
    assert (cup["title"], cup["price"]) == ("Tasse", "225.00")


def test_two_columns_of_an_import_are_not_read_as_one(owner: StaffClient) -> None:
    data = {"file": (BytesIO(b"title,Kosten,price\nDiya,45.00,5\n"), "x.csv")}
    path = owner.submit("/admin/products/import/", data).headers["Location"]
    assert re.search(r"<form[^>]* data-keep [^>]*/import/settings/", owner.get(path).text)
    refused = owner.submit(
        f"/admin/products/import/settings/?id={path.rpartition('=')[2]}",
        {"map:kosten": "price", "map:price": "price", "map:title": "", "default_stock": "4"},
    )
    assert "Choose one column that is read as “price”." in refused.text
    # Nothing has to be entered again.
    selects = re.findall(r'name="map:(\w+)">(.*?)</select>', refused.text)
    chosen = {column: re.findall(r"<option selected>(\w+)<", each) for column, each in selects}
    assert chosen == {"title": [], "kosten": ["price"], "price": ["price"]}
    assert re.search(r'name="default_stock"[^>]* value="4"', refused.text)
    assert 'data-keep="unsaved"' in refused.text
    assert "1 added" in owner.get(path).text


def test_draft_of_an_import_is_listed_and_deleted(owner: StaffClient) -> None:
    data = {"file": (BytesIO(b"title,price\nDiya,45.00\n"), "x.csv")}
    path = owner.submit("/admin/products/import/", data).headers["Location"]
    listed = owner.get("/admin/products/import/").text
    assert (path in listed, "<td>Draft</td>" in listed) == (True, True)
    owner.submit(f"/admin/products/import/discard/?id={path.rpartition('=')[2]}")
    assert path not in owner.get("/admin/products/import/").text


def test_stopped_import_is_continued(owner: StaffClient, injector: Injector) -> None:
    data = {"file": (BytesIO(b"title,price\nDiya,45.00\n"), "x.csv")}
    path = owner.submit("/admin/products/import/", data).headers["Location"]
    job_id = int(path.rpartition("=")[2])
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        draft = work.import_jobs.get(job_id)
        work.import_jobs.save(replace(draft, status=ImportStatus.STOPPED))
        work.commit()
    page = owner.get(path).text
    assert ("The import was stopped" in page, "0 of 1 rows are imported" in page) == (True, True)
    owner.submit(f"/admin/products/import/start/?id={job_id}")
    injector.get(RunImports)()
    assert "1 added" in owner.get(path).text


def test_import_of_another_shop_is_undone(app: Flask, owner: StaffClient) -> None:
    rows = b"Handle,Title,Option1 Name,Option1 Value,Variant Price\ncup,Cup,Size,S,9\ncup,,,L,10\n"
    data = {"file": (BytesIO(rows), "x.csv"), "source": "shopify"}
    assert "1 added, 0 changed, 0 unchanged, 0 rejected." in import_file(owner, data)
    [cup] = app.test_client().get("/api/products/").get_json()
    assert cup["title"] == "Cup"
    listed = owner.get("/admin/products/import/").text
    path = re.search(r'href="(/admin/products/import/job/[^"]+)"', listed)
    assert path is not None
    job_id = path[1].rpartition("=")[2]
    owner.submit(f"/admin/products/import/undo/?id={job_id}")
    assert "The import is being undone" in owner.get(path[1]).text
    app.extensions["novacart.injector"].get(RunImports)()
    assert "Products: 1 archived, 0 restored, 0 kept." in owner.get(path[1]).text
    assert app.test_client().get("/api/products/").get_json() == []
    refused = owner.submit(f"/admin/products/import/start/?id={job_id}")
    assert refused.status_code == 303
    assert "was started already" in owner.flash_messages()[-1]


def test_import_that_kept_a_product_is_undone_again(app: Flask, owner: StaffClient) -> None:
    paths = []
    for price in (b"9", b"8", b"7"):
        data = {"file": (BytesIO(b"sku,title,price\nC,Cup,%s\n" % price), "x.csv")}
        import_file(owner, data)
        newest = re.search(
            r'href="(/admin/products/import/job/[^"]+)"', owner.get("/admin/products/import/").text
        )
        assert newest is not None
        paths.append(newest[1])

    def undo(path: str) -> str:
        job_id = path.rpartition("=")[2]
        owner.submit(f"/admin/products/import/undo/?id={job_id}")
        app.extensions["novacart.injector"].get(RunImports)()
        return owner.get(path).text

    _, second, third = paths
    kept = undo(second)
    assert "0 restored, 1 kept" in kept
    assert "Undo again" in kept
    undo(third)
    undone = undo(second)
    assert "1 restored, 0 kept" in undone
    assert "Undo again" not in undone
    [cup] = app.test_client().get("/api/products/").get_json()
    assert cup["price"] == "9.00"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"unknown\n1\n", b""])
def test_invalid_import_file_is_reported(owner: StaffClient, content: bytes) -> None:
    assert "alert-" in import_file(owner, {"file": (BytesIO(content), "x.csv")})


def test_import_of_an_export_changes_nothing(owner: StaffClient, injector: Injector) -> None:
    new_product(injector, title="Kettle, large")
    response = owner.get("/admin/products/export/csv/")
    assert response.mimetype == "text/csv"
    assert '"Kettle, large"' in response.text
    again = import_file(owner, {"file": (BytesIO(response.data), "x.csv")})
    assert "0 added, 0 changed, 1 unchanged, 0 rejected." in again


def test_hidden_category_shows_how_many_products_it_hides(
    app: Flask, owner: StaffClient, product: int
) -> None:
    new = {"name": "Home", "slug": "home", "parent": "", "position": "2", "is_active": "y"}
    owner.submit("/admin/categories/new/", new)
    [home] = app.test_client().get("/api/categories/").get_json()
    owner.submit(f"/admin/products/edit/?id={product}", edit_data(category_id=str(home["id"])))
    assert [each["id"] for each in app.test_client().get("/api/products/").get_json()] == [product]
    assert "(hidden)" not in owner.get("/admin/categories/").text

    path = f"/admin/categories/edit/?id={home['id']}"
    owner.submit(path, {**{k: v for k, v in new.items() if k != "is_active"}, "version": "1"})
    assert app.test_client().get("/api/products/").get_json() == []
    assert "1 (hidden)" in owner.get("/admin/categories/").text
    assert "1 product</a>" in owner.get(path).text
    assert "Brass lamp" in owner.get("/admin/products/?listed=no").text
    assert "Brass lamp" not in owner.get("/admin/products/?listed=yes").text
    api_product(app, product)


def test_export_escapes_formulas_for_spreadsheets(owner: StaffClient, injector: Injector) -> None:
    new_product(injector, title="=1+1")
    assert ",'=1+1," in owner.get("/admin/products/export/csv/").text


def test_import_of_a_changed_price_does_not_bring_sold_units_back(
    app: Flask, owner: StaffClient, injector: Injector
) -> None:
    kettle = new_product(injector, title="Kettle", price=100, stock=5)
    exported = owner.get("/admin/products/export/csv/").data
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        work.stock.reserve([a_claim(kettle, 5, "line:1:reserve")], at=NOON)
        work.commit()
    changed = exported.replace(b"100.00", b"120.00")
    import_file(owner, {"file": (BytesIO(changed), "x.csv")})
    assert api_product(app, kettle)["price"] == "120.00"
    assert stock_level(injector, kettle) == (5, 5)


def import_file(owner: StaffClient, data: dict[str, Any]) -> str:
    """Upload, confirm and import a file, and return the last page."""
    uploaded = owner.submit("/admin/products/import/", data)
    if uploaded.status_code == 200:
        return uploaded.text
    path = uploaded.headers["Location"]
    owner.submit(f"/admin/products/import/start/?id={path.rpartition('=')[2]}")
    assert "The import is running" in owner.get(path).text
    owner.client.application.extensions["novacart.injector"].get(RunImports)()
    return owner.get(path).text


def test_import_report_shows_stock_and_can_be_downloaded(
    app: Flask, owner: StaffClient, injector: Injector
) -> None:
    kettle = new_product(injector, title="Kettle", stock=5)
    rows = f"id,stock,colour\n{kettle},7,red\n"
    data: dict[str, Any] = {"file": (BytesIO(rows.encode("utf-16")), "x.csv")}
    uploaded = owner.submit("/admin/products/import/", data)
    preview = owner.get(uploaded.headers["Location"]).text
    assert "0 products changed, 1 left as they were" in preview
    assert "Ignored columns: colour." in preview
    left = import_file(owner, {**data, "file": (BytesIO(rows.encode("utf-16")), "x.csv")})
    path = re.search(r'href="(/admin/products/import/report/[^"]+)"', left)
    assert path is not None
    report = owner.get(path[1])
    assert report.mimetype == "text/csv"
    assert "stock left,stock" in report.text
    data = {"file": (BytesIO(f'{{"id":{kettle},"stock":7}}'.encode()), "x.jsonl"), "set_stock": "y"}
    assert "1 changed" in import_file(owner, data)
    assert api_product(app, kettle)["stock"] == 7
    data = {"file": (BytesIO("title,price\nCaf\xe9,1\n".encode("cp1252")), "x.csv")}
    assert "cp1252" in import_file(owner, data)
    data = {
        "file": (BytesIO("title,price\nCaf\xe9,1\n".encode("cp1252")), "x.csv"),
        "encoding": "cp1252",
    }
    assert "1 added" in import_file(owner, data)


def test_add_and_edit_category_and_detect_edit_conflict(app: Flask, owner: StaffClient) -> None:
    new = {"name": "Home", "slug": "home", "parent": "", "position": "2", "is_active": "y"}
    response = owner.submit(
        "/admin/categories/new/", {**new, "image": (BytesIO(image_bytes()), "home.webp")}
    )
    assert response.status_code == 302, response.text
    [home] = app.test_client().get("/api/categories/").get_json()
    assert home["name"] == "Home"
    assert home["image"]

    path = f"/admin/categories/edit/?id={home['id']}"
    version = 2
    assert f'value="{version}"' in owner.get(path).text
    owner.submit(path, {**new, "name": "House", "version": str(version)})
    conflict = owner.submit(path, {**new, "name": "Hut", "version": str(version)})
    assert "Someone else has changed this record" in conflict.text
    assert app.test_client().get("/api/categories/").get_json()[0]["name"] == "House"
    duplicate = owner.submit("/admin/categories/new/", new)
    assert "Another category has the slug" in duplicate.text


def test_category_tree_shows_and_moves_categories(app: Flask, owner: StaffClient) -> None:
    def shown() -> list[str]:
        return [each["path"] for each in app.test_client().get("/api/categories/").get_json()]

    def move(slug: str, direction: str) -> None:
        [id] = [
            each["id"]
            for each in app.test_client().get("/api/categories/").get_json()
            if each["slug"] == slug
        ]
        page = owner.submit("/admin/categories/move/", {"category": str(id), "move": direction})
        assert page.headers["Location"].endswith(f"#category-{id}-{direction}")

    for position, name in enumerate(("Clothing", "Shoes", "Boots")):
        new = {"name": name, "slug": "", "parent": "", "position": str(position), "is_active": "y"}
        assert owner.submit("/admin/categories/new/", new).status_code == 302
    assert shown() == ["clothing", "shoes", "boots"]
    move("boots", "in")
    move("shoes", "in")
    assert shown() == ["clothing", "clothing/shoes", "clothing/shoes/boots"]
    page = owner.get("/admin/categories/tree/").text
    assert re.findall(r'data-level="(\d)"', page) == ["0", "1", "2"]
    assert 'aria-label="Boots: Move out of its category"' in page
    move("boots", "out")
    move("boots", "up")
    assert shown() == ["clothing", "clothing/boots", "clothing/shoes"]
    owner.flash_messages()
    for slug, direction, message in (
        ("boots", "up", "The category is the first one here already."),
        ("boots", "in", "No category on the same level is above it."),
        ("shoes", "down", "The category is the last one here already."),
        ("clothing", "out", "The category is not in another one."),
        ("shoes", "up", "The category was moved."),
        ("shoes", "down", "The category was moved."),
    ):
        move(slug, direction)
        assert owner.flash_messages() == [message]
    assert shown() == ["clothing", "clothing/boots", "clothing/shoes"]

    clothing, boots, _ = app.test_client().get("/api/categories/").get_json()
    path = f"/admin/categories/edit/?id={clothing['id']}"
    form = {"name": "Clothing", "slug": "clothing", "position": "0", "is_active": "y"}
    choices = owner.get(path).text
    assert f'value="{boots["id"]}"' not in choices
    owner.submit(path, {**form, "parent": str(boots["id"]), "version": "1"})
    assert shown() == ["clothing", "clothing/boots", "clothing/shoes"]


def test_slug_and_texts_of_a_product_are_edited(
    app: Flask, owner: StaffClient, product: int
) -> None:
    texts = {"slug": "diya", "meta_title": "A lamp", "meta_description": "Of brass."}
    path = f"/admin/products/edit/?id={product}"
    assert owner.submit(path, edit_data(**texts)).status_code == 302
    shown = api_product(app, product)
    assert {name: shown[name] for name in texts} == texts
    assert "<dd>diya</dd>" in owner.get(f"/admin/products/details/?id={product}").text
    assert (
        owner.submit(path, edit_data(**texts, version="2", tags="Brass, Gift,")).status_code == 302
    )
    assert api_product(app, product)["tags"] == ["Brass", "Gift"]
    assert "<dd>Brass, Gift</dd>" in owner.get(f"/admin/products/details/?id={product}").text
    assert 'value="Brass, Gift"' in owner.get(path).text
    assert "Brass lamp" in owner.get("/admin/products/?tag=gift").text
    refused = owner.submit("/admin/products/new/", {**NEW, **texts, "sku": ""})
    assert "Another product has the slug" in refused.text


def test_large_file_is_previewed_by_the_worker(app: Flask, owner: StaffClient) -> None:
    rows = "sku,title,price,stock\n" + "".join(f"S-{n},Lamp {n},1,2\n" for n in range(1_001))
    data = {"file": (BytesIO(rows.encode()), "x.csv")}
    path = owner.submit("/admin/products/import/", data).headers["Location"]
    page = owner.get(path).text
    assert "The preview is being made" in page
    assert "0 of 1001 rows" in page
    worker = app.extensions["novacart.injector"].get(RunImports)
    job_id = path.rpartition("=")[2]
    refused = owner.submit(f"/admin/products/import/start/?id={job_id}")
    assert refused.status_code == 303
    assert "is not finished" in owner.flash_messages()[-1]
    while "The preview is being made" in owner.get(path).text:
        worker()
    assert "1001 added, 0 changed, 0 unchanged, 0 rejected." in owner.get(path).text
    owner.submit(f"/admin/products/import/discard/?id={job_id}")
    assert app.test_client().get("/api/products/").get_json() == []


def test_movements_of_stock_have_a_link_to_their_import(app: Flask, owner: StaffClient) -> None:
    import_file(owner, {"file": (BytesIO(b"title,price,stock\nDiya,45.00,3\n"), "x.csv")})
    [diya] = app.test_client().get("/api/products/").get_json()
    link = re.compile(r'<a href="(/admin/products/import/job/\?id=\d+)">Import \d+</a>')
    for page in ("details", "stock-ledger"):
        shown = link.search(owner.get(f"/admin/products/{page}/?id={diya['id']}").text)
        assert shown is not None, page
        assert "Import finished" in owner.get(shown[1]).text


def test_product_says_which_pictures_of_an_import_are_not_fetched(
    app: Flask, owner: StaffClient, injector: Injector
) -> None:
    content = (
        b'title,price,pictures\nDiya,45.00,"https://a.example/1.jpg,https://a.example/2.jpg"\n'
    )
    import_file(owner, {"file": (BytesIO(content), "x.csv")})
    [diya] = app.test_client().get("/api/products/").get_json()
    path = f"/admin/products/details/?id={diya['id']}"
    page = owner.get(path).text
    assert "2 waiting to be fetched, 0 failed." in page
    assert "Last problem" not in page
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        first, _ = work.picture_downloads.unfetched(ProductId(diya["id"]))
        work.picture_downloads.save(
            replace(first, status=DownloadStatus.FAILED, error="No <b>image</b>.")
        )
        work.commit()
    page = owner.get(path).text
    assert "1 waiting to be fetched, 1 failed." in page
    assert (
        "Last problem: No &lt;b&gt;image&lt;/b&gt;. (<code>https://a.example/1.jpg</code>)" in page
    )
    assert f'?id={first.job_id}">Import {first.job_id}</a>' in page
