"""Check of the database before a command or a worker uses it."""

from injector import Injector

from novacart.application.ports.readiness import Readiness
from novacart.entrypoints.settings import InvalidSetting, unusable_database


def ensure_ready(injector: Injector) -> None:
    """Raise `InvalidSetting` if the database is unreachable or its schema is not up to date."""
    for dependency in injector.get(Readiness)():  # type: ignore[type-abstract]
        if dependency.explanation:
            raise unusable_database(dependency.explanation)
        if not dependency.ok:
            raise InvalidSetting(dependency.detail)
