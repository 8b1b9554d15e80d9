"""The README and the tour print what they say, when their blocks are pasted in order."""

import re
import subprocess
import sys
import time
from code import InteractiveConsole
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from tests.support.processes import Process, free_port, started

ROOT = Path(__file__).resolve().parents[3]
README = ROOT / "README.md"
TOUR = ROOT / "docs" / "tour.md"
BLOCKS = re.compile(
    r"^```(python|sh)\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL
)


class Console(InteractiveConsole):
    """A Python prompt that raises every exception."""

    def showtraceback(self) -> None:
        error = sys.exc_info()[1]
        assert error is not None
        raise error

    def paste(self, text: str) -> str:
        """Type `text` line by line and return what is printed."""
        output = StringIO()
        with redirect_stdout(output):
            for line in text.splitlines():
                self.push(line)
            assert self.push("") is False, "the block ends in the middle of a statement"
        return output.getvalue()


def run_commands(text: str) -> str:
    """Run each line in a shell and return the outputs, one a line."""
    outputs = [
        subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout
        for line in text.splitlines()
    ]
    return "".join(f"{output.strip()}\n" for output in outputs)


def wait_for(met: Callable[[], bool], shop: Process) -> None:
    deadline = time.monotonic() + 30
    while not met():
        assert time.monotonic() < deadline, shop.output_text
        time.sleep(0.1)


@pytest.mark.timeout(240)
def test_blocks_print_the_documented_output(database_url: str, tmp_path: Path) -> None:
    port = free_port()
    environ = {"PORT": str(port), "DATABASE_URL": database_url}
    blocks = [*BLOCKS.findall(README.read_text()), *BLOCKS.findall(TOUR.read_text())]
    assert len(blocks) > 6
    with started("dev", folder=tmp_path, **environ) as shop:
        shop.wait_for_output("Press Ctrl-C")
        console = Console()
        for language, source, expected in blocks:
            run = console.paste if language == "python" else run_commands
            assert run(source.replace(":8000", f":{port}")) == expected, shop.output_text
        mails = tmp_path / "var" / "mail"
        wait_for(lambda: len(list(mails.glob("*.eml"))) >= 4, shop)
        with started("audit", folder=tmp_path, DEBUG="True", **environ) as audit:
            assert audit.running.wait(60) == 0, audit.output_text


@pytest.mark.parametrize("page", [README, TOUR], ids=lambda page: page.name)
def test_linked_pages_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []
