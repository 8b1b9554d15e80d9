"""Every page: readable by everybody, at any width, in light and in dark."""

from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from novacart.application.back_office.list_query import ListQuery
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.entrypoints.container import build_relay
from novacart.entrypoints.demo.seed import seed_demo
from tests.integration.admin.browser.conftest import LiveShop, OpenAs
from tests.integration.admin.browser.test_work import paid_order
from tests.support.back_office import staff_client

SHOTS = Path(__file__).parents[4] / "var" / "screenshots"
GRAVE = {"serious", "critical"}


def _addresses(shop: LiveShop) -> dict[str, str]:
    """Each page by the name of its picture, those of single things with one that is there."""
    queries = shop.injector.get(BackOfficeQueries)  # type: ignore[type-abstract]

    def first(ask: Any, key: str = "id") -> object:  # noqa: ANN401 (any list)
        return getattr(ask(ListQuery()).rows[0], key)

    single = {
        "order": ("orders/details", first(queries.orders)),
        "payment": ("payments/details", first(queries.payments)),
        "refund": ("refunds/details", first(queries.refunds)),
        "customer": ("customers/details", first(queries.customers)),
        "product": ("products/details", first(queries.products)),
        "product-edit": ("products/edit", first(queries.products)),
        "category-edit": ("categories/edit", first(queries.categories)),
        "staff-one": ("staff/details", first(queries.staff)),
        "webhook-event": ("webhook-events/details", first(queries.webhook_events)),
        "outbox-message": ("outbox/details", first(queries.outbox)),
        "audit-entry": ("audit/details", first(queries.audit_log, "position")),
    }
    plain = {
        "dashboard": "/admin/",
        "product-new": "/admin/products/new/",
        "category-new": "/admin/categories/new/",
        "import": "/admin/products/import/",
        "staff-new": "/admin/staff/new/",
        "password": "/admin/account/",
        "refused": "/admin/orders/details/?id=0",
        "nothing-found": "/admin/orders/?search=nothing",
        **{
            place: f"/admin/{place}/"
            for place in (
                "orders payments refunds customers products categories staff"
                " webhook-events outbox audit health"
            ).split()
        },
    }
    return plain | {name: f"/admin/{place}/?id={key}" for name, (place, key) in single.items()}


@pytest.fixture
def full_shop(shop: LiveShop) -> LiveShop:
    """The demo shop with an order that was refunded in part."""
    seed_demo(shop.injector)
    books = shop.app.test_client().get("/api/products/?in_stock=true").get_json()
    order_id = paid_order(shop, books[0]["id"], books[1]["id"])
    return_part(shop, order_id)
    relay = build_relay(shop.injector)
    while relay() is not None:
        pass
    return shop


def return_part(shop: LiveShop, order_id: int) -> None:
    browser = staff_client(shop.app, "manager")
    browser.submit(f"/admin/orders/refund/?id={order_id}", {"reason": "Scratched", "amount": "10"})


def _grave(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {one['id']}: {one['help']}: {node['target']} {node.get('failureSummary')}"
        for one in found
        if one["impact"] in GRAVE
        for node in one["nodes"][:3]
    ]


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_no_page_has_a_serious_fault_or_is_wider_than_its_window(
    full_shop: LiveShop, open_as: OpenAs, scheme: str, width: int
) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page = open_as("owner", scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    faults = []
    for name, address in _addresses(full_shop).items():
        page.goto(address)
        page.wait_for_load_state("networkidle")
        page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = true)")
        faults += _grave(page)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            faults.append(f"{address} is {wide} pixels wide")
        page.evaluate("document.querySelectorAll('details').forEach((one) => one.open = false)")
        page.screenshot(path=SHOTS / f"{name}-{width}-{scheme}.png", full_page=True)
    page.context.clear_cookies()
    page.goto("/admin/sign-in/")
    faults += _grave(page)
    page.screenshot(path=SHOTS / f"sign-in-{width}-{scheme}.png")
    assert faults == []


def test_the_keyboard_reaches_the_content_and_the_menu(
    full_shop: LiveShop, open_as: OpenAs
) -> None:
    page = open_as("owner")
    page.goto(f"{full_shop.address}/admin/orders/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.set_viewport_size({"width": 390, "height": 800})
    page.reload()
    menu = page.get_by_role("button", name="Menu")
    assert menu.get_attribute("aria-expanded") == "false"
    menu.focus()
    page.keyboard.press("Enter")
    assert menu.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Dashboard"
