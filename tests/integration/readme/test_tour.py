"""The README's walk-through, pasted line by line, prints what the README says it prints."""

import re
import sys
import time
from code import InteractiveConsole
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest

from tests.support.processes import Process, free_port, started

README = Path(__file__).resolve().parents[3] / "README.md"
BLOCKS = re.compile(r"^```python\n(.*?)^```\n(?:```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)


class Console(InteractiveConsole):
    """A Python prompt that lets no mistake pass."""

    def showtraceback(self) -> None:
        error = sys.exc_info()[1]
        assert error is not None
        raise error

    def paste(self, text: str) -> str:
        """What is printed when `text` is typed in, a line at a time."""
        printed = StringIO()
        with redirect_stdout(printed):
            for line in text.splitlines():
                self.push(line)
            assert self.push("") is False, "the block ends in the middle of a statement"
        return printed.getvalue()


def wait_for(met: Callable[[], bool], shop: Process) -> None:
    deadline = time.monotonic() + 30
    while not met():
        assert time.monotonic() < deadline, shop.output_text
        time.sleep(0.1)


@pytest.mark.timeout(240)
def test_the_walk_through_prints_what_it_says(database_url: str, tmp_path: Path) -> None:
    port = free_port()
    blocks = BLOCKS.findall(README.read_text())
    assert len(blocks) > 6
    with started("dev", folder=tmp_path, PORT=str(port), DATABASE_URL=database_url) as shop:
        shop.wait_for_output("Press Ctrl-C")
        console = Console()
        for source, promised in blocks:
            printed = console.paste(source.replace(":8000", f":{port}"))
            assert printed == promised, shop.output_text
        mails = tmp_path / "var" / "mail"
        wait_for(lambda: len(list(mails.glob("*.eml"))) >= 4, shop)


def test_every_page_that_the_readme_links_to_is_there() -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", README.read_text())
    assert links
    assert [link for link in links if not (README.parent / link).exists()] == []
