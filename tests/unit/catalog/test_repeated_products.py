"""Files that have products and variants several times."""

import json
from collections.abc import Sequence
from dataclasses import fields
from io import BytesIO
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.import_batch import ImportBatch
from novacart.application.catalog.import_jobs import UploadImportCommand
from novacart.application.catalog.import_products import (
    BATCH_SIZE,
    ImportProducts,
    ImportProductsCommand,
)
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.imported_product import ImportedProduct
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.application.ports.import_jobs import ImportSettings
from novacart.domain.shared.errors import ConcurrentChange
from tests.support.catalog_fixture import CatalogFixture

# The shop has a shirt in two sizes and a mug.
SHOP: Final = (
    "id,variant_id,handle,sku,title,price,option1_name,option1_value,barcode,default\n"
    "10,10,shirt,S,Shirt,5,Size,S,96385074,true\n"
    "10,11,shirt,L,Shirt,6,Size,L,,\n"
    "20,20,mug,M,Mug,7,,,,\n"
)
_SIZES: Final = {"S": "10", "L": "11"}
_KEYS: Final = (
    *({"id": "10", "variant_id": each} for each in _SIZES.values()),
    *({"sku": sku} for sku in ("S", "L", "M", "N")),
    *({"id": "10", "option1_name": "Size", "option1_value": size} for size in _SIZES),
    *({"handle": "shirt", "option1_name": "size", "option1_value": size} for size in "SLX"),
    *({"handle": handle} for handle in ("shirt", "mug", "new")),
    *({"id": product_id} for product_id in ("10", "20", "30")),
    {"id": "10", "variant_id": "11", "sku": "L"},
    {"id": "20", "sku": "M"},
    {"handle": "shirt", "sku": "S"},
    {"title": "Pin"},
)
_VALUES: Final = {
    "title": ["", "Shirt", "Mug", "Pin"],
    "subtitle": ["", "Soft"],
    "description": ["", "Blue"],
    "author": ["", "Ayna"],
    "brand": ["", "Udaan"],
    "published_year": ["", "2020", "2021"],
    "slug": ["", "shirt", "mug"],
    "tags": ["", "a", "b"],
    "meta_title": ["", "Page"],
    "category": ["", "one", "two"],
    "category_name": ["", "One", "Two"],
    "category_path": ["", "One", "Root > Two", "Top > Two"],
    "price": ["", "5", "6"],
    "compare_at_price": ["", "10", "11"],
    "weight_g": ["", "100"],
    "barcode": ["", "96385074"],
    "image": ["", "/media/a.webp", "/media/b.webp"],
    "variant_image": ["", "/media/a.webp"],
    "stock": ["", "3", "4"],
    "stock_read": ["", "3"],
    "stock_version": ["", "0", "1"],
    "default": ["", "true"],
}
# Members by which a row names a product or variant, or gives it another key.
_KEY_MEMBERS: Final = {
    "id": ["10", "20", "30"],
    "variant_id": ["10", "11", "20"],
    "handle": ["shirt", "mug", "new"],
    "sku": ["S", "L", "M", "N"],
    "option1_value": ["S", "L", "X"],
    "title": ["Shirt", "Mug", "Pin"],
}


@st.composite
def files(draw: st.DrawFn) -> list[dict[str, str | None]]:
    """The rows of a file in JSON Lines, in which rows can have different members."""
    columns = draw(st.lists(st.sampled_from(list(_VALUES)), unique=True, max_size=3))
    return [
        {**{name: draw(st.sampled_from(_VALUES[name])) or None for name in columns}, **key}
        for key in draw(st.lists(keys(), min_size=1, max_size=4))
    ]


@st.composite
def keys(draw: st.DrawFn) -> dict[str, str]:
    """A usual key, or any members, of which some change the key of a product or variant."""
    if draw(st.booleans()):
        return draw(st.sampled_from(_KEYS))
    names = draw(st.lists(st.sampled_from(list(_KEY_MEMBERS)), min_size=1, max_size=3, unique=True))
    key = {name: draw(st.sampled_from(_KEY_MEMBERS[name])) for name in names}
    return key | ({"option1_name": "Size"} if "option1_value" in key else {})


def import_text(
    catalog: CatalogFixture,
    text: str,
    file_format: FileFormat = FileFormat.CSV,
    *,
    set_stock: bool = False,
    dry_run: bool = False,
) -> ImportReport:
    file = read_products(BytesIO(text.encode()), file_format)
    return catalog.import_products(
        ImportProductsCommand(actor=SYSTEM, file=file, set_stock=set_stock, dry_run=dry_run)
    )


def state(catalog: CatalogFixture) -> tuple[object, ...]:
    store = catalog.store
    products = sorted(store.products.values(), key=lambda product: product.id)
    galleries = [store.galleries.get(product.id) for product in products]
    return (
        [(each.version, each.details, each.variants, each.options) for each in products],
        [each.default_variant_id for each in products],
        [gallery and gallery.pictures for gallery in galleries],
        [store.stock_levels.get(v.id) for each in products for v in each.variants],
        len(store.events),
    )


def size(text: str) -> dict[str, str | None]:
    return {"option1_name": "Size", "option1_value": text}


@pytest.mark.parametrize(
    "rows",
    [
        [{"id": "30", "handle": "shirt", "price": "5"}, {"sku": "S", "price": "6"}],
        [{"handle": "new", "sku": "L", **size("X")}, {"handle": "new", **size("L")}],
        [{"handle": "new", **size("L")}, {"handle": "new", "title": "Pin", "price": "6"}],
        [
            {"handle": "new", "id": "30", **size("L")},
            {"handle": "new", "title": "Shirt", "price": "6"},
        ],
        [
            {"handle": "new", "id": "30", "price": "5"},
            {"handle": "new", "title": "Shirt", "price": "6"},
        ],
        [
            {"handle": "shirt", "image": "/media/a.webp", **size("X")},
            {"handle": "shirt", **size("X")},
            {"id": "10", **size("X")},
        ],
        [{"title": "Mug", "price": "9"}, {"id": "20", "brand": "Udaan"}],
        [
            {"title": "Mug", "category_path": "Root > One"},
            {"id": "10", "category": "one", "category_name": "Two", **size("S")},
        ],
        [
            {"title": "Mug", "category_path": "Two"},
            {"id": "10", "category": "one", "category_name": "Two", **size("S")},
        ],
        [{"title": "Shirt", "tags": "a"}, {"handle": "shirt", "tags": "b"}],
        [{"id": "10", "variant_id": "11", "sku": "N"}, {"handle": "mug", "sku": "L"}],
        [{"sku": "N", "price": "6"}, {"id": "10", "sku": "N", **size("X")}],
        [{"sku": "N", "title": "Pin"}, {"sku": "N", "price": "5", "handle": "new"}],
        [{"handle": "new", "price": "6"}, {"handle": "new", "title": "Pin", **size("L")}],
        [
            {"variant_id": "10", "handle": "shirt", **size("L")},
            {"variant_id": "11", "title": "Shirt", **size("X")},
        ],
        [
            {"sku": "N", "handle": "mug", **size("L")},
            {"sku": "M"},
            {"title": "Mug", **size("S")},
        ],
    ],
)
def test_file_that_changes_keys_of_its_rows_changes_nothing_the_second_time(
    rows: list[dict[str, str | None]],
) -> None:
    ensure_second_import_changes_nothing(rows, set_stock=False)


@given(files(), st.booleans())
def test_preview_has_the_counts_of_the_import(
    rows: list[dict[str, str | None]],
    set_stock: bool,  # noqa: FBT001 (drawn by Hypothesis)
) -> None:
    catalog = CatalogFixture()
    import_text(catalog, SHOP)
    before = state(catalog)
    text = "\n".join(map(json.dumps, rows))
    preview = import_text(catalog, text, FileFormat.JSON_LINES, set_stock=set_stock, dry_run=True)
    assert state(catalog) == before
    report = import_text(catalog, text, FileFormat.JSON_LINES, set_stock=set_stock)
    assert counts(preview) == counts(report)


def counts(report: ImportReport) -> dict[str, object]:
    """The numbers of a report, and its lists without the ids of what is new."""
    changed = {
        name: [(each.line, each.before, each.after) for each in getattr(report, name)]
        for name in ("stock_changed", "stock_left")
    }
    numbers = {each.name: getattr(report, each.name) for each in fields(report)}
    return {**numbers, **changed, "stock": None}


@given(files(), st.booleans())
def test_same_file_twice_changes_nothing(
    rows: list[dict[str, str | None]],
    set_stock: bool,  # noqa: FBT001 (drawn)
) -> None:
    ensure_second_import_changes_nothing(rows, set_stock=set_stock)


def test_category_with_the_name_of_one_that_is_missing_elsewhere_is_added() -> None:
    catalog = CatalogFixture()
    text = (
        "title,price,category,category_name,category_path\n"
        "Boot,5,,,Men > Shoes\nHeel,6,all-shoes,Shoes,\n"
    )
    report = import_text(catalog, text)
    assert (report.added, report.categories_added, report.rejected) == (2, 1, [])
    again = import_text(catalog, text)
    assert (again.added, again.edited, again.unchanged) == (0, 0, 2)


def test_category_below_one_that_another_row_does_not_name_is_added() -> None:
    catalog = CatalogFixture()
    text = (
        "title,price,category,category_name,category_path\n"
        "Boot,5,,,Men > Shoes\nHeel,6,shoes,Shoes,Women > Shoes\n"
    )
    reports = [import_text(catalog, text) for _ in range(2)]
    for report in reports:
        assert (report.rejected, [note.line for note in report.notes]) == ([], [2])
    boot, heel = catalog.store.products.values()
    assert boot.details.category_id is None
    assert heel.details.category_id is not None
    assert (reports[1].added, reports[1].edited) == (0, 0)


@pytest.mark.parametrize("path", ["Shoes", "Women > Shoes", "Shop > Women > Shoes"])
def test_category_that_an_earlier_row_would_find_is_rejected(path: str) -> None:
    catalog = CatalogFixture()
    text = (
        "title,price,category,category_name,category_path\n"
        f"Boot,5,,,{path}\nHeel,6,shoes,Shoes,Women > Shoes\n"
    )
    for _ in range(2):
        assert [each.line for each in import_text(catalog, text).rejected] == [3]


def ensure_second_import_changes_nothing(
    rows: list[dict[str, str | None]], *, set_stock: bool
) -> None:
    catalog = CatalogFixture()
    assert import_text(catalog, SHOP).rejected == []
    text = "\n".join(map(json.dumps, rows))
    import_text(catalog, text, FileFormat.JSON_LINES, set_stock=set_stock)
    before = state(catalog)
    again = import_text(catalog, text, FileFormat.JSON_LINES, set_stock=set_stock)
    assert (again.added, again.edited) == (0, 0)
    assert state(catalog) == before


_BOTH: Final = "An earlier row has this variant with other values."
_PRODUCT: Final = "An earlier row has this product with other values."


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        # By different keys.
        ("id,sku,price\n,S,8\n10,S,9\n", 3, _BOTH),
        ("id,variant_id,sku,price\n10,11,L,8\n,,L,9\n", 3, _BOTH),
        ("handle,sku,price,option1_name,option1_value\nshirt,,8,size,l\n,L,9,,\n", 3, _BOTH),
        ("handle,sku,author\nmug,,Ayna\n,M,Udaan\n", 3, _PRODUCT),
        # Fields of which an empty cell clears the value.
        ("sku,weight_g\nM,5\nM,\n", 3, _BOTH),
        ("sku,tags\nM,a\nM,\n", 3, _PRODUCT),
        ("sku,slug\nM,one\nM,two\n", 3, _PRODUCT),
        ("sku,image,variant_image\nM,,\nM,,/media/a.webp\n", 3, _PRODUCT),
        # The second row gives a product the SKU with which the first row named none.
        ("id,sku,price\n,N,8\n20,N,\n", 3, "Another row has this SKU."),
        # Rows that change what another row means.
        (
            "sku,id,variant_id\nS,,\nX,10,10\n",
            3,
            "Another row has the present SKU “S” of this variant.",
        ),
        (
            "handle,price,id,variant_id,default\nshirt,9,,,\n,,10,11,true\n",
            3,
            "An earlier row means the default variant, which this row changes.",
        ),
        (
            "handle,id,price\nnew,,9\nnew,20,\n",
            3,
            "An earlier row with this handle means another product.",
        ),
        (
            "id,variant_id,default\n10,11,true\n10,10,true\n",
            3,
            "An earlier row has another default variant of this product.",
        ),
    ],
)
def test_row_that_contradicts_an_earlier_one_is_rejected(text: str, line: int, reason: str) -> None:
    catalog = CatalogFixture()
    import_text(catalog, SHOP)
    first, second = import_text(catalog, text), import_text(catalog, text)
    for report in (first, second):
        assert (report.rejected[-1].line, report.rejected[-1].reason) == (line, reason)
    assert second.edited == 0


def test_rows_of_one_product_that_agree_are_imported() -> None:
    catalog = CatalogFixture()
    import_text(catalog, SHOP)
    text = "id,sku,price,weight_g\n20,M,9,5\n,M,,5\n20,M,9,5\n"
    report = import_text(catalog, text)
    assert (report.edited, report.unchanged, report.rejected) == (1, 2, [])


def test_variants_that_rows_name_by_id_exchange_their_skus() -> None:
    catalog = CatalogFixture()
    import_text(catalog, SHOP)
    text = "id,variant_id,sku\n10,10,L\n10,11,S\n20,20,M\n"
    first, second = import_text(catalog, text), import_text(catalog, text)
    assert (first.edited, first.rejected) == (1, [])
    assert (second.edited, second.rejected) == (0, [])
    [shirt, _] = catalog.store.products.values()
    assert [each.details.sku for each in shirt.variants] == ["L", "S"]


PASSED: Final = "id,variant_id,sku\n20,20,NEW\n10,11,M\n10,10,L\n"


def test_sku_passes_from_one_product_to_another_that_rows_name_by_id() -> None:
    catalog = CatalogFixture()
    import_text(catalog, SHOP)
    first, second = import_text(catalog, PASSED), import_text(catalog, PASSED)
    assert (first.edited, first.rejected) == (2, [])
    assert (second.edited, second.rejected) == (0, [])
    assert skus(catalog) == ["L", "M", "NEW"]


def test_undo_passes_a_sku_back() -> None:
    catalog = CatalogFixture()
    import_text(catalog, SHOP)
    job_id = catalog.upload_import(
        UploadImportCommand(
            actor=SYSTEM,
            file_name="x.csv",
            stream=BytesIO(PASSED.encode()),
            settings=ImportSettings(source="generic", format="csv"),
        )
    )
    catalog.start_import(SYSTEM, job_id)
    catalog.run_imports()
    assert skus(catalog) == ["L", "M", "NEW"]
    catalog.undo_import(SYSTEM, job_id)
    catalog.run_imports()
    assert skus(catalog) == ["S", "L", "M"]


def test_sku_does_not_pass_to_a_product_in_a_row_before() -> None:
    catalog = CatalogFixture()
    import_text(catalog, SHOP)
    text = "id,variant_id,sku\n20,20,L\n10,11,NEW\n"
    reports = [import_text(catalog, text) for _ in range(2)]
    taken = "Another variant has the SKU “L”."
    missed = (
        "An earlier row gives the present SKU “L” of this variant to another product. Move that row"
        " down."
    )
    for report in reports:
        found = [(each.line, each.reason) for each in report.rejected]
        assert found == [(2, taken), (3, missed)]
    assert skus(catalog) == ["S", "L", "M"]


def skus(catalog: CatalogFixture) -> list[str | None]:
    return [each.details.sku for one in catalog.store.products.values() for each in one.variants]


@pytest.mark.parametrize("row", ["10,,L", ",,S"])
def test_variants_do_not_exchange_skus_by_which_another_row_names_one(row: str) -> None:
    catalog = CatalogFixture()
    import_text(catalog, SHOP)
    before = state(catalog)
    report = import_text(catalog, f"id,variant_id,sku\n10,10,L\n10,11,S\n20,20,\n{row}\n")
    assert [each.line for each in report.rejected] == [2, 3, 5]
    assert state(catalog)[1:4] == before[1:4]


def test_rows_of_two_variants_without_skus_are_imported() -> None:
    """A row without options means the default variant."""
    catalog = CatalogFixture()
    import_text(catalog, SHOP)
    text = "handle,price,option1_name,option1_value\nshirt,8,,\nmug,7,,\nshirt,9,Size,L\n"
    first, second = import_text(catalog, text), import_text(catalog, text)
    assert (first.edited, first.rejected) == (2, [])
    assert (second.edited, second.rejected) == (0, [])


@pytest.mark.parametrize(
    ("text", "rejected"),
    [
        ("id,sku,price\n,S,8\n10,S,9\n", [3]),
        ("handle,sku,author\nmug,,Ayna\n,M,Udaan\n", [3]),
        ("id,sku,price,option1_name,option1_value,default\n10,X,8,Size,X,true\n", []),
    ],
)
def test_batch_is_not_compared_with_its_first_attempt(
    text: str, rejected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = CatalogFixture()
    import_text(catalog, SHOP)
    attempts: list[ImportBatch] = []

    class OfDeadlock(ImportBatch):
        def run(self, products: Sequence[ImportedProduct]) -> None:
            super().run(products)
            attempts.append(self)
            if len(attempts) == 1:
                raise ConcurrentChange

    monkeypatch.setattr(f"{ImportProducts.__module__}.ImportBatch", OfDeadlock)
    report = import_text(catalog, text)
    assert len(attempts) == 2
    assert (report.edited, [row.line for row in report.rejected]) == (1, rejected)


def test_continued_import_knows_the_rows_before() -> None:
    """Rows are compared with those that another process imported before."""
    catalog = CatalogFixture()
    import_text(catalog, SHOP)
    rows = "".join(f"K-{number},Kite,1\n" for number in range(BATCH_SIZE))
    text = f"sku,title,price\nM,Mug,8\n{rows}M,Mug,9\n"
    job_id = catalog.upload_import(
        UploadImportCommand(
            actor=SYSTEM,
            file_name="x.csv",
            stream=BytesIO(text.encode()),
            settings=ImportSettings(source="generic", format="csv"),
        )
    )
    catalog.start_import(SYSTEM, job_id, runner=catalog.run_imports.runner)
    steps = 0

    def stop(_done: int, _total: int) -> None:
        nonlocal steps
        steps += 1
        if steps == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        catalog.run_imports.run(job_id, stop)
    catalog.start_import(SYSTEM, job_id, runner=catalog.run_imports.runner)
    report = catalog.run_imports.run(job_id)
    assert [row.reason for row in report.rejected] == [_BOTH]
