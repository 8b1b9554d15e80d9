"""The clock, random numbers and the request context of the process."""
