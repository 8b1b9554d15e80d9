"""The commands for products, demo data, admin accounts and routes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from novacart.adapters.persistence.database import Database
from novacart.application.catalog.import_jobs import WrongImportStatus
from novacart.application.catalog.run_imports import RunImports
from novacart.entrypoints.cli import novacart
from novacart.entrypoints.settings import InvalidSetting

PASSWORD = "three-blue-umbrellas-4"
GOOD = "title,subtitle,price,stock\nHour Glass,Ten minutes,250.00,4\nInk,Black,99.50,0\n"

Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    environ = {
        "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
        "DATABASE_URL": database_url,
        "VAR_DIR": str(tmp_path / "var"),
        "NOVACART_ADMIN_PASSWORD": "",
    }

    def run(*arguments: str, answers: str = "", **more: str) -> Result:
        return CliRunner().invoke(novacart, arguments, input=answers, env=environ | more)

    return run


def test_exported_products_import_unchanged(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(GOOD)
    assert "2 added" in run("import-products", "in.csv").output
    for name in ("out.csv", "out.jsonl"):
        assert run("export-products", name).exit_code == 0
        again = run("import-products", name)
        assert again.exit_code == 0, again.output
        assert "0 added, 0 changed, 2 unchanged, 0 rejected" in again.output
    assert not list(tmp_path.glob("*.part"))


def test_export_names_a_file_that_can_not_be_written(run: Run) -> None:
    for options in ((), ("--to", "google", "--site", "https://shop.example")):
        result = run("export-products", "missing/out.csv", *options)
        assert result.exit_code == 1
        assert "missing/out.csv can't be written: No such file" in result.output


def test_export_goes_into_an_empty_shop_and_is_byte_equal_there(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        "sku,title,price,stock,category,category_name\n"
        "HG-1,=Hour Glass,250.00,1,home,Home\nI-1,Ink,99.50,0,,\n"
    )
    added = run("import-products", "in.csv")
    assert "Stock: 1 unit added with new products" in added.output
    assert "Categories: 1 added" in added.output
    other = {"DATABASE_URL": f"sqlite:///{tmp_path / 'other.db'}"}
    assert run("migrate", **other).exit_code == 0
    for name, options in (("out.csv", ()), ("sheet.csv", ("--spreadsheet",)), ("out.jsonl", ())):
        assert run("export-products", name, *options).exit_code == 0
        assert run("import-products", name, **other).exit_code == 0
        assert run("export-products", f"again-{name}", *options, **other).exit_code == 0
        assert (tmp_path / f"again-{name}").read_bytes() == (tmp_path / name).read_bytes()
    assert "'=Hour Glass" in (tmp_path / "sheet.csv").read_text()
    assert run("export-products", "out.jsonl", "--spreadsheet").exit_code == 2


@pytest.mark.parametrize("name", ["out.tsv", "out.txt", "out.xml", "out"])
def test_export_to_a_file_of_another_format_is_refused(run: Run, name: str) -> None:
    result = run("export-products", name)
    assert result.exit_code == 2
    assert "FILE must end in one of .csv, .jsonl, .ndjson." in result.output


def test_column_that_the_format_does_not_have_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("title,Kosten\nDiya,45.00\n")
    refused = run("import-products", "in.csv", "--map", "Kosten=prize")
    assert refused.exit_code == 2
    assert "files of generic have no column “prize”" in refused.output
    mapped = ("import-products", "in.csv", "--map", "Kosten=price")
    assert "1 would be added" in run(*mapped, "--preview").output
    # The preview does not remember it.
    assert "0 added" in run("import-products", "in.csv").output
    assert "1 added" in run(*mapped).output
    assert "draft" not in run("imports").output
    assert run("undo-import", "9" * 20).exit_code == 2


def test_interrupted_import_is_resumed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.csv").write_text(GOOD)

    def interrupt(*_: object, **_options: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(RunImports, "_import_batch", interrupt)
        stopped = run("import-products", "in.csv")
    assert stopped.exit_code == 130
    assert "was stopped after 0 of 2 rows. To import the rest: novacart resume-import" in (
        stopped.output
    )
    number = run("imports").output.split()[0]
    resumed = run("resume-import", number)
    assert (resumed.exit_code, "2 added" in resumed.output) == (0, True)
    assert isinstance(run("resume-import", number).exception, WrongImportStatus)


def test_import_reports_stock_ignored_columns_and_encoding(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_bytes("title,price,stock,size\nCaf\xe9,1,4,L\n".encode("cp1252"))
    refused = run("import-products", "in.csv")
    assert (refused.exit_code, "cp1252" in refused.output) == (1, True)
    first = run("import-products", "in.csv", "--encoding", "cp1252")
    assert first.exit_code == 0, first.output
    assert "Ignored columns: size" in first.output
    (tmp_path / "next.csv").write_text("title,price,stock\nCaf\xe9,1,6\nLamp,free,1\n")
    left = run("import-products", "next.csv", "--report", "report.csv")
    assert "line 2: stock of Café: left at 4, since the row has no stock_read" in left.output
    assert "line 3, column price: “free” is not a number" in left.output
    assert "0 products changed, 1 left as they were" in left.output
    assert "3,rejected,price," in (tmp_path / "report.csv").read_text()
    changed = run("import-products", "next.csv", "--set-stock")
    assert "line 2: stock of Café: 4 to 6" in changed.output


def test_dry_run_changes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(GOOD)
    for _ in range(2):
        assert "2 would be added" in run("import-products", "--dry-run", "in.csv").output


def test_preview_says_how_many_lines_its_report_has(run: Run, tmp_path: Path) -> None:
    """Those of an import have no limit."""
    rows = "".join(f"Quill {number},1\n" for number in range(1_002))
    (tmp_path / "in.csv").write_text(f"title,price\n{rows}")
    preview = run("import-products", "--preview", "in.csv", "--report", "report.csv").output
    assert "and 952 more; --report lists the first 1000 lines" in preview
    assert len((tmp_path / "report.csv").read_text().splitlines()) == 1_001


def test_invalid_row_is_reported_and_skipped(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(GOOD + "Quill,Goose,cheap,1\n")
    result = run("import-products", "in.csv")
    assert result.exit_code == 1
    assert "line 4, column price: " in result.output
    assert "2 added, 0 changed, 0 unchanged, 1 rejected" in result.output


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("products.xlsx", b"", 2),
        ("missing.csv", None, 2),
        ("heading.csv", b"colour\nred\n", 1),
        ("latin.csv", "title,price\nCaf\xe9,1.00\n".encode("latin-1"), 1),
    ],
)
def test_unreadable_file_is_reported_in_one_line(
    run: Run, tmp_path: Path, name: str, content: bytes | None, code: int
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = run("import-products", name)
    assert result.exit_code == code
    assert "Error: " in result.output
    assert "Traceback" not in result.output


def test_admin_password_comes_from_the_environment_or_a_prompt(run: Run) -> None:
    created = run("create-admin", "vasudha", "v@example.com", NOVACART_ADMIN_PASSWORD=PASSWORD)
    assert created.exit_code == 0, created.output
    prompted = run("create-admin", "farah", "f@example.com", answers=f"{PASSWORD}\n{PASSWORD}\n")
    assert prompted.exit_code == 0, prompted.output
    assert PASSWORD not in created.output + prompted.output
    again = run("create-admin", "vasudha", "v@example.com", NOVACART_ADMIN_PASSWORD=PASSWORD)
    assert again.exit_code == 1


def test_unlock_names_the_account_or_reports_an_unknown_one(run: Run) -> None:
    run("create-admin", "vasudha", "v@example.com", NOVACART_ADMIN_PASSWORD=PASSWORD)
    unlocked = run("unlock", "V@example.com")
    assert unlocked.exit_code == 0
    assert unlocked.output.endswith("vasudha can sign in again.\n")
    unknown = run("unlock", "unknown")
    assert unknown.exit_code == 1
    assert str(unknown.exception) == "User not found."


def test_reset_mfa_reports_an_account_without_a_second_factor(run: Run) -> None:
    run("create-admin", "vasudha", "v@example.com", NOVACART_ADMIN_PASSWORD=PASSWORD)
    for name, message in (
        ("vasudha", "Two-factor authentication is not enabled."),
        ("unknown", "User not found."),
    ):
        result = run("reset-mfa", name)
        assert (result.exit_code, str(result.exception)) == (1, message)


def test_owner_needs_a_password_of_15_characters(run: Run) -> None:
    result = run("create-admin", "vasudha", "v@example.com", NOVACART_ADMIN_PASSWORD="mango-9-roof")
    assert result.exit_code == 1
    assert "at least 15 characters" in str(result.exception)


@pytest.mark.timeout(400)
def test_demo_data_is_loaded_once(run: Run) -> None:
    first = run("seed-demo", DEBUG="True")
    assert first.exit_code == 0, first.output
    again = run("seed-demo", DEBUG="True")
    assert "0 categories, 0 products, 0 accounts and 0 orders created" in again.output


def test_demo_data_is_refused_in_production(run: Run, database: Database) -> None:
    result = run("seed-demo", DEBUG="False")
    assert isinstance(result.exception, InvalidSetting)
    assert "published passwords" in str(result.exception)
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM users")).scalar_one() == 0


def test_routes_lists_the_access_of_each_route(run: Run) -> None:
    lines = [line.split() for line in run("routes").output.splitlines()]
    assert ["DELETE", "/api/products/<int:product_id>/", "staff", "products.write"] in lines
    assert ["GET", "/api/health/", "anyone"] in lines
    assert ["GET", "/admin/", "admin"] in lines
    assert not [line for line in lines if "undeclared" in line]


def test_recount_brands_reports_and_corrects_wrong_counts(
    run: Run, database: Database, tmp_path: Path
) -> None:
    (tmp_path / "in.csv").write_text(GOOD)
    run("import-products", "in.csv")
    assert run("recount-brands").output == "All counts were right.\n"
    with database.writing() as connection:
        connection.execute(text("UPDATE brand_counts SET products = 9"))
        connection.commit()
    corrected = run("recount-brands")
    assert (corrected.exit_code, corrected.output) == (0, "Corrected 2 counts.\n")
    assert run("audit").exit_code == 0


def test_release_stock_reports_that_nothing_stayed_reserved(run: Run) -> None:
    released = run("release-stock")
    assert (released.exit_code, released.output) == (0, "No unit stayed reserved.\n")


def test_import_of_one_variant_is_counted_in_the_singular(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(
        "handle,title,price,option1_name,option1_value\ncup,Cup,1,Size,S\ncup,,1,Size,L\n"
    )
    result = run("import-products", "in.csv")
    assert "1 added, 0 changed, 0 unchanged, 0 rejected; 1 variant added\n" in result.output
    assert "Products: 1 archived, 0 restored, 0 kept\n" in run("undo-import", "1").output
