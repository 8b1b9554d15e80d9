"""Which place a pincode is, out of a directory of the shop's own."""
