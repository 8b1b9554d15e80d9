"""Request a link to a guest's order."""

import re
from dataclasses import dataclass
from typing import Final

from novacart.application.authorization.throttle import Throttle
from novacart.application.ports.clock import Clock
from novacart.application.ports.order_link_tokens import OrderLinkTokens
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.ordering.events import OrderLookupRequested
from novacart.domain.shared.errors import InvalidValue

_NUMBER: Final = re.compile(r"[A-Z0-9-]{1,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOrderLookupCommand:
    number: str
    email: str


class RequestOrderLookup:
    """Record a request for a link, whether or not there is such an order.

    `SendOrderLink` looks the order up later, so that neither the response nor its time reveals
    which orders exist. A malformed number or address, with which no order can exist, is ignored.
    Raises `TooManyAttempts`.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        tokens: OrderLinkTokens,
        throttle: Throttle,
        contexts: RequestContexts,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._tokens = tokens
        self._throttle = throttle
        self._contexts = contexts
        self._clock = clock

    def __call__(self, command: RequestOrderLookupCommand) -> None:
        self._throttle.begin(
            "order_lookup", address=self._contexts.current().address, subject=command.email
        )
        number = command.number.strip().upper()
        try:
            email = EmailAddress.parse(command.email)
        except InvalidValue:
            return
        if not _NUMBER.fullmatch(number):
            return
        with self._begin() as work:
            work.record(
                OrderLookupRequested(
                    number=number,
                    email_digest=self._tokens.email_digest(email.key),
                    request_id=work.ids.take()[0],
                    occurred_at=self._clock.now(),
                )
            )
            work.commit()
