"""Contract of recent exchanges that are kept."""

from datetime import timedelta
from typing import Final

from novacart.application.ports.recent_exchanges import RecentExchanges
from tests.support.clock import SetClock

LEEWAY: Final = timedelta(seconds=10)


class RecentExchangesContract:
    """Subclasses provide `recent`, which keeps exchanges for `LEEWAY`, and its `clock`."""

    def test_exchange_is_kept_for_the_leeway(
        self, recent: RecentExchanges, clock: SetClock
    ) -> None:
        assert not recent.has("first")
        recent.add("first")
        clock.move(seconds=5)
        assert recent.has("first")
        assert not recent.has("second")
        clock.move(seconds=5)
        assert not recent.has("first")
