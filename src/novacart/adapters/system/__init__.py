"""The machine that the shop runs on."""
