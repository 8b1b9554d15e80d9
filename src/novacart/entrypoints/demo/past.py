"""A shop whose clock is set to the past, so that the demo data has a history."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any, Final

from injector import Injector, Module, provider, singleton

from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.payments.sandbox_ledger import SqlSandboxLedger
from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.adapters.system.order_numbers import RandomOrderNumbers
from novacart.application.ports.clock import Clock
from novacart.application.ports.image_processor import ImageProcessor, PreparedImage
from novacart.application.ports.order_numbers import OrderNumbers
from novacart.application.ports.password_hasher import PasswordHasher
from novacart.application.ports.payment_gateway import (
    GatewayRefused,
    PaymentGateway,
    RefundRequest,
)
from novacart.domain.payments.reports import RefundReport
from novacart.entrypoints.container import build_container
from novacart.entrypoints.demo.data import IMAGE_SIZE
from novacart.entrypoints.settings import EmailBackend, Settings


class PastClock:
    """A clock that shows the time it was set to."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        return self._now

    def set(self, at: datetime) -> None:
        self._now = at


class DemoGateway(SandboxGateway):
    """The sandbox provider, which refuses refunds while `refusal` has a message."""

    refusal = ""

    def refund(self, request: RefundRequest) -> RefundReport:
        if self.refusal:
            raise GatewayRefused(self.refusal)
        return super().refund(request)


class _Hasher:
    """Hashes each password once: the customers of the order history share a random one."""

    def __init__(self, hasher: PasswordHasher) -> None:
        self._hasher = hasher
        self._hashes: dict[str, str] = {}

    def hash(self, password: str) -> str:
        if password not in self._hashes:
            self._hashes[password] = self._hasher.hash(password)
        return self._hashes[password]

    def verify(self, password: str, password_hash: str | None) -> bool:
        return self._hasher.verify(password, password_hash)

    def is_outdated(self, password_hash: str) -> bool:
        return self._hasher.is_outdated(password_hash)


class _BundledImages:
    """Takes the images of the demo shop as they are: they are prepared, and all of one size."""

    def __init__(self, processor: ImageProcessor) -> None:
        self._processor = processor

    def prepare(self, content: bytes) -> PreparedImage:
        width, height = IMAGE_SIZE
        return PreparedImage(content=content, content_type="image/webp", width=width, height=height)

    def smaller(self, image: PreparedImage, *, side: int) -> PreparedImage:
        return self._processor.smaller(image, side=side)


class _Past(Module):
    def __init__(self, shop: Injector, clock: PastClock, random: Random) -> None:
        self._shop = shop
        self._clock = clock
        self._random = random

    @provider
    @singleton
    def clock(self) -> Clock:
        return self._clock

    @provider
    @singleton
    def database(self, settings: Settings) -> Database:
        # Syncing each of 2,500 commits to the disk takes longer than all the rest.
        return Database.connect(settings.database_url, durable=False)

    @provider
    @singleton
    def images(self) -> ImageProcessor:
        return _BundledImages(self._shop.get(ImageProcessor))  # type: ignore[type-abstract]

    @provider
    @singleton
    def hasher(self) -> PasswordHasher:
        return _Hasher(self._shop.get(PasswordHasher))  # type: ignore[type-abstract]

    @provider
    @singleton
    def numbers(self, settings: Settings) -> OrderNumbers:
        return RandomOrderNumbers(settings.shop_timezone, randbelow=self._random.randrange)

    @provider
    @singleton
    def demo_gateway(self, database: Database, clock: Clock) -> DemoGateway:
        return DemoGateway(ledger=SqlSandboxLedger(database), clock=clock)

    @provider
    @singleton
    def gateway(self, gateway: DemoGateway) -> PaymentGateway:
        return gateway


# The history does not depend on the settings of the shop.
_SETTINGS: Final[Mapping[str, Any]] = {
    "email_backend": EmailBackend.NONE,
    "ratelimit_enabled": False,
    "pending_order_ttl": timedelta(minutes=30),
    "cart_max_per_line": 10,
    "max_declines_per_order": 10,
    "max_unpaid_orders": 10,
    "max_open_cod_orders": 10,
    "max_reserved_units": 10,
}


@contextmanager
def past_shop(shop: Injector, clock: PastClock, random: Random) -> Iterator[Injector]:
    """Yield a container of the same database with another clock.

    Its relay sends no e-mails, it logs errors only, and it has no rate limits: 90 days pass in
    seconds.
    """
    settings = replace(shop.get(Settings), **_SETTINGS)
    past = build_container(settings, _Past(shop, clock, random))
    disabled = logging.root.manager.disable
    # Disputes of past months would be logged as warnings.
    logging.disable(logging.WARNING)
    try:
        yield past
    finally:
        logging.disable(disabled)
        past.get(Database).dispose()


@dataclass(frozen=True, slots=True, order=True)
class _Step:
    at: datetime
    number: int
    run: Callable[[], object] = field(compare=False)


class Timeline:
    """Steps that run in the order of their times, with the clock set to each.

    A step may add later ones. Those after `end` do not run.
    """

    def __init__(self, clock: PastClock, *, end: datetime) -> None:
        self._clock = clock
        self._end = end
        self._steps: list[_Step] = []
        self._numbers = count()

    @property
    def now(self) -> datetime:
        return self._clock.now()

    @property
    def end(self) -> datetime:
        return self._end

    def at(self, at: datetime, run: Callable[[], object]) -> None:
        if at <= self._end:
            heappush(self._steps, _Step(at, next(self._numbers), run))

    def continue_to(self, end: datetime) -> None:
        """Set a later end. The steps that did not run because of the earlier end are dropped."""
        self._end = end

    def run(self) -> None:
        """Run all steps, and then set the clock to the end."""
        while self._steps:
            step = heappop(self._steps)
            self._clock.set(step.at)
            step.run()
        self._clock.set(self._end)
