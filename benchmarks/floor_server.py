"""Serve the floor by the shop's own server: `python -m benchmarks.floor_server`.

`FLOOR_ROUTES` is a file of routes that `benchmarks.recording` wrote.
"""

import gc
import os
from pathlib import Path

import orjson

from benchmarks.floor import Connections, create_floor
from novacart.adapters.web.http.rsgi import RsgiApplication
from novacart.entrypoints.settings import load_settings

if __name__ == "__main__":
    from novacart.entrypoints.commands.serve import run_web_server
    from novacart.entrypoints.process_memory import limit_memory

    limit_memory()
    run_web_server(load_settings(), "benchmarks.floor_server:application")
elif __name__ == "benchmarks.floor_server":
    # A web process imports this module by its name. It does not import the shop.
    _settings = load_settings()
    application = RsgiApplication(
        create_floor(
            orjson.loads(Path(os.environ["FLOOR_ROUTES"]).read_bytes()),
            Connections(_settings.database_url),
            _settings.signing_key,
        )
    )
    # As in `novacart.entrypoints.rsgi`.
    gc.freeze()
