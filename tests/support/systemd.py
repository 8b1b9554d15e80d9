"""systemd as the first process of namespaces, with a copy of this machine's files."""

import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.support.programs import program

ROOT: Final = Path(__file__).parents[2]
_SYSTEMD: Final = Path("/lib/systemd/systemd")
_NAMESPACES: Final = ("--mount", "--pid", "--fork", "--mount-proc", "--cgroup", "--ipc", "--uts")
# Changes below /etc, /opt and /var are lost at the end. /opt/novacart-1 and -2 have interpreter,
# packages and code of the tests in place of two releases, since the units can't see /home and /tmp.
_BOOT: Final = """
set -e
mount -t tmpfs tmpfs /mnt
for folder in etc opt var; do
    mkdir /mnt/$folder /mnt/$folder.work
    mount -t overlay overlay \
        -o lowerdir=/$folder,upperdir=/mnt/$folder,workdir=/mnt/$folder.work /$folder
done
mount -t tmpfs tmpfs /run
mount -t cgroup2 none /sys/fs/cgroup
rm -f /etc/hostname
cd /opt
mkdir novacart-1
ln -s novacart-1 novacart
ln -s novacart-1 novacart-2
cd novacart-1
mkdir bin python packages src migrations
mount --bind "{interpreter}" python
mount --bind "{packages}" packages
mount --bind "{root}/src" src
mount --bind "{root}/migrations" migrations
cat > bin/novacart <<'END'
#!/bin/sh
export LD_LIBRARY_PATH=/opt/novacart/python/lib
export PYTHONPATH=/opt/novacart/src:/opt/novacart/packages
exec /opt/novacart/python/bin/python{version} -m novacart.entrypoints.cli "$@"
END
chmod 755 bin/novacart
mkdir -p /run/systemd/system
cd /run/systemd/system
# No other unit of this machine starts.
for target in boot sysinit basic shutdown sockets timers network-online multi-user; do
    printf '[Unit]\\nDescription=%s\\n' $target > $target.target
done
export container=tests SYSTEMD_UNIT_PATH=/etc/systemd/system:/run/systemd/system
exec {systemd} --system --unit=boot.target --log-target=console --show-status=no
"""


class BootedSystemd:
    def __init__(self, pid: int) -> None:
        self._enter = ["nsenter", f"--target={pid}", "--mount", "--pid", "--ipc", "--uts"]

    def run(self, script: str) -> str:
        """Run the shell script as root in the clone; return its output."""
        completed = subprocess.run(
            [*self._enter, "sh", "-ec", f"cd '{ROOT}'\n{script}"],
            capture_output=True,
            text=True,
            check=False,
        )
        assert completed.returncode == 0, (script, completed.stdout, completed.stderr)
        return completed.stdout


@contextmanager
def booted_systemd(folder: Path) -> Iterator[BootedSystemd]:
    """Start systemd; skip the test without systemd, or without root's right to make namespaces."""
    unshare = [program("unshare"), *_NAMESPACES, "--kill-child"]
    if not _SYSTEMD.exists():
        pytest.skip("systemd is not installed")
    if subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode:
        pytest.skip("only root can make namespaces")
    script = _BOOT.format(
        interpreter=sys.base_prefix,
        packages=sysconfig.get_path("purelib"),
        root=ROOT,
        version=sysconfig.get_python_version(),
        systemd=_SYSTEMD,
    )
    log = folder / "systemd.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [*unshare, "sh", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        ) as process,
    ):
        try:
            systemd = BootedSystemd(_first_process(process, log))
            yield systemd
        finally:
            process.kill()


def _first_process(unshare: "subprocess.Popen[bytes]", log: Path) -> int:
    """Wait until systemd has booted; return its PID."""
    children = Path(f"/proc/{unshare.pid}/task/{unshare.pid}/children")
    deadline = time.monotonic() + 30
    while True:
        assert unshare.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        for child in children.read_text().split():
            if Path(f"/proc/{child}/root/run/systemd/private").exists():
                return int(child)
        time.sleep(0.05)
