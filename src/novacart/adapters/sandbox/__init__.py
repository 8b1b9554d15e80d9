"""The payment provider of a shop that has no Stripe key yet."""
