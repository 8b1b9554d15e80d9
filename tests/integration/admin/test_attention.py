"""The list of everything that needs a person's attention, and the dashboard's counts of it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from injector import Injector
from sqlalchemy import insert, update

from novacart.adapters.admin.attention.views import LABELS
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.ordering.tables import orders
from novacart.adapters.persistence.payments.tables import disputes, refunds, webhook_events
from novacart.application.back_office.attention import AttentionKind
from novacart.application.ports.outbox import Outbox
from novacart.application.ports.system_checks import SystemChecks
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from tests.support.back_office import StaffClient, create_account, staff_client
from tests.support.builders.shop_rows import NOON, insert_rows, order_id
from tests.support.clock import SetClock
from tests.support.shoppers import HOME

_ROW = re.compile(r'<td data-label="What" class="cell-kind">([^<]+)</td>')
_TILE = re.compile(r'<li><a href="([^"]+)">([^:<]+): ([\d,]+)</a></li>')


def _park_messages(injector: Injector, clock: SetClock) -> None:
    outbox = injector.get(Outbox)  # type: ignore[type-abstract]
    create_account(injector, "customer", "asha-two")
    create_account(injector, "customer", "ravi-two")
    for _ in range(2):
        (message,) = outbox.claim(at=clock.now(), until=clock.now() + timedelta(minutes=5))
        outbox.park(message, at=clock.now(), error="Timeout", handled_by=frozenset())


def _webhook_event(id: str, state: str) -> dict[str, object]:
    return {
        "id": id,
        "type": "charge.updated",
        "payload": "{}",
        "received_at": NOON,
        "next_attempt_at": NOON,
        "state": state,
        "attempts": 3,
        "note": f"The note of {id}",
        "settled_at": NOON,
    }


def _refund(number: int, **fields: object) -> dict[str, object]:
    return {
        "id": number,
        "payment_id": _PAYMENT,
        "key": f"k{number}",
        "amount_minor": 100,
        "currency": "INR",
        "origin": "STAFF",
        "reason": "",
        "status": "FAILED",
        "failure": "The bank refused.",
        "requested_at": NOON,
        "settled_at": NOON,
        "returned": False,
        "resolution": None,
        "resolved_at": None,
    } | fields


# The payment of the order NC-0001, of 200.00.
_PAYMENT = 7001


@pytest.fixture
def broken(app: Flask, injector: Injector, clock: SetClock) -> Flask:
    """A shop with items of every kind that need attention, and others that do not."""
    with injector.get(UnitOfWorkFactory)() as work:  # type: ignore[type-abstract]
        # The ids of the rows that are inserted below.
        work.ids.take(100)
        work.commit()
    _park_messages(injector, clock)
    database = injector.get(Database)
    insert_rows(database)
    with database.writing() as connection:
        connection.execute(
            insert(webhook_events),
            [
                *(_webhook_event(f"evt_parked_{n}", "parked") for n in range(3)),
                *(_webhook_event(f"evt_quarantined_{n}", "quarantined") for n in range(2)),
                _webhook_event("evt_handled", "handled"),
            ],
        )
        connection.execute(
            insert(refunds),
            [
                _refund(1, origin="LATE_MONEY"),
                _refund(2, returned=True),
                _refund(3),
                _refund(4, status="CANCELLED"),
                _refund(5, resolution="SETTLED_BY_HAND", resolved_at=NOON),
                _refund(6, status="SUCCEEDED"),
                # Less is left of the payment: a part was settled by hand since.
                _refund(7, amount_minor=20_000),
            ],
        )
        connection.execute(
            insert(disputes),
            [
                {
                    "reference": f"dp_{status}",
                    "payment_id": _PAYMENT,
                    "amount_minor": 500,
                    "currency": "INR",
                    "status": status,
                    "withdrawn": True,
                    "reinstated": False,
                    "opened_at": NOON,
                    "due_by": NOON,
                }
                for status in ("NEEDS_RESPONSE", "UNDER_REVIEW", "LOST")
            ],
        )
        connection.execute(
            update(orders)
            .where(orders.c.id == order_id(1))
            .values(address={"source_id": 1, **HOME})
        )
        connection.commit()
    checks = injector.get(SystemChecks)  # type: ignore[type-abstract]
    checks.record("audit", ok=False, summary="2 violations", at=NOON)
    checks.record("job_count_sales", ok=True, summary="The job ran.", at=NOON)
    return app


EXPECTED = {
    AttentionKind.LATE_REFUND: 1,
    AttentionKind.RETURNED_REFUND: 1,
    AttentionKind.FAILED_REFUND: 3,
    AttentionKind.DISPUTE: 1,
    # The paid orders without an address.
    AttentionKind.BLOCKED_ORDER: 2,
    AttentionKind.WEBHOOK_EVENT: 5,
    AttentionKind.MESSAGE: 2,
    AttentionKind.FAILED_CHECK: 1,
}


def test_dashboard_counts_equal_the_lists_they_link_to(broken: Flask) -> None:
    owner = staff_client(broken, "owner")
    tiles = _TILE.findall(owner.get("/admin/").text)
    assert {label: int(count) for _, label, count in tiles} == {
        LABELS[kind]: count for kind, count in EXPECTED.items()
    }
    for url, label, count in tiles:
        page = owner.get(url.replace("&amp;", "&")).text
        assert _ROW.findall(page) == [label] * int(count)
    everything = owner.get("/admin/attention/").text
    assert len(_ROW.findall(everything)) == sum(EXPECTED.values())
    assert f"Needs attention: {sum(EXPECTED.values())}" in owner.get("/admin/").text


@pytest.mark.parametrize(
    ("role", "hidden"),
    [
        ("manager", set()),
        ("support", {AttentionKind.MESSAGE}),
        ("catalog", set(AttentionKind) - {AttentionKind.FAILED_CHECK}),
    ],
)
def test_roles_see_and_count_the_kinds_they_may_read(
    broken: Flask, role: str, hidden: set[AttentionKind]
) -> None:
    client = staff_client(broken, role)
    shown = [LABELS[kind] for kind in AttentionKind if kind not in hidden]
    assert [label for _, label, _ in _TILE.findall(client.get("/admin/").text)] == shown
    assert set(_ROW.findall(client.get("/admin/attention/").text)) == set(shown)


def test_every_item_links_to_a_page_that_exists(broken: Flask) -> None:
    owner = staff_client(broken, "owner")
    page = owner.get("/admin/attention/").text
    links = re.findall(r'class="cell-subject"><a href="([^"]+)">', page)
    assert len(links) == sum(EXPECTED.values())
    for link in set(links):
        assert owner.get(link.replace("&amp;", "&")).status_code == 200, link


def test_problem_and_due_date_are_one_text(broken: Flask) -> None:
    page = staff_client(broken, "owner").get("/admin/attention/?kind=dispute").text
    assert re.search(r"<div>Respond to the dispute [^<]*<strong>Due <time", page)


def test_support_sees_no_button_that_it_may_not_use(broken: Flask) -> None:
    page = staff_client(broken, "support").get("/admin/attention/").text
    assert "Retry" not in page
    assert "Settle by hand" not in page


def test_events_and_messages_are_retried_from_the_list(broken: Flask, injector: Injector) -> None:
    owner = staff_client(broken, "owner")
    owner.submit("/admin/attention/retry/?id=webhook_event:evt_parked_0")
    # Its payload can't be read, so it is quarantined.
    assert "Retried: 1 of 1." in owner.flash_messages()
    outbox = injector.get(Outbox)  # type: ignore[type-abstract]
    keys = [f"message:{message.id}" for message in outbox.parked()]
    owner.submit("/admin/attention/action/", {"action": "retry", "rowid": keys})
    assert "Retried: 2 of 2." in owner.flash_messages()
    assert not outbox.parked()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "message:",
        "message:99999999",
        "webhook_event:unknown",
        "webhook_event:\0",
        "late_refund:404",
        "late_refund:" + "9" * 40,
        "dispute:dp_NEEDS_RESPONSE",
        "failed_check:audit",
        "unknown:1",
    ],
)
def test_item_that_cannot_be_retried_is_reported(owner: StaffClient, key: str) -> None:
    response = owner.submit("/admin/attention/action/", {"action": "retry", "rowid": key})
    assert response.status_code == 303
    assert any("Nothing was retried" in text for text in owner.flash_messages())


def test_failed_refund_is_settled_by_hand(broken: Flask) -> None:
    owner = staff_client(broken, "owner")
    page = owner.get("/admin/refunds/details/?id=1").text
    assert "again</button>" in page
    assert "Mark as settled" in page
    typed = "x" * 501
    page = owner.submit("/admin/refunds/settle/?id=1", {"reason": typed}).text
    assert "longer than 500 characters" in page
    assert typed in page
    owner.submit("/admin/refunds/settle/?id=1", {"reason": "Bank transfer 4711"})
    page = owner.get("/admin/refunds/details/?id=1").text
    assert "Bank transfer 4711" in page
    assert "again</button>" not in page
    assert not _ROW.findall(owner.get("/admin/attention/?kind=late_refund").text)
    page = owner.submit("/admin/refunds/settle/?id=1", {"reason": "Again"}).text
    assert "needs no action" in page


def test_failed_refund_is_closed_as_refunded_another_way(broken: Flask, injector: Injector) -> None:
    owner = staff_client(broken, "owner")
    typed = "x" * 501
    page = owner.submit("/admin/refunds/supersede/?id=1", {"reason": typed}).text
    assert "longer than 500 characters" in page
    assert typed in page
    page = owner.submit("/admin/refunds/supersede/?id=1", {"reason": ""}).text
    # The refunds 2 and 3 were made at the same time, but they failed.
    assert "do not cover the amount" in page
    with injector.get(Database).writing() as connection:
        later = {"status": "SUCCEEDED", "requested_at": NOON + timedelta(days=1)}
        connection.execute(update(refunds).where(refunds.c.id == 6).values(later))
        connection.commit()
    page = owner.get("/admin/refunds/details/?id=1").text
    assert re.search(r"Refunded since</dt>\s*<dd>[^0-9]*1\.00</dd>", page)
    owner.submit("/admin/refunds/supersede/?id=1", {"reason": "Refunded with NC-0002"})
    page = owner.get("/admin/refunds/details/?id=1").text
    assert "Refunded another way" in page
    assert "Refunded with NC-0002" in page
    assert "again</button>" not in page
    assert not _ROW.findall(owner.get("/admin/attention/?kind=late_refund").text)


def test_failed_refund_of_a_payment_that_was_settled_by_hand_in_full_is_left_out(
    broken: Flask, injector: Injector
) -> None:
    owner = staff_client(broken, "owner")
    with injector.get(Database).writing() as connection:
        # The whole payment.
        connection.execute(update(refunds).where(refunds.c.id == 5).values(amount_minor=20_000))
        connection.commit()
    for kind in ("late_refund", "returned_refund", "failed_refund"):
        assert not _ROW.findall(owner.get(f"/admin/attention/?kind={kind}").text)


@pytest.fixture
def failing(broken: Flask) -> Callable[[str], list[str]]:
    owner = staff_client(broken, "owner")

    def retry(refund: str) -> list[str]:
        owner.submit(f"/admin/refunds/retry/?id={refund}")
        return owner.flash_messages()

    return retry


def test_refund_that_is_not_failed_is_not_retried(failing: Callable[[str], list[str]]) -> None:
    assert any("needs no action" in text for text in failing("6"))


def test_orders_by_status_link_to_the_orders_of_the_period(broken: Flask) -> None:
    owner = staff_client(broken, "owner")
    page = owner.get("/admin/?days=7").text
    links = re.findall(
        r'<th scope="row"><a href="(/admin/orders/[^"]+)">.*?<td class="amount">(\d+)</td>',
        page,
        re.DOTALL,
    )
    assert sum(int(count) for _, count in links) == 12
    for link, count in links:
        listed = owner.get(link.replace("&amp;", "&")).text
        assert listed.count('class="cell-number"') == int(count), link


def test_empty_list_says_so(owner: StaffClient) -> None:
    assert "Nothing needs attention." in owner.get("/admin/attention/").text
    assert "Needs attention:" not in owner.get("/admin/").text
