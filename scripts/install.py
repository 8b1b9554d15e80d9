"""Install a locked requirements file into the interpreter that runs this, with a progress line.

Every file is checked against the lock's hashes, and nothing outside the lock is looked for.
The standard library alone is used here: nothing else is there yet.
"""

import re
import subprocess
import sys
from pathlib import Path

WIDTH = 30  # characters of the bar


def main() -> int:
    """Install the file named by the first argument; 1, with pip's last words, if that failed."""
    lock = Path(sys.argv[1])
    total = len(re.findall(r"^[A-Za-z0-9]\S*==", lock.read_text(), flags=re.MULTILINE))
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
    command += ["--progress-bar=off", "--no-deps", "--require-hashes", "--requirement", str(lock)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        said: list[str] = []
        fetched = 0
        for line in pip.stdout or ():
            said.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied: ", "Ignoring ")):
                fetched += 1
                show(fetched, total, "fetching", lock)
            elif line.startswith("Installing collected packages"):
                show(total, total, "unpacking", lock)
    if pip.returncode == 0:
        show(total, total, "installed", lock)
        print()
        return 0
    print(f"\npip could not install {lock}. It said:\n", file=sys.stderr)
    sys.stderr.writelines(said[-20:])
    return 1


def show(done: int, total: int, doing: str, lock: Path) -> None:
    """Draw the bar over the last one; where nobody watches, only its last state."""
    if not sys.stdout.isatty() and doing != "installed":
        return
    filled = WIDTH * min(done, total) // total
    bar = "#" * filled + "." * (WIDTH - filled)
    start = "\r" if sys.stdout.isatty() else ""
    print(f"{start}{lock} [{bar}] {done}/{total} {doing:<9}", end="", flush=True)


if __name__ == "__main__":
    sys.exit(main())
