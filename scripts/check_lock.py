"""Check offline that the locked requirements match pyproject.toml.

Each file must pin, with hashes, exactly the packages that its requirements need according to the
installed metadata, in versions that they allow. It must name no index, URL or path. Every pin of
runtime.txt, storefront.txt and of an extra must be in dev.txt unchanged.
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
    """A locked version, and whether its marker matches this machine."""

    version: Version
    needed_here: bool


def main() -> int:
    """Check the checkout in the first argument, or this one; exit code 1 for problems."""
    root = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    project = tomllib.loads((root / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    requirements = [*project["project"]["dependencies"], *groups["build"]]
    locks = {"runtime": requirements}
    for extra, needed in project["project"].get("optional-dependencies", {}).items():
        requirements = [*requirements, *needed]
        locks[extra] = requirements
    locks["storefront"] = groups["storefront"]
    locks["dev"] = [*requirements, *groups["dev"], *groups["storefront"]]
    files = {name: root / "requirements" / f"{name}.txt" for name in locks}
    problems = [problem for name, needed in locks.items() for problem in check(files[name], needed)]
    development = files["dev"]
    pinned = pins(development)
    problems += [
        f"{development}: {name} is not pinned as in {lock}"
        for lock in files.values()
        for name, pin in pins(lock).items()
        if pinned.get(name) != pin
    ]
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        print("Run `make lock`.", file=sys.stderr)
        return 1
    print(f"{len(pinned)} packages are locked with hashes and match pyproject.toml.")
    return 0


def check(lock: Path, requirements: Iterable[str]) -> Iterator[str]:
    """Yield the problems of `lock` as the locked form of `requirements`."""
    text = lock.read_text()
    for line in text.splitlines():
        if "://" in line or re.match(r"\s*(-[^-]|--(?!hash=))", line) or " @ " in line:
            yield f"{lock}: names an index, URL or path: {line.strip()}"
    for block in re.split(r"\n(?=[A-Za-z0-9])", text):
        if "--hash=sha256:" not in block:
            yield f"{lock}: no hash for {block.splitlines()[0]}"
    locked = pins(lock)
    required: set[str] = set()
    for requirement, origin in closure(requirements):
        name = canonicalize_name(requirement.name)
        required.add(name)
        if name not in locked:
            yield f"{lock}: {origin} needs {requirement}, which is not locked"
        elif not requirement.specifier.contains(locked[name].version, prereleases=True):
            yield f"{lock}: {origin} needs {requirement}, but {locked[name].version} is locked"
    for pinned, pin in locked.items():
        if pin.needed_here and pinned not in required:
            yield f"{lock}: nothing needs {pinned}"


def pins(lock: Path) -> dict[str, Pin]:
    """Return the pins of `lock`; this machine's, if a package has several."""
    matches = re.findall(
        r"^([A-Za-z0-9][\w.-]*)==([^\s;]+)(?: *; *(.*?))? *\\?$", lock.read_text(), re.MULTILINE
    )
    chosen: dict[str, Pin] = {}
    for name, version, marker in matches:
        pin = Pin(Version(version), not marker or Marker(marker).evaluate())
        if pin.needed_here or name not in chosen:
            chosen[canonicalize_name(name)] = pin
    return chosen


def closure(requirements: Iterable[str]) -> Iterator[tuple[Requirement, str]]:
    """Yield all direct and indirect requirements on this machine, with their origin."""
    pending = [(Requirement(line), "pyproject.toml") for line in requirements]
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
                for needed in map(Requirement, requirements_of(requirement.name))
                if needed.marker is None or needed.marker.evaluate({"extra": extra})
            ]


def requirements_of(package: str) -> Iterable[str]:
    """Return the requirements of an installed package; none if it is not installed."""
    try:
        return distribution(package).requires or ()
    except PackageNotFoundError:
        return ()


if __name__ == "__main__":
    sys.exit(main())
