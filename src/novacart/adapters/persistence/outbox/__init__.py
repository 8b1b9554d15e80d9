"""Events that were committed and wait for the reactions to them."""
