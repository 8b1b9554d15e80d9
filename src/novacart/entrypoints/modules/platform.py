"""What every feature stands on: settings, time, the database, the outbox."""

from datetime import timedelta

from injector import Injector, Module, provider, singleton

from novacart.adapters.persistence.attempts.attempts import SqlAttempts
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.outbox.outbox import SqlOutbox
from novacart.adapters.persistence.readiness import SqlReadiness
from novacart.adapters.persistence.schedules.turns import SqlTurns
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.redis.attempts import RedisAttempts
from novacart.adapters.system.clock import SystemClock
from novacart.adapters.system.origin import ContextOrigin
from novacart.adapters.web.blueprint import Blueprint
from novacart.adapters.web.operations import operations_blueprint
from novacart.application.ports.attempts import Attempts
from novacart.application.ports.clock import Clock
from novacart.application.ports.origin import CurrentOrigin
from novacart.application.ports.outbox import Outbox
from novacart.application.ports.readiness import Readiness
from novacart.application.ports.turns import Turns
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.application.schedules import Schedule
from novacart.entrypoints.modules.feature import Reactions
from novacart.entrypoints.settings import Settings

_HOUR = 3600
_KEPT_MESSAGES = timedelta(days=30)


class PlatformModule(Module):
    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @provider
    @singleton
    def settings(self) -> Settings:
        return self._settings

    @provider
    @singleton
    def database(self) -> Database:
        return Database.connect(self._settings.database_url)

    @provider
    @singleton
    def clock(self) -> Clock:
        return SystemClock()

    @provider
    @singleton
    def origin(self) -> ContextOrigin:
        return ContextOrigin()

    @provider
    @singleton
    def current_origin(self, origin: ContextOrigin) -> CurrentOrigin:
        return origin

    @provider
    @singleton
    def begin(self, database: Database, origin: CurrentOrigin) -> UnitOfWorkFactory:
        return SqlUnitOfWorkFactory(database, origin)

    @provider
    @singleton
    def outbox(self, database: Database, origin: CurrentOrigin) -> Outbox:
        return SqlOutbox(database, origin)

    @provider
    @singleton
    def turns(self, database: Database) -> Turns:
        return SqlTurns(database)

    @provider
    @singleton
    def readiness(self, database: Database) -> Readiness:
        return SqlReadiness(database)

    @provider
    @singleton
    def sql_attempts(self, database: Database, clock: Clock) -> SqlAttempts:
        return SqlAttempts(database, clock)

    @provider
    @singleton
    def attempts(self, in_database: SqlAttempts) -> Attempts:
        if self._settings.redis_url:
            return RedisAttempts.connect(self._settings.redis_url)
        return in_database


def blueprints(injector: Injector) -> list[Blueprint]:
    """Health."""
    readiness = injector.get(Readiness)  # type: ignore[type-abstract]
    return [operations_blueprint(readiness=readiness)]


def reactions(_: Injector) -> Reactions:
    """The platform reacts to nothing."""
    return []


def schedules(injector: Injector) -> list[Schedule]:
    """Throwing away what nobody needs any more."""
    outbox = injector.get(Outbox)  # type: ignore[type-abstract]
    clock = injector.get(Clock)  # type: ignore[type-abstract]
    attempts = injector.get(SqlAttempts)
    return [
        Schedule(
            name="prune_outbox",
            every_seconds=24 * _HOUR,
            run=lambda: outbox.prune(before=clock.now() - _KEPT_MESSAGES),
        ),
        Schedule(name="prune_attempts", every_seconds=_HOUR, run=attempts.prune),
    ]
