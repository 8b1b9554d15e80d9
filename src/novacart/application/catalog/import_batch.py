"""The import of some products in one unit of work."""

from collections import defaultdict, deque
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Final

from novacart.application.catalog.base_values import (
    ensure_has_price,
    move_archived,
    with_values_of_variants,
)
from novacart.application.catalog.galleries import GalleryChange
from novacart.application.catalog.import_categories import LEFT_OUT, ImportCategories
from novacart.application.catalog.import_details import ImportDetails
from novacart.application.catalog.import_matches import ImportMatches
from novacart.application.catalog.import_pictures import ImportPictures
from novacart.application.catalog.import_report import (
    MAX_LISTED,
    ImportReport,
    ProductResult,
    StockChange,
    describe_stock,
)
from novacart.application.catalog.import_stock import ImportStock
from novacart.application.catalog.imported_product import ImportedProduct, ImportedVariant
from novacart.application.catalog.merge_product import (
    MergedVariant,
    OptionText,
    add_options,
    ensure_same_options,
    find_removed,
    find_variant,
    merge,
    restore_removed,
    unused_texts,
)
from novacart.application.catalog.picture_columns import IMAGES
from novacart.application.catalog.previewed_products import PreviewedProducts
from novacart.application.catalog.repeated_products import SECOND_DEFAULT, RepeatedProducts
from novacart.application.catalog.row_problems import ProblemCode, RowProblem, RowRejected
from novacart.application.catalog.undo_changes import (
    ProductChange,
    removed_variants,
    was_removed,
)
from novacart.application.ports.html_sanitizer import HtmlSanitizer
from novacart.application.ports.id_generator import IdGenerator
from novacart.application.ports.import_jobs import EntryResult, ImportEntry
from novacart.application.ports.picture_downloads import PictureDownload
from novacart.application.ports.unit_of_work import UnitOfWork
from novacart.application.processor_time import yielding_processor
from novacart.domain.catalog.category import Category
from novacart.domain.catalog.errors import ProductNotFound, SkuTaken
from novacart.domain.catalog.product import Product
from novacart.domain.catalog.product_details import ProductDetails
from novacart.domain.catalog.variant import Variant, VariantDetails
from novacart.domain.shared.errors import DomainError, InvalidValue
from novacart.domain.shared.ids import ProductId, VariantId

_SAME_OPTIONS: Final = "An earlier row of the product has the same options."


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

    All are applied to the loaded products first, in the order of the file, and then written. A dry
    run only reads: it locks and writes nothing.
    """

    def __init__(
        self,
        work: UnitOfWork,
        options: BatchOptions,
        *,
        sanitizer: HtmlSanitizer,
        now: datetime,
        repeated: RepeatedProducts,
        ids: Iterable[int] = (),
        is_optimistic: bool = False,
        previewed: PreviewedProducts | None = None,
    ) -> None:
        """`repeated` has the earlier rows of the file, `ids` are unused ones taken before.

        `is_optimistic` is that of `work`. `previewed` are the products that the batches of a dry
        run before would add.
        """
        self.report = ImportReport()
        self._work = work
        self._options = options
        self._now = now
        self._repeated = repeated
        self._is_optimistic = is_optimistic
        self._previewed = previewed
        self.holds_locks = True
        """Whether requests may wait for the batch, since it has locked what they need."""
        self.previewed_lines: set[int] = set()
        """Lines of products that a batch before would add."""
        # The back office links the number to the page of the import.
        self._reason = f"Import {options.job_id}" if options.job_id else "Import"
        self._ids = deque(ids)
        self._id_generator: IdGenerator = _DryRunIds() if options.dry_run else work.ids
        self._matches = ImportMatches(work, options.source)
        self._categories = ImportCategories(
            work,
            self.report,
            create=options.create_categories,
            may_add=options.may_add_categories,
            lock=not options.dry_run,
            ids=self._id_generator,
            now=now,
            previewed={} if previewed is None else previewed.categories,
        )
        self._stock = ImportStock(
            work,
            self.report,
            set_stock=options.set_stock,
            default_stock=options.default_stock,
        )
        self._pictures = ImportPictures(
            work,
            self.report,
            self._take_ids,
            folder=options.picture_folder,
            job_id=options.job_id,
            now=now,
        )
        self._details = ImportDetails(self._categories, sanitizer, self.report)
        self._new: dict[ProductId, Product] = {}
        self._undone: Sequence[ImportEntry] = ()
        self._edited: set[ProductId] = set()
        self._changes_of: dict[ProductId, tuple[ProductResult, ProductChange]] = {}
        # Of new products and variants, chosen by the file.
        self._given_ids: set[int] = set()

    def run(self, products: Sequence[ImportedProduct]) -> None:
        self._repeated.start(products)
        self._load(products)
        has_products = bool(self._matches.products) and not self._options.dry_run
        self.holds_locks = has_products or not self._is_optimistic
        for each in products if self.holds_locks else yielding_processor(products):
            imported = self._repeated.reject(each)
            self.report.rejected += imported.problems
            self.report.notes += imported.notes
            if imported.variants:
                with self._rejecting(imported.line, imported.columns):
                    if not self._is_previewed(imported):
                        self._apply(imported)
        self._write()
        if self._previewed is not None:
            self._previewed.categories |= self._categories.new_by_slug
        self.report.rejected.sort(key=lambda problem: problem.line)

    # Loading.

    def _load(self, imported: Sequence[ImportedProduct]) -> None:
        """Load and lock the products of the shop that the file means."""
        lock = not self._options.dry_run
        self._matches.load(imported, lock=lock)
        products = self._matches.products
        if any(each.images for each in imported):
            self._pictures.load(products)
        archived = [
            product.id
            for product in products.values()
            if product.is_archived or len(product.active_variants) < len(product.variants)
        ]
        if archived:
            self._undone = self._work.import_jobs.undone_entries(archived)
        self._matches.load_variants(imported)
        self._stock.load(products.values(), lock=lock)
        self._prepare_ids(
            sum(new_id_count(each) for each in imported if not self._matches.candidates(each))
        )

    def _prepare_ids(self, count: int) -> None:
        if count > len(self._ids):
            self._ids += self._id_generator.take(count - len(self._ids))

    def _take_ids(self, count: int) -> list[int]:
        self._prepare_ids(count)
        return [self._ids.popleft() for _ in range(count)]

    @property
    def unused_ids(self) -> Sequence[int]:
        return tuple(self._ids)

    # Applying.

    def _apply(self, imported: ImportedProduct) -> None:
        product = self._matches.find(imported)
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
        base = self._matches.base(product.id)
        inherited = {"price": product.details.price, "weight_g": base.weight_g if base else None}
        by_key: dict[Hashable, MergedVariant] = {}
        stock_changes: list[StockChange | None] = []
        for variant in imported.variants:
            with self._rejecting(variant.line, imported.variant_columns):
                self._ensure_sku_is_free(variant, product.id)
                present = self._find_variant(draft, variant)
                self._repeated.ensure_same_variant(variant, draft, present, imported)
                key = _key_of(variant, present)
                if key in by_key:
                    continue
                details = self._details.of_variant(imported, variant, present, inherited)
                stock_changes.append(
                    self._stock.change_for(draft, present, variant, is_divided=is_divided)
                )
                by_key[key] = MergedVariant(variant, present.id if present else None, details)
        merged = self._with_each_option(imported, [*by_key.values()], product)
        # New base values change all variants or none, so that their differences stay.
        if not merged or (imported.base is not None and len(merged) < len(imported.variants)):
            return
        draft = self._without_rejected(
            draft, product, imported, merged, removed=removed, restored=restored
        )
        self._repeated.ensure_same_product(imported, product)
        edited = self._details.of_product(imported, changes, product.details)
        edited = self._details.with_attributes(imported, edited, product.details, new_categories)
        self._matches.ensure_slug_is_free(edited, product.id)
        ids = merge(draft, edited, merged, self._take_ids, self._now)
        if base is not None and imported.base is not None:
            move_archived(draft, base, imported.base, removed=removed, at=self._now)
        self._include(draft, new_categories, imported, before=product)
        has_new_images = self._pictures.show(draft, imported, product)
        has_new_base = imported.base not in {None, base}
        self._open_new(ids, merged)
        self._pictures.queue(imported, product.id, ids, merged)
        has_stock_changed = self._stock.apply(stock_changes)
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

    def _without_rejected(
        self,
        draft: Product,
        product: Product,
        imported: ImportedProduct,
        merged: Sequence[MergedVariant],
        *,
        removed: Mapping[VariantId, Mapping[str, str]],
        restored: Collection[VariantId],
    ) -> Product:
        """The draft again, without values and `restored` variants that only rejected rows have."""
        if len(merged) == len(imported.variants):
            return draft
        archived = {*restored} - {each.id for each in merged}
        rows = [each.imported for each in merged]
        unused = unused_texts(product, draft, rows, archived=archived)
        if not unused and not archived:
            return draft
        draft = product.copy()
        self._ensure_active(draft)
        removed = {each: texts for each, texts in removed.items() if each not in archived}
        self._merge_options(draft, imported, removed, unused)
        return draft

    def _prepared(self, imported: ImportedProduct, product: Product | None) -> ImportedProduct:
        """Return the product with values of its variants.

        A product of another shop loses a slug and SKUs that are taken.
        """
        if product is not None:
            self._repeated.note_key(imported, product)
            imported = with_values_of_variants(imported, product, self._matches.base(product.id))
        ensure_has_price(imported)
        if imported.is_lenient:
            imported = self._distinct(imported, None if product is None else product.id)
            imported = self._with_free_slug(imported, product)
        elif len(imported.variants) > 1:
            imported = self._without_repeated(imported, is_new=product is None)
        return imported

    def _with_free_slug(
        self, imported: ImportedProduct, product: Product | None
    ) -> ImportedProduct:
        """Leave out a slug that is taken, with a note, and that of a product that has one."""
        slug = imported.changes.get("slug")
        product_id = None if product is None else product.id
        is_taken = slug is not None and self._matches.is_slug_taken(slug, product_id)
        if is_taken:
            column = imported.columns.get("slug", "slug")
            reason = f"Another product has the slug “{slug}”. It was left out."
            self.report.notes.append(
                RowProblem(
                    line=imported.line, column=column, reason=reason, code=ProblemCode.SLUG_TAKEN
                )
            )
        has_own = product is not None and product.details.slug is not None
        if not is_taken and not has_own:
            return imported
        changes = {name: each for name, each in imported.changes.items() if name != "slug"}
        return replace(imported, changes=changes)

    def _distinct(self, imported: ImportedProduct, product_id: ProductId | None) -> ImportedProduct:
        """Leave out SKUs that are taken, with a note, and reject rows with repeated options.

        A row whose price is invalid takes neither: it is rejected later.
        """
        own: set[str] = set()
        combinations: set[Hashable] = set()
        lines: dict[str, list[int]] = defaultdict(list)
        variants = []
        for variant in imported.variants:
            if not variant.has_valid_price:
                variants.append(variant)
                continue
            if variant.id is None and variant.combination in combinations:
                code = ProblemCode.DUPLICATE_COMBINATION
                self.report.rejected.append(
                    RowProblem(line=variant.line, reason=_SAME_OPTIONS, code=code)
                )
                continue
            combinations.add(variant.combination)
            sku = variant.sku
            if sku in own or (sku and self._matches.is_sku_taken(sku, product_id)):
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
            self.report.notes.append(
                RowProblem(line=line, column=column, reason=reason, code=ProblemCode.SKU_TAKEN)
            )
        return replace(imported, variants=variants)

    def _without_repeated(self, imported: ImportedProduct, *, is_new: bool) -> ImportedProduct:
        """Reject rows with the SKU or the options of an earlier row of the product.

        A row with both is rejected for a new product only: it changes nothing of another one. A
        second default variant is always rejected.
        """
        options_of: dict[str | None, Hashable] = {}
        sku_of: dict[Hashable, str | None] = {}
        default: Hashable = None
        variants = []
        for variant in imported.variants:
            sku, options = variant.sku, variant.combination
            with self._rejecting(variant.line, imported.variant_columns):
                if variant.id is None and options:
                    if sku in options_of and (is_new or options_of[sku] != options):
                        reason = f"An earlier row of the product has the SKU “{sku}”."
                        raise RowRejected(ProblemCode.SKU_TAKEN, reason, "sku")
                    if options in sku_of and (is_new or sku_of[options] != sku):
                        raise RowRejected(ProblemCode.DUPLICATE_COMBINATION, _SAME_OPTIONS)
                    sku_of[options] = sku
                    if sku is not None:
                        options_of[sku] = options
                if variant.is_default:
                    key = variant.id or options or sku or variant.line
                    if default is not None and key != default:
                        raise RowRejected(ProblemCode.CONTRADICTS_EARLIER_ROW, SECOND_DEFAULT)
                    default = key
                variants.append(variant)
        return replace(imported, variants=variants)

    def _ensure_sku_is_free(self, variant: ImportedVariant, product_id: ProductId | None) -> None:
        if variant.sku is not None and self._matches.is_sku_taken(variant.sku, product_id):
            self._repeated.note_missed_sku(variant.sku)
            raise RowRejected(ProblemCode.SKU_TAKEN, SkuTaken(variant.sku).message, "sku")

    def _ensure_active(self, product: Product) -> None:
        """Restore a product that was archived to undo an import; raise `DomainError` for others."""
        if not product.is_archived:
            return
        if not was_removed(product, self._undone):
            raise RowRejected(ProblemCode.ARCHIVED, "This product is archived. Restore it first.")
        product.restore(at=self._now)

    def _merge_options(
        self,
        product: Product,
        imported: ImportedProduct,
        removed: Mapping[VariantId, Mapping[str, str]],
        unused: Collection[OptionText] = (),
    ) -> Collection[VariantId]:
        """Add the options of the file without the `unused` ones, and restore `removed` variants.

        Only those that the file has are restored.
        """
        found = {
            variant_id: each
            for each in imported.variants
            if (variant_id := find_removed(product, each, removed)) is not None
        }
        add_options(product, imported, self._take_ids, self._now, unused=unused)
        ensure_same_options(product, imported)
        for variant_id, variant in found.items():
            restore_removed(product, variant_id, variant, at=self._now)
        return found.keys()

    def _changes(self, imported: ImportedProduct) -> tuple[Mapping[str, Any], Sequence[Category]]:
        """The changes of the product with its category, and the categories that are new."""
        try:
            category_id, new_categories = self._categories.find(imported)
        except RowRejected:
            if imported.category is not None:
                self._repeated.note_category(imported.category)
            raise
        self._repeated.ensure_category_was_known(new_categories, self._categories.paths_of)
        if imported.category is None:
            return imported.changes, new_categories
        if category_id is LEFT_OUT:
            self._repeated.note_category(imported.category)
            return imported.changes, new_categories
        return {**imported.changes, "category_id": category_id}, new_categories

    def _add(self, imported: ImportedProduct) -> None:
        _ensure_title(imported)
        if imported.id is not None and self._matches.is_variant(imported.id):
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
                if variant.id is not None and self._matches.is_variant(variant.id):
                    raise InvalidValue("variant_id", "This is a variant of another product.")
                details = self._details.of_variant(imported, variant, None, price)
                price = {"price": details.price}
                merged.append(MergedVariant(variant, None, details))
        merged = self._with_each_option(imported, merged, None)
        if not merged:
            return
        first, *others = merged
        sold_as = {"sku": first.details.sku, "price": first.details.price}
        added = self._details.of_product(imported, {**changes, **sold_as}, None)
        added = self._details.with_attributes(imported, added, None, new_categories)
        self._matches.ensure_slug_is_free(added, None)
        new_id = imported.id or ProductId(self._take_ids(1)[0])
        product = Product.create(
            id=new_id,
            details=added,
            at=self._now,
            variant_id=first.imported.id,
            variant_details=first.details,
        )
        accepted = replace(imported, variants=[each.imported for each in merged])
        add_options(product, accepted, self._take_ids, self._now)
        first = MergedVariant(first.imported, product.default_variant_id, first.details)
        ids = merge(product, added, [first, *others], self._take_ids, self._now)
        self._include(product, new_categories, imported, before=None)
        self._pictures.show_new(product, imported)
        self._new[product.id] = product
        if imported.id is not None:
            self._given_ids.add(imported.id)
        for variant_id, each in zip(ids, merged, strict=True):
            self._open(variant_id, each.imported)
        self._pictures.queue(imported, product.id, ids, [first, *others])
        if self._previewed is not None:
            self._previewed.include(imported)
        self.report.added += 1
        self.report.variants_added += len(others)
        self._list(imported, product, before=None)

    def _with_each_option(
        self, imported: ImportedProduct, merged: Sequence[MergedVariant], product: Product | None
    ) -> list[MergedVariant]:
        """Reject rows of new variants without some of the options of the product.

        `product` is None for a new one: a first row without options is the product, and gets the
        first value of each. So does one of another shop with some of the options.
        """
        options = () if product is None else product.options
        names = {option.name.casefold(): option.name for option in options}
        for each in merged:
            for name in each.imported.options:
                names.setdefault(name.casefold(), name)
        complete: list[MergedVariant] = []
        for each in merged:
            given = {name.casefold() for name in each.imported.options}
            missing = next((name for key, name in names.items() if key not in given), None)
            is_first = each is merged[0] and (imported.is_lenient or not given)
            is_present = each.id is not None if product is not None else is_first
            with self._rejecting(each.imported.line, imported.variant_columns):
                if missing is not None and not is_present:
                    reason = f"The row has no value of the option “{missing}”."
                    raise RowRejected(ProblemCode.MISSING_VALUE, reason)
                complete.append(each)
        return complete

    def _is_previewed(self, imported: ImportedProduct) -> bool:
        """Count a row of a product that a batch before would add. Returns False for others."""
        if self._previewed is None or self._matches.find(imported) is not None:
            return False
        is_same = self._previewed.is_same(imported)
        if is_same is None:
            return False
        self.previewed_lines |= {variant.line for variant in imported.variants}
        if is_same:
            self.report.unchanged += 1
            return True
        for variant in self._previewed.new_variants(imported):
            self.report.variants_added += 1
            self._stock.count_new(variant)
        self.report.edited += 1
        title = imported.names[0] or imported.reference or min(imported.skus, default="")
        self.report.products.append(ProductResult(line=imported.line, title=title, is_new=False))
        return True

    def _find_variant(self, product: Product, imported: ImportedVariant) -> Variant | None:
        present = find_variant(product, imported)
        if present is None and imported.id is not None and self._matches.is_variant(imported.id):
            raise InvalidValue("variant_id", "This is a variant of another product.")
        return present

    def _open_new(self, ids: Sequence[VariantId], merged: Sequence[MergedVariant]) -> None:
        for variant_id, each in zip(ids, merged, strict=True):
            if each.id is None:
                self._open(variant_id, each.imported)
                self.report.variants_added += 1

    def _open(self, variant_id: VariantId, imported: ImportedVariant) -> None:
        if imported.id is not None:
            self._given_ids.add(imported.id)
        self._stock.open(variant_id, imported)

    def _include(
        self,
        product: Product,
        categories: Sequence[Category],
        imported: ImportedProduct,
        *,
        before: Product | None,
    ) -> None:
        """Find the product and new categories by later rows.

        Raises `RowRejected` if earlier rows would mean something else in the next import.
        """
        self._repeated.ensure_same_keys(imported, before, product)
        if before is not None and imported.id is not None:
            # Rows with a SKU would mean another product in the next import; see `RepeatedProducts`.
            self._matches.release_skus(before, product)
        self._matches.include(product, imported)
        self._repeated.include(imported, product)
        if product.id in self._new:
            self._new[product.id] = product
        self._categories.include(categories, imported.line)

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
        product = self._matches.products[picture.product_id]
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
                version = self._stock.version(change.variant_id)
                deltas[change.variant_id] = before + change.after - change.before, version

    @property
    def new_categories(self) -> set[tuple[object, ...]]:
        """The new categories, each the same in another batch that a dry run has not kept."""
        return self._categories.new_keys

    @property
    def only_adds(self) -> bool:
        """Whether it adds products and changes no others, and uses no attribute.

        Unique keys then detect all changes by others that matter. Names are not unique.
        """
        return not (
            self._changes_of.keys() - self._new.keys()
            or self._categories.uses_attributes
            or self._matches.has_names_only
        )

    def report_entries(self) -> Iterator[ImportEntry]:
        """The report after the batch was written, not numbered, with what is needed to undo it.

        A category comes before its products.
        """
        yield from self._categories.entries()
        for result, change in self._changes_of.values():
            yield ImportEntry(
                number=0,
                line=result.line,
                result=result.result,
                column=" ".join(result.changed),
                detail=result.title,
                product_id=change.product_id,
                undo=change.to_json(
                    self._matches.products[change.product_id].version,
                    source=self._options.source,
                    base=self._matches.base_before(change.product_id),
                    has_new_base=self._matches.has_new_base(change.product_id),
                    pictures=self._gallery_change(change),
                ),
            )
        of_rows = {
            EntryResult.REJECTED: self.report.rejected,
            EntryResult.NOTE: self.report.notes,
        }
        for kind, problems in of_rows.items():
            for row in problems:
                yield ImportEntry(
                    number=0,
                    line=row.line,
                    result=kind,
                    column=row.column or "",
                    detail=row.reason,
                    code=row.code,
                )
        for stock in self.report.stock:
            result_name, detail = describe_stock(stock)
            yield ImportEntry(
                number=0, line=stock.line, result=result_name, column="stock", detail=detail
            )

    def _gallery_change(self, change: ProductChange) -> GalleryChange | None:
        """The change of the pictures of a product that the shop had before."""
        return None if change.before is None else self._pictures.change_of(change.product_id)

    # Writing.

    def _write(self) -> None:
        if not self._options.dry_run:
            self._write_products()
        for picture in self._pictures.write_downloads(dry_run=self._options.dry_run):
            self._list_pictures(picture)

    def _write_products(self) -> None:
        work = self._work
        self._categories.write()
        # All are locked.
        edited = (self._edited | self._pictures.changed) - self._new.keys()
        for product_id in sorted(edited, key=lambda each: (self._matches.write_rank(each), each)):
            product = self._matches.products[product_id]
            self._pictures.write(product)
            if product_id in self._edited:
                work.products.save(product)
        if self._given_ids:
            work.ids.skip(max(self._given_ids))
        work.products.add_all(list(self._new.values()))
        self._pictures.write_new(self._new)
        self._matches.write_references()
        self._stock.write(reason=self._reason, at=self._now)

    @contextmanager
    def _rejecting(self, line: int, columns: Mapping[str, str]) -> Iterator[None]:
        try:
            yield
        except DomainError as error:
            self.report.rejected.append(RowProblem.of_error(error, line, columns))


class _DryRunIds:
    """Ids of what is not stored. Ids of the shop are exact in JSON, so these are above them."""

    def __init__(self) -> None:
        self._next = 2**53

    def take(self, count: int = 1) -> list[int]:
        first = self._next
        self._next += count
        return list(range(first, self._next))

    def skip(self, highest: int) -> None:
        """Ids of files are never above those of a dry run."""


def _ensure_title(imported: ImportedProduct) -> None:
    """Raises `ProductNotFound` or `RowRejected` for a new product without a title."""
    if "title" in imported.changes:
        return
    if imported.id is not None:
        raise ProductNotFound
    if imported.is_lenient:
        raise RowRejected(
            ProblemCode.PRODUCT_NOT_FOUND,
            "The shop does not have this product, and the file does not give its name.",
        )
    raise RowRejected(ProblemCode.MISSING_VALUE, "This is required for a new product.", "title")


def _key_of(imported: ImportedVariant, present: Variant | None) -> Hashable:
    """Equal for rows of a product that mean the same variant, also if it is new."""
    if present is not None:
        return present.id
    is_named = imported.id is None and bool(imported.options)
    return imported.combination if is_named else ("line", imported.line)


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
    former = {variant.id: variant.details for variant in before.variants}
    changed += [
        field.name
        for field in fields(VariantDetails)
        if field.name not in changed
        and any(
            getattr(former[variant.id], field.name) != getattr(variant.details, field.name)
            for variant in after.variants
            if variant.id in former
        )
    ]
    if before.options != after.options:
        changed.append("options")
    has_new = any(variant.id not in former for variant in after.variants)
    if has_new or (before.variants != after.variants and not changed):
        changed.append("variants")
    return changed
