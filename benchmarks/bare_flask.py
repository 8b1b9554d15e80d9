"""The baseline of all measurements: the simplest Flask route."""

from typing import Final

from flask import Flask, Response

app: Final = Flask(__name__, static_folder=None)


@app.get("/bare/")
def bare() -> Response:
    """Return the body of `/api/health/`."""
    return Response(b'{"status":"ok"}', content_type="application/json")
