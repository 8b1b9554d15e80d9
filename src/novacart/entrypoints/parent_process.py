"""Stopping a process together with its parent."""

import ctypes
import os
import signal
import sys
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # prctl(2)


def stop_with_parent(parent: int) -> None:
    """Let this new process receive SIGTERM when its parent ends, even if it is killed. Linux only.

    `parent` is the number of the parent process. SIGTERM ends this process until it sets a handler.
    """
    # An inherited handler of the parent would do nothing here.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            # It has ended already.
            os.kill(os.getpid(), signal.SIGTERM)
