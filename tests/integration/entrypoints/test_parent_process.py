"""A child process stops when its parent is killed at any moment."""

import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems send no signal")

# The handler of the parent is that of granian's main process: it only notes the signal. `{moment}`
# is what the child waits for before it asks to stop with its parent.
PROGRAM = """
import os, signal, sys, time
from novacart.entrypoints.parent_process import stop_with_parent
signal.signal(signal.SIGTERM, lambda *_: None)
parent = os.getpid()
if os.fork() == 0:
    {moment}
    stop_with_parent(parent)
    print("ready", flush=True)
    time.sleep(60)
else:
    if {is_killed_first}:
        os.kill(parent, signal.SIGKILL)
    time.sleep(60)
"""


def run(moment: str, *, is_killed_first: bool) -> subprocess.Popen[str]:
    program = PROGRAM.format(moment=moment, is_killed_first=is_killed_first)
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)


def test_new_child_does_not_keep_the_handler_of_its_parent() -> None:
    with run("pass", is_killed_first=False) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        parent.send_signal(signal.SIGKILL)
        # The output ends when both have ended.
        rest, _ = parent.communicate(timeout=20)
    assert rest == ""


def test_child_of_a_parent_that_has_ended_stops_at_once() -> None:
    moment = "while os.getppid() == parent: time.sleep(0.01)"
    with run(moment, is_killed_first=True) as parent:
        output, _ = parent.communicate(timeout=20)
    assert output == ""
