"""Load the demo shop."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from injector import Injector

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.add_category import AddCategory, AddCategoryCommand
from novacart.application.catalog.add_picture import AddPicture, AddPictureCommand
from novacart.application.catalog.edit_collections import AddCollection, AddCollectionCommand
from novacart.application.catalog.edit_variants import (
    EditVariants,
    EditVariantsCommand,
    VariantEdit,
)
from novacart.application.catalog.import_products import ImportProducts, ImportProductsCommand
from novacart.application.catalog.import_rows import NumberedRow, ProductRows
from novacart.application.catalog.product_rows import GENERIC
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.ports.image_store import ImageStore
from novacart.domain.catalog.category_details import CategoryDetails, CategoryImage
from novacart.domain.catalog.collection_details import (
    CollectionDetails,
    CollectionRule,
    CollectionSort,
)
from novacart.domain.catalog.errors import SlugTaken
from novacart.domain.shared.ids import VariantId
from novacart.domain.shared.money import Money
from novacart.entrypoints.demo import data
from novacart.entrypoints.demo.accounts import seed_people
from novacart.entrypoints.settings import InvalidSetting, Settings

_USUAL_PRICE: Final = "usual_price"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedReport:
    """The numbers of categories, products and accounts that were added."""

    categories: int
    products: int
    people: int


def seed_demo(
    injector: Injector, *, progress: Progress = lambda _what, _done, _total: None
) -> SeedReport:
    """Add what is missing of the demo shop, by means of the use cases. Idempotent.

    A product is identified by its title and subtitle. `progress` is called with the kind of
    data, the number done and their total. Raises `InvalidSetting` in production.
    """
    if not injector.get(Settings).debug:
        raise InvalidSetting(
            "The demo data is for development only: it has accounts with published passwords, one"
            " of them an owner. Set DEBUG=True to load it."
        )
    catalog = data.catalog()
    report = SeedReport(
        categories=_seed_categories(
            injector, [*catalog["parents"], *catalog["categories"]], progress
        ),
        products=_seed_products(injector, catalog["products"], progress),
        people=seed_people(injector, progress),
    )
    _seed_collections(injector, catalog["collections"])
    _start_sales(injector, catalog["products"])
    return report


def _seed_categories(injector: Injector, entries: list[dict[str, Any]], progress: Progress) -> int:
    add_category = injector.get(AddCategory)
    images = injector.get(ImageStore)  # type: ignore[type-abstract]
    existing = {category.slug: category.id for category in _queries(injector).categories()}
    added = 0
    for done, entry in enumerate(entries, start=1):
        if entry["slug"] not in existing:
            stored: dict[str, Any] = {
                name.value: _store(images, "categories", entry[name]) for name in CategoryImage
            }
            fields = {name: value for name, value in entry.items() if name != "parent"}
            parent_id = existing.get(entry.get("parent", ""))
            details = CategoryDetails(**{**fields, **stored, "parent_id": parent_id})
            command = AddCategoryCommand(actor=SYSTEM, details=details)
            try:
                existing[entry["slug"]] = add_category(command)
            except SlugTaken:
                # The category exists and staff have hidden it.
                continue
            added += 1
        progress("categories", done, len(entries))
    return added


def _seed_products(injector: Injector, entries: list[dict[str, Any]], progress: Progress) -> int:
    images = injector.get(ImageStore)  # type: ignore[type-abstract]
    existing = {
        (one.product.title, one.product.subtitle) for one in _queries(injector).all_products()
    }
    missing = [entry for entry in entries if (entry["title"], entry["subtitle"]) not in existing]
    rows = []
    for done, entry in enumerate(missing, start=1):
        row = {name: value for name, value in entry.items() if name not in {"key", _USUAL_PRICE}}
        row["price"] = entry.get(_USUAL_PRICE, entry["price"])
        row["image"] = _store(images, "products", entry["image"])
        rows.append(NumberedRow(line=done, row=row))
        progress("products", done, len(missing))
    file = ProductRows(source=GENERIC, rows=rows, total=len(rows))
    report = injector.get(ImportProducts)(ImportProductsCommand(actor=SYSTEM, file=file))
    if report.rejected:
        message = f"invalid product in the demo catalog: {report.rejected[0].reason}"
        raise ValueError(message)
    _add_pictures(injector, missing)
    return report.added


def _add_pictures(injector: Injector, entries: list[dict[str, Any]]) -> None:
    """Add the further pictures of new products."""
    add_picture = injector.get(AddPicture)
    pictures = data.pictures()
    keys = {(entry["title"], entry["subtitle"]): entry["key"] for entry in entries}
    products = [each.product for each in _queries(injector).all_products()]
    for product in products:
        for picture in pictures.get(keys.get((product.title, product.subtitle), ""), ()):
            add_picture(
                AddPictureCommand(
                    actor=SYSTEM,
                    product_id=product.id,
                    content=data.image(picture["image"]),
                    alt=picture["alt"],
                )
            )


def _start_sales(injector: Injector, entries: list[dict[str, Any]]) -> None:
    """Reduce products from their usual price, so that they have a lowest price of 30 days."""
    reduced = {(each["title"], each["subtitle"]): each for each in entries if _USUAL_PRICE in each}
    edit_variants = injector.get(EditVariants)
    products = [each.product for each in _queries(injector).all_products()]
    for product in products:
        entry = reduced.get((product.title, product.subtitle))
        if entry is None or str(product.price) != entry[_USUAL_PRICE]:
            continue
        changes = {
            "price": Money.parse(entry["price"], product.currency),
            "compare_at_price": product.price,
        }
        edit = VariantEdit(variant_id=VariantId(product.id), changes=changes)
        edit_variants(EditVariantsCommand(actor=SYSTEM, edits=[edit]))


def _seed_collections(injector: Injector, entries: list[dict[str, Any]]) -> None:
    queries = _queries(injector)
    ids = {each.product.title: each.product.id for each in queries.all_products()}
    categories = {category.slug: category.id for category in queries.categories()}
    currency = injector.get(Settings).currency
    for position, entry in enumerate(entries):
        rule = None
        if "max_price" in entry:
            rule = CollectionRule(
                category_id=categories.get(entry["category"]),
                max_price=Money.parse(entry["max_price"], currency),
            )
        details = CollectionDetails(
            name=entry["name"],
            description=entry["description"],
            rule=rule,
            product_ids=tuple(ids[title] for title in entry.get("products", ()) if title in ids),
            sort=CollectionSort(entry.get("sort", "newest")),
            position=position,
        )
        # It exists if the demo shop was loaded before.
        with suppress(SlugTaken):
            injector.get(AddCollection)(AddCollectionCommand(actor=SYSTEM, details=details))


def _store(images: ImageStore, folder: str, file_name: str) -> str:
    name = f"{folder}/{file_name.removesuffix('.webp')}"
    return images.put(data.image(file_name), name=name, content_type="image/webp")


def _queries(injector: Injector) -> CatalogQueries:
    return injector.get(CatalogQueries)  # type: ignore[type-abstract]
