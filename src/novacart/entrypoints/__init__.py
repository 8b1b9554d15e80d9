"""Settings, dependency injection, and the processes of the shop."""

import sys
from importlib import import_module

if "rich" not in sys.modules:
    # structlog imports rich if it can. That takes 5 MiB of each process, and only progress bars of
    # the command line use it.
    sys.modules["rich"] = None  # type: ignore[assignment]
    import_module("structlog")
    del sys.modules["rich"]
