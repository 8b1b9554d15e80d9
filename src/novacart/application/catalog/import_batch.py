"""The import of some products in one unit of work."""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from novacart.application.catalog.add_category import free_slug
from novacart.application.catalog.attribute_rules import apply_changes
from novacart.application.catalog.attribute_texts import read_value
from novacart.application.catalog.base_values import (
    ensure_has_price,
    move_archived,
    with_values_of_variants,
)
from novacart.application.catalog.galleries import (
    IMPORT_REMOVAL_DELAY,
    GalleryChange,
    follow_images,
    save_gallery,
)
from novacart.application.catalog.import_report import (
    MAX_LISTED,
    ImportReport,
    ProductResult,
    RowProblem,
    StockChange,
    describe_stock,
)
from novacart.application.catalog.imported_product import (
    ImportedCategory,
    ImportedProduct,
    ImportedVariant,
    Names,
)
from novacart.application.catalog.merge_product import (
    MergedVariant,
    add_options,
    find_removed,
    find_variant,
    merge,
    restore_removed,
    variant_details,
)
from novacart.application.catalog.picture_columns import IMAGES
from novacart.application.catalog.undo_changes import (
    ProductChange,
    category_entry,
    removed_variants,
    was_removed,
)
from novacart.application.ports.html_sanitizer import HtmlSanitizer
from novacart.application.ports.import_jobs import ImportEntry
from novacart.application.ports.picture_downloads import PictureDownload
from novacart.application.ports.product_references import BaseValues
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.domain.catalog.attribute import Attribute
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.category_details import MAX_NAME, CategoryDetails
from novacart.domain.catalog.category_tree import MAX_LEVELS
from novacart.domain.catalog.errors import ProductNotFound, SkuTaken, SlugTaken, StockIsReserved
from novacart.domain.catalog.gallery import ProductGallery
from novacart.domain.catalog.picture import MAX_ALT, Picture
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.slugs import slugify
from novacart.domain.catalog.stock import StockLevel
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import CategoryId, PictureId, ProductId, VariantId

_NOT_READ: Final = "the row has no stock_read"
_ADJUSTED_SINCE: Final = "the stock was adjusted after the file was exported"
# Fields that a product can do without, so that a file of another shop is imported without them.
_OPTIONAL: Final = {
    "sku",
    "barcode",
    "compare_at_price",
    "weight_g",
    "image",
    "brand",
    "subtitle",
    "slug",
    "description_html",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """`may_add_categories` is the right to add categories that a file names.

    See `ImportProductsCommand` for the others.
    """

    source: str
    currency: str
    dry_run: bool
    set_stock: bool
    create_categories: bool
    default_stock: int
    picture_folder: str
    may_add_categories: bool
    job_id: int | None = None


class ImportBatch:
    """The import of some products in one unit of work.

    All are applied to the loaded products first, in the order of the file, and then written.
    """

    def __init__(
        self,
        work: UnitOfWork,
        options: BatchOptions,
        *,
        sanitizer: HtmlSanitizer,
        now: datetime,
        ids: Iterable[int] = (),
    ) -> None:
        """`ids` are unused ones that were taken before."""
        self.report = ImportReport()
        self._work = work
        self._options = options
        self._sanitizer = sanitizer
        self._now = now
        # The back office links the number to the page of the import.
        self._reason = f"Import {options.job_id}" if options.job_id else "Import"
        self._slugs = dict(work.categories.ids_by_slug())
        self._paths: dict[tuple[CategoryId | None, str], CategoryId] | None = None
        self._new_categories: list[Category] = []
        # The lines of the products that need them.
        self._category_lines: dict[CategoryId, int] = {}
        # Of new categories: the names on the path, or the slug that the file gives.
        self._category_keys: dict[CategoryId, tuple[object, ...]] = {}
        self._attributes: dict[CategoryId, Sequence[Attribute]] = {}
        self._products: dict[ProductId, Product] = {}
        self._product_of: dict[VariantId, ProductId] = {}
        self._by_sku: dict[str, ProductId] = {}
        self._by_slug: dict[str, ProductId] = {}
        self._by_reference: dict[str, ProductId] = {}
        self._new_references: dict[str, ProductId] = {}
        self._referenced: set[ProductId] = set()
        self._bases: dict[ProductId, BaseValues] = {}
        self._new_bases: dict[ProductId, BaseValues] = {}
        self._by_names: dict[Names, list[ProductId]] = defaultdict(list)
        self._levels: dict[VariantId, StockLevel] = {}
        self._galleries: dict[ProductId, ProductGallery] = {}
        self._changed_galleries: dict[ProductId, ProductGallery] = {}
        self._new: dict[ProductId, Product] = {}
        self._undone: Sequence[ImportEntry] = ()
        self._opened: dict[VariantId, StockLevel] = {}
        self._edited: set[ProductId] = set()
        self._deltas: dict[VariantId, int] = defaultdict(int)
        self._changes_of: dict[ProductId, tuple[ProductResult, ProductChange]] = {}
        self._pictures: dict[tuple[ProductId, str], PictureDownload] = {}
        self._ids = deque(ids)
        # Of new products and variants, chosen by the file.
        self._given_ids: set[int] = set()
        self._has_names_only = False

    def run(self, products: Sequence[ImportedProduct]) -> None:
        self._load(products)
        for imported in products:
            self.report.rejected += imported.problems
            self.report.notes += imported.notes
            if imported.variants:
                with self._rejecting(imported.line, imported.columns):
                    self._apply(imported)
        self._write()
        self.report.rejected.sort(key=lambda problem: problem.line)

    # Loading.

    def _load(self, imported: Sequence[ImportedProduct]) -> None:
        """Load and lock the products of the shop that the file means."""
        products = self._work.products
        skus = {sku for each in imported for sku in (*each.skus, each.product_sku) if sku}
        self._by_sku |= products.ids_by_sku(skus)
        slugs = {slug for each in imported if (slug := each.changes.get("slug"))}
        self._by_slug |= products.ids_by_slug(slugs)
        references = {each.reference for each in imported if each.reference is not None}
        references |= {key for each in imported for key in each.other_references}
        if references:
            self._by_reference |= self._work.product_references.find(
                self._options.source, references
            )
            self._referenced |= self._work.product_references.referenced(
                self._options.source, set(self._by_sku.values())
            )
        names = {each.names for each in imported if each.is_named_only}
        if names and not self._options.dry_run:
            self._has_names_only = True
            products.lock_names()
        for found, ids in products.ids_by_names({title for title, _, _ in names}).items():
            if found in names:
                self._by_names[found] += ids
        wanted = {each.id for each in imported if each.id is not None}
        wanted |= {*self._by_sku.values(), *self._by_reference.values()}
        wanted |= {product_id for ids in self._by_names.values() for product_id in ids}
        self._products = products.get_many_for_update(wanted)
        if any(each.has_base_values for each in imported):
            self._bases |= self._work.product_references.base_values(
                self._options.source, self._products
            )
        if any(each.images for each in imported):
            self._galleries |= self._work.galleries.get_many(self._products)
        archived = [
            product.id
            for product in self._products.values()
            if product.is_archived or len(product.active_variants) < len(product.variants)
        ]
        if archived:
            self._undone = self._work.import_jobs.undone_entries(archived)
        unknown = {VariantId(each.id) for each in imported if each.id} - {
            VariantId(product_id) for product_id in self._products
        }
        named = {each.id for product in imported for each in product.variants if each.id}
        self._product_of = dict(products.ids_by_variant(unknown | named))
        variant_ids = [each.id for product in self._products.values() for each in product.variants]
        self._work.stock.lock(variant_ids)
        self._levels = self._work.stock.levels(variant_ids)
        count = sum(new_id_count(each) for each in imported if not self._candidates(each))
        if count > len(self._ids):
            self._ids += self._work.ids.take(count - len(self._ids))

    def _take_ids(self, count: int) -> list[int]:
        if count > len(self._ids):
            self._ids += self._work.ids.take(count - len(self._ids))
        return [self._ids.popleft() for _ in range(count)]

    @property
    def unused_ids(self) -> Sequence[int]:
        return tuple(self._ids)

    def _candidates(self, imported: ImportedProduct) -> list[Product]:
        """The products that the file may mean; several only if the file is not clear."""
        if imported.id is not None and imported.id in self._products:
            return [self._products[imported.id]]
        by_sku = {self._by_sku[sku] for sku in imported.skus if sku in self._by_sku}
        referenced = self._by_reference.get(imported.reference or "")
        if referenced is None:
            referenced = self._by_sku.get(imported.product_sku)
        if imported.is_lenient and imported.reference is not None:
            # Shops may give a SKU to several products. Their keys tell them apart.
            by_sku = by_sku - self._referenced if referenced is None else {referenced}
        if by_sku:
            return [self._products[product_id] for product_id in sorted(by_sku)]
        if referenced is not None:
            return [self._products[referenced]]
        if not imported.is_named_only:
            return []
        named = [self._products[each] for each in self._by_names.get(imported.names, ())]
        # An earlier row may have renamed it.
        named = [product for product in named if _names(product) == imported.names]
        if len(named) > 1:
            named = [product for product in named if product.details.sku is None] or named
        return named

    def _find(self, imported: ImportedProduct) -> Product | None:
        """The product of the shop, None for a new one. Raises `DomainError` for several."""
        candidates = self._candidates(imported)
        if not candidates:
            return None
        if len(candidates) > 1:
            if imported.skus:
                raise DomainError("The SKUs of this product belong to several products.")
            raise DomainError(
                f"{len(candidates)} products have this title, subtitle and brand. Add id or SKU."
            )
        [product] = candidates
        if imported.id != product.id:
            present = {variant.details.sku for variant in product.variants}
            for sku in imported.skus - present:
                if self._by_sku.get(sku) == product.id:
                    # An earlier row gave the variant another SKU.
                    raise InvalidValue("sku", SkuTaken(sku).message)
        return product

    # Applying.

    def _apply(self, imported: ImportedProduct) -> None:
        product = self._find(imported)
        imported = self._prepared(imported, product)
        if product is None:
            self._add(imported)
            return
        changes, new_categories = self._changes(imported)
        draft = product.copy()
        self._ensure_active(draft)
        removed = removed_variants(draft, self._undone)
        restored = self._merge_options(draft, imported, removed)
        is_divided = not product.options or bool(restored)
        base = self._base(product.id)
        inherited = {"price": product.details.price, "weight_g": base.weight_g if base else None}
        merged: list[MergedVariant] = []
        stock_changes: list[StockChange | None] = []
        for variant in imported.variants:
            with self._rejecting(variant.line, imported.variant_columns):
                self._ensure_sku_is_free(variant, product.id)
                present = self._find_variant(draft, variant)
                details = self._details(imported, variant, present, inherited)
                change = None
                if present is not None:
                    change = self._stock_change(draft, present, variant, is_divided=is_divided)
                merged.append(MergedVariant(variant, present.id if present else None, details))
                stock_changes.append(change)
        # New base values change all variants or none, so that their differences stay.
        is_partial = imported.base is not None and len(merged) < len(imported.variants)
        if not merged or is_partial:
            return
        edited = self._product_details(imported, changes, product.details)
        edited = self._with_attributes(imported, edited, product.details, new_categories)
        self._ensure_slug_is_free(edited, product.id)
        ids = merge(draft, edited, merged, self._take_ids, self._now)
        if base is not None and imported.base is not None:
            move_archived(draft, base, imported.base, removed=removed, at=self._now)
        has_new_images = self._show_images(imported, product, draft)
        has_new_base = imported.base not in {None, base}
        self._include(draft, new_categories, imported)
        for variant_id, each in zip(ids, merged, strict=True):
            if each.id is None:
                self._open(variant_id, each.imported)
                self.report.variants_added += 1
        self._queue_pictures(imported, product.id, ids, merged)
        has_stock_changed = self._note_stock(stock_changes)
        is_edited = draft.event_count > product.event_count
        if is_edited:
            self._edited.add(product.id)
        if is_edited or has_stock_changed or has_new_base or has_new_images:
            self.report.edited += 1
            changed = [
                *_changed_fields(product, draft),
                *["stock"] * has_stock_changed,
                *["base_values"] * has_new_base,
                *[IMAGES] * has_new_images,
            ]
            self._list(imported, draft, before=product, changed=changed)
            self._note_deltas(product.id, stock_changes)
        else:
            self.report.unchanged += 1

    def _prepared(self, imported: ImportedProduct, product: Product | None) -> ImportedProduct:
        """Return the product with values of its variants, and without SKUs that are taken."""
        if product is not None:
            imported = with_values_of_variants(imported, product, self._base(product.id))
        ensure_has_price(imported)
        if imported.is_lenient:
            imported = self._distinct(imported, None if product is None else product.id)
        return imported

    def _base(self, product_id: ProductId) -> BaseValues | None:
        return self._new_bases.get(product_id) or self._bases.get(product_id)

    def _distinct(self, imported: ImportedProduct, product_id: ProductId | None) -> ImportedProduct:
        """Leave out SKUs that are taken, with a note, and reject rows with repeated options."""
        own: set[str] = set()
        combinations: set[tuple[tuple[str, str], ...]] = set()
        lines: dict[str, list[int]] = defaultdict(list)
        variants = []
        for variant in imported.variants:
            combination = tuple(
                sorted((name.casefold(), text.casefold()) for name, text in variant.options.items())
            )
            if variant.id is None and combination in combinations:
                reason = "An earlier row of the product has the same options."
                self.report.rejected.append(RowProblem(line=variant.line, reason=reason))
                continue
            combinations.add(combination)
            sku = variant.sku
            if sku in own or (sku and self._by_sku.get(sku, product_id) != product_id):
                lines[sku].append(variant.line)
                changes = {name: each for name, each in variant.changes.items() if name != "sku"}
                variant = replace(variant, changes=changes)  # noqa: PLW2901 (without its SKU)
            elif sku:
                own.add(sku)
            variants.append(variant)
        column = imported.variant_columns.get("sku", "sku")
        for sku, [line, *others] in lines.items():
            rows = f"This row and {len(others)} more" if others else "This row"
            reason = f"Another variant has the SKU “{sku}”. {rows} got none."
            self.report.notes.append(RowProblem(line=line, column=column, reason=reason))
        return replace(imported, variants=variants)

    def _show_images(self, imported: ImportedProduct, before: Product, product: Product) -> bool:
        """Give the gallery the images of an edited product and those of the file.

        Returns whether those of the file changed it. Raises as `follow_images`.
        """
        if product.images == before.images and not imported.images:
            return False
        gallery = self._changed_galleries.get(product.id) or self._gallery(product.id)
        draft = gallery.copy()
        if imported.images:
            new = [each for each in imported.images if draft.with_image(each.image) is None]
            with_ids = {each.image: each for each in self._with_ids(new)}
            named = [with_ids.get(each.image, each) for each in imported.images]
            draft.put(named, at=self._now)
        follow_images(draft, product, self._take_ids, at=self._now)
        product.show_pictures(draft.images, at=self._now)
        is_changed = draft.pictures != gallery.pictures
        if is_changed:
            self._changed_galleries[product.id] = draft
        return is_changed and bool(imported.images)

    def _gallery(self, product_id: ProductId) -> ProductGallery:
        """The gallery before the batch."""
        if product_id not in self._galleries:
            self._galleries[product_id] = self._work.galleries.get(product_id)
        return self._galleries[product_id]

    def _with_ids(self, pictures: Sequence[Picture]) -> list[Picture]:
        ids = self._take_ids(len(pictures))
        return [
            replace(picture, id=PictureId(new_id))
            for picture, new_id in zip(pictures, ids, strict=True)
        ]

    def _queue_pictures(
        self,
        imported: ImportedProduct,
        product_id: ProductId,
        variant_ids: Sequence[VariantId],
        merged: Sequence[MergedVariant],
    ) -> None:
        """Let the worker fetch the pictures of the product and of its variants."""
        given = {picture.url: (picture.line, picture.alt) for picture in imported.pictures}
        shown_by: dict[str, list[VariantId]] = defaultdict(list)
        for variant_id, each in zip(variant_ids, merged, strict=True):
            if each.imported.picture:
                given.setdefault(each.imported.picture, (each.imported.line, ""))
                shown_by[each.imported.picture].append(variant_id)
        urls = {each: _absolute(each, self._options.picture_folder) for each in given}
        if None in urls.values():
            reason = "It names pictures by a path. Name the URL of their folder to import them."
            self.report.notes.append(RowProblem(line=imported.line, reason=reason))
        for each_given, (line, alt) in given.items():
            url = urls[each_given]
            if url is None:
                continue
            self._pictures[product_id, url] = PictureDownload(
                id=0,
                product_id=product_id,
                url=url,
                alt=alt[:MAX_ALT],
                variant_ids=tuple(shown_by[each_given]),
                job_id=self._options.job_id,
                line=line,
                due_at=self._now,
            )

    def _ensure_active(self, product: Product) -> None:
        """Restore a product that was archived to undo an import; raise `DomainError` for others."""
        if not product.is_archived:
            return
        if not was_removed(product, self._undone):
            raise DomainError("This product is archived. Restore it first.")
        product.restore(at=self._now)

    def _merge_options(
        self,
        product: Product,
        imported: ImportedProduct,
        removed: Mapping[VariantId, Mapping[str, str]],
    ) -> Collection[VariantId]:
        """Add the options of the file, and restore those of the `removed` variants that it has."""
        found = {
            variant_id: each
            for each in imported.variants
            if (variant_id := find_removed(product, each, removed)) is not None
        }
        add_options(product, imported, self._take_ids, self._now)
        for variant_id, variant in found.items():
            restore_removed(product, variant_id, variant, at=self._now)
        return found.keys()

    def _note_stock(self, changes: Sequence[StockChange | None]) -> bool:
        """Note the changes of stock, and return whether any is applied."""
        is_applied = False
        for change in changes:
            if change is None:
                continue
            self.report.stock.append(change)
            if change.left_because is None:
                is_applied = True
                delta = change.after - change.before
                level = self._levels[change.variant_id]
                adjusted = level.adjusted(delta)
                if change.variant_id in self._deltas:
                    # The batch adjusts the stock of a variant once.
                    adjusted = replace(adjusted, version=level.version)
                self._levels[change.variant_id] = adjusted
                self._deltas[change.variant_id] += delta
        return is_applied

    def _changes(self, imported: ImportedProduct) -> tuple[Mapping[str, Any], Sequence[Category]]:
        """The changes of the product with its category, and the categories that are new."""
        category_id, new_categories = self._category_of(imported)
        if imported.category is None or category_id is _UNKNOWN:
            return imported.changes, new_categories
        return {**imported.changes, "category_id": category_id}, new_categories

    def _add(self, imported: ImportedProduct) -> None:
        _ensure_title(imported)
        if imported.id is not None and VariantId(imported.id) in self._product_of:
            raise InvalidValue("id", "This is the id of a variant of a product.")
        changes, new_categories = self._changes(imported)
        merged: list[MergedVariant] = []
        # A row without a price has that of the row before, and the first rows that of a later one.
        prices = (variant.changes.get("price") for variant in imported.variants)
        first_price = next(filter(None, prices), None)
        price: dict[str, Any] = {} if first_price is None else {"price": first_price}
        for variant in imported.variants:
            with self._rejecting(variant.line, imported.variant_columns):
                if "price" not in {**price, **variant.changes} and imported.id is not None:
                    raise ProductNotFound
                self._ensure_sku_is_free(variant, None)
                if variant.id is not None and variant.id in self._product_of:
                    raise InvalidValue("variant_id", "This is a variant of another product.")
                details = self._details(imported, variant, None, price)
                price = {"price": details.price}
                merged.append(MergedVariant(variant, None, details))
        if not merged:
            return
        first, *others = merged
        sold_as = {"sku": first.details.sku, "price": first.details.price}
        added = self._product_details(imported, {**changes, **sold_as}, None)
        added = self._with_attributes(imported, added, None, new_categories)
        self._ensure_slug_is_free(added, None)
        new_id = imported.id or ProductId(self._take_ids(1)[0])
        product = Product.create(
            id=new_id,
            details=added,
            at=self._now,
            variant_id=first.imported.id,
            variant_details=first.details,
        )
        add_options(product, imported, self._take_ids, self._now)
        first = MergedVariant(first.imported, product.default_variant_id, first.details)
        ids = merge(product, added, [first, *others], self._take_ids, self._now)
        pictures = {each.image: each for each in imported.images}
        for image in product.images:
            pictures.setdefault(image, Picture(id=PictureId(0), image=image))
        if pictures:
            with_ids = self._with_ids([*pictures.values()])
            gallery = ProductGallery.of_new_product(product.id, with_ids)
            product.show_pictures(gallery.images, at=self._now)
            self._changed_galleries[product.id] = gallery
        self._new[product.id] = product
        if imported.id is not None:
            self._given_ids.add(imported.id)
        self._include(product, new_categories, imported)
        for variant_id, each in zip(ids, merged, strict=True):
            self._open(variant_id, each.imported)
        self._queue_pictures(imported, product.id, ids, [first, *others])
        self.report.added += 1
        self.report.variants_added += len(others)
        self._list(imported, product, before=None)

    def _find_variant(self, product: Product, imported: ImportedVariant) -> Variant | None:
        present = find_variant(product, imported)
        if present is None and imported.id is not None and imported.id in self._product_of:
            raise InvalidValue("variant_id", "This is a variant of another product.")
        return present

    def _details(
        self,
        product: ImportedProduct,
        imported: ImportedVariant,
        variant: Variant | None,
        inherited: Mapping[str, Any],
    ) -> VariantDetails:
        changes = dict(imported.changes)
        if product.is_lenient and variant is not None and _ends_sale(changes, variant.details):
            changes.setdefault("compare_at_price", None)
        while True:
            try:
                return variant_details(changes, variant, inherited)
            except InvalidValue as error:
                if not self._left_out(product, error, changes, imported.line):
                    raise

    def _product_details(
        self,
        imported: ImportedProduct,
        changes: Mapping[str, Any],
        before: ProductDetails | None,
    ) -> ProductDetails:
        # Values of attributes depend on the category, see `_with_attributes`.
        left = {**changes, "attributes": ()}
        if left.get("description_html"):
            left["description_html"] = self._sanitizer.clean(left["description_html"])
        while True:
            try:
                return ProductDetails(**left) if before is None else before.with_changes(left)
            except InvalidValue as error:
                if not self._left_out(imported, error, left, imported.line):
                    raise

    def _with_attributes(
        self,
        imported: ImportedProduct,
        details: ProductDetails,
        before: ProductDetails | None,
        new_categories: Sequence[Category],
    ) -> ProductDetails:
        """The details with the values of the file. Raises as `changed_values`.

        A file has a column for the attributes of all categories: blank cells of others are skipped.
        """
        values = () if before is None else before.attributes
        given = {
            code: value
            for code, value in imported.attributes.items()
            if value is not None and value != ""
        }
        if not values and not given:
            return details
        present = self._attributes_of(None if before is None else before.category_id, ())
        coming = self._attributes_of(details.category_id, new_categories)
        written: dict[str, object] = dict(given)
        for each in [*present, *coming]:
            code = each.details.code
            if code in imported.attributes:
                value = imported.attributes[code]
                written[code] = read_value(each.details, value, imported.numbers)
        attributes = apply_changes(values, present, coming, written)
        return replace(details, attributes=attributes)

    def _attributes_of(
        self, category_id: CategoryId | None, new_categories: Sequence[Category]
    ) -> Sequence[Attribute]:
        """The attributes of a category. A new one has those of the category that it is in."""
        parents = {
            each.id: each.details.parent_id for each in [*self._new_categories, *new_categories]
        }
        while category_id in parents:
            category_id = parents[category_id]
        if category_id is None:
            return ()
        if not self._attributes:
            # Others only wait for it: a later lock of the whole tree can't deadlock with them.
            self._work.categories.lock_tree()
        if category_id not in self._attributes:
            self._attributes[category_id] = self._work.attributes.of_category(category_id)
        return self._attributes[category_id]

    def _left_out(
        self, imported: ImportedProduct, error: InvalidValue, changes: dict[str, Any], line: int
    ) -> bool:
        """Leave out the invalid value of an optional field, and note it."""
        name = error.field
        if not imported.is_lenient or name not in _OPTIONAL or name not in changes:
            return False
        del changes[name]
        column = imported.variant_columns.get(name) or imported.columns.get(name, name)
        self.report.notes.append(
            RowProblem(line=line, column=column, reason=f"{error.message} It was left out.")
        )
        return True

    def _open(self, variant_id: VariantId, imported: ImportedVariant) -> None:
        if imported.id is not None:
            self._given_ids.add(imported.id)
        if imported.stock is None:
            self.report.without_stock += 1
        level = StockLevel(
            variant_id=variant_id,
            on_hand=self._options.default_stock if imported.stock is None else imported.stock,
            reserved=0,
            version=imported.stock_version or 0,
        )
        self._opened[variant_id] = self._levels[variant_id] = level
        self.report.units_added += level.on_hand

    def _include(
        self, product: Product, categories: Sequence[Category], imported: ImportedProduct
    ) -> None:
        """Find the product and new categories by later rows."""
        self._products[product.id] = product
        if product.id in self._new:
            self._new[product.id] = product
        if product.details.slug is not None:
            self._by_slug[product.details.slug] = product.id
        for variant in product.variants:
            if variant.details.sku is not None:
                self._by_sku[variant.details.sku] = product.id
            self._product_of[variant.id] = product.id
        if product.id not in (named := self._by_names[_names(product)]):
            named.append(product.id)
        for reference in filter(None, (imported.reference, *imported.other_references)):
            self._note_reference(reference, product.id)
        if imported.base not in {None, self._base(product.id)}:
            self._new_bases[product.id] = imported.base
        for category in categories:
            self._slugs[category.details.slug] = category.id
            if self._paths is not None:
                place = category.details.parent_id, category.details.name.casefold()
                self._paths[place] = category.id
            self._new_categories.append(category)
            self._category_lines[category.id] = imported.line
            self.report.categories_added += 1

    def _note_reference(self, reference: str, product_id: ProductId) -> None:
        self._referenced.add(product_id)
        if reference not in self._by_reference:
            self._new_references[reference] = product_id
            self._by_reference[reference] = product_id

    def _list(
        self,
        imported: ImportedProduct,
        product: Product,
        *,
        before: Product | None,
        changed: Sequence[str] = (),
    ) -> None:
        result = ProductResult(
            line=imported.line,
            title=product.details.title,
            is_new=before is None,
            changed=tuple(changed),
        )
        self._add_result(result, ProductChange(product_id=product.id, before=before, stock={}))

    def _add_result(self, result: ProductResult, change: ProductChange) -> None:
        if len(self.report.products) < MAX_LISTED:
            self.report.products.append(result)
        self._changes_of.setdefault(change.product_id, (result, change))

    def _list_pictures(self, picture: PictureDownload) -> None:
        """List a product of which the file changes only pictures, so that they can be undone."""
        if picture.product_id in self._changes_of:
            return
        product = self._products[picture.product_id]
        result = ProductResult(
            line=picture.line, title=product.details.title, is_new=False, changed=("pictures",)
        )
        self._add_result(result, ProductChange(product_id=product.id, before=product, stock={}))
        self.report.edited += 1
        self.report.unchanged -= 1

    def _note_deltas(self, product_id: ProductId, changes: Sequence[StockChange | None]) -> None:
        deltas = self._changes_of[product_id][1].stock
        for change in changes:
            if change is not None and change.left_because is None:
                before, _ = deltas.get(change.variant_id, (0, 0))
                version = self._levels[change.variant_id].version
                deltas[change.variant_id] = before + change.after - change.before, version

    @property
    def new_categories(self) -> set[tuple[object, ...]]:
        """The new categories, each the same in another batch that a dry run has not kept."""
        return {self._category_keys[category.id] for category in self._new_categories}

    @property
    def only_adds(self) -> bool:
        """Whether it adds products and changes no others, and uses no attribute.

        Unique keys then detect all changes by others that matter. Names are not unique.
        """
        return not (
            self._changes_of.keys() - self._new.keys() or self._attributes or self._has_names_only
        )

    def report_entries(self) -> Iterator[ImportEntry]:
        """The report after the batch was written, not numbered, with what is needed to undo it.

        A category comes after the one that it is in, and before its products.
        """
        for category in self._new_categories:
            yield category_entry(category, line=self._category_lines[category.id])
        for result, change in self._changes_of.values():
            yield ImportEntry(
                number=0,
                line=result.line,
                result="added" if result.is_new else "changed",
                column=" ".join(result.changed),
                detail=result.title,
                product_id=change.product_id,
                undo=change.to_json(
                    self._products[change.product_id].version,
                    source=self._options.source,
                    base=self._bases.get(change.product_id),
                    has_new_base=change.product_id in self._new_bases,
                    pictures=self._gallery_change(change),
                ),
            )
        for kind, problems in (("rejected", self.report.rejected), ("note", self.report.notes)):
            for row in problems:
                yield ImportEntry(
                    number=0,
                    line=row.line,
                    result=kind,
                    column=row.column or "",
                    detail=row.reason,
                )
        for stock in self.report.stock:
            result_name, detail = describe_stock(stock)
            yield ImportEntry(
                number=0, line=stock.line, result=result_name, column="stock", detail=detail
            )

    def _gallery_change(self, change: ProductChange) -> GalleryChange | None:
        """The change of the pictures of a product that the shop had before."""
        after = self._changed_galleries.get(change.product_id)
        if change.before is None or after is None:
            return None
        return GalleryChange(self._gallery(change.product_id).pictures, after.pictures)

    # Categories.

    def _category_of(
        self, imported: ImportedProduct
    ) -> tuple[CategoryId | None, Sequence[Category]]:
        """The id of the category, and the categories that are new.

        The id is `_UNKNOWN` for a category of another shop that is not added.
        """
        category = imported.category
        if category is None:
            return None, ()
        if not category.slug:
            return self._category_at(category.path, imported) if category.path else (None, ())
        slug = category.slug.lower()
        if slug in self._slugs:
            return self._slugs[slug], ()
        if category.name is None and self._options.create_categories:
            path = tuple(name.strip() for name in category.slug.split(">") if name.strip())
            return self._category_at(path, imported) if path else (None, ())
        if category.name is None or not self._options.may_add_categories:
            raise InvalidValue(
                "category",
                f"There is no category with the slug “{category.slug}”. Add it first, or give its"
                " name in category_name.",
            )
        return self._new_category(category, slug, category.name)

    def _category_at(
        self, path: tuple[str, ...], imported: ImportedProduct
    ) -> tuple[CategoryId | None, Sequence[Category]]:
        """The category at a path of names. The last name alone is enough if it has its own slug."""
        found, missing = self._known_part(path)
        if not missing:
            return found, ()
        may_add = self._options.create_categories and self._options.may_add_categories
        if not may_add or len(path) > MAX_LEVELS:
            slug = slugify(path[-1])
            if slug in self._slugs:
                return self._slugs[slug], ()
            column = imported.columns.get("category", "category")
            name = " > ".join(path)
            reason = f"There is no category “{name}”, so it is left out."
            self.report.notes.append(RowProblem(line=imported.line, column=column, reason=reason))
            return _UNKNOWN, ()
        return self._new_path(found, missing)

    def _known_part(self, path: Sequence[str]) -> tuple[CategoryId | None, list[str]]:
        """The last category on the path that exists, and the names below it."""
        known = self._known_paths()
        found: CategoryId | None = None
        missing = list(path)
        while missing and (found, missing[0].casefold()) in known:
            found = known[found, missing.pop(0).casefold()]
        return found, missing

    def _new_path(
        self, parent_id: CategoryId | None, names: Sequence[str]
    ) -> tuple[CategoryId | None, Sequence[Category]]:
        """New categories, each in the one before."""
        added: list[Category] = []
        taken = {*self._slugs}
        for name in names:
            [new_id] = self._work.ids.take()
            slug = free_slug(slugify(name) or f"category-{new_id}", taken)
            details = CategoryDetails(name=name[:MAX_NAME], slug=slug, parent_id=parent_id)
            category = Category.create(id=CategoryId(new_id), details=details, at=self._now)
            taken.add(slug)
            added.append(category)
            of_parent = self._category_keys.get(parent_id, (parent_id,)) if parent_id else ()
            self._category_keys[category.id] = (*of_parent, name.casefold())
            parent_id = category.id
        return parent_id, added

    def _known_paths(self) -> dict[tuple[CategoryId | None, str], CategoryId]:
        """The categories by their parents and names. Locks the tree, since some may be added."""
        if self._paths is None:
            self._work.categories.lock_tree()
            self._paths = {
                (parent_id, name.casefold()): category_id
                for category_id, (parent_id, name) in self._work.categories.names().items()
            }
        return self._paths

    def _new_category(
        self, category: ImportedCategory, slug: str, name: str
    ) -> tuple[CategoryId | None, Sequence[Category]]:
        try:
            details = CategoryDetails(name=name, slug=slug, is_active=category.is_active)
        except InvalidValue as error:
            column = "category" if error.field == "slug" else "category_name"
            raise InvalidValue(column, error.message) from error
        above: list[Category] = []
        if 1 < len(category.path) <= MAX_LEVELS:
            found, missing = self._known_part(category.path)
            if not missing:
                # Added before with another slug, as one on the path of a category below it.
                return found, ()
            parent_id, added = self._new_path(found, missing[:-1])
            details, above = replace(details, parent_id=parent_id), [*added]
        [new_id] = self._work.ids.take()
        category_id = CategoryId(new_id)
        self._category_keys[category_id] = ("", slug)
        return category_id, [
            *above,
            Category.create(id=category_id, details=details, at=self._now),
        ]

    # Stock.

    def _ensure_sku_is_free(self, variant: ImportedVariant, product_id: ProductId | None) -> None:
        if variant.sku is not None and self._by_sku.get(variant.sku, product_id) != product_id:
            raise InvalidValue("sku", SkuTaken(variant.sku).message)

    def _ensure_slug_is_free(self, details: ProductDetails, product_id: ProductId | None) -> None:
        if details.slug and self._by_slug.get(details.slug, product_id) != product_id:
            raise InvalidValue("slug", SlugTaken(details.slug, "product").message)

    def _stock_change(
        self, product: Product, variant: Variant, imported: ImportedVariant, *, is_divided: bool
    ) -> StockChange | None:
        """The change of stock that the row asks for, None if it asks for none.

        The first combinations of a product replace its stock, which was that of all of them; also
        those that an undo had removed, since it has restored the stock of the product
        (`is_divided`).

        Raises `InvalidValue` for one that is not possible.
        """
        is_divided = is_divided and imported.price_difference is not None
        if imported.stock is None or imported.stock == imported.stock_read:
            return None
        level = self._levels[variant.id]
        left_because = None
        if imported.stock_read is None:
            delta = imported.stock - level.available
            if not self._options.set_stock and not is_divided:
                left_because = _NOT_READ
        else:
            delta = imported.stock - imported.stock_read
            if imported.stock_version not in {None, level.version}:
                left_because = _ADJUSTED_SINCE
        if delta == 0:
            return None
        if left_because is None:
            try:
                level.adjusted(delta)
            except StockIsReserved as error:
                raise InvalidValue(
                    "stock", f"This removes {-delta} units, but {level.available} are available."
                ) from error
        options = product.describe_options(variant)
        title = product.details.title
        return StockChange(
            line=imported.line,
            product_id=product.id,
            variant_id=variant.id,
            title=f"{title}, {options}" if options else title,
            before=level.available,
            after=level.available + (delta if left_because is None else 0),
            left_because=left_because,
        )

    # Writing.

    def _write(self) -> None:
        work = self._work
        for category in self._new_categories:
            work.categories.add(category)
        # By rising id, the order in which products and stock are locked everywhere.
        edited = self._edited | self._changed_galleries.keys()
        for product_id in sorted(edited - self._new.keys()):
            product = self._products[product_id]
            if product_id in self._changed_galleries:
                gallery = self._changed_galleries[product_id]
                save_gallery(work, product, gallery, at=self._now, delay=IMPORT_REMOVAL_DELAY)
            if product_id in self._edited:
                work.products.save(product)
        if self._given_ids and not self._options.dry_run:
            work.ids.skip(max(self._given_ids))
        work.products.add_all(list(self._new.values()))
        work.galleries.add_all(
            [self._changed_galleries[each] for each in self._new if each in self._changed_galleries]
        )
        if self._new_references:
            work.product_references.add(self._options.source, self._new_references)
        if self._new_bases:
            work.product_references.save_base_values(self._options.source, self._new_bases)
        work.stock.open(
            {variant_id: level.on_hand for variant_id, level in self._opened.items()},
            versions={variant_id: level.version for variant_id, level in self._opened.items()},
            reason=self._reason,
            at=self._now,
        )
        for variant_id, delta in sorted(self._deltas.items()):
            work.stock.adjust(variant_id, delta, reason=self._reason, at=self._now)
        if self._pictures:
            self._write_pictures()

    def _write_pictures(self) -> None:
        ids = self._take_ids(len(self._pictures))
        pictures = zip(ids, self._pictures.values(), strict=True)
        added = self._work.picture_downloads.add(
            [replace(picture, id=new_id) for new_id, picture in pictures]
        )
        self.report.pictures += len(added)
        for picture in added:
            self._list_pictures(picture)

    @contextmanager
    def _rejecting(self, line: int, columns: Mapping[str, str]) -> Iterator[None]:
        column: str | None = None
        try:
            yield
        except InvalidValue as error:
            column, reason = columns.get(error.field, error.field), error.message
        except DomainError as error:
            reason = error.message
        else:
            return
        self.report.rejected.append(RowProblem(line=line, column=column, reason=reason))


def _ends_sale(changes: Mapping[str, Any], details: VariantDetails) -> bool:
    """Whether the new price is above the present compare-at price."""
    price, compare_at = changes.get("price"), details.compare_at_price
    if price is None or compare_at is None or price.currency != compare_at.currency:
        return False
    return bool(price > compare_at)


# Not the id of a category.
_UNKNOWN: Final = CategoryId(-1)


def _absolute(picture: str, folder: str) -> str | None:
    """The URL of a picture, which may be a path in a folder; None without a folder."""
    if "://" in picture:
        return picture
    if picture.startswith("//"):
        return f"https:{picture}"
    return f"{folder.rstrip('/')}/{quote(picture.lstrip('/'), safe='/%')}" if folder else None


def _ensure_title(imported: ImportedProduct) -> None:
    """Raises `DomainError` for a new product without a title."""
    if "title" in imported.changes:
        return
    if imported.id is not None:
        raise ProductNotFound
    if imported.is_lenient:
        raise DomainError(
            "The shop does not have this product, and no column that is read has its name."
        )
    raise InvalidValue("title", "This is required for a new product.")


def new_id_count(imported: ImportedProduct) -> int:
    """The ids of a new product with its variants, options and pictures."""
    names = {name for variant in imported.variants for name in variant.options}
    texts = {item for variant in imported.variants for item in variant.options.items()}
    of_variants = max(0, len(imported.variants) - 1)
    images = {
        imported.changes.get("image"),
        *(each.changes.get("image") for each in imported.variants),
        *(each.image for each in imported.images),
    }
    pictures = sum(1 for image in images if image)
    pictures += len({each.url for each in imported.pictures})
    pictures += len({each.picture for each in imported.variants if each.picture})
    return (imported.id is None) + of_variants + len(names) + len(texts) + pictures


def _changed_fields(before: Product, after: Product) -> list[str]:
    changed = [
        field.name
        for field in fields(ProductDetails)
        if getattr(before.details, field.name) != getattr(after.details, field.name)
    ]
    if before.options != after.options:
        changed.append("options")
    if before.variants != after.variants and not changed:
        changed.append("variants")
    return changed


def _names(product: Product) -> Names:
    details = product.details
    return details.title, details.subtitle, details.brand
