"""Schemas of the health checks."""

from marshmallow import fields, validate

from novacart.adapters.web.http.fields import Schema


class HealthSchema(Schema):
    status = fields.String(required=True, validate=validate.OneOf(["ok"]))


class DependencySchema(Schema):
    name = fields.String(required=True)
    ok = fields.Boolean(required=True)
    detail = fields.String(required=True)


class ReadinessSchema(Schema):
    status = fields.String(required=True, validate=validate.OneOf(["ok", "unavailable"]))
    dependencies = fields.List(fields.Nested(DependencySchema), required=True)
