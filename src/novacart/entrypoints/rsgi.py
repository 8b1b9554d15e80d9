"""The RSGI application that granian serves: `novacart.entrypoints.rsgi:application`."""

from typing import Final

from novacart.adapters.web.http.rsgi import BodyLimits, RsgiApplication
from novacart.entrypoints.modules.platform import THREADS
from novacart.entrypoints.settings import Settings
from novacart.entrypoints.wsgi import app

_settings = app.extensions["novacart.injector"].get(Settings)

application: Final = RsgiApplication(
    app, limits=BodyLimits(timeout=_settings.body_timeout), threads=THREADS
)
