"""The things a customer would like to have one day."""
