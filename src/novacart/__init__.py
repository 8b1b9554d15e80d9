"""NovaCart, a web shop."""
