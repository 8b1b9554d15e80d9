"""Accessibility and width of each page, in light and dark mode."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page
from sqlalchemy import update

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.payments.tables import payments, refunds, webhook_events
from novacart.application.back_office.list_query import ListQuery
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.ports.system_checks import SystemChecks
from novacart.entrypoints.container import build_relay
from tests.integration.admin.browser.conftest import LiveShop, OpenAs
from tests.integration.admin.browser.test_work import paid_order
from tests.support.back_office import staff_client
from tests.support.browser import save_screenshot, wait_until_settled
from tests.support.databases import TestRun
from tests.support.demo_shop import copy_demo_shop

SERIOUS = {"serious", "critical"}
PHONE = 390


def _paths(shop: LiveShop) -> dict[str, str]:
    """Path of each page, by the name of its screenshot."""
    queries = shop.injector.get(BackOfficeQueries)  # type: ignore[type-abstract]

    def first(query: Any, key: str = "id") -> object:  # noqa: ANN401 (any list)
        return getattr(query(ListQuery()).rows[0], key)

    catalog = shop.injector.get(CatalogQueries)  # type: ignore[type-abstract]
    [clothing] = [each.id for each in catalog.categories() if each.slug == "clothing"]
    products = [catalog.product_with_variants(row.id) for row in queries.products(ListQuery()).rows]
    [shirt, *_] = [each.product.id for each in products if each.options]
    [cup, *_] = [each.product.id for each in products if not each.options]
    details = {
        "order": ("orders/details", first(queries.orders)),
        "payment": ("payments/details", first(queries.payments)),
        "refund": ("refunds/details", first(queries.refunds)),
        "customer": ("customers/details", first(queries.customers)),
        "product": ("products/details", shirt),
        "product-without-options": ("products/details", cup),
        "product-edit": ("products/edit", first(queries.products)),
        "stock-ledger": ("products/stock-ledger", first(queries.products)),
        "category-edit": ("categories/edit", first(queries.categories)),
        "staff-account": ("staff/details", first(queries.staff)),
        "webhook-event": ("webhook-events/details", first(queries.webhook_events)),
        "outbox-message": ("outbox/details", first(queries.outbox)),
        "audit-entry": ("audit/details", first(queries.audit_log, "position")),
    }
    material = catalog.attributes(clothing)[0].id
    others = {
        "attribute-new": f"/admin/categories/attributes/new/?id={clothing}",
        "attribute-edit": f"/admin/categories/attributes/edit/?id={clothing}&attribute={material}",
        "category-attributes": f"/admin/categories/edit/?id={clothing}",
        "dashboard": "/admin/",
        "product-new": "/admin/products/new/",
        "category-new": "/admin/categories/new/",
        "category-tree": "/admin/categories/tree/",
        "collection-new": "/admin/collections/new/",
        "collection-edit": "/admin/collections/edit/?id=toys-under-1000",
        "import": "/admin/products/import/",
        "staff-new": "/admin/staff/new/",
        "password": "/admin/account/",
        "not-found": "/admin/orders/details/?id=0",
        "nothing-found": "/admin/orders/?search=nothing",
        **{
            path: f"/admin/{path}/"
            for path in (
                "attention orders payments refunds customers products categories collections"
                " staff webhook-events outbox audit health"
            ).split()
        },
    }
    return others | {name: f"/admin/{path}/?id={key}" for name, (path, key) in details.items()}


@pytest.fixture
def shop_data(test_run: TestRun, tmp_path: Path) -> dict[str, str]:
    return copy_demo_shop(test_run, tmp_path)


@pytest.fixture
def demo_shop(shop: LiveShop) -> LiveShop:
    """The demo shop with a partially refunded order and items that need attention."""
    books = shop.app.test_client().get("/api/products/?in_stock=true").get_json()
    order_id = paid_order(shop, books[0]["id"], books[1]["id"])
    manager = staff_client(shop.app, "manager")
    refund = {"reason": "Scratched", "amount": "10", "confirmed": "10.00"}
    manager.submit(f"/admin/orders/refund/?id={order_id}", refund)
    relay = build_relay(shop.injector)
    while relay():
        pass
    _break(shop)
    return shop


def _break(shop: LiveShop) -> None:
    """Park a webhook event, fail the refund and record a failed audit."""
    at = datetime(2026, 3, 14, 12, tzinfo=UTC)
    note = "The amount reported by the payment provider differs from the one on record."
    with shop.injector.get(Database).writing() as connection:
        connection.execute(update(webhook_events).values(state="quarantined", note=note))
        connection.execute(update(refunds).values(status="FAILED", failure="Account closed."))
        connection.execute(update(payments).values(refunded_minor=0))
        connection.commit()
    checks = shop.injector.get(SystemChecks)  # type: ignore[type-abstract]
    checks.record("audit", ok=True, summary="14 of 14 invariants hold.", at=at - timedelta(days=1))
    checks.record("audit", ok=False, summary="13 of 14 invariants hold. 1 violation.", at=at)


_CUT_OFF = """
    [...document.querySelectorAll(".table-card, .rows td")]
        .filter((element) => element.scrollWidth > element.clientWidth + 1)
        .map((element) => `${element.className} of ${element.textContent.trim().slice(0, 30)}`)
"""


# A date and a time with seconds need about 230 pixels.
_NARROW_TIMES = """
    [...document.querySelectorAll("input[type=datetime-local]")]
        .filter((input) => input.offsetParent !== null && input.offsetWidth < 230)
        .map((input) => input.id)
"""
# Cells with a label and without a content. On a phone, labels are shown beside the cells.
_EMPTY = """
    [...document.querySelectorAll("td[data-label]:not([data-label=''])")]
        .filter((cell) => cell.offsetParent !== null && cell.innerText.trim() === ""
            && !cell.querySelector("input:not([type=hidden]), select, img"))
        .map((cell) => cell.dataset.label)
"""


def _violations(page: Page) -> list[str]:
    violations = Axe().run(page).response["violations"]
    return [
        f"{page.url}: {rule['id']}: {rule['help']}: {node['target']} {node.get('failureSummary')}"
        for rule in violations
        if rule["impact"] in SERIOUS
        for node in rule["nodes"][:3]
    ]


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", PHONE)])
def test_pages_are_accessible_and_fit_the_window(
    demo_shop: LiveShop, open_as: OpenAs, scheme: str, width: int
) -> None:
    page = open_as("owner", scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    problems = []
    for name, path in _paths(demo_shop).items():
        page.goto(path)
        wait_until_settled(page)
        page.evaluate(
            "document.querySelectorAll('details').forEach((element) => element.open = true)"
        )
        problems += _violations(page)
        page_width = page.evaluate("document.documentElement.scrollWidth")
        if page_width > width:
            problems.append(f"{path} is {page_width} pixels wide")
        problems += [f"{path}: {each} is cut off" for each in page.evaluate(_CUT_OFF)]
        problems += [f"{path}: {each} is cut off" for each in page.evaluate(_NARROW_TIMES)]
        if width == PHONE:
            problems += [f"{path}: {each} is empty" for each in page.evaluate(_EMPTY)]
        page.evaluate(
            "document.querySelectorAll('details').forEach((element) => element.open = false)"
        )
        save_screenshot(page, f"{name}-{width}-{scheme}")
    page.context.clear_cookies()
    page.goto("/admin/sign-in/")
    problems += _violations(page)
    save_screenshot(page, f"sign-in-{width}-{scheme}", full_page=False)
    assert problems == []


def test_bulk_actions_stand_beside_each_other(demo_shop: LiveShop, open_as: OpenAs) -> None:
    page = open_as("owner")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{demo_shop.address}/admin/products/")
    page.locator("input[name=rowid]").first.check()
    tops = [
        page.get_by_role("button", name=name, exact=True).bounding_box()
        for name in ("Archive", "Restore")
    ]
    assert None not in tops
    assert len({box["y"] for box in tops if box is not None}) == 1


def test_keyboard_reaches_content_and_menu(demo_shop: LiveShop, open_as: OpenAs) -> None:
    page = open_as("owner")
    page.goto(f"{demo_shop.address}/admin/orders/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
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
