"""Filling an empty shop with the demo catalogue and its people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from injector import Injector

from novacart.application.catalog.add_category import AddCategory, AddCategoryCommand
from novacart.application.catalog.category_fields import CategoryFields
from novacart.application.catalog.import_products import ImportProducts, ImportProductsCommand
from novacart.application.catalog.product_file_formats import NumberedRow
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.ports.image_store import ImageStore
from novacart.domain.catalog.errors import SlugTaken
from novacart.entrypoints.demo import data
from novacart.entrypoints.demo.accounts import seed_people

Progress = Callable[[str, int, int], None]

_PICTURES: Final = (
    "image",
    "mobile_image",
    "mobile_secondary_image",
    "desktop_image",
    "desktop_secondary_image",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeded:
    """How many of each were new."""

    categories: int
    products: int
    people: int


def seed_demo(injector: Injector, *, progress: Progress = lambda _what, _done, _of: None) -> Seeded:
    """Load whatever of the demo shop is not there yet, through the shop's own use cases.

    `progress` is told what is being loaded, how many of it are done, and of how many. Doing
    it again adds nothing; a product is known by its title and subtitle.
    """
    catalogue = data.catalogue()
    return Seeded(
        categories=_seed_categories(injector, catalogue["categories"], progress),
        products=_seed_products(injector, catalogue["products"], progress),
        people=seed_people(injector, progress),
    )


def _seed_categories(injector: Injector, entries: list[dict[str, Any]], progress: Progress) -> int:
    add_category = injector.get(AddCategory)
    images = injector.get(ImageStore)  # type: ignore[type-abstract]
    there = {category.slug for category in _queries(injector).categories()}
    added = 0
    for done, entry in enumerate(entries, start=1):
        if entry["slug"] not in there:
            pictures = {name: _keep(images, "categories", entry[name]) for name in _PICTURES}
            fields: CategoryFields = {**entry, **pictures}  # type: ignore[typeddict-item]
            try:
                add_category(AddCategoryCommand(fields=fields))
            except SlugTaken:
                # It is there, and staff have switched it off.
                continue
            added += 1
        progress("categories", done, len(entries))
    return added


def _seed_products(injector: Injector, entries: list[dict[str, Any]], progress: Progress) -> int:
    images = injector.get(ImageStore)  # type: ignore[type-abstract]
    there = {
        (each.product.title, each.product.subtitle) for each in _queries(injector).every_product()
    }
    new = [entry for entry in entries if (entry["title"], entry["subtitle"]) not in there]
    rows = []
    for done, entry in enumerate(new, start=1):
        row = {name: value for name, value in entry.items() if name != "key"}
        row["image"] = _keep(images, "products", entry["image"])
        rows.append(NumberedRow(line=done, row=row))
        progress("products", done, len(new))
    report = injector.get(ImportProducts)(ImportProductsCommand(rows=rows))
    if report.bad:
        message = f"the demo catalogue is at fault: {report.bad[0].reason}"
        raise ValueError(message)
    return report.added


def _keep(images: ImageStore, folder: str, file_name: str) -> str:
    name = f"{folder}/{file_name.removesuffix('.webp')}"
    return images.put(data.picture(file_name), name=name, content_type="image/webp")


def _queries(injector: Injector) -> CatalogQueries:
    return injector.get(CatalogQueries)  # type: ignore[type-abstract]
