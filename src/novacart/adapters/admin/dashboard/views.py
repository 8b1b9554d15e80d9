"""How business goes: the first page."""

from datetime import timedelta
from typing import Any, ClassVar, Final

from flask import jsonify, request
from flask_admin import AdminIndexView, expose

from novacart.adapters.admin.dashboard.charts import Comparison, compared
from novacart.adapters.admin.staff_view import StaffView

SPANS: Final = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "a year"}
_DEFAULT: Final = "30"
_SHOWN: Final = 8


class DashboardView(StaffView, AdminIndexView):
    permissions: ClassVar = {"index": "dashboard.read", "data": "dashboard.read"}

    @expose("/")
    def index(self) -> str:
        chosen, figures = self._figures()
        queries = self.desk.dashboard
        return self.render(
            "back_office/dashboard.html",
            spans=SPANS,
            chosen=chosen,
            figures=figures,
            statuses=queries.orders_by_status(figures.first, figures.last),
            best=queries.best_sellers(figures.first, figures.last, limit=_SHOWN),
            low=queries.low_stock(at_most=self.desk.policy.low_stock, limit=_SHOWN),
            parked=queries.parked(),
        )

    @expose("/data/")
    def data(self) -> Any:  # noqa: ANN401 (a JSON answer)
        """The days of the chart: seconds since 1970, and amounts in major units."""
        _, figures = self._figures()
        return jsonify(figures.series())

    def _figures(self) -> tuple[str, Comparison]:
        chosen = request.args.get("days", _DEFAULT)
        if chosen not in SPANS:
            chosen = _DEFAULT
        length = timedelta(days=int(chosen))
        last = self.desk.clock.now().date()
        first = last - length + timedelta(days=1)
        days = self.desk.dashboard.days(first - length, last)
        return chosen, compared(days, int(chosen))
