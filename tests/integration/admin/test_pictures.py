"""Pictures of a product in the back office, checked through the API."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from tests.support.back_office import StaffClient, staff_client
from tests.support.databases import on_sqlite
from tests.support.images import image_bytes

NEW = {"title": "Shirt", "price": "499", "category_id": "", "stock": "5"}


def shown(app: Flask, product: int) -> dict[str, Any]:
    body: dict[str, Any] = app.test_client().get(f"/api/products/{product}/").get_json()
    return body


def images(app: Flask, product: int) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = shown(app, product)["images"]
    return listed


def add(staff: StaffClient, product: int, *contents: bytes) -> None:
    files = [(BytesIO(content), f"{number}.png") for number, content in enumerate(contents)]
    staff.submit(f"/admin/products/pictures/add/?id={product}", {"pictures": files})


@pytest.fixture
def shirt(app: Flask, owner: StaffClient) -> int:
    """A shirt in S and M with three pictures."""
    response = owner.submit("/admin/products/new/", NEW)
    product = int(response.headers["Location"].rpartition("=")[2])
    option = {"name": "Size", "values": "S\r\nM\r\n", "existing": "S"}
    owner.submit(f"/admin/products/options/add/?id={product}", option)
    owner.submit(f"/admin/products/variants/fill/?id={product}")
    add(owner, product, *(image_bytes(colour) for colour in ("teal", "red", "blue")))
    owner.flash_messages()
    assert len(images(app, product)) == 3
    return product


def form(app: Flask, product: int, **changes: Any) -> dict[str, Any]:  # noqa: ANN401 (of a form)
    tag = app.test_client().get(f"/api/products/{product}/").headers["ETag"]
    order = [str(each["id"]) for each in images(app, product)]
    return {"version": tag.strip('"').rpartition("-")[2], "order": order, **changes}


def edit(staff: StaffClient, product: int, data: dict[str, Any]) -> list[str]:
    assert staff.submit(f"/admin/products/pictures/?id={product}", data).status_code == 303
    return staff.flash_messages()


def test_page_has_a_form_for_each_picture(app: Flask, owner: StaffClient, shirt: int) -> None:
    page = owner.get(f"/admin/products/details/?id={shirt}").text
    for each in images(app, shirt):
        assert f'name="alt-{each["id"]}"' in page
        assert f'name="variants-{each["id"]}"' in page
        for move in ("up", "down"):
            assert f'name="move" value="{each["id"]}:{move}"' in page


def test_files_that_are_no_images_are_named(app: Flask, owner: StaffClient, shirt: int) -> None:
    add(owner, shirt, image_bytes("green"), b"<svg/>", image_bytes("brown"))
    refused, added = owner.flash_messages()
    assert refused.startswith("1.png: ")
    assert added == "2 pictures were added."
    assert len(images(app, shirt)) == 5


def test_no_file_changes_nothing(app: Flask, owner: StaffClient, shirt: int) -> None:
    add(owner, shirt)
    assert owner.flash_messages() == ["Select pictures first."]
    assert len(images(app, shirt)) == 3


def test_texts_variants_and_order_are_saved(app: Flask, owner: StaffClient, shirt: int) -> None:
    first, second, third = (each["id"] for each in images(app, shirt))
    medium = shown(app, shirt)["variants"][1]["id"]
    data = form(app, shirt, order=[str(third), str(first), str(second)])
    data |= {f"alt-{third}": "Back", f"variants-{third}": ["", str(medium)]}
    assert edit(owner, shirt, data) == ["The pictures were saved."]
    listed = images(app, shirt)
    assert [each["id"] for each in listed] == [third, first, second]
    assert (listed[0]["alt"], listed[0]["variants"]) == ("Back", [medium])
    assert shown(app, shirt)["image"] == listed[0]["src"]
    edit(owner, shirt, form(app, shirt) | {f"variants-{third}": [""]})
    assert images(app, shirt)[0]["variants"] == []


@on_sqlite
@pytest.mark.parametrize(
    ("move", "expected"),
    [("1:up", [1, 0, 2]), ("1:down", [0, 2, 1]), ("0:up", [0, 1, 2]), ("2:down", [0, 1, 2])],
)
def test_buttons_move_a_picture_without_javascript(
    app: Flask, owner: StaffClient, shirt: int, move: str, expected: list[int]
) -> None:
    ids = [each["id"] for each in images(app, shirt)]
    place, direction = move.split(":")
    edit(owner, shirt, form(app, shirt, move=f"{ids[int(place)]}:{direction}"))
    assert [each["id"] for each in images(app, shirt)] == [ids[each] for each in expected]


def test_pictures_that_were_changed_meanwhile_are_not_overwritten(
    app: Flask, owner: StaffClient, shirt: int
) -> None:
    first, second = (each["id"] for each in images(app, shirt)[:2])
    data = form(app, shirt) | {f"alt-{first}": "Typed", f"alt-{second}": ""}
    add(owner, shirt, image_bytes("green"))
    edit(owner, shirt, form(app, shirt) | {f"alt-{second}": "Saved"})
    data["order"] = [second, first]
    page = owner.submit(f"/admin/products/pictures/?id={shirt}", data).text
    assert (
        "Someone else has changed this product since you opened this page. Nothing was saved yet."
        " Save again to replace the alternative text “Saved” of picture 1, the empty alternative"
        " text of picture 2, the order."
    ) in page
    assert len(images(app, shirt)) == 4
    assert "Typed" not in str(images(app, shirt))
    # What was typed can be saved now.
    assert page.index(f'name="order" value="{second}"') < page.index('value="Typed"')


def test_picture_of_an_archived_variant_does_not_count_as_changed(
    app: Flask, owner: StaffClient, shirt: int
) -> None:
    """The form can't name archived variants, which keep their pictures."""
    first, second, third = (each["id"] for each in images(app, shirt))
    medium = shown(app, shirt)["variants"][1]["id"]
    edit(owner, shirt, form(app, shirt) | {f"variants-{third}": ["", str(medium)]})
    owner.submit(f"/admin/products/variants/archive/?id={shirt}", {"variant": str(medium)})
    owner.flash_messages()
    unchanged = form(app, shirt) | {f"variants-{each}": [""] for each in (first, second, third)}
    stale = unchanged | {"version": "1"}
    page = owner.submit(f"/admin/products/pictures/?id={shirt}", stale).text
    assert "Nothing was saved yet. Save again.<" in page
    removed = owner.submit(
        f"/admin/products/pictures/remove/?id={shirt}", unchanged | {"picture": str(first)}
    )
    assert removed.status_code == 303
    assert owner.flash_messages() == ["The picture was removed."]


def test_price_and_pictures_are_edited_at_the_same_time(
    app: Flask, owner: StaffClient, shirt: int
) -> None:
    first = images(app, shirt)[0]["id"]
    data = form(app, shirt) | {f"alt-{first}": "Front"}
    edit_form = {"title": "Shirt", "price": "599", "category_id": "", "version": "0"}
    page = owner.get(f"/admin/products/edit/?id={shirt}").text
    version = page.partition('name="version" type="hidden" value="')[2].partition('"')[0]
    assert edit(owner, shirt, data) == ["The pictures were saved."]
    owner.submit(f"/admin/products/edit/?id={shirt}", {**edit_form, "version": version})
    product = shown(app, shirt)
    assert (product["price"], product["images"][0]["alt"]) == ("599.00", "Front")


def test_picture_is_removed(app: Flask, owner: StaffClient, shirt: int) -> None:
    first, second, third = images(app, shirt)
    owner.submit(f"/admin/products/pictures/remove/?id={shirt}", {"picture": str(first["id"])})
    assert owner.flash_messages() == ["The picture was removed."]
    assert [each["id"] for each in images(app, shirt)] == [second["id"], third["id"]]
    assert shown(app, shirt)["image"] == second["src"]


def test_support_sees_pictures_without_a_form(app: Flask, shirt: int) -> None:
    page = staff_client(app, "support").get(f"/admin/products/details/?id={shirt}").text
    assert page.count('class="gallery-picture"') == 3
    assert 'name="alt-' not in page
    assert "Add pictures" not in page
