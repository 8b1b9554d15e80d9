"""Read model of a product, shared by the queries of several features."""

from dataclasses import dataclass
from datetime import datetime

from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductView:
    """`stock` is the number of units that can be ordered now.

    `image` is an absolute URL or an absolute path on this site.
    """

    id: ProductId
    sku: str | None
    title: str
    subtitle: str
    description: str
    price: Money
    author: str | None
    published_year: int | None
    brand: str
    stock: int
    category_id: CategoryId | None
    image: str | None
    created_at: datetime
    updated_at: datetime
    version: int
