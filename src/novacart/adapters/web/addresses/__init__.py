"""Address books and pincodes over HTTP."""
