"""Simulate the crash of a process at its nth commit or provider call.

The unit of work and the gateway are wrapped, so a new commit or call is a crash point without
being listed.
"""

from collections.abc import Callable
from functools import partial
from types import TracebackType
from typing import Any, Self, cast

from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory


class Crash(BaseException):
    """The process ended. Not an `Exception`, so that no handler of the application catches it."""


class CrashPoints:
    """Counts the points that are reached and raises `Crash` at number `at` (from 0), if given."""

    def __init__(self, at: int | None = None) -> None:
        self.at = at
        self.passed: list[str] = []

    def reach(self, name: str) -> None:
        self.passed.append(name)
        if self.at is not None and len(self.passed) > self.at:
            raise Crash(name)

    def begin(self, begin: UnitOfWorkFactory) -> UnitOfWorkFactory:
        def begin_crashing(*, is_optimistic: bool = False) -> UnitOfWork:
            work = begin(is_optimistic=is_optimistic)
            return cast("UnitOfWork", _CrashingUnitOfWork(work, self))

        return begin_crashing

    def gateway(self, gateway: PaymentGateway) -> PaymentGateway:
        return cast("PaymentGateway", _CrashingGateway(gateway, self))


class _CrashingUnitOfWork:
    def __init__(self, work: UnitOfWork, points: CrashPoints) -> None:
        self._work = work
        self._points = points

    def __enter__(self) -> Self:
        self._work.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._work.__exit__(kind, error, trace)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (any attribute of the unit of work)
        return getattr(self._work, name)

    def commit(self) -> None:
        self._points.reach("before commit")
        self._work.commit()
        self._points.reach("after commit")


class _CrashingGateway:
    def __init__(self, gateway: PaymentGateway, points: CrashPoints) -> None:
        self._gateway = gateway
        self._points = points

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (any attribute of the gateway)
        attribute = getattr(self._gateway, name)
        return partial(self._call, name, attribute) if callable(attribute) else attribute

    def _call(self, name: str, call: Callable[..., Any], *args: Any, **options: Any) -> Any:  # noqa: ANN401 (likewise)
        self._points.reach(f"before {name}")
        result = call(*args, **options)
        self._points.reach(f"after {name}")
        return result
