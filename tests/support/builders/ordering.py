"""Builders of customers, products, carts and orders."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

from novacart.application.authorization.limits import StaffLimits
from novacart.application.authorization.reauthentication import ReauthenticationPolicy
from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.accounts.address import AddressDetails
from novacart.domain.accounts.email_address import EmailAddress
from novacart.domain.accounts.user import User
from novacart.domain.accounts.username import Username
from novacart.domain.cart.cart import QuantityLimits
from novacart.domain.catalog.options import ProductOption
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.ordering.address import ShippingAddress
from novacart.domain.ordering.lifecycle import PaymentMethod
from novacart.domain.ordering.line import OrderLine
from novacart.domain.ordering.order import Order
from novacart.domain.shared.ids import (
    AddressId,
    CartLineId,
    OptionId,
    OrderId,
    OrderLineId,
    ProductId,
    UserId,
    VariantId,
)
from novacart.domain.shared.money import Money
from tests.fakes.request_contexts import FakeRequestContexts
from tests.support.builders.catalog import add_gallery

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
AS_CUSTOMER = FakeRequestContexts("user:3")
REAUTHENTICATION = ReauthenticationPolicy(refund_limit=Money(500_000, "INR"))
STAFF_LIMITS = StaffLimits(support=Money(200_000, "INR"))
PLENTY = QuantityLimits(orderable=1_000_000, max_per_line=1_000_000)

ADDRESS = ShippingAddress(
    source_id=AddressId(31),
    name="Asha Rao",
    mobile="9876543210",
    pincode="560001",
    state="Karnataka",
    district="Bengaluru",
    town="Bengaluru",
    house_number="12A",
    address="Residency Road",
    address_type="HOME",
)

_numbers = count(1)


def rupees(amount: int) -> Money:
    return Money(amount * 100, "INR")


def an_order_line(
    id: int = 11,
    *,
    product: int = 1,
    variant: int | None = None,
    price: Money | None = None,
    quantity: int = 1,
) -> OrderLine:
    """A line of a product's first variant, or of `variant`."""
    return OrderLine(
        id=OrderLineId(id),
        product_id=ProductId(product),
        variant_id=VariantId(variant or product),
        title=f"Product {product}",
        subtitle="As it was",
        image="/media/product.webp",
        unit_price=rupees(100) if price is None else price,
        quantity=quantity,
    )


def an_order(
    *lines: OrderLine,
    id: int = 7,
    user: int = 3,
    method: PaymentMethod = PaymentMethod.ONLINE,
    number: str = "NC-20261102-7K3M9Q",
    placed_at: datetime = NOON,
    ttl: timedelta = timedelta(minutes=30),
    by_guest: bool = False,
) -> Order:
    """A new order of `lines`, by default of one line. Its events are already collected."""
    order = Order.place(
        id=OrderId(id),
        number=number,
        user_id=UserId(user),
        email="asha@example.com",
        lines=lines or (an_order_line(),),
        address=ADDRESS,
        payment_method=method,
        placed_at=placed_at,
        expires_at=placed_at + ttl,
        by_guest=by_guest,
    )
    order.collect_events()
    return order


def add_customer(work: UnitOfWork, name: str = "asha") -> UserId:
    user_id = UserId(work.ids.take()[0])
    email = EmailAddress.parse(f"{name}@example.com")
    work.users.add(
        User.register(
            id=user_id,
            username=Username.parse(name, email=email),
            email=email,
            password_hash="not a hash",
            at=NOON,
        )
    )
    return user_id


def add_product(
    work: UnitOfWork, *, price: int = 100, stock: int = 10, title: str | None = None
) -> ProductId:
    """Add a product with `price` rupees and `stock` units on hand."""
    product_id = ProductId(work.ids.take()[0])
    details = ProductDetails(
        title=title or f"Product {product_id}",
        subtitle="A subtitle",
        price=rupees(price),
        image="/media/product.webp",
    )
    product = Product.create(id=product_id, details=details, at=NOON)
    work.products.add(product)
    add_gallery(work, product)
    work.stock.open({product.default_variant_id: stock}, reason="opening", at=NOON)
    return product_id


def add_address(work: UnitOfWork, user_id: UserId) -> AddressId:
    address_id = AddressId(work.ids.take()[0])
    book = work.address_books.get(user_id)
    details = AddressDetails(
        name=ADDRESS.name,
        mobile=ADDRESS.mobile,
        pincode=ADDRESS.pincode,
        state=ADDRESS.state,
        district=ADDRESS.district,
        town=ADDRESS.town,
        house_number=ADDRESS.house_number,
        address=ADDRESS.address,
    )
    book.add(address_id, details, at=NOON)
    work.address_books.save(book)
    return address_id


def fill_cart(
    work: UnitOfWork, user_id: UserId, quantities: dict[ProductId, int]
) -> list[CartLineId]:
    """Add the products' first variants to the cart in this order, ignoring the stock."""
    cart = work.carts.of(user_id)
    ids = [CartLineId(number) for number in work.ids.take(len(quantities))]
    for line_id, (product_id, quantity) in zip(ids, quantities.items(), strict=True):
        cart.add(VariantId(product_id), quantity, line_id=line_id, limits=PLENTY, at=NOON)
    work.carts.save(cart)
    return ids


class ShopFixture:
    """A shop with one customer, one address and one product for each price (rupees)."""

    def __init__(
        self, begin: UnitOfWorkFactory, *, stock: int = 10, prices: tuple[int, ...]
    ) -> None:
        self.begin = begin
        with begin() as work:
            self.customer = add_customer(work, f"customer{next(_numbers)}")
            self.address = add_address(work, self.customer)
            self.products = [add_product(work, price=price, stock=stock) for price in prices]
            work.commit()

    @property
    def variants(self) -> list[VariantId]:
        """The first variant of each product."""
        return [VariantId(product_id) for product_id in self.products]

    def fill_cart(self, *quantities: int) -> list[CartLineId]:
        """Add these quantities of the products, in their order."""
        with self.begin() as work:
            quantity_by_product = dict(zip(self.products, quantities, strict=False))
            lines = fill_cart(work, self.customer, quantity_by_product)
            work.commit()
        return lines

    def add_variant(self, index: int = 0, *, price: int = 120, stock: int = 10) -> VariantId:
        """Add a size M to a product, with `price` rupees; its first variant becomes size S."""
        with self.begin() as work:
            variant_id, option_id, *value_ids = work.ids.take(4)
            product = work.products.get_for_update(self.products[index])
            size = ProductOption.of_texts(
                id=OptionId(option_id), name="Size", texts=["S", "M"], ids=value_ids
            )
            product.add_option(size, existing="S", at=NOON)
            medium = Variant(
                id=VariantId(variant_id),
                details=VariantDetails(
                    sku=f"SKU-{variant_id}", price=rupees(price), image="/media/medium.webp"
                ),
                values={size.id: size.values[1].id},
            )
            product.add_variants([medium], at=NOON)
            work.products.save(product)
            work.stock.open({medium.id: stock}, reason="opening", at=NOON)
            work.commit()
        return medium.id

    def put_in_cart(self, user_id: UserId, quantities: Mapping[VariantId, int]) -> None:
        """Add variants to a customer's cart, ignoring the stock."""
        with self.begin() as work:
            cart = work.carts.of(user_id)
            for variant_id, quantity in quantities.items():
                [line_id] = work.ids.take()
                cart.add(variant_id, quantity, line_id=CartLineId(line_id), limits=PLENTY, at=NOON)
            work.carts.save(cart)
            work.commit()

    def another_customer(self) -> UserId:
        with self.begin() as work:
            customer = add_customer(work, f"customer{next(_numbers)}")
            work.commit()
        return customer

    def levels(self) -> list[tuple[int, int]]:
        """Units on hand and reserved units of each product, in their order."""
        with self.begin() as work:
            levels = work.stock.levels(self.variants)
        return [(levels[variant].on_hand, levels[variant].reserved) for variant in self.variants]


def no_payments(_order_id: OrderId) -> None:
    """The `PaymentUpdates` of a shop without payments."""
