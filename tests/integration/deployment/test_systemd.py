"""The systemd units, verified and run by systemd itself."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.continuous_requests import continuous_requests
from tests.support.processes import PRODUCTION, free_port
from tests.support.programs import program
from tests.support.proxies import Proxy
from tests.support.systemd import booted_systemd

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


def commands_of_deploy_md() -> list[str]:
    """The blocks of commands below *systemd*, for root."""
    text = (ROOT / "docs" / "deploy.md").read_text()
    section = re.search(r"^## systemd$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert section is not None
    blocks = re.findall(r"^```\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
    return [
        block.replace("sudo -u novacart", "runuser -u novacart --").replace("sudo ", "")
        for block in blocks
    ]


@pytest.mark.stress
@pytest.mark.timeout(180)
def test_commands_of_deploy_md_start_and_update_the_shop(tmp_path: Path) -> None:
    install, *_, update = commands_of_deploy_md()
    # The tests have a virtual environment, no server of PostgreSQL, and no nginx.
    lines = [
        line
        for line in install.splitlines()
        if re.match(r"useradd|install|chown|cp deploy/systemd|systemctl|\S+ init-secrets", line)
    ]
    assert len(lines) == 6, install
    assert lines[-1].startswith("systemctl enable --now")
    port = free_port()
    environ = PRODUCTION | {"PORT": str(port), "RATELIMIT_ENABLED": "False"}
    environ |= {
        "ALLOWED_HOSTS": "shop.example",
        "VAR_DIR": "/var/lib/novacart",
        "BACKUP_DIR": "/var/backups/novacart",
    }
    settings = "".join(f"{name}={value}\n" for name, value in environ.items())
    (tmp_path / "settings").write_text(settings)
    (tmp_path / "port.conf").write_text(f"[Socket]\nListenStream=\nListenStream=127.0.0.1:{port}\n")
    with booted_systemd(tmp_path) as systemd:
        systemd.run(
            "\n".join(lines[:-1])
            + f"""
            cat '{tmp_path}/settings' >> /etc/novacart/.env
            mkdir /etc/systemd/system/novacart-web.socket.d
            cp '{tmp_path}/port.conf' /etc/systemd/system/novacart-web.socket.d
            """
        )
        systemd.run(lines[-1])
        with continuous_requests(Proxy(port=port)) as (outcomes, wait_for_more):
            wait_for_more()
            systemd.run(update)
            wait_for_more()
        assert set(outcomes) == {"200", "401"}, outcomes
        systemd.run("systemctl enable --now novacart-backup.timer; systemctl start novacart-backup")
        assert systemd.run("ls /var/backups/novacart").count(".backup\n") == 1
        units = "novacart-web.socket novacart-web@main novacart-worker novacart-backup.timer"
        assert set(systemd.run(f"systemctl is-active {units}").split()) == {"active"}
        systemd.run(f"systemctl stop {units}")
        results = systemd.run(f"systemctl show --property=Result --value {units} novacart-backup")
        assert set(results.split()) == {"success"}
