"""Estimate the delivery date of an order placed now."""

from datetime import date

from novacart.application.ordering.policy import CheckoutPolicy
from novacart.application.ports.clock import Clock
from novacart.domain.ordering.delivery import estimated_delivery


class EstimateDelivery:
    """Return the date in the shop's time zone."""

    def __init__(self, *, clock: Clock, policy: CheckoutPolicy) -> None:
        self._clock = clock
        self._policy = policy

    def __call__(self) -> date:
        return estimated_delivery(self._clock.now(), self._policy.timezone)
