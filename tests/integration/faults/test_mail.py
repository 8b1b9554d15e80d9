"""What becomes of orders and letters when mail does not go out."""

from novacart.application.relay import MAX_ATTEMPTS
from tests.support.crash_harness import MortalShop
from tests.support.crash_journeys import Travels, Trip


def _trip(travels: Travels, name: str) -> Trip:
    return Trip(travels.shop, name, travels.owner)


def _letters(shop: MortalShop, order: dict[str, str]) -> list[str]:
    sent = shop.mailer.delivered
    return [letter for letter in sent if letter.startswith(order["number"])]


def test_an_hour_without_a_mail_server_keeps_no_order_and_loses_no_letter(
    shop: MortalShop, travels: Travels
) -> None:
    shop.mailer.down = True
    orders = []
    for minute in range(0, 60, 20):
        trip = _trip(travels, f"customer{minute}")
        order = trip.paid()
        shown = trip.person.get(f"/api/orders/{order['id']}/").get_json()
        assert shown["status"] == "PAID"
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
        assert _letters(shop, order) == [f"{order['number']}-confirmation"]
    assert shop.waiting() == []
    assert shop.contradictions() == []


def test_a_poisonous_letter_is_parked_and_the_rest_flow(shop: MortalShop, travels: Travels) -> None:
    poisoned, healthy = _trip(travels, "poisoned"), _trip(travels, "healthy")
    shop.mailer.refuse.add("poisoned@example.com")
    lost, told = poisoned.paid(), healthy.paid()
    assert _letters(shop, told) == [f"{told['number']}-confirmation"]
    for _ in range(MAX_ATTEMPTS):
        shop.wait(15 * 60)
        shop.work()
    (parked,) = shop.parked()
    assert parked.attempts == MAX_ATTEMPTS
    assert "MailRefused" in (parked.last_error or "")
    assert _letters(shop, lost) == []
    shown = poisoned.person.get(f"/api/orders/{lost['id']}/").get_json()
    assert shown["status"] == "PAID"
    later = healthy.paid(1)
    assert _letters(shop, later) == [f"{later['number']}-confirmation"]
    shop.mailer.refuse.clear()
    shop.retry_parked()
    assert _letters(shop, lost) == [f"{lost['number']}-confirmation"]
    assert shop.contradictions() == []
