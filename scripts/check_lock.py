"""Does the lock fit pyproject.toml? Says what does not, and needs no network.

Each file must pin, with hashes, exactly what its requirements lead to (as the installed packages
state them), in versions that all of them allow; name no registry and no path; and the runtime's
pins must stand unchanged in the development lock.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version


class Pin(NamedTuple):
    """One locked version, and whether this machine is one that it is for."""

    version: Version
    needed_here: bool


def main() -> int:
    """Check the checkout named by the first argument, or this one; 1 if anything is wrong."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    project = tomllib.loads((root / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    wanted = [*project["project"]["dependencies"], *groups["build"]]
    runtime = root / "requirements" / "runtime.txt"
    development = root / "requirements" / "dev.txt"
    problems = [*check(runtime, wanted), *check(development, [*wanted, *groups["dev"]])]
    pinned = pins(development)
    problems += [
        f"{development}: {name} is not pinned as in {runtime}"
        for name, pin in pins(runtime).items()
        if pinned.get(name) != pin
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print("`make lock` puts the lock right.", file=sys.stderr)
        return 1
    print(f"{len(pinned)} packages are locked, with hashes, and fit pyproject.toml.")
    return 0


def check(lock: Path, wanted: Iterable[str]) -> Iterator[str]:
    """What is wrong with `lock` as the locked form of `wanted`, a sentence each."""
    text = lock.read_text()
    for line in text.splitlines():
        if "://" in line or re.match(r"\s*(-[^-]|--(?!hash=))", line) or " @ " in line:
            yield f"{lock}: names a place to install from: {line.strip()}"
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if "--hash=sha256:" not in block:
            yield f"{lock}: no hash for {block.splitlines()[0]}"
    locked = pins(lock)
    reached: set[str] = set()
    for requirement, origin in closure(wanted):
        name = canonicalize_name(requirement.name)
        reached.add(name)
        if name not in locked:
            yield f"{lock}: {origin} needs {requirement}, which is not locked"
        elif not requirement.specifier.contains(locked[name].version, prereleases=True):
            yield f"{lock}: {origin} needs {requirement}, but {locked[name].version} is locked"
    for pinned, pin in locked.items():
        if pin.needed_here and pinned not in reached:
            yield f"{lock}: nothing needs {pinned}"


def pins(lock: Path) -> dict[str, Pin]:
    """What `lock` pins; of a package locked differently for other machines, this one's pin."""
    found = re.findall(
        r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)(?: *; *(.*?))? *\\?$", lock.read_text(), re.MULTILINE
    )
    chosen: dict[str, Pin] = {}
    for name, version, marker in found:
        pin = Pin(Version(version), not marker or Marker(marker).evaluate())
        if pin.needed_here or name not in chosen:
            chosen[canonicalize_name(name)] = pin
    return chosen


def closure(wanted: Iterable[str]) -> Iterator[tuple[Requirement, str]]:
    """Every requirement that `wanted` leads to on this machine, with who states it."""
    pending = [(Requirement(line), "pyproject.toml") for line in wanted]
    seen: set[tuple[str, str]] = set()
    while pending:
        requirement, origin = pending.pop()
        yield requirement, origin
        for extra in ["", *requirement.extras]:
            if (requirement.name, extra) in seen:
                continue
            seen.add((requirement.name, extra))
            pending += [
                (needed, requirement.name)
                for needed in map(Requirement, stated_by(requirement.name))
                if needed.marker is None or needed.marker.evaluate({"extra": extra})
            ]


def stated_by(package: str) -> Iterable[str]:
    """The requirements of an installed package; none of one that is not, so not locked either."""
    try:
        return distribution(package).requires or ()
    except PackageNotFoundError:
        return ()


if __name__ == "__main__":
    sys.exit(main())
