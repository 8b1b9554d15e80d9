"""Options and variants in the back office, checked through the API."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from injector import Injector

from novacart.entrypoints.container import build_relay
from tests.support.back_office import StaffClient, staff_client
from tests.support.databases import on_sqlite

NEW = {"title": "Shirt", "sku": "SH-S", "price": "499", "category_id": "", "stock": "5"}
_READ = re.compile(r'name="(read-\d+)" value="([^"]*)"')


def shown(app: Flask, product: int) -> dict[str, Any]:
    body: dict[str, Any] = app.test_client().get(f"/api/products/{product}/").get_json()
    return body


@pytest.fixture
def shirt(app: Flask, owner: StaffClient) -> int:
    """A shirt in S and M."""
    response = owner.submit("/admin/products/new/", NEW)
    product = int(response.headers["Location"].rpartition("=")[2])
    option = {"name": "Size", "values": "S\r\nM\r\n", "existing": "S"}
    owner.submit(f"/admin/products/options/add/?id={product}", option)
    owner.submit(f"/admin/products/variants/fill/?id={product}")
    assert [each["options"] for each in shown(app, product)["variants"]] == ["Size: S", "Size: M"]
    owner.flash_messages()
    return product


def read_rows(staff: StaffClient, product: int) -> dict[str, str]:
    """The hidden inputs of the table."""
    page = staff.get(f"/admin/products/details/?id={product}").text
    rows = {name: html.unescape(value) for name, value in _READ.findall(page)}
    assert rows
    return rows


def save(staff: StaffClient, product: int, data: dict[str, Any]) -> int:
    return staff.submit(f"/admin/products/variants/?id={product}", data).status_code


def test_cells_are_saved(app: Flask, owner: StaffClient, shirt: int) -> None:
    medium = shown(app, shirt)["variants"][1]["id"]
    data = read_rows(owner, shirt) | {
        f"sku-{medium}": "SH-M",
        f"price-{medium}": "549.00",
        f"compare_at_price-{medium}": "699",
        f"weight_g-{medium}": "250",
        f"stock-{medium}": "7",
    }
    assert save(owner, shirt, data) == 303
    assert owner.flash_messages() == ["The variants were saved."]
    save(owner, shirt, read_rows(owner, shirt))
    assert owner.flash_messages() == ["Nothing was changed in the table."]
    variant = shown(app, shirt)["variants"][1]
    assert (variant["sku"], variant["price"], variant["weight"]) == ("SH-M", "549.00", 250)
    assert (variant["compare_at_price"], variant["stock"]) == ("699.00", 7)


def test_last_row_fills_all_variants(app: Flask, owner: StaffClient, shirt: int) -> None:
    filled = {"price-fill": "300", "stock-fill": "9"}
    assert save(owner, shirt, read_rows(owner, shirt) | filled) == 303
    variants = shown(app, shirt)["variants"]
    assert [(each["price"], each["stock"]) for each in variants] == [("300.00", 9)] * 2
    # Not the sum of both.
    page = owner.get(f"/admin/products/details/?id={shirt}").text
    assert "Of the default variant." in page
    assert '<dd class="big">9</dd>' in page


def test_price_of_a_product_with_options_is_that_of_its_default_variant(
    owner: StaffClient, shirt: int
) -> None:
    note = "Of the default variant (Size: S). The others are in the table of variants on"
    page = owner.get(f"/admin/products/edit/?id={shirt}").text
    assert page.count(note) == 2  # SKU and price
    assert "of the default variant</span>" in owner.get(f"/admin/products/details/?id={shirt}").text
    plain = owner.submit("/admin/products/new/", NEW | {"sku": "CUP"}).headers["Location"]
    assert "default variant" not in owner.get(plain.replace("details", "edit")).text
    assert "of the default variant" not in owner.get(plain).text


def test_variant_that_someone_else_changed_is_not_overwritten(
    app: Flask, owner: StaffClient, shirt: int
) -> None:
    small, medium = (each["id"] for each in shown(app, shirt)["variants"])
    read = read_rows(owner, shirt)
    save(owner, shirt, read | {f"price-{medium}": "100"})
    # A row that was not touched does not matter, although it is old.
    assert save(owner, shirt, read | {f"price-{small}": "200"}) == 303
    owner.flash_messages()
    page = owner.submit(f"/admin/products/variants/?id={shirt}", read | {f"price-{medium}": "300"})
    message = "changed this since you opened this page: Size: M (Price: 100.00). Nothing was saved"
    assert (page.status_code, message in page.text) == (200, True)
    assert f'name="price-{medium}" value="300"' in page.text
    assert [each["price"] for each in shown(app, shirt)["variants"]] == ["200.00", "100.00"]
    # The page shows the saved values where nothing was typed, and overwrites the others then.
    rows = {name: html.unescape(value) for name, value in _READ.findall(page.text)}
    assert save(owner, shirt, rows | {f"price-{medium}": "300"}) == 303
    assert [each["price"] for each in shown(app, shirt)["variants"]] == ["200.00", "300.00"]


def test_cells_that_someone_else_changed_are_shown_in_a_conflict(
    app: Flask, owner: StaffClient, shirt: int
) -> None:
    medium = shown(app, shirt)["variants"][1]["id"]
    old = {f"sku-{medium}": "", f"price-{medium}": "499.00", f"stock-{medium}": "0"}
    read = read_rows(owner, shirt) | old
    save(owner, shirt, read | {f"sku-{medium}": "SH-M", f"stock-{medium}": "4"})
    page = owner.submit(f"/admin/products/variants/?id={shirt}", read | {f"price-{medium}": "300"})
    cells = dict(re.findall(rf'name="(\w+)-{medium}" value="([^"]*)"', page.text))
    assert (cells["sku"], cells["stock"], cells["price"]) == ("SH-M", "4", "300")
    rows = {name: html.unescape(value) for name, value in _READ.findall(page.text)}
    typed = {f"{name}-{medium}": cells[name] for name in ("sku", "stock", "price")}
    assert save(owner, shirt, rows | typed) == 303
    variant = shown(app, shirt)["variants"][1]
    assert (variant["sku"], variant["stock"], variant["price"]) == ("SH-M", 4, "300.00")


def test_row_of_a_variant_that_someone_else_archived_is_named(
    app: Flask, owner: StaffClient, shirt: int
) -> None:
    small, medium = (each["id"] for each in shown(app, shirt)["variants"])
    read = read_rows(owner, shirt)
    owner.submit(f"/admin/products/variants/archive/?id={shirt}", {"variant": str(medium)})
    owner.flash_messages()
    typed = read | {
        f"sku-{small}": "SH-2",
        f"price-{medium}": "300",
        f"sku-{medium}": "SH-M",
        "weight_g-fill": "70",
    }
    page = owner.submit(f"/admin/products/variants/?id={shirt}", typed)
    message = "Archived after you opened this page: Size: M (SKU: SH-M, Price: 300). Nothing was"
    assert (page.status_code, message in page.text) == (200, True)
    assert f'name="sku-{small}" value="SH-2"' in page.text
    assert 'name="weight_g-fill" value="70"' in page.text
    assert [each["sku"] for each in shown(app, shirt)["variants"]] == ["SH-S"]
    # The page has only the other row now.
    rows = {name: html.unescape(value) for name, value in _READ.findall(page.text)}
    assert list(rows) == [f"read-{small}"]
    assert save(owner, shirt, rows | {f"sku-{small}": "SH-2", "weight_g-fill": "70"}) == 303
    # A row that was not touched does not matter.
    assert save(owner, shirt, read | {f"sku-{medium}": ""}) == 303
    [variant] = shown(app, shirt)["variants"]
    assert (variant["sku"], variant["weight"]) == ("SH-2", 70)


@pytest.mark.parametrize("button", ["", "default/", "archive/", "restore/"])
def test_table_of_1000_variants_with_long_skus_can_be_sent(
    app: Flask, owner: StaffClient, shirt: int, button: str
) -> None:
    small, medium = (each["id"] for each in shown(app, shirt)["variants"])
    others = {f"sku-{10**9 + number}": "👕" * 120 for number in range(1_000)}
    data = read_rows(owner, shirt) | {"variant": medium, f"price-{small}": "300"} | others
    response = owner.submit(f"/admin/products/variants/{button}?id={shirt}", data)
    if button:
        assert (response.status_code, "is not saved yet" in response.text) == (200, True)
    else:
        assert shown(app, shirt)["variants"][0]["price"] == "300.00"


def test_cells_that_cannot_be_saved_are_named_and_marked(
    app: Flask, owner: StaffClient, shirt: int
) -> None:
    before = shown(app, shirt)
    small, medium = (each["id"] for each in before["variants"])
    typed = {
        f"price-{small}": "much",
        f"barcode-{medium}": "4006381333932",
        f"weight_g-{small}": "-1",
        "stock-fill": "1000000001",
    }
    page = owner.submit(f"/admin/products/variants/?id={shirt}", read_rows(owner, shirt) | typed)
    assert "Nothing was saved yet. Correct 4 marked cells, such as Size: S, Price: " in page.text
    errors = dict(re.findall(r'id="([\w-]+)-error">([^<]+)<', page.text))
    assert errors[f"barcode-{medium}"].startswith("The last digit of this barcode (GTIN) is wrong")
    assert (set(errors), errors["stock-fill"]) == (set(typed), "Enter 1,00,00,00,000 or less.")
    assert errors[f"weight_g-{small}"] == "Enter a whole number of 1 or more."
    for name, text in typed.items():
        assert re.search(rf'is-invalid" name="{name}" value="{text}"', page.text), name
    assert shown(app, shirt) == before


def test_cells_with_a_taken_sku_are_marked(app: Flask, owner: StaffClient, shirt: int) -> None:
    before = shown(app, shirt)
    small, medium = (each["id"] for each in before["variants"])
    owner.submit("/admin/products/new/", NEW | {"sku": "CUP"})
    for sku in ("SH-S", "CUP"):
        typed = read_rows(owner, shirt) | {f"sku-{medium}": f" {sku} ", f"price-{small}": "600"}
        page = owner.submit(f"/admin/products/variants/?id={shirt}", typed)
        message = f"Another variant has the SKU “{sku}”."
        assert f"Nothing was saved yet. {message}" in page.text
        errors = dict(re.findall(r'id="([\w-]+)-error">([^<]+)<', page.text))
        assert errors == {f"sku-{medium}": message}
        assert f'name="price-{small}" value="600"' in page.text
    assert shown(app, shirt) == before


def test_cell_that_conflicts_with_a_filled_one_is_named(
    app: Flask, owner: StaffClient, shirt: int
) -> None:
    medium = shown(app, shirt)["variants"][1]["id"]
    save(owner, shirt, read_rows(owner, shirt) | {f"compare_at_price-{medium}": "600"})
    owner.flash_messages()
    filled = read_rows(owner, shirt) | {"price-fill": "700"}
    page = owner.submit(f"/admin/products/variants/?id={shirt}", filled)
    assert (
        "Nothing was saved yet. Size: M, Compare-at price: The compare-at price is at least 700.00."
        in page.text
    )
    assert f'id="compare_at_price-{medium}-error"' in page.text
    assert 'name="price-fill" value="700"' in page.text


@on_sqlite
@pytest.mark.parametrize(
    "read", ["", "[]", "null", "[1]", "[" * 5000, '["x", 1, 2, 3, 4, 5, 6]', "1e999"]
)
def test_damaged_hidden_input_changes_nothing(
    app: Flask, owner: StaffClient, shirt: int, read: str
) -> None:
    before = shown(app, shirt)
    medium = before["variants"][1]["id"]
    assert save(owner, shirt, {f"read-{medium}": read, f"price-{medium}": "1"}) == 200
    assert shown(app, shirt) == before


def test_default_is_moved_before_the_variant_is_archived(
    app: Flask, owner: StaffClient, shirt: int
) -> None:
    small, medium = (str(each["id"]) for each in shown(app, shirt)["variants"])
    owner.submit(f"/admin/products/variants/archive/?id={shirt}", {"variant": small})
    assert owner.flash_messages() == [
        "This is the default variant. Make another variant the default first."
    ]
    owner.submit(f"/admin/products/variants/default/?id={shirt}", {"variant": medium})
    owner.submit(f"/admin/products/variants/archive/?id={shirt}", {"variant": small})
    assert [each["id"] for each in shown(app, shirt)["variants"]] == [int(medium)]
    page = owner.get(f"/admin/products/details/?id={shirt}").text
    assert "Size: S (5 available, archived)</a>" in page
    ledger = owner.get(f"/admin/products/stock-ledger/?id={shirt}").text
    assert ("Size: S (archived)</option>" in ledger, "Size: M</option>" in ledger) == (True, True)
    owner.submit(f"/admin/products/variants/restore/?id={shirt}", {"variant": small})
    assert len(shown(app, shirt)["variants"]) == 2


def test_new_default_variant_is_in_the_audit_log(
    app: Flask, owner: StaffClient, injector: Injector, shirt: int
) -> None:
    small, medium = (each["id"] for each in shown(app, shirt)["variants"])
    owner.submit(f"/admin/products/variants/default/?id={shirt}", {"variant": str(medium)})
    relay = build_relay(injector)
    while relay():
        pass
    log = owner.get("/admin/audit/?action=catalog.default_variant_changed").text
    entry = log.partition("/admin/audit/details/?id=")[2].partition('"')[0]
    page = owner.get(f"/admin/audit/details/?id={entry}").text
    assert re.search(rf"Default variant</th>\s*<td>{small}</td>\s*<td>{medium}</td>", page)


def test_buttons_of_a_row_keep_what_was_typed(app: Flask, owner: StaffClient, shirt: int) -> None:
    small, medium = (str(each["id"]) for each in shown(app, shirt)["variants"])
    typed = read_rows(owner, shirt) | {f"price-{small}": "321", "weight_g-fill": "70"}
    for path, variant in (("default", medium), ("default", small), ("archive", medium)):
        page = owner.submit(
            f"/admin/products/variants/{path}/?id={shirt}", typed | {"variant": variant}
        )
        assert page.status_code == 200
        assert "What you typed in the table of variants is not saved yet." in page.text
        assert f'name="price-{small}" value="321"' in page.text
        assert 'name="weight_g-fill" value="70"' in page.text
    [variant_shown] = shown(app, shirt)["variants"]
    assert (variant_shown["price"], variant_shown["weight"]) == ("499.00", None)
    assert save(owner, shirt, typed) == 303
    [variant_shown] = shown(app, shirt)["variants"]
    assert (variant_shown["price"], variant_shown["weight"]) == ("321.00", 70)
    owner.flash_messages()
    untouched = read_rows(owner, shirt) | {f"price-{small}": "321.00", "variant": medium}
    restored = owner.submit(f"/admin/products/variants/restore/?id={shirt}", untouched)
    assert restored.status_code == 303


def test_order_of_the_rows_is_saved_with_the_cells(
    app: Flask, owner: StaffClient, shirt: int
) -> None:
    small, medium = (each["id"] for each in shown(app, shirt)["variants"])
    read = read_rows(owner, shirt) | {"order-read": f"{small},{medium}"}
    sorted_rows = {f"sku-{medium}": "SH-M", "order": [str(medium), str(small)]}
    assert save(owner, shirt, read | sorted_rows) == 303
    assert [each["sku"] for each in shown(app, shirt)["variants"]] == ["SH-M", "SH-S"]
    # Someone else sorts by an older page: the typed order is shown again, and can be saved then.
    owner.flash_messages()
    data = {
        "order-read": f"{small},{medium}",
        "order": [str(small), str(medium)],
        "move": f"{small}:down",
    }
    page = owner.submit(f"/admin/products/variants/?id={shirt}", data)
    assert (page.status_code, "It was changed after you read it" in page.text) == (200, True)
    assert f'name="order-read" value="{medium},{small}"' in page.text


def test_options_are_saved_at_once_and_a_chosen_variant_is_added(
    app: Flask, owner: StaffClient, shirt: int
) -> None:
    details, path = f"/admin/products/details/?id={shirt}", f"/admin/products/options/?id={shirt}"
    version = re.findall(r'name="version" value="(\d+)"', owner.get(details).text)[-1]
    [size] = shown(app, shirt)["options"]
    small, medium = (value["id"] for value in size["values"])
    typed = {
        "version": version,
        "option": str(size["id"]),
        f"name-{size['id']}": "Fit",
        f"values-{size['id']}": [str(small), str(medium)],
        f"value-{small}": "Small",
        f"value-{medium}": "M",
        f"new-{size['id']}": "L\r\nXL",
        "move": f"{medium}:up",
    }
    assert owner.submit(path, typed).status_code == 303
    assert owner.flash_messages() == ["The options were saved."]
    [fit] = shown(app, shirt)["options"]
    texts = [value["value"] for value in fit["values"]]
    assert (fit["name"], texts) == ("Fit", ["M", "Small", "L", "XL"])

    # The page is old now. What was typed is shown again, with the values that others added.
    page = owner.submit(path, typed)
    assert "Nothing was saved yet. Save again.<" in page.text
    changed = {f"name-{size['id']}": "Cut", f"value-{small}": "S", "move": ""}
    page = owner.submit(path, typed | changed)
    message = "Save again to replace the option “Fit”, the value “Small”, the order."
    assert "Someone else has changed this product since" in page.text
    assert message in page.text
    page = owner.submit(path, typed)
    assert re.findall(r'name="value-\d+" value="(\w+)"', page.text) == ["M", "Small", "L", "XL"]

    chosen = {f"of-{size['id']}": str(fit["values"][2]["id"])}
    for message in ("The variant was added.", "Another variant has the same options."):
        owner.submit(f"/admin/products/variants/add/?id={shirt}", chosen)
        assert owner.flash_messages() == [message]
    added = shown(app, shirt)["variants"][2]
    assert (added["options"], added["price"], added["stock"]) == ("Fit: L", "499.00", 0)
    for message in ("The missing variants were added.", "Each combination of values has "):
        owner.submit(f"/admin/products/variants/fill/?id={shirt}")
        assert owner.flash_messages()[0].startswith(message)
    assert len(shown(app, shirt)["variants"]) == 4


def test_option_is_removed_when_its_variants_are_archived(
    app: Flask, owner: StaffClient, shirt: int
) -> None:
    before = shown(app, shirt)
    [size], medium = before["options"], before["variants"][1]["id"]
    remove = f"/admin/products/options/remove/?id={shirt}"
    owner.submit(remove, {"option": str(size["id"])})
    [message] = owner.flash_messages()
    assert message.startswith("Without this option, several variants would have the same options.")
    owner.submit(f"/admin/products/variants/archive/?id={shirt}", {"variant": str(medium)})
    owner.submit(remove, {"option": str(size["id"])})
    assert owner.flash_messages()[-1] == "The option was removed."
    assert shown(app, shirt)["options"] == []


def test_support_reads_the_table_without_inputs(app: Flask, shirt: int) -> None:
    support = staff_client(app, "support")
    page = support.get(f"/admin/products/details/?id={shirt}").text
    assert "Size: M" in page
    assert 'name="price-' not in page
    assert save(support, shirt, {}) == 403
