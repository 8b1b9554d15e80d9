"""The steps of a Dockerfile."""

import re
from pathlib import Path

Step = tuple[str, str]
"""An instruction, such as RUN, and its arguments."""


def stages(path: Path) -> list[list[Step]]:
    """Return the steps of each build stage, without FROM."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    result: list[list[Step]] = []
    for line in filter(None, text.splitlines()):
        instruction, arguments = line.split(maxsplit=1)
        if instruction == "FROM":
            result.append([])
        else:
            result[-1].append((instruction, arguments))
    return result
