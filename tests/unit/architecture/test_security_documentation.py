"""The security pages name files and tests that exist, and every ASVS requirement once."""

import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[3]
SECURITY: Final = ROOT / "docs" / "security.md"
ASVS: Final = ROOT / "docs" / "asvs.md"

# The numbers of the requirements of levels 1 and 2 in each section of ASVS 5.0.
SECTIONS: Final = {
    "1.1": range(1, 3),
    "1.2": range(1, 10),
    "1.3": range(1, 12),
    "1.4": range(1, 4),
    "1.5": range(1, 3),
    "2.1": range(1, 4),
    "2.2": range(1, 4),
    "2.3": range(1, 5),
    "2.4": range(1, 2),
    "3.2": range(1, 3),
    "3.3": range(1, 5),
    "3.4": range(1, 7),
    "3.5": range(1, 6),
    "3.7": range(1, 3),
    "4.1": range(1, 4),
    "4.2": range(1, 2),
    "4.3": range(1, 3),
    "4.4": range(1, 5),
    "5.1": range(1, 2),
    "5.2": range(1, 4),
    "5.3": range(1, 3),
    "5.4": range(1, 4),
    "6.1": range(1, 4),
    "6.2": range(1, 13),
    "6.3": range(1, 5),
    "6.4": range(1, 5),
    "6.5": range(1, 6),
    "6.6": range(1, 4),
    "6.8": range(1, 5),
    "7.1": range(1, 4),
    "7.2": range(1, 5),
    "7.3": range(1, 3),
    "7.4": range(1, 6),
    "7.5": range(1, 3),
    "7.6": range(1, 3),
    "8.1": range(1, 3),
    "8.2": range(1, 4),
    "8.3": range(1, 2),
    "8.4": range(1, 2),
    "9.1": range(1, 4),
    "9.2": range(1, 5),
    "10.1": range(1, 3),
    "10.2": range(1, 3),
    "10.3": range(1, 5),
    "10.4": range(1, 12),
    "10.5": range(1, 6),
    "10.6": range(1, 3),
    "10.7": range(1, 4),
    "11.1": range(1, 3),
    "11.2": range(1, 4),
    "11.3": range(1, 4),
    "11.4": range(1, 5),
    "11.5": range(1, 2),
    "11.6": range(1, 2),
    "12.1": range(1, 4),
    "12.2": range(1, 3),
    "12.3": range(1, 5),
    "13.1": range(1, 2),
    "13.2": range(1, 6),
    "13.3": range(1, 3),
    "13.4": range(1, 6),
    "14.1": range(1, 3),
    "14.2": range(1, 5),
    "14.3": range(1, 4),
    "15.1": range(1, 4),
    "15.2": range(1, 4),
    "15.3": range(1, 8),
    "16.1": range(1, 2),
    "16.2": range(1, 6),
    "16.3": range(1, 5),
    "16.4": range(1, 4),
    "16.5": range(1, 4),
    "17.1": range(1, 2),
    "17.2": range(1, 5),
    "17.3": range(1, 3),
}
STATUSES: Final = ("met", "partly", "not met", "operator", "n/a")
_ROW: Final = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.*) \|$", re.MULTILINE)
_COUNT: Final = re.compile(r"^\| ([a-z/ ]+) \| [^|]+ \| (\d+) \|$", re.MULTILINE)
_NAME: Final = re.compile(r"`((?:unit|integration|support|src|docs)/[^`:]*)(?:::(\w+))?`")


def rows() -> list[tuple[str, str, str, str, str, str]]:
    """The id, level, subject, status, explanation and evidence of each requirement."""
    table = []
    for number, cells in _ROW.findall(ASVS.read_text()):
        level, subject, status, how, evidence = re.split(r"(?<!\\) \|(?: |$)", f"{cells} ")[:5]
        table.append((number, level, subject, status, how.strip(), evidence.strip()))
    return table


def is_defined(path: str, test: str) -> bool:
    """Whether a file below `tests/`, or of the project, exists and defines the test, if named."""
    file = ROOT / path if path.startswith(("src/", "docs/")) else ROOT / "tests" / path
    if not file.exists():
        return False
    return not test or re.search(rf"^ *def {test}\(", file.read_text(), re.MULTILINE) is not None


@pytest.mark.parametrize("page", [SECURITY, ASVS], ids=lambda page: page.name)
def test_named_files_and_tests_exist(page: Path) -> None:
    names = _NAME.findall(page.read_text())
    assert len(names) > 30
    assert [name for name in names if not is_defined(*name)] == []


def test_unknown_test_is_detected() -> None:
    assert is_defined("unit/architecture/test_security_documentation.py", "is_defined")
    assert not is_defined("unit/architecture/test_security_documentation.py", "test_unknown")
    assert not is_defined("unit/architecture/test_unknown.py", "")


def test_every_requirement_is_listed_once() -> None:
    expected = [
        f"{section}.{number}" for section, numbers in SECTIONS.items() for number in numbers
    ]
    assert len(expected) == 253
    assert [row[0] for row in rows()] == expected


def test_rows_have_a_level_a_status_and_a_reason() -> None:
    for number, level, subject, status, how, _ in rows():
        assert level in {"1", "2"}, number
        assert status in STATUSES, number
        assert subject, number
        assert how, number


def test_met_requirements_name_a_test_or_a_file() -> None:
    without = [row[0] for row in rows() if row[3] == "met" and "`" not in row[5]]
    assert without == []


def test_counts_equal_the_rows() -> None:
    statuses = [row[3] for row in rows()]
    counts = {name: int(count) for name, count in _COUNT.findall(ASVS.read_text())}
    assert counts == {status: statuses.count(status) for status in STATUSES}
