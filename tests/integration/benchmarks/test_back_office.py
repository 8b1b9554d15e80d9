"""The generated orders pass the audit, and a kept shop is measured again."""

from pathlib import Path

from rich.console import Console

from benchmarks.back_office import measure_shop, parser
from benchmarks.progress import Progress


def test_shop_is_filled_once_and_its_audit_holds(postgresql_url: str, tmp_path: Path) -> None:
    arguments = parser().parse_args(
        ["--orders=2000", "--products=60", "--lines=2", "--calls=1", f"--keep={tmp_path}"]
    )
    progress = Progress(Console(quiet=True))
    for _ in range(2):
        conditions, latencies, holds = measure_shop(postgresql_url, tmp_path, arguments, progress)
        assert holds, conditions.audit
        assert conditions.shop.generated.orders == 2000
        assert {each.kind for each in latencies} == {
            "read model",
            "list",
            "customer",
            "job",
            "page",
            "audit",
            "reconciliation",
        }
