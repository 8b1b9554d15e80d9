"""The catalog of the benchmarks."""

from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy.engine import make_url

from benchmarks import catalog
from benchmarks.databases import BenchmarkDatabase
from benchmarks.load_generator import Request
from benchmarks.progress import Progress
from benchmarks.subjects import opened_shop


def test_copied_products_are_listed_and_found(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalog, "_ORIGINALS", 20)
    database = BenchmarkDatabase(
        dialect=make_url(database_url).get_backend_name(), url=database_url
    )
    with opened_shop(
        database,
        tmp_path,
        products=60,
        progress=Progress(Console(quiet=True)),
        variants=3,
        attributes=True,
    ) as shop:
        first = shop.products[0]
        for query in ("", f"&search={catalog.COMMONEST_WORD}", f"&tag={catalog.COMMON_TAG}"):
            listed = shop.send(Request.get(f"/api/products/?limit=200{query}"))
            copies = [(each["id"] - first) // 20 for each in listed]
            assert copies
            assert [copies.count(number) for number in range(3)] == [len(copies) // 3] * 3
