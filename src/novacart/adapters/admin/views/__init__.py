"""One view for each thing that staff look after."""
