"""Orders and e-mails while the mail server is down or refuses an address."""

from novacart.application.relay import MAX_ATTEMPTS
from tests.support.crash_harness import CrashHarness
from tests.support.crash_journeys import Customer, JourneyRunner


def _customer(runner: JourneyRunner, name: str) -> Customer:
    return Customer(runner.shop, name, runner.owner)


def _mails(shop: CrashHarness, order: dict[str, str]) -> list[str]:
    delivered = shop.mailer.delivered
    return [message_id for message_id in delivered if message_id.startswith(order["number"])]


def test_mail_outage_delays_no_order_and_loses_no_mail(
    shop: CrashHarness, runner: JourneyRunner
) -> None:
    shop.mailer.down = True
    orders = []
    for minute in range(0, 60, 20):
        customer = _customer(runner, f"customer{minute}")
        order = customer.place_paid_order()
        response = customer.person.get(f"/api/orders/{order['id']}/").get_json()
        assert response["status"] == "PAID"
        orders.append(order)
        for _ in range(4):
            shop.wait(5 * 60)
            shop.work()
    assert shop.mailer.delivered == []
    shop.mailer.down = False
    for _ in range(4):
        shop.wait(5 * 60)
        shop.work()
    for order in orders:
        assert _mails(shop, order) == [f"{order['number']}-confirmation"]
    assert shop.unhandled_messages() == []
    assert shop.violations() == []


def test_refused_mail_is_parked_and_others_are_sent(
    shop: CrashHarness, runner: JourneyRunner
) -> None:
    refused, accepted = _customer(runner, "refused"), _customer(runner, "accepted")
    shop.mailer.refuse.add("refused@example.com")
    unsent, sent = refused.place_paid_order(), accepted.place_paid_order()
    assert _mails(shop, sent) == [f"{sent['number']}-confirmation"]
    for _ in range(MAX_ATTEMPTS):
        shop.wait(15 * 60)
        shop.work()
    # The verification link and the confirmation.
    parked = shop.parked()
    assert [message.attempts for message in parked] == [MAX_ATTEMPTS] * 2
    assert all("MailRefused" in (message.last_error or "") for message in parked)
    assert _mails(shop, unsent) == []
    response = refused.person.get(f"/api/orders/{unsent['id']}/").get_json()
    assert response["status"] == "PAID"
    later = accepted.place_paid_order(1)
    assert _mails(shop, later) == [f"{later['number']}-confirmation"]
    shop.mailer.refuse.clear()
    shop.retry_parked()
    assert _mails(shop, unsent) == [f"{unsent['number']}-confirmation"]
    assert shop.violations() == []
