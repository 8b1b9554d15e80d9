"""Bindings and jobs of the sales figures."""

from datetime import tzinfo

from injector import Injector, Module, provider, singleton

from novacart.adapters.persistence.back_office.daily_sales import SqlSalesFigures
from novacart.adapters.persistence.database import Database
from novacart.application.back_office.count_sales import CountSales, RecountSales
from novacart.application.ports.sales_figures import SalesFigures
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.entrypoints.settings import Settings

_HOUR = 3600


class AdminModule(Module):
    @provider
    @singleton
    def sales_figures(self, database: Database, settings: Settings) -> SalesFigures:
        return SqlSalesFigures(database, settings.shop_timezone)

    @provider
    @singleton
    def zone(self, settings: Settings) -> tzinfo:
        return settings.shop_timezone


def scheduled_jobs(injector: Injector) -> list[ScheduledJob]:
    """Build the jobs that count sales."""
    return [
        ScheduledJob(name="count_sales", every_seconds=_HOUR, run=injector.get(CountSales)),
        ScheduledJob(
            name="recount_sales", every_seconds=24 * _HOUR, run=injector.get(RecountSales)
        ),
    ]
