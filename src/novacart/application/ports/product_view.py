"""A product as the catalogue shows it: the view that several features' answers share."""

from dataclasses import dataclass
from datetime import datetime

from novacart.domain.shared.ids import CategoryId, ProductId
from novacart.domain.shared.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductView:
    """`stock` is what can be ordered now; `image` an absolute URL or a path of this shop."""

    id: ProductId
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
