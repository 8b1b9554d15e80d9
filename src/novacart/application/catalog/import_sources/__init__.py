"""The formats of product files of other shops."""
