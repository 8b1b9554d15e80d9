"""Read model of a product, shared by the queries of several features."""

from datetime import datetime
from typing import NamedTuple

from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.money import Money


class ProductView(NamedTuple):
    """`stock` is the number of units that can be ordered now.

    `price_minor` is in minor units of `currency`. `image` is an absolute URL or an absolute path
    on this site.
    """

    id: ProductId
    sku: str | None
    title: str
    subtitle: str
    description: str
    price_minor: int
    currency: str
    author: str | None
    published_year: int | None
    brand: str
    stock: int
    category_id: CategoryId | None
    image: str | None
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)
