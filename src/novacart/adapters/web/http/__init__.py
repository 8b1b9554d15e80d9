"""The HTTP frame: application class, authentication, errors, request bodies, responses, limits."""
