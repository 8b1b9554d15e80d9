"""Health checks."""

from flask import Response

from novacart.adapters.web.http.auth import public
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.http.responses import json_response
from novacart.adapters.web.operations.schemas import HealthSchema, ReadinessSchema
from novacart.application.ports.readiness import Readiness


def operations_blueprint(*, readiness: Readiness) -> Blueprint:
    """Return the routes under `/api/health/`, for load balancers and monitoring."""
    blueprint = Blueprint(
        "operations", __name__, url_prefix="/api/health", description="Health checks."
    )

    @blueprint.route("/")
    @public
    @blueprint.response(200, HealthSchema, description="The process is running.")
    def health() -> Response:
        """Check that the process is running."""
        return json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})

    @blueprint.route("/ready/")
    @public
    @blueprint.response(200, ReadinessSchema, description="All dependencies are available.")
    @blueprint.alt_response(
        503, schema=ReadinessSchema, description="A dependency is not available."
    )
    def ready() -> Response:
        """Check each dependency: the database and its migrations."""
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
