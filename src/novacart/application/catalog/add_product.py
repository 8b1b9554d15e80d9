"""Add a product to the catalog."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from novacart.application.authorization.actor import Actor
from novacart.application.catalog.attribute_rules import changed_values
from novacart.application.catalog.policy import CatalogPolicy, ensure_category_exists
from novacart.application.catalog.repeated_forms import created_before, record_created
from novacart.application.ports.clock import Clock
from novacart.application.ports.unit_of_work import UnitOfWorkFactory
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.picture import Picture
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.shared.ids import PictureId, ProductId


@dataclass(frozen=True, slots=True, kw_only=True)
class AddProductCommand:
    """`attributes` are values of attributes by their code, as in `changed_values`.

    `stock` is the number of units on hand at first. `form_key` is unique to the form that was sent.
    """

    actor: Actor
    details: ProductDetails
    attributes: Mapping[str, object] = field(default_factory=dict)
    stock: int = 0
    reason: str = "Initial stock"
    form_key: str | None = None


class AddProduct:
    """Add a product with one variant, and return its id.

    The same form adds it once. Raises `PermissionDenied`, `SkuTaken`, `ConcurrentChange` for the
    key of a form with other values, and `InvalidValue` for a price in another currency, an unknown
    category, or a value that its attribute does not accept.
    """

    def __init__(self, *, begin: UnitOfWorkFactory, clock: Clock, policy: CatalogPolicy) -> None:
        self._begin = begin
        self._clock = clock
        self._policy = policy

    def __call__(self, command: AddProductCommand) -> ProductId:
        command.actor.require("products.write")
        now = self._clock.now()
        self._policy.ensure_currency(command.details.price.currency)
        with self._begin() as work:
            existing = created_before(
                work, command, (command.details, command.attributes, command.stock), at=now
            )
            if existing is not None:
                return ProductId(existing)
            ensure_category_exists(command.details.category_id, work.categories)
            details = command.details
            values = changed_values(work, None, details.category_id, command.attributes)
            details = replace(details, attributes=values)
            [new_id] = work.ids.take()
            product = Product.create(id=ProductId(new_id), details=details, at=now)
            work.products.add(product)
            if product.details.image is not None:
                [picture_id] = work.ids.take()
                picture = Picture(id=PictureId(picture_id), image=product.details.image)
                gallery = ProductGallery.of_new_product(product.id, [picture])
                work.galleries.add_all([gallery])
            work.stock.open(
                {product.default_variant_id: command.stock}, reason=command.reason, at=now
            )
            record_created(work, command, product.id)
            work.commit()
        return product.id
