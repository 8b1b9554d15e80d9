"""Where the shop starts: settings, wiring and processes."""
