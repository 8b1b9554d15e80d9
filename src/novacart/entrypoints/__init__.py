"""Settings, dependency injection, and the processes of the shop."""
