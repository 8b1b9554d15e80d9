"""The shop's audit of itself."""

from injector import Binder, Injector, Module, inject, provider, singleton

from novacart.adapters.persistence.audit.books import SqlShopBooks
from novacart.adapters.persistence.back_office.audit_trail import SqlAuditTrail
from novacart.adapters.persistence.back_office.health import SqlCheckResults
from novacart.adapters.persistence.database import Database
from novacart.adapters.web.blueprint import Blueprint
from novacart.application.audit.audit_shop import AuditShop, TrailFault
from novacart.application.back_office.verify_audit_trail import VerifyAuditTrail
from novacart.application.ports.audit_trail import AuditTrail
from novacart.application.ports.check_results import CheckResults
from novacart.application.ports.shop_books import ShopBooks
from novacart.application.schedules import Schedule
from novacart.entrypoints.modules.feature import Reactions

_DAY = 24 * 3600


class AuditModule(Module):
    def configure(self, binder: Binder) -> None:
        binder.bind(AuditShop, to=inject(AuditShop), scope=singleton)

    @provider
    @singleton
    def books(self, database: Database) -> ShopBooks:
        return SqlShopBooks(database)

    @provider
    @singleton
    def results(self, database: Database) -> CheckResults:
        return SqlCheckResults(database)

    @provider
    @singleton
    def trail(self, database: Database) -> AuditTrail:
        return SqlAuditTrail(database)

    @provider
    @singleton
    def trail_fault(self, trail: AuditTrail) -> TrailFault:
        verify = VerifyAuditTrail(trail=trail)

        def fault() -> str | None:
            report = verify()
            if report.broken_at is None:
                return None
            return f"Entry {report.broken_at}: {report.explanation}"

        return fault


def blueprints(_injector: Injector) -> list[Blueprint]:
    """None: the back office shows the last result."""
    return []


def reactions(_injector: Injector) -> Reactions:
    """None: the audit looks for itself."""
    return []


def schedules(injector: Injector) -> list[Schedule]:
    """Once a day."""
    return [Schedule(name="audit", every_seconds=_DAY, run=injector.get(AuditShop))]
