"""Limits of the orders that reserve stock for one account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from novacart.domain.ordering.errors import (
    TooManyCodOrders,
    TooManyRenewals,
    TooManyUnits,
    TooManyUnpaidOrders,
)
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.shared.ids import VariantId

RENEWAL_WINDOW: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOrders:
    """The numbers of orders that an account has when it places another one.

    `unpaid` orders are `PENDING`, `cod` orders are cash on delivery and not shipped. `abandoned`
    ones were placed in the last `RENEWAL_WINDOW` and cancelled without payment, the first at
    `abandoned_since`. `units` are those that `unpaid` and `cod` orders reserve of each variant of
    the cart.
    """

    unpaid: int = 0
    cod: int = 0
    abandoned: int = 0
    abandoned_since: datetime | None = None
    units: Mapping[VariantId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLimits:
    """Highest numbers for each account; None for no limit.

    `renewals` limits the orders of one `RENEWAL_WINDOW` that were replaced, cancelled or not paid
    in time, so that an account cannot reserve units for ever by renewing a checkout. `units` limits
    the units of one variant that unpaid and COD orders reserve.
    """

    unpaid: int | None = None
    cod: int | None = None
    renewals: int | None = None
    units: int | None = None

    def ensure_allowed(
        self,
        orders: OpenOrders,
        method: PaymentMethod,
        *,
        quantities: Mapping[VariantId, int],
        replaced: Mapping[VariantId, int],
        at: datetime,
    ) -> None:
        """Check that another order of these quantities may be placed.

        `replaced` are the quantities of the unpaid order that it replaces, empty for none. Raises
        `TooManyUnpaidOrders`, `TooManyCodOrders`, `TooManyRenewals` and `TooManyUnits`.
        """
        for variant_id, quantity in quantities.items():
            units = orders.units.get(variant_id, 0) - replaced.get(variant_id, 0) + quantity
            if self.units is not None and units > self.units:
                raise TooManyUnits(self.units)
        if method is PaymentMethod.COD:
            if self.cod is not None and orders.cod >= self.cod:
                raise TooManyCodOrders(self.cod)
            return
        if self.unpaid is not None and orders.unpaid - bool(replaced) >= self.unpaid:
            raise TooManyUnpaidOrders(self.unpaid)
        if self.renewals is not None and orders.abandoned >= self.renewals:
            since = orders.abandoned_since or at
            raise TooManyRenewals(since + RENEWAL_WINDOW - at)
