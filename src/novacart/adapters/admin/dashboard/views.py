"""Dashboard: sales figures, order statuses, best sellers and low stock."""

from datetime import timedelta
from typing import Any, ClassVar, Final

from flask import jsonify, request
from flask_admin import AdminIndexView, expose

from novacart.adapters.admin.attention.views import LABELS
from novacart.adapters.admin.dashboard.charts import Comparison, compare
from novacart.adapters.admin.staff_view import StaffView
from novacart.application.back_office.attention import readable_kinds
from novacart.domain.shared.local_time import local_date

PERIODS: Final = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "1 year"}
_DEFAULT_PERIOD: Final = "30"
_MAX_ROWS: Final = 8
_LOW_STOCK: Final = 5


class DashboardView(StaffView, AdminIndexView):
    permissions: ClassVar = {"index": "dashboard.read", "data": "dashboard.read"}

    @expose("/")
    def index(self) -> str:
        period, figures = self._figures()
        queries = self.back_office.dashboard
        return self.render(
            "back_office/dashboard.html",
            periods=PERIODS,
            period=period,
            figures=figures,
            statuses=queries.orders_by_status(figures.first, figures.last),
            best_sellers=queries.best_sellers(figures.first, figures.last, limit=_MAX_ROWS),
            disputes=queries.open_disputes(limit=_MAX_ROWS) if self.can("payments.read") else (),
            low_stock=queries.low_stock(at_most=_LOW_STOCK, limit=_MAX_ROWS),
            attention=self.back_office.attention.counts(readable_kinds(self.actor)),
            attention_labels=LABELS,
            zone=self.back_office.zone,
            locale=self.back_office.locale,
        )

    @expose("/data/")
    def data(self) -> Any:  # noqa: ANN401 (a JSON response)
        """Data of the chart."""
        _, figures = self._figures()
        return jsonify(figures.series())

    def _figures(self) -> tuple[str, Comparison]:
        period = request.args.get("days", _DEFAULT_PERIOD)
        if period not in PERIODS:
            period = _DEFAULT_PERIOD
        length = timedelta(days=int(period))
        last = local_date(self.back_office.clock.now(), self.back_office.zone)
        first = last - length + timedelta(days=1)
        days = self.back_office.dashboard.days(first - length, last)
        return period, compare(days, int(period))
