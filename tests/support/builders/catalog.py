"""Builders of products, categories and stock claims."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import count

from novacart.application.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from novacart.domain.catalog.attribute import Attribute
from novacart.domain.catalog.attribute_details import (
    AttributeChoice,
    AttributeDetails,
    AttributeType,
    AttributeValue,
)
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import CategoryDetails
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.options import ProductOption
from novacart.domain.catalog.picture import Picture
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.stock import StockClaim
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.shared.ids import (
    AttributeChoiceId,
    AttributeId,
    CategoryId,
    OptionId,
    OptionValueId,
    PictureId,
    ProductId,
    VariantId,
)
from novacart.domain.shared.money import Money

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)

_numbers = count(1)


def details(
    *,
    sku: str | None = None,
    title: str = "Brass lamp",
    subtitle: str = "",
    description: str = "",
    price: int = 49_900,
    author: str | None = None,
    published_year: int | None = None,
    brand: str = "",
    category_id: int | None = None,
    image: str | None = None,
    slug: str | None = None,
    tags: tuple[str, ...] = (),
    attributes: Mapping[int, AttributeValue] | None = None,
) -> ProductDetails:
    return ProductDetails(
        sku=sku,
        title=title,
        subtitle=subtitle,
        description=description,
        price=Money(price, "INR"),
        author=author,
        published_year=published_year,
        brand=brand,
        category_id=None if category_id is None else CategoryId(category_id),
        image=image,
        slug=slug,
        tags=tags,
        attributes=tuple((AttributeId(each), value) for each, value in (attributes or {}).items()),
    )


def a_product(
    id: int | None = None, about: ProductDetails | None = None, *, at: datetime = NOON
) -> Product:
    return Product.create(
        id=ProductId(id or 5000 + next(_numbers)),
        details=about or details(),
        at=at,
    )


def variant_details(
    *,
    sku: str | None = None,
    barcode: str | None = None,
    price: int = 49_900,
    compare_at: int | None = None,
    weight_g: int | None = None,
    image: str | None = None,
) -> VariantDetails:
    return VariantDetails(
        sku=sku,
        barcode=barcode,
        price=Money(price, "INR"),
        compare_at_price=None if compare_at is None else Money(compare_at, "INR"),
        weight_g=weight_g,
        image=image,
    )


def a_variant(
    id: int,
    values: Mapping[OptionId, OptionValueId],
    about: VariantDetails | None = None,
) -> Variant:
    return Variant(id=VariantId(id), details=about or variant_details(), values=values)


def an_option(id: int, name: str, *texts: str) -> ProductOption:
    """An option whose values have the ids that follow its own."""
    ids = range(id + 1, id + 1 + len(texts))
    return ProductOption.of_texts(id=OptionId(id), name=name, texts=texts, ids=ids)


def a_category(
    id: int,
    slug: str,
    *,
    name: str = "",
    position: int = 0,
    is_active: bool = True,
    parent: int | None = None,
) -> Category:
    return Category.create(
        id=CategoryId(id),
        details=CategoryDetails(
            name=name or slug.title(),
            slug=slug,
            image=f"/media/{slug}.webp",
            parent_id=None if parent is None else CategoryId(parent),
            position=position,
            is_active=is_active,
        ),
        at=NOON,
    )


def an_attribute(
    id: int,
    category: int,
    code: str,
    type_: AttributeType = AttributeType.TEXT,
    *,
    choices: Sequence[str] = (),
    unit: str | None = None,
    is_filterable: bool = True,
    position: int = 0,
) -> Attribute:
    """An attribute whose choices have the ids that follow its own."""
    return Attribute.create(
        id=AttributeId(id),
        category_id=CategoryId(category),
        details=AttributeDetails(
            name=code.title(),
            code=code,
            type=type_,
            unit=unit,
            choices=tuple(
                AttributeChoice(id=AttributeChoiceId(id + place), text=text)
                for place, text in enumerate(choices, start=1)
            ),
            is_filterable=is_filterable,
            position=position,
        ),
        at=NOON,
    )


def add_attributes(begin: UnitOfWorkFactory, *attributes: Attribute) -> None:
    with begin() as work:
        for attribute in attributes:
            work.attributes.add(attribute)
        work.commit()


def add_product(begin: UnitOfWorkFactory, product: Product, stock: int = 10) -> ProductId:
    """Add a product to the catalog with the units on hand of each variant."""
    with begin() as work:
        work.products.add(product)
        add_gallery(work, product)
        opening = {variant.id: stock for variant in product.variants}
        work.stock.open(opening, reason="Delivery", at=NOON)
        work.commit()
    return product.id


def add_gallery(work: UnitOfWork, product: Product) -> None:
    """Add the pictures that the product and its variants show."""
    images = [product.details.image, *(variant.details.image for variant in product.variants)]
    pictures = [
        Picture(id=PictureId(picture_id), image=image)
        for picture_id, image in zip(
            work.ids.take(len(images)), dict.fromkeys(images), strict=False
        )
        if image is not None
    ]
    work.galleries.add_all([ProductGallery(product_id=product.id, pictures=pictures)])


def add_categories(begin: UnitOfWorkFactory, *categories: Category) -> None:
    with begin() as work:
        for category in categories:
            work.categories.add(category)
        work.commit()


def a_claim(variant_id: int, quantity: int, reference: str, *, product: int = 0) -> StockClaim:
    """A claim on a variant, by default on the first of its product."""
    return StockClaim(
        variant_id=VariantId(variant_id),
        product_id=ProductId(product or variant_id),
        quantity=quantity,
        reference=reference,
    )
