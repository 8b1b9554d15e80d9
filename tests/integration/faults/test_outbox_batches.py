"""The worker crashes while it delivers a batch of messages."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import count

from injector import Module, provider, singleton

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.outbox.outbox import SqlOutbox
from novacart.application.ports.outbox import Outbox, OutboxMessage
from novacart.application.ports.request_context import RequestContexts
from tests.integration.faults.conftest import MakeShop
from tests.support.crash_harness import CrashHarness
from tests.support.crash_journeys import Customer, JourneyRunner

_CUSTOMERS = 3


class _CompletesAtClaim(SqlOutbox):
    def claim(self, *, at: datetime, until: datetime, limit: int = 1) -> Sequence[OutboxMessage]:
        claimed = super().claim(at=at, until=until, limit=limit)
        self.complete(claimed, at=at)
        return claimed


class _CompletesAfterBatch(SqlOutbox):
    """Completes messages with the next claim."""

    def __init__(self, database: Database, contexts: RequestContexts) -> None:
        super().__init__(database, contexts)
        self._completed: list[OutboxMessage] = []

    def claim(self, *, at: datetime, until: datetime, limit: int = 1) -> Sequence[OutboxMessage]:
        if self._completed:
            super().complete(self._completed, at=self._completed_at)
            self._completed.clear()
        return super().claim(at=at, until=until, limit=limit)

    def complete(self, messages: Sequence[OutboxMessage], *, at: datetime) -> None:
        self._completed += messages
        self._completed_at = at


def _with(outbox: type[SqlOutbox]) -> Callable[[CrashHarness], Module]:
    class OutboxModule(Module):
        @provider
        @singleton
        def outbox(self, database: Database, contexts: RequestContexts) -> Outbox:
            return outbox(database, contexts)

    return lambda _: OutboxModule()


def _mails_after_crashes(shop: CrashHarness) -> Iterator[tuple[str, list[int]]]:
    """Yield each crash point of a batch of orders, and how often each order was confirmed."""
    runner = JourneyRunner.create(shop)
    customers = [
        Customer(shop, f"customer{n}", runner.owner, stock=1000) for n in range(_CUSTOMERS)
    ]
    for at in count():
        shop.work()
        shop.mailer.delivered.clear()
        numbers = []
        for customer in customers:
            customer.add_to_cart(1)
            body = {"address_id": customer.address, "payment_method": "COD"}
            numbers.append(customer.post_until_ok("/api/orders/create/", body)["number"])
        shop.crash_at(at)
        shop.work()
        crashed_at = shop.crashed_at
        shop.crash_at(None)
        if crashed_at is None:
            return
        shop.run_one_minute()
        mails = Counter(shop.mailer.delivered)
        yield f"{at}: {crashed_at}", [mails[f"{number}-confirmation"] for number in numbers]


def test_crash_in_a_batch_loses_no_message_and_repeats_one_mail_at_most(shop: CrashHarness) -> None:
    repeated = 0
    for point, mails in _mails_after_crashes(shop):
        assert min(mails) == 1, point
        assert sum(mails) <= _CUSTOMERS + 1, point
        repeated += sum(mails) - _CUSTOMERS
        assert shop.unhandled_messages() == [], point
    # A crash between a mail and its commit can't be told from one before the mail.
    assert repeated
    assert shop.violations() == []


def test_batch_that_is_completed_when_claimed_loses_mails(make_shop: MakeShop) -> None:
    """Negative control."""
    crashes = _mails_after_crashes(make_shop(_with(_CompletesAtClaim)))
    assert any(min(mails) == 0 for _, mails in crashes)


def test_batch_that_is_completed_at_its_end_repeats_several_mails(make_shop: MakeShop) -> None:
    """Negative control."""
    crashes = _mails_after_crashes(make_shop(_with(_CompletesAfterBatch)))
    assert any(sum(mails) > _CUSTOMERS + 1 for _, mails in crashes)
