"""One module for each feature: its bindings, event handlers and scheduled jobs."""
