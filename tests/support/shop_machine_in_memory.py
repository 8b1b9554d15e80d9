"""The state machine of the shop, in memory."""

from novacart.application.payments.cancel_payment import CancelPaymentCommand
from novacart.application.payments.send_refund import SendRefundCommand
from novacart.domain.ordering.events import OrderCancelled
from novacart.domain.payments.events import RefundRequested
from novacart.domain.shared.ids import OrderId, RefundId
from tests.fakes.payment_gateway import FakePaymentGateway
from tests.fakes.store import FakeStore
from tests.fakes.unit_of_work import FakeUnitOfWorkFactory
from tests.support.clock import SetClock
from tests.support.fake_audit_reader import assert_invariants_hold, assert_provider_agrees
from tests.support.payments_fixture import PaymentsFixture
from tests.support.shop_machine import ShopMachine


class ShopInMemory:
    def __init__(self) -> None:
        self.clock = SetClock()
        self.store = FakeStore()
        self.provider = FakePaymentGateway(self.clock)
        self.payments = PaymentsFixture(
            begin=FakeUnitOfWorkFactory(self.store), gateway=self.provider, clock=self.clock
        )
        self._handled = 0

    def handle_committed_events(self) -> None:
        while self._handled < len(self.store.events):
            event = self.store.events[self._handled]
            self._handled += 1
            if isinstance(event, OrderCancelled):
                self.payments.cancel_payment(CancelPaymentCommand(order_id=OrderId(event.order_id)))
            elif isinstance(event, RefundRequested):
                self.payments.send_refund(SendRefundCommand(refund_id=RefundId(event.refund_id)))

    def assert_sound(self) -> None:
        assert_invariants_hold(self.store)

    def assert_settled(self) -> None:
        assert_provider_agrees(self.store, self.provider)

    def close(self) -> None:
        """Nothing to close."""


class MachineInMemory(ShopMachine):
    def __init__(self) -> None:
        super().__init__(ShopInMemory())
