"""Traces and metrics for OpenTelemetry (the extra `otel`)."""
