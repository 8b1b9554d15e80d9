"""The least that Flask can do: what every figure is held against."""

from typing import Final

from flask import Flask, Response

app: Final = Flask(__name__, static_folder=None)


@app.get("/bare/")
def bare() -> Response:
    """Answer with as many bytes as the shop's health does, made beforehand."""
    return Response(b'{"status":"ok"}', content_type="application/json")
