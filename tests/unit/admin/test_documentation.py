"""The page that tells staff what they may do says what the table says."""

import re
from pathlib import Path

from novacart.application.authorization.permissions import PERMISSIONS, STAFF_ROLES

PAGE = Path(__file__).parents[3] / "docs" / "admin.md"
_ROW = re.compile(r"^\| `([a-z.]+)`[^|]*\|(.+)\|$", re.MULTILINE)


def test_the_documented_permissions_are_the_real_ones() -> None:
    told = {
        name: dict(zip(STAFF_ROLES, (cell.strip() for cell in cells.split("|")), strict=True))
        for name, cells in _ROW.findall(PAGE.read_text())
    }
    assert told == PERMISSIONS
