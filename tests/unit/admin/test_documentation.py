"""The permission table in docs/admin.md is the table in the code."""

import re
from pathlib import Path

from novacart.application.authorization.permissions import PERMISSIONS, STAFF_ROLES

PAGE = Path(__file__).parents[3] / "docs" / "admin.md"
_ROW = re.compile(r"^\| `([a-z.]+)`[^|]*\|(.+)\|$", re.MULTILINE)


def test_documented_permissions_match_the_code() -> None:
    documented = {
        name: dict(zip(STAFF_ROLES, (cell.strip() for cell in cells.split("|")), strict=True))
        for name, cells in _ROW.findall(PAGE.read_text())
    }
    assert documented == PERMISSIONS
