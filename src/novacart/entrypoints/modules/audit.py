"""Bindings and job of the audit."""

from injector import Injector, Module, provider, singleton

from novacart.adapters.persistence.audit.reader import SqlAuditReader
from novacart.adapters.persistence.back_office.audit_log import SqlAuditLog
from novacart.adapters.persistence.back_office.operations import SqlSystemChecks
from novacart.adapters.persistence.database import Database
from novacart.application.audit.audit_shop import AuditShop
from novacart.application.ports.audit_log import AuditLog
from novacart.application.ports.audit_reader import AuditReader
from novacart.application.ports.system_checks import SystemChecks
from novacart.application.scheduled_jobs import ScheduledJob

_DAY = 24 * 3600


class AuditModule(Module):
    @provider
    @singleton
    def reader(self, database: Database) -> AuditReader:
        return SqlAuditReader(database)

    @provider
    @singleton
    def results(self, database: Database) -> SystemChecks:
        return SqlSystemChecks(database)

    @provider
    @singleton
    def audit_log(self, database: Database) -> AuditLog:
        return SqlAuditLog(database)


def scheduled_jobs(injector: Injector) -> list[ScheduledJob]:
    """Run the audit once a day."""
    audit = injector.get(AuditShop)
    return [ScheduledJob(name="audit", every_seconds=_DAY, run=audit, is_long=True)]
