"""The commands that a shopkeeper types: products by file, the demo shop, an admin, the routes."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from novacart.entrypoints.cli import novacart

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


def test_products_go_in_and_come_out_as_they_were(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(GOOD)
    assert "2 added" in run("import-products", "in.csv").output
    for name in ("out.csv", "out.jsonl"):
        assert run("export-products", name).exit_code == 0
        again = run("import-products", name)
        assert again.exit_code == 0, again.output
        assert "0 added, 0 changed, 2 unchanged, 0 invalid" in again.output
    assert not list(tmp_path.glob("*.part"))


def test_a_dry_run_says_what_would_happen_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(GOOD)
    for _ in range(2):
        assert "2 would be added" in run("import-products", "--dry-run", "in.csv").output


def test_a_bad_row_is_named_and_keeps_no_good_one_out(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(GOOD + "Quill,Goose,cheap,1\n")
    ended = run("import-products", "in.csv")
    assert ended.exit_code == 1
    assert "line 4: " in ended.output
    assert "2 added, 0 changed, 0 unchanged, 1 invalid" in ended.output


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("products.xlsx", b"", 2),
        ("missing.csv", None, 2),
        ("heading.csv", b"colour\nred\n", 1),
        ("latin.csv", "title,price\nCaf\xe9,1.00\n".encode("latin-1"), 1),
    ],
)
def test_a_file_that_is_none_of_ours_is_refused_in_a_sentence(
    run: Run, tmp_path: Path, name: str, content: bytes | None, code: int
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    ended = run("import-products", name)
    assert ended.exit_code == code
    assert "Error: " in ended.output
    assert "Traceback" not in ended.output


def test_an_admin_is_made_once_with_a_password_from_the_environment_or_a_prompt(run: Run) -> None:
    made = run("create-admin", "vasudha", "v@example.com", NOVACART_ADMIN_PASSWORD=PASSWORD)
    assert made.exit_code == 0, made.output
    asked = run("create-admin", "farah", "f@example.com", answers=f"{PASSWORD}\n{PASSWORD}\n")
    assert asked.exit_code == 0, asked.output
    assert PASSWORD not in made.output + asked.output
    again = run("create-admin", "vasudha", "v@example.com", NOVACART_ADMIN_PASSWORD=PASSWORD)
    assert again.exit_code == 1


def test_the_demo_shop_is_loaded_once(run: Run) -> None:
    first = run("seed-demo")
    assert first.exit_code == 0, first.output
    assert "0 categories, 0 products and 0 accounts created" in run("seed-demo").output


def test_routes_tell_who_may_use_them(run: Run) -> None:
    lines = [line.split() for line in run("routes").output.splitlines()]
    assert ["DELETE", "/api/products/<int:product_id>/", "staff", "products.write"] in lines
    assert ["GET", "/api/health/", "anyone"] in lines
