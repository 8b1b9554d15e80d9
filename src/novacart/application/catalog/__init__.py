"""What staff do to the catalogue, and what everybody sees of it."""
