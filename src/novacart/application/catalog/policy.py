"""Rules of the catalog that depend on the shop's settings or on other aggregates."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo

from novacart.application.ports.categories import Categories
from novacart.domain.catalog.errors import CategoryNotFound
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import CategoryId
from novacart.domain.shared.local_time import local_date


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogPolicy:
    """`currency` (ISO 4217) is the currency of every price.

    `import_rows` are the rows of a file that are imported in one transaction; None is the default.
    `import_pause` is the pause after such a batch, as a part of the time that the batch took.
    Prices of a file that are valid from a date are so in `timezone`.
    """

    currency: str
    import_rows: int | None = None
    import_pause: float = 0.0
    timezone: tzinfo = UTC

    def today(self, now: datetime) -> date:
        """The date in the shop's time zone."""
        return local_date(now, self.timezone)

    def ensure_currency(self, currency: str) -> None:
        """Raises `InvalidValue` on the field `currency` for another currency."""
        if currency != self.currency:
            raise InvalidValue("currency", f"This shop's prices are in {self.currency}.")


def ensure_category_exists(category_id: CategoryId | None, categories: Categories) -> None:
    """Raises `InvalidValue` on the field `category`."""
    if category_id is None:
        return
    try:
        categories.get(category_id)
    except CategoryNotFound as error:
        raise InvalidValue("category", error.message) from error
