"""Mail to customers about their orders and their money."""

from injector import Binder, Injector, Module, inject, singleton

from novacart.adapters.web.blueprint import Blueprint
from novacart.application.notifications.order_post import OrderPost
from novacart.application.notifications.tell_of_orders import (
    TellOfCancellation,
    TellOfConfirmation,
    TellOfShipping,
)
from novacart.application.notifications.tell_of_refunds import (
    TellOfLateMoney,
    TellOfRefund,
    TellOfRefundStart,
)
from novacart.application.schedules import Schedule
from novacart.domain.ordering.events import OrderCancelled, OrderConfirmed, OrderShipped
from novacart.domain.payments.events import LateMoneyReceived, RefundRequested, RefundSucceeded
from novacart.entrypoints.modules.feature import Reactions

_USE_CASES = (
    OrderPost,
    TellOfCancellation,
    TellOfConfirmation,
    TellOfLateMoney,
    TellOfRefund,
    TellOfRefundStart,
    TellOfShipping,
)


class NotificationsModule(Module):
    def configure(self, binder: Binder) -> None:
        for use_case in _USE_CASES:
            binder.bind(use_case, to=inject(use_case), scope=singleton)


def blueprints(_: Injector) -> list[Blueprint]:
    """Mail has no routes."""
    return []


def reactions(injector: Injector) -> Reactions:
    """Each event that a customer is told of, and its letter."""
    return [
        (OrderConfirmed, injector.get(TellOfConfirmation)),
        (OrderShipped, injector.get(TellOfShipping)),
        (OrderCancelled, injector.get(TellOfCancellation)),
        (RefundRequested, injector.get(TellOfRefundStart)),
        (RefundSucceeded, injector.get(TellOfRefund)),
        (LateMoneyReceived, injector.get(TellOfLateMoney)),
    ]


def schedules(_: Injector) -> list[Schedule]:
    """Mail needs no upkeep."""
    return []
