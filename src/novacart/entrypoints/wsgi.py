"""The WSGI application for a server: `novacart.entrypoints.wsgi:app`."""

import os
from typing import Final

from flask import Flask

from novacart.entrypoints.http import create_app
from novacart.entrypoints.logs import configure_logs
from novacart.entrypoints.private_files import UMASK
from novacart.entrypoints.settings import ensure_startable, load_settings

_settings = load_settings()
ensure_startable(_settings)
os.umask(UMASK)
configure_logs(debug=_settings.debug, exported=bool(_settings.otel_exporter_otlp_endpoint))

app: Final[Flask] = create_app(_settings)
