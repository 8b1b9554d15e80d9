"""The systemd units, checked by systemd itself."""

import re
import subprocess
from pathlib import Path

from tests.support.programs import program

ROOT = Path(__file__).parents[3]
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())


def test_units_are_valid_and_confined(tmp_path: Path) -> None:
    command = tmp_path / "novacart"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    copies = []
    for unit in UNITS:
        copy = tmp_path / unit.name
        copy.write_text(unit.read_text().replace("/opt/novacart/bin/novacart", str(command)))
        copies.append(str(copy))
    analyze = program("systemd-analyze")
    verified = subprocess.run(
        [analyze, "verify", "--man=no", *copies], capture_output=True, text=True, check=False
    )
    assert verified.returncode == 0, verified.stderr
    assert str(tmp_path) not in verified.stderr, verified.stderr
    for name in ("novacart-web@.service", "novacart-worker.service"):
        rated = subprocess.run(
            [analyze, "security", "--offline=true", "--no-pager", str(tmp_path / name)],
            capture_output=True,
            text=True,
            check=False,
        )
        exposure = re.search(r"exposure level for \S+: ([\d.]+)", rated.stdout)
        assert exposure, rated.stderr
        # 9.6 is a unit without any protection.
        assert float(exposure[1]) < 3.0
