"""The rules of the shop. Imports the standard library only."""
