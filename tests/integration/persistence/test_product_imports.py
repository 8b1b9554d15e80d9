"""Imports on both databases: at the same time, and interrupted."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from threading import Barrier

import pytest
from sqlalchemy import text

from novacart.adapters.html.sanitizer import Nh3Sanitizer
from novacart.adapters.persistence.catalog.products import SqlProducts
from novacart.adapters.persistence.catalog.queries import SqlCatalogQueries
from novacart.adapters.persistence.database import Database
from novacart.adapters.persistence.unit_of_work import SqlUnitOfWorkFactory
from novacart.adapters.system.request_context import ContextVarRequestContexts
from novacart.application.authorization.actor import SYSTEM
from novacart.application.catalog.export_products import ExportProducts, ExportProductsCommand
from novacart.application.catalog.import_batch import ImportBatch
from novacart.application.catalog.import_jobs import (
    StartImport,
    UndoImport,
    UploadImport,
    UploadImportCommand,
)
from novacart.application.catalog.import_products import (
    BATCH_SIZE,
    ImportProducts,
    ImportProductsCommand,
)
from novacart.application.catalog.import_report import ImportReport
from novacart.application.catalog.import_undo import ImportUndo
from novacart.application.catalog.imported_product import ImportedProduct
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.product_file_reader import read_products
from novacart.application.catalog.product_files import FileFormat
from novacart.application.catalog.run_imports import RunImports
from novacart.application.ports.import_jobs import ImportEntry, ImportJob, ImportSettings
from tests.support.clock import SetClock

INR = CatalogPolicy(currency="INR")

RUN_IMPORTS = "novacart.application.catalog.run_imports"


@pytest.fixture
def import_products(database: Database) -> ImportProducts:
    begin = SqlUnitOfWorkFactory(database, ContextVarRequestContexts())
    return ImportProducts(begin=begin, clock=SetClock(), policy=INR, sanitizer=Nh3Sanitizer())


def command(content: str) -> ImportProductsCommand:
    file = read_products(BytesIO(content.encode()), FileFormat.CSV)
    return ImportProductsCommand(actor=SYSTEM, file=file)


def count(database: Database, table: str) -> int:
    with database.reading() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())  # noqa: S608 (a constant)


def test_concurrent_imports_of_one_file_add_each_product_once(
    database: Database, import_products: ImportProducts
) -> None:
    rows = "".join(f"S-{number},Kite {number},1,5,toys,Toys\n" for number in range(50))
    content = f"sku,title,price,stock,category,category_name\n{rows}"
    together = Barrier(4)

    def run(_: int) -> ImportReport:
        prepared = command(content)
        together.wait(30)
        return import_products(prepared)

    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(run, range(4)))
    assert [report.rejected for report in reports] == [[]] * 4
    assert sorted(report.added for report in reports) == [0, 0, 0, 50]
    assert (count(database, "products"), count(database, "categories")) == (50, 1)


class NaiveBatch(ImportBatch):
    """Lets others write between its reading and its writing."""

    both_have_read: Barrier

    def _load(self, imported: Sequence[ImportedProduct]) -> None:
        super()._load(imported)
        self.both_have_read.wait(30)

    @property
    def only_adds(self) -> bool:
        return True


def import_names_twice_at_once(database: Database) -> int:
    """Import a file without keys in two jobs at once; return the number of products."""
    contexts = ContextVarRequestContexts()
    begin = SqlUnitOfWorkFactory(database, contexts)
    clock = SetClock()
    together = Barrier(2)

    def run(_: int) -> None:
        runs = RunImports(
            begin=begin, clock=clock, policy=INR, contexts=contexts, sanitizer=Nh3Sanitizer()
        )
        upload = UploadImportCommand(
            actor=SYSTEM,
            file_name="kites.csv",
            stream=BytesIO(b"title,price\nKite,1\nLamp,1\n"),
            settings=ImportSettings(source="generic", format="csv"),
        )
        job_id = UploadImport(begin=begin, clock=clock, contexts=contexts)(upload)
        StartImport(begin=begin, clock=clock)(SYSTEM, job_id, runner=runs.runner)
        together.wait(30)
        runs.run(job_id)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    return count(database, "products")


def test_sku_passes_from_a_product_to_one_that_was_added_before(
    database: Database, import_products: ImportProducts
) -> None:
    import_products(command("id,sku,title,price\n1,A,Kite,1\n2,B,Lamp,1\n3,C,Mug,1\n"))
    content = "id,sku\n3,D\n1,C\n2,A\n"
    # The SKU of a product is free only when the one before it is written.
    reports = [import_products(command(content)) for _ in range(2)]
    assert [(report.edited, report.rejected) for report in reports] == [(3, []), (0, [])]
    with database.engine.connect() as connection:
        statement = text("SELECT product_id, sku FROM variants ORDER BY product_id")
        assert [*map(tuple, connection.execute(statement))] == [(1, "C"), (2, "A"), (3, "D")]


def test_concurrent_imports_add_a_product_with_the_same_names_once(database: Database) -> None:
    assert import_names_twice_at_once(database) == 2


def test_naive_imports_add_a_product_with_the_same_names_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: both read before one of them writes."""
    monkeypatch.setattr(SqlProducts, "lock_names", lambda _: None)
    monkeypatch.setattr(NaiveBatch, "both_have_read", Barrier(2), raising=False)
    monkeypatch.setattr(f"{RUN_IMPORTS}.ImportBatch", NaiveBatch)
    assert import_names_twice_at_once(database) == 4


def test_preview_runs_while_another_transaction_holds_the_locks(
    database: Database, import_products: ImportProducts
) -> None:
    header = "sku,title,price,stock,stock_read,category,category_name,pictures"
    import_products(command(f"{header}\nK,Kite,1,5,,toys,Toys,\n"))
    file = (
        f"{header}\nK,Kite,2,7,5,toys,Toys,https://images.example/kite.jpg\n"
        "L,Lamp,3,1,,lights,Lights,\n"
    )
    with database.writing() as connection:
        for table in ("products", "stock_levels", "categories"):
            connection.execute(text(f"UPDATE {table} SET version = version"))  # noqa: S608 (constants)
        report = import_products(replace(command(file), dry_run=True))
    assert (report.edited, report.added, report.categories_added, report.pictures) == (1, 1, 1, 1)
    assert count(database, "products") == 1


def test_import_yields_the_processor_only_while_others_can_write(
    database: Database, import_products: ImportProducts, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_products(command("sku,title,price\nK,Kite,1\n"))
    yields = 0

    def write() -> None:
        nonlocal yields
        yields += 1
        # It waits for the locks of the import, and raises an error after a while.
        with database.writing() as connection:
            connection.execute(text("UPDATE products SET version = version"))

    monkeypatch.setattr("novacart.application.processor_time._INTERVAL", 0.0)
    monkeypatch.setattr("novacart.application.processor_time._yield", write)
    contexts, clock = ContextVarRequestContexts(), SetClock()
    begin = SqlUnitOfWorkFactory(database, contexts)
    runs = RunImports(
        begin=begin, clock=clock, policy=INR, contexts=contexts, sanitizer=Nh3Sanitizer()
    )
    for rows in ("K,Kite,2\nL,Lamp,3\n", "M,Mug,4\n"):
        upload = UploadImportCommand(
            actor=SYSTEM,
            file_name="kites.csv",
            stream=BytesIO(f"sku,title,price\n{rows}".encode()),
            settings=ImportSettings(source="generic", format="csv"),
        )
        job_id = UploadImport(begin=begin, clock=clock, contexts=contexts)(upload)
        StartImport(begin=begin, clock=clock)(SYSTEM, job_id, runner=runs.runner)
        runs.run(job_id)
    assert count(database, "products") == 3
    # The file of one product is read for its number of rows twice, then imported.
    assert yields >= 3


def test_import_completes_one_that_was_interrupted(
    database: Database, import_products: ImportProducts
) -> None:
    rows = "".join(f"Kite {number},{number + 1},5\n" for number in range(BATCH_SIZE + 20))
    content = f"title,price,stock\n{rows}"

    class Interrupted(Exception):
        pass

    def stop(_done: int, _total: int) -> None:
        raise Interrupted

    file = read_products(BytesIO(content.encode()), FileFormat.CSV)
    with pytest.raises(Interrupted):
        import_products(ImportProductsCommand(actor=SYSTEM, file=file, progress=stop))
    assert count(database, "products") == BATCH_SIZE
    report = import_products(command(content))
    assert (report.added, report.unchanged, report.rejected) == (20, BATCH_SIZE, [])
    assert count(database, "products") == BATCH_SIZE + 20


def test_export_keeps_ids_stock_versions_and_categories(
    database: Database, import_products: ImportProducts
) -> None:
    content = (
        "id,sku,title,subtitle,description,price,currency,author,published_year,brand,stock,"
        "stock_read,stock_version,category,category_name,category_active,category_path,image,slug,meta_title,meta_description,description_html,tags,variant_id,default,"
        "option1_name,option1_value,option2_name,option2_value,option3_name,option3_value,"
        "option4_name,option4_value,option5_name,option5_value,"
        "barcode,compare_at_price,weight_g,variant_image,images\n"
        '5000000,S-1,Kite,,,10.00,INR,,,Kite,5,5,3,toys,Toys,false,,,,,,,"Gift, Été",5000000,false,'
        "Size,S,,,,,,,,,,,,,\n"
        '5000000,S-2,Kite,,,11.00,INR,,,Kite,6,6,0,toys,Toys,false,,,,,,,"Gift, Été",5000002,true,'
        "Size,L,,,,,,,,,96385074,12.50,250,,\n"
    )
    import_products(command(content))
    queries = SqlCatalogQueries(database, INR)
    export = ExportProductsCommand(actor=SYSTEM, format=FileFormat.CSV)
    assert "".join(ExportProducts(queries=queries)(export)) == content
    added = import_products(command("title,price\nLamp,1\n"))
    assert added.added == 1
    assert [each.product.id > 5_000_002 for each in queries.all_products()] == [False, True]


class WaitingUndo(ImportUndo):
    """Waits for the undo of the other runner between reading changes and undoing them."""

    both_have_read = Barrier(2)

    def _entries_to_undo(self, job: ImportJob, first: int) -> Sequence[ImportEntry]:
        entries = super()._entries_to_undo(job, first)
        self.both_have_read.wait(30)
        return entries


class NaiveUndo(WaitingUndo):
    def _is_mine(self, job: ImportJob, entries_left: int) -> bool:  # noqa: ARG002 (negative control)
        return True


def undo_by_two_runners(database: Database) -> Mapping[str, int]:
    """Undo an import of 30 products by two runners, of which one has lost its lease.

    Returns how often each result was counted.
    """
    contexts = ContextVarRequestContexts()
    begin = SqlUnitOfWorkFactory(database, contexts)
    clock = SetClock()
    one, other = (
        RunImports(
            begin=begin, clock=clock, policy=INR, contexts=contexts, sanitizer=Nh3Sanitizer()
        )
        for _ in range(2)
    )
    rows = "".join(f"Kite {number},1,5\n" for number in range(30))
    upload = UploadImportCommand(
        actor=SYSTEM,
        file_name="kites.csv",
        stream=BytesIO(f"title,price,stock\n{rows}".encode()),
        settings=ImportSettings(source="generic", format="csv"),
    )
    job_id = UploadImport(begin=begin, clock=clock, contexts=contexts)(upload)
    StartImport(begin=begin, clock=clock)(SYSTEM, job_id, runner=one.runner)
    one.run(job_id)
    UndoImport(begin=begin, clock=clock)(SYSTEM, job_id, runner=one.runner)
    with begin() as work:
        lost = work.import_jobs.get(job_id)
    clock.move(seconds=61)
    taken = other._take()
    assert taken is not None
    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(each._step, job) for each, job in ((one, lost), (other, taken))]
        for future in done:
            future.result(60)
    with begin() as work:
        counts = work.import_jobs.get(job_id).counts
    return {name: counts.get(name, 0) for name in ("removed", "kept")}


def test_undo_removes_an_option_and_the_file_adds_it_again(database: Database) -> None:
    contexts, clock = ContextVarRequestContexts(), SetClock()
    begin = SqlUnitOfWorkFactory(database, contexts)
    runs = RunImports(
        begin=begin, clock=clock, policy=INR, contexts=contexts, sanitizer=Nh3Sanitizer()
    )

    def run(content: str) -> int:
        upload = UploadImportCommand(
            actor=SYSTEM,
            file_name="shirts.csv",
            stream=BytesIO(content.encode()),
            settings=ImportSettings(source="generic", format="csv"),
        )
        job_id = UploadImport(begin=begin, clock=clock, contexts=contexts)(upload)
        StartImport(begin=begin, clock=clock)(SYSTEM, job_id)
        runs()
        return job_id

    def described() -> list[tuple[str, bool]]:
        with database.reading() as connection:
            rows = connection.execute(
                text("SELECT options, archived_at FROM variants ORDER BY position")
            )
            return [(options, archived_at is not None) for options, archived_at in rows]

    run("handle,title,price\nshirt,Shirt,1\n")
    sizes = (
        "handle,title,price,option1_name,option1_value\n"
        "shirt,Shirt,1,Size,S\nshirt,Shirt,1,Size,L\n"
    )
    job_id = run(sizes)
    assert described() == [("Size: S", False), ("Size: L", False)]
    UndoImport(begin=begin, clock=clock)(SYSTEM, job_id)
    runs()
    assert described() == [("", False), ("", True)]
    assert (count(database, "product_options"), count(database, "option_values")) == (0, 0)
    run(sizes)
    assert described() == [("Size: S", False), ("Size: L", False)]


def test_two_runners_undo_each_change_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{RUN_IMPORTS}.ImportUndo", WaitingUndo)
    assert undo_by_two_runners(database) == {"removed": 30, "kept": 0}


def test_naive_runners_undo_changes_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the position is not compared in the transaction of the change."""
    monkeypatch.setattr(f"{RUN_IMPORTS}.ImportUndo", NaiveUndo)
    assert undo_by_two_runners(database) == {"removed": 30, "kept": 30}


@pytest.mark.parametrize(
    ("price", "attempts_on_sqlite"), [("1", 1), ("3", 2)], ids=["only additions", "an edit"]
)
def test_import_that_edits_is_repeated_if_someone_wrote_meanwhile(
    database: Database, monkeypatch: pytest.MonkeyPatch, price: str, attempts_on_sqlite: int
) -> None:
    """On SQLite, what it read may have changed; on PostgreSQL, it has locked what it edits."""
    contexts = ContextVarRequestContexts()
    begin = SqlUnitOfWorkFactory(database, contexts)
    clock = SetClock()
    runs = RunImports(
        begin=begin, clock=clock, policy=INR, contexts=contexts, sanitizer=Nh3Sanitizer()
    )
    ImportProducts(begin=begin, clock=clock, policy=INR, sanitizer=Nh3Sanitizer())(
        command("sku,title,price,stock\nK,Kite,1,5\n")
    )
    upload = UploadImportCommand(
        actor=SYSTEM,
        file_name="kites.csv",
        stream=BytesIO(f"sku,title,price\nK,Kite,{price}\nL,Lamp,2\n".encode()),
        settings=ImportSettings(source="generic", format="csv"),
    )
    job_id = UploadImport(begin=begin, clock=clock, contexts=contexts)(upload)
    StartImport(begin=begin, clock=clock)(SYSTEM, job_id, runner=runs.runner)
    attempts: list[ImportBatch] = []
    original = ImportBatch.run

    def write_meanwhile(batch: ImportBatch, products: Sequence[ImportedProduct]) -> None:
        if not attempts:
            with begin() as work:
                work.ids.take()
                work.commit()
        attempts.append(batch)
        original(batch, products)

    monkeypatch.setattr(ImportBatch, "run", write_meanwhile)
    report = runs.run(job_id)
    assert (report.added, report.edited + report.unchanged) == (1, 1)
    assert len(attempts) == (attempts_on_sqlite if database.dialect == "sqlite" else 1)
    assert count(database, "products") == 2
