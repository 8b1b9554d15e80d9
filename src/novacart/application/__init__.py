"""The use cases of the shop, told in the domain's words and its ports."""
