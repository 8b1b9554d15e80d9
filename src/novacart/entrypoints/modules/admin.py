"""Queries of the back office, and sales figures."""

from datetime import tzinfo

from injector import Injector, Module, provider, singleton

from novacart.adapters.persistence.back_office.attention import SqlAttentionQueries
from novacart.adapters.persistence.back_office.daily_sales import SqlSalesFigures
from novacart.adapters.persistence.back_office.dashboard import SqlDashboardQueries
from novacart.adapters.persistence.back_office.operations import SqlHealthQueries
from novacart.adapters.persistence.back_office.queries import SqlBackOfficeQueries
from novacart.adapters.persistence.database import Database, QueryDatabase
from novacart.application.back_office.attention import AttentionQueries
from novacart.application.back_office.count_sales import CountSales, RecountSales
from novacart.application.back_office.dashboard import DashboardQueries
from novacart.application.back_office.operations import HealthQueries
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.application.back_office.retry_messages import RetryMessages
from novacart.application.ports.sales_figures import SalesFigures
from novacart.application.scheduled_jobs import ScheduledJob
from novacart.entrypoints.settings import Settings

_HOUR = 3600
USE_CASES = (CountSales, RecountSales, RetryMessages)


class AdminModule(Module):
    @provider
    @singleton
    def queries(self, database: QueryDatabase, settings: Settings) -> BackOfficeQueries:
        return SqlBackOfficeQueries(database, settings.currency)

    @provider
    @singleton
    def dashboard(self, database: QueryDatabase, settings: Settings) -> DashboardQueries:
        return SqlDashboardQueries(database, settings.currency, settings.shop_timezone)

    @provider
    @singleton
    def attention(self, database: QueryDatabase) -> AttentionQueries:
        return SqlAttentionQueries(database)

    @provider
    @singleton
    def health(self, database: Database) -> HealthQueries:
        return SqlHealthQueries(database)

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
