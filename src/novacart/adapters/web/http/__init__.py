"""The frame of the HTTP API: application, authentication, errors, limits."""
