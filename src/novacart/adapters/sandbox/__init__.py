"""Payment provider for development, and the gateway of a shop without a provider."""
