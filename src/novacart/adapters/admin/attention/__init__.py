"""Everything that needs a person's attention."""
