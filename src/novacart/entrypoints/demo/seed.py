"""Load the demo shop."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random
from typing import Any, Final

from injector import Injector

from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.application.authorization.actor import SYSTEM
from novacart.application.back_office.list_query import ListQuery
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.application.catalog.add_category import AddCategory, AddCategoryCommand
from novacart.application.catalog.add_picture import AddPicture, AddPictureCommand
from novacart.application.catalog.attribute_texts import COLUMN_PREFIX
from novacart.application.catalog.collection_queries import CollectionQueries
from novacart.application.catalog.edit_attributes import (
    AddAttribute,
    AddAttributeCommand,
    ChoiceEdit,
)
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
from novacart.application.ports.clock import Clock
from novacart.application.ports.image_store import ImageStore
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.domain.catalog.attribute_details import AttributeType
from novacart.domain.catalog.category_details import CategoryDetails, CategoryImage
from novacart.domain.catalog.collection_details import (
    CollectionDetails,
    CollectionRule,
    CollectionSort,
)
from novacart.domain.catalog.errors import AttributeCodeTaken, SlugTaken
from novacart.domain.shared.ids import CategoryId, ProductId, VariantId
from novacart.domain.shared.local_time import start_of_day
from novacart.domain.shared.money import Money
from novacart.entrypoints.demo import data
from novacart.entrypoints.demo.accounts import seed_people
from novacart.entrypoints.demo.orders import DAYS, LATEST, OrderHistory
from novacart.entrypoints.demo.past import PastClock, Timeline, past_shop
from novacart.entrypoints.settings import InvalidSetting, Settings

# Days before the shop's first order.
_PREPARATION: Final = 10
_SEED: Final = 20260314
# The start and the end of an earlier reduction, and the start of the present one, in days ago.
_EARLIER_SALE: Final = (24, 17)
_SALE: Final = 5
# Keys of a product in the catalog that are no columns of a product file.
_OTHER_KEYS: Final = {
    "key",
    "attributes",
    "image",
    "usual_price",
    "earlier_price",
    "options",
    "variants",
    "variant_prices",
}

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedReport:
    """The numbers of categories, products, accounts and orders that were added."""

    categories: int = 0
    products: int = 0
    people: int = 0
    orders: int = 0


def seed_demo(
    injector: Injector,
    *,
    with_orders: bool = False,
    progress: Progress = lambda _what, _done, _total: None,
) -> SeedReport:
    """Add what is missing of the demo shop, by means of the use cases. Idempotent.

    A product is identified by its title and subtitle. The catalog is dated 101 days ago. With
    `with_orders`, a new demo shop gets the orders of 90 days, if its payment provider is the
    sandbox. Shops that are loaded on the same date get the same orders; only the times of the
    latest ones differ. A shop that has orders is left as it is. `progress` is called with the kind
    of data, the number done and their total. Raises `InvalidSetting` in production.
    """
    if not injector.get(Settings).debug:
        raise InvalidSetting(
            "The demo data is for development only: it has accounts with published passwords, one"
            " of them an owner. Set DEBUG=True to load it."
        )
    if _has_orders(injector):
        return SeedReport()
    now = injector.get(Clock).now()  # type: ignore[type-abstract]
    # If the history ended now, its orders would depend on the time of day. It ends so early that
    # the latest orders, which are relative to now, follow it.
    end = start_of_day(now, injector.get(Settings).shop_timezone) - LATEST
    clock = PastClock(end - timedelta(days=DAYS + _PREPARATION))
    random = Random(_SEED)  # noqa: S311 (demo data, the same in each shop)
    is_sandbox = isinstance(injector.get(PaymentGateway), SandboxGateway)  # type: ignore[type-abstract]
    with past_shop(injector, clock, random) as shop:
        catalog = data.catalog()
        timeline = Timeline(clock, end=end)
        categories = _seed_categories(shop, data.categories(), progress)
        products = _seed_products(shop, catalog["products"], progress)
        owner, customers = seed_people(shop, progress)
        _seed_collections(shop, catalog["collections"])
        if products:
            _plan_sales(shop, timeline, catalog["products"])
        history = None
        is_new = products == len(catalog["products"])
        if with_orders and is_sandbox and is_new and owner is not None:
            history = OrderHistory(
                shop,
                timeline,
                random,
                owner=owner.user_id,
                shoppers=customers,
                progress=partial(progress, "orders"),
            )
            history.plan()
        timeline.run()
        timeline.continue_to(now)
        if history is not None:
            history.plan_latest()
        timeline.run()
        if history is not None:
            history.deliver_events()
    return SeedReport(
        categories=categories,
        products=products,
        people=len(customers) + (owner is not None),
        orders=history.placed if history is not None else 0,
    )


def _has_orders(injector: Injector) -> bool:
    queries = injector.get(BackOfficeQueries)  # type: ignore[type-abstract]
    return bool(queries.orders(ListQuery(limit=1)).rows)


def _seed_categories(injector: Injector, entries: list[dict[str, Any]], progress: Progress) -> int:
    add_category = injector.get(AddCategory)
    images = injector.get(ImageStore)  # type: ignore[type-abstract]
    existing = {category.slug: category.id for category in _queries(injector).categories()}
    added = 0
    for done, entry in enumerate(entries, start=1):
        if entry["slug"] not in existing:
            stored: dict[str, Any] = {
                name.value: _store(images, "categories", entry[name])
                for name in CategoryImage
                if name in entry
            }
            fields = {
                name: value for name, value in entry.items() if name not in {"parent", "attributes"}
            }
            parent_id = existing.get(entry.get("parent", ""))
            details = CategoryDetails(**{**fields, **stored, "parent_id": parent_id})
            command = AddCategoryCommand(actor=SYSTEM, details=details)
            try:
                existing[entry["slug"]] = add_category(command)
            except SlugTaken:
                # The category exists and staff have hidden it.
                continue
            added += 1
        _seed_attributes(injector, existing[entry["slug"]], entry.get("attributes", ()))
        progress("categories", done, len(entries))
    return added


def _seed_attributes(
    injector: Injector, category_id: CategoryId, entries: Sequence[dict[str, Any]]
) -> None:
    for entry in entries:
        fields = {name: value for name, value in entry.items() if name != "choices"}
        command = AddAttributeCommand(
            actor=SYSTEM,
            category_id=category_id,
            fields={**fields, "type": AttributeType(entry["type"])},
            choices=[ChoiceEdit(text=text) for text in entry.get("choices", ())],
        )
        # It exists if the demo shop was loaded before.
        with suppress(AttributeCodeTaken):
            injector.get(AddAttribute)(command)


def _seed_products(injector: Injector, entries: list[dict[str, Any]], progress: Progress) -> int:
    existing = {
        (one.product.title, one.product.subtitle) for one in _queries(injector).all_products()
    }
    missing = [entry for entry in entries if (entry["title"], entry["subtitle"]) not in existing]
    rows: list[NumberedRow] = []
    for done, entry in enumerate(missing, start=1):
        for row in _rows(entry):
            rows.append(NumberedRow(line=len(rows) + 1, row=row))
        progress("products", done, len(missing))
    file = ProductRows(source=GENERIC, rows=rows, total=len(rows))
    report = injector.get(ImportProducts)(ImportProductsCommand(actor=SYSTEM, file=file))
    if report.rejected:
        message = f"invalid product in the demo catalog: {report.rejected[0].reason}"
        raise ValueError(message)
    _add_pictures(injector, entries)
    return report.added


def _rows(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a product file: one for each variant.

    The catalog names variants by the values of their options, such as "Indigo / M", with their
    stock, and gives prices of values that cost more or less.
    """
    row = {name: value for name, value in entry.items() if name not in _OTHER_KEYS}
    row |= {
        "handle": entry["key"],
        "price": entry.get("usual_price", entry["price"]),
        **{COLUMN_PREFIX + code: value for code, value in entry.get("attributes", {}).items()},
    }
    code = "-".join(part[:3] for part in entry["key"].split("-")).upper()
    if "variants" not in entry:
        return [row | {"sku": code}]
    rows = []
    prices = entry.get("variant_prices", {})
    for name, stock in entry["variants"].items():
        values = name.split(" / ")
        options: dict[str, str] = {}
        for number, (option, value) in enumerate(zip(entry["options"], values, strict=True), 1):
            options |= {f"option{number}_name": option, f"option{number}_value": value}
        price = next((prices[value] for value in values if value in prices), row["price"])
        suffix = "-".join(_letters(value)[:3] for value in values)
        rows.append(row | options | {"sku": f"{code}-{suffix}", "stock": stock, "price": price})
    return rows


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).upper()


def _add_pictures(injector: Injector, entries: list[dict[str, Any]]) -> None:
    """Add the pictures of products without any: new ones, and those of an interrupted load.

    A further picture may name the value of an option, such as "Colour: Red"; the variants with it
    show the picture.
    """
    add_picture = injector.get(AddPicture)
    pictures = data.pictures()
    by_titles = {(entry["title"], entry["subtitle"]): entry for entry in entries}
    for each in _queries(injector).all_products():
        product = each.product
        entry = by_titles.get((product.title, product.subtitle))
        if entry is None or each.pictures:
            continue
        first = {"image": entry["image"], "alt": entry["title"]}
        for picture in (first, *pictures.get(entry["key"], ())):
            value = picture.get("shown_by")
            add_picture(
                AddPictureCommand(
                    actor=SYSTEM,
                    product_id=product.id,
                    content=data.image(picture["image"]),
                    alt=picture["alt"],
                    variant_ids=[
                        variant.id
                        for variant in each.variants
                        if value is not None and value in variant.options.split(", ")
                    ],
                )
            )


def _plan_sales(shop: Injector, timeline: Timeline, entries: list[dict[str, Any]]) -> None:
    """Plan the reductions: some products were reduced before, so the lowest price differs."""
    reduced = {(each["title"], each["subtitle"]): each for each in entries if "usual_price" in each}
    for each in _queries(shop).all_products():
        product = each.product
        entry = reduced.get((product.title, product.subtitle))
        if entry is None or str(product.price) != entry["usual_price"]:
            continue
        usual, currency = product.price, product.currency
        ids = [variant.id for variant in each.variants if variant.price_minor == usual.amount]
        change = partial(_change_prices, shop, product.id, ids)
        if "earlier_price" in entry:
            earlier = Money.parse(entry["earlier_price"], currency)
            start, end = (timeline.end - timedelta(days=days) for days in _EARLIER_SALE)
            timeline.at(start, partial(change, earlier, usual))
            timeline.at(end, partial(change, usual, None))
        price = Money.parse(entry["price"], currency)
        timeline.at(timeline.end - timedelta(days=_SALE), partial(change, price, usual))


def _change_prices(
    shop: Injector,
    product_id: ProductId,
    variant_ids: Sequence[VariantId],
    price: Money,
    compare_at_price: Money | None,
) -> None:
    changes = {"price": price, "compare_at_price": compare_at_price}
    edits = [VariantEdit(variant_id=each, changes=changes) for each in variant_ids]
    shop.get(EditVariants)(EditVariantsCommand(actor=SYSTEM, product_id=product_id, edits=edits))


def _seed_collections(injector: Injector, entries: list[dict[str, Any]]) -> None:
    queries = _queries(injector)
    ids = {each.product.title: each.product.id for each in queries.all_products()}
    categories = {category.slug: category.id for category in queries.categories()}
    currency = injector.get(Settings).currency
    now = injector.get(Clock).now()  # type: ignore[type-abstract]
    collections = injector.get(CollectionQueries)  # type: ignore[type-abstract]
    existing = {each.details.slug for each in collections.collections()}
    for position, entry in enumerate(entries):
        if entry.get("category", "") not in {"", *categories}:
            # Staff have hidden its category.
            continue
        rule = None
        if "products" not in entry:
            max_price = entry.get("max_price")
            rule = CollectionRule(
                brands=tuple(entry.get("brands", ())),
                tags=tuple(entry.get("tags", ())),
                category_id=categories.get(entry.get("category", "")),
                max_price=None if max_price is None else Money.parse(max_price, currency),
                on_sale=entry.get("on_sale", False),
            )
        details = CollectionDetails(
            name=entry["name"],
            description=entry["description"],
            rule=rule,
            product_ids=tuple(ids[title] for title in entry.get("products", ()) if title in ids),
            sort=CollectionSort(entry.get("sort", "newest")),
            position=position,
            ends_at=now + timedelta(days=entry["days"]) if "days" in entry else None,
        )
        # Staff may have renamed the choices that its rule names.
        if details.slug not in existing:
            injector.get(AddCollection)(
                AddCollectionCommand(
                    actor=SYSTEM, details=details, attributes=entry.get("attributes", ())
                )
            )


def _store(images: ImageStore, folder: str, file_name: str) -> str:
    name = f"{folder}/{file_name.removesuffix('.webp')}"
    return images.put(data.image(file_name), name=name, content_type="image/webp")


def _queries(injector: Injector) -> CatalogQueries:
    return injector.get(CatalogQueries)  # type: ignore[type-abstract]
