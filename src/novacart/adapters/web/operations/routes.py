"""Health, for whoever runs the shop."""

from flask import Response

from novacart.adapters.web.http.auth import open_to_anyone
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.operations.schemas import HealthSchema, ReadinessSchema
from novacart.application.ports.readiness import Readiness


def operations_blueprint(*, readiness: Readiness) -> Blueprint:
    """`/api/health/`: for load balancers and people who watch."""
    blueprint = Blueprint(
        "operations", __name__, url_prefix="/api/health", description="How the shop is."
    )

    @blueprint.route("/")
    @open_to_anyone
    @blueprint.response(200, HealthSchema, description="The process is up.")
    def health() -> Response:
        """Whether the process is up."""
        return json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})

    @blueprint.route("/ready/")
    @open_to_anyone
    @blueprint.response(200, ReadinessSchema, description="Everything needed is there.")
    @blueprint.alt_response(503, schema=ReadinessSchema, description="Something is missing.")
    def ready() -> Response:
        """Whether each thing that the shop depends on can be used."""
        dependencies = readiness()
        ok = all(dependency.ok for dependency in dependencies)
        body = {
            "status": "ok" if ok else "unavailable",
            "dependencies": [
                {"name": each.name, "ok": each.ok, "detail": each.detail} for each in dependencies
            ],
        }
        return json_response(body, 200 if ok else 503, headers={"Cache-Control": "no-store"})

    return blueprint
