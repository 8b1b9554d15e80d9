"""Traces, metrics and logs for OpenTelemetry (the extra `otel`)."""
