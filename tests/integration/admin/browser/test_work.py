"""Tasks of staff in a browser."""

from datetime import UTC, datetime
from pathlib import Path

from playwright.sync_api import Dialog, Page, Route, expect

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.add_category import AddCategory, AddCategoryCommand
from novacart.application.catalog.edit_collections import AddCollection, AddCollectionCommand
from novacart.application.catalog.run_imports import RunImports
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.collection_details import CollectionDetails, CollectionRule
from tests.integration.admin.browser.conftest import LiveShop, OpenAs
from tests.support.images import image_bytes
from tests.support.shoppers import Shopper, new_product, stock_level


def expect_message(page: Page, text: str) -> None:
    expect(page.locator(".messages")).to_contain_text(text)


def paid_order(shop: LiveShop, *products: int) -> int:
    asha = Shopper(shop.app.test_client())
    order = asha.ordered(*products, payment_method="ONLINE", address_id=asha.address)
    intent = asha.person.post("/api/payments/payment-intent/", {"order_id": order["id"]}).get_json()
    asha.person.post(
        f"/api/payments/sandbox/{intent['payment_intent_id']}/confirm/", {"outcome": "succeed"}
    )
    order_id: int = order["id"]
    return order_id


def test_each_role_sees_its_menu_and_is_forbidden_other_pages(open_as: OpenAs) -> None:
    support = open_as("support")
    menu = support.get_by_role("navigation", name="Back office")
    expect(menu.get_by_role("link", name="Orders")).to_be_visible()
    expect(menu.get_by_role("link", name="Staff")).to_have_count(0)
    response = support.goto("/admin/staff/")
    assert response is not None
    assert response.status == 403
    expect(support.get_by_role("heading", level=1)).to_have_text("Forbidden")

    catalog = open_as("catalog")
    expect(catalog.get_by_role("link", name="Orders", exact=True)).to_have_count(0)
    response = catalog.goto("/admin/orders/")
    assert response is not None
    assert response.status == 403

    catalog.get_by_role("button", name="Sign out").click()
    expect(catalog.get_by_text("You are signed out.")).to_be_visible()
    catalog.goto("/admin/products/")
    expect(catalog.get_by_role("button", name="Sign in")).to_be_visible()


def test_message_is_visible_at_the_category_that_was_pressed(
    open_as: OpenAs, shop: LiveShop
) -> None:
    add_category = shop.injector.get(AddCategory)
    for number in range(30):
        details = CategoryDetails(name=f"Category {number}", slug=f"category-{number}")
        add_category(AddCategoryCommand(actor=SYSTEM, details=details))
    page = open_as("catalog")
    page.goto("/admin/categories/tree/")
    page.get_by_role("button", name="Category 29: Move down").click()
    expect(page.get_by_text("The category is the last one here already.")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Category 29: Move down")).to_be_in_viewport()


def test_product_is_added_edited_archived_and_restored(
    open_as: OpenAs, shop: LiveShop, tmp_path: Path
) -> None:
    page = open_as("catalog")
    page.get_by_role("link", name="Products").click()
    page.get_by_role("link", name="Add product").click()
    page.get_by_role("textbox", name="Title", exact=True).fill("Brass lamp")
    page.get_by_label("Price").fill("1,499.00")
    page.get_by_label("Stock").fill("7")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Brass lamp")

    file = tmp_path / "lamp.webp"
    file.write_bytes(image_bytes())
    page.locator("#pictures").set_input_files(file)
    expect(page.get_by_alt_text("Preview of the selected image")).to_be_visible()
    page.get_by_role("button", name="Add pictures").click()
    expect_message(page, "was added")

    page.get_by_label("Adjust by").fill("-2")
    page.get_by_label("Reason").fill("Broken on the way")
    page.get_by_role("button", name="Adjust stock").click()
    expect_message(page, "was adjusted")
    expect(page.get_by_text("Broken on the way")).to_be_visible()

    page.get_by_role("link", name="Edit").click()
    page.get_by_label("Price").fill("1299.00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("₹1,299.00").first).to_be_visible()

    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Archive").click()
    expect_message(page, "was archived")
    assert shop.app.test_client().get("/api/products/").get_json() == []
    page.get_by_role("button", name="Restore").click()
    expect_message(page, "was restored")
    [lamp] = shop.app.test_client().get("/api/products/").get_json()
    assert (lamp["price"], lamp["stock"]) == ("1299.00", 5)


def test_browser_asks_before_another_form_discards_what_was_typed(
    open_as: OpenAs, shop: LiveShop
) -> None:
    product = new_product(shop.injector)
    page = open_as("manager")
    page.goto(f"/admin/products/details/?id={product}")
    page.get_by_label("Adjust by").fill("2")
    page.get_by_label("Reason").fill("Found")
    page.get_by_label("Price of Kettle", exact=True).fill("12.00")
    questions: list[str] = []

    def stay(dialog: Dialog) -> None:
        questions.append(dialog.type)
        dialog.dismiss()

    page.once("dialog", stay)
    page.get_by_role("button", name="Adjust stock").click(no_wait_after=True)
    page.wait_for_function("sent === null")
    expect(page.get_by_label("Price of Kettle", exact=True)).to_have_value("12.00")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Save variants").click()
    expect_message(page, "were saved")
    assert questions == ["beforeunload"]
    # Nothing is typed any more.
    page.get_by_role("link", name="Edit").click()
    expect(page.get_by_label("Price")).to_have_value("12.00")


def test_bulk_price_change_needs_confirmation(open_as: OpenAs, shop: LiveShop) -> None:
    for title in ("Cup", "Plate"):
        new_product(shop.injector, title=title, price=100)
    page = open_as("manager")
    page.goto("/admin/products/")
    percent = page.get_by_label("Change price by %")
    expect(percent).to_be_hidden()
    page.get_by_label("Select all on this page").check()
    percent.fill("-25")
    questions: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        questions.append(dialog.message)
        dialog.dismiss()

    page.once("dialog", dismiss)
    page.get_by_role("button", name="Change prices", exact=True).click()
    [question] = questions
    assert question.splitlines() == [
        "Change the prices of all variants of these products by -25 %?",
        "",
        "Plate",
        "Cup",
    ]
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Change prices", exact=True).click()
    expect_message(page, "Prices changed: 2 of 2.")
    prices = {one["price"] for one in shop.app.test_client().get("/api/products/").get_json()}
    assert prices == {"75.00"}


def test_all_rows_are_selected_on_a_phone(open_as: OpenAs, shop: LiveShop) -> None:
    for title in ("Cup", "Plate"):
        new_product(shop.injector, title=title)
    page = open_as("manager")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/admin/products/")
    page.get_by_label("Select all on this page").check()
    expect(page.get_by_text("2 selected")).to_be_visible()


def test_bulk_form_is_sent_by_its_buttons_only_and_with_their_fields(
    open_as: OpenAs, shop: LiveShop
) -> None:
    asha = Shopper(shop.app.test_client())
    order = asha.ordered(new_product(shop.injector))
    page = open_as("manager")
    page.goto("/admin/orders/")
    page.get_by_label("Select all on this page").check()
    page.get_by_label("Carrier").fill("India Post")
    page.get_by_label("Carrier").press("Enter")
    page.get_by_role("button", name="Ship").click()
    tracking = page.get_by_label("Tracking number")
    assert tracking.evaluate("input => input.validity.valueMissing")
    expect(page.get_by_label("Carrier")).to_have_value("India Post")
    assert asha.person.get(f"/api/orders/{order['id']}/").get_json()["status"] == "CONFIRMED"
    # Another action does not need them.
    page.get_by_role("button", name="Start processing").click()
    expect_message(page, "Processing: 1 of 1.")


def test_order_is_paid_processed_shipped_and_delivered(open_as: OpenAs, shop: LiveShop) -> None:
    kettle = new_product(shop.injector)
    asha = Shopper(shop.app.test_client())
    order = asha.ordered(kettle, payment_method="ONLINE", address_id=asha.address)
    page = open_as("manager")
    page.goto("/admin/orders/?status=PENDING")
    page.get_by_role("link", name=order["number"]).click()
    expect(page.get_by_role("button", name="Start processing")).to_have_count(0)

    intent = asha.person.post("/api/payments/payment-intent/", {"order_id": order["id"]}).get_json()
    asha.person.post(
        f"/api/payments/sandbox/{intent['payment_intent_id']}/confirm/", {"outcome": "succeed"}
    )
    page.reload()
    page.get_by_role("button", name="Start processing").click()
    expect_message(page, "is now processing")
    page.get_by_label("Carrier").fill("India Post")
    page.get_by_label("Tracking number").fill("EI-42")
    page.get_by_role("button", name="Ship").click()
    expect_message(page, "was shipped")
    page.get_by_role("button", name="Mark as delivered").click()
    expect_message(page, "was marked as delivered")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Delivered")
    expect(page.get_by_text("Shipped by India Post, EI-42.")).to_be_visible()
    assert asha.person.get(f"/api/orders/{order['id']}/").get_json()["status"] == "DELIVERED"
    assert stock_level(shop.injector, kettle) == (9, 0)


def test_refund_one_line(open_as: OpenAs, shop: LiveShop) -> None:
    cup = new_product(shop.injector, title="Cup", price=40)
    order_id = paid_order(shop, new_product(shop.injector, title="Kettle", price=60), cup)
    page = open_as("support")
    page.goto(f"/admin/orders/details/?id={order_id}")
    page.get_by_text("Refund …").click()
    page.get_by_label("Cup: quantity, up to 1").fill("1")
    page.locator("#refund-reason").fill("Chipped")
    page.get_by_role("button", name="Review refund").click()
    expect(page.get_by_text("1 × Cup: ₹40.00")).to_be_visible()
    page.get_by_role("button", name="Change").click()
    expect(page.locator("#refund-reason")).to_have_value("Chipped")
    page.get_by_role("button", name="Review refund").click()
    page.get_by_role("button", name="Refund ₹40.00").click()
    expect_message(page, "was requested")
    line = page.locator("section", has_text="Items").locator("tr", has_text="Cup")
    expect(line).to_contain_text("Refunded")
    expect(page.locator("section", has_text="Payment").first).to_contain_text("₹60.00")
    assert stock_level(shop.injector, cup) == (10, 0)


def test_form_of_an_action_opens_below_the_buttons(open_as: OpenAs, shop: LiveShop) -> None:
    order_id = paid_order(shop, new_product(shop.injector))
    page = open_as("manager")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"/admin/orders/details/?id={order_id}")
    start = page.get_by_role("button", name="Start processing")
    before = start.bounding_box()
    page.get_by_text("Refund …").click()
    reason = page.locator("#refund-reason")
    expect(reason).to_be_visible()
    form = reason.bounding_box()
    assert before is not None
    assert form is not None
    assert start.bounding_box() == before
    assert form["x"] == before["x"]


def test_edit_conflict_shows_both_values(open_as: OpenAs, shop: LiveShop) -> None:
    product = new_product(shop.injector, title="Kettle", price=100)
    first, second = open_as("manager", "asha"), open_as("catalog", "ravi")
    for page in (first, second):
        page.goto(f"/admin/products/edit/?id={product}")
    first.get_by_label("Price").fill("90.00")
    first.get_by_role("button", name="Save").click()
    expect(first.get_by_text("₹90.00").first).to_be_visible()
    second.get_by_label("Price").fill("80.00")
    second.get_by_role("button", name="Save").click()
    conflict = second.get_by_role("alert")
    expect(conflict).to_contain_text("Someone else has changed this record")
    expect(conflict.get_by_role("row", name="Price")).to_contain_text("90.00")
    expect(conflict.get_by_role("row", name="Price")).to_contain_text("80.00")
    second.get_by_role("button", name="Save").click()
    expect(second.get_by_text("₹80.00").first).to_be_visible()


def test_import_reports_rejected_rows(open_as: OpenAs, shop: LiveShop, tmp_path: Path) -> None:
    file = tmp_path / "products.csv"
    file.write_text("title,price,stock\nDiya,45.00,3\n,12.00,1\nCup,free,1\n")
    page = open_as("catalog")
    page.goto("/admin/products/import/")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Preview").click()
    report = page.get_by_role("status")
    expect(report).to_contain_text("1 added, 0 changed, 0 unchanged, 2 rejected.")
    expect(page.get_by_role("table", name="Rejected rows").get_by_role("row")).to_have_count(3)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    shop.injector.get(RunImports)()
    expect(page.get_by_role("heading", name="Import finished")).to_be_visible()
    expect(report).to_contain_text("1 added, 0 changed, 0 unchanged, 2 rejected.")


def test_dashboard_shows_chart_table_and_low_stock(open_as: OpenAs, shop: LiveShop) -> None:
    paid_order(shop, new_product(shop.injector, title="Kettle", price=250, stock=3))
    page = open_as("owner")
    expect(page.locator(".chart canvas")).to_be_visible()
    revenue = page.locator(".tile").filter(has=page.get_by_text("Revenue", exact=True))
    expect(revenue).to_contain_text("₹250.00")
    page.get_by_text("Show as table").click()
    rows = page.get_by_role("region", name="Sales by day").get_by_role("row")
    # The day of the payment may have ended.
    newest = rows.nth(1).or_(rows.nth(2))
    expect(newest.filter(has_text="₹250.00")).to_have_count(1)
    low_stock = page.locator("section", has_text="Low stock").get_by_role("row", name="Kettle")
    expect(low_stock.get_by_role("cell")).to_have_text(["Kettle", "2", "3"])
    page.get_by_role("link", name="7 days").click()
    page.get_by_text("Show as table").click()
    expect(page.get_by_role("region", name="Sales by day").locator("tbody tr")).to_have_count(7)


def test_dashboard_opens_its_table_without_the_npm_packages(open_as: OpenAs) -> None:
    page = open_as("owner")
    page.route("**/packages/**", lambda route: route.fulfill(status=404))
    page.reload()
    expect(page.get_by_role("region", name="Sales by day")).to_be_visible()
    expect(page.locator(".chart")).to_be_hidden()


def test_chart_is_drawn_if_the_language_of_the_browser_is_invalid(open_as: OpenAs) -> None:
    page = open_as("owner")
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'language', { get: () => 'en-US@posix' })"
    )
    page.reload()
    expect(page.locator(".chart canvas")).to_be_visible()


def test_form_on_another_site_changes_nothing(open_as: OpenAs, shop: LiveShop) -> None:
    product = new_product(shop.injector)
    page = open_as("owner")
    target = f"{shop.address}/admin/products/archive/?id={product}"
    trap = f"<form method=post action='{target}'><button>Win a prize</button></form>"
    # Another site does not send the cookie. The same host does, but the CSRF token is missing.
    for address in ("http://prizes.example/", f"{shop.address}/prizes/"):
        page.route(address, lambda route: route.fulfill(body=trap, content_type="text/html"))
        page.goto(address)
        with page.expect_response(lambda response: "archive" in response.url) as archive:
            page.get_by_role("button", name="Win a prize").click()
        assert archive.value.status in {302, 400}
    assert shop.app.test_client().get(f"/api/products/{product}/").status_code == 200
    page.goto("/admin/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Dashboard")


def test_form_that_is_being_sent_is_not_sent_again(open_as: OpenAs, shop: LiveShop) -> None:
    product = new_product(shop.injector, stock=10)
    page = open_as("catalog")
    page.goto(f"/admin/products/details/?id={product}")
    page.get_by_label("Adjust by").fill("5")
    page.get_by_label("Reason").fill("Delivery")
    sent: list[Route] = []
    page.route(lambda url: "stock" in url, lambda route: sent.append(route))  # noqa: PLW0108 (Playwright inspects it)
    button = page.get_by_role("button", name="Adjust stock")
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    # `button.click` waits for the answer.
    with page.expect_request(lambda request: "stock" in request.url):
        page.mouse.click(box["x"] + 5, box["y"] + 5)
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    for route in sent:
        route.continue_()
    expect_message(page, "was adjusted")
    assert stock_level(shop.injector, product) == (15, 0)
    assert len(sent) == 1


def test_time_with_seconds_is_changed_to_one_without(open_as: OpenAs, shop: LiveShop) -> None:
    details = CollectionDetails(
        name="Gifts",
        rule=CollectionRule(brands=("Lamp",)),
        ends_at=datetime(2026, 1, 31, 18, 29, 59, tzinfo=UTC),
    )
    shop.injector.get(AddCollection)(AddCollectionCommand(actor=SYSTEM, details=details))
    page = open_as("catalog")
    page.goto("/admin/collections/edit/?id=gifts")
    page.locator('[name="ends_at"]').fill("2026-02-28T12:00")
    page.get_by_role("button", name="Save").click()
    expect_message(page, "Saved.")
