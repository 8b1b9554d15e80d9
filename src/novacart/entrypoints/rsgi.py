"""The RSGI application that granian serves: `novacart.entrypoints.rsgi:application`."""

from typing import Final

from novacart.adapters.web.http.rsgi import RsgiApplication
from novacart.entrypoints.wsgi import app

application: Final = RsgiApplication(app)
