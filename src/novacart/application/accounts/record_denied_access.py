"""Record that a user was refused for lack of rights."""

from dataclasses import dataclass

from novacart.application.authorization.throttle import Throttle, TooManyAttempts
from novacart.application.ports.clock import Clock
from novacart.application.ports.request_context import RequestContexts
from novacart.application.ports.security_monitor import SecurityMonitor
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.accounts.events import AccessDenied
from novacart.domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeniedAccessCommand:
    """`route` is the route's template, without ids."""

    user_id: UserId
    method: str
    route: str


class RecordDeniedAccess:
    """Record `AccessDenied` in the audit log, at most 30 times an hour for each user.

    Further ones are only logged and counted, so that no user can fill the audit log.
    """

    def __init__(
        self,
        *,
        begin: UnitOfWorkFactory,
        throttle: Throttle,
        monitor: SecurityMonitor,
        contexts: RequestContexts,
        clock: Clock,
    ) -> None:
        self._begin = begin
        self._throttle = throttle
        self._monitor = monitor
        self._contexts = contexts
        self._clock = clock

    def __call__(self, command: RecordDeniedAccessCommand) -> None:
        event = AccessDenied(
            user_id=command.user_id,
            method=command.method,
            route=command.route,
            occurred_at=self._clock.now(),
        )
        context = self._contexts.current()
        try:
            self._throttle.begin(
                "access_denied", address=context.address, subject=str(command.user_id)
            )
        except TooManyAttempts:
            self._monitor.notice(event, context)
            return
        with self._begin() as work:
            work.record(event)
            work.commit()
