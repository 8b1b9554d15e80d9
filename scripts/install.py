"""Install a locked requirements file into this interpreter, with a progress bar.

pip checks every hash and installs only locked packages. Only the standard library is used,
because nothing else is installed yet.
"""

import re
import subprocess
import sys
from pathlib import Path

WIDTH = 30  # characters of the bar


def main() -> int:
    """Install the file in the first argument; on failure print the end of pip's output."""
    lock = Path(sys.argv[1])
    total = len(re.findall(r"^[A-Za-z0-9]\S*==", lock.read_text(), flags=re.MULTILINE))
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--progress-bar=off", "--no-deps", "--require-hashes", "--requirement", str(lock)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        output: list[str] = []
        collected = 0
        for line in pip.stdout or ():
            output.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ", "Ignoring ")):
                collected += 1
                show(collected, total, "collecting", lock)
            elif line.startswith("Installing collected packages"):
                show(total, total, "unpacking", lock)
    if pip.returncode == 0:
        show(total, total, "installed", lock)
        print()
        return 0
    print(f"\npip could not install {lock}:\n", file=sys.stderr)
    sys.stderr.writelines(output[-20:])
    return 1


def show(done: int, total: int, state: str, lock: Path) -> None:
    """Redraw the bar; without a terminal print only the last state."""
    if not sys.stdout.isatty() and state != "installed":
        return
    filled = WIDTH * min(done, total) // total
    bar = "#" * filled + "." * (WIDTH - filled)
    start = "\r" if sys.stdout.isatty() else ""
    print(f"{start}{lock} [{bar}] {done}/{total} {state:<10}", end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())
