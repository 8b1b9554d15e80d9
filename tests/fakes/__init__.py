"""Every port in plain dictionaries: the world of the tests and of the tutorial."""
