"""The architecture page lists the source files that a field of a product touches."""

import re
from pathlib import Path
from typing import Final

import novacart

ROOT: Final = Path(__file__).parents[3]
SOURCE: Final = Path(novacart.__file__).parent
# No search, filter or file of another shop uses it, so only fields of every kind touch its files.
FIELD: Final = "published_year"
NUMBERS: Final = ("six", "seven", "eight", "nine", "ten")


def _section() -> str:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    return page.partition("## Adding a field\n")[2].partition("\n## ")[0]


def _listed_files() -> list[str]:
    return re.findall(r"^\| `(\S+)` \|", _section(), re.MULTILINE)


def _files_that_name(field: str) -> set[str]:
    word = re.compile(rf"\b{field}\b")
    files = (path for path in SOURCE.rglob("*") if path.suffix in {".py", ".html", ".txt"})
    return {
        path.relative_to(SOURCE).as_posix()
        for path in files
        if word.search(path.read_text("utf-8"))
    }


def test_field_is_named_in_the_listed_files_only() -> None:
    listed = _listed_files()
    assert "migrations/versions/" in listed
    assert _files_that_name(FIELD) == set(listed) - {"migrations/versions/"}


def test_listed_files_are_counted() -> None:
    [number] = re.findall(r"touches (\w+) source files\b", _section())
    assert NUMBERS.index(number) + 6 == len(_listed_files())


def test_field_of_a_search_is_named_in_more_files() -> None:
    more = _files_that_name("author") - set(_listed_files())
    assert "application/catalog/search.py" in more
