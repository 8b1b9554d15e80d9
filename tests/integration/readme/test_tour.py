"""The README and the tour print what they say, when their blocks are pasted in order."""

import os
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
ADMIN_PASSWORD = "three-blue-umbrellas-4"
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


def shell(line: str, folder: Path, **environ: str) -> "subprocess.CompletedProcess[str]":
    """Run a line as printed, in a folder whose `.venv` is this project's."""
    return subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env={"PATH": f"{folder}/.venv/bin:{os.environ['PATH']}"} | environ,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


def lines_of_blocks(page: Path) -> list[str]:
    """Return the command lines of a page's blocks that have no language."""
    blocks = re.findall(r"^```\n(.*?)^```\n", page.read_text(), re.MULTILINE | re.DOTALL)
    return [line.partition("  #")[0] for block in blocks for line in block.splitlines()]


def commands_of_table() -> list[str]:
    """Return the commands of the README's table, with arguments for their placeholders."""
    commands = []
    for cell in re.findall(r"^\| (`novacart .*?) \|", README.read_text(), re.MULTILINE):
        first, *others = re.findall(r"`([^`]+)`", cell)
        commands += [first, *(f"novacart {other}" for other in others)]
    return [
        command.replace("USERNAME EMAIL", "vasudha v@example.com")
        .replace("FILE", "products.csv")
        .replace("NAME", "shopkeeper")
        .replace("outbox retry", "outbox retry --all")
        for command in commands
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    return tmp_path


@pytest.mark.timeout(400)
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_blocks_and_commands_work_as_printed(
    request: pytest.FixtureRequest, folder: Path, *, database: str
) -> None:
    """The shop is that of `make run`; no other variable is set."""
    port = free_port()
    environ = {"PORT": str(port)}
    if database == "postgresql":
        environ["DATABASE_URL"] = request.getfixturevalue("postgresql_url")
    blocks = [*BLOCKS.findall(README.read_text()), *BLOCKS.findall(TOUR.read_text())]
    assert len(blocks) > 6
    with started("dev", folder=folder, **environ) as shop:
        shop.wait_for_output("Press Ctrl-C")
        console = Console()
        for language, source, expected in blocks:
            run = console.paste if language == "python" else run_commands
            assert run(source.replace(":8000", f":{port}")) == expected, shop.output_text
        mails = folder / "var" / "mail"
        wait_for(lambda: len(list(mails.glob("*.eml"))) >= 4, shop)
        (folder / "products.csv").write_text("title,subtitle,price\nInk,Black,99.50\n")
        commands = [
            *(line for page in (README, TOUR) for line in lines_of_blocks(page) if "audit" in line),
            *commands_of_table(),
        ]
        assert len(commands) >= 10
        # As the README says of another database.
        more = environ | {"DEBUG": "True"} if database == "postgresql" else {}
        for command in commands:
            result = shell(command, folder, NOVACART_ADMIN_PASSWORD=ADMIN_PASSWORD, **more)
            assert "Traceback" not in result.stderr, result.stderr
            if command == "novacart reset-mfa shopkeeper":
                assert result.stderr.endswith("Two-factor authentication is not enabled.\n")
            else:
                assert result.returncode == 0, (command, result.stdout, result.stderr)


def test_block_of_production_works_as_printed(folder: Path) -> None:
    port = free_port()
    environ = {
        "PORT": str(port),
        "SECRET_KEY": "a-key-of-the-tests-alone-0123456789",
        "FRONTEND_URL": "https://shop.example",
        "EMAIL_HOST": "mail.shop.example",
    }
    migrate, serve, worker = (
        line for line in lines_of_blocks(README) if line.startswith("novacart ")
    )
    assert (serve, worker) == ("novacart serve &", "novacart worker &")
    assert shell(migrate, folder, **environ).returncode == 0
    with (
        started("serve", folder=folder, **environ) as server,
        started("worker", folder=folder, **environ) as relay,
    ):
        server.wait_until_up(f"http://127.0.0.1:{port}/api/health/")
        relay.wait_for_output("worker_started")


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = {
        line.split()[line.split().index("make") + 1]
        for line in lines_of_blocks(README)
        if "make" in line.split()
    }
    assert {"run", "check", "test", "help"} <= targets
    for target in targets:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    # `make run` is the command that the tests above start.
    assert "exec $(BIN)/novacart dev" in makefile


@pytest.mark.parametrize("page", [README, TOUR], ids=lambda page: page.name)
def test_linked_pages_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []
