"""NovaCart, an e-commerce back end."""
